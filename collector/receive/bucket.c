/* SPDX-License-Identifier: MIT */
/* bucket: so many tokens a second, saved up for one second at most. */
#include "bucket.h"

/* A rate of so many tokens a second is as many thousandths a millisecond. */
static void fill(struct tel_bucket *bucket, uint64_t now_ms)
{
    const int64_t full = (int64_t)bucket->rate * 1000;
    uint64_t missing = (uint64_t)(full - bucket->thousandths);
    uint64_t passed_ms = now_ms - bucket->at_ms;

    bucket->at_ms = now_ms;
    if (passed_ms > missing / bucket->rate)
        bucket->thousandths = full;
    else
        bucket->thousandths += (int64_t)(passed_ms * bucket->rate);
}

void tel_bucket_start(struct tel_bucket *bucket, uint32_t rate, uint64_t now_ms)
{
    bucket->rate = rate;
    bucket->thousandths = (int64_t)rate * 1000;
    bucket->at_ms = now_ms;
}

uint32_t tel_bucket_take(struct tel_bucket *bucket, uint32_t count,
                         uint64_t now_ms)
{
    const int64_t second = (int64_t)bucket->rate * 1000;

    if (bucket->rate == 0)
        return 0;
    fill(bucket, now_ms);
    /* Below a whole token there is none yet. */
    if (bucket->thousandths < 1000)
        return (uint32_t)((1000 - bucket->thousandths + second - 1) / second);
    bucket->thousandths -= (int64_t)count * 1000;
    return 0;
}
