/* SPDX-License-Identifier: MIT */
/* A program on a pseudo-terminal of its own. */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DEADLINE_MS 20000

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int open_master(char *slave, size_t size)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

    if (master >= 0 && (grantpt(master) < 0 || unlockpt(master) < 0 ||
                        ptsname_r(master, slave, size) != 0)) {
        close(master);
        master = -1;
    }
    return master;
}

bool terminal_works(void)
{
    char slave[64];
    int master = open_master(slave, sizeof(slave));

    if (master < 0) {
        print_message("no pseudo-terminals here: %s\n", strerror(errno));
        return false;
    }
    close(master);
    return true;
}

/* Context: child. */
static void become_leader(struct scratch *scratch, const char *slave,
                          char *const *argv)
{
    struct rlimit core;
    sigset_t none;
    int tty;

    if (setsid() < 0)
        return;
    tty = open(slave, O_RDWR); /* it becomes the controlling terminal */
    for (int sig = 1; sig <= SIGRTMAX; sig++)
        signal(sig, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* No cores, unless a test asks for one. */
    if (getrlimit(RLIMIT_CORE, &core) == 0) {
        core.rlim_cur = 0;
        setrlimit(RLIMIT_CORE, &core);
    }
    if (tty < 0 || dup2(tty, 0) < 0 || dup2(tty, 1) < 0 || dup2(tty, 2) < 0 ||
        chdir(scratch_path(scratch, "home")) < 0)
        return;
    syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
    environ = scratch->vars;
    execvp(argv[0], argv);
}

struct terminal *terminal_start(struct scratch *scratch, char *const *argv)
{
    struct terminal *terminal = calloc(1, sizeof(*terminal));
    char slave[64];

    assert_non_null(terminal);
    terminal->master = open_master(slave, sizeof(slave));
    if (terminal->master < 0)
        fail_msg("no pseudo-terminal: %s", strerror(errno));
    terminal->shown = calloc(1, 1);
    assert_non_null(terminal->shown);
    terminal->size = 1;
    terminal->label = argv[0];
    terminal_resize(terminal, 24, 80);
    fflush(NULL);
    terminal->leader = fork();
    if (terminal->leader == 0) {
        become_leader(scratch, slave, argv);
        _exit(127);
    }
    if (terminal->leader < 0)
        fail_msg("fork: %s", strerror(errno));
    return terminal;
}

void terminal_free(struct terminal *terminal)
{
    if (terminal == NULL)
        return;
    terminal_hang_up(terminal);
    if (terminal->leader > 0) {
        kill(terminal->leader, SIGKILL);
        waitpid(terminal->leader, NULL, 0);
    }
    free(terminal->shown);
    free(terminal);
}

void terminal_send(struct terminal *terminal, const char *keys)
{
    size_t len = strlen(keys);

    if (write(terminal->master, keys, len) != (ssize_t)len)
        fail_msg("write to the terminal: %s", strerror(errno));
}

/* Waits for more and reads it: false where none will come, or none came. */
static bool read_more(struct terminal *terminal, int64_t deadline)
{
    struct pollfd polled = {.fd = terminal->master, .events = POLLIN};
    int64_t left = deadline - now_ms();
    ssize_t got;

    if (terminal->size - terminal->len < 4096) {
        terminal->size = terminal->size * 2 + 8192;
        terminal->shown = realloc(terminal->shown, terminal->size);
        if (terminal->shown == NULL)
            abort();
    }
    if (left <= 0 || poll(&polled, 1, (int)left) <= 0)
        return false;
    /* EIO: nobody has the other side open any more. */
    got = read(terminal->master, terminal->shown + terminal->len,
               terminal->size - terminal->len - 1);
    if (got <= 0)
        return false;
    terminal->len += (size_t)got;
    terminal->shown[terminal->len] = '\0';
    return true;
}

void terminal_wait(struct terminal *terminal, const char *text)
{
    int64_t deadline = now_ms() + DEADLINE_MS;
    const char *found;

    for (;;) {
        found = memmem(terminal->shown + terminal->seen,
                       terminal->len - terminal->seen, text, strlen(text));
        if (found != NULL)
            break;
        if (!read_more(terminal, deadline))
            fail_msg("%s: \"%s\" did not come; shown so far:\n%s\nbehind:\n%s",
                     terminal->label, text, terminal->shown,
                     terminal->shown + terminal->seen);
    }
    terminal->seen = (size_t)(found - terminal->shown) + strlen(text);
}

void terminal_resize(struct terminal *terminal, unsigned rows, unsigned columns)
{
    struct winsize size = {.ws_row = (unsigned short)rows,
                           .ws_col = (unsigned short)columns};

    if (ioctl(terminal->master, TIOCSWINSZ, &size) < 0)
        fail_msg("TIOCSWINSZ: %s", strerror(errno));
}

void terminal_hang_up(struct terminal *terminal)
{
    if (terminal->master >= 0)
        close(terminal->master);
    terminal->master = -1;
}

pid_t terminal_foreground(const struct terminal *terminal)
{
    return tcgetpgrp(terminal->master);
}

void terminal_modes(const struct terminal *terminal,
                    struct termios *ret_termios)
{
    if (tcgetattr(terminal->master, ret_termios) < 0)
        fail_msg("tcgetattr: %s", strerror(errno));
}

static bool is_over(void *context)
{
    siginfo_t info = {0};
    const struct terminal *terminal = context;

    return waitid(P_PID, (id_t)terminal->leader, &info,
                  WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == terminal->leader;
}

int terminal_end(struct terminal *terminal)
{
    int64_t deadline = now_ms() + DEADLINE_MS;
    int status = 0;

    while (terminal->master >= 0 && read_more(terminal, deadline))
        ;
    if (now_ms() > deadline)
        fail_msg("%s: the terminal's leader did not end; shown:\n%s",
                 terminal->label, terminal->shown);
    until(is_over, terminal);
    waitpid(terminal->leader, &status, 0);
    terminal->leader = 0;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}
