/* SPDX-License-Identifier: MIT */
/*
 * http: requests come in, wait in the queue without a thread of their own,
 * and are answered when what they carry is durable.
 *
 * GET carries one event as its query, POST a batch as its body; the path
 * says nothing. The client's address is never asked for; its user agent and
 * every header but Idempotency-Key are never looked at, and nothing is logged.
 *
 *     tel_queue_start(tools, store, days, tel_http_done, notice, &queue);
 *     tel_http_start(fd, &limits, queue, &http);
 *     ...
 *     tel_http_quiesce(http);
 *     tel_queue_stop(queue);
 *     tel_http_stop(http);
 */
#ifndef TEL_COLLECTOR_HTTP_H
#define TEL_COLLECTOR_HTTP_H

#include "limit.h"
#include "count/queue.h"

struct tel_http;

/*
 * fd listens without blocking, and stays the caller's, who closes it after
 * tel_http_quiesce. limits is copied; only its rate may be 0.
 */
int tel_http_start(int fd, const struct tel_collector_limits *limits,
                   struct tel_queue *queue, struct tel_http **ret_http);

/* Accepts no connection any more; those that are there go on. */
void tel_http_quiesce(struct tel_http *http);

/* Lets answers that are under way leave, for a few seconds, and ends it. All
 * work that was put must have been done. Accepts NULL. */
void tel_http_stop(struct tel_http *http);

/* What the queue calls for each group of works that http has put into it. */
void tel_http_done(struct tel_work *group);

#endif
