/* SPDX-License-Identifier: MIT */
/*
 * scale: where on an axis a value stands, and which values the axis names.
 *
 * A place is a percentage of the axis' length, so that a chart is as wide as
 * its page while its letters keep their size.
 *
 * Context: normal.
 */
#ifndef TEL_COLLECTOR_HTML_SCALE_H
#define TEL_COLLECTOR_HTML_SCALE_H

#include <stdbool.h>
#include <stddef.h>

#define TEL_TICKS_MAX 10

struct tel_scale {
    double low, high;
    bool log; /* of durations in ms */
    double ticks[TEL_TICKS_MAX];
    size_t nticks;
};

/* From 0 to the first round number that is not under top; whole: of what is
 * never a part of one. */
void tel_scale_linear(struct tel_scale *scale, double top, bool whole);

/* From the tick under low to the tick over high: 0, 1, 10, 100 ms, 1 s... */
void tel_scale_ms(struct tel_scale *scale, double low, double high);

/* 0 to 100; what lies outside is put at the end. */
double tel_scale_at(const struct tel_scale *scale, double value);

#endif
