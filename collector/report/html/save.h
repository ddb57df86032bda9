/* SPDX-License-Identifier: MIT */
/*
 * save: a file that is there as a whole or not at all.
 *
 *     struct tel_save save;
 *     tel_save_begin(&save, path, &err);
 *     fprintf(save.out, ...);
 *     tel_save_end(&save, &err);         or tel_save_undo(&save)
 *
 * It is written beside the one that it replaces, and renamed at the end; a
 * link keeps its place and what it leads to is replaced. "-" is standard
 * output, and what is no regular file (a pipe, a terminal) is written to as
 * it is.
 *
 * Errors: 0 or a negative errno, with a sentence in err. Context: normal.
 */
#ifndef TEL_COLLECTOR_HTML_SAVE_H
#define TEL_COLLECTOR_HTML_SAVE_H

#include <limits.h>
#include <stdio.h>

#include <tel/config.h>

struct tel_save {
    FILE *out;
    const char *name;    /* as it was asked for; the caller's */
    char path[PATH_MAX]; /* where it will be; empty: not renamed */
    char temporary[PATH_MAX + 32];
};

int tel_save_begin(struct tel_save *save, const char *name,
                   struct tel_err *err);
int tel_save_end(struct tel_save *save, struct tel_err *err);
void tel_save_undo(struct tel_save *save);

#endif
