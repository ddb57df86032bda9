/* SPDX-License-Identifier: MIT */
/* statistics: intervals around what changed. */
#include "statistics.h"

#include <math.h>

double tel_normal_z(double probability)
{
    double low = 0;
    double high = 40;

    /* erfc falls, and so it is closed in on. */
    for (int i = 0; i < 100; i++) {
        double middle = (low + high) / 2;

        if (erfc(middle / sqrt(2)) > probability)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static double clamp(double share)
{
    return share < 0 ? 0 : share > 1 ? 1 : share;
}

/* One end of Wilson's interval: side is -1 or 1. */
static double wilson(double n, double of, double z, double side)
{
    double p = clamp(n / of);
    double spread = sqrt(p * (1 - p) / of + z * z / (4 * of * of));

    return clamp((p + z * z / (2 * of) + side * z * spread) / (1 + z * z / of));
}

struct ends {
    double low, middle, high;
};

static struct ends find_ends(const struct tel_share *share, double z)
{
    struct ends ends = {
        .low = wilson(share->n.least, share->of.most, z, -1),
        .middle = clamp(share->n.middle / share->of.middle),
        .high = wilson(share->n.most, share->of.least, z, 1),
    };

    return ends;
}

struct tel_change tel_share_change(const struct tel_share *before,
                                   const struct tel_share *after, double z)
{
    struct ends b = find_ends(before, z);
    struct ends a = find_ends(after, z);
    struct tel_change change = {
        .before = b.middle,
        .after = a.middle,
        .change = a.middle - b.middle,
    };

    change.low = change.change - hypot(a.middle - a.low, b.high - b.middle);
    change.high = change.change + hypot(a.high - a.middle, b.middle - b.low);
    return change;
}

/* The middle of a bin, as the logarithm sees it. */
static double log_of(const struct tel_log_bin *bin)
{
    double lower = bin->lower < 0.5 ? 0.5 : bin->lower;
    double upper = bin->upper - 1 < lower ? lower : bin->upper - 1;

    return (log(lower) + log(upper)) / 2;
}

bool tel_logs_of(const struct tel_log_bin *bins, size_t count,
                 struct tel_logs *ret_logs)
{
    double n = 0;
    double sum = 0;
    double spread = 0;
    double rounding = 0;

    for (size_t i = 0; i < count; i++) {
        n += bins[i].n.middle;
        sum += bins[i].n.middle * log_of(&bins[i]);
    }
    if (n < 2)
        return false;
    for (size_t i = 0; i < count; i++) {
        double off = log_of(&bins[i]) - sum / n;
        double width = bins[i].n.most - bins[i].n.least;

        spread += bins[i].n.middle * off * off;
        /* Each of width + 1 counts is as likely as the others. */
        rounding += (width + 2) * width / 12 * off * off;
    }
    ret_logs->n = n;
    ret_logs->mean = sum / n;
    ret_logs->error2 = spread / (n - 1) / n + rounding / (n * n);
    return true;
}

struct tel_change tel_logs_change(const struct tel_logs *before,
                                  const struct tel_logs *after, double z)
{
    double middle = after->mean - before->mean;
    double reach = z * sqrt(before->error2 + after->error2);
    struct tel_change change = {
        .before = exp(before->mean),
        .after = exp(after->mean),
        .change = exp(middle),
        .low = exp(middle - reach),
        .high = exp(middle + reach),
    };

    return change;
}

double tel_share_distance(double a, double b)
{
    return fabs(2 * asin(sqrt(clamp(a))) - 2 * asin(sqrt(clamp(b))));
}
