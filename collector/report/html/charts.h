/* SPDX-License-Identifier: MIT */
/*
 * charts: one image and the table with its numbers, below it.
 *
 * All numbers are published ones: rounded and held back already. Of many rows
 * a chart draws the first TEL_CHART_ROWS; the table has all of them.
 *
 * Context: normal.
 */
#ifndef TEL_COLLECTOR_HTML_CHARTS_H
#define TEL_COLLECTOR_HTML_CHARTS_H

#include "figures.h"
#include "html.h"
#include "report/publish.h"
#include "report/report.h"
#include "scale.h"

#define TEL_CHART_ROWS 15
#define TEL_CHART_SERIES 4

/* What a share is of, and how often each was. */
struct tel_bars_row {
    const char *name;
    struct tel_published n;
};

struct tel_bars {
    const char *title;
    const char *name_title;
    const char *count_title;
    const struct tel_bars_row *rows;
    size_t nrows;
    struct tel_published total;
    uint64_t k;    /* under which they are held back */
    bool of_total; /* bars end where all would be, else with the first one */
};

void tel_chart_bars(struct tel_html *page, const struct tel_bars *bars);

/* How the runs of each event ended. */
struct tel_ends {
    struct tel_published ok, error, sig, lost;
};

struct tel_outcomes_row {
    const char *name;
    struct tel_published runs;
    struct tel_ends ends;
};

void tel_chart_outcomes(struct tel_html *page, const char *title,
                        const struct tel_outcomes_row *rows, size_t nrows);

/* Runs over time, stacked by version, the newest first. */
struct tel_series {
    const char *name;
    const struct tel_published *runs; /* one for each of the days */
};

struct tel_days {
    int64_t first, last; /* of the chart */
    const int64_t *days; /* those on which anything ran, in order */
    size_t ndays;
    struct tel_series series[TEL_CHART_SERIES];
    size_t nseries;
};

void tel_chart_days(struct tel_html *page, const char *title,
                    const struct tel_days *days);

/* How long each event takes. */
struct tel_spans_row {
    const char *name;
    uint64_t p50_ms, p95_ms;
};

void tel_chart_spans(struct tel_html *page, const char *title,
                     const struct tel_spans_row *rows, size_t nrows);

/* How the durations of one event are spread: bins in order, of any width. */
struct tel_histogram {
    const char *title;
    const struct tel_report_bin *bins;
    size_t nbins;
    uint64_t p50_ms, p95_ms;
};

void tel_chart_histogram(struct tel_html *page,
                         const struct tel_histogram *histogram);

/*
 * The same number of two versions, and how far it has moved: low to high is
 * where the later one lies if the earlier one is right.
 */
struct tel_compare_row {
    const char *name;
    bool ms; /* a duration, else a share */
    double before, after;
    double low, high;
    bool certain; /* it has moved by more than chance */
};

struct tel_compare {
    const char *title;
    const char *name_title;
    const char *before_name, *after_name;
    const struct tel_compare_row *rows;
    size_t nrows;
};

/* Rows of one kind, on one axis. */
void tel_chart_compare(struct tel_html *page,
                       const struct tel_compare *compare);

/* Few rows of any kind, each on an axis of its own. */
void tel_chart_finding(struct tel_html *page,
                       const struct tel_compare *finding);

/* "and 180 more in the table", where rows were left out. */
void tel_chart_more(struct tel_html *page, size_t nrows);

/* A key to colours and shapes: the classes and names of n marks. */
void tel_chart_key(struct tel_html *page, const char *const *classes,
                   const char *const *names, size_t n);

/* The part that some runs are of others, 0 to 1: of the middles of what the
 * counts may stand for. */
double tel_chart_share(uint64_t k, const struct tel_published *part,
                       const struct tel_published *whole);

/*
 * Which part failed of the runs whose end is known, reckoned as in the other
 * forms of the report. Of failures that are held back it is said what the part
 * is below; where nothing is to be said, "-".
 */
double tel_chart_failed(const struct tel_ends *ends, uint64_t k);
const char *tel_chart_failed_text(struct tel_figure *figure,
                                  const struct tel_ends *ends, uint64_t k);

/* Names of ticks, for tel_svg_axis. */
void tel_chart_ms(char *buf, size_t size, double ms);
void tel_chart_percent(char *buf, size_t size, double share);

#endif
