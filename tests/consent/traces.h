/* SPDX-License-Identifier: MIT */
/*
 * traces: whether a run of demo left a trace: in the files and folders that
 * tel could write in, as a process, or in what the kernel was asked for.
 */
#ifndef TEL_TEST_TRACES_H
#define TEL_TEST_TRACES_H

#include "support.h"

enum may_open {
    MAY_READ,   /* policies, consent and the like, for reading */
    MAY_NOTHING /* none of tel's files, not even to see if it is there */
};

struct traces {
    struct scratch *scratch; /* demo's */
    struct scratch *notes;   /* where strace writes */
    bool alone;              /* all of /dev/shm is the test's own */
    enum may_open may_open;
    const char *user; /* who runs it, by name; NULL: who runs the test */
};

/* Every file and folder that a run could have changed; freed by the caller. */
char *traces_picture(const struct traces *t);

/*
 * Runs argv (up to NULL), under strace, with LD_PRELOAD where preload is not
 * NULL, and returns the first line of the trace that leaves a trace, or reads
 * more than may_open; NULL where none does. Freed by the caller.
 */
char *traces_call(const struct traces *t, const char *preload,
                  const char *const *argv);

#endif
