/* SPDX-License-Identifier: MIT */
/*
 * The few functions of libc that the rooms call, made of system calls.
 *
 * Hidden in the shim, so that no host ever sees them, and so that they stay
 * what they are where a host (or another preload: fakeroot, libeatmydata)
 * has its own open or stat. Where a long has 64 bits, the kernel's struct
 * stat is the library's. Context: child, as the functions they stand for.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "call.h"

#ifdef __i386__

/* An offset is passed in halves, and some calls have a newer number, since
 * the first took 32 bits of it, or 16 of a uid. */
#define OFFSET(at) (long)(at), (long)((at) >> 32)
#define GETEUID SYS_geteuid32

#else

#define OFFSET(at) (at)
#define GETEUID SYS_geteuid

#endif

long syscall(long number, ...)
{
    long arg[6];
    long result;
    va_list args;

    va_start(args, number);
    for (int i = 0; i < 6; i++) {
        arg[i] = va_arg(args, long);
    }
    va_end(args);
    result = call(number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
    if (result < 0 && result > -4096) {
        errno = (int)-result;
        return -1;
    }
    return result;
}

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    va_list args;

    va_start(args, flags);
    if (flags & O_CREAT) {
        mode = va_arg(args, mode_t);
    }
    va_end(args);
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int close(int fd)
{
    return (int)syscall(SYS_close, fd);
}

ssize_t read(int fd, void *buf, size_t size)
{
    return syscall(SYS_read, fd, buf, size);
}

ssize_t pread(int fd, void *buf, size_t size, off_t at)
{
    return syscall(SYS_pread64, fd, buf, size, OFFSET(at));
}

ssize_t pwrite(int fd, const void *buf, size_t size, off_t at)
{
    return syscall(SYS_pwrite64, fd, buf, size, OFFSET(at));
}

int fallocate(int fd, int mode, off_t at, off_t len)
{
    return (int)syscall(SYS_fallocate, fd, mode, OFFSET(at), OFFSET(len));
}

#ifdef __i386__

/* struct stat64 of the kernel (arch/x86/include/uapi/asm/stat.h). */
struct kernel_stat {
    uint64_t dev;
    uint32_t unused[2];
    uint32_t mode;
    uint32_t nlink;
    uint32_t uid;
    uint32_t gid;
    uint64_t rdev;
    uint32_t unused_too;
    int64_t size;
    uint32_t blksize;
    uint64_t blocks;
    uint32_t times[6]; /* nobody here asks for them */
    uint64_t ino;
};
_Static_assert(sizeof(struct kernel_stat) == 96, "struct stat64");

static int take_stat(int result, const struct kernel_stat *from,
                     struct stat *to)
{
    if (result < 0) {
        return result;
    }
    memset(to, 0, sizeof(*to));
    to->st_dev = from->dev;
    to->st_ino = from->ino;
    to->st_mode = from->mode;
    to->st_nlink = from->nlink;
    to->st_uid = from->uid;
    to->st_gid = from->gid;
    to->st_rdev = from->rdev;
    to->st_size = from->size;
    return 0;
}

int fstat(int fd, struct stat *st)
{
    struct kernel_stat kernel;

    return take_stat((int)syscall(SYS_fstat64, fd, &kernel), &kernel, st);
}

static int stat_at(const char *path, struct stat *st, int flags)
{
    struct kernel_stat kernel;

    return take_stat(
        (int)syscall(SYS_fstatat64, AT_FDCWD, path, &kernel, flags), &kernel,
        st);
}

int statfs(const char *path, struct statfs *fs)
{
    return (int)syscall(SYS_statfs64, path, sizeof(*fs), fs);
}

void *mmap(void *at, size_t len, int protection, int flags, int fd,
           off_t offset)
{
    return (void *)syscall(SYS_mmap2, at, len, protection, flags, fd,
                           (long)(offset >> 12));
}

#else

int fstat(int fd, struct stat *st)
{
    return (int)syscall(SYS_fstat, fd, st);
}

static int stat_at(const char *path, struct stat *st, int flags)
{
    return (int)syscall(SYS_newfstatat, AT_FDCWD, path, st, flags);
}

int statfs(const char *path, struct statfs *fs)
{
    return (int)syscall(SYS_statfs, path, fs);
}

void *mmap(void *at, size_t len, int protection, int flags, int fd,
           off_t offset)
{
    return (void *)syscall(SYS_mmap, at, len, protection, flags, fd, offset);
}

#endif

int stat(const char *path, struct stat *st)
{
    return stat_at(path, st, 0);
}

int lstat(const char *path, struct stat *st)
{
    return stat_at(path, st, AT_SYMLINK_NOFOLLOW);
}

ssize_t readlink(const char *path, char *buf, size_t size)
{
    return syscall(SYS_readlinkat, AT_FDCWD, path, buf, size);
}

int chmod(const char *path, mode_t mode)
{
    return (int)syscall(SYS_fchmodat, AT_FDCWD, path, mode);
}

int fchmod(int fd, mode_t mode)
{
    return (int)syscall(SYS_fchmod, fd, mode);
}

int mkdir(const char *path, mode_t mode)
{
    return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int link(const char *from, const char *to)
{
    return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlink(const char *path)
{
    return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int chdir(const char *path)
{
    return (int)syscall(SYS_chdir, path);
}

int dup2(int from, int to)
{
    return from == to ? to : (int)syscall(SYS_dup3, from, to, 0);
}

int isatty(int fd)
{
    struct {
        unsigned char termios[64]; /* the kernel's has 36 bytes */
    } kernel;

    return syscall(SYS_ioctl, fd, TCGETS, &kernel) == 0;
}

int munmap(void *at, size_t len)
{
    return (int)syscall(SYS_munmap, at, len);
}

int madvise(void *at, size_t len, int advice)
{
    return (int)syscall(SYS_madvise, at, len, advice);
}

pid_t getpid(void)
{
    return (pid_t)syscall(SYS_getpid);
}

pid_t getppid(void)
{
    return (pid_t)syscall(SYS_getppid);
}

pid_t getpgrp(void)
{
    return (pid_t)syscall(SYS_getpgid, 0);
}

pid_t getsid(pid_t pid)
{
    return (pid_t)syscall(SYS_getsid, pid);
}

pid_t setsid(void)
{
    return (pid_t)syscall(SYS_setsid);
}

uid_t geteuid(void)
{
    return (uid_t)syscall(GETEUID);
}

int kill(pid_t pid, int sig)
{
    return (int)syscall(SYS_kill, pid, sig);
}

/* The kernel knows 64 signals, and wants to be told the size of the set. */
int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
    return (int)syscall(SYS_rt_sigprocmask, how, set, old, 8);
}

int sigemptyset(sigset_t *set)
{
    memset(set, 0, sizeof(*set));
    return 0;
}

int prctl(int option, ...)
{
    unsigned long arg;
    va_list args;

    va_start(args, option);
    arg = va_arg(args, unsigned long);
    va_end(args);
    return (int)syscall(SYS_prctl, option, arg, 0UL, 0UL, 0UL);
}

int getrlimit(RESOURCE resource, struct rlimit *limit)
{
    return (int)syscall(SYS_prlimit64, 0, resource, NULL, limit);
}

int execve(const char *path, char *const *argv, char *const *envp)
{
    return (int)syscall(SYS_execve, path, argv, envp);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
    return (pid_t)syscall(SYS_wait4, pid, status, options, NULL);
}

void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
    unsigned char *out = to;
    const unsigned char *in = from;

    while (len-- > 0) {
        *out++ = *in++;
    }
    return to;
}

void *memmove(void *to, const void *from, size_t len)
{
    unsigned char *out = to;
    const unsigned char *in = from;

    if (out < in) {
        return memcpy(to, from, len);
    }
    while (len-- > 0) {
        out[len] = in[len];
    }
    return to;
}

void *memset(void *at, int byte, size_t len)
{
    unsigned char *out = at;

    while (len-- > 0) {
        *out++ = (unsigned char)byte;
    }
    return at;
}

int memcmp(const void *a, const void *b, size_t len)
{
    const unsigned char *x = a;
    const unsigned char *y = b;

    for (; len > 0; len--, x++, y++) {
        if (*x != *y) {
            return *x - *y;
        }
    }
    return 0;
}

/* What clang calls where only equality is asked for. */
int bcmp(const void *a, const void *b, size_t len)
{
    return memcmp(a, b, len);
}

void *memchr(const void *at, int byte, size_t len)
{
    const unsigned char *in = at;

    for (; len > 0; len--, in++) {
        if (*in == (unsigned char)byte) {
            return (void *)(uintptr_t)in;
        }
    }
    return NULL;
}

size_t strlen(const char *string)
{
    size_t len = 0;

    while (string[len] != '\0') {
        len++;
    }
    return len;
}

size_t strnlen(const char *string, size_t most)
{
    size_t len = 0;

    while (len < most && string[len] != '\0') {
        len++;
    }
    return len;
}

int strcmp(const char *a, const char *b)
{
    while (*a == *b && *a != '\0') {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t len)
{
    for (; len > 0; len--, a++, b++) {
        if (*a != *b || *a == '\0') {
            return (unsigned char)*a - (unsigned char)*b;
        }
    }
    return 0;
}

char *strchr(const char *string, int byte)
{
    for (;; string++) {
        if (*string == (char)byte) {
            return (char *)(uintptr_t)string;
        }
        if (*string == '\0') {
            return NULL;
        }
    }
}

char *strrchr(const char *string, int byte)
{
    char *last = NULL;

    for (;; string++) {
        if (*string == (char)byte) {
            last = (char *)(uintptr_t)string;
        }
        if (*string == '\0') {
            return last;
        }
    }
}

size_t strcspn(const char *string, const char *stop)
{
    size_t len = 0;

    while (string[len] != '\0' && strchr(stop, string[len]) == NULL) {
        len++;
    }
    return len;
}

char *strstr(const char *string, const char *wanted)
{
    size_t len = strlen(wanted);

    for (; *string != '\0'; string++) {
        if (strncmp(string, wanted, len) == 0) {
            return (char *)(uintptr_t)string;
        }
    }
    return NULL;
}
