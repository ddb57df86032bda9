/* SPDX-License-Identifier: MIT */
/*
 * month: the totals of a simulated month of three tools, git among them, in
 * three versions that replace each other, as a store would give them.
 *
 *     struct month month = {.seed = 1, .runs = 20000, .worse = true};
 *     month_fill(&month, &exact);     tel_exact_clear
 */
#ifndef TEL_TEST_MONTH_H
#define TEL_TEST_MONTH_H

#include "exact.h"

struct month {
    uint64_t seed;
    unsigned runs; /* of each tool */
    bool worse;    /* git push fails twice as often in 2.41.0, and takes 30 %
                    * longer */
};

void month_fill(const struct month *month, struct tel_exact *exact);

#endif
