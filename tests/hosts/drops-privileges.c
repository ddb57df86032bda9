/* SPDX-License-Identifier: MIT */
/* It becomes somebody else before it ends or executes itself. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char *again[] = {argv[0], NULL};

    if (argc < 2) {
        return 7;
    }
    if (strcmp(argv[1], "seteuid") == 0 && seteuid(4242) < 0) {
        return 1;
    }
    if (strcmp(argv[1], "seteuid") != 0 && setuid(4242) < 0) {
        return 1;
    }
    (void)printf("%d\n", geteuid() == 4242);
    (void)fflush(stdout);
    if (strcmp(argv[1], "exec") == 0) {
        (void)execv(argv[0], again);
    }
    return 7;
}
