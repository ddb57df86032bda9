/* SPDX-License-Identifier: MIT */
/* wrap: what the parts of the wrapper share. Private to wrapper/. */
#ifndef TEL_WRAP_H
#define TEL_WRAP_H

#include <tel/wrapper.h>

/*
 * The file that a shell would execute for name, into buf: 0, or -ENOENT,
 * -EACCES, -ENAMETOOLONG. past_itself: this very program is passed over, as
 * it is installed under the tool's name before the tool. resolve.c
 */
int resolve(const char *name, const char *search, bool past_itself, char *buf,
            size_t size);

/*
 * execve, and for a script without "#!" what execvp(3) does: /bin/sh. Returns
 * the errno of its failure. Context: child. wrap.c
 */
int become(const char *path, char *const *argv, char *const *envp);

/* Says why the tool did not start: 127 or 126. wrap.c */
int failed_start(const char *name, int error);

/*
 * Leaves a process that stores how this one will have ended, once it has
 * become argv. inplace.c
 */
void leave_watcher(const struct tel_run *run, char *const *argv,
                   char *const *envp);

/* Overwrites the strings of an argument list or environment. wrap.c */
void wipe_strings(char *const *strings);

/* Runs the tool as a child, stores its end, and ends as it did. supervise.c */
int supervise(const struct tel_run *run, const char *path, char *const *argv,
              char *const *envp);

/*
 * Lives the tool's life, until it ends: the status to exit with. Every signal
 * is blocked, SIGCHLD at its default. failure reads empty once the tool has
 * ended, unless it never began: then there was no run. follow.c
 */
int follow(const struct tel_run *run, pid_t tool, int failure);

#endif
