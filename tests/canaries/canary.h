/* SPDX-License-Identifier: MIT */
/*
 * canary: random strings that stand for what is personal, and a finder of
 * them. Each canary begins and ends with its family's stem, ten bytes that
 * nobody could have written by chance; so one search for the stem, in every
 * encoding that is usual, finds them all, and what was cut off as well.
 *
 *     struct dice dice = {seed};
 *     char stem[STEM_LEN + 1], canary[CANARY_MAX + 1];
 *     stem_draw(&dice, stem);
 *     canary_draw(&dice, stem, canary);
 *
 *     struct finder finder = {0};
 *     finder_add(&finder, stem);
 *     struct found found;
 *     if (finder_find(&finder, bytes, len, &found)) ...
 */
#ifndef TEL_TEST_CANARY_H
#define TEL_TEST_CANARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STEM_LEN 10
#define CANARY_MAX 32 /* as long as a field's value may be */

/* Pseudo-random numbers, the same again from the same seed. */
struct dice {
    uint64_t state;
};
uint64_t dice_number(struct dice *dice);
unsigned dice_below(struct dice *dice, unsigned below);

/* Lower-case letters and digits, none of them a letter that a policy of these
 * tests has as an option; the first one a letter. */
void stem_draw(struct dice *dice, char stem[STEM_LEN + 1]);
/* 24 to 32 of the same, of which the middle ones are new. */
void canary_draw(struct dice *dice, const char *stem,
                 char canary[CANARY_MAX + 1]);

#define NEEDLES_MAX 40
#define NEEDLE_BYTES 64

struct finder {
    struct needle {
        const char *encoding;
        size_t len;
        unsigned char bytes[NEEDLE_BYTES];
    } needles[NEEDLES_MAX];
    size_t count;
};

/* Looks for the canaries of this stem too. */
void finder_add(struct finder *finder, const char *stem);

struct found {
    const char *encoding;
    size_t at;
};

/*
 * Whether a canary is in the bytes, in capitals or not: as it is, backwards,
 * in UTF-16 or UTF-32, and as hexadecimal, percent, \u or base64 code of
 * itself or of its capitals.
 */
bool finder_find(const struct finder *finder, const void *bytes, size_t len,
                 struct found *ret_found);

#endif
