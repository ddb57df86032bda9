/* SPDX-License-Identifier: MIT */
/*
 * handover: requests gather for the queue, and come back when it is done.
 *
 * One group is with the queue at a time, and the next one gathers meanwhile:
 * the fewer groups, the less each request costs, and nobody waits longer for
 * it, because the next group could not be written before anyway. Where the
 * queue is idle, a group is passed on once it is as large as the one before,
 * and after TEL_HANDOVER_GATHER_US at the latest. So a client that is alone
 * never waits, and a crowd of clients, who come back when they are answered,
 * is one group.
 *
 * Context: one thread, but for tel_handover_done.
 */
#ifndef TEL_COLLECTOR_HANDOVER_H
#define TEL_COLLECTOR_HANDOVER_H

#include <pthread.h>

#include "count/queue.h"

#define TEL_HANDOVER_GATHER_US 1000U

struct tel_handover {
    struct tel_queue *queue;
    struct tel_work *first; /* what has gathered */
    struct tel_work **last;
    size_t gathered;
    uint64_t since_us; /* when the first of it came */
    size_t expected;   /* how large the group before was */
    size_t waiting;    /* with the queue */
    pthread_mutex_t lock;
    struct tel_work *done; /* under lock; by the queue */
};

void tel_handover_start(struct tel_handover *handover, struct tel_queue *queue);
void tel_handover_end(struct tel_handover *handover);

void tel_handover_add(struct tel_handover *handover, struct tel_work *work,
                      uint64_t now_us);

/* Whether it is time to pass on what has gathered. */
bool tel_handover_is_due(const struct tel_handover *handover, uint64_t now_us);

/* Passes it on. Where the queue takes no more, that is what it returns. */
struct tel_work *tel_handover_pass(struct tel_handover *handover);

/* The queue is done with these; from its thread, or from whoever puts. */
void tel_handover_done(struct tel_handover *handover, struct tel_work *group);

/* What the queue is done with, linked by next; NULL: nothing. */
struct tel_work *tel_handover_take(struct tel_handover *handover);

#endif
