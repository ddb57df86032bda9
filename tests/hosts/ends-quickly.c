/* SPDX-License-Identifier: MIT */
/* It leaves by quick_exit, with a handler of its own. */
#include <stdio.h>
#include <stdlib.h>

static void say(void)
{
    (void)puts("quick");
    (void)fflush(stdout);
}

static void never(void)
{
    (void)puts("not quick");
}

int main(void)
{
    (void)at_quick_exit(say);
    (void)atexit(never);
    quick_exit(7);
}
