/* SPDX-License-Identifier: MIT */
/*
 * front: the real nginx with the site file that is shipped, before a
 * collector or a stand-in for one, and requests from an address of their own.
 *
 *     struct front *front = front_new();       NULL: there is no nginx
 *     collect_start(&front->c, "127.0.0.1:0");
 *     front_start(front, front->c.port);
 *     ... front_request(front, "GET", "/t?...", "", "") ...
 *     front_stop(front);
 *     front_free(front);
 */
#ifndef TEL_TEST_FRONT_H
#define TEL_TEST_FRONT_H

#include "box.h"
#include "collect.h"

/* Whose address is looked for; all of 127.0.0.0/8 is this machine. */
#define CLIENT "127.9.8.7"
#define CANARY "zXqCanary7"

struct front {
    struct box *box;
    struct collect c;
    int socket; /* that nginx takes over */
    int port;
    pid_t pid;
};

struct front *front_new(void);
void front_free(struct front *front); /* accepts NULL */

/* nginx before this port of 127.0.0.1. */
void front_start(struct front *front, int upstream);
void front_stop(struct front *front);

/* Sends these bytes over TLS from CLIENT: all that openssl s_client, with
 * these options, says. The caller frees it. */
char *front_raw(struct front *front, const char *options, const char *bytes,
                size_t len);

/* The status in what was said; 0: there is none. */
int front_status(const char *said);

/* A request with as much in it as a browser behind a proxy sends, and more,
 * all of it canaries: the status. headers are whole lines. */
int front_request(struct front *front, const char *method, const char *target,
                  const char *headers, const char *body);

#endif
