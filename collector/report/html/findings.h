/* SPDX-License-Identifier: MIT */
/*
 * findings: what changed between two versions of a tool, in words and in
 * marks.
 *
 * Context: normal.
 */
#ifndef TEL_COLLECTOR_HTML_FINDINGS_H
#define TEL_COLLECTOR_HTML_FINDINGS_H

#include "html.h"
#include "report/report.h"

/* The tool's section on the page is called tool- and this number. */
struct tel_finding_place {
    const struct tel_report_tool *tool;
    unsigned anchor;
};

/*
 * Whether a certain finding has a card: the first of those that say how often
 * an event fails or how long it takes; the card tells both.
 */
bool tel_finding_has_card(const struct tel_comparison *comparison, size_t i);

/* Whether the event of a card fails more often or takes longer. */
bool tel_finding_is_worse(const struct tel_comparison *comparison, size_t i);

void tel_finding_card(struct tel_html *page,
                      const struct tel_finding_place *place, size_t i);

/* Of the other kinds, a line: what is used more or less, came or went. */
bool tel_finding_has_line(const struct tel_comparison *comparison, size_t i);

void tel_finding_line(struct tel_html *page,
                      const struct tel_comparison *comparison, size_t i);

/* The row of a chart that a finding of failures or durations is. */
struct tel_compare_row;
struct tel_compare_row tel_finding_row(const struct tel_finding *finding,
                                       const char *name);

#endif
