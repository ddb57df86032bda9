/* SPDX-License-Identifier: MIT */
/* What hosts that were killed while they made the table left beside it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <tel/text.h>

#include "table.h"

#define OLD_S 60 /* making one takes less than a millisecond */

/* The pid in the name of a table that is being made, or 0. */
static pid_t maker_of(const char *name)
{
    static const char prefix[] = TABLE_BESIDE;
    const size_t len = sizeof(prefix) - 1;
    uint64_t pid = 0;

    if (strncmp(name, prefix, len) != 0 ||
        !tel_text_parse(name + len, strlen(name + len), INT32_MAX, &pid)) {
        return 0;
    }
    return (pid_t)pid;
}

/* Its maker is gone; or its pid is another's by now. */
static bool is_left(int dir, const char *name, pid_t maker)
{
    struct stat st;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
        !S_ISREG(st.st_mode)) {
        return false;
    }
    return (kill(maker, 0) < 0 && errno == ESRCH) ||
           st.st_mtime + OLD_S < time(NULL);
}

static int sweep(DIR *dir)
{
    struct dirent *entry;
    int count = 0;

    while ((entry = readdir(dir)) != NULL) {
        pid_t maker = maker_of(entry->d_name);

        if (maker <= 0 || !is_left(dirfd(dir), entry->d_name, maker)) {
            continue;
        }
        if (unlinkat(dirfd(dir), entry->d_name, 0) == 0) {
            count++;
        } else if (errno != ENOENT) { /* another sweep was quicker */
            return -errno;
        }
    }
    return count;
}

int tel_table_sweep(const char *path, uid_t euid)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;
    DIR *dir;
    int r;

    if (fd < 0) {
        return errno == ENOENT ? 0 : -errno;
    }
    if (fstat(fd, &st) < 0 || st.st_uid != euid) {
        (void)close(fd);
        return -EPERM;
    }
    dir = fdopendir(fd);
    if (dir == NULL) {
        r = -errno;
        (void)close(fd);
        return r;
    }
    r = sweep(dir);
    (void)closedir(dir);
    return r;
}
