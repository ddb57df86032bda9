/* SPDX-License-Identifier: MIT */
/* It says one word and ends. */
#include <stdio.h>

int main(void)
{
    (void)puts("hello");
    return 7;
}
