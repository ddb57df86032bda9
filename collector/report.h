/* SPDX-License-Identifier: MIT */
/*
 * report: totals as a person wants to see them, whichever way they are then
 * written. What is under k runs has been left out before a writer sees it.
 */
#ifndef TEL_COLLECTOR_REPORT_H
#define TEL_COLLECTOR_REPORT_H

#include <stdio.h>

#include <tel/collector.h>

#include "percentile.h"

struct tel_count {
    char name[TEL_VALUE_MAX + 1]; /* an exit code, a signal, a field's value */
    uint64_t n;
};

struct tel_counts {
    struct tel_count *at;
    size_t len;
};

struct tel_report_field {
    char key[TEL_KEY_MAX + 1];
    struct tel_counts values;
};

struct tel_report_event {
    char event[TEL_EVENT_MAX + 1];
    char version[TEL_VERSION_MAX + 1]; /* empty where versions are summed */
    uint64_t runs, ok, error, sig, lost;
    struct tel_counts exits, signals;
    struct tel_bin *durations;
    size_t ndurations;
    struct tel_report_field *fields;
    size_t nfields;
    bool timed; /* p50_ms and p95_ms are known */
    uint32_t p50_ms, p95_ms;
};

struct tel_report_crash {
    char signature[TEL_CRASH_MAX + 1];
    char version[TEL_VERSION_MAX + 1]; /* empty where versions are summed */
    uint64_t runs;
};

struct tel_report_tool {
    char id[TEL_NAME_MAX + 1];
    struct tel_report_crash *crashes; /* the most frequent first */
    size_t ncrashes;
    struct tel_report_event *events; /* the most frequent first */
    size_t nevents;
    uint64_t held_back;         /* events under k runs */
    uint64_t crashes_held_back; /* signatures under k runs */
};

struct tel_report {
    struct tel_report_tool *tools;
    size_t ntools;
    struct tel_count *refused; /* by reason, of all tools */
    size_t nrefused;
};

/* As tel_report_write. What it made is freed by tel_report_clear. */
int tel_report_read(const struct tel_report_options *options,
                    struct tel_report *ret_report, struct tel_err *err);
void tel_report_clear(struct tel_report *report);

void tel_report_json(const struct tel_report *report,
                     const struct tel_report_options *options, FILE *out);
void tel_report_table(const struct tel_report *report,
                      const struct tel_report_options *options, FILE *out);

#endif
