/* SPDX-License-Identifier: MIT */
/* It allows itself no more descriptors, and exits in a handler. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static void last_words(void)
{
    (void)puts("over");
}

int main(void)
{
    struct rlimit three = {3, 3};

    (void)atexit(last_words);
    if (setrlimit(RLIMIT_NOFILE, &three) < 0) {
        return 1;
    }
    (void)printf("%d\n", open("/dev/null", O_RDONLY));
    return 7;
}
