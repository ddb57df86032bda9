/* SPDX-License-Identifier: MIT */
/* hold_sum: one sum that a reader can do. */
#include "hold.h"

#include <stdlib.h>

void tel_hold_part(struct tel_holding *h, struct tel_published *count)
{
    if (h->count == h->room) {
        size_t room = h->room > 0 ? 2 * h->room : 64;
        struct tel_published **more =
            reallocarray(h->parts, room, sizeof(struct tel_published *));

        h->failed = h->failed || more == NULL;
        if (more == NULL)
            return;
        h->parts = more;
        h->room = room;
    }
    h->parts[h->count++] = count;
}

static void forget(struct tel_holding *h)
{
    h->count = 0;
    h->unsaid = 0;
}

/* A total below k of as many parts that are not 0 says that each is 1. */
static void hold_parts(struct tel_holding *h)
{
    size_t held = 0;

    for (size_t i = 0; i < h->count; i++)
        held += h->parts[i]->held;
    for (size_t i = 0; held + 1 >= h->report->k && i < h->count; i++)
        *h->parts[i] = tel_publish_nothing();
}

/* The one part that is all of the total; NULL where there is none. */
static struct tel_published *only_part(const struct tel_holding *h)
{
    struct tel_published *only = NULL;

    for (size_t i = 0; i < h->count; i++) {
        if (h->parts[i]->n == 0 && !h->parts[i]->held)
            continue;
        if (only != NULL || h->parts[i]->held)
            return NULL;
        only = h->parts[i];
    }
    return h->unsaid == 0 ? only : NULL;
}

/* What is the same count is told alike. What is further apart is not: a field
 * that not all versions have. */
static void move_both(struct tel_holding *h, struct tel_published *total,
                      struct tel_published *part)
{
    uint64_t apart =
        total->n > part->n ? total->n - part->n : part->n - total->n;

    if (total->moved == part->moved || apart > h->report->k)
        return;
    if (total->moved)
        *part = *total;
    else
        *total = *part;
    h->moved = true;
}

void tel_hold_sum(struct tel_holding *h, struct tel_published *total)
{
    struct tel_published *only = only_part(h);

    if (total->held) {
        hold_parts(h);
    } else if (only != NULL) {
        move_both(h, total, only);
    } else if (tel_publish_guard(total,
                                 (const struct tel_published *const *)h->parts,
                                 h->count, h->unsaid, h->report->k)) {
        h->moved = true;
    }
    forget(h);
}
