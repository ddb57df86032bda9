/* SPDX-License-Identifier: MIT */
/* queue: group commit, by one thread that writes. */
#include "queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sums.h"
#include "wipe.h"

/* What one transaction takes at most, so that no group keeps the next one
 * waiting long. */
#define GROUP_BYTES 1048576
#define GROUP_REQUESTS 1024

struct tel_queue {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_cond_t replaced;
    struct tel_work *first;             /* under lock */
    struct tel_work **last;             /* under lock */
    bool stopping;                      /* under lock */
    const struct tel_tools *next_tools; /* under lock; NULL: none are */
    bool failing;                       /* the thread's own, as is all below */
    const struct tel_tools *tools;
    struct tel_store *store;
    struct tel_sums *sums;
    struct tel_intake *group[GROUP_REQUESTS];
    void (*done)(struct tel_work *group);
    void (*notice)(const char *text);
};

/* Says once that the store fails, and once that it works again. */
static void tell(struct tel_queue *queue, bool failing)
{
    char text[320];

    if (failing == queue->failing)
        return;
    queue->failing = failing;
    tel_store_meter(queue->store)->failing = failing;
    if (queue->notice == NULL)
        return;
    if (failing) {
        (void)snprintf(text, sizeof(text),
                       "the database fails (%s): answering 503 meanwhile",
                       tel_store_fault(queue->store));
        queue->notice(text);
    } else {
        queue->notice("the database works again");
    }
}

/* Between two groups: the tools that wait take the place of the others. */
static void take_tools(struct tel_queue *queue)
{
    if (queue->next_tools == NULL)
        return;
    queue->tools = queue->next_tools;
    queue->next_tools = NULL;
    (void)pthread_cond_signal(&queue->replaced);
}

/* Waits for work and takes a group of it; NULL: there will be no more. */
static struct tel_work *take_group(struct tel_queue *queue, size_t *ret_count)
{
    struct tel_work *group = NULL;
    struct tel_work **end = &group;
    size_t bytes = 0;
    size_t count = 0;

    (void)pthread_mutex_lock(&queue->lock);
    take_tools(queue);
    while (queue->first == NULL && !queue->stopping) {
        (void)pthread_cond_wait(&queue->changed, &queue->lock);
        take_tools(queue);
    }
    while (queue->first != NULL && bytes < GROUP_BYTES &&
           count < GROUP_REQUESTS) {
        struct tel_work *work = queue->first;

        queue->first = work->next;
        work->next = NULL;
        *end = work;
        end = &work->next;
        bytes += work->intake.len;
        queue->group[count++] = &work->intake;
    }
    if (queue->first == NULL)
        queue->last = &queue->first;
    (void)pthread_mutex_unlock(&queue->lock);
    *ret_count = count;
    return group;
}

static int count(struct tel_queue *queue, size_t requests)
{
    int r = tel_store_begin(queue->store, (int64_t)(time(NULL) / 86400));

    if (r == 0)
        r = tel_intake_take(queue->group, requests, queue->tools, queue->store,
                            queue->sums);
    if (r == 0)
        r = tel_store_commit(queue->store);
    if (r < 0)
        tel_store_rollback(queue->store);
    tel_sums_clear(queue->sums);
    tel_wipe_stack();
    return r;
}

/* Once done, a work is not ours to read any more. */
static void give_back(struct tel_queue *queue, struct tel_work *group)
{
    struct tel_work *rest = NULL;
    struct tel_work **end = &rest;

    while (group != NULL) {
        struct tel_work *work = group;

        group = work->next;
        work->next = NULL;
        if (work->done != NULL) {
            work->done(work);
        } else {
            *end = work;
            end = &work->next;
        }
    }
    if (rest != NULL)
        queue->done(rest);
}

static void *write_groups(void *context)
{
    struct tel_queue *queue = context;
    struct tel_work *group = NULL;
    size_t requests = 0;

    while ((group = take_group(queue, &requests)) != NULL) {
        int r = count(queue, requests);

        tell(queue, r < 0);
        (void)atomic_fetch_sub(&tel_store_meter(queue->store)->waiting,
                               requests);
        for (struct tel_work *work = group; r < 0 && work != NULL;
             work = work->next)
            work->intake.status = 503;
        give_back(queue, group);
    }
    return NULL;
}

int tel_queue_start(const struct tel_tools *tools, struct tel_store *store,
                    void (*done)(struct tel_work *group),
                    void (*notice)(const char *text),
                    struct tel_queue **ret_queue)
{
    struct tel_queue *queue = calloc(1, sizeof(*queue));
    int r;

    if (queue == NULL)
        return -ENOMEM;
    (void)pthread_mutex_init(&queue->lock, NULL);
    (void)pthread_cond_init(&queue->changed, NULL);
    (void)pthread_cond_init(&queue->replaced, NULL);
    queue->last = &queue->first;
    queue->tools = tools;
    queue->store = store;
    queue->done = done;
    queue->notice = notice;
    r = tel_sums_new(&queue->sums);
    if (r < 0) {
        tel_queue_free(queue);
        return r;
    }
    r = pthread_create(&queue->thread, NULL, write_groups, queue);
    if (r != 0) {
        tel_queue_free(queue);
        return -r;
    }
    *ret_queue = queue;
    return 0;
}

int tel_queue_put(struct tel_queue *queue, struct tel_work *works)
{
    uint64_t count = 0;
    int r = 0;

    (void)pthread_mutex_lock(&queue->lock);
    if (queue->stopping) {
        r = -ESHUTDOWN;
    } else {
        *queue->last = works;
        while (*queue->last != NULL) {
            queue->last = &(*queue->last)->next;
            count++;
        }
        (void)atomic_fetch_add(&tel_store_meter(queue->store)->waiting, count);
        (void)pthread_cond_signal(&queue->changed);
    }
    (void)pthread_mutex_unlock(&queue->lock);
    return r;
}

struct tel_meter *tel_queue_meter(struct tel_queue *queue)
{
    return tel_store_meter(queue->store);
}

void tel_queue_judge_by(struct tel_queue *queue, const struct tel_tools *tools)
{
    (void)pthread_mutex_lock(&queue->lock);
    queue->next_tools = tools;
    (void)pthread_cond_signal(&queue->changed);
    while (queue->next_tools != NULL)
        (void)pthread_cond_wait(&queue->replaced, &queue->lock);
    (void)pthread_mutex_unlock(&queue->lock);
}

void tel_queue_stop(struct tel_queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    queue->stopping = true;
    (void)pthread_cond_signal(&queue->changed);
    (void)pthread_mutex_unlock(&queue->lock);
    (void)pthread_join(queue->thread, NULL);
}

void tel_queue_free(struct tel_queue *queue)
{
    if (queue == NULL)
        return;
    (void)pthread_cond_destroy(&queue->replaced);
    (void)pthread_cond_destroy(&queue->changed);
    (void)pthread_mutex_destroy(&queue->lock);
    tel_sums_free(queue->sums);
    free(queue);
}
