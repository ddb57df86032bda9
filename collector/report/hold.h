/* SPDX-License-Identifier: MIT */
/*
 * hold: the sums that a reader of a report can do, one after the other.
 *
 *     tel_hold_part(h, &part);      each
 *     h->unsaid += 2;               and those that are not named
 *     tel_hold_sum(h, &total);      and from the start
 *
 * Included by its own files only.
 */
#ifndef TEL_COLLECTOR_HOLD_H
#define TEL_COLLECTOR_HOLD_H

#include "report.h"

struct tel_holding {
    const struct tel_report *report;
    struct tel_published **parts; /* of the sum at hand */
    size_t count;
    size_t room; /* for parts, which the caller frees at the end */
    size_t unsaid;
    struct tel_published unnamed; /* a part held back that has no name */
    bool moved;                   /* something, in this pass */
    bool failed;
};

/* Where there is no memory, h->failed says so at the end. */
void tel_hold_part(struct tel_holding *h, struct tel_published *count);

/* Has the total not give away what its parts hold back, nor the parts what
 * the total does. */
void tel_hold_sum(struct tel_holding *h, struct tel_published *total);

#endif
