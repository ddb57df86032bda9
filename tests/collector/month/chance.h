/* SPDX-License-Identifier: MIT */
/*
 * chance: random numbers that are the same on every machine and at every
 * time, for the same seed.
 */
#ifndef TEL_TEST_CHANCE_H
#define TEL_TEST_CHANCE_H

#include <stddef.h>
#include <stdint.h>

struct chance {
    uint64_t state;
};

/* Begins a row of numbers that belongs to these three alone. */
void chance_begin(struct chance *chance, uint64_t seed, uint64_t a, uint64_t b);

double chance_unit(struct chance *chance); /* from 0, below 1 */
uint64_t chance_below(struct chance *chance, uint64_t below);

/* Around 0, with a standard deviation of 1. */
double chance_normal(struct chance *chance);

/* An index below count, as often as its share of the weights' sum says. */
size_t chance_weighted(struct chance *chance, const double *weights,
                       size_t count);

#endif
