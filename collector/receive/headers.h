/* SPDX-License-Identifier: MIT */
/*
 * headers: the few of a request that are looked at.
 *
 * Context: the daemon's thread.
 */
#ifndef TEL_COLLECTOR_HEADERS_H
#define TEL_COLLECTOR_HEADERS_H

#include <microhttpd.h>

#include "store/store.h"

struct tel_headers {
    /* Where its body ends can be read in one way only. A proxy in front may
     * have read it in another: then what follows is not ours to guess. */
    bool plain;
    unsigned long long announced; /* bytes of the body; 0: not said */
    bool keyed;                   /* it has one key, and a good one */
    bool miskeyed;                /* it has another kind of key */
    struct tel_store_key key;
};

void tel_headers_read(struct MHD_Connection *connection, const char *version,
                      struct tel_headers *ret_headers);

#endif
