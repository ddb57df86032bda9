/* SPDX-License-Identifier: MIT */
/* drawn: events at random, and texts that were events. */
#include "drawn.h"

#include <stdio.h>
#include <string.h>

#define PICK(drawn, of) (of)[draw(drawn, sizeof(of) / sizeof((of)[0]))]

/* What the policies of edge_setup allow, one of a kind in each row. */
static const struct kind {
    const char *tool, *version;
    const char *events[4];
    const char *fields[4][4]; /* a key and values of it */
    bool ms, code, class, bucket;
} kinds[] = {
    {"git",
     "2.39.5",
     {"commit", "log", "remote_add", "commit_amend"},
     {{"fmt", "json", "csv", "other"}, {"quiet", "yes", "no", "no"}},
     .ms = true,
     .code = true},
    {"git",
     "2.40.0",
     {"commit", "switch", "none", "other"},
     {{"quiet", "yes", "no", "yes"}},
     .ms = true,
     .code = true},
    {"dock", "1", {"pull", "none", "other", "pull"}, {{0}}, .class = true},
    {"lister",
     "1.2",
     {"run", "run", "run", "run"},
     {{0}},
     .ms = true,
     .bucket = true},
    {"odd",
     "devel",
     {"a_b", "c:d", "x.y", "none"},
     {{"n", "0", "500", "2000000000"},
      {"score", "0.00", "1.00", "0.57"},
      {"constructor", "to-string", "other", "c++"},
      {"tty", "yes", "no", "no"}},
     .class = true},
};

static const char *const wrong[] = {
    "git",        "dock",    "x",        "2.39.5", "devel",       "1.2",
    "commit",     "none",    "run",      "other",  "fmt",         "quiet",
    "yes",        "0",       "1",        "7",      "01",          "1.5",
    "4294967296", "0.5",     "toString", "1.01",   "constructor", "prototype",
    "tty",        "0.99999", "score"};

static const char *const pieces[] = {"&",
                                     "=",
                                     "%",
                                     "+",
                                     "%2B",
                                     "%2b",
                                     "%00",
                                     "%0a",
                                     "%6",
                                     "%zz",
                                     "\"",
                                     "\\",
                                     "\\u0041",
                                     "{",
                                     "}",
                                     ",",
                                     ":",
                                     " ",
                                     "\t",
                                     "\n",
                                     "\r",
                                     "\v",
                                     "\f",
                                     "\xc2\xa0",
                                     "\xef\xbb\xbf",
                                     "\xff",
                                     "0",
                                     "-",
                                     "1e3",
                                     ".",
                                     ".5",
                                     "00",
                                     "null",
                                     "true",
                                     "[]",
                                     "{}",
                                     "__proto__",
                                     "&t=git",
                                     ",\"t\":\"git\"",
                                     "&exit=0",
                                     ",\"exit\":0",
                                     ",\"sig\":9",
                                     "&end=lost",
                                     ",\"v\":1",
                                     ",\"constructor\":\"c++\"",
                                     "&toString=1",
                                     "&crash=1a2b3c4d-4f10-9c0ffee1",
                                     ",\"crash\":\"1a2b3c4d-0-00000000\"",
                                     "99999999999999999999",
                                     "Infinity",
                                     "0x10",
                                     "#",
                                     "/",
                                     "~",
                                     "\x7f"};

unsigned draw(struct drawn *drawn, unsigned below)
{
    /* Knuth's generator for 64 bits; its upper half is good enough. */
    drawn->state =
        drawn->state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)((drawn->state >> 33) % below);
}

static void put(char *buf, size_t size, const char *string)
{
    snprintf(buf, size, "%s", string);
}

static void draw_end(struct drawn *drawn, const struct kind *kind,
                     struct tel_event *event)
{
    static const uint8_t codes[] = {0, 0, 1, 2, 127, 255};
    unsigned one = draw(drawn, 8);

    event->end = TEL_END_CODE;
    event->code = PICK(drawn, codes);
    if (one == 0) {
        event->end = TEL_END_SIGNAL;
        event->code = (uint8_t)(1 + draw(drawn, 64));
        if (strcmp(kind->tool, "lister") == 0)
            put(event->crash, sizeof(event->crash),
                draw(drawn, 2) ? "1a2b3c4d-4f10-9c0ffee1"
                               : "0a2b3c4d-ffffffffffff-00000000");
    } else if (one == 1) {
        event->end = TEL_END_LOST;
        event->code = 0;
        event->ms = -1;
    } else if (kind->class) {
        event->end = draw(drawn, 2) ? TEL_END_OK : TEL_END_ERROR;
        event->code = 0;
    }
}

static void draw_fields(struct drawn *drawn, const struct kind *kind,
                        struct tel_event *event)
{
    for (size_t i = 0; i < 4 && kind->fields[i][0] != NULL; i++) {
        struct tel_event_field *field = &event->fields[event->nfields];

        if (draw(drawn, 3) == 0)
            continue;
        put(field->key, sizeof(field->key), kind->fields[i][0]);
        put(field->value, sizeof(field->value),
            kind->fields[i][1 + draw(drawn, 3)]);
        event->nfields++;
    }
}

static void draw_fault(struct drawn *drawn, struct tel_event *event)
{
    const char *string = PICK(drawn, wrong);
    struct tel_event_field *field = &event->fields[event->nfields];

    switch (draw(drawn, 9)) {
    case 0:
        put(event->tool, sizeof(event->tool), string);
        break;
    case 1:
        put(event->version, sizeof(event->version), string);
        break;
    case 2:
        put(event->event, sizeof(event->event), string);
        break;
    case 3:
        event->ms = (int32_t)draw(drawn, TEL_MS_TOP + 2) - 1;
        break;
    case 4:
        event->end = (uint8_t)draw(drawn, TEL_END_LOST + 1);
        event->code = (uint8_t)draw(drawn, 256);
        break;
    case 5:
        put(event->crash, sizeof(event->crash), "1a2b3c4d-4f10-9c0ffee1");
        break;
    case 6:
        put(event->libc, sizeof(event->libc), string);
        break;
    case 7:
        if (event->nfields > 0)
            put(event->fields[0].value, sizeof(field->value), string);
        break;
    default:
        put(field->key, sizeof(field->key), string);
        put(field->value, sizeof(field->value), PICK(drawn, wrong));
        event->nfields++;
        break;
    }
}

void draw_event(struct drawn *drawn, struct tel_event *ret_event)
{
    const struct kind *kind = &PICK(drawn, kinds);
    struct tel_event event = {.ms = -1};
    unsigned size = 1U << draw(drawn, 23);

    put(event.tool, sizeof(event.tool), kind->tool);
    put(event.version, sizeof(event.version), kind->version);
    put(event.event, sizeof(event.event), PICK(drawn, kind->events));
    put(event.libc, sizeof(event.libc), draw(drawn, 4) ? "glibc-2.36" : "musl");
    if (kind->ms)
        event.ms =
            (int32_t)(kind->bucket ? tel_coarse_series(draw(drawn, size))
                                   : tel_coarse_rounded(draw(drawn, size)));
    draw_end(drawn, kind, &event);
    draw_fields(drawn, kind, &event);
    while (draw(drawn, 2) == 0)
        draw_fault(drawn, &event);
    *ret_event = event;
}

void draw_text(struct drawn *drawn, enum tel_method method, struct text *text)
{
    char buf[TEL_EVENT_TEXT_MAX];
    struct tel_event event;
    int len;

    /* What no policy leads to at all is not written. */
    do {
        draw_event(drawn, &event);
        len = method == TEL_GET ? tel_event_to_query(&event, buf, sizeof(buf))
                                : tel_event_to_json(&event, buf, sizeof(buf));
    } while (len < 0);
    text_add_bytes(text, buf, (size_t)len);
}

/* The text, with count bytes at this place replaced. */
static void splice(struct text *text, size_t at, size_t count,
                   const char *bytes, size_t len)
{
    struct text changed = {0};

    text_add_bytes(&changed, text->bytes, at);
    text_add_bytes(&changed, bytes, len);
    text_add_bytes(&changed, text->bytes + at + count, text->len - at - count);
    text_clear(text);
    *text = changed;
}

static void change_once(struct drawn *drawn, struct text *text)
{
    size_t at = draw(drawn, (unsigned)text->len + 1);
    size_t left = text->len - at;
    size_t count = draw(drawn, left < 12 ? (unsigned)left + 1 : 12);
    const char *piece = PICK(drawn, pieces);
    char bytes[16];

    switch (draw(drawn, 5)) {
    case 0:
        splice(text, at, 0, piece, strlen(piece));
        break;
    case 1:
        splice(text, at, count, piece, strlen(piece));
        break;
    case 2:
        splice(text, at, count, "", 0);
        break;
    case 3: /* said twice */
        memcpy(bytes, text->bytes + at, count);
        splice(text, at, 0, bytes, count);
        break;
    default:
        if (left == 0)
            break;
        snprintf(bytes, sizeof(bytes), draw(drawn, 2) ? "%%%02X" : "%%%02x",
                 (unsigned char)text->bytes[at]);
        splice(text, at, 1, bytes, 3);
        break;
    }
}

void draw_change(struct drawn *drawn, struct text *text)
{
    if (text->bytes == NULL)
        text_add(text, "%s", "");
    do {
        change_once(drawn, text);
    } while (draw(drawn, 3) == 0);
}
