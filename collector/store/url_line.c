/* SPDX-License-Identifier: MIT */
/* url_line: the lines of a hosted collector, none of them believed. */
#include "url.h"

#include <errno.h>
#include <string.h>

#include <jansson.h>

/* The parts of a line, borrowed from it. */
struct total {
    const char *tool, *event, *version, *day;
    json_t *cells;
};

static int read_day(const char *text, int64_t *ret_day)
{
    *ret_day = -1;
    if (text[0] == '\0')
        return 0;
    /* Days before the first are numbers that mean something else. */
    return tel_day_parse(text, ret_day) == 0 && *ret_day >= 0 ? 0 : -EBADMSG;
}

static int read_total(json_t *line, struct total *ret_total)
{
    return json_unpack(line, "{s:s,s:s,s:s,s:s,s:o!}", "tool", &ret_total->tool,
                       "event", &ret_total->event, "version",
                       &ret_total->version, "day", &ret_total->day, "cells",
                       &ret_total->cells) == 0 &&
                   json_is_array(ret_total->cells)
               ? 0
               : -EBADMSG;
}

static int order(const struct total *a, const struct total *b)
{
    int r = strcmp(a->tool, b->tool);

    if (r == 0)
        r = strcmp(a->event, b->event);
    if (r == 0)
        r = strcmp(a->version, b->version);
    return r != 0 ? r : strcmp(a->day, b->day);
}

static int take_cells(struct tel_url_lines *lines, const struct total *total,
                      int64_t day)
{
    struct tel_cell cell = {.tool = total->tool,
                            .version = total->version,
                            .event = total->event,
                            .item = "",
                            .value = ""};
    json_t *entry = NULL;
    size_t i;

    json_array_foreach(total->cells, i, entry)
    {
        const char *item = NULL;
        const char *value = NULL;
        json_int_t n = 0;
        int after;
        int r;

        if (json_unpack(entry, "[ssI!]", &item, &value, &n) < 0 || n < 1)
            return -EBADMSG;
        after = strcmp(item, cell.item);
        if (after == 0)
            after = strcmp(value, cell.value);
        if (after <= 0)
            return -EBADMSG;
        cell.item = item;
        cell.value = value;
        r = lines->total(lines->context, day, &cell, (uint64_t)n);
        if (r != 0)
            return r;
    }
    return 0;
}

static int take_total(struct tel_url_lines *lines, json_t *line)
{
    struct total total;
    struct total last;
    int64_t day = -1;
    int r = read_total(line, &total);

    if (r == 0)
        r = read_day(total.day, &day);
    if (r == 0 && lines->last != NULL &&
        (read_total(lines->last, &last) < 0 || order(&last, &total) >= 0))
        r = -EBADMSG;
    return r == 0 ? take_cells(lines, &total, day) : r;
}

static int take_refusal(struct tel_url_lines *lines, json_t *line)
{
    const char *text = NULL;
    const char *reason = NULL;
    int64_t day = -1;
    json_int_t n = 0;

    if (json_unpack(line, "{s:s,s:s,s:I!}", "day", &text, "reason", &reason,
                    "n", &n) < 0 ||
        n < 1 || read_day(text, &day) < 0)
        return -EBADMSG;
    return lines->refusal(lines->context, day, reason, (uint64_t)n);
}

static int take_end(struct tel_url_lines *lines, json_t *line)
{
    json_int_t count = -1;

    if (json_unpack(line, "{s:I!}", "lines", &count) < 0 || count < 0 ||
        (uint64_t)count != lines->count)
        return -EBADMSG;
    lines->ended = true;
    return 0;
}

int tel_url_line(struct tel_url_lines *lines, const char *bytes, size_t len)
{
    json_t *line = lines->ended
                       ? NULL
                       : json_loadb(bytes, len, JSON_REJECT_DUPLICATES, NULL);
    int r = -EBADMSG;

    if (line == NULL)
        return -EBADMSG;
    if (json_object_get(line, "lines") != NULL) {
        r = take_end(lines, line);
    } else {
        r = lines->total != NULL ? take_total(lines, line)
                                 : take_refusal(lines, line);
        lines->count++;
    }
    json_decref(lines->last);
    lines->last = line;
    return r;
}

void tel_url_lines_clear(struct tel_url_lines *lines)
{
    json_decref(lines->last);
    lines->last = NULL;
}
