/* SPDX-License-Identifier: MIT */
/* words: how much more or less, as one would say it. */
#include "words.h"

#include <stdbool.h>
#include <stdio.h>

#define NBSP "\xc2\xa0"

/* Within a tenth. */
static bool is_about(double ratio, double whole)
{
    return ratio > 0.9 * whole && ratio < 1.1 * whole;
}

/* How much, and what it is compared by. */
struct change {
    char much[64];
    const char *by;
};

static void say(struct tel_words *buf, const struct change *change,
                const char *version)
{
    if (version != NULL)
        (void)snprintf(buf->text, sizeof(buf->text), "%s %s %s", change->much,
                       change->by, version);
    else
        (void)snprintf(buf->text, sizeof(buf->text), "%s", change->much);
}

static void put(struct change *change, const char *much, const char *by)
{
    (void)snprintf(change->much, sizeof(change->much), "%s", much);
    change->by = by;
}

static void put_times(struct change *change, double ratio, const char *as)
{
    if (ratio < 10)
        (void)snprintf(change->much, sizeof(change->much), "%.1f times %s",
                       ratio, as);
    else
        (void)snprintf(change->much, sizeof(change->much), "%.0f times %s",
                       ratio, as);
    change->by = "as in";
}

static void put_percent(struct change *change, double ratio, const char *more,
                        const char *less)
{
    bool grew = ratio > 1;

    (void)snprintf(change->much, sizeof(change->much), "%.0f" NBSP "%% %s",
                   100 * (grew ? ratio - 1 : 1 - ratio), grew ? more : less);
    change->by = "than in";
}

const char *tel_words_often(struct tel_words *buf, double before, double now,
                            const char *version)
{
    double ratio = before > 0 ? now / before : 0;
    struct change change = {"", ""};

    if (before <= 0) {
        (void)snprintf(buf->text, sizeof(buf->text), "where %s did not",
                       version);
        return buf->text;
    }
    if (is_about(ratio, 2))
        put(&change, "twice as often", "as in");
    else if (is_about(ratio, 0.5))
        put(&change, "half as often", "as in");
    else if (ratio > 2 && ratio < 1000)
        put_times(&change, ratio, "as often");
    else if (ratio > 2)
        put(&change, "far more often", "than in");
    else
        put_percent(&change, ratio, "more often", "less often");
    say(buf, &change, version);
    return buf->text;
}

const char *tel_words_long(struct tel_words *buf, double before, double now,
                           const char *version)
{
    double ratio = before > 0 ? now / before : 0;
    struct change change = {"", ""};

    if (before <= 0)
        put(&change, "longer", "than in");
    else if (is_about(ratio, 2))
        put(&change, "twice as long", "as in");
    else if (is_about(ratio, 0.5))
        put(&change, "half the time", "of");
    else if (ratio > 2 && ratio < 1000)
        put_times(&change, ratio, "as long");
    else if (ratio > 2)
        put(&change, "far longer", "than in");
    else
        put_percent(&change, ratio, "longer", "less time");
    say(buf, &change, version);
    return buf->text;
}
