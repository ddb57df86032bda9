/* SPDX-License-Identifier: MIT */
/*
 * figures: numbers as a person reads them. Each function writes into buf and
 * returns it, so that it can stand in a list of arguments. A no-break space
 * stands before a unit.
 *
 * Context: normal; the locale does not matter as long as it is "C".
 */
#ifndef TEL_COLLECTOR_HTML_FIGURES_H
#define TEL_COLLECTOR_HTML_FIGURES_H

#include <stdint.h>

#include "report/publish.h"

#define TEL_FIGURE_MAX 32

struct tel_figure {
    char text[TEL_FIGURE_MAX];
};

/* 1,240 */
const char *tel_figure_count(struct tel_figure *buf, uint64_t count);

/* The same of a count as it may be told: <5 where it is held back. */
const char *tel_figure_published(struct tel_figure *buf,
                                 const struct tel_published *count, uint64_t k);

/* As long as it is short: from a thousand millions on as for an axis. */
const char *tel_figure_brief(struct tel_figure *buf,
                             const struct tel_published *count, uint64_t k);

/* For an axis, three significant digits: 950, 1.2 k, 34 M, 18 E. */
const char *tel_figure_short(struct tel_figure *buf, double count);

/* Of a share from 0 to 1: 0 %, <0.1 %, 6.1 %, >99.9 %, 100 %. */
const char *tel_figure_percent(struct tel_figure *buf, double share);

/* 820 ms, 1.07 s, 12.3 s, 2 min 5 s, 60 min. */
const char *tel_figure_ms(struct tel_figure *buf, uint64_t ms);

/* Milliseconds as such up to 9,999: 1,070 ms, for two that are compared. */
const char *tel_figure_fine_ms(struct tel_figure *buf, uint64_t ms);

/* Of a day's number, since 1970-01-01: 2026-11-24, 24 Nov, and Nov 2026. */
const char *tel_figure_day(struct tel_figure *buf, int64_t day);
const char *tel_figure_short_day(struct tel_figure *buf, int64_t day);
const char *tel_figure_month(struct tel_figure *buf, int64_t day);

#endif
