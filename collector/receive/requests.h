/* SPDX-License-Identifier: MIT */
/*
 * requests: what the daemon of http calls for each connection and request.
 *
 * A request is read whole, handed to the queue, and answered in the first turn
 * of the loop after that is done with it. Until then the daemon asks for the
 * answer in each turn, and is told that there is none yet: to suspend and
 * resume a connection costs half as much as all else that the daemon does for
 * a request. Whatever of a request was held here is wiped before it is given
 * back.
 *
 * Context: the daemon's one thread, but for tel_http_done.
 */
#ifndef TEL_COLLECTOR_REQUESTS_H
#define TEL_COLLECTOR_REQUESTS_H

#include <stdatomic.h>

#include <microhttpd.h>

#include "bucket.h"
#include "connections.h"
#include "handover.h"
#include "limit.h"
#include "count/queue.h"

struct tel_requests {
    struct tel_collector_limits limits; /* with no 0 but in rate */
    struct tel_handover handover;
    struct tel_connections connections;
    struct tel_bucket bucket;
    struct MHD_Response *counted; /* 204, made once */
    uint64_t now_us;              /* CLOCK_MONOTONIC, by the loop's turn */
    uint64_t now_ms;              /* the same */
    size_t bodies;                /* bytes held of all bodies */
    size_t answering;             /* put and not yet answered */
    int wake;                     /* an eventfd that the loop waits for; the
                                   * caller's */
    atomic_bool woken;            /* and has not looked at since */
};

/* Has the loop take a turn; from any thread. */
void tel_requests_wake(struct tel_requests *requests);
/* In that turn, before all else. Whether there are answers to give. */
bool tel_requests_awake(struct tel_requests *requests);

/* Hands to the queue what has gathered. */
void tel_requests_pass(struct tel_requests *requests);

/* requests holds zeros and wake. 0, or -ENOMEM. limits is copied. */
int tel_requests_start(struct tel_requests *requests,
                       const struct tel_collector_limits *limits,
                       struct tel_queue *queue, uint64_t now_us);
/* Once the daemon and the queue are gone. */
void tel_requests_end(struct tel_requests *requests);

/* For MHD_OPTION_NOTIFY_CONNECTION, MHD_OPTION_URI_LOG_CALLBACK, the handler
 * and MHD_OPTION_NOTIFY_COMPLETED; context is the struct tel_requests. */
void tel_requests_connection(void *context, struct MHD_Connection *connection,
                             void **place,
                             enum MHD_ConnectionNotificationCode what);
void *tel_requests_begin(void *context, const char *target,
                         struct MHD_Connection *connection);
enum MHD_Result tel_requests_handle(void *context,
                                    struct MHD_Connection *connection,
                                    const char *url, const char *method,
                                    const char *version, const char *bytes,
                                    size_t *len, void **state);
void tel_requests_complete(void *context, struct MHD_Connection *connection,
                           void **state, enum MHD_RequestTerminationCode how);

#endif
