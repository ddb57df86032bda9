/* SPDX-License-Identifier: MIT */
/* It leaves its output in stdio's buffer until it ends. */
#include <stdio.h>

int main(void)
{
    (void)setvbuf(stdout, NULL, _IOFBF, 4096);
    (void)printf("once");
    return 7;
}
