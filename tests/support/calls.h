/* SPDX-License-Identifier: MIT */
/*
 * calls: how many system calls the shim adds to a host, in strace's trace of
 * "host marked", which marks where its main begins and where it ends.
 */
#ifndef TEL_CALLS_H
#define TEL_CALLS_H

#include "support.h"

struct calls {
    unsigned before; /* between the linker's last and main's first */
    unsigned after;  /* between main's last and exit_group */
};

/*
 * Reads the trace in a file, and prints the figures. linked returns where
 * the first line behind the linker's last call is.
 */
struct calls calls_read(const char *path, char *(*linked)(char *trace));

/* The line behind the first one from trace on that begins so, or NULL. */
char *calls_behind(char *trace, const char *begin);

#endif
