/* SPDX-License-Identifier: MIT */
/* histogram: the buckets that durations are counted in. */
#include "histogram.h"

#include <tel/event.h>

uint32_t tel_bucket_next(uint32_t lower)
{
    return lower + (lower >= 20 ? lower / 10 : 1);
}

uint32_t tel_bucket_of(uint32_t ms)
{
    uint32_t lower = 0;

    if (ms > TEL_MS_TOP)
        ms = TEL_MS_TOP;
    while (tel_bucket_next(lower) <= ms)
        lower = tel_bucket_next(lower);
    return lower;
}

uint32_t tel_bucket_middle(uint32_t lower)
{
    return lower + (tel_bucket_next(lower) - 1 - lower) / 2;
}
