/* SPDX-License-Identifier: MIT */
/*
 * wire: what libcurl is told, for http.c. Private to sender/.
 *
 *     struct wire wire;
 *     wire_choose(call, &wire);
 *     CURL *curl = wire_handle(&wire);
 *     ... CURLE_PEER_FAILED_VERIFICATION ...
 *     if (wire_widen(&wire)) wire_trust(&wire, curl);    once more
 */
#ifndef TEL_WIRE_H
#define TEL_WIRE_H

#include <curl/curl.h>

#include "http.h"

struct wire {
    bool tls;
    bool http2;          /* is offered */
    bool found;          /* the directory was found here, not asked for */
    const char *ca_file; /* NULL, and no directory: as libcurl was built */
    const char *ca_dir;  /* NULL: the same; alone: no file */
};

void wire_choose(const struct http_call *call, struct wire *ret_wire);
/* A handle without a request, or NULL. Freed by curl_easy_cleanup. */
CURL *wire_handle(const struct wire *wire);
/* Tells a handle whom to trust. */
void wire_trust(const struct wire *wire, CURL *curl);
/* Trusts all that libcurl was built to trust: false where it did already, or
 * where the person has said whom to trust. */
bool wire_widen(struct wire *wire);

#endif
