/* SPDX-License-Identifier: MIT */
/* chance: random numbers that are the same on every machine. */
#include "chance.h"

/* A step of Weyl's, then bits mixed until each depends on each. */
static uint64_t next(struct chance *chance)
{
    uint64_t bits = chance->state += 0x9e3779b97f4a7c15ULL;

    bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9ULL;
    bits = (bits ^ bits >> 27) * 0x94d049bb133111ebULL;
    return bits ^ bits >> 31;
}

void chance_begin(struct chance *chance, uint64_t seed, uint64_t a, uint64_t b)
{
    chance->state = seed;
    chance->state = next(chance) ^ a;
    chance->state = next(chance) ^ b;
    (void)next(chance);
}

double chance_unit(struct chance *chance)
{
    return (double)(next(chance) >> 11) * 0x1p-53;
}

uint64_t chance_below(struct chance *chance, uint64_t below)
{
    return (uint64_t)(chance_unit(chance) * (double)below);
}

double chance_normal(struct chance *chance)
{
    double sum = -6;

    /* The sum of twelve is as good as normal to four deviations. */
    for (int i = 0; i < 12; i++)
        sum += chance_unit(chance);
    return sum;
}

size_t chance_weighted(struct chance *chance, const double *weights,
                       size_t count)
{
    double at = 0;

    for (size_t i = 0; i < count; i++)
        at += weights[i];
    at *= chance_unit(chance);
    for (size_t i = 0; i + 1 < count; i++) {
        at -= weights[i];
        if (at < 0)
            return i;
    }
    return count - 1;
}
