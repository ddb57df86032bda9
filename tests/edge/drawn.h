/* SPDX-License-Identifier: MIT */
/*
 * drawn: events at random, most of which a policy of edge_setup allows, and
 * texts that were events before something happened to them. The same seed
 * draws the same.
 */
#ifndef TEL_TEST_DRAWN_H
#define TEL_TEST_DRAWN_H

#include <text.h>

#include <tel/event.h>

struct drawn {
    uint64_t state; /* the seed, at first */
};

/* From 0 to below - 1. */
unsigned draw(struct drawn *drawn, unsigned below);

/* An event; few of its parts are wrong, and in half of all events none. */
void draw_event(struct drawn *drawn, struct tel_event *ret_event);

/* The event in one of the two forms, as it is written. */
void draw_text(struct drawn *drawn, enum tel_method method, struct text *text);

/* Changes some bytes of it. */
void draw_change(struct drawn *drawn, struct text *text);

#endif
