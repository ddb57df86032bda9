/* SPDX-License-Identifier: MIT */
/*
 * audit: looks for personal data in telemetry that was not made here.
 *
 *     struct tel_audit *audit = tel_audit_new();
 *     tel_audit_read(audit, fd, NULL);
 *     ... audit->fields, audit->counts ...
 *     tel_audit_free(audit);
 *
 * The way of a line: lines.c cuts it off the stream; forms.c finds its form;
 * access.c, query.c and json.c take it apart into fields and values; values.c
 * judges a value by its bytes (paths.c, network.c, machines.c, secrets.c,
 * times.c, prose.c, errors.c, pairs.c) and by its field's name (names.c,
 * fits.c); fields.c remembers what was found and how many different values a
 * field had; kinds.c knows what a finding means, and masks examples.
 *
 * Memory is bounded, whatever the input: TEL_AUDIT_FIELDS_MAX fields, for
 * each at most TEL_AUDIT_DISTINCT_MAX hashes of values and one masked example
 * a kind. No value is kept.
 *
 * Context: normal. Nothing here prints.
 */
#ifndef TEL_AUDIT_H
#define TEL_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEL_AUDIT_LINE_MAX_BYTES ((size_t)1 << 20)
#define TEL_AUDIT_FIELDS_MAX 1000
#define TEL_AUDIT_DISTINCT_MAX 512
#define TEL_AUDIT_NAME_MAX 120   /* of a field, in bytes */
#define TEL_AUDIT_EXAMPLE_MAX 48 /* masked, in bytes */

/* In the order of the manual. Which one a value gets, values.c says. */
enum tel_audit_kind {
    TEL_AUDIT_NONE,
    TEL_AUDIT_HOME,
    TEL_AUDIT_PATH,
    TEL_AUDIT_EMAIL,
    TEL_AUDIT_IPV4,
    TEL_AUDIT_IPV6,
    TEL_AUDIT_MAC,
    TEL_AUDIT_HOST,
    TEL_AUDIT_USER,
    TEL_AUDIT_UUID,
    TEL_AUDIT_ID,
    TEL_AUDIT_TOKEN,
    TEL_AUDIT_TIMESTAMP,
    TEL_AUDIT_COORDINATES,
    TEL_AUDIT_ERROR,
    TEL_AUDIT_TEXT,
    TEL_AUDIT_CARDINALITY,
    TEL_AUDIT_KINDS
};

/* Some bytes of a line; any byte may be among them, NUL too. */
struct tel_piece {
    const char *at;
    size_t len;
};

/* What was recognised, and by which part of the value. */
struct tel_trait {
    enum tel_audit_kind kind;
    struct tel_piece part;
    bool by_name; /* the field's name alone says so */
};

/* ---- kinds.c: what a finding means --------------------------------------- */

const char *tel_audit_kind_name(enum tel_audit_kind kind);
/* A sentence's end: "looks like ..."; by_name: what the name says. */
const char *tel_audit_reason(enum tel_audit_kind kind, bool by_name);

/*
 * Enough of a value to recognise it where one has it, never the whole; UTF-8,
 * without control bytes, NUL-terminated.
 */
void tel_audit_mask(struct tel_trait trait,
                    char ret_example[TEL_AUDIT_EXAMPLE_MAX]);

/* ---- names.c: what a field's name says ----------------------------------- */

struct tel_audit_name {
    enum tel_audit_kind says; /* of values that are fit for it */
    bool strong;     /* nearly any value is; else it has to look like one */
    bool label;      /* of products, features: several words are no prose */
    bool numeric_id; /* numbers of a few digits are enough here */
    bool guid;       /* 32 hexadecimal digits are a UUID */
    bool quantity;   /* a duration, size, count, status: numbers are harmless */
    bool version;    /* four numbers are a version, a date is a release */
    bool agent;      /* a user agent, with its own habits */
    bool route;      /* a path of an interface, not of a file */
    bool crash;      /* tel's own crash signature is allowed */
    bool plural;     /* "users": a number is a count */
    bool request;    /* a part of the path that was requested */
    bool voice;      /* what a person wrote or said: never an error */
    bool actor;      /* "..._by": of people, but also of programs */
    bool dial;       /* a telephone: its number has few signs but digits */
};

void tel_audit_name(const char *name, struct tel_audit_name *ret_name);

/* ---- the recognisers: is this word one, and which part of it? ------------ */

/* paths.c. Kind home or path, or none. */
struct tel_trait tel_audit_path(struct tel_piece word);

/* network.c */
bool tel_audit_email(struct tel_piece word, struct tel_piece *ret_part);
bool tel_audit_ipv4(struct tel_piece word, struct tel_piece *ret_part);
bool tel_audit_ipv6(struct tel_piece word, struct tel_piece *ret_part);
bool tel_audit_host(struct tel_piece word, struct tel_piece *ret_part);
/* In somebody's own network: nothing else has a name like that. */
bool tel_audit_own_host(struct tel_piece word);
/* Kind none where the host is this machine or nothing. */
bool tel_audit_url(struct tel_piece word, struct tel_trait *ret_trait);

/* machines.c */
bool tel_audit_mac(struct tel_piece word, struct tel_piece *ret_part);
bool tel_audit_machine(struct tel_piece word);
bool tel_audit_model(struct tel_piece word);
bool tel_audit_architecture(struct tel_piece word);

/* secrets.c */
bool tel_audit_token(struct tel_piece word, struct tel_piece *ret_part);
/* What follows "Basic" in a header: a name and a password, encoded. */
bool tel_audit_basic(struct tel_piece word);
/* The part of a web hook's path that nobody else may know. */
bool tel_audit_hook(struct tel_piece part);
bool tel_audit_uuid(struct tel_piece word, struct tel_piece *ret_part);
bool tel_audit_id(struct tel_piece word, struct tel_piece *ret_part);
/* "000000000", "00000000-0000-...": one digit, and signs between. */
bool tel_audit_is_uniform(struct tel_piece word);
/* Digits in groups, as on a card or of a telephone; the whole value. */
bool tel_audit_number(struct tel_piece value);

/* times.c: a word, or a whole value of several words. */
bool tel_audit_time_word(struct tel_piece word);
bool tel_audit_time(struct tel_piece value);
/* Digits that are a size or a frequency rather than a number of something. */
bool tel_audit_is_round(struct tel_piece digits);

/* prose.c, each of a whole value */
bool tel_audit_coordinates(struct tel_piece value);
bool tel_audit_person(struct tel_piece value);
/* Words as people's names have them; so have many titles. */
bool tel_audit_full_name(struct tel_piece value);
bool tel_audit_sentence(struct tel_piece value);

/* errors.c, of a whole value */
bool tel_audit_error(struct tel_piece value);

/* ---- pairs.c: names and values within a value ------------------------------ */

/* What the word before, and what stands between, say of a word. */
struct tel_trait tel_audit_pair(struct tel_piece before, struct tel_piece word,
                                struct tel_trait looks);
struct tel_trait tel_audit_inside(struct tel_piece word,
                                  struct tel_trait looks);
/* A line of ".netrc". */
bool tel_audit_login(struct tel_piece value);

/* ---- fits.c: a value under its field's name --------------------------------- */

/* Nothing, a switch, a state, or what was masked already. */
bool tel_audit_is_trivial(struct tel_piece value);
/* "12", "-1.5e3" */
bool tel_audit_is_decimal(struct tel_piece value);

/*
 * What the value is in the end: what its bytes look like, or what the name
 * says, if that is surer and the value is fit for it.
 */
struct tel_trait tel_audit_by_name(struct tel_piece value,
                                   struct tel_trait looks,
                                   const struct tel_audit_name *name);

/* ---- values.c: one value --------------------------------------------------- */

struct tel_trait tel_audit_value(struct tel_piece value,
                                 const struct tel_audit_name *name);

/* A name that is itself a value: {"/home/x/y": 1}. */
struct tel_trait tel_audit_as_name(struct tel_piece key);

/* ---- lines.c and fields.c: what was found --------------------------------------------- */

struct tel_audit_finding {
    uint64_t lines; /* in how many lines; 0: none */
    uint64_t first; /* the first of them, from 1 */
    uint64_t last;
    bool by_name;
    char example[TEL_AUDIT_EXAMPLE_MAX];
};

struct tel_audit_field {
    char name[TEL_AUDIT_NAME_MAX];
    struct tel_audit_name says;
    struct tel_audit_finding findings[TEL_AUDIT_KINDS];
    uint64_t specific; /* the last line with more than free text */
    uint64_t seen;     /* values that count for cardinality */
    uint64_t first;    /* the line of the first of them */
    unsigned distinct; /* up to TEL_AUDIT_DISTINCT_MAX */
    uint64_t *values;  /* open addressing, 0: free; fields.c says of what */
    unsigned values_size;
};

struct tel_audit_counts {
    uint64_t lines;
    uint64_t empty;
    uint64_t unknown; /* of no known form, or of one that breaks off */
    uint64_t first_unknown;
    uint64_t cut; /* longer than TEL_AUDIT_LINE_MAX_BYTES */
    uint64_t first_cut;
    bool many_fields; /* more than TEL_AUDIT_FIELDS_MAX */
};

struct tel_audit {
    struct tel_audit_field *fields[TEL_AUDIT_FIELDS_MAX + 1];
    unsigned nfields;
    unsigned buckets[4096]; /* index of a field + 1, by the hash of its name */
    struct tel_audit_counts counts;
    uint64_t seed; /* of the hashes of values */
    bool failed;   /* out of memory: the result would be incomplete */
};

struct tel_audit *tel_audit_new(void);
void tel_audit_free(struct tel_audit *audit); /* accepts NULL */

/* A line without its newline. Its bytes are overwritten. 0 or -ENOMEM. */
int tel_audit_line(struct tel_audit *audit, char *line, size_t len, bool whole);

/*
 * All the lines of fd, in bounded memory, and then tel_audit_finish. progress
 * (NULL: none) is told now and then how many bytes were read. 0 or -errno.
 */
int tel_audit_read(struct tel_audit *audit, int fd,
                   void (*progress)(uint64_t bytes));

/* After the last line: judges how many values each field had. */
void tel_audit_finish(struct tel_audit *audit);

/* A value of the field called name, judged and remembered. */
void tel_audit_add(struct tel_audit *audit, const char *name,
                   struct tel_piece value);
/* A finding of the caller's own. */
void tel_audit_found(struct tel_audit *audit, const char *name,
                     struct tel_trait trait);

/* ---- forms.c, access.c, query.c, json.c: a line taken apart --------------- */

/* The way to a value: names joined by dots, cut at TEL_AUDIT_NAME_MAX. */
struct tel_audit_way {
    char name[TEL_AUDIT_NAME_MAX];
    size_t len;
    unsigned depth; /* of forms within forms */
};

/* Adds a name (decoded) or "[]"; returns the length to go back to. */
size_t tel_audit_go(struct tel_audit *audit, struct tel_audit_way *way,
                    struct tel_piece key);
size_t tel_audit_go_element(struct tel_audit_way *way);
void tel_audit_back(struct tel_audit_way *way, size_t len);

/*
 * A value in which there may be JSON or percent-encoding: taken apart where
 * it is, else added under the way's name. Overwrites it.
 */
void tel_audit_inner(struct tel_audit *audit, struct tel_audit_way *way,
                     char *value, size_t len);

/*
 * json.c. Adds every scalar. False: the text breaks off, or goes on as
 * something else; *ret_end is how far it was read.
 */
bool tel_audit_json(struct tel_audit *audit, struct tel_audit_way *way,
                    char *text, size_t len, size_t *ret_end);
/* The length of the JSON object or array at the front, or 0; no change. */
size_t tel_audit_json_length(const char *text, size_t len);

/* query.c */
bool tel_audit_is_query(const char *text, size_t len);
void tel_audit_query(struct tel_audit *audit, struct tel_audit_way *way,
                     char *text, size_t len);
/* Decodes in place, '+' too where plus: the new length. */
size_t tel_audit_decode(char *text, size_t len, bool plus);

/* What was requested, "/t?e=x" or an URL: its path's parts and its query. */
void tel_audit_target(struct tel_audit *audit, char *text, size_t len);

/* access.c. False, and no change, where the line is no access log's. */
bool tel_audit_access(struct tel_audit *audit, char *line, size_t len);

#endif
