/* SPDX-License-Identifier: MIT */
/* store_sqlite_read: the totals in one SQLite file, the reader's half. */
#include "store_sqlite.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"

static const char totals[] =
    "SELECT tool, event, CASE WHEN ?2 THEN version ELSE '' END AS edition,"
    " item, value, sum(n) FROM total WHERE ?1 IS NULL OR tool = ?1"
    " GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5";

static const char refusals[] =
    "SELECT reason, sum(n) FROM refused GROUP BY reason"
    " ORDER BY sum(n) DESC, reason";

static const char *text(sqlite3_stmt *statement, int column)
{
    const void *at = sqlite3_column_text(statement, column);

    return at != NULL ? at : "";
}

static int open_quietly(const char *path, struct tel_store **ret_store,
                        struct tel_err *err)
{
    struct tel_store *store = NULL;
    /* Opened to write, where that may be, and kept from it below: a reader
     * of a WAL that may not write leaves its -wal and -shm files behind. */
    int r = tel_store_attach(path, SQLITE_OPEN_READWRITE, &store, err);

    if (r < 0)
        return r;
    if (sqlite3_exec(store->db, "PRAGMA query_only = ON; BEGIN", NULL, NULL,
                     NULL) != SQLITE_OK) {
        (void)tel_store_failed(store);
        (void)tel_fault(err, -EIO, "%s: %s", path, store->fault);
        tel_store_close(store);
        return -EIO;
    }
    *ret_store = store;
    return 0;
}

int tel_store_open_reader(const char *path, struct tel_store **ret_store,
                          struct tel_err *err)
{
    if (access(path, R_OK) < 0) {
        int r = -errno;

        return tel_fault(err, r, "--db %s: %s", path, strerror(-r));
    }
    return open_quietly(path, ret_store, err);
}

int tel_store_each_total(struct tel_store *store, const char *tool,
                         bool by_version,
                         int (*row)(void *context, const struct tel_cell *cell,
                                    uint64_t n),
                         void *context)
{
    sqlite3_stmt *statement = NULL;
    int step = SQLITE_ERROR;
    int r = 0;

    if (sqlite3_prepare_v2(store->db, totals, -1, &statement, NULL) !=
        SQLITE_OK)
        return tel_store_failed(store);
    if (tool != NULL)
        (void)sqlite3_bind_text(statement, 1, tool, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int(statement, 2, by_version);
    while (r == 0 && (step = sqlite3_step(statement)) == SQLITE_ROW) {
        struct tel_cell cell = {
            .tool = text(statement, 0),
            .event = text(statement, 1),
            .version = text(statement, 2),
            .item = text(statement, 3),
            .value = text(statement, 4),
        };

        r = row(context, &cell, (uint64_t)sqlite3_column_int64(statement, 5));
    }
    if (r == 0 && step != SQLITE_DONE)
        r = tel_store_failed(store);
    (void)sqlite3_finalize(statement);
    return r;
}

int tel_store_each_refusal(struct tel_store *store,
                           int (*row)(void *context, const char *reason,
                                      uint64_t n),
                           void *context)
{
    sqlite3_stmt *statement = NULL;
    int step = SQLITE_ERROR;
    int r = 0;

    if (sqlite3_prepare_v2(store->db, refusals, -1, &statement, NULL) !=
        SQLITE_OK)
        return tel_store_failed(store);
    while (r == 0 && (step = sqlite3_step(statement)) == SQLITE_ROW)
        r = row(context, text(statement, 0),
                (uint64_t)sqlite3_column_int64(statement, 1));
    if (r == 0 && step != SQLITE_DONE)
        r = tel_store_failed(store);
    (void)sqlite3_finalize(statement);
    return r;
}
