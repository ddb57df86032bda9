/* SPDX-License-Identifier: MIT */
/*
 * ini: lines of a configuration file, one after the other, in place.
 *
 *     [section]
 *     key words = value, up to the end of the line
 *     # a comment stands on a line of its own; so does one with ;
 *
 * Only the first '=' separates. Blanks around names and values are dropped.
 * Context: preload.
 */
#ifndef TEL_INI_H
#define TEL_INI_H

#include <tel/config.h>

/* Bytes of the caller's text, not NUL-terminated. */
struct tel_span {
    const char *at;
    size_t len;
};

struct tel_ini {
    const char *text;
    size_t len;
    size_t next;             /* where the next line begins */
    unsigned line;           /* of the entry that was read last, from 1 */
    struct tel_span section; /* without brackets; empty before the first */
    unsigned section_line;
    struct tel_span key;
    struct tel_span value;
};

void tel_ini_start(struct tel_ini *ini, const char *text, size_t len);

/*
 * The next "key = value": 1, or 0 at the end, or -EINVAL with *ret_what set to
 * a constant sentence. Sections are passed over, and stand in ini->section.
 */
int tel_ini_next(struct tel_ini *ini, const char **ret_what);

bool tel_span_is(struct tel_span span, const char *string);

/* Takes the next word off the front of *rest; empty at the end. */
struct tel_span tel_span_word(struct tel_span *rest);

#endif
