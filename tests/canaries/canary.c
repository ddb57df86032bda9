/* SPDX-License-Identifier: MIT */
/* Random strings that stand for what is personal, and a finder of them. */
#include "canary.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t dice_number(struct dice *dice)
{
    uint64_t z = dice->state += 0x9e3779b97f4a7c15ULL; /* splitmix64 */

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
    return z ^ z >> 31;
}

unsigned dice_below(struct dice *dice, unsigned below)
{
    return (unsigned)((dice_number(dice) >> 32) * below >> 32);
}

/* Without c, m, o, q and t: -abc must not become -a -b -c of a policy. */
static void draw_letters(struct dice *dice, char *to, size_t len)
{
    static const char letters[] = "abdefghijklnprsuvwxyz23456789";

    for (size_t i = 0; i < len; i++)
        to[i] = letters[dice_below(dice, i == 0 ? 21 : sizeof(letters) - 1)];
}

void stem_draw(struct dice *dice, char stem[STEM_LEN + 1])
{
    draw_letters(dice, stem, STEM_LEN);
    stem[STEM_LEN] = '\0';
}

void canary_draw(struct dice *dice, const char *stem,
                 char canary[CANARY_MAX + 1])
{
    size_t own = 4 + dice_below(dice, CANARY_MAX - 2 * STEM_LEN - 3);

    memcpy(canary, stem, STEM_LEN);
    draw_letters(dice, canary + STEM_LEN, own);
    memcpy(canary + STEM_LEN + own, stem, STEM_LEN + 1);
}

/* Everything is compared in small letters. */
static void fold(unsigned char *to, const unsigned char *from, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = from[i];

        to[i] = byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte;
    }
}

static void add(struct finder *finder, const char *encoding, const void *bytes,
                size_t len)
{
    struct needle *needle = &finder->needles[finder->count++];

    if (finder->count > NEEDLES_MAX || len > NEEDLE_BYTES)
        abort();
    needle->encoding = encoding;
    needle->len = len;
    fold(needle->bytes, bytes, len);
}

/* Each byte by a format. */
static void add_printed(struct finder *finder, const char *encoding,
                        const char *stem, const char *prefix)
{
    char text[NEEDLE_BYTES + 1];
    size_t len = 0;

    for (size_t i = 0; i < STEM_LEN; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%02x",
                                prefix, (unsigned char)stem[i]);
    add(finder, encoding, text, len);
}

/* With this many zeros between the bytes, whichever end comes first. */
static void add_wide(struct finder *finder, const char *encoding,
                     const char *stem, size_t zeros)
{
    char text[NEEDLE_BYTES] = {0};

    for (size_t i = 0; i < STEM_LEN; i++)
        text[i * (zeros + 1)] = stem[i];
    add(finder, encoding, text, (STEM_LEN - 1) * (zeros + 1) + 1);
}

/*
 * Those digits of base64 that say nothing but the stem, when before bytes of
 * something else stand in its first group of three. The two digits that
 * variants of base64 write differently never stand for letters or digits.
 */
static void add_base64(struct finder *finder, const char *encoding,
                       const char *stem, unsigned before)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned first = (before * 8 + 5) / 6 * 6 - before * 8;
    char text[NEEDLE_BYTES];
    size_t len = 0;

    for (unsigned bit = first; bit + 6 <= STEM_LEN * 8; bit += 6) {
        unsigned digit = 0;

        for (unsigned i = bit; i < bit + 6; i++)
            digit =
                digit << 1 | ((unsigned char)stem[i / 8] >> (7 - i % 8) & 1U);
        text[len++] = digits[digit];
    }
    add(finder, encoding, text, len);
}

static void add_codes(struct finder *finder, const char *stem)
{
    add_printed(finder, "hexadecimal", stem, "");
    add_printed(finder, "percent", stem, "%");
    add_printed(finder, "\\u", stem, "\\u00");
    add_printed(finder, "\\x", stem, "\\x");
    add_base64(finder, "base64", stem, 0);
    add_base64(finder, "base64 after one byte", stem, 1);
    add_base64(finder, "base64 after two bytes", stem, 2);
}

void finder_add(struct finder *finder, const char *stem)
{
    char capitals[STEM_LEN];
    char backwards[STEM_LEN];

    for (size_t i = 0; i < STEM_LEN; i++) {
        capitals[i] = (char)toupper((unsigned char)stem[i]);
        backwards[i] = stem[STEM_LEN - 1 - i];
    }
    add(finder, "as it is", stem, STEM_LEN);
    add(finder, "backwards", backwards, STEM_LEN);
    add_wide(finder, "UTF-16", stem, 1);
    add_wide(finder, "UTF-32", stem, 3);
    add_codes(finder, stem);
    add_codes(finder, capitals);
}

bool finder_find(const struct finder *finder, const void *bytes, size_t len,
                 struct found *ret_found)
{
    unsigned char *folded = malloc(len + 1);
    bool found = false;

    if (folded == NULL)
        abort();
    fold(folded, bytes, len);
    for (size_t i = 0; i < finder->count && !found; i++) {
        const struct needle *needle = &finder->needles[i];
        const unsigned char *at =
            memmem(folded, len, needle->bytes, needle->len);

        if (at != NULL) {
            *ret_found =
                (struct found){needle->encoding, (size_t)(at - folded)};
            found = true;
        }
    }
    free(folded);
    return found;
}
