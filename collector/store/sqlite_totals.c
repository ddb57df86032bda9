/* SPDX-License-Identifier: MIT */
/*
 * sqlite_totals: what a group adds to totals and refusals.
 *
 * A cell's memo holds the id of its count, so that a group of known cells
 * reads nothing but the counts that it adds to. A memo is void with another
 * day, and where the store's epoch has changed: after a rollback, which may
 * have taken the id back, and where a process has forgotten cells.
 */
#include "sqlite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* What is being added; of the cells that share all but the value with one
 * that is bounded, how many values there are today. */
struct adding {
    struct sqlite_store *store;
    const struct tel_cell *beside; /* NULL: none was looked at */
    int64_t values;
};

/* The string must live until the statement has run. */
static void bind(sqlite3_stmt *statement, int at, const char *string)
{
    (void)sqlite3_bind_text(statement, at, string, -1, SQLITE_STATIC);
}

/* All of a cell's name, or all but its value. */
static void bind_cell(struct sqlite_store *store, enum statement which,
                      const struct tel_cell *cell)
{
    sqlite3_stmt *statement = store->statements[which];

    (void)sqlite3_bind_int64(statement, 1, store->day);
    bind(statement, 2, cell->tool);
    bind(statement, 3, cell->version);
    bind(statement, 4, cell->event);
    bind(statement, 5, cell->item);
    if (which != STATEMENT_VALUES)
        bind(statement, 6, cell->value);
}

static int find_id(struct sqlite_store *store, const struct tel_cell *cell,
                   bool *ret_found, int64_t *ret_id)
{
    bind_cell(store, STATEMENT_FIND, cell);
    return tel_sqlite_ask(store, STATEMENT_FIND, ret_found, ret_id);
}

/* A count that is no other's, still at 0. */
static int draw_id(struct sqlite_store *store, int64_t *ret_id)
{
    sqlite3_stmt *statement = store->statements[STATEMENT_DRAW];
    uint32_t place = 0;
    int64_t id;
    int r;

    do {
        if (getrandom(&place, sizeof(place), 0) != (ssize_t)sizeof(place))
            return -EIO;
        id = (int64_t)((uint64_t)store->day << TEL_SQLITE_DAY_SHIFT | place);
        (void)sqlite3_bind_int64(statement, 1, id);
        r = tel_sqlite_run(store, STATEMENT_DRAW);
    } while (r == 0 && sqlite3_changes(store->db) == 0);
    if (r == 0)
        *ret_id = id;
    return r;
}

static int name_id(struct sqlite_store *store, const struct tel_cell *cell,
                   int64_t *ret_id)
{
    int r = draw_id(store, ret_id);

    if (r < 0)
        return r;
    bind_cell(store, STATEMENT_NAME, cell);
    (void)sqlite3_bind_int64(store->statements[STATEMENT_NAME], 7, *ret_id);
    return tel_sqlite_run(store, STATEMENT_NAME);
}

static bool are_beside(const struct tel_cell *a, const struct tel_cell *b)
{
    return strcmp(a->tool, b->tool) == 0 &&
           strcmp(a->version, b->version) == 0 &&
           strcmp(a->event, b->event) == 0 && strcmp(a->item, b->item) == 0;
}

/* How many values the cells beside this one have today. */
static int count_values(struct adding *adding, const struct tel_cell *cell)
{
    bool found = false;
    int r;

    if (adding->beside != NULL && are_beside(adding->beside, cell))
        return 0;
    bind_cell(adding->store, STATEMENT_VALUES, cell);
    r = tel_sqlite_ask(adding->store, STATEMENT_VALUES, &found,
                       &adding->values);
    adding->beside = r == 0 ? cell : NULL;
    return r;
}

/* Gives a cell that has no count yet one of its own; or that of
 * TEL_STORE_OTHER, where it would be one value too many. */
static int make_id(struct adding *adding, const struct tel_sum *sum,
                   int64_t *ret_id)
{
    struct tel_cell cell = sum->cell;
    bool found = false;
    int r = 0;

    if (sum->bound != 0)
        r = count_values(adding, &sum->cell);
    if (r == 0 && sum->bound != 0 && adding->values >= sum->bound) {
        cell.value = TEL_STORE_OTHER;
        r = find_id(adding->store, &cell, &found, ret_id);
    }
    if (r < 0 || found)
        return r;
    adding->values++;
    return name_id(adding->store, &cell, ret_id);
}

static int id_of(struct adding *adding, const struct tel_sum *sum,
                 int64_t *ret_id)
{
    const struct sqlite_store *store = adding->store;
    struct tel_store_memo *memo = sum->memo;
    bool found = false;
    int r;

    if (memo != NULL && memo->epoch == store->epoch &&
        memo->id >> TEL_SQLITE_DAY_SHIFT == store->day) {
        *ret_id = memo->id;
        return 0;
    }
    r = find_id(adding->store, &sum->cell, &found, ret_id);
    if (r == 0 && !found)
        r = make_id(adding, sum, ret_id);
    if (r == 0 && memo != NULL)
        *memo = (struct tel_store_memo){store->epoch, *ret_id};
    return r;
}

static int reserve(struct sqlite_store *store, size_t count)
{
    struct sqlite_count *rows = NULL;

    if (count <= store->room)
        return 0;
    rows = reallocarray(store->rows, count, sizeof(*rows));
    if (rows == NULL)
        return -ENOMEM;
    store->rows = rows;
    store->room = count;
    return 0;
}

int tel_sqlite_add(struct tel_store *any, const struct tel_sum *sums,
                   size_t count)
{
    struct sqlite_store *store = tel_sqlite_of(any);
    struct adding adding = {.store = store};
    int r = reserve(store, count);

    for (size_t i = 0; r == 0 && i < count; i++) {
        r = id_of(&adding, &sums[i], &store->rows[i].id);
        store->rows[i].n = (int64_t)sums[i].n;
    }
    store->feed = (struct sqlite_feed){store->rows, count};
    return r < 0 ? r : tel_sqlite_run(store, STATEMENT_COUNT);
}

int tel_sqlite_refuse(struct tel_store *any, const char *reason, uint64_t n)
{
    struct sqlite_store *store = tel_sqlite_of(any);
    sqlite3_stmt *statement = store->statements[STATEMENT_REFUSE];

    (void)sqlite3_bind_int64(statement, 1, store->day);
    bind(statement, 2, reason);
    (void)sqlite3_bind_int64(statement, 3, (int64_t)n);
    return tel_sqlite_run(store, STATEMENT_REFUSE);
}

/* The oldest day before first goes, whole: no reader sees a part of it. */
static int retain_day(struct sqlite_store *store, int64_t first,
                      bool *ret_found)
{
    static const enum statement deletes[] = {STATEMENT_RETAIN_CELLS,
                                             STATEMENT_RETAIN_COUNTS};
    int64_t day = 0;
    int r;

    (void)sqlite3_bind_int64(store->statements[STATEMENT_OLDEST], 1, first);
    r = tel_sqlite_ask(store, STATEMENT_OLDEST, ret_found, &day);
    if (r < 0 || !*ret_found)
        return r;
    for (size_t i = 0; r == 0 && i < 2; i++) {
        (void)sqlite3_bind_int64(store->statements[deletes[i]], 1, day);
        r = tel_sqlite_run(store, deletes[i]);
    }
    return r == 0 ? tel_sqlite_run(store, STATEMENT_CELLS_GONE) : r;
}

int tel_sqlite_retain(struct tel_store *any, int64_t first)
{
    struct sqlite_store *store = tel_sqlite_of(any);
    bool found = false;
    int r = tel_sqlite_run(store, STATEMENT_BEGIN);

    if (r < 0)
        return r;
    (void)sqlite3_bind_int64(store->statements[STATEMENT_RETAIN_REFUSED], 1,
                             first);
    r = tel_sqlite_run(store, STATEMENT_RETAIN_REFUSED);
    if (r == 0)
        r = retain_day(store, first, &found);
    if (r == 0)
        r = tel_sqlite_run(store, STATEMENT_COMMIT);
    if (r < 0)
        tel_store_rollback(any);
    return r < 0 ? r : found;
}
