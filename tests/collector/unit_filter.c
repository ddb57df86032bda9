/* SPDX-License-Identifier: MIT */
/* unit_filter: the seccomp filter that the unit's lines mean. */
#include "unit_filter.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "support.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#if defined(__x86_64__)
#define OWN_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OWN_ARCH AUDIT_ARCH_AARCH64
#else
#define OWN_ARCH 0
#endif

/* Made from the kernel's headers: names and numbers of all calls. */
static const struct {
    const char *name;
    int number;
} calls[] = {
#include "calls.inc"
};

static bool allowed[COUNT(calls)];

/* A group of systemd's in a group, at the most so deep. */
#define DEPTH 8

static bool is_word(const char *line, const char *word, size_t len)
{
    return strncmp(line, word, len) == 0 &&
           (line[len] == '\n' || line[len] == '\0');
}

static void set_call(const char *name, size_t len, bool allow)
{
    for (size_t i = 0; i < COUNT(calls); i++) {
        if (strlen(calls[i].name) == len &&
            strncmp(calls[i].name, name, len) == 0)
            allowed[i] = allow;
    }
}

/* The group stands at the line's beginning, its members indented below. */
static void set_group(const char *lists, const char *name, size_t len,
                      bool allow, unsigned depth)
{
    const char *line = lists;
    size_t size;

    while (line != NULL && !is_word(line, name, len)) {
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    if (line == NULL || depth == DEPTH) {
        fail_msg("no group %.*s is known", (int)len, name);
        return;
    }
    while ((line = strchr(line, '\n')) != NULL && *++line == ' ') {
        line += strspn(line, " ");
        size = strcspn(line, "\n");
        if (*line == '@')
            set_group(lists, line, size, allow, depth + 1);
        else if (*line != '#')
            set_call(line, size, allow);
    }
}

size_t unit_filter_make(const char *lists, const char *const *lines,
                        size_t count)
{
    size_t number = 0;

    memset(allowed, 0, sizeof(allowed));
    for (size_t i = 0; i < count; i++) {
        const char *word = lines[i];
        bool allow = *word != '~';

        word += allow ? 0 : 1;
        while (*word != '\0') {
            size_t len = strcspn(word, " ");

            if (*word == '@')
                set_group(lists, word, len, allow, 0);
            else
                set_call(word, len, allow);
            word += len;
            word += strspn(word, " ");
        }
    }
    for (size_t i = 0; i < COUNT(calls); i++)
        number += allowed[i];
    return number;
}

int unit_filter_allows(const char *name)
{
    for (size_t i = 0; i < COUNT(calls); i++) {
        if (strcmp(calls[i].name, name) == 0)
            return allowed[i];
    }
    return 0;
}

int unit_filter_install(void)
{
    static struct sock_filter steps[5 + 2 * COUNT(calls)];
    struct sock_fprog program = {.filter = steps};
    unsigned short n = 0;

    steps[n++] = (struct sock_filter)BPF_STMT(
        BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
    steps[n++] =
        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OWN_ARCH, 1, 0);
    steps[n++] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    steps[n++] = (struct sock_filter)BPF_STMT(
        BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < COUNT(calls); i++) {
        if (!allowed[i])
            continue;
        steps[n++] = (struct sock_filter)BPF_JUMP(
            BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i].number, 0, 1);
        steps[n++] =
            (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    }
    steps[n++] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    program.len = n;
    if (OWN_ARCH == 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}
