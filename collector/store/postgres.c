/* SPDX-License-Identifier: MIT */
/*
 * postgres: the totals in a PostgreSQL database, the writer's half.
 *
 *     tel_total(tool, day, version, event, item, value, n)
 *         one number each; see struct tel_cell.
 *     tel_refused(day, reason, n)
 *         events that were not counted, and why.
 *     tel_seen(key, generation)
 *         the keys that have been counted, without a time.
 *     tel_generation(number, began)
 *         one row: the generation that keys go into, and the day it began.
 *     tel_store(form)
 *         one row, the last to be made: says that all are there, and of which
 *         form.
 *
 * They are in the schema that the connection's search_path names first. Days
 * are dates, but for began, which is a number of days. Text is in the order
 * of bytes ("C"), whatever the database's own collation is or becomes.
 *
 * Any number of collectors add at once, each group in one transaction of
 * three round trips: begin, claim, and all the rest with the commit, so that
 * rows which all of them add to are locked for no longer than that last one.
 *
 * A key is in tel_seen once, whichever generation it came in, so claims of one
 * key meet in its row wherever they come from: the second waits until the
 * first has committed or not. So they are exact even where collectors do not
 * agree on the day or the generation. A key whose time is over is fresh; that
 * its row is swept away later, a slice of the table a group, is only to save
 * room.
 *
 * The outcome of a commit is not known where the connection ends during it.
 * Then it failed, as far as the caller can say, and the requests' keys make
 * the next try exact.
 *
 * A bound (struct tel_sum) is judged by what had been committed: n collectors
 * that add new values at the same moment may pass it n times over.
 */
#include "postgres.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whatever the database's or the user's default, the plain isolation is what
 * all above is made for. */
static int begin_transaction(struct pg_store *pg)
{
    int r = tel_pg_send(pg, "BEGIN ISOLATION LEVEL READ COMMITTED", NULL, 0);

    return r < 0 ? r
                 : tel_pg_find_generation(
                       pg, "SELECT number, began FROM tel_generation");
}

/* A connection that was kept may have ended unnoticed; nothing is lost yet. */
static int begin_connected(struct pg_store *pg)
{
    int r = -EIO;

    if (pg->conn != NULL) {
        r = begin_transaction(pg);
        if (r == 0 || pg->conn != NULL)
            return r;
    }
    r = tel_pg_connect_writer(pg);
    return r < 0 ? r : begin_transaction(pg);
}

static int begin(struct tel_store *any, int64_t day)
{
    struct pg_store *pg = tel_pg_of(any);
    struct tel_store_generation generation;
    int r;

    pg->deadline_ms = tel_pg_now_ms() + TEL_PG_GROUP_MS;
    pg->day = day;
    r = begin_connected(pg);
    generation = pg->generation;
    if (r == 0 && tel_store_turn(&generation, day)) {
        r = tel_pg_turn(pg, day);
        if (r == 0)
            r = begin_transaction(pg);
    }
    return r < 0 ? r : tel_pg_sweep(pg);
}

static void date(struct tel_store *any, int64_t day)
{
    tel_pg_of(any)->day = day;
}

static int commit(struct tel_store *any)
{
    struct pg_store *pg = tel_pg_of(any);
    PGresult *result = NULL;
    int r = tel_pg_send(pg, "COMMIT", NULL, 0);

    if (r == 0)
        r = tel_pg_settle(pg, &result);
    /* Of a transaction that had failed before, COMMIT makes this. */
    if (r == 0 && strcmp(PQcmdStatus(result), "COMMIT") != 0) {
        (void)snprintf(pg->store.fault, sizeof(pg->store.fault),
                       "the transaction was rolled back");
        r = -EIO;
    }
    PQclear(result);
    return r;
}

static void rollback(struct tel_store *any)
{
    struct pg_store *pg = tel_pg_of(any);
    char fault[sizeof(any->fault)];

    memcpy(fault, any->fault, sizeof(fault));
    if (pg->conn != NULL && (tel_pg_send(pg, "ROLLBACK", NULL, 0) < 0 ||
                             tel_pg_settle(pg, NULL) < 0))
        tel_pg_disconnect(pg);
    memcpy(any->fault, fault, sizeof(fault));
}

/* The columns of sums; the last is the bound. */
enum { TEXTS = 5, COLUMNS = 7 };

static void put_sum(struct pg_array arrays[COLUMNS], const struct tel_sum *sum)
{
    const char *const texts[TEXTS] = {
        sum->cell.tool, sum->cell.version, sum->cell.event,
        sum->cell.item, sum->cell.value,
    };

    for (size_t i = 0; i < TEXTS; i++)
        tel_pg_array_put(&arrays[i], texts[i], strlen(texts[i]));
    tel_pg_array_put_number(&arrays[TEXTS], sum->n);
    tel_pg_array_put_number(&arrays[TEXTS + 1], sum->bound);
}

/* Sends those of the sums that have a bound, or those that have none. */
static int add_some(struct pg_store *pg, const struct tel_sum *sums,
                    size_t count, bool bound)
{
    struct pg_array arrays[COLUMNS] = {{0}};
    struct pg_value values[1 + COLUMNS];
    char text[TEL_PG_DIGITS];
    size_t some = 0;
    int r = 0;

    for (size_t i = 0; i < count; i++)
        some += (sums[i].bound != 0) == bound;
    if (some == 0)
        return 0;
    for (size_t i = 0; i < COLUMNS; i++)
        tel_pg_array_begin(&arrays[i], i < TEXTS ? PG_TEXT : PG_BIGINT, some);
    for (size_t i = 0; i < count; i++) {
        if ((sums[i].bound != 0) == bound)
            put_sum(arrays, &sums[i]);
    }
    values[0] = tel_pg_number(text, pg->day);
    for (size_t i = 0; i < COLUMNS; i++) {
        if (arrays[i].failed)
            r = -ENOMEM;
        values[1 + i] = tel_pg_array_value(&arrays[i]);
    }
    if (r == 0)
        r = tel_pg_use(pg, bound ? PG_ADD_BOUND : PG_ADD, values,
                       bound ? 1 + COLUMNS : COLUMNS);
    for (size_t i = 0; i < COLUMNS; i++)
        tel_pg_array_free(&arrays[i]);
    return r;
}

static int add(struct tel_store *any, const struct tel_sum *sums, size_t count)
{
    struct pg_store *pg = tel_pg_of(any);
    int r = add_some(pg, sums, count, false);

    return r < 0 ? r : add_some(pg, sums, count, true);
}

static int refuse(struct tel_store *any, const char *reason, uint64_t n)
{
    struct pg_store *pg = tel_pg_of(any);
    char texts[2][TEL_PG_DIGITS];
    const struct pg_value values[] = {
        tel_pg_number(texts[0], pg->day),
        {reason, 0},
        tel_pg_number(texts[1], (int64_t)n),
    };

    return tel_pg_use(pg, PG_REFUSE, values, 3);
}

/* The oldest day before first goes, whole; ret_found says whether there was
 * one. */
static int retain_day(struct pg_store *pg, int64_t first, bool *ret_found)
{
    static const char *const deletes[] = {
        "SET LOCAL statement_timeout = 0",
        "DELETE FROM tel_refused WHERE day < " TEL_PG_DAY_1,
        "DELETE FROM tel_total WHERE day = (SELECT min(day) FROM tel_total"
        " WHERE day < " TEL_PG_DAY_1 ")",
    };
    char text[TEL_PG_DIGITS];
    const struct pg_value values[] = {tel_pg_number(text, first)};
    PGresult *result = NULL;
    int r = begin_connected(pg);

    for (size_t i = 0; r == 0 && i < sizeof(deletes) / sizeof(deletes[0]); i++)
        r = tel_pg_send(pg, deletes[i], values, i > 0 ? 1 : 0);
    if (r == 0)
        r = tel_pg_settle(pg, &result);
    if (r == 0)
        *ret_found = strcmp(PQcmdTuples(result), "0") != 0;
    PQclear(result);
    return r;
}

static int retain(struct tel_store *any, int64_t first)
{
    struct pg_store *pg = tel_pg_of(any);
    bool found = false;
    int r;

    pg->deadline_ms = tel_pg_now_ms() + TEL_PG_PATIENT_MS;
    r = retain_day(pg, first, &found);
    if (r == 0)
        r = commit(any);
    if (r < 0)
        rollback(any);
    return r < 0 ? r : found;
}

const struct tel_store_kind tel_pg_writer = {
    .close = tel_pg_close,
    .begin = begin,
    .date = date,
    .commit = commit,
    .rollback = rollback,
    .claim = tel_pg_claim,
    .release = tel_pg_release,
    .add = add,
    .refuse = refuse,
    .retain = retain,
};
