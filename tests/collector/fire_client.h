/* SPDX-License-Identifier: MIT */
/*
 * fire_client: many clients at once that give up nothing: each sends a request
 * with its key until it is answered 204, whatever happens to the collectors,
 * and at times misbehaves on purpose.
 *
 *     struct fire fire = {.load = &load, .ports = {port}, .collectors = 1};
 *     fire_start(&fire);
 *     ... atomic_load(&fire.answered) ...
 *     fire_join(&fire);       once all is answered, or fire.stop was set
 */
#ifndef TEL_TEST_FIRE_CLIENT_H
#define TEL_TEST_FIRE_CLIENT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "fire_load.h"

#define FIRE_CLIENTS 64
#define FIRE_COLLECTORS 3

struct fire {
    const struct fire_load *load;
    int ports[FIRE_COLLECTORS];
    unsigned collectors;
    bool calm; /* without misbehaving */

    atomic_uint next;     /* request */
    atomic_uint answered; /* requests with 204 */
    atomic_uint refused;  /* with what is neither 204 nor to be sent again */
    atomic_uint status;   /* the last such answer */
    atomic_uint failed;   /* attempts: no connection, cut off, or 503 */
    atomic_uint busy;     /* of them, 503 */
    atomic_uint left;     /* attempts whose answer was not waited for */
    atomic_uint cut;      /* requests broken off */
    atomic_uint twice;    /* requests sent to two at the same time */
    atomic_bool stop;
    unsigned started;
    pthread_t threads[FIRE_CLIENTS];
};

void fire_start(struct fire *fire);
void fire_join(struct fire *fire);

#endif
