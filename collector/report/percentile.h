/* SPDX-License-Identifier: MIT */
/*
 * percentile: a percentile of values that are counted, not listed.
 */
#ifndef TEL_COLLECTOR_PERCENTILE_H
#define TEL_COLLECTOR_PERCENTILE_H

#include <stddef.h>
#include <stdint.h>

struct tel_bin {
    uint32_t value;
    uint64_t n;
};

/*
 * The nearest-rank percentile: the smallest value that at least percent (1
 * to 100) of all counted ones do not exceed. bins may stand in any order and
 * are sorted by value. 0, or -ENODATA where nothing was counted.
 */
int tel_percentile(struct tel_bin *bins, size_t count, unsigned percent,
                   uint32_t *ret_value);

#endif
