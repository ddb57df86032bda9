/* SPDX-License-Identifier: MIT */
/* Where the table is, and whether it is one's own. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <tel/text.h>

#include "table.h"

/*
 * /run/user/UID of another user (left over from su) is told by its name,
 * since a system call for it would be paid by every program.
 */
static bool is_foreign(const char *runtime_dir, uid_t euid)
{
    static const char prefix[] = "/run/user/";
    char own[32];
    struct tel_text text;

    if (strncmp(runtime_dir, prefix, sizeof(prefix) - 1) != 0) {
        return false;
    }
    tel_text_start(&text, own, sizeof(own));
    tel_text_add(&text, prefix);
    tel_text_number(&text, euid);
    return strncmp(runtime_dir, own, text.len) != 0 ||
           (runtime_dir[text.len] != '\0' && runtime_dir[text.len] != '/');
}

int tel_table_dir(const struct tel_env *env, size_t index, char *buf,
                  size_t size)
{
    struct tel_text text;

    tel_text_start(&text, buf, size);
    if (env->runtime_dir != NULL && !is_foreign(env->runtime_dir, env->euid)) {
        if (index == 0) {
            tel_text_add(&text, env->runtime_dir);
            tel_text_add(&text, "/tel");
            return tel_text_end(&text) < 0 ? -ENAMETOOLONG : 0;
        }
        index--;
    }
    if (index > 0) {
        return -ENOENT;
    }
    tel_text_add(&text, TEL_SHMDIR "/tel-");
    tel_text_number(&text, env->euid);
    return tel_text_end(&text) < 0 ? -ENAMETOOLONG : 0;
}

static int check(int fd, const char *dir, uid_t euid)
{
    struct stat st;

    if (fstat(fd, &st) < 0) {
        return -errno;
    }
    if (!S_ISREG(st.st_mode) || st.st_uid != euid || (st.st_mode & 0077) != 0 ||
        st.st_size != (off_t)TABLE_BYTES) {
        return -EPERM;
    }
    if (lstat(dir, &st) < 0) {
        return -errno;
    }
    if (!S_ISDIR(st.st_mode) || st.st_uid != euid || (st.st_mode & 0077) != 0) {
        return -EPERM;
    }
    return 0;
}

bool head_valid(const struct table_head *head)
{
    return memcmp(head->magic, TABLE_MAGIC, sizeof(TABLE_MAGIC)) == 0 &&
           head->slots == TABLE_SLOTS &&
           head->slot_bytes == sizeof(struct table_slot) &&
           (head->clock == CLOCK_MONOTONIC ||
            head->clock == CLOCK_MONOTONIC_COARSE);
}

int table_path(const char *dir, char *buf, size_t size)
{
    struct tel_text text;

    tel_text_start(&text, buf, size);
    tel_text_add(&text, dir);
    tel_text_add(&text, "/" TEL_TABLE_FILE);
    return tel_text_end(&text) < 0 ? -ENAMETOOLONG : 0;
}

int table_open_any(const char *dir, int flags)
{
    char path[TEL_PATH_MAX];
    int r = table_path(dir, path, sizeof(path));
    int fd;

    if (r < 0) {
        return r;
    }
    /* Somebody else's FIFO at this place must not hold the host up. */
    fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    return fd < 0 ? -errno : fd;
}

int table_open(const char *dir, uid_t euid, int flags)
{
    int fd = table_open_any(dir, flags);
    int r;

    if (fd < 0) {
        return fd;
    }
    r = check(fd, dir, euid);
    if (r < 0) {
        (void)close(fd);
        return r;
    }
    return fd;
}
