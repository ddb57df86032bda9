/* SPDX-License-Identifier: MIT */
/*
 * places: everything between a run and its report that could hold a canary,
 * looked through for one; from the tools to a collector as they really are.
 *
 *     struct world *w = world_new(seed);
 *     ... shape_start(...), look(w, PLACE_TABLE), ...
 *     world_deliver(w);
 *     look_everywhere(w);
 *     w->seen[PLACE_TABLE].found.encoding       NULL: no canary was there
 *     world_free(w);
 */
#ifndef TEL_TEST_PLACES_H
#define TEL_TEST_PLACES_H

#include <sys/types.h>

#include "collect.h"
#include "shapes.h"
#include "tee.h"

enum place {
    PLACE_TABLE,     /* the whole file, freed slots too */
    PLACE_OUTBOX,    /* all of the state folder but the log: names, contents */
    PLACE_LOG,       /* sent.log */
    PLACE_SOCKET,    /* what the collector's socket was sent, and answered */
    PLACE_DATABASE,  /* the collector's, with what SQLite writes beside it */
    PLACE_REPORT,    /* as a table and as JSON */
    PLACE_SAID,      /* what tel's parts and silent tools print */
    PLACE_SENDER,    /* the sender's memory */
    PLACE_COLLECTOR, /* the collector's memory */
    PLACES
};

struct seen {
    unsigned looks;
    uint64_t bytes;
    struct found found; /* of the first canary; encoding NULL: none */
    char around[200];   /* what it stood in, for a person to read */
};

struct world {
    struct collect collect;
    struct tee *tee;
    struct nest *nest;
    char said[256]; /* a file */
    int said_fd;
    char state[256];
    char runs[264]; /* the table's folder, and the table */
    char table[280];
    struct finder all;    /* what is personal, and where tel's files are */
    struct finder person; /* the first of them alone */
    struct seen seen[PLACES];
    pid_t sender; /* that no run has started, or 0 */
};

/* stems: that of what is personal, and that of places. */
struct world *world_new(char stems[2][STEM_LEN + 1]);
void world_free(struct world *world);

const char *place_name(enum place place);

void look(struct world *world, enum place place);
void look_everywhere(struct world *world);
/* Looks through bytes as part of a place. */
void look_through(struct world *world, enum place place, const void *bytes,
                  size_t len);

/* The sender in the background, or 0. */
pid_t world_sender(const struct world *world);
/*
 * Waits for the one that a run has started, which is over by now; starts one
 * where runs start none, as in a sandbox.
 */
void world_need_sender(struct world *world);
/* Ends it, and waits until it is gone. */
void world_end_sender(struct world *world);
/* tel flush, until nothing waits any more. */
void world_deliver(struct world *world);

#endif
