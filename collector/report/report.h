/* SPDX-License-Identifier: MIT */
/*
 * report: the totals as a person wants to see them, whichever way they are
 * then written.
 *
 * Every count in it is a published one (publish.h): the exact counts end with
 * the reading. Rates, intervals and comparisons are reckoned from what is
 * published. Percentiles are nearest ranks of at least k durations.
 *
 *     tel_report_read(&options, &report, &err);
 *     tel_report_json(&report, &options, stdout);     or another form
 *     tel_report_clear(&report);
 *
 * Strings are what the database holds: a form must not trust their bytes.
 * Arrays named days run alongside report->days.
 *
 * Context: normal.
 */
#ifndef TEL_COLLECTOR_REPORT_H
#define TEL_COLLECTOR_REPORT_H

#include <stdio.h>

#include <tel/collector.h>

#include "compare.h"
#include "publish.h"

/* An exit code, a signal, a field's value, a reason. Never held back: what
 * would be is not named. */
struct tel_report_value {
    char name[TEL_VALUE_MAX + 1];
    struct tel_published n;
};

struct tel_report_values {
    struct tel_report_value *at;
    size_t len;
    size_t held_back; /* others, under k; that there are may be told, not how
                       * many */
};

struct tel_report_field {
    char key[TEL_KEY_MAX + 1];
    struct tel_report_values values; /* the most frequent first */
};

/* Durations from lower to below upper, of at least k runs: neighbours have
 * been put together until they are so many. The last one also counts the fewer
 * than k runs that took longer. */
struct tel_report_bin {
    uint32_t lower_ms, upper_ms;
    struct tel_published n;
};

/* What is known of some runs of one event. */
struct tel_report_numbers {
    struct tel_published runs;
    struct tel_published ok, error, sig, lost; /* how they ended; where the
                                                * policy doesn't ask: 0 */
    struct tel_report_values exits, signals;   /* by number */
    struct tel_report_field *fields;           /* by key */
    size_t nfields;
    struct tel_report_bin *bins; /* by time, without a gap where there were
                                  * durations between */
    size_t nbins;
    bool timed; /* p50_ms and p95_ms are known: the middle of a bin, so within
                 * 5 % where there are runs enough */
    uint32_t p50_ms, p95_ms;
    struct tel_published *days; /* runs */
};

/* An event in one version. Where its runs are held back, so is all else. */
struct tel_report_part {
    size_t version; /* of the tool's versions */
    struct tel_report_numbers numbers;
};

struct tel_report_event {
    char event[TEL_EVENT_MAX + 1];
    struct tel_report_numbers all; /* of all versions */
    struct tel_report_part *parts; /* the versions that have it, in order */
    size_t nparts;
};

struct tel_report_version {
    char version[TEL_VERSION_MAX + 1];
    struct tel_published runs, ok, error, sig, lost;
    struct tel_published *days; /* runs */
};

struct tel_report_crash {
    char signature[TEL_CRASH_MAX + 1];
    struct tel_published runs;      /* never held back */
    struct tel_published *versions; /* along the tool's; held back or not */
};

struct tel_report_tool {
    char id[TEL_NAME_MAX + 1];
    struct tel_published runs, ok, error, sig, lost;
    struct tel_published *days;          /* runs */
    struct tel_report_version *versions; /* the oldest first, devel last */
    size_t nversions;
    struct tel_report_event *events; /* the most frequent first, none of them
                                      * held back */
    size_t nevents;
    struct tel_report_crash *crashes; /* the most frequent first */
    size_t ncrashes;
    size_t held_back; /* events under k runs, where the tool's are not */
    size_t crashes_held_back; /* signatures under k runs */
    struct tel_comparison comparison;
};

struct tel_report {
    uint64_t k;
    /* The days asked for; where not asked, the first and last with totals.
     * first > last: there are none. */
    int64_t first, last;
    int64_t *days; /* those on which anything ran, in order */
    size_t ndays;
    struct tel_report_tool *tools; /* by id */
    size_t ntools;
    struct tel_report_values refused; /* by reason, of all tools; exact, since
                                       * nothing of what was refused was kept */
};

/* As tel_report_write. What it made is freed by tel_report_clear. */
int tel_report_read(const struct tel_report_options *options,
                    struct tel_report *ret_report, struct tel_err *err);
void tel_report_clear(struct tel_report *report);

/* Orders versions as people do, number by number, and devel after all. */
int tel_version_order(const char *a, const char *b);

/* What each form says besides the counts. */
extern const char tel_report_note_people[];
extern const char tel_report_note_open[];
extern const char tel_report_note_sure[]; /* of intervals */

/* The forms. Whether out took it all is the caller's to check. */
void tel_report_json(const struct tel_report *report, FILE *out);
void tel_report_csv(const struct tel_report *report, FILE *out);
int tel_report_html(const struct tel_report *report, FILE *out); /* -ENOMEM */
void tel_report_table(const struct tel_report *report,
                      const struct tel_report_options *options, FILE *out);

#endif
