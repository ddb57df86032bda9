/* SPDX-License-Identifier: MIT */
/*
 * ended: the totals of the days that have ended, as metrics.
 *
 * Not of today: whoever stores metrics with the time at which he asked would
 * have the time of day of single events. Counts are published ones, as in a
 * report (publish.h). The text is kept and given again, and made anew where a
 * day has ended, or after a while, since totals of long ago may have been
 * forgotten, or come late from another collector.
 *
 * Context: normal; one thread.
 */
#ifndef TEL_COLLECTOR_ENDED_H
#define TEL_COLLECTOR_ENDED_H

#include <stdint.h>
#include <stdio.h>

struct tel_ended;

/* db, which is copied, is what a reader of stores takes. 0, or -ENOMEM. */
int tel_ended_new(const char *db, uint64_t k, struct tel_ended **ret_ended);
void tel_ended_free(struct tel_ended *ended); /* accepts NULL */

/* Where the database can't be read: what was read last, perhaps nothing. */
void tel_ended_write(struct tel_ended *ended, FILE *out);

#endif
