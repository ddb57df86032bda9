/* SPDX-License-Identifier: MIT */
/*
 * store_sqlite: what the two halves of the SQLite store share. The database's
 * form stands at the head of store_sqlite.c.
 */
#ifndef TEL_COLLECTOR_STORE_SQLITE_H
#define TEL_COLLECTOR_STORE_SQLITE_H

#include <sqlite3.h>

#include "store.h"

enum statement {
    STATEMENT_BEGIN,
    STATEMENT_COMMIT,
    STATEMENT_ROLLBACK,
    STATEMENT_GENERATION,
    STATEMENT_SET_GENERATION,
    STATEMENT_FORGET,
    STATEMENT_SEEN,
    STATEMENT_REMEMBER,
    STATEMENT_ADD,
    STATEMENT_HAS,
    STATEMENT_VALUES,
    STATEMENT_REFUSE,
    STATEMENTS
};

struct tel_store {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS]; /* none in a reader */
    char day[16];                         /* of the transaction: 2026-01-31 */
    int64_t generation;                   /* of keys, in the transaction */
    char fault[256];
};

/* Keeps what the database said last, and returns -EIO. */
int tel_store_failed(struct tel_store *store);

/* Opens the file and checks whose it is, by its application id. */
int tel_store_attach(const char *path, int flags, struct tel_store **ret_store,
                     struct tel_err *err);

#endif
