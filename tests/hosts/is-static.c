/* SPDX-License-Identifier: MIT */
/* It is linked statically, to run at any address: no object is loaded. */
#include <stdio.h>

int main(void)
{
    (void)puts("static");
    return 7;
}
