/* SPDX-License-Identifier: MIT */
/*
 * In place: the wrapper becomes the tool, and a watcher stays behind.
 *
 * The watcher holds a pidfd of the tool and asks the kernel how it ended once
 * the tool's own parent has reaped it. It must not be seen: not by a wait()
 * of the tool or of its parent, not by a tracer, not in the tool's process
 * group, and it must hold nothing that somebody waits for. So it is the child
 * of a child that is gone at once, both without an exit signal.
 *
 * Both share the wrapper's memory (CLONE_VM), which spares the copies of its
 * page tables, and each runs on a stack of its own here. When the wrapper
 * becomes the tool, the watcher keeps the old memory, the mapped table in it.
 * The tool's arguments stand there too, and whoever reads /proc would see them
 * even where the tool has overwritten its own, as some do with a password: so
 * the watcher wipes them, and goes by another name than the tool's.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wrap.h"

/* For a tool that nobody reaps; then the sender finds the zombie's status. */
#define REAP_MS 60000

#define STACK_BYTES 16384

static unsigned char first_stack[STACK_BYTES] __attribute__((aligned(64)));
static unsigned char watcher_stack[STACK_BYTES] __attribute__((aligned(64)));

struct watcher {
    struct tel_run run;
    int pidfd;
    int becoming[2]; /* a pipe that exec closes */
    char *const *argv;
    char *const *envp;
};

static void close_from_to(unsigned first, unsigned last)
{
    if (first <= last) {
        (void)syscall(SYS_close_range, first, last, 0U);
    }
}

/* Everything but these two, of which the first is the smaller. */
static void drop_descriptors(unsigned first, unsigned second)
{
    if (first > 0) {
        close_from_to(0, first - 1);
    }
    close_from_to(first + 1, second - 1);
    close_from_to(second + 1, ~0U);
}

/* Waits until the wrapper has become the tool, or has ended. */
static void await_exec(const struct watcher *watcher)
{
    struct pollfd pollfd = {.fd = watcher->becoming[0]};

    while (poll(&pollfd, 1, -1) < 0 && errno == EINTR) {
    }
    (void)close(watcher->becoming[0]);
}

/* Context: child, beside a parent that shares this memory. */
static int watch(void *argument)
{
    const struct watcher *watcher = argument;
    struct pollfd pollfd = {.fd = watcher->pidfd, .events = POLLIN};
    int status = 0;

    (void)prctl(PR_SET_NAME, "tel-watch");
    if (chdir("/") < 0) {
        return 1;
    }
    await_exec(watcher);
    wipe_strings(watcher->argv);
    wipe_strings(watcher->envp);
    while (poll(&pollfd, 1, -1) < 0 && errno == EINTR) {
    }
    /* It has ended; POLLHUP comes when it has been reaped. */
    pollfd.events = 0;
    while (poll(&pollfd, 1, REAP_MS) < 0 && errno == EINTR) {
    }
    if (tel_pidfd_status(watcher->pidfd, &status) == 0) {
        if (WIFSIGNALED(status)) {
            tel_run_end(&watcher->run, TEL_RAW_SIGNAL, WTERMSIG(status));
        } else {
            tel_run_end(&watcher->run, TEL_RAW_EXIT, WEXITSTATUS(status));
        }
    }
    return 0;
}

/* Here, where the wrapper waits for it, everything is closed: a lock or a
 * pipe that the tool was given is held by the tool alone when that begins. */
static int start_watcher(void *argument)
{
    const struct watcher *watcher = argument;

    drop_descriptors((unsigned)watcher->pidfd, (unsigned)watcher->becoming[0]);
    if (setsid() >= 0) {
        (void)clone(watch, watcher_stack + STACK_BYTES,
                    CLONE_VM | CLONE_UNTRACED, argument);
    }
    return 0;
}

void leave_watcher(const struct tel_run *run, char *const *argv,
                   char *const *envp)
{
    static struct watcher watcher;
    pid_t child;

    watcher.run = *run;
    watcher.argv = argv;
    watcher.envp = envp;
    /* Both are closed on exec; the pidfd is the smaller number. */
    watcher.pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
    if (watcher.pidfd < 0 || pipe2(watcher.becoming, O_CLOEXEC) < 0) {
        return;
    }
    child = clone(start_watcher, first_stack + STACK_BYTES,
                  CLONE_VM | CLONE_UNTRACED, &watcher);
    if (child > 0) {
        tel_await_helper(child);
    }
}
