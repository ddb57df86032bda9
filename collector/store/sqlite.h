/* SPDX-License-Identifier: MIT */
/*
 * sqlite: what the parts of the SQLite store share. The database's form
 * stands at the head of sqlite.c.
 */
#ifndef TEL_COLLECTOR_STORE_SQLITE_H
#define TEL_COLLECTOR_STORE_SQLITE_H

#include <sqlite3.h>

#include "kind.h"

enum statement {
    STATEMENT_BEGIN,
    STATEMENT_COMMIT,
    STATEMENT_ROLLBACK,
    STATEMENT_STATE,
    STATEMENT_TURN,
    STATEMENT_KEYS_ADDED,
    STATEMENT_CELLS_GONE,
    STATEMENT_LOAD,
    STATEMENT_REMEMBER,
    STATEMENT_FORGET,
    STATEMENT_FIND,
    STATEMENT_DRAW,
    STATEMENT_NAME,
    STATEMENT_VALUES,
    STATEMENT_COUNT,
    STATEMENT_REFUSE,
    STATEMENT_OLDEST,
    STATEMENT_RETAIN_CELLS,
    STATEMENT_RETAIN_COUNTS,
    STATEMENT_RETAIN_REFUSED,
    STATEMENTS
};

/* Where the day stands in the id of a count. */
#define TEL_SQLITE_DAY_SHIFT 32

/* The row of the table state. Each number changes when another process has
 * done what makes a copy in memory wrong. */
struct sqlite_state {
    struct tel_store_generation generation;
    int64_t keys_added;
    int64_t cells_gone;
};

struct sqlite_count {
    int64_t id;
    int64_t n;
};

/* What the statement STATEMENT_COUNT is fed with. */
struct sqlite_feed {
    const struct sqlite_count *rows;
    size_t count;
};

/* How long another process is waited for: less than a sender's 5 s for a whole
 * request, so that it hears a 503. */
#define TEL_SQLITE_BUSY_MS 2000

struct sqlite_keys;

struct sqlite_store {
    struct tel_store store; /* first */
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS]; /* none in a reader, as all below */
    int64_t day;                          /* of the transaction */
    struct sqlite_state state;            /* of the transaction */
    struct sqlite_keys *keys;
    uint64_t epoch;            /* of memos */
    struct sqlite_count *rows; /* what feed points to */
    size_t room;               /* of rows */
    struct sqlite_feed feed;
};

/* The kind's own view of a store. */
struct sqlite_store *tel_sqlite_of(struct tel_store *store);

/* Keeps what the database said last, and returns -EIO. */
int tel_sqlite_failed(struct sqlite_store *store);

/* What the file's writer does. */
extern const struct tel_store_kind tel_sqlite_kind;

/* Makes the statements of a writer. */
int tel_sqlite_prepare(struct sqlite_store *store);

/* sqlite_open. Opens the file and checks whose it is, by its application
 * id. */
int tel_sqlite_attach(const char *path, int flags,
                      struct sqlite_store **ret_store, struct tel_err *err);

/* Runs one statement that gives no row, or whose row does not matter. */
int tel_sqlite_run(struct sqlite_store *store, enum statement which);

/* The number in the first column of its first row; ret_found says whether
 * there was one. */
int tel_sqlite_ask(struct sqlite_store *store, enum statement which,
                   bool *ret_found, int64_t *ret_number);

void tel_sqlite_close(struct tel_store *store);

/*
 * sqlite_keys. A transaction begins, and ends either way; what was
 * claimed is written where it is to be committed.
 */
int tel_sqlite_keys_new(struct sqlite_keys **ret_keys);
void tel_sqlite_keys_free(struct sqlite_keys *keys);
int tel_sqlite_keys_begin(struct sqlite_store *store, bool turned);
int tel_sqlite_keys_write(struct sqlite_store *store);
void tel_sqlite_keys_committed(struct sqlite_store *store);
void tel_sqlite_keys_rolled_back(struct sqlite_store *store);
int tel_sqlite_claim(struct tel_store *store, const struct tel_store_key *keys,
                     size_t count, bool *ret_fresh);
int tel_sqlite_release(struct tel_store *store,
                       const struct tel_store_key *keys, size_t count);

/* sqlite_totals. */
int tel_sqlite_add(struct tel_store *store, const struct tel_sum *sums,
                   size_t count);
int tel_sqlite_refuse(struct tel_store *store, const char *reason, uint64_t n);
int tel_sqlite_retain(struct tel_store *store, int64_t first);

/* sqlite_feed: makes the table "feed" of what store->feed points to. */
int tel_sqlite_feed_make(struct sqlite_store *store);

/* sqlite_read. */
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
