/* SPDX-License-Identifier: MIT */
/*
 * store_sqlite: what the two halves of the SQLite store share. The database's
 * form stands at the head of store_sqlite.c.
 */
#ifndef TEL_COLLECTOR_STORE_SQLITE_H
#define TEL_COLLECTOR_STORE_SQLITE_H

#include <sqlite3.h>

#include "store_kind.h"

enum statement {
    STATEMENT_BEGIN,
    STATEMENT_COMMIT,
    STATEMENT_ROLLBACK,
    STATEMENT_GENERATION,
    STATEMENT_SET_GENERATION,
    STATEMENT_FORGET,
    STATEMENT_SEEN,
    STATEMENT_REMEMBER,
    STATEMENT_RELEASE,
    STATEMENT_ADD,
    STATEMENT_HAS,
    STATEMENT_VALUES,
    STATEMENT_REFUSE,
    STATEMENT_RETAIN_TOTALS,
    STATEMENT_RETAIN_REFUSED,
    STATEMENTS
};

struct sqlite_store {
    struct tel_store store; /* first */
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS]; /* none in a reader */
    char day[TEL_DAY_MAX + 1];            /* of the transaction */
    struct tel_store_generation generation;
};

/* The kind's own view of a store. */
struct sqlite_store *tel_sqlite_of(struct tel_store *store);

/* Keeps what the database said last, and returns -EIO. */
int tel_sqlite_failed(struct sqlite_store *store);

/* Opens the file and checks whose it is, by its application id. */
int tel_sqlite_attach(const char *path, int flags,
                      struct sqlite_store **ret_store, struct tel_err *err);

void tel_sqlite_close(struct tel_store *store);

int tel_sqlite_each_total(struct tel_store *store,
                          const struct tel_store_range *range,
                          int (*row)(void *context, int64_t day,
                                     const struct tel_cell *cell, uint64_t n),
                          void *context);
int tel_sqlite_each_refusal(struct tel_store *store,
                            const struct tel_store_range *range,
                            int (*row)(void *context, int64_t day,
                                       const char *reason, uint64_t n),
                            void *context);

#endif
