/* SPDX-License-Identifier: MIT */
/*
 * parse: what the parts of the policy parser share. Private to config/.
 * Context: preload.
 */
#ifndef TEL_PARSE_H
#define TEL_PARSE_H

#include <errno.h>

#include <tel/ini.h>

struct parse {
    struct tel_policy *policy;
    const char *file;
    struct tel_err *err;
    struct tel_ini ini;
    bool has_ms;
    bool has_exit;
    struct tel_str crash;
    struct tel_str method; /* as given: each of these at most once */
    struct tel_str consent;
    struct tel_str verbs;
    struct tel_str unlisted;
    struct tel_str bundled;
};

/*
 * Writes "file:line: what" (and ": 'bytes'", where there are any) for the
 * line that is being read. Always -EINVAL.
 */
#ifdef TEL_HOST
/* Nobody reads the sentence there: without all of them, the object that a host
 * loads is a page shorter. */
static inline int parse_fail(struct parse *parse, const char *what,
                             struct tel_span bytes)
{
    (void)parse;
    (void)what;
    (void)bytes;
    return -EINVAL;
}
#else
int parse_fail(struct parse *parse, const char *what, struct tel_span bytes);
#endif

/* The span, which lies in the policy's text, as an offset. */
struct tel_str parse_str(const struct parse *parse, struct tel_span span);

/* A line of [fields]. fields.c */
int parse_field(struct parse *parse);

/* What must hold of all lines together. whole.c */
int parse_check(struct parse *parse);

/* Byte classes of names. names.c */
bool verb_word_valid(struct tel_span word);
bool option_valid(struct tel_span option);
bool value_valid(struct tel_span value);
bool variable_valid(struct tel_span name);
bool endpoint_valid(struct tel_span url);
bool build_id_valid(struct tel_span digits);

/*
 * Whether all events of the policy have names of their own on the wire;
 * else *ret_name is one that two of them share. names.c
 */
bool events_distinct(const struct tel_policy *policy, struct tel_str *ret_name);

/* The listed verb of exactly these words, or NULL. policy.c */
const struct tel_verb *verb_find(const struct tel_policy *policy,
                                 struct tel_span words);

static inline struct tel_span str_span(const struct tel_policy *policy,
                                       struct tel_str str)
{
    return (struct tel_span){policy->text + str.at, str.len};
}

bool span_equal(struct tel_span a, struct tel_span b);

#endif
