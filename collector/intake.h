/* SPDX-License-Identifier: MIT */
/*
 * intake: the events of one request are checked, counted and answered.
 */
#ifndef TEL_COLLECTOR_INTAKE_H
#define TEL_COLLECTOR_INTAKE_H

#include "store.h"
#include "tools.h"

/* Limits of one request. A sender's own batches are well below. */
#define TEL_INTAKE_TARGET_MAX 4096  /* bytes of a request target */
#define TEL_INTAKE_BODY_MAX 1048576 /* bytes of a batch */
#define TEL_INTAKE_EVENTS_MAX 1000  /* events of a batch */

/* Reasons beside those of tel_refusal_name. */
#define TEL_INTAKE_REFUSED_KEY "key"   /* no usable Idempotency-Key */
#define TEL_INTAKE_REFUSED_SIZE "size" /* above one of the limits */

struct tel_intake {
    enum tel_method method;
    const char *text; /* a query, or a batch's lines; the caller's */
    size_t len;
    bool keyed;
    uint8_t key[TEL_STORE_KEY];
    unsigned status;    /* the answer; set before: refused unread */
    const char *reason; /* of a refusal; a constant, or NULL */
};

/* Reads 32 hexadecimal digits: 0 or -EINVAL. */
int tel_intake_key(const char *digits, size_t len,
                   uint8_t ret_key[TEL_STORE_KEY]);

/*
 * Counts the request within the store's transaction and sets its answer: 204
 * where at least one event counts or its key has been seen, else 4xx with
 * the reason that came furthest. -EIO: the store failed; then the answer is
 * the caller's to give.
 */
int tel_intake_take(struct tel_intake *intake, const struct tel_tools *tools,
                    struct tel_store *store);

#endif
