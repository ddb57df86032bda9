/* SPDX-License-Identifier: MIT */
/*
 * strangers: clients from addresses of their own, whose requests are full of
 * canaries: in every header, in the path, the query, the body and the key.
 *
 *     struct strangers strangers;
 *     strangers_connect(&strangers, port, stem);
 *     strangers_ask(&strangers, 10000);      every answer is as it should be
 *     ...                                    they stay connected
 *     strangers_leave(&strangers);
 */
#ifndef TEL_TEST_STRANGERS_H
#define TEL_TEST_STRANGERS_H

#include <netinet/in.h>
#include <stdint.h>

#include "canary.h"
#include "text.h"

#define STRANGERS 16

struct strangers {
    int port;
    const char *stem;
    struct dice dice;
    int fds[STRANGERS];
    /* Who they are, and were: of each the first and the latest connection. */
    struct sockaddr_in peers[2 * STRANGERS];
    unsigned accepted; /* events that have to be in the totals */
};

void strangers_connect(struct strangers *strangers, int port, const char *stem,
                       uint64_t seed);

/*
 * Sends so many requests, of each kind in turn. Where they may leave in the
 * middle of one, the collector may keep it until it is due: the daemon does
 * not hear of the end of a connection that comes together with its last bytes.
 */
void strangers_ask(struct strangers *strangers, unsigned count, bool leave);

void strangers_leave(struct strangers *strangers);

#endif
