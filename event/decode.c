/* SPDX-License-Identifier: MIT */
/* An event read back, from a query or from one flat object of JSON. */
#include <tel/event.h>
#include <tel/text.h>

#include <errno.h>
#include <string.h>

#include "valid.h"

/* One key and its value, unescaped, as either form gives it. */
struct pair {
    char key[TEL_KEY_MAX + 1];
    char value[TEL_EVENT_MAX + 1];
    size_t key_len;
    size_t value_len;
    bool string; /* may be one of the values that are words */
    bool number; /* may be one of the values that are numbers */
};

/* The event as far as it was read. */
struct reading {
    const char *start;
    const char *at;
    const char *end;
    struct tel_event event;
    unsigned seen; /* a bit for each of the keys below */
    const char *what;
};

enum {
    KEY_T,
    KEY_E,
    KEY_V,
    KEY_TV,
    KEY_OS,
    KEY_LIBC,
    KEY_MS,
    KEY_END,
    KEY_CRASH
};
#define KEYS_NEEDED ((1U << KEY_MS) - 1)

/* exit, sig and end are one: how the run ended, told once. */
static const struct {
    char name[6];
    uint8_t bit;
} keys[] = {{"t", KEY_T},     {"e", KEY_E},        {"v", KEY_V},
            {"tv", KEY_TV},   {"os", KEY_OS},      {"libc", KEY_LIBC},
            {"ms", KEY_MS},   {"exit", KEY_END},   {"sig", KEY_END},
            {"end", KEY_END}, {"crash", KEY_CRASH}};

static int fail(struct reading *reading, const char *what)
{
    reading->what = what;
    return -EINVAL;
}

static bool is(const struct pair *pair, const char *key)
{
    return pair->key[0] == key[0] && strlen(key) == pair->key_len &&
           memcmp(pair->key, key, pair->key_len) == 0;
}

static bool value_is(const struct pair *pair, const char *value)
{
    return pair->string && strlen(value) == pair->value_len &&
           memcmp(pair->value, value, pair->value_len) == 0;
}

/* A number has one form only: no sign, no leading zero. */
static bool value_number(const struct pair *pair, uint64_t max,
                         uint64_t *ret_number)
{
    return pair->number && (pair->value[0] != '0' || pair->value_len == 1) &&
           tel_text_parse(pair->value, pair->value_len, max, ret_number);
}

static void keep(char *buf, const struct pair *pair)
{
    memcpy(buf, pair->value, pair->value_len);
    buf[pair->value_len] = '\0';
}

static int take_end(struct reading *reading, const struct pair *pair)
{
    struct tel_event *event = &reading->event;
    uint64_t number = 0;

    if (is(pair, "end")) {
        if (!value_is(pair, "lost"))
            return fail(reading, "end can only be lost");
        event->end = TEL_END_LOST;
    } else if (is(pair, "sig")) {
        if (!value_number(pair, 64, &number) || number < 1)
            return fail(reading, "sig is a number from 1 to 64");
        event->end = TEL_END_SIGNAL;
    } else if (value_is(pair, "ok")) {
        event->end = TEL_END_OK;
    } else if (value_is(pair, "error")) {
        event->end = TEL_END_ERROR;
    } else if (value_number(pair, 255, &number)) {
        event->end = TEL_END_CODE;
    } else {
        return fail(reading, "exit is a number up to 255, ok or error");
    }
    event->code = (uint8_t)number;
    return 0;
}

static int take_string(struct reading *reading, const struct pair *pair,
                       unsigned key)
{
    struct tel_event *event = &reading->event;

    if (!pair->string)
        return fail(reading, "expected a string");
    switch (key) {
    case KEY_T:
        if (!tel_name_valid(pair->value, pair->value_len))
            return fail(reading, "t is not a tool's id");
        keep(event->tool, pair);
        return 0;
    case KEY_E:
        keep(event->event, pair);
        return 0;
    case KEY_TV:
        if (!tel_event_version(pair->value, pair->value_len))
            return fail(reading, "tv is neither a release nor devel");
        keep(event->version, pair);
        return 0;
    case KEY_OS:
        return value_is(pair, "linux") ? 0
                                       : fail(reading, "os can only be linux");
    case KEY_CRASH:
        if (!tel_crash_valid(pair->value, pair->value_len))
            return fail(reading, "crash is not build-offset-frames");
        keep(event->crash, pair);
        return 0;
    default:
        if (pair->value_len > TEL_LIBC_MAX)
            return fail(reading, "libc is too long");
        keep(event->libc, pair);
        return 0;
    }
}

static int take_field(struct reading *reading, const struct pair *pair)
{
    struct tel_event *event = &reading->event;
    struct tel_event_field *field = &event->fields[event->nfields];

    if (!tel_key_valid(pair->key, pair->key_len))
        return fail(reading, "not a key that a field may have");
    if (pair->value_len > TEL_VALUE_MAX)
        return fail(reading, "too long a value");
    for (unsigned i = 0; i < event->nfields; i++) {
        if (is(pair, event->fields[i].key))
            return fail(reading, "a key is given twice");
    }
    if (event->nfields == TEL_FIELDS_MAX)
        return fail(reading, "too many fields");
    memcpy(field->key, pair->key, pair->key_len);
    field->key[pair->key_len] = '\0';
    keep(field->value, pair);
    event->nfields++;
    return 0;
}

static int take(struct reading *reading, const struct pair *pair)
{
    uint64_t number;

    if (!tel_event_token(pair->value, pair->value_len, TEL_EVENT_MAX))
        return fail(reading, "a value is empty or has bytes that none has");
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (!is(pair, keys[i].name))
            continue;
        if ((reading->seen & (1U << keys[i].bit)) != 0)
            return fail(reading, "a key is given twice");
        reading->seen |= 1U << keys[i].bit;
        if (keys[i].bit == KEY_END)
            return take_end(reading, pair);
        if (keys[i].bit != KEY_MS && keys[i].bit != KEY_V)
            return take_string(reading, pair, keys[i].bit);
        if (!value_number(pair, TEL_MS_TOP, &number))
            return fail(reading, "not a number, or too large a one");
        if (keys[i].bit == KEY_MS)
            reading->event.ms = (int32_t)number;
        else if (number != TEL_FORMAT_VERSION)
            return fail(reading, "another version of the format");
        return 0;
    }
    return take_field(reading, pair);
}

static int hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if (byte >= 'A' && byte <= 'F')
        return byte - 'A' + 10;
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    return -1;
}

/* Whether it is one of the two. */
static bool stops_at(const char stops[2], char byte)
{
    return byte == stops[0] || byte == stops[1];
}

/* Bytes up to one of stops, with %XX decoded, into buf of size bytes. */
static int query_part(struct reading *reading, const char stops[2], char *buf,
                      size_t size, size_t *ret_len)
{
    size_t len = 0;

    while (reading->at < reading->end && !stops_at(stops, *reading->at)) {
        char byte = *reading->at++;

        if (byte == '+')
            return fail(reading, "a space, which no value has");
        if (byte == '%') {
            int high = -1;
            int low = -1;

            if (reading->end - reading->at >= 2) {
                high = hex_digit(reading->at[0]);
                low = hex_digit(reading->at[1]);
            }
            if (high < 0 || low < 0)
                return fail(reading, "'%' without two hexadecimal digits");
            byte = (char)(high * 16 + low);
            reading->at += 2;
        }
        if (len + 1 >= size)
            return fail(reading, "too long a key or value");
        buf[len++] = byte;
    }
    buf[len] = '\0';
    *ret_len = len;
    return 0;
}

static int read_query(struct reading *reading)
{
    for (;;) {
        struct pair pair = {.string = true, .number = true};
        int r = query_part(reading, "=&", pair.key, sizeof(pair.key),
                           &pair.key_len);

        if (r < 0)
            return r;
        if (reading->at == reading->end || *reading->at != '=')
            return fail(reading, "expected '=' after a key");
        reading->at++;
        r = query_part(reading, "&&", pair.value, sizeof(pair.value),
                       &pair.value_len);
        if (r == 0)
            r = take(reading, &pair);
        if (r < 0)
            return r;
        if (reading->at == reading->end)
            return 0;
        reading->at++;
    }
}

static void json_blanks(struct reading *reading)
{
    while (reading->at < reading->end &&
           (*reading->at == ' ' || *reading->at == '\t' ||
            *reading->at == '\n' || *reading->at == '\r'))
        reading->at++;
}

/* Passes over blanks and this byte: whether it was there. */
static bool json_byte(struct reading *reading, char byte)
{
    json_blanks(reading);
    if (reading->at == reading->end || *reading->at != byte)
        return false;
    reading->at++;
    return true;
}

static int json_string(struct reading *reading, char *buf, size_t size,
                       size_t *ret_len)
{
    const char *start;
    size_t len;

    if (!json_byte(reading, '"'))
        return fail(reading, "expected a string");
    start = reading->at;
    while (reading->at < reading->end && *reading->at != '"' &&
           *reading->at != '\\')
        reading->at++;
    if (reading->at == reading->end)
        return fail(reading, "a string without its end");
    if (*reading->at == '\\')
        return fail(reading, "an escape, which no value needs");
    len = (size_t)(reading->at - start);
    if (len >= size)
        return fail(reading, "too long a key or value");
    memcpy(buf, start, len);
    buf[len] = '\0';
    *ret_len = len;
    reading->at++;
    return 0;
}

static size_t json_digits(struct reading *reading)
{
    const char *start = reading->at;

    while (reading->at < reading->end && *reading->at >= '0' &&
           *reading->at <= '9')
        reading->at++;
    return (size_t)(reading->at - start);
}

/* 0, 12 or 0.25: no sign, no exponent, no leading zero. */
static int json_number(struct reading *reading, struct pair *pair)
{
    const char *start = reading->at;
    size_t digits = json_digits(reading);

    if (digits == 0 || (digits > 1 && *start == '0'))
        return fail(reading, "expected a string or a plain number");
    if (reading->at < reading->end && *reading->at == '.') {
        reading->at++;
        if (json_digits(reading) == 0)
            return fail(reading, "a decimal point without digits");
    }
    pair->value_len = (size_t)(reading->at - start);
    if (pair->value_len >= sizeof(pair->value))
        return fail(reading, "too long a number");
    memcpy(pair->value, start, pair->value_len);
    pair->value[pair->value_len] = '\0';
    pair->number = true;
    return 0;
}

static int json_pair(struct reading *reading)
{
    struct pair pair = {0};
    int r = json_string(reading, pair.key, sizeof(pair.key), &pair.key_len);

    if (r < 0)
        return r;
    if (!json_byte(reading, ':'))
        return fail(reading, "expected ':' after a key");
    json_blanks(reading);
    if (reading->at < reading->end && *reading->at == '"') {
        pair.string = true;
        r = json_string(reading, pair.value, sizeof(pair.value),
                        &pair.value_len);
    } else {
        r = json_number(reading, &pair);
    }
    return r < 0 ? r : take(reading, &pair);
}

static int read_json(struct reading *reading)
{
    if (!json_byte(reading, '{'))
        return fail(reading, "expected '{'");
    do {
        int r = json_pair(reading);

        if (r < 0)
            return r;
    } while (json_byte(reading, ','));
    if (!json_byte(reading, '}'))
        return fail(reading, "expected ',' or '}'");
    json_blanks(reading);
    if (reading->at != reading->end)
        return fail(reading, "something follows the object");
    return 0;
}

static void explain(const struct reading *reading, struct tel_err *err)
{
    struct tel_text text;

    if (err == NULL)
        return;
    tel_text_start(&text, err->text, sizeof(err->text));
    tel_text_add(&text, "byte ");
    tel_text_number(&text, (uint64_t)(reading->at - reading->start));
    tel_text_add(&text, ": ");
    tel_text_add(&text, reading->what);
}

static int decode(const char *bytes, size_t len,
                  int (*read)(struct reading *reading),
                  struct tel_event *ret_event, struct tel_err *err)
{
    struct reading reading = {
        .start = bytes, .at = bytes, .end = bytes + len, .event = {.ms = -1}};
    int r = read(&reading);

    if (r == 0 && (reading.seen & KEYS_NEEDED) != KEYS_NEEDED)
        r = fail(&reading, "a key that every event has is missing");
    if (r == 0 && !tel_event_valid(&reading.event))
        r = fail(&reading, "no event looks like this");
    if (r < 0) {
        explain(&reading, err);
        return r;
    }
    *ret_event = reading.event;
    return 0;
}

int tel_event_from_query(const char *text, size_t len,
                         struct tel_event *ret_event, struct tel_err *err)
{
    return decode(text, len, read_query, ret_event, err);
}

int tel_event_from_json(const char *text, size_t len,
                        struct tel_event *ret_event, struct tel_err *err)
{
    return decode(text, len, read_json, ret_event, err);
}
