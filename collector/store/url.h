/* SPDX-License-Identifier: MIT */
/*
 * url: what the parts of the store behind a URL share. A hosted
 * collector (edge/totals.js) answers with lines:
 *
 *     {"tool":T,"event":E,"version":V,"day":D,"cells":[[ITEM,VALUE,N],...]}
 *     {"day":D,"reason":R,"n":N}
 *     {"lines":COUNT}       the last one: how many there were before it
 *
 * D is YYYY-MM-DD, or empty where days are summed. Lines, and cells in a line,
 * are in the order that store.h promises.
 */
#ifndef TEL_COLLECTOR_STORE_URL_H
#define TEL_COLLECTOR_STORE_URL_H

#include "store.h"

/* Who is given what the lines say; one of the two rows, the other NULL. */
struct tel_url_lines {
    int (*total)(void *context, int64_t day, const struct tel_cell *cell,
                 uint64_t n);
    int (*refusal)(void *context, int64_t day, const char *reason, uint64_t n);
    void *context;
    struct json_t *last; /* the line before, whose order the next continues */
    uint64_t count;
    bool ended; /* the last line was there */
};

/* Takes one line, without its newline: 0, -EBADMSG for what no collector
 * writes, -ENOMEM, or what the row returned. */
int tel_url_line(struct tel_url_lines *lines, const char *bytes, size_t len);

/* Forgets the line before; lines may then be used no more. */
void tel_url_lines_clear(struct tel_url_lines *lines);

/* Whether a token may go to this URL: https, or plain http that does not leave
 * this machine; without anybody's name or password, a query or a fragment. */
bool tel_url_safe(const char *text, bool *ret_plain);

/* Reads the one line of the file, of at most TEL_URL_TOKEN_MAX visible
 * characters: 0, -EINVAL, or as open(2), with a sentence. size is larger. */
#define TEL_URL_TOKEN_MAX 1024
int tel_url_token(const char *file, char *buf, size_t size,
                  struct tel_err *err);

#endif
