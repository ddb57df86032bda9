/* SPDX-License-Identifier: MIT */
/* requests: what the daemon calls for each connection and request. */
#include "requests.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "headers.h"
#include "watch/health.h"
#include "http.h"
#include "response.h"

struct request {
    struct tel_work work; /* first: the queue's view of it */
    struct tel_requests *all;
    struct MHD_Connection *connection;
    char *query;
    char *body;
    size_t body_size;
    size_t received; /* bytes of the body, those thrown away too */
    unsigned unfit;  /* a status that has nothing to count, or 0 */
    bool health;     /* GET /healthz: counts nothing */
    bool begun;
    bool last; /* of its connection */
    bool put;  /* handed over */
    bool done; /* the queue's no more */
    bool gone; /* its client has left before */
};

/* A body above its limit is read and thrown away up to here, because a client
 * that is cut off while it sends may never read the answer. */
static uint64_t discard_max(const struct request *request)
{
    return 4 * request->all->limits.body_max;
}

static void release(char *bytes, size_t size)
{
    if (bytes != NULL)
        explicit_bzero(bytes, size);
    free(bytes);
}

static struct tel_connection *place_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info != NULL ? info->socket_context : NULL;
}

/* Counted by the queue under its reason, without being read. */
static void refuse_unread(struct request *request, unsigned status,
                          const char *reason)
{
    if (request->work.intake.status != 0)
        return;
    request->work.intake.status = status;
    request->work.intake.reason = reason;
}

static bool is_last(const struct request *request)
{
    const struct tel_connection *place = place_of(request->connection);

    return request->last ||
           (place != NULL &&
            place->answers + 1 >= request->all->limits.requests_max);
}

static enum MHD_Result reply(struct request *request, unsigned status,
                             const char *reason, uint32_t retry_s)
{
    struct tel_requests *all = request->all;
    bool last = is_last(request);
    struct MHD_Response *response = NULL;
    enum MHD_Result r;

    tel_meter_answer(tel_queue_meter(all->handover.queue), status);
    /* From here on it has to take the answer. */
    tel_connection_owes(&all->connections, place_of(request->connection),
                        all->now_ms);
    if (status == MHD_HTTP_NO_CONTENT && !last)
        return MHD_queue_response(request->connection, status, all->counted);
    response = tel_response_new(
        status, request->health ? "" : "refused: ", reason, retry_s, last);
    if (response == NULL)
        return MHD_NO;
    r = MHD_queue_response(request->connection, status, response);
    MHD_destroy_response(response);
    return r;
}

static enum MHD_Result take_headers(struct request *request, const char *method,
                                    const char *version)
{
    struct tel_headers headers;

    request->begun = true;
    tel_headers_read(request->connection, version, &headers);
    if (!headers.plain) {
        request->last = true;
        return reply(request, MHD_HTTP_BAD_REQUEST, NULL, 0);
    }
    if (strcmp(method, MHD_HTTP_METHOD_GET) == 0)
        request->work.intake.method = TEL_GET;
    else if (strcmp(method, MHD_HTTP_METHOD_POST) == 0)
        request->work.intake.method = TEL_POST;
    else
        request->unfit = MHD_HTTP_METHOD_NOT_ALLOWED;
    if (headers.announced > discard_max(request))
        return reply(request, MHD_HTTP_CONTENT_TOO_LARGE,
                     TEL_INTAKE_REFUSED_SIZE, 0);
    request->work.intake.keyed = headers.keyed;
    request->work.intake.key = headers.key;
    if (headers.miskeyed)
        refuse_unread(request, MHD_HTTP_BAD_REQUEST, TEL_INTAKE_REFUSED_KEY);
    return MHD_YES;
}

/* Makes room for len more bytes, doubling, within what all may hold. */
static bool grow(struct request *request, size_t len)
{
    struct tel_requests *all = request->all;
    size_t size = request->body_size != 0 ? request->body_size : 4096;
    char *body = NULL;

    while (size < request->received + len)
        size *= 2;
    if (size == request->body_size)
        return true;
    if (all->bodies - request->body_size + size > all->limits.bodies_max)
        return false;
    /* Not realloc, which leaves the old bytes behind where it moves them. */
    body = malloc(size);
    if (body == NULL)
        return false;
    if (request->received > 0)
        memcpy(body, request->body, request->received);
    release(request->body, request->received);
    all->bodies += size - request->body_size;
    request->body = body;
    request->body_size = size;
    return true;
}

static void keep(struct request *request, const char *bytes, size_t len)
{
    if (grow(request, len))
        memcpy(request->body + request->received, bytes, len);
    else
        request->unfit = MHD_HTTP_SERVICE_UNAVAILABLE;
}

static enum MHD_Result take_body(struct request *request, const char *bytes,
                                 size_t len)
{
    size_t received = request->received + len;

    if (received > discard_max(request))
        return MHD_NO;
    if (received > request->all->limits.body_max)
        refuse_unread(request, MHD_HTTP_CONTENT_TOO_LARGE,
                      TEL_INTAKE_REFUSED_SIZE);
    else if (request->work.intake.method == TEL_POST && request->unfit == 0)
        keep(request, bytes, len);
    request->received = received;
    return MHD_YES;
}

/* How many events it carries. */
static size_t read_request(struct request *request)
{
    struct tel_intake *intake = &request->work.intake;
    size_t events = 1;

    if (intake->status != 0)
        return events;
    if (intake->method == TEL_POST) {
        intake->text = request->body;
        intake->len = request->body != NULL ? request->received : 0;
        events = tel_intake_lines(intake->text, intake->len);
    } else {
        intake->text = request->query;
        intake->len = request->query != NULL ? strlen(request->query) : 0;
    }
    if (events > request->all->limits.events_max)
        refuse_unread(request, MHD_HTTP_CONTENT_TOO_LARGE,
                      TEL_INTAKE_REFUSED_SIZE);
    return events > 0 ? events : 1;
}

/* Hands the request over. */
static enum MHD_Result put(struct request *request)
{
    struct tel_requests *all = request->all;

    request->put = true;
    all->answering++;
    tel_connection_rests(&all->connections, place_of(request->connection));
    tel_handover_add(&all->handover, &request->work, all->now_us);
    return MHD_YES;
}

/* Once all of it has come. */
static enum MHD_Result take(struct request *request)
{
    struct tel_requests *all = request->all;
    size_t events;
    uint32_t wait_s;

    if (request->unfit != 0)
        return reply(request, request->unfit, NULL, 0);
    request->health = request->health && request->work.intake.method == TEL_GET;
    if (request->health)
        return tel_intake_probe(&request->work.intake) == 0 ? put(request)
                                                            : MHD_NO;
    events = read_request(request);
    if (events > all->limits.events_max)
        events = all->limits.events_max;
    wait_s = tel_bucket_take(&all->bucket, (uint32_t)events, all->now_ms);
    if (wait_s > 0)
        return reply(request, MHD_HTTP_TOO_MANY_REQUESTS, "rate", wait_s);
    return put(request);
}

static void free_request(struct request *request)
{
    request->all->bodies -= request->body_size;
    if (request->query != NULL)
        release(request->query, strlen(request->query));
    release(request->body, request->body_size);
    explicit_bzero(request, sizeof(*request));
    free(request);
}

/* Its client has no more to do with it. Accepts NULL. */
static void forget(struct request *request)
{
    if (request == NULL)
        return;
    if (request->put)
        request->all->answering--;
    if (request->put && !request->done)
        request->gone = true;
    else
        free_request(request);
}

void tel_requests_connection(void *context, struct MHD_Connection *connection,
                             void **place,
                             enum MHD_ConnectionNotificationCode what)
{
    struct tel_requests *all = context;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct tel_connection *here = *place;

    if (what == MHD_CONNECTION_NOTIFY_STARTED && info != NULL) {
        *place = tel_connection_open(&all->connections, info->connect_fd,
                                     all->now_ms);
    } else if (here != NULL) {
        /* A request that ends in its head is never called complete. */
        forget(here->request);
        tel_connection_close(&all->connections, here);
    }
}

/*
 * The request target as it stands on the wire. The daemon's own decoding
 * would turn some targets that no sender writes into ones that a sender
 * could have written.
 */
void *tel_requests_begin(void *context, const char *target,
                         struct MHD_Connection *connection)
{
    struct tel_connection *place = place_of(connection);
    struct request *request = NULL;
    const char *mark = strchr(target, '?');

    if (place == NULL)
        return NULL;
    forget(place->request);
    request = calloc(1, sizeof(*request));
    place->request = request;
    if (request == NULL)
        return NULL;
    request->all = context;
    request->connection = connection;
    request->health = strcmp(target, "/healthz") == 0;
    if (strlen(target) > request->all->limits.target_max) {
        refuse_unread(request, MHD_HTTP_URI_TOO_LONG, TEL_INTAKE_REFUSED_SIZE);
    } else if (mark != NULL) {
        request->query = strdup(mark + 1);
        if (request->query == NULL)
            request->unfit = MHD_HTTP_SERVICE_UNAVAILABLE;
    }
    return request;
}

enum MHD_Result tel_requests_handle(void *context,
                                    struct MHD_Connection *connection,
                                    const char *url, const char *method,
                                    const char *version, const char *bytes,
                                    size_t *len, void **state)
{
    struct request *request = *state;
    const struct tel_intake *intake = NULL;
    enum MHD_Result r;

    (void)context;
    (void)connection;
    (void)url;
    /* There was no memory for it. */
    if (request == NULL)
        return MHD_NO;
    if (!request->begun)
        return take_headers(request, method, version);
    if (*len > 0) {
        r = take_body(request, bytes, *len);
        *len = 0;
        return r;
    }
    if (!request->put)
        return take(request);
    if (!request->done)
        return MHD_YES;
    intake = &request->work.intake;
    if (request->health)
        return reply(request, intake->status,
                     intake->status == MHD_HTTP_OK ? TEL_HEALTH_OK
                                                   : TEL_HEALTH_DATABASE,
                     0);
    return reply(
        request, intake->status,
        intake->status == MHD_HTTP_SERVICE_UNAVAILABLE ? NULL : intake->reason,
        0);
}

void tel_requests_complete(void *context, struct MHD_Connection *connection,
                           void **state, enum MHD_RequestTerminationCode how)
{
    struct tel_requests *all = context;
    struct tel_connection *place = place_of(connection);

    (void)how;
    *state = NULL;
    if (place == NULL)
        return;
    tel_connection_owes(&all->connections, place, all->now_ms);
    place->answers++;
    forget(place->request);
    place->request = NULL;
}

/* One write for all that is done before the loop looks. */
void tel_requests_wake(struct tel_requests *requests)
{
    if (!atomic_exchange(&requests->woken, true))
        (void)eventfd_write(requests->wake, 1);
}

static void finish(struct tel_work *works)
{
    while (works != NULL) {
        /* work is the request's first member. */
        struct request *request = (void *)works;

        works = works->next;
        request->done = true;
        if (request->gone)
            free_request(request);
    }
}

bool tel_requests_awake(struct tel_requests *requests)
{
    struct tel_work *done = NULL;
    eventfd_t unused;

    (void)eventfd_read(requests->wake, &unused);
    atomic_store(&requests->woken, false);
    done = tel_handover_take(&requests->handover);
    finish(done);
    return done != NULL;
}

void tel_requests_pass(struct tel_requests *requests)
{
    struct tel_work *refused = tel_handover_pass(&requests->handover);

    for (struct tel_work *work = refused; work != NULL; work = work->next)
        work->intake.status = MHD_HTTP_SERVICE_UNAVAILABLE;
    finish(refused);
}

int tel_requests_start(struct tel_requests *requests,
                       const struct tel_collector_limits *limits,
                       struct tel_queue *queue, uint64_t now_us)
{
    requests->limits = *limits;
    tel_handover_start(&requests->handover, queue);
    requests->connections.max = (uint32_t)limits->connections_max;
    requests->connections.deadline_ms = limits->deadline_ms;
    requests->now_us = now_us;
    requests->now_ms = now_us / 1000;
    tel_bucket_start(&requests->bucket, (uint32_t)limits->rate,
                     requests->now_ms);
    requests->counted =
        tel_response_new(MHD_HTTP_NO_CONTENT, "", NULL, 0, false);
    return requests->counted != NULL ? 0 : -ENOMEM;
}

void tel_requests_end(struct tel_requests *requests)
{
    /* Of clients that left while their requests were handed over. */
    finish(tel_handover_pass(&requests->handover));
    finish(tel_handover_take(&requests->handover));
    tel_handover_end(&requests->handover);
    if (requests->counted != NULL)
        MHD_destroy_response(requests->counted);
}

void tel_http_done(struct tel_work *group)
{
    /* work is the request's first member. */
    struct request *request = (void *)group;
    /* Once handed back, the request may be gone. */
    struct tel_requests *all = request->all;

    tel_handover_done(&all->handover, group);
    tel_requests_wake(all);
}
