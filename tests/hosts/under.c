/* SPDX-License-Identifier: MIT */
/*
 * under: executes a host with $OBJECT preloaded, so that nothing before it
 * is: under WHAT HOST [ARG...]. WHAT is a seccomp filter's name, or one of the
 * words below.
 */
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
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

static void ignore_children(void)
{
    (void)signal(SIGCHLD, SIG_IGN);
}

/* No sender is started from there. */
static void become_subreaper(void)
{
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static void leave_a_child(void)
{
    if (fork() == 0) {
        _exit(5);
    }
}

/* Variables without a name or a value, many of them, and a long one. */
static void add_odd_variables(void)
{
    static char *all[2200];
    static char numbered[2000][16];
    static char large[100000] = "LARGE=";
    size_t n = 0;

    for (char **var = environ; *var != NULL && n < 100; var++) {
        all[n++] = *var;
    }
    all[n++] = (char *)(uintptr_t) "";
    all[n++] = (char *)(uintptr_t) "=";
    all[n++] = (char *)(uintptr_t) "=value";
    all[n++] = (char *)(uintptr_t) "HOME";
    all[n++] = (char *)(uintptr_t) "XDG_CONFIG_HOMELESS=/";
    all[n++] = (char *)(uintptr_t) "CI";
    all[n++] = (char *)(uintptr_t) "\xff\xfe=\x80";
    memset(large + 6, 'x', sizeof(large) - 7);
    all[n++] = large;
    for (size_t i = 0; i < 2000; i++) {
        (void)snprintf(numbered[i], sizeof(numbered[i]), "N%zu=%zu", i, i);
        all[n++] = numbered[i];
    }
    all[n] = NULL;
    environ = all;
}

/* The same path in as many bytes as a path may have. */
static char *lengthen(char *path)
{
    static char longer[4096];
    size_t len = strlen(path);
    size_t at = 0;

    while (at + 2 + len < sizeof(longer)) {
        longer[at++] = '/';
        longer[at++] = '.';
    }
    (void)snprintf(longer + at, sizeof(longer) - at, "%s", path);
    return longer;
}

static void relay(int from)
{
    char bytes[4096];
    ssize_t got;

    while ((got = read(from, bytes, sizeof(bytes))) > 0) {
        (void)!write(1, bytes, (size_t)got);
    }
}

/* The rest happens on a terminal of its own; here its output is passed on. */
static void get_terminal(void)
{
    int terminal;
    int status = 0;
    pid_t pid = forkpty(&terminal, NULL, NULL, NULL);

    if (pid > 0) {
        relay(terminal);
        (void)waitpid(pid, &status, 0);
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 123);
    }
}

/* The rest is the child of one who waits for all that falls to it. */
static void be_waited_for(void)
{
    int status = 0;
    int last = 0;
    pid_t host;
    pid_t pid;

    become_subreaper();
    host = fork();
    while (host > 0 && (pid = wait(&status)) > 0) {
        last = pid == host ? status : last;
    }
    if (host > 0) {
        _exit(WIFEXITED(last) ? WEXITSTATUS(last) : 123);
    }
}

static void allow_one_process(void)
{
    struct rlimit one = {1, 1};

    (void)setrlimit(RLIMIT_NPROC, &one);
}

static const struct {
    const char *name;
    void (*act)(void);
} acts[] = {
    {"none", NULL},
    {"opened", NULL},
    {"long-path", NULL},
    {"no-arguments", NULL},
    {"valgrind", NULL},
    {"no-environment", keep_only_what_is_ours},
    {"odd-environment", add_odd_variables},
    {"signals", prepare_signals},
    {"sigchld-ignored", ignore_children},
    {"child", leave_a_child},
    {"alone", become_subreaper},
    {"waited-for", be_waited_for},
    {"terminal", get_terminal},
    {"one-process", allow_one_process},
};

static int prepare(const char *what)
{
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
        if (strcmp(acts[i].name, what) == 0) {
            if (acts[i].act != NULL) {
                acts[i].act();
            }
            return 0;
        }
    }
    return filter_install(what);
}

int main(int argc, char **argv)
{
    const char *object = getenv("OBJECT");
    char *none[] = {NULL};

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
    if (strcmp(argv[1], "no-arguments") == 0) {
        execv(argv[2], none);
    } else if (strcmp(argv[1], "valgrind") == 0) {
        argv[1] = (char *)(uintptr_t) "/usr/bin/valgrind";
        execv(argv[1], argv + 1);
    } else if (strcmp(argv[1], "long-path") == 0) {
        execv(lengthen(argv[2]), argv + 2);
    } else {
        execv(argv[2], argv + 2);
    }
    return 127;
}
