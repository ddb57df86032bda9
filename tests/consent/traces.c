/* SPDX-License-Identifier: MIT */
/* Whether a run left a trace. */
#include "traces.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TRACED \
    "trace=%file,%network,%process,pidfd_open,memfd_create,inotify_init1"

char *traces_picture(const struct traces *t)
{
    return scratch_ok(t->notes, 0, "find", t->scratch->root,
                      t->alone ? "/dev/shm" : t->scratch->runtime,
                      t->alone ? TEL_SYSCONFDIR "/tel" : t->scratch->root,
                      "-printf", "%p %y %s %m %U %C@\n", NULL);
}

/* Whether one of tel's files, or a folder of them, is named in the line. */
static bool names_tel(const struct traces *t, const char *line)
{
    const char *parts[] = {
        scratch_path(t->scratch, "config"),
        scratch_path(t->scratch, "state"),
        scratch_path(t->scratch, "home/"),
        t->scratch->runtime,
        TEL_SYSCONFDIR "/tel",
        TEL_DATADIR "/tel",
        TEL_SHMDIR "/tel-",
    };

    for (size_t i = 0; i < COUNT(parts); i++) {
        if (strstr(line, parts[i]) != NULL)
            return true;
    }
    return false;
}

/* Whether the kernel was asked to make something, or to tell somebody. */
static bool makes(const char *line)
{
    static const char *const calls[] = {
        "socket(",  "socketpair(", "connect(",      "sendto(",   "sendmsg(",
        "clone(",   "clone3(",     "fork(",         "vfork(",    "mkdir",
        "rename",   "link(",       "linkat(",       "unlink",    "symlink",
        "mknod",    "chmod",       "chown",         "truncate(", "utime",
        "creat(",   "O_CREAT",     "O_WRONLY",      "O_RDWR",    "O_TMPFILE",
        "setxattr", "memfd_",      "inotify_init1", "mount(",    "shmget("};

    for (size_t i = 0; i < COUNT(calls); i++) {
        if (strstr(line, calls[i]) != NULL)
            return true;
    }
    return false;
}

static char *first_of(const struct traces *t, char *trace)
{
    char *rest = trace;

    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        /* readlink is no link. */
        if (strstr(line, "readlink") != NULL && !names_tel(t, line))
            continue;
        if (makes(line) || (t->may_open == MAY_NOTHING && names_tel(t, line)))
            return strdup(line);
    }
    return NULL;
}

char *traces_call(const struct traces *t, const char *preload,
                  const char *const *argv)
{
    const char *out = scratch_path(t->notes, "trace");
    char *words[32] = {(char *)(uintptr_t) "strace", (char *)(uintptr_t) "-f",
                       (char *)(uintptr_t) "-o",     (char *)(uintptr_t)out,
                       (char *)(uintptr_t) "-e",     (char *)(uintptr_t)TRACED};
    char setting[600];
    struct result r;
    size_t n = 6;
    char *trace;
    char *first;

    if (t->user != NULL) {
        words[n++] = (char *)(uintptr_t) "-u";
        words[n++] = (char *)(uintptr_t)t->user;
    }
    if (preload != NULL) {
        (void)snprintf(setting, sizeof(setting), "LD_PRELOAD=%s", preload);
        words[n++] = (char *)(uintptr_t) "-E";
        words[n++] = setting;
    }
    while (*argv != NULL && n < COUNT(words) - 1)
        words[n++] = (char *)(uintptr_t)*argv++;
    r = scratch_runv(t->scratch, words);
    if (r.status != 0)
        fail_msg("strace %s: %d, %s", words[n - 1], r.status, r.err);
    result_clear(&r);
    trace = file_read(out, NULL);
    assert_non_null(trace);
    assert_non_null(strstr(trace, "execve("));
    first = first_of(t, trace);
    free(trace);
    return first;
}
