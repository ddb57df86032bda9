/* SPDX-License-Identifier: MIT */
/*
 * digest: BLAKE2b of 128 bits (RFC 7693, without a key), by which bytes that
 * have been read before are known again.
 *
 *     tel_digest_start(&digest);
 *     tel_digest_add(&digest, bytes, len);    as often as it likes
 *     tel_digest_told(&digest, told);         of all so far; it may go on
 */
#ifndef TEL_COLLECTOR_DIGEST_H
#define TEL_COLLECTOR_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define TEL_DIGEST_BYTES 16
#define TEL_DIGEST_BLOCK 128

struct tel_digest {
    uint64_t state[8];
    uint64_t bytes; /* that are in state already */
    size_t used;    /* bytes of block: it is kept back until more come */
    uint8_t block[TEL_DIGEST_BLOCK];
};

void tel_digest_start(struct tel_digest *digest);
void tel_digest_add(struct tel_digest *digest, const void *bytes, size_t len);
void tel_digest_told(const struct tel_digest *digest,
                     uint8_t told[TEL_DIGEST_BYTES]);

#endif
