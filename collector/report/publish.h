/* SPDX-License-Identifier: MIT */
/*
 * publish: how a count may be told. The one place of the rule that k stands
 * for; exact counts end here.
 *
 *     0             0
 *     1 .. k - 1    held back, written "<k"
 *     k ..          rounded down to a multiple of k: 5 stands for 5 to 9
 *
 * k = 1 tells every count as it is.
 *
 * Why down, and not to the nearest multiple. A reader who knows a total and
 * its parts subtracts. Of a part that is held back he learns
 *
 *     total - sum of the parts told,
 *
 * where each number stands for k possible ones. With one part told and D =
 * (total told - part told) / k that is any number from (D - 1) k + 1 to
 * (D + 1) k - 1. The part held back is from 1 to k - 1, so D is 0 or 1, and
 * either way every number from 1 to k - 1 stays possible. Rounding to the
 * nearest breaks this: the step at k would be cut in half by what is held
 * back below it (with k = 5 it would hold 5, 6 and 7), and 7 = 5 + 1 + 1
 * would be told as 5 = 5 + <5 + <5, which only two ones can mean.
 *
 * Where many parts all stand at the same edge of their steps, a sum can still
 * leave one number only: 40 = 4 + 9 + 9 + 9 + 9 leaves 4 alone. tel_publish_
 * guard finds that from what is told, and moves the total by one step, into
 * what an ordinary total looks like. tests/collector/test_publish.c tries
 * all small totals and knows this rule as a reader might.
 *
 * What k does not hide. k = 2 holds back ones only, which is to tell them, and
 * with k = 3 or 4 sums in two directions, over versions and events, can still
 * leave one number. With 5 none was found, by a reader who has every small
 * report of versions, events, days, outcomes, values and durations to compare
 * with (tests/collector/test_hold.c). A reader who can ask for any range of
 * days asks for two that differ by a day, and for many such pairs; so tell one
 * range, or months that do not overlap. Whoever can run the report has the
 * database anyway.
 *
 * Context: normal.
 */
#ifndef TEL_COLLECTOR_PUBLISH_H
#define TEL_COLLECTOR_PUBLISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A count as it is told. n is 0 where it is held back. */
struct tel_published {
    uint64_t n;
    bool held;
    bool moved; /* by tel_publish_guard; nobody is told */
};

struct tel_published tel_publish_count(uint64_t n, uint64_t k);

/* What is held back as a part of what is: whether there is any is not told. */
static inline struct tel_published tel_publish_nothing(void)
{
    return (struct tel_published){.held = true};
}

/*
 * Has a total not give away what its parts hold back, all of which have been
 * published with this k: the total goes up or down by k where it would, and
 * then the answer is true. parts are those that are told or said to be held
 * back; unsaid more may be there, of 0 to k - 1 each, without being named.
 * A total that is held back gives nothing away as long as its parts are not
 * told.
 */
bool tel_publish_guard(struct tel_published *total,
                       const struct tel_published *const *parts, size_t count,
                       size_t unsaid, uint64_t k);

/* The smallest and largest count that it may stand for, and their middle,
 * which rates and intervals are reckoned with. */
double tel_published_least(const struct tel_published *count, uint64_t k);
double tel_published_most(const struct tel_published *count, uint64_t k);
double tel_published_middle(const struct tel_published *count, uint64_t k);

/* "1230", or "<5" where it is held back: the length. */
#define TEL_PUBLISHED_TEXT_MAX 21
size_t tel_published_text(const struct tel_published *count, uint64_t k,
                          char buf[TEL_PUBLISHED_TEXT_MAX + 1]);

#endif
