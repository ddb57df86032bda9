/* SPDX-License-Identifier: MIT */
/* words: how much more or less, as one would say it. */
#include "words.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define NBSP "\xc2\xa0"

/* Within a tenth. */
static bool is_about(double ratio, double whole)
{
    return ratio > 0.9 * whole && ratio < 1.1 * whole;
}

const char *tel_words_often(struct tel_words *buf, double before, double now)
{
    double ratio = before > 0 ? now / before : 0;

    if (before <= 0)
        return strcpy(buf->text, "where it did not before");
    if (is_about(ratio, 2))
        return strcpy(buf->text, "twice as often");
    if (is_about(ratio, 0.5))
        return strcpy(buf->text, "half as often");
    if (ratio > 2)
        (void)snprintf(buf->text, sizeof(buf->text), "%.2g times as often",
                       ratio);
    else
        (void)snprintf(buf->text, sizeof(buf->text), "%.0f" NBSP "%% %s often",
                       ratio > 1 ? 100 * (ratio - 1) : 100 * (1 - ratio),
                       ratio > 1 ? "more" : "less");
    return buf->text;
}

const char *tel_words_long(struct tel_words *buf, double before, double now)
{
    double ratio = before > 0 ? now / before : 0;

    if (before <= 0)
        return strcpy(buf->text, "longer");
    if (is_about(ratio, 2))
        return strcpy(buf->text, "twice as long");
    if (is_about(ratio, 0.5))
        return strcpy(buf->text, "half the time");
    if (ratio > 2)
        (void)snprintf(buf->text, sizeof(buf->text), "%.2g times as long",
                       ratio);
    else if (ratio > 1)
        (void)snprintf(buf->text, sizeof(buf->text), "%.0f" NBSP "%% longer",
                       100 * (ratio - 1));
    else
        (void)snprintf(buf->text, sizeof(buf->text),
                       "%.0f" NBSP "%% less time", 100 * (1 - ratio));
    return buf->text;
}
