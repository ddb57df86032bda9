/* SPDX-License-Identifier: MIT */
/*
 * http: the one piece that knows libcurl. Private to sender/.
 *
 * It is an object of its own, which only the process that sends loads, by its
 * compiled-in path: the one that waits in the background needs neither the
 * memory of libcurl and its thirty libraries nor their start-up.
 */
#ifndef TEL_HTTP_H
#define TEL_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#define TEL_HTTP_OBJECT TEL_LIBEXECDIR "/libtel_http.so"
#define TEL_HTTP_FUNCTION "tel_http_send"

/* Its url and key must stay until next is called again, its body until it is
 * answered. */
struct http_request {
    size_t number; /* the caller's own: its answer has the same */
    const char *url;
    const char *key;
    const char *body; /* NULL: GET, else POST */
    size_t body_len;
};

/* What came of a request: status 0 is no answer. */
struct http_answer {
    size_t number;
    int status;
    bool left;  /* bytes of the request were sent */
    bool http2; /* over HTTP/2, and so perhaps among others */
};

/*
 * Requests to one endpoint, on one connection of their own, within a deadline
 * for all: one after the other, or many at a time where there are many GETs
 * and the endpoint speaks HTTP/2. Each that next gives is answered once, in
 * any order. Either may end it by returning false: no further request is
 * begun then, and those under way are still answered.
 */
struct http_call {
    const char *endpoint;
    size_t requests; /* at most */
    long connect_ms;
    long total_ms;
    bool (*next)(void *context, struct http_request *ret_request);
    bool (*answered)(void *context, const struct http_answer *answer);
    void *context;
};

/*
 * 0 once next or answered has ended it, -EAGAIN where less than a fifth of
 * the time is left for another request, or -ENOMEM.
 */
int tel_http_send(const struct http_call *call);
typedef int tel_http_send_function(const struct http_call *call);

#endif
