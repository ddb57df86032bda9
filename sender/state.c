/* SPDX-License-Identifier: MIT */
/* The sender's directory on disk, opened for one pass, with its two locks. */
#include "state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tel/config.h>

#define FILE_MAX_BYTES (8 << 20)
#define DAY_S 86400
#define RETRY_MS 20

static bool own(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && st.st_uid == geteuid();
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

/* Opens a directory in another; with make also a missing one, where the
 * other is the person's own. */
static int enter(int at, const char *name, bool make, int flags)
{
    flags |= O_DIRECTORY | O_CLOEXEC;
    int fd = openat(at, name, flags);
    if (fd >= 0)
        return fd;
    if (errno != ENOENT || !make)
        return -errno;
    if (!own(at))
        return -EPERM;
    if (mkdirat(at, name, 0700) < 0 && errno != EEXIST)
        return -errno;
    fd = openat(at, name, flags);
    return fd < 0 ? -errno : fd;
}

/* Opens a directory that is the person's own and closes it to all others. */
static int enter_own(int at, const char *name, bool make)
{
    struct stat st;
    int fd = enter(at, name, make, O_RDONLY);
    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0 || st.st_uid != geteuid() ||
        ((st.st_mode & 077) && fchmod(fd, 0700) < 0)) {
        (void)close(fd);
        return -EPERM;
    }
    return fd;
}

static int open_path(const char *path, bool make)
{
    char copy[TEL_PATH_MAX];
    size_t len = strlen(path);
    if (*path != '/' || len >= sizeof(copy))
        return -ENAMETOOLONG;
    memcpy(copy, path, len + 1);
    char *last = strrchr(copy, '/');
    *last++ = '\0';

    int at = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    char *rest = NULL;
    for (char *part = strtok_r(copy, "/", &rest); part && at >= 0;
         part = strtok_r(NULL, "/", &rest)) {
        int next = enter(at, part, make, O_PATH);
        (void)close(at);
        if (next < 0)
            return next;
        at = next;
    }
    if (at < 0)
        return -errno;
    int fd = enter_own(at, last, make);
    (void)close(at);
    return fd;
}

int state_open(const char *path, bool make, struct state *ret_state)
{
    struct state state = STATE_CLOSED;
    state.dir = open_path(path, make);
    if (state.dir < 0)
        return state.dir;
    state.outbox = enter_own(state.dir, "outbox", make);
    if (state.outbox < 0) {
        int r = state.outbox;
        close_fd(&state.dir);
        return r;
    }
    *ret_state = state;
    return 0;
}

void state_close(struct state *state)
{
    close_fd(&state->lock);
    close_fd(&state->send_lock);
    close_fd(&state->outbox);
    close_fd(&state->dir);
}

/* A purge may unlink a lock's file while somebody waits for it: what counts
 * is a lock on the file that the name stands for. */
static int take(int dir, const char *name, int wait, int *ret_fd)
{
    for (;;) {
        struct stat held, named;
        int fd =
            openat(dir, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
            return -errno;
        int r = own(fd) ? 0 : -EPERM;
        if (r == 0 && flock(fd, LOCK_EX | wait) < 0)
            r = errno == EWOULDBLOCK ? -EBUSY : -errno;
        if (r < 0) {
            (void)close(fd);
            return r;
        }
        if (fstat(fd, &held) == 0 &&
            fstatat(dir, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
            held.st_ino == named.st_ino && held.st_dev == named.st_dev) {
            *ret_fd = fd;
            return 0;
        }
        (void)close(fd);
    }
}

int state_lock(struct state *state)
{
    return take(state->dir, "lock", 0, &state->lock);
}

void state_unlock(struct state *state)
{
    close_fd(&state->lock);
}

int state_lock_sending(struct state *state, unsigned wait_ms)
{
    const struct timespec pause = {0, RETRY_MS * 1000000L};
    for (;;) {
        int r = take(state->dir, "send.lock", LOCK_NB, &state->send_lock);
        if (r != -EBUSY || wait_ms < RETRY_MS)
            return r;
        wait_ms -= RETRY_MS;
        (void)nanosleep(&pause, NULL);
    }
}

static int read_fd(int fd, struct bytes *ret_bytes)
{
    struct bytes bytes = BYTES_EMPTY;
    struct stat st;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid())
        return -EPERM;
    if (st.st_size > FILE_MAX_BYTES)
        return -EFBIG;
    if (!bytes_reserve(&bytes, (size_t)st.st_size))
        return -ENOMEM;
    while (bytes.len < (size_t)st.st_size) {
        ssize_t n =
            read(fd, bytes.at + bytes.len, (size_t)st.st_size - bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            int r = -errno;
            bytes_clear(&bytes);
            return r;
        }
        if (n == 0)
            break;
        bytes.len += (size_t)n;
    }
    bytes.at[bytes.len] = '\0';
    *ret_bytes = bytes;
    return 0;
}

int state_read(int dir, const char *name, struct bytes *ret_bytes)
{
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return -errno;
    int r = read_fd(fd, ret_bytes);
    (void)close(fd);
    return r;
}

int write_all(int fd, const char *at, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, at, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

time_t state_today(void)
{
    time_t now = time(NULL);
    return now - now % DAY_S;
}

void state_date(int fd, time_t day)
{
    const struct timespec times[2] = {{.tv_sec = day}, {.tv_sec = day}};
    (void)futimens(fd, times);
}

int state_write(int dir, const char *tmp, const char *name,
                const struct bytes *bytes, time_t day)
{
    if (bytes_failed(bytes))
        return -ENOMEM;
    int fd = openat(
        dir, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -errno;
    int r = write_all(fd, bytes->at ? bytes->at : "", bytes->len);
    if (r == 0) {
        state_date(fd, day);
        r = fsync(fd) < 0 ? -errno : 0;
    }
    (void)close(fd);
    if (r == 0 && renameat(dir, tmp, dir, name) < 0)
        r = -errno;
    if (r < 0)
        (void)unlinkat(dir, tmp, 0);
    return r;
}

static int empty(int fd)
{
    int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = again < 0 ? NULL : fdopendir(again);
    int r = 0;
    if (!dir) {
        r = -errno;
        if (again >= 0)
            (void)close(again);
        return r;
    }
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (unlinkat(fd, entry->d_name, 0) < 0 && errno != EISDIR &&
            errno != EPERM && errno != ENOENT)
            r = -errno;
    }
    (void)closedir(dir);
    return r;
}

int state_purge(struct state *state, const char *path)
{
    static const char *const names[] = {
        "due", "dropped", "sent.log", "tmp", "tmp.log", "send.lock", "lock"};
    int r = empty(state->outbox);
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (unlinkat(state->dir, names[i], 0) < 0 && errno != ENOENT)
            r = -errno;
    }
    /* Left standing where somebody else keeps a file in them. */
    if (unlinkat(state->dir, "outbox", AT_REMOVEDIR) == 0)
        (void)rmdir(path);
    return r;
}
