/* SPDX-License-Identifier: MIT */
/* monitor: how the collector is, told on a listener of its own. */
#include "monitor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

#include "ended.h"
#include "health.h"
#include "metrics.h"

/* For who watches: a few, who ask soon. */
#define CONNECTIONS_MAX 16U
#define IDLE_S 10U

struct tel_monitor {
    struct MHD_Daemon *daemon;
    struct tel_queue *queue;
    struct tel_health *health;
    struct tel_ended *ended;
};

static const char *ask(struct tel_monitor *monitor)
{
    return tel_health_ask(monitor->health, TEL_HEALTH_PATIENCE_MS);
}

/* text was allocated, and is freed with the answer. */
static enum MHD_Result reply(struct MHD_Connection *connection, unsigned status,
                             const char *type, char *text, size_t len)
{
    struct MHD_Response *response = NULL;
    enum MHD_Result r;

    if (text == NULL)
        return MHD_NO;
    response =
        MHD_create_response_from_buffer(len, text, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        free(text);
        return MHD_NO;
    }
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL,
                                  "no-store");
    r = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return r;
}

static enum MHD_Result reply_line(struct MHD_Connection *connection,
                                  unsigned status, const char *line)
{
    char *text = NULL;
    int len = asprintf(&text, "%s\n", line);

    return len < 0 ? MHD_NO
                   : reply(connection, status, "text/plain", text, (size_t)len);
}

static enum MHD_Result reply_metrics(struct tel_monitor *monitor,
                                     struct MHD_Connection *connection)
{
    bool healthy = strcmp(ask(monitor), TEL_HEALTH_OK) == 0;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (out == NULL)
        return MHD_NO;
    tel_metrics_own(out, tel_queue_meter(monitor->queue), healthy);
    tel_ended_write(monitor->ended, out);
    if (fclose(out) != 0) {
        free(text);
        return MHD_NO;
    }
    return reply(connection, MHD_HTTP_OK, TEL_METRICS_TYPE, text, len);
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection,
                              const char *url, const char *method,
                              const char *version, const char *bytes,
                              size_t *len, void **state)
{
    struct tel_monitor *monitor = context;
    const char *word = NULL;

    (void)version;
    (void)bytes;
    /* Once for the head, and again at the end, when it may be answered. */
    if (*state == NULL) {
        *state = monitor;
        return MHD_YES;
    }
    if (*len > 0) {
        *len = 0;
        return MHD_YES;
    }
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
        strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return reply_line(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET only");
    if (strcmp(url, "/metrics") == 0)
        return reply_metrics(monitor, connection);
    if (strcmp(url, "/healthz") != 0)
        return reply_line(connection, MHD_HTTP_NOT_FOUND,
                          "/metrics or /healthz");
    word = ask(monitor);
    return reply_line(connection,
                      strcmp(word, TEL_HEALTH_OK) == 0
                          ? MHD_HTTP_OK
                          : MHD_HTTP_SERVICE_UNAVAILABLE,
                      word);
}

static struct MHD_Daemon *start_daemon(struct tel_monitor *monitor, int fd)
{
    const unsigned flags = MHD_USE_EPOLL | MHD_USE_INTERNAL_POLLING_THREAD |
                           MHD_USE_ITC | MHD_USE_SUPPRESS_DATE_NO_CLOCK;

    return MHD_start_daemon(
        flags, 0, NULL, NULL, handle, monitor, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, MHD_OPTION_END);
}

int tel_monitor_start(int fd, struct tel_queue *queue, const char *db,
                      uint64_t k, struct tel_monitor **ret_monitor)
{
    struct tel_monitor *monitor = calloc(1, sizeof(*monitor));
    int r;

    if (monitor == NULL)
        return -ENOMEM;
    monitor->queue = queue;
    r = tel_health_new(queue, &monitor->health);
    if (r == 0)
        r = tel_ended_new(db, k, &monitor->ended);
    if (r == 0) {
        errno = 0;
        monitor->daemon = start_daemon(monitor, fd);
        if (monitor->daemon == NULL)
            r = errno != 0 ? -errno : -EIO;
    }
    if (r < 0) {
        tel_monitor_free(monitor);
        return r;
    }
    *ret_monitor = monitor;
    return 0;
}

void tel_monitor_quiesce(struct tel_monitor *monitor)
{
    if (monitor == NULL)
        return;
    /* The daemon would shut the socket down, which may be systemd's too. */
    (void)MHD_quiesce_daemon(monitor->daemon);
    MHD_stop_daemon(monitor->daemon);
    monitor->daemon = NULL;
}

void tel_monitor_free(struct tel_monitor *monitor)
{
    if (monitor == NULL)
        return;
    tel_ended_free(monitor->ended);
    tel_health_free(monitor->health);
    free(monitor);
}
