/* SPDX-License-Identifier: MIT */
/* Sums of events, a tool at a time. */
#include "totals.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Room for one element more of size bytes behind count of them, zeroed; lists
 * grow when count is a power of two. NULL: no memory, and *list is unchanged.
 */
static void *append(void **list, size_t *count, size_t size)
{
    if ((*count & (*count - 1)) == 0) {
        size_t room = *count == 0 ? 1 : 2 * *count;
        void *longer = reallocarray(*list, room, size);

        if (longer == NULL)
            return NULL;
        *list = longer;
    }
    return memset((char *)*list + (*count)++ * size, 0, size);
}

static struct totals_tool *find_tool(struct totals *totals, const char *id)
{
    void *list = totals->tools;
    struct totals_tool *tool;

    for (size_t i = 0; i < totals->ntools; i++) {
        if (strcmp(totals->tools[i].id, id) == 0)
            return &totals->tools[i];
    }
    tool = append(&list, &totals->ntools, sizeof(*tool));
    totals->tools = list;
    if (tool != NULL)
        snprintf(tool->id, sizeof(tool->id), "%s", id);
    return tool;
}

static struct totals_event *find_event(struct totals_tool *tool,
                                       const char *name)
{
    void *list = tool->events;
    struct totals_event *event;

    for (size_t i = 0; i < tool->nevents; i++) {
        if (strcmp(tool->events[i].name, name) == 0)
            return &tool->events[i];
    }
    event = append(&list, &tool->nevents, sizeof(*event));
    tool->events = list;
    if (event != NULL)
        snprintf(event->name, sizeof(event->name), "%s", name);
    return event;
}

static int add_value(struct totals_tool *tool,
                     const struct tel_event_field *field)
{
    void *list = tool->values;
    struct totals_value *value = NULL;

    for (size_t i = 0; i < tool->nvalues && value == NULL; i++) {
        if (strcmp(tool->values[i].key, field->key) == 0 &&
            strcmp(tool->values[i].value, field->value) == 0)
            value = &tool->values[i];
    }
    if (value == NULL) {
        value = append(&list, &tool->nvalues, sizeof(*value));
        tool->values = list;
        if (value == NULL)
            return -ENOMEM;
        memcpy(value->key, field->key, sizeof(value->key));
        memcpy(value->value, field->value, sizeof(value->value));
    }
    value->runs++;
    return 0;
}

static void add_end(struct totals_event *sum, const struct tel_event *event)
{
    switch ((enum tel_end)event->end) {
    case TEL_END_OK:
        sum->ok++;
        break;
    case TEL_END_ERROR:
        sum->failed++;
        break;
    case TEL_END_CODE:
        if (event->code == 0)
            sum->ok++;
        else
            sum->failed++;
        break;
    case TEL_END_SIGNAL:
        sum->signaled++;
        break;
    case TEL_END_LOST:
        sum->lost++;
        break;
    case TEL_END_UNSAID:
        break;
    }
}

static int add_duration(struct totals_event *sum, int32_t ms)
{
    void *list = sum->ms;
    uint32_t *slot;

    if (ms < 0)
        return 0;
    slot = append(&list, &sum->nms, sizeof(*slot));
    sum->ms = list;
    if (slot == NULL)
        return -ENOMEM;
    *slot = (uint32_t)ms;
    return 0;
}

int totals_add(struct totals *totals, const struct tel_event *event,
               enum totals_place place, const char *day)
{
    struct totals_tool *tool = find_tool(totals, event->tool);
    struct totals_event *sum =
        tool != NULL ? find_event(tool, event->event) : NULL;
    int r = sum != NULL ? add_duration(sum, event->ms) : -ENOMEM;

    for (unsigned i = 0; r == 0 && i < event->nfields; i++)
        r = add_value(tool, &event->fields[i]);
    if (r < 0)
        return r;
    if (day != NULL && (tool->since[0] == '\0' || strcmp(day, tool->since) < 0))
        snprintf(tool->since, sizeof(tool->since), "%s", day);
    tool->places[place]++;
    sum->runs++;
    add_end(sum, event);
    return 0;
}

static int by_id(const void *a, const void *b)
{
    const struct totals_tool *one = a;
    const struct totals_tool *other = b;

    return strcmp(one->id, other->id);
}

static int by_runs(const void *a, const void *b)
{
    const struct totals_event *one = a;
    const struct totals_event *other = b;

    if (one->runs != other->runs)
        return one->runs > other->runs ? -1 : 1;
    return strcmp(one->name, other->name);
}

static int by_key(const void *a, const void *b)
{
    const struct totals_value *one = a;
    const struct totals_value *other = b;
    int order = strcmp(one->key, other->key);

    if (order == 0 && one->runs != other->runs)
        return one->runs > other->runs ? -1 : 1;
    return order != 0 ? order : strcmp(one->value, other->value);
}

static int by_number(const void *a, const void *b)
{
    uint32_t one = *(const uint32_t *)a;
    uint32_t other = *(const uint32_t *)b;

    return (one > other) - (one < other);
}

static void sort(void *list, size_t count, size_t size,
                 int (*compare)(const void *, const void *))
{
    if (count > 1)
        qsort(list, count, size, compare);
}

void totals_sort(struct totals *totals)
{
    sort(totals->tools, totals->ntools, sizeof(totals->tools[0]), by_id);
    for (size_t i = 0; i < totals->ntools; i++) {
        struct totals_tool *tool = &totals->tools[i];

        sort(tool->events, tool->nevents, sizeof(tool->events[0]), by_runs);
        sort(tool->values, tool->nvalues, sizeof(tool->values[0]), by_key);
        for (size_t n = 0; n < tool->nevents; n++)
            sort(tool->events[n].ms, tool->events[n].nms, sizeof(uint32_t),
                 by_number);
    }
}

void totals_clear(struct totals *totals)
{
    for (size_t i = 0; i < totals->ntools; i++) {
        struct totals_tool *tool = &totals->tools[i];

        for (size_t n = 0; n < tool->nevents; n++)
            free(tool->events[n].ms);
        free(tool->events);
        free(tool->values);
    }
    free(totals->tools);
    *totals = (struct totals){NULL};
}

uint64_t totals_runs(const struct totals_tool *tool)
{
    uint64_t runs = 0;

    for (int i = 0; i < TOTALS_PLACES; i++)
        runs += tool->places[i];
    return runs;
}

long totals_median_ms(const struct totals_event *event)
{
    return event->nms > 0 ? (long)event->ms[(event->nms - 1) / 2] : -1;
}
