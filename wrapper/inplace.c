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
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
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
};

static void drop_descriptors(int but)
{
    if (but > 0) {
        (void)syscall(SYS_close_range, 0U, (unsigned)but - 1, 0U);
    }
    (void)syscall(SYS_close_range, (unsigned)but + 1, ~0U, 0U);
}

/* Context: child, beside a parent that shares this memory. */
static int watch(void *argument)
{
    const struct watcher *watcher = argument;
    struct pollfd pollfd = {.fd = watcher->pidfd, .events = POLLIN};
    int status = 0;

    drop_descriptors(watcher->pidfd);
    if (chdir("/") < 0) {
        return 1;
    }
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

static int start_watcher(void *argument)
{
    if (setsid() >= 0) {
        (void)clone(watch, watcher_stack + STACK_BYTES,
                    CLONE_VM | CLONE_UNTRACED, argument);
    }
    return 0;
}

void leave_watcher(const struct tel_run *run)
{
    static struct watcher watcher;
    pid_t child;

    watcher.run = *run;
    watcher.pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
    if (watcher.pidfd < 0) {
        return;
    }
    child = clone(start_watcher, first_stack + STACK_BYTES,
                  CLONE_VM | CLONE_VFORK | CLONE_UNTRACED, &watcher);
    if (child > 0) {
        while (waitpid(child, NULL, __WALL) < 0 && errno == EINTR) {
        }
    }
}
