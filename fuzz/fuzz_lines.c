/* SPDX-License-Identifier: MIT */
/*
 * What a hosted collector is said to have answered: every row that is given is
 * one that a store may give. The first byte says whether totals or refusals
 * were asked for.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "store/url.h"

static void check(int64_t day, const char *string, uint64_t n)
{
    char text[TEL_DAY_MAX + 1];
    int64_t again = -1;

    tel_day_text(day < 0 ? 0 : day, text);
    if (n == 0 || n > INT64_MAX || string == NULL || day < -1 ||
        tel_day_parse(text, &again) < 0)
        abort();
}

static int total(void *context, int64_t day, const struct tel_cell *cell,
                 uint64_t n)
{
    (void)context;
    check(day, cell->tool, n);
    check(day, cell->event, n);
    check(day, cell->version, n);
    check(day, cell->item, n);
    check(day, cell->value, n);
    return 0;
}

static int refusal(void *context, int64_t day, const char *reason, uint64_t n)
{
    (void)context;
    check(day, reason, n);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tel_url_lines lines = {0};
    const char *at = (const char *)data;
    const char *end = at + size;

    if (size > 0 && *at++ == 'r')
        lines.refusal = refusal;
    else
        lines.total = total;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline != NULL ? newline : end;

        if (stop > at && tel_url_line(&lines, at, (size_t)(stop - at)) < 0)
            break;
        at = stop + 1;
    }
    tel_url_lines_clear(&lines);
    return 0;
}
