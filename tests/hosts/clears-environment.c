/* SPDX-License-Identifier: MIT */
/* It has no environment when it ends. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1) {
        environ = NULL;
    } else {
        (void)clearenv();
    }
    (void)printf("%d\n", environ == NULL);
    return 7;
}
