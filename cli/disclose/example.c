/* SPDX-License-Identifier: MIT */
/*
 * The table of what an event holds. Its keys and examples are read off events
 * that event/ itself has made and written, so that none can be missing here
 * or look otherwise on the wire.
 */
#include <string.h>

#include <tel/event.h>

#include "doc.h"

/* The example run: 1,234 ms, on a C library that is not asked of this machine,
 * or the same policy would be disclosed differently elsewhere. */
#define EXAMPLE_LIBC "glibc-2.36"
#define EXAMPLE_MS 1234
#define EXAMPLE_SIGNAL 11 /* SIGSEGV */
#define EXAMPLE_COUNT 12

#define PAIRS_MAX (11 + TEL_FIELDS_MAX)

/* Bytes of a text. */
struct span {
    const char *at;
    size_t len;
};

struct pair {
    char key[TEL_KEY_MAX + 1];
    char value[TEL_EVENT_MAX + 1];
};

struct pairs {
    struct pair pair[PAIRS_MAX];
    unsigned count;
};

/* What the keys that tel itself gives mean, and what they are needed for. */
static const struct {
    const char *key;
    const char *data;
    const char *purpose;
} keys[] = {
    {"t", "the tool", "To count each tool by itself"},
    {"e", "the command, if it is listed below", "To count commands"},
    {"v", "the version of this format", "To read the event"},
    {"tv", "the tool's version, as its policy gives it",
     "To tell releases apart"},
    {"os", "the system", "To tell systems apart"},
    {"libc", "the C library and its version",
     "To know which systems have to be supported"},
    {"ms", NULL, NULL},
    {"exit", NULL, NULL},
    {"sig",
     "the number of the signal, in the place of `exit`, where one ended "
     "the run",
     NULL},
    {"crash",
     "beside `sig`, where in the tool a fault was: part of the "
     "build-id of a released executable, an address in it, and a "
     "hash of the calls that led there",
     NULL},
    {"end",
     "in the place of `exit`, where a run ended and nothing else is "
     "known",
     NULL},
};
#define KEYS (sizeof(keys) / sizeof(keys[0]))

static const char *value_of(const struct pairs *pairs, const char *key)
{
    for (unsigned i = 0; i < pairs->count; i++) {
        if (strcmp(pairs->pair[i].key, key) == 0)
            return pairs->pair[i].value;
    }
    return NULL;
}

static void add_pair(struct pairs *pairs, struct span key, struct span value)
{
    struct pair *pair = &pairs->pair[pairs->count];

    if (pairs->count == PAIRS_MAX || key.len >= sizeof(pair->key) ||
        value.len >= sizeof(pair->value))
        return;
    memcpy(pair->key, key.at, key.len);
    pair->key[key.len] = '\0';
    memcpy(pair->value, value.at, value.len);
    pair->value[value.len] = '\0';
    /* The same key again is of a run that ended in another way. */
    for (unsigned i = 0; i < pairs->count; i++) {
        if (strcmp(pairs->pair[i].key, pair->key) == 0)
            return;
    }
    pairs->count++;
}

/* Without its quotes, where it has them. */
static struct span unquoted(const char *at, size_t len)
{
    bool quotes = len >= 2 && at[0] == '"';

    return (struct span){at + quotes, len - (quotes ? 2 : 0)};
}

/*
 * The pairs of the event that are not among pairs yet. In its JSON no value
 * needs an escape or holds a comma, so that it can be taken apart there.
 */
static void add_event(struct pairs *pairs, const struct tel_event *event)
{
    char json[TEL_EVENT_TEXT_MAX];
    const char *at = json + 1; /* behind '{' */

    if (tel_event_to_json(event, json, sizeof(json)) < 0)
        return;
    for (;;) {
        size_t len = strcspn(at, ",}");
        const char *colon = memchr(at, ':', len);

        if (colon == NULL)
            return;
        add_pair(pairs, unquoted(at, (size_t)(colon - at)),
                 unquoted(colon + 1, len - (size_t)(colon + 1 - at)));
        if (at[len] == '}')
            return;
        at += len + 1;
    }
}

static struct tel_value value_from(const char *string)
{
    return (struct tel_value){string, strlen(string)};
}

/* A value that the field can have; count is room for one. */
static struct tel_value example_value(const struct tel_policy *policy,
                                      const struct tel_field *field,
                                      char *count, size_t size)
{
    struct tel_str first;

    switch ((enum tel_field_kind)field->kind) {
    case TEL_FIELD_WORD:
    case TEL_FIELD_RUNTIME:
        first = policy->items[field->first_value];
        return (struct tel_value){tel_str_at(policy, first), first.len};
    case TEL_FIELD_COUNT:
        snprintf(count, size, "%u", tel_coarse_series(EXAMPLE_COUNT));
        return value_from(count);
    case TEL_FIELD_RATIO:
        return value_from("0.75");
    case TEL_FIELD_FLAG:
    case TEL_FIELD_TERMINAL:
        break;
    }
    return value_from("yes");
}

/* A run of the first listed command, in the three ways in which it can end. */
static void make(const struct tel_policy *policy, struct pairs *pairs)
{
    struct tel_match match = {.event = "none"};
    const struct tel_coarse *coarse = &policy->coarse;
    struct tel_event event;
    char count[16];

    if (policy->nverbs > 0 || policy->verbs_none)
        (void)tel_policy_event(policy,
                               policy->verbs_none ? (struct tel_str){0, 0}
                                                  : policy->verbs[0].words,
                               (struct tel_str){0, 0}, match.event,
                               sizeof(match.event));
    for (unsigned i = 0; i < policy->nfields; i++)
        match.values[i] =
            example_value(policy, &policy->fields[i], count, sizeof(count));
    pairs->count = 0;
    if (tel_event_begin(policy, &match, EXAMPLE_LIBC, &event) < 0)
        return;
    tel_event_finish(&event, coarse, EXAMPLE_MS, TEL_RAW_EXIT, 0);
    add_event(pairs, &event);
    tel_event_finish(&event, coarse, EXAMPLE_MS, TEL_RAW_SIGNAL,
                     EXAMPLE_SIGNAL);
    if (policy->crash)
        (void)tel_crash_text(&(struct tel_crash){.build = 0x1a2b3c4d,
                                                 .offset = 0x4f10,
                                                 .frames = 0x9c0ffee1},
                             event.crash, sizeof(event.crash));
    add_event(pairs, &event);
    tel_event_finish(&event, coarse, EXAMPLE_MS, TEL_RAW_LOST, 0);
    add_event(pairs, &event);
}

static void say_options(struct doc *doc, const struct tel_policy *policy,
                        const struct tel_field *field)
{
    for (unsigned i = 0; i < field->options; i++) {
        doc_text(doc, i == 0 ? "" : i + 1 == field->options ? " or " : ", ");
        doc_policy_code(doc, policy, policy->items[field->first_option + i]);
    }
}

static void say_field(struct doc *doc, const struct tel_policy *policy,
                      const struct tel_field *field)
{
    switch ((enum tel_field_kind)field->kind) {
    case TEL_FIELD_WORD:
        doc_text(doc, "the value of ");
        say_options(doc, policy, field);
        doc_text(doc, ", if it is listed below, else `other`");
        break;
    case TEL_FIELD_RUNTIME:
        doc_text(doc, "the name of the interpreter, if it is listed below, "
                      "else `other`");
        break;
    case TEL_FIELD_FLAG:
        doc_text(doc, "`yes` or `no`: was ");
        say_options(doc, policy, field);
        doc_text(doc, " given?");
        break;
    case TEL_FIELD_TERMINAL:
        doc_text(doc, "`yes` or `no`: is its output a terminal?");
        break;
    case TEL_FIELD_COUNT:
        doc_text(doc, "a number that the tool gives, lowered to one of 0, 1, "
                      "2, 5, 10, 20, 50 and so on");
        break;
    case TEL_FIELD_RATIO:
        doc_text(doc, "a share that the tool gives, from 0.00 to 1.00");
        break;
    }
}

static void say_codes(struct doc *doc, const struct tel_coarse *coarse)
{
    doc_text(doc, "how it ended: the status, if it is one of");
    for (unsigned code = 0; code < 256; code++) {
        char number[8];

        if ((coarse->exit_codes[code / 8] & (1U << (code % 8))) == 0)
            continue;
        snprintf(number, sizeof(number), " `%u`", code);
        doc_text(doc, number);
    }
    doc_text(doc, ", else `error`");
}

static void say_coarse(struct doc *doc, const struct tel_coarse *coarse,
                       const char *key)
{
    if (strcmp(key, "ms") == 0)
        doc_text(doc, coarse->ms == TEL_MS_ROUNDED
                          ? "how long it took, in milliseconds, rounded to "
                            "two digits"
                          : "how long it took, in milliseconds, lowered to "
                            "one of 0, 1, 2, 5, 10, 20, 50 and so on");
    else if (coarse->exit == TEL_EXIT_LIST)
        say_codes(doc, coarse);
    else
        doc_text(doc, coarse->exit == TEL_EXIT_CODE
                          ? "how it ended: its status, 0 to 255"
                          : "how it ended: `ok` or `error`");
}

/* The purpose of its own; for how long a run took and how it ended the tool's
 * counts, and the signal is a way to end. */
static void say_purpose(struct doc *doc, const struct tel_policy *policy,
                        const char *key, bool of_tool)
{
    bool is_end = strcmp(key, "sig") == 0 || strcmp(key, "end") == 0;
    const struct tel_purpose *purpose =
        tel_cli_purpose(policy, is_end ? "exit" : key);

    if (purpose != NULL && purpose->purpose.len > 0)
        doc_policy(doc, policy, purpose->purpose);
    else if (of_tool && policy->purpose.len > 0)
        doc_policy(doc, policy, policy->purpose);
    else
        doc_text(doc, "not given");
}

static void begin_row(struct doc *doc, const char *key)
{
    doc_row(doc);
    doc_code(doc, key);
    doc_text(doc, ": ");
}

/* Behind the first cell: the example, and the begin of the purpose. */
static void go_on(struct doc *doc, const char *value)
{
    doc_cell(doc);
    doc_code(doc, value);
    doc_cell(doc);
}

static void add_fixed(struct doc *doc, const struct tel_policy *policy,
                      const struct pairs *pairs)
{
    for (size_t i = 0; i < KEYS; i++) {
        const char *value = value_of(pairs, keys[i].key);

        if (value == NULL)
            continue;
        begin_row(doc, keys[i].key);
        if (keys[i].data != NULL)
            doc_text(doc, keys[i].data);
        else
            say_coarse(doc, &policy->coarse, keys[i].key);
        go_on(doc, value);
        if (keys[i].purpose != NULL)
            doc_text(doc, keys[i].purpose);
        else
            say_purpose(doc, policy, keys[i].key,
                        strcmp(keys[i].key, "crash") != 0);
    }
}

static bool is_fixed(const char *key)
{
    for (size_t i = 0; i < KEYS; i++) {
        if (strcmp(keys[i].key, key) == 0)
            return true;
    }
    return false;
}

static const struct tel_field *find_field(const struct tel_policy *policy,
                                          const char *key)
{
    for (unsigned i = 0; i < policy->nfields; i++) {
        if (strcmp(tel_cli_str(policy, policy->fields[i].key), key) == 0)
            return &policy->fields[i];
    }
    return NULL;
}

void disclose_event(struct doc *doc, const struct tel_policy *policy)
{
    static struct pairs pairs;

    make(policy, &pairs);
    doc_row(doc);
    doc_text(doc, "Data");
    doc_cell(doc);
    doc_text(doc, "Example");
    doc_cell(doc);
    doc_text(doc, "Purpose");
    add_fixed(doc, policy, &pairs);
    for (unsigned i = 0; i < pairs.count; i++) {
        const struct pair *pair = &pairs.pair[i];
        const struct tel_field *field = find_field(policy, pair->key);

        if (is_fixed(pair->key))
            continue;
        begin_row(doc, pair->key);
        if (field != NULL)
            say_field(doc, policy, field);
        go_on(doc, pair->value);
        say_purpose(doc, policy, pair->key, false);
    }
}
