/* SPDX-License-Identifier: MIT */
/*
 * relay: a TCP port of this machine in front of a server's unix socket. It
 * keeps what clients say, may delay every byte, and may be their proxy.
 *
 *     struct relay *relay = relay_new("/.../socket");
 *     ... https://localhost:relay_port(relay)/ ...
 *     const unsigned char *hello = relay_said(relay, 0, &len);
 *     relay_free(relay);
 */
#ifndef TEL_TEST_RELAY_H
#define TEL_TEST_RELAY_H

#include <stdbool.h>
#include <stddef.h>

struct relay;

/* The path must stay; the server need not listen yet. */
struct relay *relay_new(const char *path);
/* Ends its connections and threads. */
void relay_free(struct relay *relay);
unsigned relay_port(const struct relay *relay);

/* From now on: half a round trip for what goes either way. */
void relay_delays(struct relay *relay, unsigned delay_ms);
/* From now on a CONNECT is answered with this status, 200 by a tunnel. */
void relay_proxies(struct relay *relay, int status);

size_t relay_connections(struct relay *relay);
/* Whether each of them is over, closed by both sides. */
bool relay_is_idle(struct relay *relay);
/* What came on the connection of this index, a CONNECT aside: its first bytes,
 * until relay_free. NULL past the last. */
const unsigned char *relay_said(struct relay *relay, size_t index,
                                size_t *ret_len);
/* The CONNECT on that connection, or "". */
const char *relay_asked(struct relay *relay, size_t index);

#endif
