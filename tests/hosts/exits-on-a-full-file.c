/* SPDX-License-Identifier: MIT */
/* A write beyond its limit runs a handler, which calls _exit. */
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

static void on_limit(int number)
{
    (void)number;
    _exit(8);
}

int main(void)
{
    struct rlimit none = {0, 0};

    (void)signal(SIGXFSZ, on_limit);
    if (setrlimit(RLIMIT_FSIZE, &none) < 0) {
        return 1;
    }
    _exit(7);
}
