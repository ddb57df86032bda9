/* SPDX-License-Identifier: MIT */
/*
 * compare: what changed between two versions of a tool, with an interval and
 * not only a number.
 *
 * Compared are, for each event that both versions have and that ran often
 * enough in both: how often it fails (error or signal), how long it takes, how
 * large a part of all runs it is, and the shares of its fields' values; and
 * which events came and went. All is reckoned from published counts, and an
 * interval holds for every count that they may stand for.
 *
 * The more is compared, the more often chance alone looks like a change. So
 * the intervals are made as wide (Bonferroni) as is needed to have all
 * intervals of one report hold at once in 19 of 20 reports.
 *
 * They take each run as independent of the others. One person's runs are not,
 * and k counts runs and not people: a narrow interval over few people is
 * narrower than it should be.
 *
 * Context: normal.
 */
#ifndef TEL_COLLECTOR_COMPARE_H
#define TEL_COLLECTOR_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tel/config.h>

/* Of fewer runs, in either version, nothing is said of an event. */
#define TEL_COMPARE_RUNS_MIN 50

enum tel_finding_kind {
    TEL_FINDING_FAILURES, /* part of the runs that fail */
    TEL_FINDING_DURATION, /* geometric mean, in ms */
    TEL_FINDING_SHARE,    /* part of the version's runs */
    TEL_FINDING_NEW,      /* the same, before is 0 */
    TEL_FINDING_GONE,     /* the same, after is 0 */
    TEL_FINDING_VALUE,    /* part of the runs that have a field's value */
    TEL_FINDINGS
};
const char *tel_finding_name(enum tel_finding_kind kind); /* "failures", ... */

/*
 * One thing that was compared. before and after are parts of 1, or for
 * durations ms. change is after - before, for durations after / before; low
 * and high are the interval around it.
 */
struct tel_finding {
    enum tel_finding_kind kind;
    char event[TEL_EVENT_MAX + 1];
    char key[TEL_KEY_MAX + 1];     /* of a field */
    char value[TEL_VALUE_MAX + 1]; /* of a field */
    double before, after;
    double change, low, high;
    bool certain; /* the interval leaves no room for "the same" */
    bool timed;   /* p50_ms and p95_ms of the event, [0] before, [1] after */
    uint32_t p50_ms[2], p95_ms[2];
    double weight; /* how much it matters, at least: the order of findings */
};

struct tel_comparison {
    bool done; /* there were two versions to compare */
    char before[TEL_VERSION_MAX + 1];
    char after[TEL_VERSION_MAX + 1];
    struct tel_finding *findings; /* certain ones first, those by weight */
    size_t nfindings;             /* all that was compared */
    size_t ncertain;
    char (*too_few)[TEL_EVENT_MAX + 1]; /* events of too few runs to tell */
    size_t ntoo_few;
};

/*
 * A certain finding as a sentence: "push fails twice as often in 2.41.0: 6.1 %
 * -> 12.4 % (+5.1 to +7.6 points)", in ASCII, whatever the database holds. The
 * length. comparison names the versions.
 */
#define TEL_FINDING_TEXT_MAX 400
size_t tel_finding_text(const struct tel_finding *finding,
                        const struct tel_comparison *comparison,
                        char buf[TEL_FINDING_TEXT_MAX + 1]);

struct tel_report;
struct tel_report_options;

/*
 * Compares two versions of each tool: those that options name, else the
 * latest two with enough runs. A version that options name and the tool does
 * not have: -ESRCH with a sentence. -ENOMEM.
 */
int tel_compare(struct tel_report *report,
                const struct tel_report_options *options, struct tel_err *err);
void tel_comparison_clear(struct tel_comparison *comparison);

#endif
