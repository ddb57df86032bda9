/* SPDX-License-Identifier: MIT */
/* totals: which cells one event adds to. */
#include "totals.h"

#include <stdio.h>

static int add(struct tel_store *store, const struct tel_cell *cell,
               const char *item, const char *value)
{
    struct tel_cell named = *cell;

    named.item = item;
    named.value = value;
    return tel_store_add(store, &named);
}

static int add_number(struct tel_store *store, const struct tel_cell *cell,
                      const char *item, uint32_t number)
{
    char value[16];

    (void)snprintf(value, sizeof(value), "%u", number);
    return add(store, cell, item, value);
}

static int add_code(struct tel_store *store, const struct tel_cell *cell,
                    uint8_t code)
{
    int r = add(store, cell, code == 0 ? "ok" : "error", "");

    return r < 0 ? r : add_number(store, cell, "exit", code);
}

static int add_signal(struct tel_store *store, const struct tel_cell *cell,
                      uint8_t sig)
{
    int r = add(store, cell, "signal", "");

    return r < 0 ? r : add_number(store, cell, "sig", sig);
}

static int add_end(struct tel_store *store, const struct tel_cell *cell,
                   const struct tel_event *event)
{
    switch ((enum tel_end)event->end) {
    case TEL_END_CODE:
        return add_code(store, cell, event->code);
    case TEL_END_OK:
        return add(store, cell, "ok", "");
    case TEL_END_ERROR:
        return add(store, cell, "error", "");
    case TEL_END_SIGNAL:
        return add_signal(store, cell, event->code);
    case TEL_END_LOST:
        return add(store, cell, "lost", "");
    case TEL_END_UNSAID:
        return 0;
    }
    return 0;
}

static int add_field(struct tel_store *store, const struct tel_cell *cell,
                     const struct tel_event_field *field)
{
    char item[TEL_STORE_ITEM_MAX + 1];

    (void)snprintf(item, sizeof(item), "field:%s", field->key);
    return add(store, cell, item, field->value);
}

/*
 * Under no event: which command it was and where it crashed are two totals,
 * and their combination would be a third.
 */
static int add_crash(struct tel_store *store, const struct tel_event *event)
{
    const struct tel_cell cell = {
        .tool = event->tool,
        .version = event->version,
        .event = "",
        .item = "crash",
        .value = event->crash,
    };

    return tel_store_add_bounded(store, &cell, TEL_TOTALS_CRASHES_MAX);
}

int tel_totals_add(struct tel_store *store, const struct tel_event *event)
{
    const struct tel_cell cell = {
        .tool = event->tool,
        .version = event->version,
        .event = event->event,
    };
    int r = add(store, &cell, "runs", "");

    if (r == 0)
        r = add_end(store, &cell, event);
    /* Rounded here too, so that the number of cells has a bound whatever a
     * policy allows. */
    if (r == 0 && event->ms >= 0)
        r = add_number(store, &cell, "ms",
                       tel_coarse_rounded((uint64_t)event->ms));
    for (size_t i = 0; r == 0 && i < event->nfields; i++)
        r = add_field(store, &cell, &event->fields[i]);
    if (r == 0 && event->crash[0] != '\0')
        r = add_crash(store, event);
    return r;
}
