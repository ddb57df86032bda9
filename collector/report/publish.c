/* SPDX-License-Identifier: MIT */
/* publish: counts are rounded, or held back. */
#include "publish.h"

#include <inttypes.h>
#include <stdio.h>

struct tel_published tel_publish_count(uint64_t n, uint64_t k)
{
    if (n > 0 && n < k)
        return tel_publish_nothing();
    return (struct tel_published){.n = n - n % k};
}

/* What a reader knows of the parts of a total that are not told. */
struct rest {
    double least, most; /* of their sum */
    size_t held;        /* parts of 1 to k - 1 */
};

static struct rest find_rest(const struct tel_published *total,
                             const struct tel_published *const *parts,
                             size_t count, uint64_t k)
{
    struct rest rest = {
        .least = tel_published_least(total, k),
        .most = tel_published_most(total, k),
    };

    for (size_t i = 0; i < count; i++) {
        if (parts[i]->held) {
            rest.held++;
            continue;
        }
        rest.least -= tel_published_most(parts[i], k);
        rest.most -= tel_published_least(parts[i], k);
    }
    return rest;
}

/*
 * In steps, how the total must move so that nothing held back is known: 1
 * where all must be as small as they can be, -1 where as large. Where they
 * would have to be smaller or larger still, these are not all the parts, and
 * nothing follows.
 */
static int find_move(const struct rest *rest, size_t unsaid, uint64_t k)
{
    double parts = (double)rest->held + (double)unsaid;

    if (parts > 0 && rest->least == parts * (double)(k - 1))
        return -1;
    return rest->held > 0 && rest->most == (double)rest->held ? 1 : 0;
}

bool tel_publish_guard(struct tel_published *total,
                       const struct tel_published *const *parts, size_t count,
                       size_t unsaid, uint64_t k)
{
    struct rest rest;
    int move;

    /* With k = 2 what is held back is known to be 1. */
    if (k <= 2 || total->held)
        return false;
    rest = find_rest(total, parts, count, k);
    move = find_move(&rest, unsaid, k);
    if (move < 0 && total->n <= k)
        return false;
    if (move < 0)
        total->n -= k;
    else if (move > 0)
        total->n += k;
    total->moved = total->moved || move != 0;
    return move != 0;
}

double tel_published_least(const struct tel_published *count, uint64_t k)
{
    (void)k;
    return count->held ? 1 : (double)count->n;
}

double tel_published_most(const struct tel_published *count, uint64_t k)
{
    if (count->n == 0 && !count->held)
        return 0;
    return (double)count->n + (double)(k - 1);
}

double tel_published_middle(const struct tel_published *count, uint64_t k)
{
    return (tel_published_least(count, k) + tel_published_most(count, k)) / 2;
}

size_t tel_published_text(const struct tel_published *count, uint64_t k,
                          char buf[TEL_PUBLISHED_TEXT_MAX + 1])
{
    return (size_t)snprintf(buf, TEL_PUBLISHED_TEXT_MAX + 1, "%s%" PRIu64,
                            count->held ? "<" : "", count->held ? k : count->n);
}
