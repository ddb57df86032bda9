/* SPDX-License-Identifier: MIT */
/* It dies of itself, in the way that the argument says. */
#undef NDEBUG
#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Without an end, but for the compiler. */
/* NOLINTNEXTLINE(misc-no-recursion) */
static int use_up_the_stack(volatile int *depth)
{
    volatile int more[1024];

    more[0] = *depth + 1;
    return more[0] < 0 ? 0 : use_up_the_stack(more) + more[0];
}

int main(int argc, char **argv)
{
    volatile int none = 0;

    if (argc < 2) {
        return 1;
    }
    if (strcmp(argv[1], "abort") == 0) {
        abort();
    }
    if (strcmp(argv[1], "assert") == 0) {
        assert(argc == 0);
    }
    if (strcmp(argv[1], "stack") == 0) {
        return use_up_the_stack(&none);
    }
    if (strcmp(argv[1], "term") == 0) {
        (void)raise(SIGTERM);
    }
    if (strcmp(argv[1], "kill") == 0) {
        (void)raise(SIGKILL);
    }
    if (strcmp(argv[1], "raw") == 0) {
        syscall(SYS_exit_group, 7);
    }
    return 2;
}
