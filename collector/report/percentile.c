/* SPDX-License-Identifier: MIT */
/* percentile: a percentile of values that are counted, not listed. */
#include "percentile.h"

#include <errno.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    const struct tel_bin *x = a;
    const struct tel_bin *y = b;

    return (x->value > y->value) - (x->value < y->value);
}

int tel_percentile(struct tel_bin *bins, size_t count, unsigned percent,
                   uint32_t *ret_value)
{
    uint64_t total = 0;
    uint64_t rank;

    for (size_t i = 0; i < count; i++)
        total += bins[i].n;
    if (total == 0)
        return -ENODATA;
    qsort(bins, count, sizeof(*bins), by_value);
    /* Rounded up, and split so that no total can overflow it. */
    rank = total / 100 * percent + (total % 100 * percent + 99) / 100;
    for (size_t i = 0; i < count; i++) {
        if (bins[i].n >= rank) {
            *ret_value = bins[i].value;
            return 0;
        }
        rank -= bins[i].n;
    }
    return -ENODATA;
}
