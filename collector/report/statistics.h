/* SPDX-License-Identifier: MIT */
/*
 * statistics: intervals around what changed, from counts that are rounded.
 *
 * Each function is told by how many standard deviations z it must be wide.
 *
 * Context: normal; nothing is kept, nothing fails.
 */
#ifndef TEL_COLLECTOR_STATISTICS_H
#define TEL_COLLECTOR_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The z beyond which, on either side, a normal variable is with this
 * probability: 1.96 of 0.05. */
double tel_normal_z(double probability);

/* How many of how many; each known to be from least to most. */
struct tel_amount {
    double least, middle, most;
};

struct tel_share {
    struct tel_amount n, of;
};

/* change and the interval around it. */
struct tel_change {
    double before, after;
    double change, low, high;
};

/*
 * The difference of two shares: Newcombe's interval (his method 10), made of
 * Wilson's around each. Of the counts that the rounding leaves possible,
 * each side takes the one that is farthest out. of.least is above 0.
 */
struct tel_change tel_share_change(const struct tel_share *before,
                                   const struct tel_share *after, double z);

/* Values from lower to upper, n of them, or up to rounding more or less. */
struct tel_log_bin {
    double lower, upper;
    struct tel_amount n;
};

/* Mean and variances of logarithms. */
struct tel_logs {
    double n, mean;
    double error2; /* of the mean: by chance, and by the rounding of counts */
};

/* False where there are fewer than two values. 0 counts as a half. */
bool tel_logs_of(const struct tel_log_bin *bins, size_t count,
                 struct tel_logs *ret_logs);

/* The ratio of two geometric means, after / before: Welch's interval of the
 * logarithms. */
struct tel_change tel_logs_change(const struct tel_logs *before,
                                  const struct tel_logs *after, double z);

/* How far apart two shares are (Cohen's h), from 0 to pi. */
double tel_share_distance(double a, double b);

#endif
