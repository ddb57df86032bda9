/* SPDX-License-Identifier: MIT */
/*
 * fire_load: requests by number, made from a seed, and what they come to.
 *
 *     struct fire_load load;
 *     fire_load_make(&load, 10000, seed);      10,000 events
 *     char *bytes = fire_request(&load, i, &len);   0 <= i < load.requests
 *     fire_expect(&load, cells);
 *
 * The same number gives the same request each time, byte by byte. Nothing of
 * the collector's own code is used: what totals there must be is reckoned
 * anew.
 */
#ifndef TEL_TEST_FIRE_LOAD_H
#define TEL_TEST_FIRE_LOAD_H

#include <stddef.h>
#include <stdint.h>

struct fire_load {
    uint64_t seed;
    uint64_t events;
    unsigned requests;
    unsigned last; /* events of the last one, so that their sum is right */
};

/* Totals by their name: "tool version event item value". */
#define FIRE_CELLS 8192

struct fire_cells {
    struct fire_cell {
        char name[128]; /* "": free */
        uint64_t n;
    } at[FIRE_CELLS];
};

void fire_load_make(struct fire_load *load, uint64_t events, uint64_t seed);

/* A whole HTTP request, which the caller frees; NULL: no memory. May be called
 * by any thread. */
char *fire_request(const struct fire_load *load, unsigned number,
                   size_t *ret_len);

/* The place of that name, made with 0 where there is none; fails the test
 * where there is no room. */
uint64_t *fire_cell(struct fire_cells *cells, const char *name);

/* Adds all that was asked to be counted. */
void fire_expect(const struct fire_load *load, struct fire_cells *cells);

/* A number from a state, and the next state. */
uint64_t fire_random(uint64_t *state);

#endif
