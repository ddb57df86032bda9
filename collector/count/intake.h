/* SPDX-License-Identifier: MIT */
/*
 * intake: the events of a group of requests are checked, counted and answered.
 */
#ifndef TEL_COLLECTOR_INTAKE_H
#define TEL_COLLECTOR_INTAKE_H

#include "sums.h"
#include "tools.h"

/* Reasons beside those of tel_refusal_name. */
#define TEL_INTAKE_REFUSED_KEY "key"   /* no usable Idempotency-Key */
#define TEL_INTAKE_REFUSED_SIZE "size" /* above one of the limits */

struct tel_intake {
    enum tel_method method;
    const char *text; /* a query, or a batch's lines; the caller's */
    size_t len;
    bool keyed;
    bool probe; /* counts nothing: answered 200 once the store has taken its
                 * key, which nobody else has, and let go of it */
    struct tel_store_key key;
    unsigned status;    /* the answer; set before: refused unread */
    const char *reason; /* of a refusal; a constant, or NULL */
};

/* Reads 32 hexadecimal digits: 0 or -EINVAL. */
int tel_intake_key(const char *digits, size_t len,
                   struct tel_store_key *ret_key);

/* How many events a batch says: its lines, of which the last newline may be
 * missing. */
size_t tel_intake_lines(const char *text, size_t len);

/* Makes one of it that asks whether the store takes anything. */
int tel_intake_probe(struct tel_intake *intake);

/*
 * Counts the requests within the store's transaction and sets each one's
 * answer: 204 where at least one event counts or its key has been seen, else
 * 4xx with the reason that came furthest. sums must be empty and is left with
 * what was added. -EIO: the store failed, -ENOMEM; then the answers are the
 * caller's to give, and the transaction is to be rolled back.
 */
int tel_intake_take(struct tel_intake *const *group, size_t count,
                    const struct tel_tools *tools, struct tel_store *store,
                    struct tel_sums *sums);

#endif
