/* SPDX-License-Identifier: MIT */
/* known: which part of a file has been imported before. */
#include "known.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Ends of lines that are asked for in one transaction. */
#define ENDS_MAX 4096

#define BEGIN_TRIES 20

/* Ends of lines, and the digest up to each. */
struct ends {
    size_t count;
    size_t at[ENDS_MAX]; /* behind the newline */
    struct tel_store_key keys[ENDS_MAX];
};

/* A key, and where it stood before it was put in order. */
struct placed {
    struct tel_store_key key;
    size_t place;
};

static int by_key(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct tel_store_key));
}

int tel_known_begin(struct tel_store *store, int64_t today)
{
    int r = -1;

    for (int tries = 0; r < 0 && tries < BEGIN_TRIES; tries++) {
        r = tel_store_begin(store, today);
        /* It may have begun, and failed after that. */
        if (r < 0)
            tel_store_rollback(store);
    }
    return r;
}

static int claim(struct tel_store *store, const struct placed *placed,
                 size_t count, bool *ret_fresh)
{
    struct tel_store_key *keys = calloc(count, sizeof(*keys));
    bool *fresh = calloc(count, sizeof(*fresh));
    int r = keys == NULL || fresh == NULL ? -ENOMEM : 0;

    for (size_t i = 0; r == 0 && i < count; i++)
        keys[i] = placed[i].key;
    if (r == 0)
        r = tel_store_claim(store, keys, count, fresh);
    for (size_t i = 0; r == 0 && i < count; i++)
        ret_fresh[placed[i].place] = fresh[i];
    free(fresh);
    free(keys);
    return r;
}

/* Claims keys in the order of their bytes, as a store wants them. */
static int claim_sorted(struct tel_store *store,
                        const struct tel_store_key *keys, size_t count,
                        bool *ret_fresh)
{
    struct placed *placed = calloc(count, sizeof(*placed));
    int r = placed == NULL ? -ENOMEM : 0;

    for (size_t i = 0; r == 0 && i < count; i++)
        placed[i] = (struct placed){keys[i], i};
    if (r == 0) {
        qsort(placed, count, sizeof(*placed), by_key);
        r = claim(store, placed, count, ret_fresh);
    }
    free(placed);
    return r;
}

/* Looks keys up, by claiming them and taking that back. */
static int look_up(struct tel_store *store, int64_t today,
                   const struct tel_store_key *keys, size_t count,
                   bool *ret_fresh)
{
    int r = tel_known_begin(store, today);

    if (r < 0)
        return r;
    r = claim_sorted(store, keys, count, ret_fresh);
    tel_store_rollback(store);
    return r;
}

/* Asks for what has gathered; the last that is known is *ret_len. */
static int ask(struct tel_store *store, int64_t today, struct ends *ends,
               size_t *ret_len)
{
    bool fresh[ENDS_MAX];
    int r = look_up(store, today, ends->keys, ends->count, fresh);

    for (size_t i = 0; r == 0 && i < ends->count; i++) {
        if (!fresh[i])
            *ret_len = ends->at[i];
    }
    ends->count = 0;
    return r;
}

/* Where in the block the last import ended, at 0 where at none. */
static int find_end(struct tel_store *store, int64_t today,
                    struct tel_digest digest, const struct tel_block *block,
                    struct ends *ends, size_t *ret_len)
{
    size_t from = 0;
    size_t len = 0;
    int r = 0;

    while (r == 0 && from < block->len) {
        const char *newline = memchr(block->at + from, '\n', block->len - from);
        size_t to = (size_t)(newline + 1 - block->at);

        tel_digest_add(&digest, block->at + from, to - from);
        tel_digest_told(&digest, ends->keys[ends->count].bytes);
        ends->at[ends->count++] = to;
        from = to;
        if (ends->count == ENDS_MAX || to == block->len)
            r = ask(store, today, ends, &len);
    }
    if (r == 0)
        *ret_len = len;
    return r;
}

int tel_known_part(struct tel_store *store, int64_t today,
                   const struct tel_digest *before,
                   const struct tel_digest *after,
                   const struct tel_block *block, size_t *ret_len)
{
    struct tel_store_key key;
    struct ends *ends = NULL;
    bool fresh = true;
    int r;

    tel_digest_told(after, key.bytes);
    r = look_up(store, today, &key, 1, &fresh);
    if (r < 0)
        return r;
    if (!fresh) {
        *ret_len = block->len;
        return 0;
    }
    ends = calloc(1, sizeof(*ends));
    if (ends == NULL)
        return -ENOMEM;
    r = find_end(store, today, *before, block, ends, ret_len);
    free(ends);
    return r;
}

int tel_known_keep(struct tel_store *store, struct tel_store_key *keys,
                   size_t count, bool *ret_fresh)
{
    bool *fresh = calloc(count + 1, sizeof(*fresh));
    bool all = true;
    int r = fresh == NULL ? -ENOMEM : 0;

    if (r == 0) {
        qsort(keys, count, sizeof(*keys), by_key);
        r = tel_store_claim(store, keys, count, fresh);
    }
    for (size_t i = 0; r == 0 && i < count; i++)
        all = all && fresh[i];
    free(fresh);
    if (r == 0)
        *ret_fresh = all;
    return r;
}
