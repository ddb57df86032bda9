/* SPDX-License-Identifier: MIT */
/*
 * sums: what a group of events adds to each total, gathered in memory, so
 * that a total is written once a group however often it is hit.
 *
 *     tel_sums_new(&sums);
 *     tel_sums_add(sums, &cell, 0);        as often as it likes
 *     tel_sums_list(sums, &list, &count);  sorted, for tel_store_add
 *     tel_sums_clear(sums);                and again
 *     tel_sums_free(sums);
 *
 * Strings are copied. Which cells there are is known from one group to the
 * next (names from policies, for the most part, and never one event's), how
 * often they were hit is not.
 *
 * Errors: -ENOMEM. Context: normal; one thread.
 */
#ifndef TEL_COLLECTOR_SUMS_H
#define TEL_COLLECTOR_SUMS_H

#include "store/store.h"

struct tel_sums;

int tel_sums_new(struct tel_sums **ret_sums);
void tel_sums_free(struct tel_sums *sums); /* accepts NULL */

/* Counts one more of the cell; bound as in struct tel_sum. */
int tel_sums_add(struct tel_sums *sums, const struct tel_cell *cell,
                 unsigned bound);

/* All of it, in the order of tel_sum_order, and with a memo for the store.
 * Nothing but tel_sums_clear (which ends the list) and tel_sums_free may
 * follow. */
void tel_sums_list(struct tel_sums *sums, const struct tel_sum **ret_list,
                   size_t *ret_count);

/* Forgets the sums; and the cells too, where they have become too many. */
void tel_sums_clear(struct tel_sums *sums);

#endif
