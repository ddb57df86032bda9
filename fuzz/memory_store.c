/* SPDX-License-Identifier: MIT */
/* A store for a harness, which aborts where totals contradict themselves. */
#include "memory_store.h"

#include <stdlib.h>
#include <string.h>

/* What one event of one version of one tool has. */
struct counts {
    uint64_t runs;
    uint64_t ended; /* ok, error, signal, lost */
    uint64_t codes;
    uint64_t coded; /* ok, error */
    uint64_t signals;
    uint64_t signalled;
    uint64_t durations;
};

static struct memory_store *memory_of(struct tel_store *store)
{
    /* store is its first member. */
    return (void *)store;
}

static bool known(const struct memory_store *memory,
                  const struct tel_store_key *key)
{
    for (size_t i = 0; i < memory->nkeys; i++) {
        if (memcmp(&memory->keys[i], key, sizeof(*key)) == 0)
            return true;
    }
    return false;
}

static int claim(struct tel_store *store, const struct tel_store_key *keys,
                 size_t count, bool *ret_fresh)
{
    struct memory_store *memory = memory_of(store);

    for (size_t i = 0; i < count; i++) {
        ret_fresh[i] = !known(memory, &keys[i]);
        if (!ret_fresh[i])
            continue;
        if (memory->nkeys == MEMORY_KEYS)
            abort();
        memory->keys[memory->nkeys++] = keys[i];
    }
    return 0;
}

static int release(struct tel_store *store, const struct tel_store_key *keys,
                   size_t count)
{
    struct memory_store *memory = memory_of(store);

    for (size_t i = 0; i < count; i++) {
        size_t at = 0;

        while (at < memory->nkeys &&
               memcmp(&memory->keys[at], &keys[i], sizeof(keys[i])) != 0)
            at++;
        /* What was never claimed. */
        if (at == memory->nkeys)
            abort();
        memory->keys[at] = memory->keys[--memory->nkeys];
    }
    return 0;
}

static void count(struct counts *counts, const struct tel_sum *sum)
{
    const char *item = sum->cell.item;

    if (strcmp(item, "runs") == 0) {
        counts->runs += sum->n;
    } else if (strcmp(item, "ok") == 0 || strcmp(item, "error") == 0) {
        counts->coded += sum->n;
        counts->ended += sum->n;
    } else if (strcmp(item, "signal") == 0) {
        counts->signalled += sum->n;
        counts->ended += sum->n;
    } else if (strcmp(item, "lost") == 0) {
        counts->ended += sum->n;
    } else if (strcmp(item, "exit") == 0) {
        counts->codes += sum->n;
    } else if (strcmp(item, "sig") == 0) {
        counts->signals += sum->n;
    } else if (strcmp(item, "ms") == 0) {
        counts->durations += sum->n;
    } else if (strncmp(item, "field:", 6) != 0) {
        abort();
    }
}

static void check(const struct counts *counts)
{
    if (counts->runs == 0 || counts->ended > counts->runs ||
        counts->codes > counts->coded || counts->signals != counts->signalled ||
        counts->durations > counts->runs)
        abort();
}

static bool same_event(const struct tel_cell *a, const struct tel_cell *b)
{
    return strcmp(a->tool, b->tool) == 0 &&
           strcmp(a->version, b->version) == 0 &&
           strcmp(a->event, b->event) == 0;
}

static int add(struct tel_store *store, const struct tel_sum *sums,
               size_t nsums)
{
    struct memory_store *memory = memory_of(store);
    struct counts counts = {0};

    for (size_t i = 0; i < nsums; i++) {
        bool last = i + 1 == nsums;

        if (sums[i].n == 0 ||
            (!last && tel_sum_order(&sums[i], &sums[i + 1]) >= 0))
            abort();
        if (sums[i].cell.event[0] == '\0') {
            if (strcmp(sums[i].cell.item, "crash") != 0 || sums[i].bound == 0)
                abort();
            continue;
        }
        count(&counts, &sums[i]);
        if (last || !same_event(&sums[i].cell, &sums[i + 1].cell)) {
            check(&counts);
            memory->runs += counts.runs;
            counts = (struct counts){0};
        }
    }
    return 0;
}

static int refuse(struct tel_store *store, const char *reason, uint64_t n)
{
    struct memory_store *memory = memory_of(store);
    size_t at = 0;

    while (at < memory->nrefused &&
           strcmp(memory->refused[at].reason, reason) != 0)
        at++;
    if (at == MEMORY_REASONS || n == 0)
        abort();
    if (at == memory->nrefused) {
        memory->refused[at].reason = reason;
        memory->refused[at].n = 0;
        memory->nrefused++;
    }
    memory->refused[at].n += n;
    return 0;
}

void memory_store_start(struct memory_store *memory)
{
    /* An intake calls no others. */
    static const struct tel_store_kind kind = {
        .claim = claim,
        .release = release,
        .add = add,
        .refuse = refuse,
    };

    memset(memory, 0, sizeof(*memory));
    memory->store.kind = &kind;
}

uint64_t memory_store_refused(const struct memory_store *memory,
                              const char *reason)
{
    for (size_t i = 0; i < memory->nrefused; i++) {
        if (strcmp(memory->refused[i].reason, reason) == 0)
            return memory->refused[i].n;
    }
    return 0;
}
