/* SPDX-License-Identifier: MIT */
/*
 * health: whether a request would be counted now. It is tried: a probe goes
 * the way of all requests, through the queue and into the database.
 *
 * Context: normal; tel_health_ask from one thread, which may have to wait.
 */
#ifndef TEL_COLLECTOR_HEALTH_H
#define TEL_COLLECTOR_HEALTH_H

#include "count/queue.h"

#define TEL_HEALTH_OK "ok"
#define TEL_HEALTH_DATABASE "database" /* does not take what it is given */
#define TEL_HEALTH_QUEUE "queue"       /* has not come to the probe in time */

struct tel_health;

int tel_health_new(struct tel_queue *queue, struct tel_health **ret_health);
/* Once the queue has been stopped. Accepts NULL. */
void tel_health_free(struct tel_health *health);

/* Longer than a store waits for a busy database before it gives up. */
#define TEL_HEALTH_PATIENCE_MS 4000

/* One of the words above, up to a second old. Waits for patience_ms at the
 * most. */
const char *tel_health_ask(struct tel_health *health, unsigned patience_ms);

#endif
