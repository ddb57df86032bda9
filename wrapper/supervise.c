/* SPDX-License-Identifier: MIT */
/* Supervising: the tool is a child, and its life is made the wrapper's own. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
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

static void die_by(int signal)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    struct rlimit none = {0, 0};
    sigset_t only;

    /* The tool has dumped its core already; this one would replace it. */
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)sigaction(signal, &action, NULL);
    (void)kill(getpid(), signal);
    (void)sigemptyset(&only);
    (void)sigaddset(&only, signal);
    (void)sigprocmask(SIG_UNBLOCK, &only, NULL);
}

/* The exit status, or -1 while the child goes on. */
static int take_child(struct supervisor *s)
{
    int status = 0;
    pid_t pid = waitpid(s->child, &status, WNOHANG | WUNTRACED);

    if (pid != s->child) {
        return -1;
    }
    if (WIFSTOPPED(status)) {
        /* Stopped as the tool is, so that the shell sees its job stop. */
        (void)kill(getpid(), SIGSTOP);
        return -1;
    }
    if (WIFSIGNALED(status)) {
        tel_run_end(s->run, TEL_RAW_SIGNAL, WTERMSIG(status));
        die_by(WTERMSIG(status));
        return 128 + WTERMSIG(status);
    }
    tel_run_end(s->run, TEL_RAW_EXIT, WEXITSTATUS(status));
    return WEXITSTATUS(status);
}

/*
 * The kernel's own signals (from the terminal, a hang-up) go to the whole
 * foreground group, so the tool has them already. What was sent to the
 * wrapper was meant for the tool.
 */
static void forward(const struct supervisor *s, const siginfo_t *info)
{
    if (info->si_signo == SIGCONT || info->si_code <= 0) {
        (void)kill(s->child, info->si_signo);
    }
}

static int follow(struct supervisor *s)
{
    sigset_t all;
    siginfo_t info;
    int status = -1;

    (void)sigfillset(&all);
    while (status < 0) {
        if (sigwaitinfo(&all, &info) < 0) {
            continue;
        }
        if (info.si_signo == SIGCHLD) {
            status = take_child(s);
        } else {
            forward(s, &info);
        }
    }
    return status;
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
    return follow(&s);
}
