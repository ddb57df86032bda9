/* SPDX-License-Identifier: MIT */
/*
 * second: an honest client on a connection of its own, which is to be served
 * whatever others do meanwhile.
 *
 *     struct second second;
 *     serve_with(&c, TEL_COLLECT, "--deadline", "200", NULL);
 *     second_open(&second, &c);
 *     ... second_send(&second) between all that the others do ...
 *     second_close(&second);       each of its events is in the totals
 */
#ifndef TEL_TEST_SECOND_H
#define TEL_TEST_SECOND_H

#include "collect.h"

/* Starts this program as the collector, with more options up to a NULL. */
void serve_with(struct collect *c, const char *program, ...)
    __attribute__((sentinel));

struct second {
    struct collect *collect;
    int fd;
    unsigned sent;
};

void second_open(struct second *second, struct collect *c);

/* One event, which has to be answered 204. */
void second_send(struct second *second);

/* Leaves, and holds the total of its event against what it has sent. */
void second_close(struct second *second);

#endif
