/* SPDX-License-Identifier: MIT */
/*
 * monitor: how the collector is, told on a listener of its own.
 *
 *     GET /healthz    "ok", or 503 and a word for what is wrong
 *     GET /metrics    Prometheus' text: the collector's own counters, live, and
 *                     the totals of days that have ended (ended.h)
 *
 * What asks costs little: however often it does, the database is tried once a
 * second at the most.
 *
 *     tel_monitor_start(fd, queue, db, k, &monitor);
 *     ...
 *     tel_monitor_quiesce(monitor);       nothing is answered any more
 *     tel_queue_stop(queue);
 *     tel_monitor_free(monitor);
 *
 * Errors: 0 or -errno. Context: normal.
 */
#ifndef TEL_COLLECTOR_MONITOR_H
#define TEL_COLLECTOR_MONITOR_H

#include "count/queue.h"

struct tel_monitor;

/* fd listens without blocking, and stays the caller's; db is what a reader of
 * stores takes. */
int tel_monitor_start(int fd, struct tel_queue *queue, const char *db,
                      uint64_t k, struct tel_monitor **ret_monitor);
void tel_monitor_quiesce(struct tel_monitor *monitor); /* accepts NULL */
void tel_monitor_free(struct tel_monitor *monitor);    /* accepts NULL */

#endif
