/* SPDX-License-Identifier: MIT */
/*
 * memory_store: a store for a harness. It remembers keys, counts refusals and
 * runs, forgets all else, and aborts where what it is told contradicts itself.
 *
 *     struct memory_store memory;
 *     memory_store_start(&memory);
 *     tel_intake_take(group, count, tools, &memory.store, sums);
 */
#ifndef TEL_MEMORY_STORE_H
#define TEL_MEMORY_STORE_H

#include "store/kind.h"

#define MEMORY_KEYS 64
#define MEMORY_REASONS 16

struct memory_store {
    struct tel_store store; /* first */
    struct tel_store_key keys[MEMORY_KEYS];
    size_t nkeys;
    uint64_t runs;
    struct {
        const char *reason;
        uint64_t n;
    } refused[MEMORY_REASONS];
    size_t nrefused;
};

void memory_store_start(struct memory_store *memory);

/* How many refusals of this reason it was told. */
uint64_t memory_store_refused(const struct memory_store *memory,
                              const char *reason);

#endif
