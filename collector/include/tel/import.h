/* SPDX-License-Identifier: MIT */
/*
 * import: what a vendor's plain endpoint has written becomes totals.
 *
 *     tel_import_open(&options, &import, &err);
 *     tel_import_file(import, "events.log", fd, &counts, &err);  each file
 *     tel_import_close(import);
 *
 * A file is taken as a whole or not at all, in one transaction at its end,
 * so it may be as long as it likes and never keeps a collector waiting that
 * writes to the same database. It is known again: a digest of what was read
 * is remembered there, as the key of a request is and for as long.
 *
 * Errors: as in collector.h. Context: normal; one thread.
 */
#ifndef TEL_IMPORT_H
#define TEL_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

#include <tel/event.h>

struct tel_import;

struct tel_import_counts {
    uint64_t lines; /* with something in them, but for those of before */
    uint64_t counted;
    uint64_t refused[TEL_REFUSALS]; /* by enum tel_refusal; form: unreadable */
    uint64_t untaken; /* that a server's log says it did not answer with 2xx */
    uint64_t before;  /* lines at the beginning that were imported before */
    bool torn;        /* the last line has no end: it is unreadable, and not
                         taken for read */
};

struct tel_import_options {
    const char *db;    /* made where there is none */
    const char *tools; /* the directory of the policies, *.conf */
    const char *day;   /* YYYY-MM-DD to which it belongs; NULL: today */
    bool again;        /* count even what was imported before */
    bool go_on;        /* pass over what was imported before */
    /* Each about a megabyte; may be NULL. */
    void (*progress)(uint64_t bytes, uint64_t lines);
    /* Each line (from 1) that does not count, and why; may be NULL. */
    void (*refused)(uint64_t line, const char *why);
};

/*
 * Loads the policies and opens the database; options must stay. -EINVAL for a
 * day that is none or has not come yet; else as tel_collector_start.
 */
int tel_import_open(const struct tel_import_options *options,
                    struct tel_import **ret_import, struct tel_err *err);
void tel_import_close(struct tel_import *import); /* accepts NULL */

/*
 * Reads fd to its end and adds what it holds; name is for the sentence.
 * -EALREADY: all of it, or its beginning (err says how much), was imported
 * before, and options do not say what to do then. -EIO and as read(2): nothing
 * of it was stored, and it can be tried again.
 */
int tel_import_file(struct tel_import *import, const char *name, int fd,
                    struct tel_import_counts *ret_counts, struct tel_err *err);

#endif
