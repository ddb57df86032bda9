/* SPDX-License-Identifier: MIT */
/*
 * month: what the users of the world's tools do, day by day.
 *
 *     struct month month = {.events = 300000, .days = 30, ...};
 *     month_plan(&month);
 *     for (day = 0; day < month.days; day++)
 *         month_day(&month, day, take, context);
 *
 * Every day stands by itself: it can be had without those before it.
 */
#ifndef TEL_TEST_MONTH_H
#define TEL_TEST_MONTH_H

#include <stdbool.h>

#include <tel/event.h>

#include "world.h"

#define MONTH_DAYS_MAX 366

struct month {
    uint64_t events; /* of all days */
    unsigned days;
    int64_t first; /* a day, from 1970-01-01 on */
    uint64_t seed;
    bool healthy; /* nothing is planted */
    uint64_t plan[MONTH_DAYS_MAX][WORLD_TOOLS];
};

/* Decides how many events of which tool each day has; exactly events in all. */
void month_plan(struct month *month);

/* Calls take for each event of a day, in the order in which they come. */
void month_day(const struct month *month, unsigned day,
               void (*take)(void *context, const struct tel_event *event),
               void *context);

#endif
