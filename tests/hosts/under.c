/* SPDX-License-Identifier: MIT */
/*
 * under: executes a host with $OBJECT preloaded, so that nothing before it
 * is: under WHAT HOST [ARG...]. WHAT is a seccomp filter's name, or one of the
 * words below.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "filters.h"

static void keep_only_what_is_ours(void)
{
    static const char names[][16] = {"LD_PRELOAD", "NAIVE", "NAIVE_RECORD"};
    static char *kept[4];
    size_t n = 0;

    for (char **var = environ; *var != NULL; var++) {
        for (size_t i = 0; i < 3; i++) {
            size_t len = strlen(names[i]);

            if (strncmp(*var, names[i], len) == 0 && (*var)[len] == '=') {
                kept[n++] = *var;
            }
        }
    }
    kept[n] = NULL;
    environ = kept;
}

/* Blocked, one of them pending, another one ignored. */
static void prepare_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGHUP, SIG_IGN);
    raise(SIGUSR1);
}

static void leave_a_child(void)
{
    if (fork() == 0) {
        _exit(5);
    }
}

static int prepare(const char *what)
{
    if (strcmp(what, "none") == 0 || strcmp(what, "opened") == 0) {
        return 0;
    }
    if (strcmp(what, "no-environment") == 0) {
        keep_only_what_is_ours();
        return 0;
    }
    if (strcmp(what, "signals") == 0) {
        prepare_signals();
        return 0;
    }
    if (strcmp(what, "sigchld-ignored") == 0) {
        signal(SIGCHLD, SIG_IGN);
        return 0;
    }
    if (strcmp(what, "alone") == 0) { /* no sender is started from there */
        return prctl(PR_SET_CHILD_SUBREAPER, 1);
    }
    if (strcmp(what, "child") == 0) {
        leave_a_child();
        return 0;
    }
    return filter_install(what);
}

int main(int argc, char **argv)
{
    const char *object = getenv("OBJECT");

    if (argc < 3) {
        return 125;
    }
    /* A host that opens the object itself finds it in $OBJECT. */
    if (object != NULL && strcmp(argv[1], "opened") != 0) {
        setenv("LD_PRELOAD", object, 1);
        unsetenv("OBJECT");
    }
    if (prepare(argv[1]) < 0) {
        return 124;
    }
    execv(argv[2], argv + 2);
    return 127;
}
