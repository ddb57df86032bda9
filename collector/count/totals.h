/* SPDX-License-Identifier: MIT */
/*
 * totals: which cells one event adds to.
 */
#ifndef TEL_COLLECTOR_TOTALS_H
#define TEL_COLLECTOR_TOTALS_H

#include "sums.h"

/* Signatures of crashes that are told apart, a day, tool and version. */
#define TEL_TOTALS_CRASHES_MAX 1000

/*
 * Counts an event that a policy allows: its run, its end, its duration and
 * each of its fields and its crash, every one by itself, never two together.
 * What has no total is forgotten: the C library, the system. 0, or -ENOMEM.
 */
int tel_totals_add(struct tel_sums *sums, const struct tel_event *event);

#endif
