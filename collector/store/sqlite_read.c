/* SPDX-License-Identifier: MIT */
/* sqlite_read: the totals in one SQLite file, the reader's half. */
#include "sqlite.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"

/* What is not wanted finely is the same for all rows, and so summed. The names
 * come first: in the order of days they stand together. */
static const char totals[] =
    "SELECT tool, event, CASE WHEN ?2 THEN version ELSE '' END,"
    " CASE WHEN ?3 THEN day ELSE -1 END, item, value, sum(n)"
    " FROM cell CROSS JOIN count ON count.id = cell.id"
    " WHERE (?1 IS NULL OR tool = ?1) AND day BETWEEN ?4 AND ?5"
    " GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6";

static const char refusals[] =
    "SELECT CASE WHEN ?3 THEN day ELSE -1 END, reason, sum(n) FROM refusal"
    " WHERE day BETWEEN ?4 AND ?5 GROUP BY 1, 2 ORDER BY 1, 2";

static const char *text(sqlite3_stmt *statement, int column)
{
    const void *at = sqlite3_column_text(statement, column);

    return at != NULL ? at : "";
}

static int open_quietly(const char *path, struct sqlite_store **ret_store,
                        struct tel_err *err)
{
    struct sqlite_store *store = NULL;
    /* Opened to write, where that may be, and kept from it below: a reader
     * of a WAL that may not write leaves its -wal and -shm files behind. */
    int r = tel_sqlite_attach(path, SQLITE_OPEN_READWRITE, &store, err);

    if (r < 0)
        return r;
    if (sqlite3_exec(store->db, "PRAGMA query_only = ON; BEGIN", NULL, NULL,
                     NULL) != SQLITE_OK) {
        (void)tel_sqlite_failed(store);
        (void)tel_fault(err, -EIO, "%s: %s", path, store->store.fault);
        tel_sqlite_close(&store->store);
        return -EIO;
    }
    *ret_store = store;
    return 0;
}

/* A statement with its range bound. */
static int ask(struct sqlite_store *store, const char *sql,
               const struct tel_store_range *range,
               sqlite3_stmt **ret_statement)
{
    sqlite3_stmt *statement = NULL;
    bool all = range->first == 0 && range->last == 0;

    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) != SQLITE_OK)
        return tel_sqlite_failed(store);
    if (range->tool != NULL)
        (void)sqlite3_bind_text(statement, 1, range->tool, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int(statement, 2, range->by_version);
    (void)sqlite3_bind_int(statement, 3, range->by_day);
    (void)sqlite3_bind_int64(statement, 4, all ? INT64_MIN : range->first);
    (void)sqlite3_bind_int64(statement, 5, all ? INT64_MAX : range->last);
    *ret_statement = statement;
    return 0;
}

int tel_store_sqlite_open_reader(const char *path, struct tel_store **ret_store,
                                 struct tel_err *err)
{
    struct sqlite_store *store = NULL;
    int r;

    if (access(path, R_OK) < 0) {
        r = -errno;
        return tel_fault(err, r, "--db %s: %s", path, strerror(-r));
    }
    r = open_quietly(path, &store, err);
    if (r == 0)
        *ret_store = &store->store;
    return r;
}

int tel_sqlite_each_total(struct tel_store *any,
                          const struct tel_store_range *range,
                          int (*row)(void *context, int64_t day,
                                     const struct tel_cell *cell, uint64_t n),
                          void *context)
{
    struct sqlite_store *store = tel_sqlite_of(any);
    sqlite3_stmt *statement = NULL;
    int step = SQLITE_ERROR;
    int r = ask(store, totals, range, &statement);

    if (r < 0)
        return r;
    while (r == 0 && (step = sqlite3_step(statement)) == SQLITE_ROW) {
        struct tel_cell cell = {
            .tool = text(statement, 0),
            .event = text(statement, 1),
            .version = text(statement, 2),
            .item = text(statement, 4),
            .value = text(statement, 5),
        };

        r = row(context, sqlite3_column_int64(statement, 3), &cell,
                (uint64_t)sqlite3_column_int64(statement, 6));
    }
    if (r == 0 && step != SQLITE_DONE)
        r = tel_sqlite_failed(store);
    (void)sqlite3_finalize(statement);
    return r;
}

int tel_sqlite_each_refusal(struct tel_store *any,
                            const struct tel_store_range *range,
                            int (*row)(void *context, int64_t day,
                                       const char *reason, uint64_t n),
                            void *context)
{
    struct sqlite_store *store = tel_sqlite_of(any);
    sqlite3_stmt *statement = NULL;
    int step = SQLITE_ERROR;
    int r = ask(store, refusals, range, &statement);

    if (r < 0)
        return r;
    while (r == 0 && (step = sqlite3_step(statement)) == SQLITE_ROW)
        r = row(context, sqlite3_column_int64(statement, 0), text(statement, 1),
                (uint64_t)sqlite3_column_int64(statement, 2));
    if (r == 0 && step != SQLITE_DONE)
        r = tel_sqlite_failed(store);
    (void)sqlite3_finalize(statement);
    return r;
}
