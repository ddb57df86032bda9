/* SPDX-License-Identifier: MIT */
/* keyset: a set of 64-bit fingerprints, in tables with open addressing. */
#include "keyset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SHARDS 256U    /* told apart by the upper bits */
#define SIZE_FIRST 16U /* slots of a table that holds anything */
#define FULL(size) ((size) - (size) / 4)

/* Linear probing from the lower bits; 0 is a free slot. */
struct shard {
    uint64_t *slots;
    size_t size; /* 0, or a power of two */
    size_t used;
};

struct tel_keyset {
    struct shard shards[SHARDS];
};

/* The one fingerprint that cannot be told from a free slot is another's
 * twin. */
static uint64_t member(uint64_t fingerprint)
{
    return fingerprint != 0 ? fingerprint : 1;
}

static size_t shard_of(uint64_t fingerprint)
{
    return (size_t)(fingerprint >> 56);
}

/* The slot of the fingerprint, or the free one where it belongs. */
static size_t find(const struct shard *shard, uint64_t fingerprint)
{
    size_t at = fingerprint & (shard->size - 1);

    while (shard->slots[at] != 0 && shard->slots[at] != fingerprint)
        at = (at + 1) & (shard->size - 1);
    return at;
}

static int grow(struct shard *shard)
{
    struct shard larger = {
        .size = shard->size != 0 ? 2 * shard->size : SIZE_FIRST,
        .used = shard->used,
    };

    larger.slots = calloc(larger.size, sizeof(*larger.slots));
    if (larger.slots == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < shard->size; i++) {
        if (shard->slots[i] != 0)
            larger.slots[find(&larger, shard->slots[i])] = shard->slots[i];
    }
    free(shard->slots);
    *shard = larger;
    return 0;
}

int tel_keyset_new(struct tel_keyset **ret_set)
{
    struct tel_keyset *set = calloc(1, sizeof(*set));

    if (set == NULL)
        return -ENOMEM;
    *ret_set = set;
    return 0;
}

void tel_keyset_free(struct tel_keyset *set)
{
    if (set == NULL)
        return;
    for (size_t i = 0; i < SHARDS; i++)
        free(set->shards[i].slots);
    free(set);
}

bool tel_keyset_has(const struct tel_keyset *set, uint64_t fingerprint)
{
    const struct shard *shard;

    fingerprint = member(fingerprint);
    shard = &set->shards[shard_of(fingerprint)];
    return shard->size > 0 && shard->slots[find(shard, fingerprint)] != 0;
}

int tel_keyset_add(struct tel_keyset *set, uint64_t fingerprint, bool *ret_new)
{
    struct shard *shard;
    size_t at;
    int r = 0;

    fingerprint = member(fingerprint);
    shard = &set->shards[shard_of(fingerprint)];
    if (shard->used >= FULL(shard->size))
        r = grow(shard);
    if (r < 0)
        return r;
    at = find(shard, fingerprint);
    *ret_new = shard->slots[at] == 0;
    shard->used += *ret_new;
    shard->slots[at] = fingerprint;
    return 0;
}

/* What follows without a gap moves up where that brings it no further from
 * where it belongs, so that no search ends too soon. */
static void close_gap(struct shard *shard, size_t gap)
{
    size_t mask = shard->size - 1;

    for (size_t at = (gap + 1) & mask; shard->slots[at] != 0;
         at = (at + 1) & mask) {
        size_t home = shard->slots[at] & mask;

        if (((at - home) & mask) < ((at - gap) & mask))
            continue;
        shard->slots[gap] = shard->slots[at];
        gap = at;
    }
    shard->slots[gap] = 0;
}

void tel_keyset_remove(struct tel_keyset *set, uint64_t fingerprint)
{
    struct shard *shard;
    size_t at;

    fingerprint = member(fingerprint);
    shard = &set->shards[shard_of(fingerprint)];
    if (shard->size == 0)
        return;
    at = find(shard, fingerprint);
    if (shard->slots[at] == 0)
        return;
    shard->used--;
    close_gap(shard, at);
}

size_t tel_keyset_count(const struct tel_keyset *set)
{
    size_t count = 0;

    for (size_t i = 0; i < SHARDS; i++)
        count += set->shards[i].used;
    return count;
}
