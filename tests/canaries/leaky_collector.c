/* SPDX-License-Identifier: MIT */
/*
 * What a careless collector would be: linked before the product's own, it
 * wipes nothing, prints what should have been wiped, and asks who the peers
 * are. A test that looks for traces has to find them here.
 */
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "receive/wipe.h"

bool tel_wipe_heap(void)
{
    return true;
}

void tel_wipe_traces(void)
{
}

void explicit_bzero(void *bytes, size_t len)
{
    const void *old = bytes;

    /* To the compiler this function may only write there. */
    __asm__("" : "+r"(old));
    (void)!write(STDERR_FILENO, old, len);
}

int accept4(int fd, struct sockaddr *address, socklen_t *len, int flags)
{
    static struct sockaddr_storage kept;
    socklen_t size = sizeof(kept);

    (void)address;
    (void)len;
    return (int)syscall(SYS_accept4, fd, &kept, &size, flags);
}
