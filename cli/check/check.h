/* SPDX-License-Identifier: MIT */
/*
 * check: the privacy checklist that tel check runs over one policy.
 *
 *     struct check check = {.env = env, .policy = &policy, .path = path};
 *     check_fields(&check);       ... one function a group of items ...
 *     check_print(&check);        or check_print_json(&check);
 *     check_clear(&check);
 *
 * Each group looks at the policy and adds findings: one an item and line, so
 * that a line with one fault is told once however often the fault is seen.
 *
 * Context: normal, in tel's own process only.
 */
#ifndef TEL_CHECK_H
#define TEL_CHECK_H

#include "../cli.h"

/* The items, in the order in which they are told. */
enum check_item {
    CHECK_SYNTAX,
    CHECK_PERSONAL,
    CHECK_CONTENT,
    CHECK_TIMESTAMPS,
    CHECK_PURPOSE,
    CHECK_DISABLE,
    CHECK_SWITCHES,
    CHECK_ENDPOINT,
    CHECK_ID,
    CHECK_UNIQUE,
    CHECK_VERBS,
    CHECK_SOURCE,
    CHECK_CONTROLLER,
    CHECK_CONTACT,
    CHECK_RETENTION,
    CHECK_DISCLOSURE,
    CHECK_ITEMS
};

struct check_finding {
    enum check_item item;
    const char *file;
    unsigned line; /* 0: there is none, as where something is missing */
    char what[240];
    const char *mend;
};

struct check {
    const struct tel_env *env;
    const struct tel_policy *policy;
    const char *path;       /* of the policy, as the person named it */
    const char *disclosure; /* the file that should hold one, or NULL */
    struct check_finding *findings;
    size_t count;
    size_t room;
    bool failed; /* no memory: the findings are not complete */
};

/*
 * Adds a finding about what stands at where, in words that end up in one
 * line. mend says what to do about it, and is a constant.
 */
void check_found(struct check *check, enum check_item item,
                 struct tel_str where, const char *mend, const char *format,
                 ...) __attribute__((format(printf, 5, 6)));

/* The same for a line of a file; mend and file must outlive check. */
void check_found_at(struct check *check, enum check_item item, const char *file,
                    unsigned line, const char *mend, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

void check_clear(struct check *check);

/* personal, content, timestamps. fields.c */
void check_fields(struct check *check);
/* purpose. purposes.c */
void check_purposes(struct check *check);
/* verbs: verbs, aliases and modifiers. verbs.c */
void check_verbs(struct check *check);
/* disable, endpoint, id. tool.c */
void check_tool(struct check *check);
/* source, controller, contact, retention. people.c */
void check_people(struct check *check);
/* Whether nothing is said: empty, or a word like TODO that stands in.
 * people.c */
bool check_is_blank(const struct tel_policy *policy, struct tel_str str);
/* unique, and a disable that another tool has too. others.c */
void check_others(struct check *check);
/* disclosure: 0, or -errno where the file cannot be read. disclosure.c */
int check_disclosure(struct check *check);

/* What was found, for a person and for a program. report.c */
void check_print(const struct check *check);
void check_print_json(const struct check *check);

/* ---- words.c: what a name says of what it names ------------------------- */

enum check_sense {
    SENSE_NONE,
    SENSE_SECRET,
    SENSE_PERSON,
    SENSE_TIME,
    SENSE_CONTENT,
    SENSE_OUTPUT /* a file, if not a form of output: --output=json */
};

/* len bytes of a key or an option. */
struct check_name {
    const char *at;
    size_t len;
    bool plural; /* whether "users" is taken for "user" */
};

/*
 * What a field's key, or an option with its dashes, is about, by the words
 * that it is made of; *ret_why is then what that word stands for ("an e-mail
 * address"), a constant.
 */
enum check_sense check_sense(struct check_name name, const char **ret_why);

/* Whether the word is one for a form of output: json, table, plain ... */
bool check_is_format(const char *at, size_t len);

/* Whether a part of the name is a person's given name. */
bool check_has_given_name(const char *at, size_t len);

/* ---- shapes.c: what bytes look like -------------------------------------- */

/* Phrases ("an e-mail address"), or NULL where the bytes look harmless. */
const char *check_shape_address(const char *at, size_t len);
/* The same of what an option holds beside its own name. */
const char *check_shape_inside(const char *at, size_t len);
const char *check_shape_identifier(const char *at, size_t len);
const char *check_shape_time(const char *at, size_t len);

static inline bool check_is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* Whether the bytes are a word of the table, whose end is NULL, in any case. */
bool check_is_one_of(const char *at, size_t len, const char *const *table);

/* The longest run of decimal digits. */
size_t check_digits(const char *at, size_t len);

/* An e-mail address, and nothing else. */
bool check_is_email(const char *at, size_t len);

#endif
