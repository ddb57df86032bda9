/* SPDX-License-Identifier: MIT */
/*
 * queue: group commit. What has gathered goes into one transaction; that is
 * committed, and only then each request is answered. So the slower the disk,
 * the larger the groups.
 *
 *     tel_queue_start(tools, store, retention_days, done, notice, &queue);
 *     tel_queue_put(queue, works);
 *     tel_queue_stop(queue);             what was put is done before it returns
 *
 * Where the store begins at once, whoever puts a group writes it, too: a
 * request is then at home in one processor's cache, and no thread has to be
 * woken. Where it does not, a thread writes what is put meanwhile.
 *
 * Between start and stop the store is the queue's alone. A work is the
 * caller's again once done was called for it, within tel_queue_put or from
 * the queue's thread: once a group, whose works are linked by next. At the
 * start and once a day, totals that are older than retention_days are
 * forgotten, by the thread and in steps (0: never).
 */
#ifndef TEL_COLLECTOR_QUEUE_H
#define TEL_COLLECTOR_QUEUE_H

#include "intake.h"

struct tel_work {
    struct tel_work *next;
    void (*done)(struct tel_work *work); /* alone; NULL: the queue's */
    struct tel_intake intake;
};

struct tel_queue;

int tel_queue_start(const struct tel_tools *tools, struct tel_store *store,
                    unsigned retention_days,
                    void (*done)(struct tel_work *group),
                    void (*notice)(const char *text),
                    struct tel_queue **ret_queue);

/* Works linked by next. 0, or -ESHUTDOWN once the queue is being stopped: then
 * none of them was put. */
int tel_queue_put(struct tel_queue *queue, struct tel_work *works);

/* What the queue's store, the queue and its clients count. */
struct tel_meter *tel_queue_meter(struct tel_queue *queue);

/*
 * Whatever is put from now on is judged by these tools; a group that is being
 * written is finished by the ones before, and then this returns and they are
 * no more used. Not after tel_queue_stop.
 */
void tel_queue_judge_by(struct tel_queue *queue, const struct tel_tools *tools);

/* Finishes what is queued, ends the thread and refuses from then on. */
void tel_queue_stop(struct tel_queue *queue);

/* After tel_queue_stop, once nobody can put any more. Accepts NULL. */
void tel_queue_free(struct tel_queue *queue);

#endif
