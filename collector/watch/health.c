/* SPDX-License-Identifier: MIT */
/* health: whether a request would be counted now. */
#include "health.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* For so long an answer holds. */
#define FRESH_MS 1000

struct tel_health {
    struct tel_work probe; /* first: the queue's view of it */
    struct tel_queue *queue;
    pthread_mutex_t lock;
    pthread_cond_t answered;
    bool asking;         /* the probe is the queue's; under lock */
    unsigned status;     /* of the last; under lock */
    int64_t answered_ms; /* under lock; 0: never */
};

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* From the queue's thread, or from whoever put a group; perhaps this one. */
static void done(struct tel_work *work)
{
    /* work is the first member. */
    struct tel_health *health = (void *)work;

    (void)pthread_mutex_lock(&health->lock);
    health->asking = false;
    health->status = work->intake.status;
    health->answered_ms = now_ms();
    (void)pthread_cond_signal(&health->answered);
    (void)pthread_mutex_unlock(&health->lock);
}

int tel_health_new(struct tel_queue *queue, struct tel_health **ret_health)
{
    struct tel_health *health = calloc(1, sizeof(*health));
    pthread_condattr_t monotonic;

    if (health == NULL)
        return -ENOMEM;
    health->queue = queue;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&health->answered, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    (void)pthread_mutex_init(&health->lock, NULL);
    *ret_health = health;
    return 0;
}

void tel_health_free(struct tel_health *health)
{
    if (health == NULL)
        return;
    (void)pthread_cond_destroy(&health->answered);
    (void)pthread_mutex_destroy(&health->lock);
    free(health);
}

/* Whether there is need of a probe, and none under way: then there is. */
static bool begin_asking(struct tel_health *health)
{
    bool needed = false;

    (void)pthread_mutex_lock(&health->lock);
    if (!health->asking && (health->answered_ms == 0 ||
                            now_ms() - health->answered_ms >= FRESH_MS)) {
        needed = true;
        health->asking = true;
        health->status = 0;
    }
    (void)pthread_mutex_unlock(&health->lock);
    return needed;
}

/* Not under lock: the queue may be done with it at once. */
static void probe(struct tel_health *health)
{
    memset(&health->probe, 0, sizeof(health->probe));
    health->probe.done = done;
    if (tel_intake_probe(&health->probe.intake) == 0 &&
        tel_queue_put(health->queue, &health->probe) == 0)
        return;
    (void)pthread_mutex_lock(&health->lock);
    health->asking = false;
    (void)pthread_mutex_unlock(&health->lock);
}

const char *tel_health_ask(struct tel_health *health, unsigned patience_ms)
{
    const char *word = TEL_HEALTH_QUEUE;
    struct timespec until;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += patience_ms / 1000;
    until.tv_nsec += (long)(patience_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    if (begin_asking(health))
        probe(health);
    (void)pthread_mutex_lock(&health->lock);
    while (health->asking && pthread_cond_timedwait(&health->answered,
                                                    &health->lock, &until) == 0)
        continue;
    if (!health->asking && health->status != 0)
        word = health->status == 200 ? TEL_HEALTH_OK : TEL_HEALTH_DATABASE;
    (void)pthread_mutex_unlock(&health->lock);
    return word;
}
