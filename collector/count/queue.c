/* SPDX-License-Identifier: MIT */
/* queue: group commit, by whoever puts a group, or by a thread that writes. */
#include "queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sums.h"
#include "receive/wipe.h"

/* What one transaction takes at most, so that no group keeps the next one
 * waiting long. */
#define GROUP_BYTES 1048576
#define GROUP_REQUESTS 1024

/* For so long what was written may stand in a journal, group by group. */
#define UNTIDY_S 5

/*
 * Under lock, but for what the thread uses while writing is set, when nobody
 * else touches it.
 */
struct tel_queue {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_cond_t replaced;
    struct tel_work *first;
    struct tel_work **last;
    bool stopping;
    bool writing;                       /* the thread, and without the lock */
    const struct tel_tools *next_tools; /* NULL: none are */
    /* From here on the writer's, whoever that is. */
    bool failing;
    int64_t day;      /* today, as of the latest group or midnight */
    int64_t retained; /* the day whose retention is done */
    bool untidy;      /* something was written since */
    struct timespec tidy_at;
    unsigned retention_days;
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

/* Takes a group of what is queued. */
static struct tel_work *take_group(struct tel_queue *queue, size_t *ret_count)
{
    struct tel_work *group = NULL;
    struct tel_work **end = &group;
    size_t bytes = 0;
    size_t count = 0;

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
    *ret_count = count;
    return group;
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

/* From the first group on. */
static void leave_untidy(struct tel_queue *queue)
{
    if (queue->untidy)
        return;
    queue->untidy = true;
    (void)clock_gettime(CLOCK_REALTIME, &queue->tidy_at);
    queue->tidy_at.tv_sec += UNTIDY_S;
}

/* Within a transaction that has begun, or has failed to. */
static void finish_group(struct tel_queue *queue, struct tel_work *group,
                         size_t requests, int r)
{
    if (r == 0)
        r = tel_intake_take(queue->group, requests, queue->tools, queue->store,
                            queue->sums);
    if (r == 0)
        r = tel_store_commit(queue->store);
    if (r < 0) {
        tel_store_rollback(queue->store);
        tel_meter_failed(tel_store_meter(queue->store));
    } else {
        leave_untidy(queue);
    }
    tel_sums_clear(queue->sums);
    tel_wipe_traces();
    tell(queue, r < 0);
    for (struct tel_work *work = group; r < 0 && work != NULL;
         work = work->next)
        work->intake.status = 503;
    (void)atomic_fetch_sub(&tel_store_meter(queue->store)->waiting, requests);
    give_back(queue, group);
}

/* The day of a group. */
static int64_t new_day(struct tel_queue *queue)
{
    queue->day = tel_day_today();
    return queue->day;
}

/* Writes what is queued as long as that keeps nobody waiting. */
static void write_now(struct tel_queue *queue)
{
    while (queue->first != NULL) {
        struct tel_work *group = NULL;
        size_t requests = 0;
        int r = tel_store_begin_now(queue->store, new_day(queue));

        if (r == -EBUSY)
            return;
        group = take_group(queue, &requests);
        finish_group(queue, group, requests, r);
    }
}

/* The lock is given up meanwhile. */
static void write_later(struct tel_queue *queue)
{
    size_t requests = 0;
    struct tel_work *group = take_group(queue, &requests);

    queue->writing = true;
    (void)pthread_mutex_unlock(&queue->lock);
    finish_group(queue, group, requests,
                 tel_store_begin(queue->store, new_day(queue)));
    (void)pthread_mutex_lock(&queue->lock);
    queue->writing = false;
}

static bool has_to_retain(const struct tel_queue *queue)
{
    return queue->retention_days > 0 && queue->retained != queue->day;
}

/* A step; after a failure, it is tried again with the next day. */
static void retain(struct tel_queue *queue)
{
    int64_t day = queue->day;
    int r;

    queue->writing = true;
    (void)pthread_mutex_unlock(&queue->lock);
    r = tel_store_retain(queue->store, day - (int64_t)queue->retention_days);
    (void)pthread_mutex_lock(&queue->lock);
    queue->writing = false;
    if (r <= 0)
        queue->retained = day;
}

static bool has_to_tidy(const struct tel_queue *queue)
{
    struct timespec now;

    if (!queue->untidy)
        return false;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    /* Or the clock was put back meanwhile. */
    return now.tv_sec + UNTIDY_S < queue->tidy_at.tv_sec ||
           now.tv_sec > queue->tidy_at.tv_sec ||
           (now.tv_sec == queue->tidy_at.tv_sec &&
            now.tv_nsec >= queue->tidy_at.tv_nsec);
}

/* Where it fails, it is tried again as late as after a group. */
static void tidy(struct tel_queue *queue)
{
    int r;

    queue->writing = true;
    (void)pthread_mutex_unlock(&queue->lock);
    r = tel_store_tidy(queue->store);
    queue->untidy = false;
    if (r < 0)
        leave_untidy(queue);
    (void)pthread_mutex_lock(&queue->lock);
    queue->writing = false;
}

/* Until something is to be done. Retention has its time, and a day that is over
 * goes also where nothing comes. */
static void rest(struct tel_queue *queue)
{
    const struct timespec midnight = {.tv_sec =
                                          (time_t)(queue->day + 1) * 86400};

    if (queue->untidy)
        (void)pthread_cond_timedwait(&queue->changed, &queue->lock,
                                     &queue->tidy_at);
    else if (queue->retention_days == 0)
        (void)pthread_cond_wait(&queue->changed, &queue->lock);
    else if (pthread_cond_timedwait(&queue->changed, &queue->lock, &midnight) ==
             ETIMEDOUT)
        queue->day = tel_day_today();
}

static void *work(void *context)
{
    struct tel_queue *queue = context;

    (void)pthread_mutex_lock(&queue->lock);
    for (;;) {
        take_tools(queue);
        /* Before what waits, or a steady flow would put it off for ever. */
        if (has_to_tidy(queue))
            tidy(queue);
        else if (queue->first != NULL)
            write_later(queue);
        else if (queue->stopping)
            break;
        else if (has_to_retain(queue))
            retain(queue);
        else
            rest(queue);
    }
    (void)pthread_mutex_unlock(&queue->lock);
    return NULL;
}

/* A transaction in vain: what a store has to read before it knows a key (some
 * seconds, where it remembers many millions), it reads before anybody waits. */
static void warm(struct tel_queue *queue)
{
    static const struct tel_store_key nobody = {{0}};
    bool fresh = false;

    if (tel_store_begin(queue->store, new_day(queue)) == 0)
        (void)tel_store_claim(queue->store, &nobody, 1, &fresh);
    tel_store_rollback(queue->store);
    /* A collector that was killed may have left a journal. */
    if (tel_store_tidy(queue->store) < 0)
        leave_untidy(queue);
}

int tel_queue_start(const struct tel_tools *tools, struct tel_store *store,
                    unsigned retention_days,
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
    queue->retention_days = retention_days;
    queue->done = done;
    queue->notice = notice;
    r = tel_sums_new(&queue->sums);
    if (r < 0) {
        tel_queue_free(queue);
        return r;
    }
    warm(queue);
    r = pthread_create(&queue->thread, NULL, work, queue);
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
    bool untidy = false; /* from now on */
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
        if (!queue->writing) {
            untidy = queue->untidy;
            write_now(queue);
            untidy = queue->untidy && !untidy;
        }
        if (queue->first != NULL || has_to_retain(queue) || untidy)
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
