/* SPDX-License-Identifier: MIT */
/*
 * sqlite_journal: the write-ahead log, and that it does not keep what the
 * tables do not.
 *
 * Each group stands in the log by itself, page by page, in the order of the
 * commits: read one after the other, they tell which counts grew together, and
 * of a group of one request that is the request. SQLite would keep the last
 * 1000 pages there, which may be those of days.
 */
#include "sqlite.h"

#include <errno.h>

#define LOOK_AGAIN_MS 5

/* Of two that make a store at once, one finds the file locked while its journal
 * changes; SQLite does not wait there, whatever its timeout is. */
int tel_sqlite_journal_set(struct sqlite_store *store)
{
    static const char wal[] = "PRAGMA journal_mode = WAL";
    int r = sqlite3_exec(store->db, wal, NULL, NULL, NULL);

    for (int waited = 0;
         (r & 0xff) == SQLITE_BUSY && waited < TEL_SQLITE_BUSY_MS;
         waited += LOOK_AGAIN_MS) {
        (void)sqlite3_sleep(LOOK_AGAIN_MS);
        r = sqlite3_exec(store->db, wal, NULL, NULL, NULL);
    }
    return r == SQLITE_OK ? 0 : tel_sqlite_failed(store);
}

/* Nobody is waited for, since requests wait meanwhile. */
int tel_sqlite_tidy(struct tel_store *any)
{
    struct sqlite_store *store = tel_sqlite_of(any);
    int r;

    (void)sqlite3_busy_timeout(store->db, 0);
    r = sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE,
                                  NULL, NULL);
    (void)sqlite3_busy_timeout(store->db, TEL_SQLITE_BUSY_MS);
    if (r == SQLITE_OK)
        return 0;
    return (r & 0xff) == SQLITE_BUSY ? -EBUSY : tel_sqlite_failed(store);
}
