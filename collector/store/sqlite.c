/* SPDX-License-Identifier: MIT */
/*
 * sqlite: the totals in one SQLite file, the writer's half.
 *
 *     total(day, tool, version, event, item, value, n)
 *         one number each; see struct tel_cell. day is YYYY-MM-DD, UTC. A view
 *         of the next two, from which rows may be deleted, and into which they
 *         may be inserted.
 *     cell(day, tool, version, event, item, value, id), count(id, n)
 *         what the numbers are called, and the numbers. They are apart because
 *         each group writes many numbers and hardly ever a name: the numbers
 *         of a day stand on a few pages. day is a number here, days since
 *         1970-01-01; id is day * 2^32 and 32 random bits.
 *     refused(day, reason, n)
 *         events that were not counted, and why; a view of refusal, where day
 *         is a number.
 *     seen(generation, id, keys)
 *         the keys that have been counted, 16 random bytes each, some dozens a
 *         row, in their own order and under a random id. No time stands beside
 *         them: only which of two generations they are in.
 *     state(generation, began, keys_added, cells_gone)
 *         one row: the generation that keys go into, the day it began, and two
 *         numbers that change when keys are added and when cells are deleted.
 *
 * application_id says that the file is ours, user_version which form it has.
 *
 * A crash loses nothing that was committed: the journal is a WAL, synced at
 * each commit (synchronous = FULL). No table can be read in the order in which
 * its rows came. (Within one page of the file, SQLite puts bytes of a later
 * row before those of an earlier one; a page has rows of many groups.)
 */
#include "sqlite.h"

#include <errno.h>
#include <stdio.h>

static const char *const statements[STATEMENTS] = {
    [STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
    [STATEMENT_COMMIT] = "COMMIT",
    [STATEMENT_ROLLBACK] = "ROLLBACK",
    [STATEMENT_STATE] =
        "SELECT generation, began, keys_added, cells_gone FROM state",
    [STATEMENT_TURN] = "UPDATE state SET generation = ?1, began = ?2",
    [STATEMENT_KEYS_ADDED] = "UPDATE state SET keys_added = keys_added + 1",
    [STATEMENT_CELLS_GONE] = "UPDATE state SET cells_gone = cells_gone + 1",
    [STATEMENT_LOAD] = "SELECT keys FROM seen WHERE generation = ?1",
    [STATEMENT_REMEMBER] = "INSERT INTO seen VALUES(?1, ?2, ?3)",
    [STATEMENT_FORGET] =
        "DELETE FROM seen WHERE (generation, id) IN"
        " (SELECT generation, id FROM seen WHERE generation < ?1 LIMIT ?2)",
    [STATEMENT_FIND] = "SELECT id FROM cell WHERE day = ?1 AND tool = ?2"
                       " AND version = ?3 AND event = ?4 AND item = ?5"
                       " AND value = ?6",
    [STATEMENT_DRAW] = "INSERT OR IGNORE INTO count VALUES(?1, 0)",
    [STATEMENT_NAME] = "INSERT INTO cell VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [STATEMENT_VALUES] = "SELECT count(*) FROM cell WHERE day = ?1"
                         " AND tool = ?2 AND version = ?3 AND event = ?4"
                         " AND item = ?5",
    [STATEMENT_COUNT] = "INSERT INTO count SELECT id, n FROM feed WHERE true"
                        " ON CONFLICT DO UPDATE SET n = n + excluded.n",
    [STATEMENT_REFUSE] = "INSERT INTO refusal VALUES(?1, ?2, ?3)"
                         " ON CONFLICT DO UPDATE SET n = n + ?3",
    [STATEMENT_OLDEST] =
        "SELECT day FROM cell WHERE day < ?1 ORDER BY day LIMIT 1",
    [STATEMENT_RETAIN_CELLS] = "DELETE FROM cell WHERE day = ?1",
    [STATEMENT_RETAIN_COUNTS] =
        "DELETE FROM count WHERE id >= ?1 << 32 AND id < ?1 + 1 << 32",
    [STATEMENT_RETAIN_REFUSED] = "DELETE FROM refusal WHERE day < ?1",
};

int tel_sqlite_run(struct sqlite_store *store, enum statement which)
{
    sqlite3_stmt *statement = store->statements[which];
    int r = sqlite3_step(statement);

    if (r != SQLITE_DONE && r != SQLITE_ROW)
        (void)tel_sqlite_failed(store);
    (void)sqlite3_reset(statement);
    return r == SQLITE_DONE || r == SQLITE_ROW ? 0 : -EIO;
}

int tel_sqlite_ask(struct sqlite_store *store, enum statement which,
                   bool *ret_found, int64_t *ret_number)
{
    sqlite3_stmt *statement = store->statements[which];
    int r = sqlite3_step(statement);

    if (r == SQLITE_ROW)
        *ret_number = sqlite3_column_int64(statement, 0);
    else if (r != SQLITE_DONE)
        (void)tel_sqlite_failed(store);
    (void)sqlite3_reset(statement);
    if (r != SQLITE_ROW && r != SQLITE_DONE)
        return -EIO;
    *ret_found = r == SQLITE_ROW;
    return 0;
}

int tel_sqlite_prepare(struct sqlite_store *store)
{
    for (size_t i = 0; i < STATEMENTS; i++) {
        if (sqlite3_prepare_v3(store->db, statements[i], -1,
                               SQLITE_PREPARE_PERSISTENT, &store->statements[i],
                               NULL) != SQLITE_OK)
            return tel_sqlite_failed(store);
    }
    return 0;
}

/* What the transaction begins with; a generation ends here in its time. */
static int read_state(struct sqlite_store *store)
{
    sqlite3_stmt *statement = store->statements[STATEMENT_STATE];
    int64_t gone = store->state.cells_gone;
    int r = sqlite3_step(statement);

    if (r != SQLITE_ROW) {
        (void)tel_sqlite_failed(store);
        (void)sqlite3_reset(statement);
        return -EIO;
    }
    store->state = (struct sqlite_state){
        .generation = {sqlite3_column_int64(statement, 0),
                       sqlite3_column_int64(statement, 1)},
        .keys_added = sqlite3_column_int64(statement, 2),
        .cells_gone = sqlite3_column_int64(statement, 3),
    };
    (void)sqlite3_reset(statement);
    if (store->state.cells_gone != gone)
        store->epoch++;
    return 0;
}

static int turn(struct sqlite_store *store, int64_t day, bool *ret_turned)
{
    sqlite3_stmt *statement = store->statements[STATEMENT_TURN];

    *ret_turned = tel_store_turn(&store->state.generation, day);
    if (!*ret_turned)
        return 0;
    (void)sqlite3_bind_int64(statement, 1, store->state.generation.number);
    (void)sqlite3_bind_int64(statement, 2, store->state.generation.began);
    return tel_sqlite_run(store, STATEMENT_TURN);
}

/* What follows BEGIN. */
static int start(struct sqlite_store *store, int64_t day)
{
    bool turned = false;
    int r = read_state(store);

    store->day = day;
    if (r == 0)
        r = turn(store, day, &turned);
    return r == 0 ? tel_sqlite_keys_begin(store, turned) : r;
}

static int begin(struct tel_store *any, int64_t day)
{
    struct sqlite_store *store = tel_sqlite_of(any);
    int r = tel_sqlite_run(store, STATEMENT_BEGIN);

    return r == 0 ? start(store, day) : r;
}

static int begin_now(struct tel_store *any, int64_t day)
{
    struct sqlite_store *store = tel_sqlite_of(any);
    int r;

    (void)sqlite3_busy_timeout(store->db, 0);
    r = tel_sqlite_run(store, STATEMENT_BEGIN);
    (void)sqlite3_busy_timeout(store->db, TEL_SQLITE_BUSY_MS);
    if (r < 0)
        return (sqlite3_errcode(store->db) & 0xff) == SQLITE_BUSY ? -EBUSY : r;
    r = start(store, day);
    if (r < 0)
        tel_store_rollback(any);
    return r;
}

static void date(struct tel_store *any, int64_t day)
{
    tel_sqlite_of(any)->day = day;
}

/* There and back: what is written unchanged, SQLite does not write. */
static int touch(struct tel_store *any)
{
    struct sqlite_store *store = tel_sqlite_of(any);
    sqlite3_stmt *statement = store->statements[STATEMENT_TURN];
    int r = 0;

    (void)sqlite3_bind_int64(statement, 1, store->state.generation.number);
    for (int64_t ahead = 1; r == 0 && ahead >= 0; ahead--) {
        (void)sqlite3_bind_int64(statement, 2,
                                 store->state.generation.began + ahead);
        r = tel_sqlite_run(store, STATEMENT_TURN);
    }
    return r;
}

static int commit(struct tel_store *any)
{
    struct sqlite_store *store = tel_sqlite_of(any);
    int r = tel_sqlite_keys_write(store);

    if (r == 0)
        r = tel_sqlite_run(store, STATEMENT_COMMIT);
    if (r == 0)
        tel_sqlite_keys_committed(store);
    return r;
}

static void rollback(struct tel_store *any)
{
    struct sqlite_store *store = tel_sqlite_of(any);

    /* Some failures have rolled back already. */
    if (sqlite3_get_autocommit(store->db) == 0)
        (void)sqlite3_step(store->statements[STATEMENT_ROLLBACK]);
    (void)sqlite3_reset(store->statements[STATEMENT_ROLLBACK]);
    tel_sqlite_keys_rolled_back(store);
    store->epoch++;
}

const struct tel_store_kind tel_sqlite_kind = {
    .close = tel_sqlite_close,
    .begin = begin,
    .begin_now = begin_now,
    .date = date,
    .commit = commit,
    .rollback = rollback,
    .claim = tel_sqlite_claim,
    .release = tel_sqlite_release,
    .touch = touch,
    .add = tel_sqlite_add,
    .refuse = tel_sqlite_refuse,
    .retain = tel_sqlite_retain,
    .each_total = tel_sqlite_each_total,
    .each_refusal = tel_sqlite_each_refusal,
};

struct sqlite_store *tel_sqlite_of(struct tel_store *store)
{
    /* A store is the first member of its kind's struct. */
    return (void *)store;
}

int tel_sqlite_failed(struct sqlite_store *store)
{
    (void)snprintf(store->store.fault, sizeof(store->store.fault), "%s",
                   sqlite3_errmsg(store->db));
    return -EIO;
}
