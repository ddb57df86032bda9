/* SPDX-License-Identifier: MIT */
/*
 * bucket: so many tokens a second, saved up for one second at most.
 *
 * Who finds a token may take as many as it likes, also more than there are:
 * a batch need not wait until the bucket holds all of it, and whoever comes
 * next waits until the debt is paid.
 *
 * Context: normal; one thread.
 */
#ifndef TEL_COLLECTOR_BUCKET_H
#define TEL_COLLECTOR_BUCKET_H

#include <stdint.h>

struct tel_bucket {
    uint32_t rate;       /* tokens a second; 0: no end of them */
    int64_t thousandths; /* of tokens; below 0: debt */
    uint64_t at_ms;      /* when it held that */
};

/* Full. */
void tel_bucket_start(struct tel_bucket *bucket, uint32_t rate,
                      uint64_t now_ms);

/* 0: count tokens were taken. Else none, and in so many seconds there will be
 * one. now_ms never goes back. */
uint32_t tel_bucket_take(struct tel_bucket *bucket, uint32_t count,
                         uint64_t now_ms);

#endif
