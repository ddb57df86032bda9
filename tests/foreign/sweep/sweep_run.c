/* SPDX-License-Identifier: MIT */
/* One run of one command: started, caught, limited, and cleared away. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sweep.h"

/* How long output may stay open after the end of what was run. */
#define HELD_MS 2000

#define PRELOAD "LD_PRELOAD=" BOX_SHIM

static char *const environment[] = {
    (char[]){"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:"
             "/bin"},
    (char[]){"HOME=" BOX_HOME},
    (char[]){"USER=sweep"},
    (char[]){"LOGNAME=sweep"},
    (char[]){"SHELL=/bin/sh"},
    (char[]){"LC_ALL=C"},
    (char[]){"TERM=dumb"},
    (char[]){"TZ=UTC"},
    (char[]){"PERL_HASH_SEED=0"},
    (char[]){"PYTHONHASHSEED=0"},
    (char[]){"XDG_RUNTIME_DIR=" BOX_RUNTIME},
    (char[]){"XDG_STATE_HOME=" BOX_STATE},
    (char[]){"TEL_CONFIG_PATH=" BOX_POLICIES},
    NULL,
    NULL};

struct running {
    pid_t pid;
    int pidfd;
    int out;
    int err;
    int64_t deadline_ms;
};

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

char *const *run_environment(void)
{
    return environment;
}

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "sweep: %s: %s\n", what, strerror(errno));
    fflush(stderr);
    _exit(2);
}

/* Context: child. */
static void become_command(const struct run_plan *plan, int out, int err)
{
    static char preload[] = PRELOAD;
    static char wrap[] = BOX_WRAP;
    static char in_place[] = "--mode=in-place";
    static char supervise[] = "--mode=supervise";
    char *variables[COUNT(environment)];
    char *argv[5];
    size_t n = 0;
    int null = open("/dev/null", O_RDONLY);

    memcpy(variables, environment, sizeof(variables));
    if (plan->way == WAY_PRELOAD || plan->way == WAY_SENDER) {
        variables[COUNT(environment) - 2] = preload;
    } else if (plan->way != WAY_BARE) {
        argv[n++] = wrap;
        argv[n++] = plan->way == WAY_IN_PLACE ? in_place : supervise;
    }
    argv[n++] = plan->command->path;
    argv[n++] = (char *)(uintptr_t)plan->option;
    argv[n] = NULL;
    if (setsid() < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 ||
        dup2(err, 2) < 0 || close_range(3, ~0U, 0) < 0 || chdir(BOX_WORK) < 0) {
        _exit(126);
    }
    (void)execvpe(argv[0], argv, variables);
    /* As tel-wrap does where a tool can't be started. */
    _exit(errno == ENOENT ? 127 : 126);
}

static void start(const struct run_plan *plan, struct running *running)
{
    int64_t limit_ms = plan->limit_s * 1000LL;
    int out[2];
    int err[2];

    if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0) {
        give_up("pipe");
    }
    /* What needs just less than the limit must not differ by chance. */
    limit_ms += plan->way == WAY_BARE ? 0 : limit_ms / 2;
    running->deadline_ms = now_ms() + limit_ms;
    running->pid = fork();
    if (running->pid == 0) {
        become_command(plan, out[1], err[1]);
    }
    (void)close(out[1]);
    (void)close(err[1]);
    running->out = out[0];
    running->err = err[0];
    running->pidfd = (int)syscall(SYS_pidfd_open, running->pid, 0);
    if (running->pid < 0 || running->pidfd < 0) {
        give_up("fork");
    }
}

/* What a command says beyond this is dropped. */
#define TEXT_MAX (4U << 20)

/* Reads what is there; closes the stream at its end. */
static void take(int *fd, struct text *text)
{
    char buf[65536];
    ssize_t n = read(*fd, buf, sizeof(buf));

    if (n > 0) {
        size_t room = TEXT_MAX - text->len;

        text_add_bytes(text, buf, (size_t)n < room ? (size_t)n : room);
    } else if (n == 0 || errno != EINTR) {
        (void)close(*fd);
        *fd = -1;
    }
}

/* Reads until the process has ended (with_process), or until both streams
 * have; false: not before the deadline. */
static bool follow(struct running *running, bool with_process,
                   struct outcome *outcome)
{
    for (;;) {
        struct pollfd fds[3] = {
            {running->out, POLLIN, 0},
            {running->err, POLLIN, 0},
            {with_process ? running->pidfd : -1, POLLIN, 0}};
        int64_t left = running->deadline_ms - now_ms();

        if (!with_process && running->out < 0 && running->err < 0) {
            return true;
        }
        if (left <= 0) {
            return false;
        }
        if (poll(fds, COUNT(fds), (int)left) <= 0) {
            continue;
        }
        if (fds[0].revents != 0) {
            take(&running->out, &outcome->out);
        }
        if (fds[1].revents != 0) {
            take(&running->err, &outcome->err);
        }
        if (fds[2].revents != 0) {
            return true;
        }
    }
}

static void reap(struct running *running, struct tel_table *table,
                 struct outcome *outcome)
{
    siginfo_t info;
    int status = 0;

    /* Not reaped yet: the last moment at which the kernel tells. */
    while (waitid(P_PID, (id_t)running->pid, &info, WEXITED | WNOWAIT) < 0 &&
           errno == EINTR) {
    }
    records_look(table);
    while (waitpid(running->pid, &status, 0) < 0 && errno == EINTR) {
    }
    outcome->status =
        WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* Whatever the command has left: all but process 1 and this one. */
static void end_all(void)
{
    while (kill(-1, SIGKILL) == 0) {
        (void)waitpid(-1, NULL, WNOHANG | __WALL);
        (void)nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
    }
}

/* It has ended: gives what it has left behind the time that it may need. */
static void await_rest(const struct run_plan *plan, struct running *running,
                       struct outcome *outcome, struct records *records)
{
    running->deadline_ms = now_ms() + HELD_MS;
    outcome->held = !outcome->timed_out && !follow(running, false, outcome);
    if (plan->way == WAY_IN_PLACE) {
        records_await(plan->table);
    }
    if (plan->way == WAY_SENDER && plan->command->loads == LOADS_YES &&
        plan->command->can_have_policy) {
        records->sender = records_await_sender(plan->table);
    }
}

static void close_all(struct running *running)
{
    (void)close(running->pidfd);
    if (running->out >= 0) {
        (void)close(running->out);
    }
    if (running->err >= 0) {
        (void)close(running->err);
    }
}

void run_once(const struct run_plan *plan, struct outcome *ret_outcome,
              struct records *ret_records)
{
    struct running running;

    memset(ret_outcome, 0, sizeof(*ret_outcome));
    memset(ret_records, 0, sizeof(*ret_records));
    files_reset(plan->consent);
    if (plan->way == WAY_SENDER) {
        records_want_sender(plan->table);
    }
    start(plan, &running);
    if (!follow(&running, true, ret_outcome)) {
        ret_outcome->timed_out = true;
        (void)kill(running.pid, SIGKILL);
    }
    reap(&running, plan->table, ret_outcome);
    await_rest(plan, &running, ret_outcome, ret_records);
    end_all();
    if (plan->way == WAY_SENDER) {
        records_need_no_sender(plan->table);
    }
    records_take(plan->table, ret_records);
    close_all(&running);
    files_list(&ret_outcome->files);
}

void outcome_clear(struct outcome *outcome)
{
    text_clear(&outcome->out);
    text_clear(&outcome->err);
    text_clear(&outcome->files);
}

unsigned outcome_difference(const struct outcome *a, const struct outcome *b)
{
    return (a->status != b->status ? PART_STATUS : 0U) |
           (text_same(&a->out, &b->out) ? 0U : PART_OUT) |
           (text_same(&a->err, &b->err) ? 0U : PART_ERR) |
           (text_same(&a->files, &b->files) ? 0U : PART_FILES) |
           (a->held != b->held ? PART_HELD : 0U) |
           (a->timed_out || b->timed_out ? PART_TIME : 0U);
}
