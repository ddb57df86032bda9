/* SPDX-License-Identifier: MIT */
/*
 * store: totals, and nothing but totals, kept for good.
 *
 * The one place that knows which database it is: a file of SQLite, or, where
 * the name begins with postgresql:// or postgres://, any database that speaks
 * PostgreSQL's protocol; for readers also a hosted collector, where it begins
 * with https:// or http://. A writer gives it groups of requests:
 *
 *     tel_store_open(where, &store, &err);
 *     tel_store_begin(store, day);
 *         tel_store_claim, tel_store_release       keys first,
 *         tel_store_add, tel_store_refuse          then what they count
 *     tel_store_commit(store);           or tel_store_rollback(store)
 *     tel_store_close(store);
 *
 * What commit has said 0 to is durable. After any failure between begin and
 * commit the caller rolls back: then nothing of it was kept. Any number of
 * processes may hold the same store; a store belongs to one thread at a time.
 * Within a transaction each step is taken in the order above, and keys and
 * sums in the order of their bytes, so that two writers never wait for each
 * other.
 *
 * A reader calls tel_store_open_reader, then the tel_store_each_*; it sees one
 * moment of the store and never keeps a writer waiting.
 *
 * Errors: 0 or a negative errno (-EIO for whatever the database says;
 * tel_store_fault has its words), out-parameters untouched on failure.
 * Context: normal.
 */
#ifndef TEL_COLLECTOR_STORE_H
#define TEL_COLLECTOR_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tel/event.h>

#include "meter.h"

/* Bytes of an Idempotency-Key, as a number instead of as digits. */
#define TEL_STORE_KEY (TEL_IDEMPOTENCY_LEN / 2)

/* "field:" and the field's key. */
#define TEL_STORE_ITEM_MAX (6 + TEL_KEY_MAX)

struct tel_store;

struct tel_store_key {
    uint8_t bytes[TEL_STORE_KEY];
};

/*
 * One total, named by what it counts. item is one of runs, ok, error, signal,
 * lost (value is empty), exit, sig, ms, field:KEY (value says which); or, with
 * an empty event, crash: a signature, or TEL_STORE_OTHER. The value of ms is
 * the lower bound of its bucket (histogram.h).
 */
struct tel_cell {
    const char *tool;
    const char *version; /* empty where versions are summed */
    const char *event;
    const char *item;
    const char *value;
};

/*
 * What a group adds to one total. Where bound is not 0, and that many values
 * of this item have been counted on this day, a new one is counted as
 * TEL_STORE_OTHER: for values that no policy lists one by one, and that
 * anybody may send.
 *
 * In memo a store may keep, from one group to the next, where it has the
 * cell's total. Whoever gives one keeps it with the cell, zero at first.
 */
struct tel_store_memo {
    uint64_t epoch; /* the store's: what it kept before is void */
    int64_t id;
};

struct tel_sum {
    struct tel_cell cell;
    uint64_t n;
    unsigned bound;
    struct tel_store_memo *memo; /* may be NULL */
};
#define TEL_STORE_OTHER "other"

/* Makes the database where there is none. -EBADMSG: it is no store of ours. */
int tel_store_open(const char *where, struct tel_store **ret_store,
                   struct tel_err *err);
/* -ENOENT where there is none. */
int tel_store_open_reader(const char *where, struct tel_store **ret_store,
                          struct tel_err *err);
/* The same where a hosted collector is behind url; token_file holds what it
 * asks for, in one line, or is NULL. -EIO where it does not answer as one. */
int tel_store_open_url(const char *url, const char *token_file,
                       struct tel_store **ret_store, struct tel_err *err);
void tel_store_close(struct tel_store *store); /* accepts NULL */

/* What messages call the place: a URL without the user, the password and the
 * options that it may hold. */
#define TEL_STORE_SHOWN 256
void tel_store_show(const char *where, char buf[TEL_STORE_SHOWN]);

/* The database's own words for the last failure. */
const char *tel_store_fault(const struct tel_store *store);

/* What has been done with this store; it lives as long. */
struct tel_meter *tel_store_meter(struct tel_store *store);

/*
 * Begins a transaction whose totals belong to day (days since 1970-01-01).
 * A generation of keys older than TEL_KEY_WINDOW_DAYS is forgotten here.
 */
int tel_store_begin(struct tel_store *store, int64_t day);

/*
 * The same where the transaction keeps its caller waiting for a disk at most.
 * -EBUSY: it would wait for another process, or for a network; then nothing
 * has begun.
 */
int tel_store_begin_now(struct tel_store *store, int64_t day);

/* Right after tel_store_begin: what is added and refused belongs to another
 * day, as in a file from the past. Keys stay with the day that it began. */
void tel_store_date(struct tel_store *store, int64_t day);

int tel_store_commit(struct tel_store *store);
void tel_store_rollback(struct tel_store *store);

/*
 * Remembers the keys. ret_fresh[i] says whether keys[i] is new: it was not
 * remembered in this generation or the one before, and stands at no smaller i.
 */
int tel_store_claim(struct tel_store *store, const struct tel_store_key *keys,
                    size_t count, bool *ret_fresh);

/* Forgets keys that this transaction has claimed and found fresh. */
int tel_store_release(struct tel_store *store, const struct tel_store_key *keys,
                      size_t count);

/* Sees to it that this transaction writes, though it may leave nothing: so that
 * commit tells whether the database takes what it is given. A key has been
 * claimed. */
int tel_store_touch(struct tel_store *store);

/* Adds to the totals of the transaction's day; each cell at most once, in the
 * order of tel_sum_order. */
int tel_store_add(struct tel_store *store, const struct tel_sum *sums,
                  size_t count);
/* reason is a constant. */
int tel_store_refuse(struct tel_store *store, const char *reason, uint64_t n);

/* By tool, version, event, item and value, byte by byte. */
int tel_sum_order(const struct tel_sum *a, const struct tel_sum *b);

/*
 * Forgets totals and refusals of days before first, in a transaction of its
 * own. Keys have their own time. 0: nothing of them is left; 1: a step was
 * taken that keeps nobody waiting long, and more are needed.
 */
int tel_store_retain(struct tel_store *store, int64_t first);

/* Between transactions: has a journal beside the store forget how its totals
 * came about. -EBUSY: somebody else has to be done with it first. */
int tel_store_tidy(struct tel_store *store);

/* Which totals a reader wants, and how finely. */
struct tel_store_range {
    const char *tool;    /* NULL: every tool */
    int64_t first, last; /* days, both included; 0, 0: all */
    bool by_day;
    bool by_version;
};

/*
 * Calls row for each total: in the order of tool, event, version, day, item,
 * value. day is -1 and version empty where those are summed. A failure of row
 * ends it and is returned.
 */
int tel_store_each_total(struct tel_store *store,
                         const struct tel_store_range *range,
                         int (*row)(void *context, int64_t day,
                                    const struct tel_cell *cell, uint64_t n),
                         void *context);

/* The same for refusals, in the order of day and reason; the range's tool and
 * by_version do not matter. */
int tel_store_each_refusal(struct tel_store *store,
                           const struct tel_store_range *range,
                           int (*row)(void *context, int64_t day,
                                      const char *reason, uint64_t n),
                           void *context);

/* A day as YYYY-MM-DD, and back: -EINVAL for anything else. */
#define TEL_DAY_MAX 10
#define TEL_DAY_LAST 2932896 /* 9999-12-31 */
void tel_day_text(int64_t day, char buf[TEL_DAY_MAX + 1]);
int tel_day_parse(const char *text, int64_t *ret_day);

/* The collector's own day. */
int64_t tel_day_today(void);

#endif
