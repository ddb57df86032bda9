/* SPDX-License-Identifier: MIT */
/*
 * histogram: the buckets that durations are counted in.
 *
 * A bucket begins at 0, 1, 2, ... and each next one a tenth further on, at
 * least 1: 10, 11, ... 20, 22, 24, ... So a value is never more than 5 % from
 * the middle of its bucket, and 150 buckets reach from 0 to TEL_MS_TOP.
 */
#ifndef TEL_COLLECTOR_HISTOGRAM_H
#define TEL_COLLECTOR_HISTOGRAM_H

#include <stdint.h>

/* Where the next bucket begins. */
uint32_t tel_bucket_next(uint32_t lower);

/* Where the bucket begins that ms is in; beyond TEL_MS_TOP, the last one. */
uint32_t tel_bucket_of(uint32_t ms);

/* What is said of a duration of the bucket that begins at lower. */
uint32_t tel_bucket_middle(uint32_t lower);

#endif
