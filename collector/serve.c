/* SPDX-License-Identifier: MIT */
/* serve: the parts of a collector, begun and ended in order. */
#include <tel/collector.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fault.h"
#include "http.h"
#include "limit.h"
#include "listen.h"
#include "passed.h"

struct tel_collector {
    struct tel_tools *tools;
    struct tel_store *store;
    struct tel_queue *queue;
    struct tel_http *http;
    int fd;
    bool passed;     /* fd is systemd's too */
    char *directory; /* of the tools */
};

static int open_listener(struct tel_collector *collector, const char *where,
                         bool *ret_ipv6, struct tel_err *err)
{
    collector->passed = strcmp(where, TEL_LISTEN_PASSED) == 0;
    if (collector->passed)
        return tel_passed_socket(false, &collector->fd, ret_ipv6, err);
    return tel_listen_open(where, &collector->fd, ret_ipv6, err);
}

static int start(struct tel_collector *collector,
                 const struct tel_collector_options *options,
                 struct tel_err *err)
{
    struct tel_collector_limits limits = tel_limits_of(&options->limits);
    bool ipv6 = false;
    int r = tel_tools_load(options->tools, &collector->tools, err);

    if (r == 0)
        r = open_listener(collector, options->listen, &ipv6, err);
    if (r == 0)
        r = tel_limits_reserve(&limits, err);
    if (r == 0)
        r = tel_store_open(options->db, &collector->store, err);
    if (r < 0)
        return r;
    r = tel_queue_start(collector->tools, collector->store, tel_http_done,
                        options->notice, &collector->queue);
    if (r == 0)
        r = tel_http_start(collector->fd, &limits, collector->queue,
                           &collector->http);
    if (r < 0)
        return tel_fault(err, r, "cannot start to answer: %s", strerror(-r));
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
    collector->fd = -1;
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
    return tel_listen_address(collector->fd, buf, size);
}

int tel_collector_reload(struct tel_collector *collector, struct tel_err *err)
{
    struct tel_tools *tools = NULL;
    int r = tel_tools_load(collector->directory, &tools, err);

    if (r < 0)
        return r;
    tel_queue_judge_by(collector->queue, tools);
    tel_tools_free(collector->tools);
    collector->tools = tools;
    return 0;
}

void tel_collector_stop(struct tel_collector *collector)
{
    if (collector == NULL)
        return;
    if (collector->http != NULL)
        tel_http_quiesce(collector->http);
    /* Who comes now shall be refused instead of waiting; a socket that is
     * systemd's too keeps them for the next instance. */
    if (collector->http != NULL && !collector->passed)
        (void)shutdown(collector->fd, SHUT_RDWR);
    if (collector->queue != NULL)
        tel_queue_stop(collector->queue);
    tel_http_stop(collector->http);
    tel_queue_free(collector->queue);
    tel_store_close(collector->store);
    tel_tools_free(collector->tools);
    if (collector->fd >= 0)
        (void)close(collector->fd);
    free(collector->directory);
    free(collector);
}
