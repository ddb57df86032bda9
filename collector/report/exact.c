/* SPDX-License-Identifier: MIT */
/* exact: the totals as the store has them, in the shape of a report. */
#include "exact.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The pointer is copied, because a pointer to one type must not be read as a
 * pointer to another. */
void *tel_append(void *array, size_t *count, size_t size)
{
    void *at = NULL;

    memcpy(&at, array, sizeof(at));
    /* The room doubles whenever the count is a power of two. */
    if ((*count & (*count - 1)) == 0) {
        void *more = reallocarray(at, *count == 0 ? 1 : 2 * *count, size);

        if (more == NULL)
            return NULL;
        memcpy(array, &more, sizeof(more));
        at = more;
    }
    return memset((char *)at + size * (*count)++, 0, size);
}

int tel_exact_copy(char *to, size_t size, const char *from)
{
    size_t len = strlen(from);

    if (len >= size)
        return -EBADMSG;
    memcpy(to, from, len + 1);
    return 0;
}

static int order(const struct tel_exact_cell *cell, const char *item,
                 const char *value)
{
    int by_item = strcmp(cell->item, item);

    return by_item != 0 ? by_item : strcmp(cell->value, value);
}

/* The first cell that is not before this name; true where it has the name. */
static bool find(const struct tel_exact_cells *cells, const char *item,
                 const char *value, size_t *ret_place)
{
    size_t from = 0;
    size_t to = cells->len;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (order(&cells->at[middle], item, value) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    *ret_place = from;
    return from < cells->len && order(&cells->at[from], item, value) == 0;
}

static int insert(struct tel_exact_cells *cells, size_t place, const char *item,
                  const char *value)
{
    struct tel_exact_cell cell = {.n = 0};
    int r = tel_exact_copy(cell.item, sizeof(cell.item), item);

    if (r == 0)
        r = tel_exact_copy(cell.value, sizeof(cell.value), value);
    if (r < 0)
        return r;
    if (tel_append(&cells->at, &cells->len, sizeof(cell)) == NULL)
        return -ENOMEM;
    memmove(&cells->at[place + 1], &cells->at[place],
            (cells->len - 1 - place) * sizeof(cell));
    cells->at[place] = cell;
    return 0;
}

int tel_exact_add(struct tel_exact_cells *cells, const char *item,
                  const char *value, uint64_t n)
{
    size_t place = cells->next;

    if ((place >= cells->len || order(&cells->at[place], item, value) != 0) &&
        !find(cells, item, value, &place)) {
        int r = insert(cells, place, item, value);

        if (r < 0)
            return r;
    }
    cells->at[place].n += n;
    cells->next = place + 1;
    return 0;
}

uint64_t tel_exact_of(const struct tel_exact_cells *cells, const char *item,
                      const char *value)
{
    size_t place;

    return find(cells, item, value, &place) ? cells->at[place].n : 0;
}

static int enter_tool(struct tel_exact *exact, const char *id,
                      struct tel_exact_tool **ret_tool)
{
    struct tel_exact_tool *tool = NULL;

    if (exact->ntools > 0)
        tool = &exact->tools[exact->ntools - 1];
    if (tool == NULL || strcmp(tool->id, id) != 0) {
        tool = tel_append(&exact->tools, &exact->ntools, sizeof(*tool));
        if (tool == NULL)
            return -ENOMEM;
    }
    *ret_tool = tool;
    return tel_exact_copy(tool->id, sizeof(tool->id), id);
}

static int enter_event(struct tel_exact_tool *tool, const char *name,
                       struct tel_exact_event **ret_event)
{
    struct tel_exact_event *event = NULL;

    if (tool->nevents > 0)
        event = &tool->events[tool->nevents - 1];
    if (event == NULL || strcmp(event->event, name) != 0) {
        event = tel_append(&tool->events, &tool->nevents, sizeof(*event));
        if (event == NULL)
            return -ENOMEM;
    }
    *ret_event = event;
    return tel_exact_copy(event->event, sizeof(event->event), name);
}

static int enter_part(struct tel_exact_event *event, const char *version,
                      int64_t day, struct tel_exact_part **ret_part)
{
    struct tel_exact_part *part = NULL;

    if (event->nparts > 0)
        part = &event->parts[event->nparts - 1];
    if (part == NULL || strcmp(part->version, version) != 0) {
        part = tel_append(&event->parts, &event->nparts, sizeof(*part));
        if (part == NULL)
            return -ENOMEM;
        part->day = day;
    }
    if (part->day != day) {
        part->day = day;
        part->cells.next = 0;
    }
    *ret_part = part;
    return tel_exact_copy(part->version, sizeof(part->version), version);
}

static int add_runs(struct tel_exact_part *part, int64_t day, uint64_t n)
{
    struct tel_exact_day *more =
        tel_append(&part->days, &part->ndays, sizeof(*more));

    if (more == NULL)
        return -ENOMEM;
    *more = (struct tel_exact_day){day, n};
    return 0;
}

int tel_exact_take(void *context, int64_t day, const struct tel_cell *cell,
                   uint64_t n)
{
    struct tel_exact *exact = context;
    struct tel_exact_tool *tool = NULL;
    struct tel_exact_event *event = NULL;
    struct tel_exact_part *part = NULL;
    int r;

    /* -1: days are summed. Further off there is nothing to reckon with. */
    if (day < -1 || day > TEL_DAY_LAST)
        return -EBADMSG;
    r = enter_tool(exact, cell->tool, &tool);
    if (r == 0)
        r = enter_event(tool, cell->event, &event);
    if (r == 0)
        r = enter_part(event, cell->version, day, &part);
    if (r == 0)
        r = tel_exact_add(&part->cells, cell->item, cell->value, n);
    if (r == 0 && strcmp(cell->item, "runs") == 0)
        r = add_runs(part, day, n);
    return r;
}

static void clear_event(struct tel_exact_event *event)
{
    for (size_t i = 0; i < event->nparts; i++) {
        free(event->parts[i].cells.at);
        free(event->parts[i].days);
    }
    free(event->parts);
}

void tel_exact_clear(struct tel_exact *exact)
{
    for (size_t i = 0; i < exact->ntools; i++) {
        for (size_t j = 0; j < exact->tools[i].nevents; j++)
            clear_event(&exact->tools[i].events[j]);
        free(exact->tools[i].events);
    }
    free(exact->tools);
    *exact = (struct tel_exact){0};
}
