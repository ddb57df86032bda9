/* SPDX-License-Identifier: MIT */
/*
 * store_sqlite: the totals in one SQLite file, the writer's half.
 *
 *     total(day, tool, version, event, item, value, n)
 *         one number each; see struct tel_cell. day is YYYY-MM-DD, UTC.
 *     refused(day, reason, n)
 *         events that were not counted, and why.
 *     seen(generation, key)
 *         the keys that have been counted, 16 random bytes each. No time
 *         stands beside them: only which of two generations they are in.
 *     generation(number, began)
 *         one row: the generation that keys go into, and the day it began.
 *
 * application_id says that the file is ours, user_version which form it has.
 *
 * A crash loses nothing that was committed: the journal is a WAL, synced at
 * each commit (synchronous = FULL). Rows are kept without a rowid, so that
 * their order in the file says nothing of the order in which they came.
 */
#include "store_sqlite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fault.h"

#define APPLICATION_ID 0x74656c63 /* "telc" */
#define FORM 1

/* Less than a sender's 5 s for a whole request, so that it hears a 503. */
#define BUSY_MS 2000

static const char schema[] =
    "CREATE TABLE total(day TEXT NOT NULL, tool TEXT NOT NULL,"
    " version TEXT NOT NULL, event TEXT NOT NULL, item TEXT NOT NULL,"
    " value TEXT NOT NULL, n INTEGER NOT NULL,"
    " PRIMARY KEY(tool, day, version, event, item, value)) WITHOUT ROWID;"
    "CREATE TABLE refused(day TEXT NOT NULL, reason TEXT NOT NULL,"
    " n INTEGER NOT NULL, PRIMARY KEY(day, reason)) WITHOUT ROWID;"
    "CREATE TABLE seen(generation INTEGER NOT NULL, key BLOB NOT NULL,"
    " PRIMARY KEY(generation, key)) WITHOUT ROWID;"
    "CREATE TABLE generation(number INTEGER NOT NULL,"
    " began INTEGER NOT NULL);"
    "INSERT INTO generation VALUES(0, -1);";

static const char *const statements[STATEMENTS] = {
    [STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
    [STATEMENT_COMMIT] = "COMMIT",
    [STATEMENT_ROLLBACK] = "ROLLBACK",
    [STATEMENT_GENERATION] = "SELECT number, began FROM generation",
    [STATEMENT_SET_GENERATION] =
        "UPDATE generation SET number = ?1, began = ?2",
    [STATEMENT_FORGET] = "DELETE FROM seen WHERE generation < ?1",
    [STATEMENT_SEEN] = "SELECT 1 FROM seen"
                       " WHERE generation IN (?1, ?1 - 1) AND key = ?2",
    [STATEMENT_REMEMBER] = "INSERT INTO seen VALUES(?1, ?2)",
    [STATEMENT_RELEASE] = "DELETE FROM seen WHERE generation = ?1 AND key = ?2",
    [STATEMENT_ADD] = "INSERT INTO total VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"
                      " ON CONFLICT DO UPDATE SET n = n + ?7",
    [STATEMENT_HAS] = "SELECT 1 FROM total WHERE tool = ?2 AND day = ?1"
                      " AND version = ?3 AND event = ?4 AND item = ?5"
                      " AND value = ?6",
    [STATEMENT_VALUES] = "SELECT count(*) FROM total WHERE tool = ?2"
                         " AND day = ?1 AND version = ?3 AND event = ?4"
                         " AND item = ?5",
    [STATEMENT_REFUSE] = "INSERT INTO refused VALUES(?1, ?2, ?3)"
                         " ON CONFLICT DO UPDATE SET n = n + ?3",
    [STATEMENT_RETAIN_TOTALS] = "DELETE FROM total WHERE day < ?1",
    [STATEMENT_RETAIN_REFUSED] = "DELETE FROM refused WHERE day < ?1",
};

/* Runs one statement that gives no row, or whose row does not matter. */
static int run(struct sqlite_store *store, enum statement which)
{
    sqlite3_stmt *statement = store->statements[which];
    int r = sqlite3_step(statement);

    if (r != SQLITE_DONE && r != SQLITE_ROW)
        (void)tel_sqlite_failed(store);
    (void)sqlite3_reset(statement);
    return r == SQLITE_DONE || r == SQLITE_ROW ? 0 : -EIO;
}

/* The string must live until the statement has run. */
static void bind(sqlite3_stmt *statement, int at, const char *string)
{
    (void)sqlite3_bind_text(statement, at, string, -1, SQLITE_STATIC);
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

static int set_generation(struct sqlite_store *store)
{
    sqlite3_stmt *statement = store->statements[STATEMENT_SET_GENERATION];
    int r;

    (void)sqlite3_bind_int64(statement, 1, store->generation.number);
    (void)sqlite3_bind_int64(statement, 2, store->generation.began);
    r = run(store, STATEMENT_SET_GENERATION);
    if (r < 0)
        return r;
    statement = store->statements[STATEMENT_FORGET];
    (void)sqlite3_bind_int64(statement, 1, store->generation.number - 1);
    return run(store, STATEMENT_FORGET);
}

/* Finds the generation that keys go into now. */
static int find_generation(struct sqlite_store *store, int64_t day)
{
    sqlite3_stmt *statement = store->statements[STATEMENT_GENERATION];
    int r = sqlite3_step(statement);

    if (r != SQLITE_ROW) {
        (void)tel_sqlite_failed(store);
        (void)sqlite3_reset(statement);
        return -EIO;
    }
    store->generation.number = sqlite3_column_int64(statement, 0);
    store->generation.began = sqlite3_column_int64(statement, 1);
    (void)sqlite3_reset(statement);
    return tel_store_turn(&store->generation, day) ? set_generation(store) : 0;
}

/* All of a cell's name, or all but its value. */
static void bind_cell(struct sqlite_store *store, enum statement which,
                      const struct tel_cell *cell)
{
    sqlite3_stmt *statement = store->statements[which];

    bind(statement, 1, store->day);
    bind(statement, 2, cell->tool);
    bind(statement, 3, cell->version);
    bind(statement, 4, cell->event);
    bind(statement, 5, cell->item);
    if (which != STATEMENT_VALUES)
        bind(statement, 6, cell->value);
}

/* The number in the first column of the first row; 0 where there is none. */
static int ask(struct sqlite_store *store, enum statement which,
               int64_t *ret_number)
{
    sqlite3_stmt *statement = store->statements[which];
    int r = sqlite3_step(statement);

    if (r == SQLITE_ROW || r == SQLITE_DONE)
        *ret_number = r == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    else
        (void)tel_sqlite_failed(store);
    (void)sqlite3_reset(statement);
    return r == SQLITE_ROW || r == SQLITE_DONE ? 0 : -EIO;
}

/*
 * Counts under TEL_STORE_OTHER what would be one value too many. Within one
 * group each value that is added is there for the next one's question.
 */
static int bound(struct sqlite_store *store, const struct tel_sum *sum,
                 struct tel_cell *cell)
{
    int64_t known = 0;
    int64_t values = 0;
    int r;

    bind_cell(store, STATEMENT_HAS, cell);
    r = ask(store, STATEMENT_HAS, &known);
    if (r == 0 && known == 0) {
        bind_cell(store, STATEMENT_VALUES, cell);
        r = ask(store, STATEMENT_VALUES, &values);
    }
    if (r == 0 && values >= sum->bound)
        cell->value = TEL_STORE_OTHER;
    return r;
}

static int add_one(struct sqlite_store *store, const struct tel_sum *sum)
{
    sqlite3_stmt *statement = store->statements[STATEMENT_ADD];
    struct tel_cell cell = sum->cell;
    int r = sum->bound != 0 ? bound(store, sum, &cell) : 0;

    if (r < 0)
        return r;
    bind_cell(store, STATEMENT_ADD, &cell);
    (void)sqlite3_bind_int64(statement, 7, (int64_t)sum->n);
    return run(store, STATEMENT_ADD);
}

static int seen(struct sqlite_store *store, const struct tel_store_key *key,
                bool *ret_seen)
{
    sqlite3_stmt *statement = store->statements[STATEMENT_SEEN];
    int64_t found = 0;
    int r;

    (void)sqlite3_bind_int64(statement, 1, store->generation.number);
    (void)sqlite3_bind_blob(statement, 2, key->bytes, TEL_STORE_KEY,
                            SQLITE_STATIC);
    r = ask(store, STATEMENT_SEEN, &found);
    if (r == 0)
        *ret_seen = found != 0;
    return r;
}

static int run_with_key(struct sqlite_store *store, enum statement which,
                        const struct tel_store_key *key)
{
    sqlite3_stmt *statement = store->statements[which];

    (void)sqlite3_bind_int64(statement, 1, store->generation.number);
    (void)sqlite3_bind_blob(statement, 2, key->bytes, TEL_STORE_KEY,
                            SQLITE_STATIC);
    return run(store, which);
}

static int begin(struct tel_store *any, int64_t day)
{
    struct sqlite_store *store = tel_sqlite_of(any);
    int r = run(store, STATEMENT_BEGIN);

    if (r < 0)
        return r;
    tel_day_text(day, store->day);
    return find_generation(store, day);
}

static void date(struct tel_store *any, int64_t day)
{
    tel_day_text(day, tel_sqlite_of(any)->day);
}

static int commit(struct tel_store *any)
{
    return run(tel_sqlite_of(any), STATEMENT_COMMIT);
}

static void rollback(struct tel_store *any)
{
    struct sqlite_store *store = tel_sqlite_of(any);

    /* Some failures have rolled back already. */
    if (sqlite3_get_autocommit(store->db) == 0)
        (void)sqlite3_step(store->statements[STATEMENT_ROLLBACK]);
    (void)sqlite3_reset(store->statements[STATEMENT_ROLLBACK]);
}

static int claim(struct tel_store *any, const struct tel_store_key *keys,
                 size_t count, bool *ret_fresh)
{
    struct sqlite_store *store = tel_sqlite_of(any);
    int r = 0;

    for (size_t i = 0; r == 0 && i < count; i++) {
        bool known = false;

        r = seen(store, &keys[i], &known);
        if (r == 0 && !known)
            r = run_with_key(store, STATEMENT_REMEMBER, &keys[i]);
        ret_fresh[i] = !known;
    }
    return r;
}

static int release(struct tel_store *any, const struct tel_store_key *keys,
                   size_t count)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < count; i++)
        r = run_with_key(tel_sqlite_of(any), STATEMENT_RELEASE, &keys[i]);
    return r;
}

static int add(struct tel_store *any, const struct tel_sum *sums, size_t count)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < count; i++)
        r = add_one(tel_sqlite_of(any), &sums[i]);
    return r;
}

static int refuse(struct tel_store *any, const char *reason, uint64_t n)
{
    struct sqlite_store *store = tel_sqlite_of(any);
    sqlite3_stmt *statement = store->statements[STATEMENT_REFUSE];

    bind(statement, 1, store->day);
    bind(statement, 2, reason);
    (void)sqlite3_bind_int64(statement, 3, (int64_t)n);
    return run(store, STATEMENT_REFUSE);
}

static int retain(struct tel_store *any, int64_t first)
{
    struct sqlite_store *store = tel_sqlite_of(any);
    char day[TEL_DAY_MAX + 1];
    int r = run(store, STATEMENT_BEGIN);

    if (r < 0)
        return r;
    tel_day_text(first, day);
    bind(store->statements[STATEMENT_RETAIN_TOTALS], 1, day);
    bind(store->statements[STATEMENT_RETAIN_REFUSED], 1, day);
    r = run(store, STATEMENT_RETAIN_TOTALS);
    if (r == 0)
        r = run(store, STATEMENT_RETAIN_REFUSED);
    if (r == 0)
        r = run(store, STATEMENT_COMMIT);
    if (r < 0)
        rollback(any);
    return r;
}

static const struct tel_store_kind kind = {
    .close = tel_sqlite_close,
    .begin = begin,
    .date = date,
    .commit = commit,
    .rollback = rollback,
    .claim = claim,
    .release = release,
    .add = add,
    .refuse = refuse,
    .retain = retain,
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
    (void)sqlite3_busy_timeout(store->db, BUSY_MS);
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
    free(store);
}

int tel_store_sqlite_open(const char *path, struct tel_store **ret_store,
                          struct tel_err *err)
{
    struct sqlite_store *store = NULL;
    int r = tel_sqlite_attach(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                              &store, err);

    if (r < 0)
        return r;
    r = execute(store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                       "PRAGMA secure_delete = ON;");
    if (r == 0)
        r = make(store);
    if (r == 0)
        r = prepare(store);
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
