/* SPDX-License-Identifier: MIT */
/* It calls exit again while it ends, where the argument says. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *where = "";
static int depth;

static void exit_again(void)
{
    if (strcmp(where, "handler") == 0) {
        exit(7);
    }
    if (strcmp(where, "twice") == 0 && depth++ < 2) {
        exit(5 + depth);
    }
}

__attribute__((destructor)) static void end(void)
{
    if (strcmp(where, "destructor") == 0) {
        exit(7);
    }
}

static void on_signal(int number)
{
    (void)number;
    exit(7);
}

int main(int argc, char **argv)
{
    where = argc > 1 ? argv[1] : "";
    (void)atexit(exit_again);
    (void)atexit(exit_again);
    (void)puts("over");
    if (strcmp(where, "signal") == 0) {
        (void)signal(SIGUSR1, on_signal);
        (void)raise(SIGUSR1);
    }
    exit(3);
}
