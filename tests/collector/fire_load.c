/* SPDX-License-Identifier: MIT */
/* fire_load: requests by number, made from a seed, and what they come to. */
#include "fire_load.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"
#include "text.h"

#define BATCH_MAX 100
#define POST_ONE_IN 10

/* The policies of collect.c: tool, version, event, and which data it has. */
static const struct kind {
    const char *tool;
    const char *version;
    const char *event;
    bool ms, fmt, quiet, class, crash;
} kinds[] = {
    {"git", "2.39.5", "commit", .ms = true, .fmt = true, .quiet = true},
    {"git", "2.39.5", "commit_amend", .ms = true, .fmt = true, .quiet = true},
    {"git", "2.39.5", "log", .ms = true, .fmt = true, .quiet = true},
    {"git", "2.39.5", "remote_add", .ms = true, .fmt = true, .quiet = true},
    {"git", "2.40.0", "commit", .ms = true, .quiet = true},
    {"git", "2.40.0", "switch", .ms = true, .quiet = true},
    {"dock", "1", "pull", .class = true},
    {"lister", "1.2", "run", .crash = true},
};

static const char *const formats[] = {"json", "table", "csv", "other"};

/* One event; ms -1, code -1 and NULL: not told. */
struct shot {
    const struct kind *kind;
    int ms;
    const char *end; /* exit, sig or end */
    int code;
    const char *word; /* the end's value, where it is no number */
    const char *fmt;
    const char *quiet;
    char crash[40];
};

uint64_t fire_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15U);

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
}

static unsigned below(uint64_t *state, unsigned limit)
{
    return (unsigned)(fire_random(state) % limit);
}

/* Where the numbers of a request begin. */
static uint64_t state_of(const struct fire_load *load, unsigned number)
{
    uint64_t state = load->seed + number;

    return fire_random(&state);
}

/* The first numbers of a request: how many events it has; 0: a GET. */
static unsigned draw_batch(const struct fire_load *load, unsigned number,
                           uint64_t *state)
{
    unsigned count =
        below(state, POST_ONE_IN) == 0 ? 1 + below(state, BATCH_MAX) : 0;

    if (number + 1 == load->requests && load->last > 0)
        count = count > load->last ? load->last : count;
    return count;
}

/* A duration of two significant digits at most. */
static int draw_ms(uint64_t *state)
{
    int ms = (int)below(state, 100);

    for (unsigned zeros = below(state, 5); zeros > 0; zeros--)
        ms *= 10;
    return ms > 3600000 ? 3600000 : ms;
}

static void draw_end(uint64_t *state, struct shot *shot)
{
    static const int codes[] = {0, 0, 0, 0, 1, 2, 128, 255};
    unsigned way = below(state, 20);

    shot->code = -1;
    if (way == 0) {
        shot->end = "end";
        shot->word = "lost";
    } else if (way == 1) {
        shot->end = "sig";
        shot->code = 15;
    } else if (shot->kind->class) {
        shot->end = "exit";
        shot->word = way < 10 ? "ok" : "error";
    } else {
        shot->end = "exit";
        shot->code = codes[below(state, 8)];
    }
}

static struct shot draw_shot(uint64_t *state)
{
    struct shot shot = {
        .kind = &kinds[below(state, sizeof(kinds) / sizeof(kinds[0]))],
        .ms = -1};

    if (shot.kind->crash) {
        shot.end = "sig";
        shot.code = 11;
        shot.ms = below(state, 2) == 0 ? 1 : 20;
        (void)snprintf(shot.crash, sizeof(shot.crash), "1a2b3c4d-%x-00000000",
                       below(state, 40));
        return shot;
    }
    draw_end(state, &shot);
    if (shot.kind->ms && strcmp(shot.end, "end") != 0)
        shot.ms = draw_ms(state);
    if (shot.kind->fmt && below(state, 2) == 0)
        shot.fmt = formats[below(state, 4)];
    if (shot.kind->quiet)
        shot.quiet = below(state, 3) == 0 ? "yes" : "no";
    return shot;
}

static void write_query(const struct shot *shot, struct text *text)
{
    text_add(text, "t=%s&e=%s&v=1&tv=%s&os=linux&libc=musl", shot->kind->tool,
             shot->kind->event, shot->kind->version);
    if (shot->ms >= 0)
        text_add(text, "&ms=%d", shot->ms);
    if (shot->word != NULL)
        text_add(text, "&%s=%s", shot->end, shot->word);
    else
        text_add(text, "&%s=%d", shot->end, shot->code);
    if (shot->fmt != NULL)
        text_add(text, "&fmt=%s", shot->fmt);
    if (shot->quiet != NULL)
        text_add(text, "&quiet=%s", shot->quiet);
    if (shot->crash[0] != '\0')
        text_add(text, "&crash=%s", shot->crash);
}

static void write_line(const struct shot *shot, struct text *text)
{
    text_add(text,
             "{\"t\":\"%s\",\"e\":\"%s\",\"v\":1,\"tv\":\"%s\","
             "\"os\":\"linux\",\"libc\":\"musl\"",
             shot->kind->tool, shot->kind->event, shot->kind->version);
    if (shot->ms >= 0)
        text_add(text, ",\"ms\":%d", shot->ms);
    if (shot->word != NULL)
        text_add(text, ",\"%s\":\"%s\"", shot->end, shot->word);
    else
        text_add(text, ",\"%s\":%d", shot->end, shot->code);
    if (shot->fmt != NULL)
        text_add(text, ",\"fmt\":\"%s\"", shot->fmt);
    if (shot->quiet != NULL)
        text_add(text, ",\"quiet\":\"%s\"", shot->quiet);
    if (shot->crash[0] != '\0')
        text_add(text, ",\"crash\":\"%s\"", shot->crash);
    text_add(text, "}\n");
}

void fire_load_make(struct fire_load *load, uint64_t events, uint64_t seed)
{
    *load = (struct fire_load){.seed = seed, .events = events};
    for (uint64_t sum = 0; sum < events; load->requests++) {
        uint64_t state = state_of(load, load->requests);
        unsigned count = draw_batch(load, load->requests, &state);

        load->last = (unsigned)(events - sum);
        sum += count == 0 ? 1 : count;
    }
}

char *fire_request(const struct fire_load *load, unsigned number,
                   size_t *ret_len)
{
    uint64_t state = state_of(load, number);
    uint64_t key = state;
    unsigned count = draw_batch(load, number, &state);
    struct text head = {0};
    struct text body = {0};
    struct shot shot;
    uint64_t first = fire_random(&key);

    for (unsigned i = 0; i < count; i++) {
        shot = draw_shot(&state);
        write_line(&shot, &body);
    }
    if (count == 0) {
        shot = draw_shot(&state);
        text_add(&head, "GET /t?");
        write_query(&shot, &head);
        text_add(&head, " HTTP/1.1\r\n");
    } else {
        text_add(&head, "POST /t HTTP/1.1\r\nContent-Length: %zu\r\n",
                 body.len);
    }
    text_add(&head,
             "Host: localhost\r\nIdempotency-Key: %016" PRIx64 "%016" PRIx64
             "\r\n\r\n",
             first, (uint64_t)number);
    if (count > 0)
        text_add_bytes(&head, body.bytes, body.len);
    text_clear(&body);
    *ret_len = head.len;
    return head.bytes;
}

uint64_t *fire_cell(struct fire_cells *cells, const char *name)
{
    uint64_t hash = 14695981039346656037U;
    size_t at;

    for (const char *c = name; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211U;
    at = hash % FIRE_CELLS;
    for (size_t tries = 0; tries < FIRE_CELLS; tries++) {
        struct fire_cell *cell = &cells->at[(at + tries) % FIRE_CELLS];

        if (cell->name[0] == '\0')
            (void)snprintf(cell->name, sizeof(cell->name), "%s", name);
        if (strcmp(cell->name, name) == 0)
            return &cell->n;
    }
    fail_msg("no room for %s", name);
    return NULL;
}

static void count(struct fire_cells *cells, const struct kind *kind,
                  const char *item, const char *value)
{
    char name[128];

    (void)snprintf(name, sizeof(name), "%s %s %s %s %s", kind->tool,
                   kind->version, strcmp(item, "crash") == 0 ? "" : kind->event,
                   item, value);
    ++*fire_cell(cells, name);
}

static void count_number(struct fire_cells *cells, const struct kind *kind,
                         const char *item, int number)
{
    char value[16];

    (void)snprintf(value, sizeof(value), "%d", number);
    count(cells, kind, item, value);
}

static void count_ms(struct fire_cells *cells, const struct kind *kind, int ms)
{
    int lower = 0;

    for (int next = 1;
         next <= ms && lower<3600000; next += next / 10> 1 ? next / 10 : 1)
        lower = next;
    count_number(cells, kind, "ms", lower);
}

static void count_shot(struct fire_cells *cells, const struct shot *shot)
{
    const struct kind *kind = shot->kind;

    count(cells, kind, "runs", "");
    if (shot->word != NULL)
        count(cells, kind, shot->word, "");
    else if (strcmp(shot->end, "sig") == 0)
        count(cells, kind, "signal", "");
    else
        count(cells, kind, shot->code == 0 ? "ok" : "error", "");
    if (shot->code >= 0)
        count_number(cells, kind, shot->end, shot->code);
    if (shot->ms >= 0)
        count_ms(cells, kind, shot->ms);
    if (shot->fmt != NULL)
        count(cells, kind, "field:fmt", shot->fmt);
    if (shot->quiet != NULL)
        count(cells, kind, "field:quiet", shot->quiet);
    if (shot->crash[0] != '\0')
        count(cells, kind, "crash", shot->crash);
}

void fire_expect(const struct fire_load *load, struct fire_cells *cells)
{
    for (unsigned i = 0; i < load->requests; i++) {
        uint64_t state = state_of(load, i);
        unsigned events = draw_batch(load, i, &state);

        for (unsigned j = 0; j < (events == 0 ? 1 : events); j++) {
            struct shot shot = draw_shot(&state);

            count_shot(cells, &shot);
        }
    }
}
