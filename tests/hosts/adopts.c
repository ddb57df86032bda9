/* SPDX-License-Identifier: MIT */
/* It is a subreaper that executes itself, and waits for all. */
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char *again[] = {argv[0], argv[0], NULL};
    int children = 0;

    if (argc == 1) {
        (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
        (void)execv(argv[0], again);
    }
    while (wait(NULL) > 0) {
        children++;
    }
    (void)printf("%d\n", children);
    return 7;
}
