/* SPDX-License-Identifier: MIT */
/* figures: numbers as a person reads them. */
#include "figures.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "store/store.h"

#define NBSP "\xc2\xa0"
#define DAY_S 86400

const char *tel_figure_count(struct tel_figure *buf, uint64_t count)
{
    char digits[24];
    size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, count);
    char *to = buf->text;

    for (size_t i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    return buf->text;
}

const char *tel_figure_published(struct tel_figure *buf,
                                 const struct tel_published *count, uint64_t k)
{
    if (!count->held)
        return tel_figure_count(buf, count->n);
    (void)snprintf(buf->text, sizeof(buf->text), "<%" PRIu64, k);
    return buf->text;
}

const char *tel_figure_short(struct tel_figure *buf, double count)
{
    static const char *const units[] = {"",       NBSP "k", NBSP "M", NBSP "G",
                                        NBSP "T", NBSP "P", NBSP "E"};
    size_t unit = 0;

    while (count >= 999.5 && unit + 1 < sizeof(units) / sizeof(units[0])) {
        count /= 1000;
        unit++;
    }
    (void)snprintf(buf->text, sizeof(buf->text), "%.3g%s", count, units[unit]);
    return buf->text;
}

const char *tel_figure_brief(struct tel_figure *buf,
                             const struct tel_published *count, uint64_t k)
{
    return count->n < 1000000000 ? tel_figure_published(buf, count, k)
                                 : tel_figure_short(buf, (double)count->n);
}

const char *tel_figure_percent(struct tel_figure *buf, double share)
{
    double percent = 100 * share;

    if (percent <= 0)
        return strcpy(buf->text, "0" NBSP "%");
    if (percent >= 100)
        return strcpy(buf->text, "100" NBSP "%");
    if (percent < 0.1)
        return strcpy(buf->text, "<0.1" NBSP "%");
    if (percent > 99.9)
        return strcpy(buf->text, ">99.9" NBSP "%");
    (void)snprintf(buf->text, sizeof(buf->text), "%.1f" NBSP "%%", percent);
    return buf->text;
}

const char *tel_figure_ms(struct tel_figure *buf, uint64_t ms)
{
    double seconds = (double)ms / 1000;

    if (ms < 1000)
        (void)snprintf(buf->text, sizeof(buf->text), "%" PRIu64 NBSP "ms", ms);
    else if (ms < 60000)
        (void)snprintf(buf->text, sizeof(buf->text), "%.3g" NBSP "s", seconds);
    else if (ms < 600000 && ms / 1000 % 60 != 0)
        (void)snprintf(buf->text, sizeof(buf->text),
                       "%" PRIu64 NBSP "min" NBSP "%" PRIu64 NBSP "s",
                       ms / 60000, ms / 1000 % 60);
    else
        (void)snprintf(buf->text, sizeof(buf->text), "%" PRIu64 NBSP "min",
                       ms / 60000);
    return buf->text;
}

const char *tel_figure_fine_ms(struct tel_figure *buf, uint64_t ms)
{
    struct tel_figure count = {""};

    if (ms >= 10000)
        return tel_figure_ms(buf, ms);
    (void)snprintf(buf->text, sizeof(buf->text), "%s" NBSP "ms",
                   tel_figure_count(&count, ms));
    return buf->text;
}

const char *tel_figure_day(struct tel_figure *buf, int64_t day)
{
    tel_day_text(day, buf->text);
    return buf->text;
}

/* The month's name, or NULL where no calendar has that day. */
static const char *find_month(int64_t day, struct tm *ret_date)
{
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t at;

    if (day < 0 || day > TEL_DAY_LAST)
        return NULL;
    at = (time_t)(day * DAY_S);
    return gmtime_r(&at, ret_date) != NULL ? months[ret_date->tm_mon] : NULL;
}

const char *tel_figure_short_day(struct tel_figure *buf, int64_t day)
{
    struct tm date;
    const char *month = find_month(day, &date);

    (void)snprintf(buf->text, sizeof(buf->text), "%d" NBSP "%s",
                   month != NULL ? date.tm_mday : 0,
                   month != NULL ? month : "?");
    return buf->text;
}

const char *tel_figure_month(struct tel_figure *buf, int64_t day)
{
    struct tm date;
    const char *month = find_month(day, &date);

    (void)snprintf(buf->text, sizeof(buf->text), "%s" NBSP "%d",
                   month != NULL ? month : "?",
                   month != NULL ? date.tm_year + 1900 : 0);
    return buf->text;
}
