/* SPDX-License-Identifier: MIT */
/*
 * hostile_requests: requests that nobody honest sends, and what has to come
 * of each.
 */
#ifndef TEL_TEST_HOSTILE_REQUESTS_H
#define TEL_TEST_HOSTILE_REQUESTS_H

#include <stddef.h>

struct hostile_request {
    const char *name;
    const char *bytes;
    size_t len;
    int status;         /* 0: its connection is ended without an answer */
    const char *reason; /* under which it is counted; NULL: not at all */
    /* A whole request, the body of a POST, or a part that stays one. */
    enum { RAW, BODY, PART } kind;
};

extern const struct hostile_request hostile_requests[];
extern const size_t hostile_count;

#endif
