/* SPDX-License-Identifier: MIT */
/* serve: the parts of a collector, begun and ended in order. */
#include <tel/collector.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fault.h"
#include "receive/http.h"
#include "receive/limit.h"
#include "receive/listen.h"
#include "watch/monitor.h"
#include "receive/passed.h"

struct listener {
    int fd;
    bool passed; /* it is systemd's too */
};

struct tel_collector {
    struct tel_tools *tools;
    struct tel_store *store;
    struct tel_queue *queue;
    struct tel_http *http;
    struct tel_monitor *monitor; /* NULL without --metrics */
    struct listener requests, metrics;
    char *directory; /* of the tools */
};

/* where NULL: it stays closed. */
static int open_listener(struct listener *listener, bool metrics,
                         const char *where, struct tel_err *err)
{
    listener->passed = where != NULL && strcmp(where, TEL_LISTEN_PASSED) == 0;
    if (listener->passed)
        return tel_passed_socket(metrics, &listener->fd, err);
    return where != NULL ? tel_listen_open(where, &listener->fd, err) : 0;
}

/* Who comes now shall be refused instead of waiting; a socket that is
 * systemd's too keeps them for the next instance. */
static void turn_away(const struct listener *listener)
{
    if (listener->fd >= 0 && !listener->passed)
        (void)shutdown(listener->fd, SHUT_RDWR);
}

static void close_listener(const struct listener *listener)
{
    if (listener->fd >= 0)
        (void)close(listener->fd);
}

static void meter_policies(struct tel_collector *collector)
{
    uint64_t count = 0;

    while (tel_tools_at(collector->tools, count) != NULL)
        count++;
    tel_queue_meter(collector->queue)->policies = count;
}

static int start(struct tel_collector *collector,
                 const struct tel_collector_options *options,
                 struct tel_err *err)
{
    struct tel_collector_limits limits = tel_limits_of(&options->limits);
    int r = tel_tools_load(options->tools, &collector->tools, err);

    if (r == 0)
        r = open_listener(&collector->requests, false, options->listen, err);
    if (r == 0)
        r = open_listener(&collector->metrics, true, options->metrics, err);
    if (r == 0)
        r = tel_limits_reserve(&limits, err);
    if (r == 0)
        r = tel_store_open(options->db, &collector->store, err);
    if (r < 0)
        return r;
    r = tel_queue_start(collector->tools, collector->store,
                        (unsigned)options->retention_days, tel_http_done,
                        options->notice, &collector->queue);
    if (r == 0)
        r = tel_http_start(collector->requests.fd, &limits, collector->queue,
                           &collector->http);
    if (r == 0 && collector->metrics.fd >= 0)
        r = tel_monitor_start(collector->metrics.fd, collector->queue,
                              options->db, options->k, &collector->monitor);
    if (r < 0)
        return tel_fault(err, r, "cannot start to answer: %s", strerror(-r));
    meter_policies(collector);
    return 0;
}

int tel_collector_start(const struct tel_collector_options *options,
                        struct tel_collector **ret_collector,
                        struct tel_err *err)
{
    struct tel_collector *collector = calloc(1, sizeof(*collector));
    int r;

    if (collector == NULL)
        return tel_fault(err, -ENOMEM, "out of memory");
    collector->requests.fd = -1;
    collector->metrics.fd = -1;
    collector->directory = strdup(options->tools);
    r = collector->directory != NULL ? start(collector, options, err)
                                     : tel_fault(err, -ENOMEM, "out of memory");
    if (r < 0) {
        tel_collector_stop(collector);
        return r;
    }
    *ret_collector = collector;
    return 0;
}

int tel_collector_address(const struct tel_collector *collector, char *buf,
                          size_t size)
{
    return tel_listen_address(collector->requests.fd, buf, size);
}

int tel_collector_metrics_address(const struct tel_collector *collector,
                                  char *buf, size_t size)
{
    if (collector->metrics.fd < 0)
        return -ENOENT;
    return tel_listen_address(collector->metrics.fd, buf, size);
}

int tel_collector_reload(struct tel_collector *collector, struct tel_err *err)
{
    struct tel_meter *meter = tel_queue_meter(collector->queue);
    struct tel_tools *tools = NULL;
    int r = tel_tools_load(collector->directory, &tools, err);

    (void)atomic_fetch_add(r < 0 ? &meter->bad_reloads : &meter->reloads, 1);
    if (r < 0)
        return r;
    tel_queue_judge_by(collector->queue, tools);
    tel_tools_free(collector->tools);
    collector->tools = tools;
    meter_policies(collector);
    return 0;
}

void tel_collector_stop(struct tel_collector *collector)
{
    if (collector == NULL)
        return;
    if (collector->http != NULL)
        tel_http_quiesce(collector->http);
    turn_away(&collector->requests);
    tel_monitor_quiesce(collector->monitor);
    turn_away(&collector->metrics);
    if (collector->queue != NULL)
        tel_queue_stop(collector->queue);
    tel_http_stop(collector->http);
    tel_monitor_free(collector->monitor);
    tel_queue_free(collector->queue);
    tel_store_close(collector->store);
    tel_tools_free(collector->tools);
    close_listener(&collector->requests);
    close_listener(&collector->metrics);
    free(collector->directory);
    free(collector);
}
