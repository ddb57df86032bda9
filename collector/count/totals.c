/* SPDX-License-Identifier: MIT */
/* totals: which cells one event adds to. */
#include "totals.h"

#include <tel/text.h>

#include "histogram.h"

static int add(struct tel_sums *sums, const struct tel_cell *cell,
               const char *item, const char *value)
{
    struct tel_cell named = *cell;

    named.item = item;
    named.value = value;
    return tel_sums_add(sums, &named, 0);
}

static int add_number(struct tel_sums *sums, const struct tel_cell *cell,
                      const char *item, uint32_t number)
{
    struct tel_text text;
    char value[16];

    tel_text_start(&text, value, sizeof(value));
    tel_text_number(&text, number);
    return add(sums, cell, item, value);
}

static int add_code(struct tel_sums *sums, const struct tel_cell *cell,
                    uint8_t code)
{
    int r = add(sums, cell, code == 0 ? "ok" : "error", "");

    return r < 0 ? r : add_number(sums, cell, "exit", code);
}

static int add_signal(struct tel_sums *sums, const struct tel_cell *cell,
                      uint8_t sig)
{
    int r = add(sums, cell, "signal", "");

    return r < 0 ? r : add_number(sums, cell, "sig", sig);
}

static int add_end(struct tel_sums *sums, const struct tel_cell *cell,
                   const struct tel_event *event)
{
    switch ((enum tel_end)event->end) {
    case TEL_END_CODE:
        return add_code(sums, cell, event->code);
    case TEL_END_OK:
        return add(sums, cell, "ok", "");
    case TEL_END_ERROR:
        return add(sums, cell, "error", "");
    case TEL_END_SIGNAL:
        return add_signal(sums, cell, event->code);
    case TEL_END_LOST:
        return add(sums, cell, "lost", "");
    case TEL_END_UNSAID:
        return 0;
    }
    return 0;
}

static int add_field(struct tel_sums *sums, const struct tel_cell *cell,
                     const struct tel_event_field *field)
{
    struct tel_text text;
    char item[TEL_STORE_ITEM_MAX + 1];

    tel_text_start(&text, item, sizeof(item));
    tel_text_add(&text, "field:");
    tel_text_add(&text, field->key);
    return add(sums, cell, item, field->value);
}

/*
 * Under no event: which command it was and where it crashed are two totals,
 * and their combination would be a third.
 */
static int add_crash(struct tel_sums *sums, const struct tel_event *event)
{
    const struct tel_cell cell = {
        .tool = event->tool,
        .version = event->version,
        .event = "",
        .item = "crash",
        .value = event->crash,
    };

    return tel_sums_add(sums, &cell, TEL_TOTALS_CRASHES_MAX);
}

int tel_totals_add(struct tel_sums *sums, const struct tel_event *event)
{
    const struct tel_cell cell = {
        .tool = event->tool,
        .version = event->version,
        .event = event->event,
    };
    int r = add(sums, &cell, "runs", "");

    if (r == 0)
        r = add_end(sums, &cell, event);
    if (r == 0 && event->ms >= 0)
        r = add_number(sums, &cell, "ms", tel_bucket_of((uint32_t)event->ms));
    for (size_t i = 0; r == 0 && i < event->nfields; i++)
        r = add_field(sums, &cell, &event->fields[i]);
    if (r == 0 && event->crash[0] != '\0')
        r = add_crash(sums, event);
    return r;
}
