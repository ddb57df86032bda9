/* SPDX-License-Identifier: MIT */
/*
 * rollout: the totals of a simulated month of three tools, git among them, in
 * three versions that replace each other, as a store would give them.
 *
 *     struct rollout rollout = {.seed = 1, .runs = 20000, .worse = true};
 *     rollout_fill(&rollout, &exact);     tel_exact_clear
 */
#ifndef TEL_TEST_ROLLOUT_H
#define TEL_TEST_ROLLOUT_H

#include "report/exact.h"

struct rollout {
    uint64_t seed;
    unsigned runs; /* of each tool */
    bool worse;    /* git push fails twice as often in 2.41.0, and takes 30 %
                    * longer */
};

void rollout_fill(const struct rollout *rollout, struct tel_exact *exact);

#endif
