/* SPDX-License-Identifier: MIT */
/*
 * server: a collector that answers what the test says, and keeps every
 * request byte for byte.
 *
 *     struct server *server = server_new(AF_INET);
 *     server_answers(server, 500);
 *     ... requests to http://127.0.0.1:server_port(server)/ ...
 *     assert_int_equal(server_count(server), 1);
 *     server_free(server);
 */
#ifndef TEL_TEST_SERVER_H
#define TEL_TEST_SERVER_H

#include <stdbool.h>
#include <stddef.h>

/* In the place of a status. */
#define SERVER_HANGS (-1)  /* never answers */
#define SERVER_CLOSES (-2) /* closes the connection instead */
/* 200 with an answer that never ends: in its body, in its head; or with a body
 * that never comes. */
#define SERVER_FLOODS (-3)
#define SERVER_BABBLES (-4)
#define SERVER_STALLS (-5)

struct server;

struct server *server_new(int family);
/* Ends its connections and threads. */
void server_free(struct server *server);
unsigned server_port(const struct server *server);

/* What is answered from now on; and how long each answer takes. */
void server_answers(struct server *server, int status);
void server_delays(struct server *server, unsigned delay_ms);
/* The next count requests are answered so, and only then as said above. */
void server_first(struct server *server, unsigned count, int status);

/* Requests so far, answered or not. */
size_t server_count(struct server *server);
size_t server_connections(struct server *server);

/* Bytes of answers without an end that were taken off it. */
size_t server_flooded(struct server *server);

/* The request at index as it came; "" past the last. Until server_free. */
const char *server_request(struct server *server, size_t index);
/* Its Idempotency-Key, and its query or body. */
const char *server_key(struct server *server, size_t index);
const char *server_payload(struct server *server, size_t index);

/*
 * What a collector would have counted: of the requests answered 2xx, each
 * key once. counts[i] is the number of events whose number (the value of
 * marker, as in "ms" or "exit") is i. Returns how many events there are;
 * fails the test where one key came with two contents.
 */
size_t server_tally(struct server *server, const char *marker, unsigned *counts,
                    size_t size);

#endif
