/* SPDX-License-Identifier: MIT */
/*
 * hosted: the variants as real processes: the Worker in workerd, the relay in
 * edge-runtime and in Node's http.
 *
 *     pid_t pid = hosted_worker(&e, &port);    totals below edge/disk
 *     pid_t pid = hosted_relay(&e, "edge", "http://127.0.0.1:1/t", &port);
 *     scratch_stop(e.collect.scratch, pid, SIGKILL);
 */
#ifndef TEL_TEST_HOSTED_H
#define TEL_TEST_HOSTED_H

#include "edge.h"

#include <text.h>

/* What reads the totals of hosted_worker; the same in the scratch's "token". */
#define HOSTED_TOKEN "a-token-of-the-tests"

/* Returns once it listens. */
pid_t hosted_worker(struct edge *e, int *ret_port);
/* kind is "edge" or "node". */
pid_t hosted_relay(struct edge *e, const char *kind, const char *collector,
                   int *ret_port);

/* The log of what was started last; the caller frees it. */
char *hosted_log(const struct edge *e);

/*
 * Sends the plan, a file in the form of send.mjs, to a port: the answers, one
 * a line, in the order of the requests.
 */
void hosted_send(struct edge *e, const char *plan, int port,
                 struct text *ret_answers);
/* The same, left to run; its answers come into the scratch's file log. */
pid_t hosted_sending(struct edge *e, const char *plan, int port,
                     const char *log);

/*
 * All totals and refusals of a store, a line each, days summed: of a database,
 * or of a worker where where is a URL.
 */
void hosted_dump(struct edge *e, const char *where, struct text *ret_lines);

#endif
