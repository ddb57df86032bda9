/* SPDX-License-Identifier: MIT */
/*
 * store: totals, and nothing but totals, kept for good.
 *
 * The one place that knows which database it is. A writer calls:
 *
 *     tel_store_open(path, &store, &err);
 *     tel_store_begin(store, day);
 *         tel_store_seen, tel_store_add, tel_store_refuse,
 *         tel_store_remember, as often as it likes
 *     tel_store_commit(store);           or tel_store_rollback(store)
 *     tel_store_close(store);
 *
 * What commit has said 0 to is durable. After any failure between begin and
 * commit the caller rolls back: then nothing of it was kept. Any number of
 * processes may hold the same store; a store belongs to one thread at a time.
 *
 * A reader calls tel_store_open_reader, then the two tel_store_each_*; it
 * sees one moment of the store and never keeps a writer waiting.
 *
 * Errors: 0 or a negative errno (-EIO for whatever the database says;
 * tel_store_fault has its words), out-parameters untouched on failure.
 * Context: normal.
 */
#ifndef TEL_COLLECTOR_STORE_H
#define TEL_COLLECTOR_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include <tel/event.h>

/* Bytes of an Idempotency-Key, as a number instead of as digits. */
#define TEL_STORE_KEY (TEL_IDEMPOTENCY_LEN / 2)

/* "field:" and the field's key. */
#define TEL_STORE_ITEM_MAX (6 + TEL_KEY_MAX)

struct tel_store;

/*
 * One total, named by what it counts. item is one of runs, ok, error, signal,
 * lost (value is empty), exit, sig, ms, field:KEY (value says which); or, with
 * an empty event, crash: a signature, or TEL_STORE_OTHER.
 */
struct tel_cell {
    const char *tool;
    const char *version; /* empty where versions are summed */
    const char *event;
    const char *item;
    const char *value;
};

/* Makes the database where there is none. -EBADMSG: it is no store of ours. */
int tel_store_open(const char *path, struct tel_store **ret_store,
                   struct tel_err *err);
/* -ENOENT where there is none. */
int tel_store_open_reader(const char *path, struct tel_store **ret_store,
                          struct tel_err *err);
void tel_store_close(struct tel_store *store); /* accepts NULL */

/* The database's own words for the last failure. */
const char *tel_store_fault(const struct tel_store *store);

/*
 * Begins a transaction whose totals belong to day (days since 1970-01-01).
 * A generation of keys older than TEL_KEY_WINDOW_DAYS is forgotten here.
 */
int tel_store_begin(struct tel_store *store, int64_t day);
int tel_store_commit(struct tel_store *store);
void tel_store_rollback(struct tel_store *store);

/* Whether the key was remembered in this generation or the one before. */
int tel_store_seen(struct tel_store *store, const uint8_t key[TEL_STORE_KEY],
                   bool *ret_seen);
int tel_store_remember(struct tel_store *store,
                       const uint8_t key[TEL_STORE_KEY]);

/* Counts one. */
int tel_store_add(struct tel_store *store, const struct tel_cell *cell);
int tel_store_refuse(struct tel_store *store, const char *reason);

/*
 * Counts one, as tel_store_add does, but under TEL_STORE_OTHER where max other
 * values of this item have been counted already on this day: for values that
 * no policy lists one by one, and that anybody may send.
 */
#define TEL_STORE_OTHER "other"
int tel_store_add_bounded(struct tel_store *store, const struct tel_cell *cell,
                          unsigned max);

/*
 * Calls row for each total over all days: in the order of tool, event,
 * version, item, value. tool NULL: every tool. A failure of row ends it and
 * is returned.
 */
int tel_store_each_total(struct tel_store *store, const char *tool,
                         bool by_version,
                         int (*row)(void *context, const struct tel_cell *cell,
                                    uint64_t n),
                         void *context);
int tel_store_each_refusal(struct tel_store *store,
                           int (*row)(void *context, const char *reason,
                                      uint64_t n),
                           void *context);

#endif
