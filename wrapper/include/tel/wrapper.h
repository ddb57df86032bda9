/* SPDX-License-Identifier: MIT */
/*
 * wrapper: runs a tool and records it, for what can't be preloaded: static
 * programs, Go, setuid tools, roots without the shim.
 *
 * In place, where the kernel tells how a process ended after its parent has
 * reaped it (Linux 6.15): the wrapper claims the run, leaves a watcher behind
 * that holds a pidfd, and becomes the tool. Elsewhere it supervises: the tool
 * is its child, whose signals, stops and end it makes its own.
 *
 * A tool that is not to be recorded is simply exec'd.
 *
 * Context: normal. Messages go to stderr, as a shell's would.
 */
#ifndef TEL_WRAPPER_H
#define TEL_WRAPPER_H

#include <tel/runs.h>

enum tel_wrap_mode { TEL_WRAP_AUTO, TEL_WRAP_IN_PLACE, TEL_WRAP_SUPERVISE };

struct tel_wrap {
    enum tel_wrap_mode mode;
    bool under_its_name; /* installed as a link named after the tool */
    char *const *argv;   /* the tool, then its arguments, up to NULL */
    char *const *envp;
};

/*
 * Runs argv[0] (found along PATH where it has no '/') with the arguments
 * argv[1] and on. Returns only where the tool did not start or ended by
 * exiting: the exit status to end with, 127 not found, 126 not executable.
 * Where the tool died of a signal, so does the caller.
 */
int tel_wrap(const struct tel_wrap *wrap);

#endif
