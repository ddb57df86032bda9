/* SPDX-License-Identifier: MIT */
/* It goes on until the file "go" is there. */
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    const char *file = argc > 1 ? argv[1] : "go";

    (void)puts("ready");
    (void)fflush(stdout);
    while (access(file, F_OK) < 0) {
        (void)usleep(1000);
    }
    return 7;
}
