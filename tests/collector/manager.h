/* SPDX-License-Identifier: MIT */
/*
 * manager: plays systemd for the collector: reads the unit as it is built,
 * holds its sockets, starts its ExecStart= line with them, and hears what the
 * service tells.
 *
 *     struct manager m;
 *     manager_setup(&m, &c);             after collect_setup
 *     manager_start(&m);                 it has said READY=1
 *     manager_reload(&m);                by ExecReload=
 *     manager_hear(&m, "RELOADING=1");
 *     manager_hear(&m, "READY=1");
 *     manager_stop(&m);                  it has said STOPPING=1
 *     manager_teardown(&m);
 */
#ifndef TEL_TEST_MANAGER_H
#define TEL_TEST_MANAGER_H

#include "collect.h"

struct manager {
    struct collect *c;
    int requests; /* listening sockets */
    int metrics;  /* -1: none is passed */
    int notify;
    bool filtered;       /* run it under the unit's SystemCallFilter= */
    const char *command; /* in the place of ExecStart=, where not NULL */
    char heard[512];     /* the last datagram */
};

/* A listening socket on the loopback, and its port. */
int manager_listen(int *ret_port);

void manager_setup(struct manager *m, struct collect *c);
/* Writes its configuration anew, with this database and more lines. */
void manager_configure(struct manager *m, const char *db, const char *lines);
/* Passes a socket for metrics too, for which "metrics = systemd" asks; returns
 * its port. */
int manager_add_metrics(struct manager *m);
void manager_teardown(struct manager *m);

/* Starts it with the sockets, and does not wait. */
void manager_launch(struct manager *m);
void manager_start(struct manager *m);
void manager_reload(struct manager *m);
void manager_stop(struct manager *m);

/* The next datagram begins with this line. */
void manager_hear(struct manager *m, const char *line);

/* The values of a key in the service's unit, one after the other; NULL past
 * the last. The caller frees it. */
char *manager_unit(const char *key, unsigned index);

#endif
