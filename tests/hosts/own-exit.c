/* SPDX-License-Identifier: MIT */
/* It has an _exit of its own, and leaves by it. */
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

void _exit(int status)
{
    (void)!write(1, "by its own\n", 11);
    for (;;) {
        (void)syscall(SYS_exit_group, status);
    }
}

int main(void)
{
    (void)puts("hello");
    (void)fflush(stdout);
    _exit(7);
}
