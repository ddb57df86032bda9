/* SPDX-License-Identifier: MIT */
/*
 * host: a program that ends in the way that it is told: host WAY [ARG...].
 * A verb in front (host commit return 3) is passed over; any words may stand
 * in front of host ... --do WAY --with NUMBER.
 */
#include <dlfcn.h>
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int number;

static void *exit_in_thread(void *nothing)
{
    (void)nothing;
    exit(number);
}

static void in_handler(int signal)
{
    (void)signal;
    _exit(number);
}

static void last_words(void)
{
    _exit(number);
}

static void *wait_for_ever(void *nothing)
{
    for (;;) {
        pause();
    }
    return nothing;
}

static void say(void (*way)(int, const char *, va_list), const char *format,
                ...)
{
    va_list args;

    va_start(args, format);
    way(number, format, args);
    va_end(args);
}

/* Runs child_way in a child and waits for it. */
static void in_child(void (*child_way)(int), int status)
{
    pid_t pid = fork();

    if (pid == 0) {
        child_way(status);
    }
    waitpid(pid, NULL, 0);
}

static void by_exit(int status)
{
    exit(status);
}

static void by__exit(int status)
{
    _exit(status);
}

/* One way after the other: there is nothing in it to take apart. */
/* NOLINTNEXTLINE(readability-function-size) */
static int end(const char *way, char **args)
{
    pthread_t thread;

    if (strcmp(way, "return") == 0) {
        return number;
    }
    if (strcmp(way, "exit") == 0) {
        exit(number);
    }
    if (strcmp(way, "_exit") == 0) {
        _exit(number);
    }
    if (strcmp(way, "_Exit") == 0) {
        _Exit(number);
    }
    if (strcmp(way, "quick_exit") == 0) {
        quick_exit(number);
    }
    if (strcmp(way, "raw") == 0) {
        syscall(SYS_exit_group, number);
    }
    if (strcmp(way, "daemon") == 0) {
        return daemon(0, 0) == 0 ? number : 99;
    }
    if (strcmp(way, "thread") == 0) {
        pthread_create(&thread, NULL, exit_in_thread, NULL);
        pthread_join(thread, NULL);
    }
    if (strcmp(way, "leader") == 0) { /* the first thread goes, one stays */
        pthread_create(&thread, NULL, wait_for_ever, NULL);
        puts("left");
        fflush(stdout);
        pthread_exit(NULL);
    }
    if (strcmp(way, "last-thread") == 0) { /* the process ends with 0 */
        pthread_exit(NULL);
    }
    if (strcmp(way, "err") == 0) {
        errno = ENOENT;
        err(number, "said %d", 1);
    }
    if (strcmp(way, "errx") == 0) {
        errx(number, "said %d", 1);
    }
    if (strcmp(way, "verr") == 0) {
        errno = ENOENT;
        say(verr, "said %d", 1);
    }
    if (strcmp(way, "verrx") == 0) {
        say(verrx, "said %d", 1);
    }
    if (strcmp(way, "looked-up") == 0) { /* without a version */
        union {
            void *object;
            void (*function)(int);
        } found = {.object = dlsym(RTLD_DEFAULT, args[1])};

        found.function(number);
    }
    if (strcmp(way, "errno") == 0) {
        return errno;
    }
    if (strcmp(way, "atexit") == 0) {
        atexit(last_words);
        exit(77);
    }
    if (strcmp(way, "handler") == 0) {
        signal(SIGUSR1, in_handler);
        raise(SIGUSR1);
    }
    if (strcmp(way, "abort") == 0) {
        abort();
    }
    if (strcmp(way, "signal") == 0) {
        raise(number);
    }
    if (strcmp(way, "fork-exit") == 0) {
        in_child(by_exit, 9);
        return number;
    }
    if (strcmp(way, "fork-_exit") == 0) {
        in_child(by__exit, 9);
        return number;
    }
    if (strcmp(way, "vfork") == 0) {
        if (vfork() == 0) {
            _exit(9);
        }
        return number;
    }
    if (strcmp(way, "vfork-killed") == 0) {
        if (vfork() == 0) {
            _exit(9);
        }
        raise(SIGKILL);
    }
    if (strcmp(way, "exec") == 0) {
        execvp(args[0], args);
        return 98;
    }
    if (strcmp(way, "subreap") == 0) { /* and become that program */
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        execvp(args[0], args);
        return 98;
    }
    if (strcmp(way, "wait-for-all") == 0) {
        while (wait(NULL) > 0) {
        }
        return errno == ECHILD ? 0 : 95;
    }
    /* A child that is a program, perhaps in a session of its own. */
    if (strcmp(way, "run") == 0 || strcmp(way, "session") == 0) {
        pid_t pid = fork();
        int status = 0;

        if (pid == 0) {
            if (way[0] == 's') {
                setsid();
            }
            execvp(args[0], args);
            _exit(98);
        }
        waitpid(pid, &status, 0);
        return WEXITSTATUS(status);
    }
    if (strcmp(way, "wait") == 0) {
        puts("ready");
        fflush(stdout);
        pause();
    }
    return 97;
}

/* A call that nothing else makes: where the host's own begin and end. */
static void mark(void)
{
    (void)syscall(SYS_sched_get_priority_max, 12345);
}

int main(int argc, char **argv)
{
    int at = 1;

    if (argc == 2 && strcmp(argv[1], "marked") == 0) {
        mark();
        mark();
        return 0;
    }
    if (argc > 4 && strcmp(argv[argc - 4], "--do") == 0) {
        number = atoi(argv[argc - 1]);
        return end(argv[argc - 3], argv + argc);
    }
    if (argc > 1 && strcmp(argv[1], "commit") == 0) {
        at = 2;
    }
    if (argc <= at) {
        return 96;
    }
    if (argc > at + 1) {
        number = atoi(argv[at + 1]);
    }
    return end(argv[at], argv + at + 1);
}
