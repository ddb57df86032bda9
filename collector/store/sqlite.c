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
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "fault.h"

#define APPLICATION_ID 0x74656c63 /* "telc" */
#define FORM 2

/* In the triggers of the view total. */
#define DAY(row) "strftime('%s', " row ".day) / 86400"
#define OLD_CELL                                                           \
    "day = " DAY("old") " AND tool = old.tool"                             \
                        " AND version = old.version AND event = old.event" \
                        " AND item = old.item AND value = old.value"

static const char schema[] =
    "CREATE TABLE cell(day INTEGER NOT NULL, tool TEXT NOT NULL,"
    " version TEXT NOT NULL, event TEXT NOT NULL, item TEXT NOT NULL,"
    " value TEXT NOT NULL, id INTEGER NOT NULL,"
    " PRIMARY KEY(day, tool, version, event, item, value)) WITHOUT ROWID;"
    "CREATE TABLE count(id INTEGER PRIMARY KEY, n INTEGER NOT NULL);"
    "CREATE VIEW total AS SELECT date(day * 86400, 'unixepoch') AS day, tool,"
    " version, event, item, value, n"
    " FROM cell CROSS JOIN count ON count.id = cell.id;"
    "CREATE TRIGGER total_insert INSTEAD OF INSERT ON total BEGIN"
    " INSERT INTO count VALUES((" DAY(
        "new") " << 32)"
               " | (random() & 4294967295), new.n);"
               " INSERT INTO cell VALUES(" DAY(
                   "new") ", new.tool, new.version,"
                          " new.event, new.item, new.value, "
                          "last_insert_rowid());"
                          "END;"
                          "CREATE TRIGGER total_delete INSTEAD OF DELETE ON "
                          "total BEGIN"
                          " UPDATE state SET cells_gone = cells_gone + 1;"
                          " DELETE FROM count WHERE id = (SELECT id FROM cell "
                          "WHERE " OLD_CELL ");"
                          " DELETE FROM cell WHERE " OLD_CELL ";"
                          "END;"
                          "CREATE TABLE refusal(day INTEGER NOT NULL, reason "
                          "TEXT NOT NULL,"
                          " n INTEGER NOT NULL, PRIMARY KEY(day, reason)) "
                          "WITHOUT ROWID;"
                          "CREATE VIEW refused AS SELECT date(day * 86400, "
                          "'unixepoch') AS day,"
                          " reason, n FROM refusal;"
                          "CREATE TABLE seen(generation INTEGER NOT NULL, id "
                          "INTEGER NOT NULL,"
                          " keys BLOB NOT NULL, PRIMARY KEY(generation, id)) "
                          "WITHOUT ROWID;"
                          "CREATE TABLE state(generation INTEGER NOT NULL, "
                          "began INTEGER NOT NULL,"
                          " keys_added INTEGER NOT NULL, cells_gone INTEGER "
                          "NOT NULL);"
                          "INSERT INTO state VALUES(0, -1, 0, 0);";

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

static int number(struct sqlite_store *store, const char *sql,
                  int64_t *ret_number)
{
    sqlite3_stmt *statement = NULL;
    int r = -EIO;

    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        *ret_number = sqlite3_column_int64(statement, 0);
        r = 0;
    } else {
        (void)tel_sqlite_failed(store);
    }
    (void)sqlite3_finalize(statement);
    return r;
}

static int execute(struct sqlite_store *store, const char *sql)
{
    if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return tel_sqlite_failed(store);
    return 0;
}

/* An empty file becomes a store; two processes may try at once. */
static int make(struct sqlite_store *store)
{
    char mark[96];
    int64_t objects = 0;
    int r = execute(store, "BEGIN IMMEDIATE");

    if (r < 0)
        return r;
    r = number(store, "SELECT count(*) FROM sqlite_schema", &objects);
    if (r == 0 && objects == 0) {
        (void)snprintf(mark, sizeof(mark),
                       "PRAGMA application_id = %d; PRAGMA user_version = %d;",
                       APPLICATION_ID, FORM);
        r = execute(store, schema);
        if (r == 0)
            r = execute(store, mark);
    }
    if (r == 0)
        r = execute(store, "COMMIT");
    if (r < 0)
        (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return r;
}

/* Whether the file is a store of this form: 0, -EBADMSG or -EIO. */
static int check(struct sqlite_store *store, const char *path,
                 struct tel_err *err)
{
    int64_t id = 0;
    int64_t form = 0;
    bool ours = false;

    if (number(store, "PRAGMA application_id", &id) < 0 ||
        number(store, "PRAGMA user_version", &form) < 0)
        return tel_fault(err, -EIO, "%s: %s", path, store->store.fault);
    if (id != APPLICATION_ID)
        return tel_fault(err, -EBADMSG, "%s: not a database of tel-collect",
                         path);
    if (form != FORM)
        return tel_fault(err, -EBADMSG,
                         "%s: a database of another version of tel-collect",
                         path);
    if (tel_sqlite_form_check(store, schema, &ours) < 0)
        return tel_fault(err, -EIO, "%s: %s", path, store->store.fault);
    if (!ours)
        return tel_fault(err, -EBADMSG,
                         "%s: has other tables than tel-collect makes", path);
    return 0;
}

/* Whether the file holds nothing at all yet. */
static bool is_empty(struct sqlite_store *store)
{
    int64_t objects = 1;

    return number(store, "SELECT count(*) FROM sqlite_schema", &objects) == 0 &&
           objects == 0;
}

static int prepare(struct sqlite_store *store)
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

/* Into a file that was deleted or replaced, SQLite goes on to write. */
static int check_place(struct sqlite_store *store)
{
    int moved = 0;

    (void)sqlite3_file_control(store->db, NULL, SQLITE_FCNTL_HAS_MOVED, &moved);
    if (moved == 0)
        return 0;
    (void)snprintf(store->store.fault, sizeof(store->store.fault),
                   "its file was moved or deleted");
    return -EIO;
}

/* What follows BEGIN. */
static int start(struct sqlite_store *store, int64_t day)
{
    bool turned = false;
    int r = check_place(store);

    store->day = day;
    if (r == 0)
        r = read_state(store);
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

static const struct tel_store_kind kind = {
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
    .tidy = tel_sqlite_tidy,
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

int tel_sqlite_attach(const char *path, int flags,
                      struct sqlite_store **ret_store, struct tel_err *err)
{
    struct sqlite_store *store = NULL;
    int r;

    /* SQLite's names for a database that is never written to a disk. */
    if (path[0] == '\0' || path[0] == ':') {
        (void)tel_fault(err, -EINVAL, "--db %s: not the name of a file", path);
        return -EINVAL;
    }
    store = calloc(1, sizeof(*store));
    if (store == NULL) {
        (void)tel_fault(err, -ENOMEM, "%s: out of memory", path);
        return -ENOMEM;
    }
    store->store.kind = &kind;
    r = sqlite3_open_v2(path, &store->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (r != SQLITE_OK) {
        (void)tel_fault(err, -EIO, "%s: %s", path,
                        store->db != NULL ? sqlite3_errmsg(store->db)
                                          : "out of memory");
        tel_sqlite_close(&store->store);
        return -EIO;
    }
    (void)sqlite3_busy_timeout(store->db, TEL_SQLITE_BUSY_MS);
    /* The file may be anybody's. */
    (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    /* An empty file is checked once it has been made into a store. */
    if ((flags & SQLITE_OPEN_CREATE) == 0 || !is_empty(store)) {
        r = check(store, path, err);
        if (r < 0) {
            tel_sqlite_close(&store->store);
            return r;
        }
    }
    *ret_store = store;
    return 0;
}

void tel_sqlite_close(struct tel_store *any)
{
    struct sqlite_store *store = tel_sqlite_of(any);

    for (size_t i = 0; i < STATEMENTS; i++)
        (void)sqlite3_finalize(store->statements[i]);
    (void)sqlite3_close(store->db);
    tel_sqlite_keys_free(store->keys);
    free(store->rows);
    free(store);
}

/* What only a writer has. */
static int equip(struct sqlite_store *store)
{
    int r = tel_sqlite_journal_set(store);

    if (r == 0)
        r = execute(store,
                    "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;");
    if (r == 0)
        r = make(store);
    if (r == 0)
        r = tel_sqlite_feed_make(store);
    if (r == 0)
        r = prepare(store);
    /* Random, so that no memo of another store is ever taken for its own. */
    if (r == 0 && getrandom(&store->epoch, sizeof(store->epoch), 0) !=
                      (ssize_t)sizeof(store->epoch))
        r = -EIO;
    return r == 0 ? tel_sqlite_keys_new(&store->keys) : r;
}

int tel_store_sqlite_open(const char *path, struct tel_store **ret_store,
                          struct tel_err *err)
{
    struct sqlite_store *store = NULL;
    int r = tel_sqlite_attach(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                              &store, err);

    if (r < 0)
        return r;
    r = equip(store);
    if (r < 0)
        (void)tel_fault(err, r, "%s: %s", path, store->store.fault);
    else
        r = check(store, path, err);
    if (r < 0) {
        tel_sqlite_close(&store->store);
        return r;
    }
    *ret_store = &store->store;
    return 0;
}
