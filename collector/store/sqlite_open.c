/* SPDX-License-Identifier: MIT */
/* sqlite_open: a file is found to be a store, or is made one. */
#include "sqlite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "fault.h"

#define APPLICATION_ID 0x74656c63 /* "telc" */
#define FORM 2

/* Where SQLite itself does not wait. */
#define LOOK_AGAIN_MS 5

/* clang-format off */

/* In the triggers of the view total. */
#define DAY(row) "strftime('%s', " row ".day) / 86400"
#define OLD_CELL \
    "day = " DAY("old") " AND tool = old.tool AND version = old.version" \
    " AND event = old.event AND item = old.item AND value = old.value"

static const char schema[] =
    "CREATE TABLE cell(day INTEGER NOT NULL, tool TEXT NOT NULL,"
    " version TEXT NOT NULL, event TEXT NOT NULL, item TEXT NOT NULL,"
    " value TEXT NOT NULL, id INTEGER NOT NULL,"
    " PRIMARY KEY(day, tool, version, event, item, value)) WITHOUT ROWID;"

    "CREATE TABLE count(id INTEGER PRIMARY KEY, n INTEGER NOT NULL);"

    "CREATE VIEW total AS"
    " SELECT date(day * 86400, 'unixepoch') AS day, tool, version, event,"
    " item, value, n FROM cell CROSS JOIN count ON count.id = cell.id;"

    "CREATE TRIGGER total_insert INSTEAD OF INSERT ON total BEGIN"
    " INSERT INTO count VALUES"
    "((" DAY("new") " << 32) | (random() & 4294967295), new.n);"
    " INSERT INTO cell VALUES(" DAY("new") ", new.tool, new.version,"
    " new.event, new.item, new.value, last_insert_rowid());"
    "END;"

    "CREATE TRIGGER total_delete INSTEAD OF DELETE ON total BEGIN"
    " UPDATE state SET cells_gone = cells_gone + 1;"
    " DELETE FROM count WHERE id = (SELECT id FROM cell WHERE " OLD_CELL ");"
    " DELETE FROM cell WHERE " OLD_CELL ";"
    "END;"

    "CREATE TABLE refusal(day INTEGER NOT NULL, reason TEXT NOT NULL,"
    " n INTEGER NOT NULL, PRIMARY KEY(day, reason)) WITHOUT ROWID;"

    "CREATE VIEW refused AS"
    " SELECT date(day * 86400, 'unixepoch') AS day, reason, n FROM refusal;"

    "CREATE TABLE seen(generation INTEGER NOT NULL, id INTEGER NOT NULL,"
    " keys BLOB NOT NULL, PRIMARY KEY(generation, id)) WITHOUT ROWID;"

    "CREATE TABLE state(generation INTEGER NOT NULL, began INTEGER NOT NULL,"
    " keys_added INTEGER NOT NULL, cells_gone INTEGER NOT NULL);"
    "INSERT INTO state VALUES(0, -1, 0, 0);";

/* clang-format on */

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
    store->store.kind = &tel_sqlite_kind;
    r = sqlite3_open_v2(path, &store->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (r != SQLITE_OK) {
        (void)tel_fault(err, -EIO, "%s: %s", path,
                        store->db != NULL ? sqlite3_errmsg(store->db)
                                          : "out of memory");
        tel_sqlite_close(&store->store);
        return -EIO;
    }
    (void)sqlite3_busy_timeout(store->db, TEL_SQLITE_BUSY_MS);
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

/* Of two that make a store at once, one finds the file locked while its journal
 * changes; SQLite does not wait there, whatever its timeout is. */
static int set_journal(struct sqlite_store *store)
{
    int r = execute(store, "PRAGMA journal_mode = WAL");

    for (int waited = 0; r < 0 && waited < TEL_SQLITE_BUSY_MS &&
                         (sqlite3_errcode(store->db) & 0xff) == SQLITE_BUSY;
         waited += LOOK_AGAIN_MS) {
        (void)sqlite3_sleep(LOOK_AGAIN_MS);
        r = execute(store, "PRAGMA journal_mode = WAL");
    }
    return r;
}

/* What only a writer has. */
static int equip(struct sqlite_store *store)
{
    int r = set_journal(store);

    if (r == 0)
        r = execute(store,
                    "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;");
    if (r == 0)
        r = make(store);
    if (r == 0)
        r = tel_sqlite_feed_make(store);
    if (r == 0)
        r = tel_sqlite_prepare(store);
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
