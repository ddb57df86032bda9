/* SPDX-License-Identifier: MIT */
/* A whole small file that somebody trusted wrote, and its folder. */
#include "trusted.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_trusted(const struct stat *st, uid_t owner)
{
    return (st->st_uid == 0 || st->st_uid == owner) &&
           (st->st_mode & S_IWOTH) == 0;
}

static int check(int fd, uid_t owner, size_t size, size_t *ret_len)
{
    struct stat st;

    if (fstat(fd, &st) < 0) {
        return -errno;
    }
    if (!S_ISREG(st.st_mode) || !is_trusted(&st, owner)) {
        return -EPERM;
    }
    if (st.st_size < 0 || (uint64_t)st.st_size > size) {
        return -EFBIG;
    }
    *ret_len = (size_t)st.st_size;
    return 0;
}

/* Up to len bytes; a file that shrinks meanwhile gives fewer. */
static int read_all(int fd, char *buf, size_t len)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = read(fd, buf + done, len - done);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return -errno;
        }
        if (n == 0) {
            break;
        }
        done += (size_t)n;
    }
    return (int)done;
}

int tel_trusted_read(const char *path, uid_t owner, char *buf, size_t size)
{
    size_t len = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    int r;

    if (fd < 0) {
        return -errno;
    }
    r = check(fd, owner, size, &len);
    if (r == 0) {
        r = read_all(fd, buf, len);
    }
    (void)close(fd);
    return r;
}

int tel_trusted_folder(const char *path, uid_t owner)
{
    struct stat st;

    if (stat(path, &st) < 0) {
        return -errno;
    }
    return S_ISDIR(st.st_mode) && is_trusted(&st, owner) ? 0 : -EPERM;
}
