/* SPDX-License-Identifier: MIT */
/*
 * sqlite_keys: which keys have been counted.
 *
 * They are looked up in memory: of each key of the two generations 64 bits of
 * a hash that nobody outside this process can foresee. With 20 million keys
 * remembered, a new one is taken for one of them with a chance of
 * 20,000,000 / 2^64, one in 900,000 million.
 *
 * In the file, a group's keys are a few rows of whole keys, in the order of
 * their bytes and under random numbers. What is in memory is right as long as
 * no other process has added any, which state.keys_added tells; after that,
 * all are read again before the next claim.
 */
#include "sqlite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "keyset.h"
#include "siphash.h"

/* What a page of 4 KiB holds five of: a row that needs a page of its own would
 * stand in the file in the order in which it came. */
#define KEYS_A_ROW 48

/* Rows of a forgotten generation that go with each transaction. */
#define FORGET_ROWS 256

struct sqlite_keys {
    uint64_t secret[2];
    /* The generation that they go into, and the one before. */
    struct tel_keyset *current;
    struct tel_keyset *previous;
    int64_t number; /* of current, as of the last transaction */
    int64_t added;  /* state.keys_added that they agree with, or -1 */
    bool forgetting;
    /* Claimed in this transaction; released are those no more in current. */
    struct tel_store_key *pending;
    size_t count;
    size_t size;
};

static uint64_t fingerprint(const struct sqlite_keys *keys,
                            const struct tel_store_key *key)
{
    return tel_siphash(keys->secret, key->bytes);
}

int tel_sqlite_keys_new(struct sqlite_keys **ret_keys)
{
    struct sqlite_keys *keys = calloc(1, sizeof(*keys));
    int r = -ENOMEM;

    if (keys != NULL)
        r = tel_keyset_new(&keys->current);
    if (r == 0)
        r = tel_keyset_new(&keys->previous);
    if (r == 0 && getrandom(keys->secret, sizeof(keys->secret), 0) !=
                      (ssize_t)sizeof(keys->secret))
        r = -EIO;
    if (r < 0) {
        tel_sqlite_keys_free(keys);
        return r;
    }
    keys->added = -1;
    keys->forgetting = true;
    *ret_keys = keys;
    return 0;
}

void tel_sqlite_keys_free(struct sqlite_keys *keys)
{
    if (keys == NULL)
        return;
    tel_keyset_free(keys->current);
    tel_keyset_free(keys->previous);
    free(keys->pending);
    free(keys);
}

/* A step of it, so that nobody waits for a generation of many millions. */
static int forget_some(struct sqlite_store *store)
{
    sqlite3_stmt *statement = store->statements[STATEMENT_FORGET];
    int r;

    (void)sqlite3_bind_int64(statement, 1, store->state.generation.number - 1);
    (void)sqlite3_bind_int(statement, 2, FORGET_ROWS);
    r = tel_sqlite_run(store, STATEMENT_FORGET);
    if (r == 0)
        store->keys->forgetting = sqlite3_changes(store->db) == FORGET_ROWS;
    return r;
}

int tel_sqlite_keys_begin(struct sqlite_store *store, bool turned)
{
    struct sqlite_keys *keys = store->keys;
    int64_t number = store->state.generation.number;

    if (keys->added != store->state.keys_added)
        keys->added = -1;
    if (keys->added >= 0 && keys->number + 1 == number) {
        struct tel_keyset *current = NULL;

        if (tel_keyset_new(&current) < 0)
            return -ENOMEM;
        tel_keyset_free(keys->previous);
        keys->previous = keys->current;
        keys->current = current;
    } else if (keys->number != number) {
        keys->added = -1;
    }
    keys->number = number;
    if (turned)
        keys->forgetting = true;
    return keys->forgetting ? forget_some(store) : 0;
}

static int load_row(struct sqlite_keys *keys, struct tel_keyset *set,
                    sqlite3_stmt *statement)
{
    const uint8_t *bytes = sqlite3_column_blob(statement, 0);
    size_t len = (size_t)sqlite3_column_bytes(statement, 0);
    struct tel_store_key key;
    bool is_new;
    int r = 0;

    for (size_t at = 0; r == 0 && at + sizeof(key) <= len; at += sizeof(key)) {
        memcpy(&key, bytes + at, sizeof(key));
        r = tel_keyset_add(set, fingerprint(keys, &key), &is_new);
    }
    return r;
}

static int load_generation(struct sqlite_store *store, int64_t number,
                           struct tel_keyset **ret_set)
{
    sqlite3_stmt *statement = store->statements[STATEMENT_LOAD];
    struct tel_keyset *set = NULL;
    int step = SQLITE_DONE;
    int r = tel_keyset_new(&set);

    (void)sqlite3_bind_int64(statement, 1, number);
    while (r == 0 && (step = sqlite3_step(statement)) == SQLITE_ROW)
        r = load_row(store->keys, set, statement);
    if (r == 0 && step != SQLITE_DONE)
        r = tel_sqlite_failed(store);
    (void)sqlite3_reset(statement);
    if (r < 0) {
        tel_keyset_free(set);
        return r;
    }
    tel_keyset_free(*ret_set);
    *ret_set = set;
    return 0;
}

/* Only once there is something to look up. */
static int load(struct sqlite_store *store)
{
    struct sqlite_keys *keys = store->keys;
    int r = 0;

    if (keys->added >= 0)
        return 0;
    r = load_generation(store, keys->number, &keys->current);
    if (r == 0)
        r = load_generation(store, keys->number - 1, &keys->previous);
    if (r == 0)
        keys->added = store->state.keys_added;
    return r;
}

static int reserve(struct sqlite_keys *keys, size_t more)
{
    struct tel_store_key *pending = NULL;
    size_t size = keys->size != 0 ? keys->size : 1024;

    while (size < keys->count + more)
        size *= 2;
    if (size == keys->size)
        return 0;
    pending = reallocarray(keys->pending, size, sizeof(*pending));
    if (pending == NULL)
        return -ENOMEM;
    keys->pending = pending;
    keys->size = size;
    return 0;
}

int tel_sqlite_claim(struct tel_store *any, const struct tel_store_key *which,
                     size_t count, bool *ret_fresh)
{
    struct sqlite_store *store = tel_sqlite_of(any);
    struct sqlite_keys *keys = store->keys;
    int r = load(store);

    if (r == 0)
        r = reserve(keys, count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        uint64_t hash = fingerprint(keys, &which[i]);

        ret_fresh[i] = false;
        if (tel_keyset_has(keys->previous, hash))
            continue;
        r = tel_keyset_add(keys->current, hash, &ret_fresh[i]);
        if (r == 0 && ret_fresh[i])
            keys->pending[keys->count++] = which[i];
    }
    return r;
}

int tel_sqlite_release(struct tel_store *any, const struct tel_store_key *which,
                       size_t count)
{
    struct sqlite_keys *keys = tel_sqlite_of(any)->keys;

    for (size_t i = 0; i < count; i++)
        tel_keyset_remove(keys->current, fingerprint(keys, &which[i]));
    return 0;
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct tel_store_key));
}

/* Sorts them, and leaves out the released and those claimed twice. */
static void settle(struct sqlite_keys *keys)
{
    struct tel_store_key *pending = keys->pending;
    size_t kept = 0;

    if (keys->count > 0)
        qsort(pending, keys->count, sizeof(*pending), by_bytes);
    for (size_t i = 0; i < keys->count; i++) {
        if ((kept == 0 || by_bytes(&pending[kept - 1], &pending[i]) != 0) &&
            tel_keyset_has(keys->current, fingerprint(keys, &pending[i])))
            pending[kept++] = pending[i];
    }
    keys->count = kept;
}

static int write_row(struct sqlite_store *store,
                     const struct tel_store_key *keys, size_t count)
{
    sqlite3_stmt *statement = store->statements[STATEMENT_REMEMBER];
    int64_t id = 0;

    if (getrandom(&id, sizeof(id), 0) != (ssize_t)sizeof(id))
        return -EIO;
    (void)sqlite3_bind_int64(statement, 1, store->state.generation.number);
    (void)sqlite3_bind_int64(statement, 2, id);
    (void)sqlite3_bind_blob(statement, 3, keys, (int)(count * sizeof(*keys)),
                            SQLITE_STATIC);
    return tel_sqlite_run(store, STATEMENT_REMEMBER);
}

int tel_sqlite_keys_write(struct sqlite_store *store)
{
    struct sqlite_keys *keys = store->keys;
    int r = 0;

    settle(keys);
    for (size_t at = 0; r == 0 && at < keys->count; at += KEYS_A_ROW) {
        size_t rest = keys->count - at;

        r = write_row(store, keys->pending + at,
                      rest < KEYS_A_ROW ? rest : KEYS_A_ROW);
    }
    if (r == 0 && keys->count > 0)
        r = tel_sqlite_run(store, STATEMENT_KEYS_ADDED);
    return r;
}

void tel_sqlite_keys_committed(struct sqlite_store *store)
{
    struct sqlite_keys *keys = store->keys;

    if (keys->count > 0)
        keys->added = ++store->state.keys_added;
    keys->count = 0;
}

void tel_sqlite_keys_rolled_back(struct sqlite_store *store)
{
    struct sqlite_keys *keys = store->keys;

    for (size_t i = 0; i < keys->count; i++)
        tel_keyset_remove(keys->current, fingerprint(keys, &keys->pending[i]));
    keys->count = 0;
    keys->forgetting = true;
}
