/* SPDX-License-Identifier: MIT */
/*
 * naive: what a preload object must not do, as the variable NAIVE says; the
 * comparisons have to notice each of these.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void handle(int signal)
{
    (void)signal;
}

__attribute__((constructor)) static void start(void)
{
    const char *what = getenv("NAIVE");

    if (what == NULL) {
        return;
    }
    if (strcmp(what, "fd") == 0) {
        (void)open("/dev/null", O_WRONLY);
    }
    if (strcmp(what, "child") == 0 && fork() == 0) {
        _exit(0);
    }
    if (strcmp(what, "environment") == 0) {
        setenv("NAIVE_STATE", "1", 1);
    }
    if (strcmp(what, "signal") == 0) {
        signal(SIGURG, handle);
    }
}
