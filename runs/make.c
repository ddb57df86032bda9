/* SPDX-License-Identifier: MIT */
/* Making the table: filled beside its place, then linked into it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include <tel/text.h>

#include "table.h"

/*
 * The clock that the recorders use. Where the kernel's clock source has no
 * vDSO reader, CLOCK_MONOTONIC would be a system call at every exit; the
 * coarse one never is. Sources by name: arch/x86/entry/vdso, arch/arm64.
 */
static int choose_clock(void)
{
    static const char fast[][28] = {
        "tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter"};
    char name[32] = {0};
    int fd =
        open("/sys/devices/system/clocksource/clocksource0/current_clocksource",
             O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0) {
        return CLOCK_MONOTONIC_COARSE;
    }
    n = read(fd, name, sizeof(name) - 1);
    (void)close(fd);
    for (size_t i = 0; n > 0 && i < sizeof(fast) / sizeof(fast[0]); i++) {
        if (strncmp(name, fast[i], strnlen(fast[i], 28)) == 0) {
            return CLOCK_MONOTONIC;
        }
    }
    return CLOCK_MONOTONIC_COARSE;
}

static bool is_memory_above(const char *dir)
{
    char above[TEL_PATH_MAX];
    const char *slash = strrchr(dir, '/');
    struct statfs fs;
    size_t len = (size_t)(slash - dir);

    if (len >= sizeof(above)) {
        return false;
    }
    memcpy(above, dir, len);
    above[len] = '\0';
    return statfs(above, &fs) == 0 && fs.f_type == TMPFS_MAGIC;
}

/* The folder, made where it is missing; memory, private, and euid's own. */
static int prepare_folder(const char *dir, uid_t euid)
{
    struct statfs fs;
    struct stat st;

    /* Nothing is left in a place that is no memory. */
    if (!is_memory_above(dir)) {
        return -EMEDIUMTYPE;
    }
    /* chmod, as the host's umask may take away even one's own rights. */
    if (mkdir(dir, 0700) == 0 ? chmod(dir, 0700) < 0 : errno != EEXIST) {
        return -errno;
    }
    if (lstat(dir, &st) < 0 || statfs(dir, &fs) < 0) {
        return -errno;
    }
    if (!S_ISDIR(st.st_mode) || st.st_uid != euid || (st.st_mode & 0077) != 0) {
        return -EPERM;
    }
    return fs.f_type == TMPFS_MAGIC ? 0 : -EMEDIUMTYPE;
}

static int fill(int fd)
{
    union {
        struct table_head head;
        char bytes[TABLE_WORDS_AT];
    } start = {.bytes = {0}};

    memcpy(start.head.magic, TABLE_MAGIC, sizeof(TABLE_MAGIC));
    start.head.slots = TABLE_SLOTS;
    start.head.slot_bytes = sizeof(struct table_slot);
    start.head.clock = (uint32_t)choose_clock();
    start.head.proc_dev = (uint32_t)process_device(getpid());
    /* All pages are there from the start: no SIGBUS on a full tmpfs later. */
    if (fchmod(fd, 0600) < 0 || fallocate(fd, 0, 0, (off_t)TABLE_BYTES) < 0) {
        return -errno;
    }
    if (pwrite(fd, start.bytes, TABLE_WORDS_AT, 0) != TABLE_WORDS_AT) {
        return -EIO;
    }
    return 0;
}

/* A name of this process's own, beside the table's place. */
static int path_beside(const char *dir, char *buf, size_t size)
{
    struct tel_text text;

    tel_text_start(&text, buf, size);
    tel_text_add(&text, dir);
    tel_text_add(&text, "/" TABLE_BESIDE);
    tel_text_number(&text, (uint64_t)getpid());
    return tel_text_end(&text);
}

int table_make(const char *dir, uid_t euid)
{
    char beside[TEL_PATH_MAX];
    char path[TEL_PATH_MAX];
    struct rlimit limit;
    int fd;
    int r;

    /* Beyond RLIMIT_FSIZE a write ends the host by SIGXFSZ. */
    if (getrlimit(RLIMIT_FSIZE, &limit) < 0 || limit.rlim_cur < TABLE_BYTES) {
        return -EFBIG;
    }
    if (table_path(dir, path, sizeof(path)) < 0 ||
        path_beside(dir, beside, sizeof(beside)) < 0) {
        return -ENAMETOOLONG;
    }
    r = prepare_folder(dir, euid);
    if (r < 0) {
        return r;
    }
    (void)unlink(beside);
    fd = open(beside, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return -errno;
    }
    r = fill(fd);
    (void)close(fd);
    if (r == 0 && link(beside, path) < 0 && errno != EEXIST) {
        r = -errno;
    }
    (void)unlink(beside);
    return r;
}
