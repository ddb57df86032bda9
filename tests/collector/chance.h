/* SPDX-License-Identifier: MIT */
/*
 * chance: numbers that look random and are the same in every run of a test.
 */
#ifndef TEL_TEST_CHANCE_H
#define TEL_TEST_CHANCE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

struct chance {
    uint64_t state;
};

/* xorshift64*: enough for simulations, of nothing else. */
static inline uint64_t chance_next(struct chance *chance)
{
    chance->state ^= chance->state >> 12;
    chance->state ^= chance->state << 25;
    chance->state ^= chance->state >> 27;
    return chance->state * 0x2545f4914f6cdd1dU;
}

/* Above 0, up to 1. */
static inline double chance_part(struct chance *chance)
{
    return (double)((chance_next(chance) >> 11) + 1) / 9007199254740992.0;
}

static inline bool chance_happens(struct chance *chance, double probability)
{
    return chance_part(chance) <= probability;
}

static inline double chance_normal(struct chance *chance)
{
    double radius = sqrt(-2 * log(chance_part(chance)));

    return radius * cos(6.283185307179586 * chance_part(chance));
}

#endif
