/* SPDX-License-Identifier: MIT */
/*
 * kind: what each kind of store provides. Included by store.c and by
 * the stores; everybody else includes store.h, whose contracts these fulfil.
 */
#ifndef TEL_COLLECTOR_STORE_KIND_H
#define TEL_COLLECTOR_STORE_KIND_H

#include "store.h"

/* A kind that only reads has NULL for what writes. */
struct tel_store_kind {
    void (*close)(struct tel_store *store);
    int (*begin)(struct tel_store *store, int64_t day);
    /* NULL: never at once. */
    int (*begin_now)(struct tel_store *store, int64_t day);
    void (*date)(struct tel_store *store, int64_t day);
    int (*commit)(struct tel_store *store);
    void (*rollback)(struct tel_store *store);
    int (*claim)(struct tel_store *store, const struct tel_store_key *keys,
                 size_t count, bool *ret_fresh);
    int (*release)(struct tel_store *store, const struct tel_store_key *keys,
                   size_t count);
    int (*touch)(struct tel_store *store); /* NULL: keys are written at once */
    int (*add)(struct tel_store *store, const struct tel_sum *sums,
               size_t count);
    int (*refuse)(struct tel_store *store, const char *reason, uint64_t n);
    int (*retain)(struct tel_store *store, int64_t first);
    int (*tidy)(struct tel_store *store); /* NULL: it has no journal of ours */
    int (*each_total)(struct tel_store *store,
                      const struct tel_store_range *range,
                      int (*row)(void *context, int64_t day,
                                 const struct tel_cell *cell, uint64_t n),
                      void *context);
    int (*each_refusal)(struct tel_store *store,
                        const struct tel_store_range *range,
                        int (*row)(void *context, int64_t day,
                                   const char *reason, uint64_t n),
                        void *context);
};

/* The first member of each kind's own struct. */
struct tel_store {
    const struct tel_store_kind *kind;
    char fault[256];
    struct tel_meter meter;
};

/*
 * Where the generation of keys stands and shall stand in a transaction of
 * that day: it lasts longer than the window, so that a key lives through the
 * whole window wherever in its own generation it came, and it goes one step at
 * a time, so that a clock that jumps ahead by a year forgets nothing that came
 * yesterday. Says whether number or began changed; keys of generations before
 * number - 1 are to be forgotten then.
 */
struct tel_store_generation {
    int64_t number;
    int64_t began; /* a day, or -1: not yet */
};
bool tel_store_turn(struct tel_store_generation *generation, int64_t day);

int tel_store_sqlite_open(const char *path, struct tel_store **ret_store,
                          struct tel_err *err);
int tel_store_sqlite_open_reader(const char *path, struct tel_store **ret_store,
                                 struct tel_err *err);

int tel_store_postgres_open(const char *url, struct tel_store **ret_store,
                            struct tel_err *err);
int tel_store_postgres_open_reader(const char *url,
                                   struct tel_store **ret_store,
                                   struct tel_err *err);

#endif
