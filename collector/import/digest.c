/* SPDX-License-Identifier: MIT */
/* digest: BLAKE2b of 128 bits; the names are those of RFC 7693. */
#include "digest.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

#define ROUNDS 12

static const uint64_t iv[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
    0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
    0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

/* Which word goes where, round by round; two more rounds begin again. */
static const uint8_t sigma[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

static uint64_t rotate(uint64_t word, unsigned by)
{
    return word >> by | word << (64 - by);
}

/* Bytes of a word stand with the lowest first, whatever the machine. */
static uint64_t word_at(const uint8_t *bytes)
{
    uint64_t word;

    memcpy(&word, bytes, sizeof(word));
    return le64toh(word);
}

static inline void mix(uint64_t v[16], size_t a, size_t b, size_t c, size_t d,
                       uint64_t x, uint64_t y)
{
    v[a] += v[b] + x;
    v[d] = rotate(v[d] ^ v[a], 32);
    v[c] += v[d];
    v[b] = rotate(v[b] ^ v[c], 24);
    v[a] += v[b] + y;
    v[d] = rotate(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = rotate(v[b] ^ v[c], 63);
}

static void compress(struct tel_digest *digest, const uint8_t *block, bool last)
{
    uint64_t m[16];
    uint64_t v[16];

    for (size_t i = 0; i < 16; i++)
        m[i] = word_at(block + 8 * i);
    memcpy(v, digest->state, sizeof(digest->state));
    memcpy(v + 8, iv, sizeof(iv));
    v[12] ^= digest->bytes;
    if (last)
        v[14] = ~v[14];
    for (size_t round = 0; round < ROUNDS; round++) {
        const uint8_t *s = sigma[round % 10];

        mix(v, 0, 4, 8, 12, m[s[0]], m[s[1]]);
        mix(v, 1, 5, 9, 13, m[s[2]], m[s[3]]);
        mix(v, 2, 6, 10, 14, m[s[4]], m[s[5]]);
        mix(v, 3, 7, 11, 15, m[s[6]], m[s[7]]);
        mix(v, 0, 5, 10, 15, m[s[8]], m[s[9]]);
        mix(v, 1, 6, 11, 12, m[s[10]], m[s[11]]);
        mix(v, 2, 7, 8, 13, m[s[12]], m[s[13]]);
        mix(v, 3, 4, 9, 14, m[s[14]], m[s[15]]);
    }
    for (size_t i = 0; i < 8; i++)
        digest->state[i] ^= v[i] ^ v[i + 8];
}

void tel_digest_start(struct tel_digest *digest)
{
    memset(digest, 0, sizeof(*digest));
    memcpy(digest->state, iv, sizeof(iv));
    /* No key, no tree, this many bytes. */
    digest->state[0] ^= 0x01010000 ^ TEL_DIGEST_BYTES;
}

void tel_digest_add(struct tel_digest *digest, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;

    while (len > 0) {
        size_t take = TEL_DIGEST_BLOCK - digest->used;

        if (take == 0) {
            digest->bytes += TEL_DIGEST_BLOCK;
            compress(digest, digest->block, false);
            digest->used = 0;
            continue;
        }
        if (take > len)
            take = len;
        memcpy(digest->block + digest->used, at, take);
        digest->used += take;
        at += take;
        len -= take;
    }
}

void tel_digest_told(const struct tel_digest *digest,
                     uint8_t told[TEL_DIGEST_BYTES])
{
    struct tel_digest end = *digest;

    end.bytes += end.used;
    memset(end.block + end.used, 0, TEL_DIGEST_BLOCK - end.used);
    compress(&end, end.block, true);
    for (size_t i = 0; i < TEL_DIGEST_BYTES; i++)
        told[i] = (uint8_t)(end.state[i / 8] >> (8 * (i % 8)));
}
