/* SPDX-License-Identifier: MIT */
/*
 * plain: the event in a line that a vendor's own handler has written, or a
 * web server's log. The shapes, each a line:
 *
 *     {"t":"git",...}                          an event as JSON
 *     t=git&e=commit&...                       a query, with or without '?'
 *     /t?t=git&...  https://host/t?t=git&...   a request's target or URL
 *     GET /t?t=git&... HTTP/1.1                a request line
 *     ... "GET /t?t=git&... HTTP/1.1" 204 ...  an access log
 *     2026-11-25 10:20:30 INFO t=git&...       a line of a logger
 *
 * All but the first are one rule. Words are parted by blanks and double
 * quotes. The first word that has a '?' or begins with "t=" holds the query:
 * what follows the '?', or the word itself. A line of one word is a query as
 * it stands. A word "HTTP/..." ends the request and so the search, and what
 * stands before it must be a GET; a status behind it must be 2xx, because the
 * sender sends again what was answered in another way.
 *
 * Nothing else in the line is looked at.
 */
#ifndef TEL_COLLECTOR_PLAIN_H
#define TEL_COLLECTOR_PLAIN_H

#include <stddef.h>

enum tel_plain_kind {
    TEL_PLAIN_BLANK,   /* nothing stands there */
    TEL_PLAIN_QUERY,   /* for tel_event_from_query */
    TEL_PLAIN_JSON,    /* for tel_event_from_json */
    TEL_PLAIN_NONE,    /* no event */
    TEL_PLAIN_UNTAKEN, /* one that the server did not answer with 2xx */
};

/* What the line (without its newline) holds, and for the second and third
 * kind, where: a part of line. */
enum tel_plain_kind tel_plain_find(const char *line, size_t len,
                                   const char **ret_at, size_t *ret_len);

#endif
