/* SPDX-License-Identifier: MIT */
/* handover: requests gather for the queue, and come back when it is done. */
#include "handover.h"

static void clear(struct tel_handover *handover)
{
    handover->first = NULL;
    handover->last = &handover->first;
    handover->gathered = 0;
}

void tel_handover_start(struct tel_handover *handover, struct tel_queue *queue)
{
    *handover = (struct tel_handover){.queue = queue};
    clear(handover);
    (void)pthread_mutex_init(&handover->lock, NULL);
}

void tel_handover_end(struct tel_handover *handover)
{
    (void)pthread_mutex_destroy(&handover->lock);
}

void tel_handover_add(struct tel_handover *handover, struct tel_work *work,
                      uint64_t now_us)
{
    if (handover->gathered++ == 0)
        handover->since_us = now_us;
    work->next = NULL;
    *handover->last = work;
    handover->last = &work->next;
}

bool tel_handover_is_due(const struct tel_handover *handover, uint64_t now_us)
{
    return handover->gathered > 0 && handover->waiting == 0 &&
           (handover->gathered >= handover->expected ||
            now_us - handover->since_us >= TEL_HANDOVER_GATHER_US);
}

struct tel_work *tel_handover_pass(struct tel_handover *handover)
{
    struct tel_work *group = handover->first;
    size_t count = handover->gathered;

    clear(handover);
    if (group == NULL || tel_queue_put(handover->queue, group) < 0)
        return group;
    handover->waiting += count;
    handover->expected = count;
    return NULL;
}

void tel_handover_done(struct tel_handover *handover, struct tel_work *group)
{
    struct tel_work *last = group;

    while (last->next != NULL)
        last = last->next;
    (void)pthread_mutex_lock(&handover->lock);
    last->next = handover->done;
    handover->done = group;
    (void)pthread_mutex_unlock(&handover->lock);
}

struct tel_work *tel_handover_take(struct tel_handover *handover)
{
    struct tel_work *group;

    (void)pthread_mutex_lock(&handover->lock);
    group = handover->done;
    handover->done = NULL;
    (void)pthread_mutex_unlock(&handover->lock);
    for (struct tel_work *work = group; work != NULL; work = work->next)
        handover->waiting--;
    return group;
}
