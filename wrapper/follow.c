/* SPDX-License-Identifier: MIT */
/*
 * Following: what happens to the wrapper happens to the tool, and what the
 * tool does to itself (stop, go on, end) the wrapper does too.
 *
 * Every signal is blocked and taken one by one, so none is missed and none
 * interrupts. Terminals and shells signal the whole process group, in which
 * the tool is: those signals it has already. The newest member of a group is
 * signalled first, so when the wrapper hears of one, the tool has it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wrap.h"

struct followed {
    const struct tel_run *run;
    pid_t tool;
    int failure;
};

static pid_t group_of(pid_t pid)
{
    return (pid_t)syscall(SYS_getpgid, pid);
}

/* Whether the tool, once stopped, has been continued. peek: and will still
 * be said to have been the next time. */
static bool has_gone_on(const struct followed *f, bool peek)
{
    siginfo_t info = {.si_pid = 0};

    /* waitpid(2) would take its end as well. */
    return syscall(SYS_waitid, P_PID, f->tool, &info,
                   WCONTINUED | WNOHANG | (peek ? WNOWAIT : 0), NULL) == 0 &&
           info.si_pid == f->tool;
}

static void let_through(int signal)
{
    sigset_t only;

    (void)sigemptyset(&only);
    (void)sigaddset(&only, signal);
    (void)sigprocmask(SIG_UNBLOCK, &only, NULL);
    (void)sigprocmask(SIG_BLOCK, &only, NULL);
}

static void set_action(int signal, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};

    (void)sigaction(signal, &action, NULL);
}

static void die_by(int signal)
{
    /* The tool has dumped its core already; one of the wrapper's would
     * replace it, or be reported as a second crash. */
    (void)prctl(PR_SET_DUMPABLE, 0);
    set_action(signal, SIG_DFL);
    (void)kill(getpid(), signal);
    let_through(signal);
}

/*
 * Stops as the tool did, by the same signal: shells say which it was. If the
 * group was continued meanwhile, the tool goes on and the wrapper must not
 * stop. A SIGCONT takes back a stop signal that is pending, so this one is
 * first sent, while it is blocked, and then the tool is looked at: whenever
 * SIGCONT comes, one of the two notices.
 */
static void stop_by(const struct followed *f, int signal)
{
    set_action(signal, SIG_DFL);
    (void)kill(getpid(), signal);
    if (has_gone_on(f, true)) {
        set_action(signal, SIG_IGN); /* drops what is pending */
    } else {
        let_through(signal);
    }
}

/*
 * Alone, the tool would lead the group that a shell made for it, and to make
 * itself a group's leader would change nothing. Here it leaves the foreground
 * by that, and is stopped when it uses the terminal: then its new group is
 * given the foreground. True where it goes on.
 */
static bool gave_terminal(const struct followed *f)
{
    pid_t own = group_of(0);
    pid_t group = group_of(f->tool);
    pid_t foreground = -1;
    bool given;
    int tty;

    if (group < 0 || group == own) {
        return false;
    }
    tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (tty < 0) {
        return false;
    }
    given = ioctl(tty, TIOCGPGRP, &foreground) == 0 && foreground == own &&
            ioctl(tty, TIOCSPGRP, &group) == 0;
    (void)close(tty);
    return given && kill(-group, SIGCONT) == 0;
}

/* The status to exit with. */
static int end_as(const struct followed *f, int status)
{
    int error;

    if (read(f->failure, &error, sizeof(error)) > 0) {
        tel_run_abandon(f->run); /* exec failed; the child has said why */
        return WEXITSTATUS(status);
    }
    if (WIFSIGNALED(status)) {
        tel_run_end(f->run, TEL_RAW_SIGNAL, WTERMSIG(status));
        die_by(WTERMSIG(status));
        return 128 + WTERMSIG(status);
    }
    tel_run_end(f->run, TEL_RAW_EXIT, WEXITSTATUS(status));
    return WEXITSTATUS(status);
}

/* The exit status, or -1 while the tool goes on. */
static int take_state(const struct followed *f)
{
    int status = 0;
    int signal;

    if (waitpid(f->tool, &status, WNOHANG | WUNTRACED) != f->tool) {
        return -1;
    }
    if (!WIFSTOPPED(status)) {
        return end_as(f, status);
    }
    signal = WSTOPSIG(status);
    if ((signal != SIGTTIN && signal != SIGTTOU) || !gave_terminal(f)) {
        stop_by(f, signal);
    }
    return -1;
}

/* What the kernel sends for a terminal; the rest of its signals, as SIGALRM
 * of an alarm that was set before, are for this process alone. */
static bool is_of_terminal(const siginfo_t *info)
{
    if (info->si_code <= 0) {
        return false;
    }
    switch (info->si_signo) {
    case SIGINT:
    case SIGQUIT:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
    case SIGWINCH:
        return true;
    case SIGHUP:
    case SIGCONT: /* to a session's leader alone, or to a group */
        return syscall(SYS_getsid, 0) != getpid();
    default:
        return false;
    }
}

/*
 * Whether the job has been stopped since: what stopped it waits for the
 * wrapper, too, and would have taken back a SIGCONT that was still to be
 * taken.
 */
static bool is_stopped_again(void)
{
    /* The stop signals are in the first word, whatever its size. */
    unsigned long pending[64 / (8 * sizeof(unsigned long))] = {0};
    const unsigned long stops =
        1UL << (SIGTSTP - 1) | 1UL << (SIGTTIN - 1) | 1UL << (SIGTTOU - 1);

    return syscall(SYS_rt_sigpending, pending, sizeof(pending)) == 0 &&
           (pending[0] & stops) != 0;
}

/* Whether the tool has this signal itself, or sent it. */
static bool has_it(const struct followed *f, const siginfo_t *info)
{
    if (info->si_code <= 0 && info->si_pid == f->tool) {
        /* To its group, or to all processes, and not meant to come back. */
        return true;
    }
    if (info->si_signo == SIGCONT &&
        (has_gone_on(f, false) || is_stopped_again())) {
        return true;
    }
    return is_of_terminal(info) && group_of(f->tool) == group_of(0);
}

static void forward(const struct followed *f, siginfo_t *info)
{
    int signal = info->si_signo;

    if (has_it(f, info)) {
        return;
    }
    /* With its value and its sender, where the kernel allows to say so. */
    if (info->si_code < 0 && info->si_code != SI_TKILL &&
        syscall(SYS_rt_sigqueueinfo, f->tool, signal, info) == 0) {
        return;
    }
    /* A group that the tool has made would be the job's own without the
     * wrapper: what is sent to jobs goes to all of it. */
    if ((signal != SIGCONT && !is_of_terminal(info)) ||
        kill(-f->tool, signal) < 0) {
        (void)kill(f->tool, signal);
    }
    if (signal == SIGCONT) {
        (void)has_gone_on(f, false); /* by this one, and not by the next */
    }
}

int follow(const struct tel_run *run, pid_t tool, int failure)
{
    struct followed f = {.run = run, .tool = tool, .failure = failure};
    sigset_t all;
    siginfo_t info;
    int status = -1;

    (void)sigfillset(&all);
    while (status < 0) {
        if (sigwaitinfo(&all, &info) < 0) {
            continue;
        }
        if (info.si_signo == SIGCHLD) {
            status = take_state(&f);
        }
        if (info.si_signo != SIGCHLD || info.si_code <= 0) {
            forward(&f, &info);
        }
    }
    return status;
}
