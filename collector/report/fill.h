/* SPDX-License-Identifier: MIT */
/*
 * fill: exact totals become what a report may tell. Included by the report's
 * own files only.
 *
 * Errors: -ENOMEM; -EBADMSG for what no collector has written; what was made
 * until then is the report's, for tel_report_clear.
 */
#ifndef TEL_COLLECTOR_FILL_H
#define TEL_COLLECTOR_FILL_H

#include "exact.h"
#include "report.h"

/* Exact sums of runs, or of days along report->days. */
struct tel_tally {
    uint64_t runs, ok, error, sig, lost;
    uint64_t *days; /* freed with the tally by its owner */
};

int tel_tally_new(const struct tel_report *report, struct tel_tally *ret_tally);
void tel_tally_add(const struct tel_report *report, struct tel_tally *tally,
                   const struct tel_exact_part *part);

/* The tally's days as they may be told. */
int tel_fill_days(const struct tel_report *report,
                  const struct tel_tally *tally,
                  struct tel_published **ret_days);

/* What is told of an event: tally has its runs and days, cells all else. All
 * of it is held back where the runs are. */
int tel_fill_numbers(const struct tel_report *report,
                     const struct tel_tally *tally,
                     const struct tel_exact_cells *cells,
                     struct tel_report_numbers *numbers);

int tel_fill_tool(const struct tel_report *report,
                  const struct tel_exact_tool *exact,
                  struct tel_report_tool *tool);

/* All of it, but for the comparison; refusals are cells whose item is the
 * reason. */
int tel_fill(const struct tel_exact *exact,
             const struct tel_exact_cells *refusals,
             const struct tel_report_options *options,
             struct tel_report *report);

/* Has no total in the report give away what its parts hold back. */
int tel_hold(struct tel_report *report);

#endif
