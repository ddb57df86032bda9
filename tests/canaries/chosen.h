/* SPDX-License-Identifier: MIT */
/*
 * chosen: what these tests start from: the same each time, unless the
 * environment says otherwise. TEL_CANARY_SEED is where the shapes begin.
 */
#ifndef TEL_TEST_CHOSEN_H
#define TEL_TEST_CHOSEN_H

#include "canary.h"

struct chosen {
    uint64_t seed;
    unsigned count;              /* of runs, or of pairs */
    char stems[2][STEM_LEN + 1]; /* of what is personal, and of places */
    char name[CANARY_MAX + 1];   /* the user's and the machine's */
    bool named;                  /* ... if these could be taken */
};

/* Prints what it chooses. variable (or NULL) says how many instead of count.
 * Context: the beginning of main, as for names_take. */
void choose(const char *variable, unsigned count, struct chosen *ret_chosen);

#endif
