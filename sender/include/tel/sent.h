/* SPDX-License-Identifier: MIT */
/*
 * sent: sent.log, read back: every request that has left this account, with
 * its day and its answer. The form of the file stands at the head of
 * sender/log.c, which writes it.
 *
 *     struct tel_sent sent;
 *     struct tel_sent_request request;
 *
 *     r = tel_sent_open(state, &sent);        state: as tel_path_state gives
 *     while (tel_sent_next(&sent, &request)) {
 *         struct tel_event event;
 *         size_t at = 0;
 *
 *         while (tel_sent_event(&request, &at, &event, NULL) > 0)
 *             ...
 *     }
 *     tel_sent_close(&sent);
 *
 * The whole file is held until tel_sent_close; requests point into it. Needs
 * nothing but libc, so that tel can read it.
 *
 * Context: normal.
 */
#ifndef TEL_SENT_H
#define TEL_SENT_H

#include <tel/event.h>

/* Bytes of the log, not NUL-terminated. */
struct tel_sent_part {
    const char *at;
    size_t len;
};

struct tel_sent {
    char *text;
    size_t len;
    size_t at;     /* where the next request begins */
    unsigned line; /* and its line, from 1 */
};

/*
 * One request. What belongs to none (a damaged log) comes as a request with
 * an empty day: bytes are the lines.
 */
struct tel_sent_request {
    unsigned line;            /* of the head */
    struct tel_sent_part day; /* "2026-01-31" */
    struct tel_sent_part id;  /* the tool's */
    struct tel_sent_part method;
    struct tel_sent_part endpoint;
    struct tel_sent_part note;  /* what the head says beside, mostly empty */
    struct tel_sent_part bytes; /* the request, from the line behind the head */
    struct tel_sent_part answer; /* "204 accepted"; empty where none stands */
    bool accepted;               /* its events have been counted */
};

/*
 * Reads the log: 0, also where there is none; -EPERM where it is somebody
 * else's, -EFBIG above 8 MiB, or -errno.
 */
int tel_sent_open(const char *state, struct tel_sent *ret_sent);
void tel_sent_close(struct tel_sent *sent);

bool tel_sent_next(struct tel_sent *sent, struct tel_sent_request *ret_request);

/*
 * What carries the events: a GET's query, behind the endpoint's own; or a
 * POST's body. -EINVAL, with a sentence, where there is none.
 */
int tel_sent_payload(const struct tel_sent_request *request,
                     struct tel_sent_part *ret_payload, struct tel_err *err);

/*
 * The next event of a request. *at is 0 before the first, and becomes the
 * offset in its payload behind this one, and behind what parts it from the
 * next. 1; 0 past the last; or -EINVAL, with a sentence, where the request
 * carries something else at this place, which is passed over.
 */
int tel_sent_event(const struct tel_sent_request *request, size_t *at,
                   struct tel_event *ret_event, struct tel_err *err);

#endif
