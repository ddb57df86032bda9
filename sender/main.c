/* SPDX-License-Identifier: MIT */
/* tel-send: delivers what waits. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "options.h"

/* A host may run in real time; what is sent for it must not. */
static void leave_real_time(void)
{
    const struct sched_param none = {0};
    int policy = sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;

    if (policy == SCHED_FIFO || policy == SCHED_RR)
        (void)sched_setscheduler(0, SCHED_OTHER, &none);
}

/* What a host may have left behind: its limits, and what it ignored. */
static void settle_down(void)
{
    struct rlimit none = {0, 0};
    struct rlimit limit;
    sigset_t signals;
    leave_real_time();
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGHUP, SIG_IGN);
    (void)signal(SIGTERM, SIG_DFL);
    (void)signal(SIGCHLD, SIG_DFL);
    (void)sigemptyset(&signals);
    (void)sigprocmask(SIG_SETMASK, &signals, NULL);
    (void)setrlimit(RLIMIT_CORE, &none);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max < 1024 ? limit.rlim_max : 1024;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_FSIZE, &limit);
    }
    (void)!chdir("/");
}

/*
 * A person's whole environment becomes what a recorded program would have
 * handed on: what libraries read there (SSLKEYLOGFILE, OPENSSL_CONF, a
 * resolver's options) changes neither what is sent nor where keys are written.
 */
static int forget_variables(char **vars)
{
    static char **given; /* kept: libraries may replace environ */
    size_t count = 0;
    while (vars[count])
        count++;
    given = calloc(count + 1, sizeof(*given));
    if (!given)
        return -ENOMEM;
    count = 0;
    for (char **var = vars; *var; var++) {
        if (tel_sender_given(*var))
            given[count++] = *var;
    }
    environ = given;
    return 0;
}

static int say_off(const struct sender *sender,
                   const struct tel_verdict *verdict)
{
    const char *variable = verdict->variable ? verdict->variable : "";
    bool named = strstr(verdict->why, variable) != NULL;
    if (sender->mode != MODE_FLUSH)
        return 0;
    if (!sender->quiet)
        fprintf(stderr, "tel-send: nothing is sent: rule %d: %s%s%s\n",
                verdict->rule, verdict->why, named ? "" : ": ",
                named ? "" : variable);
    return 1;
}

static int run(const struct sender *sender)
{
    switch (sender->mode) {
    case MODE_FLUSH:
        return flush_run(sender);
    case MODE_ONCE:
        return once_run(sender);
    case MODE_BACKGROUND:
        break;
    }
    return background_run(sender);
}

int main(int argc, char **argv)
{
    static struct sender sender = {.interval_s = DEFAULT_INTERVAL_S,
                                   .linger_s = DEFAULT_LINGER_S};
    struct tel_verdict verdict;
    int r = options_read(argc, argv, &sender);
    if (r != OPTIONS_RUN)
        return r;
    (void)umask(077);
    if (sender.mode != MODE_FLUSH)
        settle_down();
    tel_env_read(&sender.env, environ, getauxval(AT_SECURE) != 0, geteuid());
    if (tel_decide_early(&sender.env, &verdict))
        return say_off(&sender, &verdict);
    if (forget_variables(environ) < 0)
        return 1;
    if (tel_path_state(&sender.env, sender.state, sizeof(sender.state)) < 0) {
        if (sender.mode != MODE_FLUSH)
            return 0;
        fprintf(stderr, "tel-send: no place to keep events: neither "
                        "XDG_STATE_HOME nor HOME is set\n");
        return 1;
    }
    return run(&sender);
}
