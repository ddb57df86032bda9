/* SPDX-License-Identifier: MIT */
/* handover: requests gather for the queue, and come back when it is done. */
#include "handover.h"

static void clear(struct tel_handover *handover)
{
    handover->first = NULL;
    handover->last = &handover->first;
    handover->gathered = 0;
    handover->leavers = 0;
    handover->number++;
}

void tel_handover_start(struct tel_handover *handover, struct tel_queue *queue)
{
    /* Of no group is who has number 0, nor whoever came long ago. */
    *handover = (struct tel_handover){.queue = queue, .number = 1};
    clear(handover);
    (void)pthread_mutex_init(&handover->lock, NULL);
}

void tel_handover_end(struct tel_handover *handover)
{
    (void)pthread_mutex_destroy(&handover->lock);
}

void tel_handover_add(struct tel_handover *handover, struct tel_work *work,
                      uint64_t *number, uint64_t now_us)
{
    if (handover->gathered++ == 0)
        handover->since_us = now_us;
    if (*number + 1 == handover->number)
        handover->missing--;
    *number = handover->number;
    work->next = NULL;
    *handover->last = work;
    handover->last = &work->next;
}

void tel_handover_leave(struct tel_handover *handover, uint64_t number)
{
    if (number == handover->number)
        handover->leavers++;
    else if (number + 1 == handover->number)
        handover->missing--;
}

static bool has_passed(uint64_t since_us, uint64_t now_us)
{
    return now_us - since_us >= TEL_HANDOVER_GATHER_US;
}

bool tel_handover_is_due(const struct tel_handover *handover, uint64_t now_us)
{
    if (handover->gathered == 0 || handover->waiting > 0)
        return false;
    /* Who comes again does so soon after the answer. */
    if (handover->missing > 0 && !has_passed(handover->done_us, now_us))
        return false;
    return handover->gathered >= handover->expected ||
           has_passed(handover->since_us, now_us);
}

struct tel_work *tel_handover_pass(struct tel_handover *handover)
{
    struct tel_work *group = handover->first;
    size_t count = handover->gathered;
    size_t missing = count - handover->leavers;

    clear(handover);
    handover->expected = count;
    handover->missing = missing;
    if (group == NULL || tel_queue_put(handover->queue, group) < 0)
        return group;
    handover->waiting += count;
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

struct tel_work *tel_handover_take(struct tel_handover *handover,
                                   uint64_t now_us)
{
    struct tel_work *group;

    (void)pthread_mutex_lock(&handover->lock);
    group = handover->done;
    handover->done = NULL;
    (void)pthread_mutex_unlock(&handover->lock);
    if (group != NULL)
        handover->done_us = now_us;
    for (struct tel_work *work = group; work != NULL; work = work->next)
        handover->waiting--;
    return group;
}
