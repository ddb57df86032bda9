/* SPDX-License-Identifier: MIT */
/* What the kernel tells of another process. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <tel/text.h>

#include "table.h"

/* /proc counts in USER_HZ, which is 100 on every Linux architecture that has
 * a C library today (proc(5), time(7)). */
#define TICK_NS 10000000ULL

int64_t clock_ns(int clock)
{
    struct timespec now = {0, 0};

    (void)clock_gettime(clock, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/*
 * /proc/self is the number of this process there: another one than its pid
 * where a pid namespace goes without a /proc of its own, and what is told of
 * its pid is then told of somebody else.
 */
uint64_t process_device(pid_t pid)
{
    char own[24];
    char there[24];
    struct tel_text text;
    struct stat st;
    ssize_t n;

    tel_text_start(&text, own, sizeof(own));
    tel_text_number(&text, (uint64_t)pid);
    n = readlink("/proc/self", there, sizeof(there));
    if (n != (ssize_t)text.len || memcmp(own, there, (size_t)n) != 0) {
        return 0;
    }
    return stat("/proc", &st) < 0 ? 0 : (uint64_t)st.st_dev;
}

bool tel_children_are_elsewhere(void)
{
    static const char children[] = "/proc/self/ns/pid_for_children";
    char own[32];
    char theirs[32];
    struct stat st;
    ssize_t n;
    ssize_t m = readlink(children, theirs, sizeof(theirs));

    if (m < 0) {
        /* There is one, in which nobody has been born yet; or the kernel is
         * older than 4.12 and tells of none. */
        return lstat(children, &st) == 0;
    }
    /* Nobody's children are born above him. Each such link costs as much as
     * the rest of a small file. */
    if (m == sizeof(FIRST_PID_NAMESPACE) - 1 &&
        memcmp(theirs, FIRST_PID_NAMESPACE, (size_t)m) == 0) {
        return false;
    }
    n = readlink("/proc/self/ns/pid", own, sizeof(own));
    return n != m || memcmp(own, theirs, (size_t)n) != 0;
}

static int proc_path(char *buf, size_t size, pid_t pid, const char *file)
{
    struct tel_text text;

    tel_text_start(&text, buf, size);
    tel_text_add(&text, "/proc/");
    tel_text_number(&text, (uint64_t)pid);
    tel_text_add(&text, file);
    return tel_text_end(&text);
}

/*
 * This link is guarded by the same test as the status in stat (fs/proc:
 * PTRACE_MODE_READ_FSCREDS), which also asks for capabilities; a zombie that
 * passes it has no program any more.
 */
bool process_may_be_read(pid_t pid)
{
    char path[48];
    char target[64];

    (void)proc_path(path, sizeof(path), pid, "/exe");
    return readlink(path, target, sizeof(target)) >= 0 || errno == ENOENT;
}

static ssize_t read_proc(pid_t pid, const char *file, char *buf, size_t size)
{
    char path[32];
    ssize_t n;
    int error;
    int fd;

    (void)proc_path(path, sizeof(path), pid, file);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    n = read(fd, buf, size - 1);
    error = errno;
    (void)close(fd);
    /* ESRCH: it went between open and read. */
    return n > 0 ? n : n < 0 && error != ESRCH ? -error : -ENOENT;
}

/* The number that begins at *at; leaves *at at the blank behind it. */
static uint64_t next_number(const char **at)
{
    uint64_t number = 0;

    while (**at == ' ' || **at == '-') {
        (*at)++;
    }
    while (**at >= '0' && **at <= '9') {
        number = number * 10 + (uint64_t)(**at - '0');
        (*at)++;
    }
    return number;
}

/* "pid (comm) S ppid pgrp session ...": comm may hold blanks and brackets. */
static int parse_stat(const char *line, struct process *process)
{
    const char *close_bracket = strrchr(line, ')');
    const char *at;

    if (close_bracket == NULL || close_bracket[1] != ' ') {
        return -ENOENT;
    }
    memset(process, 0, sizeof(*process));
    process->state = close_bracket[2];
    at = close_bracket + 3;
    for (unsigned field = 4; field <= 52 && *at != '\0'; field++) {
        uint64_t number = next_number(&at);

        if (field == 4) {
            process->ppid = (pid_t)number;
        } else if (field == 6) {
            process->session = (pid_t)number;
        } else if (field == 20) {
            process->threads = (unsigned)number;
        } else if (field == 22) {
            process->start_ns = number * TICK_NS;
        } else if (field == 52) {
            process->wait_status = (int)number;
        }
    }
    return 0;
}

int process_read(pid_t pid, struct process *ret_process)
{
    char line[1024];
    ssize_t n = read_proc(pid, "/stat", line, sizeof(line));

    if (n < 0) {
        return (int)n;
    }
    line[n] = '\0';
    return parse_stat(line, ret_process);
}

int process_comm(pid_t pid, char comm[COMM_SIZE])
{
    ssize_t n = read_proc(pid, "/comm", comm, COMM_SIZE);

    if (n < 0) {
        return (int)n;
    }
    /* A comm may hold a newline itself; the last one is the kernel's. */
    comm[n] = '\0';
    if (n > 0 && comm[n - 1] == '\n') {
        comm[n - 1] = '\0';
    }
    return 0;
}
