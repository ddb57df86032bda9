/* SPDX-License-Identifier: MIT */
/* siphash: a keyed hash of 16 bytes. */
#include "siphash.h"

struct state {
    uint64_t v[4];
};

static uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static uint64_t read_word(const uint8_t *bytes)
{
    uint64_t word = 0;

    for (unsigned i = 0; i < 8; i++)
        word |= (uint64_t)bytes[i] << 8 * i;
    return word;
}

static void turn(struct state *s)
{
    s->v[0] += s->v[1];
    s->v[2] += s->v[3];
    s->v[1] = rotate(s->v[1], 13) ^ s->v[0];
    s->v[3] = rotate(s->v[3], 16) ^ s->v[2];
    s->v[0] = rotate(s->v[0], 32);
    s->v[2] += s->v[1];
    s->v[0] += s->v[3];
    s->v[1] = rotate(s->v[1], 17) ^ s->v[2];
    s->v[3] = rotate(s->v[3], 21) ^ s->v[0];
    s->v[2] = rotate(s->v[2], 32);
}

static void take(struct state *s, uint64_t word)
{
    s->v[3] ^= word;
    turn(s);
    s->v[0] ^= word;
}

uint64_t tel_siphash(const uint64_t key[2], const uint8_t bytes[16])
{
    struct state s = {{
        key[0] ^ 0x736f6d6570736575ULL,
        key[1] ^ 0x646f72616e646f6dULL,
        key[0] ^ 0x6c7967656e657261ULL,
        key[1] ^ 0x7465646279746573ULL,
    }};

    take(&s, read_word(bytes));
    take(&s, read_word(bytes + 8));
    /* The length stands in the upper byte of the last word. */
    take(&s, (uint64_t)16 << 56);
    s.v[2] ^= 0xff;
    for (int i = 0; i < 3; i++)
        turn(&s);
    return s.v[0] ^ s.v[1] ^ s.v[2] ^ s.v[3];
}
