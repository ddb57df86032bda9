/* SPDX-License-Identifier: MIT */
/*
 * exact: the totals as the store has them, in the shape of a report. Only the
 * reading and the filling of a report see it.
 *
 *     struct tel_exact exact = {0};
 *     tel_store_each_total(store, &range, tel_exact_take, &exact);
 *     tel_exact_clear(&exact);
 *
 * The rows are taken in one pass, by day and by version, and each is found
 * where the last one left off.
 *
 * Errors: -ENOMEM; -EBADMSG for what no collector has written. Context:
 * normal.
 */
#ifndef TEL_COLLECTOR_EXACT_H
#define TEL_COLLECTOR_EXACT_H

#include "store/store.h"

/* One total, summed over days. */
struct tel_exact_cell {
    char item[TEL_STORE_ITEM_MAX + 1];
    char value[TEL_VALUE_MAX + 1];
    uint64_t n;
};

/* In the order of item and value. */
struct tel_exact_cells {
    struct tel_exact_cell *at;
    size_t len;
    size_t next; /* where the next one is looked for first */
};

struct tel_exact_day {
    int64_t day;
    uint64_t runs;
};

/* One event of one version; of the event "", crashes. */
struct tel_exact_part {
    char version[TEL_VERSION_MAX + 1];
    struct tel_exact_cells cells;
    struct tel_exact_day *days; /* in order, those with runs */
    size_t ndays;
    int64_t day; /* of the last row */
};

struct tel_exact_event {
    char event[TEL_EVENT_MAX + 1];
    struct tel_exact_part *parts;
    size_t nparts;
};

struct tel_exact_tool {
    char id[TEL_NAME_MAX + 1];
    struct tel_exact_event *events;
    size_t nevents;
};

struct tel_exact {
    struct tel_exact_tool *tools;
    size_t ntools;
};

/* A row of tel_store_each_total; context is the struct tel_exact. */
int tel_exact_take(void *context, int64_t day, const struct tel_cell *cell,
                   uint64_t n);
void tel_exact_clear(struct tel_exact *exact);

/* Adds n to the cell of this name. */
int tel_exact_add(struct tel_exact_cells *cells, const char *item,
                  const char *value, uint64_t n);

/* The total of this name, 0 where there is none. */
uint64_t tel_exact_of(const struct tel_exact_cells *cells, const char *item,
                      const char *value);

/*
 * One more element, zeroed, at the end of an array of *count elements of size
 * bytes: *array is moved as it grows. NULL: no memory, nothing has changed.
 */
void *tel_append(void *array, size_t *count, size_t size);

/* Copies a string of a database that others may have written, of which
 * nothing is trusted to fit: 0, or -EBADMSG. */
int tel_exact_copy(char *to, size_t size, const char *from);

#endif
