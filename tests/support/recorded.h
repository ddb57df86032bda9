/* SPDX-License-Identifier: MIT */
/*
 * recorded: a scratch whose table of runs the test itself reads, in the
 * sender's place: it holds the lease, so that no sender is started.
 *
 *     struct recorded *r = recorded_new();
 *     recorded_tool(r, "host", "[command]\nverbs = none\n");
 *     scratch_run(r->scratch, ...);
 *     struct tel_finished run = recorded_next(r);
 *     recorded_nothing_more(r);
 *     recorded_free(r);
 */
#ifndef TEL_RECORDED_H
#define TEL_RECORDED_H

#include <tel/runs.h>

#include "support.h"

struct recorded {
    struct scratch *scratch;
    struct tel_table *table;
};

struct recorded *recorded_new(void);
void recorded_free(struct recorded *recorded);

/*
 * Gives the tool NAME a policy (id NAME, ms rounded, exit code, then rest,
 * which may begin new sections) and the person's yes.
 */
void recorded_tool(struct recorded *recorded, const char *name,
                   const char *rest);

/* Waits for a run to be over, takes it out of the table and returns it. */
struct tel_finished recorded_next(struct recorded *recorded);

/* Waits until the table knows one run that goes on. */
void recorded_until_running(struct recorded *recorded);

/* Fails unless the table holds no run at all, running or over. */
void recorded_nothing_more(struct recorded *recorded);

/* Fails unless the next run is this event with this end. */
void recorded_expect(struct recorded *recorded, const char *event,
                     enum tel_end end, int code);

/* Fails unless the next run is this event, ended by SIGKILL as far as this
 * kernel tells: else it is lost. */
void recorded_expect_killed(struct recorded *recorded, const char *event);

#endif
