/* SPDX-License-Identifier: MIT */
/* It forbids itself nearly everything, and then ends. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "filters.h"

int main(int argc, char **argv)
{
    const char *filter = argc > 1 ? argv[1] : "";

    (void)puts("hello");
    (void)fflush(stdout);
    if (filter_install(filter) < 0) {
        return 1;
    }
    if (argc > 1 && strcmp(argv[1], "last") == 0) {
        (void)!write(1, "forbidden\n", 10);
    }
    return 7;
}
