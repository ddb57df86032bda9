/* SPDX-License-Identifier: MIT */
/*
 * totals: sums of events, a tool at a time, for tel stats.
 *
 *     struct totals totals = {NULL};
 *
 *     totals_add(&totals, &event, TOTALS_SENT, "2026-01-31");   ... each event
 *     totals_sort(&totals);
 *     ... read totals.tools ...
 *     totals_clear(&totals);
 *
 * Errors: 0 or -ENOMEM. Context: normal.
 */
#ifndef TEL_TOTALS_H
#define TEL_TOTALS_H

#include <tel/event.h>

/* Where an event is now. */
enum totals_place { TOTALS_SENT, TOTALS_WAITS, TOTALS_KEPT, TOTALS_PLACES };

struct totals_event {
    char name[TEL_EVENT_MAX + 1];
    uint64_t runs;
    uint64_t ok;
    uint64_t failed;   /* another status than 0 */
    uint64_t signaled; /* a signal ended it */
    uint64_t lost;     /* nobody saw how it ended */
    uint32_t *ms;      /* durations that were told, sorted by totals_sort */
    size_t nms;
};

struct totals_value {
    char key[TEL_KEY_MAX + 1];
    char value[TEL_VALUE_MAX + 1];
    uint64_t runs;
};

struct totals_tool {
    char id[TEL_NAME_MAX + 1];
    char since[11]; /* the first day in the log, or empty */
    uint64_t places[TOTALS_PLACES];
    struct totals_event *events; /* most runs first, once sorted */
    size_t nevents;
    struct totals_value *values; /* by key, then most runs first */
    size_t nvalues;
};

struct totals {
    struct totals_tool *tools; /* by id, once sorted */
    size_t ntools;
};

/* day may be NULL; of several, the earliest counts. */
int totals_add(struct totals *totals, const struct tel_event *event,
               enum totals_place place, const char *day);
void totals_sort(struct totals *totals);
void totals_clear(struct totals *totals);

/* All runs of a tool. */
uint64_t totals_runs(const struct totals_tool *tool);

/* The middle one of the durations, or -1 where none was told. */
long totals_median_ms(const struct totals_event *event);

#endif
