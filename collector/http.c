/* SPDX-License-Identifier: MIT */
/* http: requests come in, wait in the queue, and are answered. */
#include "http.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

#include <microhttpd.h>

/* Below the usual limit of 1,024 descriptors. */
#define CONNECTIONS_MAX 960U
#define IDLE_S 10U

/* All bodies together: what many large batches at once may cost. */
#define BODIES_MAX ((size_t)64 * 1024 * 1024)

/* A body above its limit is read and thrown away up to here, because a client
 * that is cut off while it sends may never read the answer. */
#define DISCARD_MAX ((size_t)4 * TEL_INTAKE_BODY_MAX)

/* How long the last answers may take to leave. */
#define LINGER_S 5

struct tel_http {
    struct MHD_Daemon *daemon;
    struct tel_queue *queue;
    int fd;
    size_t bodies; /* bytes held now; the daemon's thread only */
    pthread_mutex_t lock;
    pthread_cond_t answered;
    size_t answering; /* put and not yet answered; under lock */
};

struct request {
    struct tel_work work; /* first: the queue's view of it */
    struct tel_http *http;
    struct MHD_Connection *connection;
    char *query;
    char *body;
    size_t body_size;
    size_t received; /* bytes of the body, those thrown away too */
    bool begun;
    bool crowded; /* no room for its body */
    bool put;
};

/* What was found of the one header that matters. */
struct key_search {
    unsigned found;
    struct request *request;
};

static void refuse_unread(struct request *request, unsigned status,
                          const char *reason)
{
    if (request->work.intake.status != 0)
        return;
    request->work.intake.status = status;
    request->work.intake.reason = reason;
}

/*
 * The request target as it stands on the wire. The daemon's own decoding
 * would turn some targets that no sender writes into ones that a sender
 * could have written.
 */
static void *begin_request(void *context, const char *target,
                           struct MHD_Connection *connection)
{
    struct request *request = calloc(1, sizeof(*request));
    const char *mark = strchr(target, '?');

    if (request == NULL)
        return NULL;
    request->http = context;
    request->connection = connection;
    if (strlen(target) > TEL_INTAKE_TARGET_MAX) {
        refuse_unread(request, MHD_HTTP_URI_TOO_LONG, TEL_INTAKE_REFUSED_SIZE);
    } else if (mark != NULL) {
        request->query = strdup(mark + 1);
        request->crowded = request->query == NULL;
    }
    return request;
}

static void end_request(void *context, struct MHD_Connection *connection,
                        void **state, enum MHD_RequestTerminationCode how)
{
    struct tel_http *http = context;
    struct request *request = *state;

    (void)connection;
    (void)how;
    if (request == NULL)
        return;
    *state = NULL;
    http->bodies -= request->body_size;
    if (request->put) {
        (void)pthread_mutex_lock(&http->lock);
        http->answering--;
        (void)pthread_cond_signal(&http->answered);
        (void)pthread_mutex_unlock(&http->lock);
    }
    free(request->query);
    free(request->body);
    free(request);
}

static enum MHD_Result reply(struct MHD_Connection *connection, unsigned status,
                             const char *reason)
{
    char text[64] = "";
    struct MHD_Response *response = NULL;
    enum MHD_Result r;

    if (reason != NULL)
        (void)snprintf(text, sizeof(text), "refused: %s\n", reason);
    response = MHD_create_response_from_buffer(strlen(text), text,
                                               MHD_RESPMEM_MUST_COPY);
    if (response == NULL)
        return MHD_NO;
    if (reason != NULL)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                                      "text/plain");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW,
                                      "GET, POST");
    r = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return r;
}

/* Bytes that the client says it will send; 0 where it says nothing. */
static unsigned long long announced(struct MHD_Connection *connection)
{
    const char *length = MHD_lookup_connection_value(
        connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);

    return length != NULL ? strtoull(length, NULL, 10) : 0;
}

static enum MHD_Result take_headers(struct request *request, const char *method)
{
    request->begun = true;
    if (strcmp(method, MHD_HTTP_METHOD_GET) == 0)
        request->work.intake.method = TEL_GET;
    else if (strcmp(method, MHD_HTTP_METHOD_POST) == 0)
        request->work.intake.method = TEL_POST;
    else
        return reply(request->connection, MHD_HTTP_METHOD_NOT_ALLOWED, NULL);
    if (announced(request->connection) > DISCARD_MAX)
        return reply(request->connection, MHD_HTTP_CONTENT_TOO_LARGE,
                     TEL_INTAKE_REFUSED_SIZE);
    return MHD_YES;
}

/* Makes room for len more bytes, doubling, within what all may hold. */
static bool grow(struct request *request, size_t len)
{
    struct tel_http *http = request->http;
    size_t size = request->body_size != 0 ? request->body_size : 4096;
    char *body = NULL;

    while (size < request->received + len)
        size *= 2;
    if (size == request->body_size)
        return true;
    if (http->bodies - request->body_size + size > BODIES_MAX)
        return false;
    body = realloc(request->body, size);
    if (body == NULL)
        return false;
    http->bodies += size - request->body_size;
    request->body = body;
    request->body_size = size;
    return true;
}

static void keep(struct request *request, const char *bytes, size_t len)
{
    request->crowded = !grow(request, len);
    if (!request->crowded)
        memcpy(request->body + request->received, bytes, len);
}

static enum MHD_Result take_body(struct request *request, const char *bytes,
                                 size_t len)
{
    size_t received = request->received + len;

    if (received > DISCARD_MAX)
        return MHD_NO;
    if (received > TEL_INTAKE_BODY_MAX)
        refuse_unread(request, MHD_HTTP_CONTENT_TOO_LARGE,
                      TEL_INTAKE_REFUSED_SIZE);
    else if (request->work.intake.method == TEL_POST && !request->crowded)
        keep(request, bytes, len);
    request->received = received;
    return MHD_YES;
}

static enum MHD_Result find_key(void *context, enum MHD_ValueKind kind,
                                const char *name, const char *value)
{
    struct key_search *search = context;
    struct tel_intake *intake = &search->request->work.intake;

    (void)kind;
    if (strcasecmp(name, "Idempotency-Key") != 0)
        return MHD_YES;
    intake->keyed = ++search->found == 1 && value != NULL &&
                    tel_intake_key(value, strlen(value), &intake->key) == 0;
    return MHD_YES;
}

static void read_request(struct request *request)
{
    struct tel_intake *intake = &request->work.intake;
    struct key_search search = {0, request};

    (void)MHD_get_connection_values(request->connection, MHD_HEADER_KIND,
                                    find_key, &search);
    if (search.found > 0 && !intake->keyed)
        refuse_unread(request, MHD_HTTP_BAD_REQUEST, TEL_INTAKE_REFUSED_KEY);
    if (intake->status != 0)
        return;
    if (intake->method == TEL_POST) {
        intake->text = request->body;
        intake->len = request->body != NULL ? request->received : 0;
    } else {
        intake->text = request->query;
        intake->len = request->query != NULL ? strlen(request->query) : 0;
    }
}

/* Hands the request to the queue; the connection sleeps until it is done. */
static enum MHD_Result put(struct request *request)
{
    struct tel_http *http = request->http;

    if (request->crowded)
        return reply(request->connection, MHD_HTTP_SERVICE_UNAVAILABLE, NULL);
    read_request(request);
    request->put = true;
    (void)pthread_mutex_lock(&http->lock);
    http->answering++;
    (void)pthread_mutex_unlock(&http->lock);
    /* Before it is put: the queue may be done with it at once. */
    MHD_suspend_connection(request->connection);
    if (tel_queue_put(http->queue, &request->work) < 0) {
        request->work.intake.status = MHD_HTTP_SERVICE_UNAVAILABLE;
        MHD_resume_connection(request->connection);
    }
    return MHD_YES;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection,
                              const char *url, const char *method,
                              const char *version, const char *bytes,
                              size_t *len, void **state)
{
    struct request *request = *state;
    const struct tel_intake *intake = NULL;
    enum MHD_Result r;

    (void)context;
    (void)url;
    (void)version;
    if (request == NULL)
        return MHD_NO;
    if (!request->begun)
        return take_headers(request, method);
    if (*len > 0) {
        r = take_body(request, bytes, *len);
        *len = 0;
        return r;
    }
    if (!request->put)
        return put(request);
    intake = &request->work.intake;
    return reply(
        connection, intake->status,
        intake->status == MHD_HTTP_SERVICE_UNAVAILABLE ? NULL : intake->reason);
}

static struct MHD_Daemon *start_daemon(struct tel_http *http, bool ipv6)
{
    unsigned flags = MHD_USE_EPOLL | MHD_USE_INTERNAL_POLLING_THREAD |
                     MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK;

    if (ipv6)
        flags |= MHD_USE_IPv6;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, handle, http, MHD_OPTION_LISTEN_SOCKET, http->fd,
        MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, begin_request, http,
        MHD_OPTION_NOTIFY_COMPLETED, end_request, http, MHD_OPTION_END);
}

static void free_http(struct tel_http *http)
{
    (void)pthread_cond_destroy(&http->answered);
    (void)pthread_mutex_destroy(&http->lock);
    free(http);
}

/* Waits until every answer that was promised has left, or for LINGER_S. */
static void linger(struct tel_http *http)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LINGER_S;
    (void)pthread_mutex_lock(&http->lock);
    while (http->answering > 0 &&
           pthread_cond_timedwait(&http->answered, &http->lock, &until) == 0)
        continue;
    (void)pthread_mutex_unlock(&http->lock);
}

int tel_http_start(int fd, bool ipv6, struct tel_queue *queue,
                   struct tel_http **ret_http)
{
    struct tel_http *http = calloc(1, sizeof(*http));
    pthread_condattr_t monotonic;

    if (http == NULL)
        return -ENOMEM;
    http->fd = fd;
    http->queue = queue;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&http->answered, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    (void)pthread_mutex_init(&http->lock, NULL);
    errno = 0;
    http->daemon = start_daemon(http, ipv6);
    if (http->daemon == NULL) {
        int r = errno != 0 ? -errno : -EIO;

        free_http(http);
        return r;
    }
    *ret_http = http;
    return 0;
}

void tel_http_quiesce(struct tel_http *http)
{
    (void)MHD_quiesce_daemon(http->daemon);
}

void tel_http_stop(struct tel_http *http)
{
    if (http == NULL)
        return;
    linger(http);
    MHD_stop_daemon(http->daemon);
    free_http(http);
}

void tel_http_done(struct tel_work *work)
{
    /* work is the request's first member. */
    struct request *request = (void *)work;

    MHD_resume_connection(request->connection);
}
