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

struct http_request {
    const char *url;
    const char *key;
    const char *body; /* NULL: GET, else POST */
    size_t body_len;
};

/* What came of a request: status 0 is no answer. */
struct http_answer {
    int status;
    bool left; /* bytes of the request were sent */
};

/*
 * Requests to one endpoint, one after the other on one connection of their
 * own, within a deadline for all. What next gives must stay until answered
 * is called; either may end it by returning false.
 */
struct http_call {
    const char *endpoint;
    long connect_ms;
    long total_ms;
    const char *ca_file; /* NULL: as libcurl was built */
    const char *ca_dir;  /* NULL: the same; alone: no file */
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
