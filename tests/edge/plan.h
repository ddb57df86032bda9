/* SPDX-License-Identifier: MIT */
/*
 * plan: requests to be sent to several collectors, as send.mjs reads them: GET
 * and POST, most of them with a key, some of them sent again with the key that
 * they had; many of their events are refused, some are none.
 */
#ifndef TEL_TEST_PLAN_H
#define TEL_TEST_PLAN_H

#include "drawn.h"
#include "count/tools.h"

#define PLAN_MAX 4096

struct plan {
    struct text lines;
    size_t count;   /* of lines */
    size_t counted; /* events that count, each once */
    size_t events;  /* those that are refused, too; each once */
    unsigned
        runs[PLAN_MAX];   /* what each request counts, where it is sent first */
    bool again[PLAN_MAX]; /* it was sent before */
};

/* Adds gets requests of one event and posts of batch events each. */
void plan_draw(struct plan *plan, const struct tel_tools *tools,
               struct drawn *drawn, size_t gets, size_t posts, size_t batch,
               bool all_keyed);
void plan_clear(struct plan *plan);

#endif
