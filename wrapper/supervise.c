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
    const struct tel_run *run;
    const char *path;
    char *const *argv;
    char *const *envp;
    sigset_t old_mask;
    struct sigaction old_chld;
    pid_t wrapper;
    pid_t child;
    int report[2]; /* the child's errno, where exec fails */
};

/* All that can be blocked: the loop takes them one by one. */
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
    if (write(s->report[1], &error, sizeof(error)) < 0) {
        _exit(126);
    }
    _exit(126);
}

/* 0 once the exec has succeeded, or the child's errno. */
static int await_exec(struct supervisor *s)
{
    int error = 0;
    ssize_t n;

    (void)close(s->report[1]);
    do {
        n = read(s->report[0], &error, sizeof(error));
    } while (n < 0 && errno == EINTR);
    if (n == (ssize_t)sizeof(error)) {
        while (waitpid(s->child, NULL, 0) < 0 && errno == EINTR) {
        }
        return error;
    }
    return 0;
}

int supervise(const struct tel_run *run, const char *path, char *const *argv,
              char *const *envp)
{
    struct supervisor s = {.run = run,
                           .path = path,
                           .argv = argv,
                           .envp = envp,
                           .wrapper = getpid(),
                           .report = {-1, -1}};
    int error = 0;

    if (pipe2(s.report, O_CLOEXEC) < 0) {
        tel_run_abandon(run);
        return failed_start(argv[0], become(path, argv, envp));
    }
    take_signals(&s);
    s.child = fork();
    if (s.child == 0) {
        run_child(&s);
    }
    error = s.child < 0 ? errno : await_exec(&s);
    if (error != 0) {
        (void)sigprocmask(SIG_SETMASK, &s.old_mask, NULL);
        tel_run_abandon(run);
        return failed_start(argv[0], error);
    }
    /* The tool may hide its arguments from /proc: then they must not be seen
     * here. Its name may stay. */
    wipe_strings(argv + 1);
    wipe_strings(envp);
    /* Whoever reads from the tool must see its end, not the wrapper's. */
    (void)syscall(SYS_close_range, 0U, ~0U, 0U);
    return follow(run, s.child);
}
