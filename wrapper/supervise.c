/* SPDX-License-Identifier: MIT */
/* Supervising: the tool is a child, and its life is made the wrapper's own. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wrap.h"

struct supervisor {
    const char *path;
    char *const *argv;
    char *const *envp;
    sigset_t old_mask;
    struct sigaction old_chld;
    pid_t wrapper;
    int failure[2]; /* a pipe that exec closes, or its failure is told by */
};

/* All that can be blocked: they are taken one by one. */
static void take_signals(struct supervisor *s)
{
    struct sigaction chld = {.sa_handler = SIG_DFL};
    sigset_t all;

    (void)sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, &s->old_mask);
    /* Ignored, as it may have been inherited, it would reap the child. */
    (void)sigaction(SIGCHLD, &chld, &s->old_chld);
}

/* Context: child. */
static void run_child(struct supervisor *s)
{
    int error;

    /* Only SIGKILL ends the wrapper without the tool hearing of it. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != s->wrapper) {
        (void)kill(getpid(), SIGKILL);
    }
    (void)sigaction(SIGCHLD, &s->old_chld, NULL);
    (void)sigprocmask(SIG_SETMASK, &s->old_mask, NULL);
    error = become(s->path, s->argv, s->envp);
    if (write(s->failure[1], &error, sizeof(error)) < 0) {
        _exit(126);
    }
    _exit(failed_start(s->argv[0], error));
}

/*
 * Nothing is kept open: whoever reads from the tool must see its end, not the
 * wrapper's. And nothing is shown: the tool may hide its arguments from /proc.
 * Its name may stay. Returns the one descriptor that is left.
 */
static int withdraw(struct supervisor *s)
{
    int failure = dup2(s->failure[0], 0);

    (void)syscall(SYS_close_range, 1U, ~0U, 0U);
    wipe_strings(s->argv + 1);
    wipe_strings(s->envp);
    return failure;
}

int supervise(const struct tel_run *run, const char *path, char *const *argv,
              char *const *envp)
{
    struct supervisor s = {.path = path,
                           .argv = argv,
                           .envp = envp,
                           .wrapper = getpid(),
                           .failure = {-1, -1}};
    pid_t child;
    int error;

    if (pipe2(s.failure, O_CLOEXEC) < 0) {
        tel_run_abandon(run);
        return failed_start(argv[0], become(path, argv, envp));
    }
    take_signals(&s);
    child = fork();
    if (child == 0) {
        run_child(&s);
    }
    if (child < 0) {
        error = errno;
        (void)sigprocmask(SIG_SETMASK, &s.old_mask, NULL);
        tel_run_abandon(run);
        return failed_start(argv[0], error);
    }
    return follow(run, child, withdraw(&s));
}
