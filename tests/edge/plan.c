/* SPDX-License-Identifier: MIT */
/* plan: requests to be sent to several collectors. */
#include "plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool counts(const struct tel_tools *tools, enum tel_method method,
                   const char *text, size_t len)
{
    struct tel_event event;
    int r = method == TEL_GET ? tel_event_from_query(text, len, &event, NULL)
                              : tel_event_from_json(text, len, &event, NULL);

    return r == 0 && tel_tools_allowed(tools, &event) == TEL_ACCEPTED;
}

/* Whether a client can write it into the head of a request as it is. */
static bool is_target(const struct text *text)
{
    for (size_t i = 0; i < text->len; i++) {
        char byte = text->bytes[i];

        if (byte <= ' ' || byte > '~' || strchr("\"#<>\\^`{|}", byte) != NULL)
            return false;
    }
    return text->len > 0;
}

/* One event; one of eight was changed on the way. */
static void draw_one(struct drawn *drawn, enum tel_method method,
                     struct text *text)
{
    do {
        text_clear(text);
        draw_text(drawn, method, text);
        if (draw(drawn, 8) == 0)
            draw_change(drawn, text);
    } while (method == TEL_GET && !is_target(text));
}

static void add_line(struct plan *plan, struct drawn *drawn,
                     enum tel_method method, const struct text *payload,
                     bool keyed)
{
    text_add(&plan->lines, method == TEL_GET ? "GET " : "POST ");
    if (!keyed)
        text_add(&plan->lines, "-");
    for (unsigned i = 0; keyed && i < TEL_IDEMPOTENCY_LEN; i++)
        text_add(&plan->lines, "%x", draw(drawn, 16));
    text_add(&plan->lines, " ");
    for (size_t i = 0; i < payload->len; i++)
        text_add(&plan->lines, "%02x", (unsigned char)payload->bytes[i]);
    text_add(&plan->lines, "\n");
}

/* The lines of the payload, counted as a collector counts them. */
static unsigned count_lines(struct plan *plan, const struct tel_tools *tools,
                            enum tel_method method, const struct text *payload)
{
    const char *at = payload->bytes;
    const char *end = at + payload->len;
    unsigned runs = 0;

    while (at < end) {
        const char *stop =
            method == TEL_POST ? memchr(at, '\n', (size_t)(end - at)) : NULL;

        if (stop == NULL)
            stop = end;
        runs += counts(tools, method, at, (size_t)(stop - at));
        plan->events++;
        at = stop + 1;
    }
    return runs;
}

static void add_request(struct plan *plan, const struct tel_tools *tools,
                        struct drawn *drawn, enum tel_method method,
                        size_t events, bool all_keyed)
{
    struct text payload = {0};
    size_t start = plan->lines.len;
    bool keyed = all_keyed || draw(drawn, 8) != 0;
    unsigned runs;

    for (size_t i = 0; i < events; i++) {
        struct text one = {0};

        draw_one(drawn, method, &one);
        text_add_bytes(&payload, one.bytes, one.len);
        if (method == TEL_POST && (i + 1 < events || draw(drawn, 2) == 0))
            text_add(&payload, "\n");
        text_clear(&one);
    }
    add_line(plan, drawn, method, &payload, keyed);
    runs = count_lines(plan, tools, method, &payload);
    plan->counted += runs;
    assert_true(plan->count + 2 <= PLAN_MAX);
    plan->runs[plan->count++] = runs;
    /* What was refused as a whole may be counted as refused again, or not. */
    if (keyed && runs > 0 && draw(drawn, 10) == 0) {
        char *again =
            strndup(plan->lines.bytes + start, plan->lines.len - start);

        text_add(&plan->lines, "%s", again);
        plan->again[plan->count++] = true;
        free(again);
    }
    text_clear(&payload);
}

void plan_draw(struct plan *plan, const struct tel_tools *tools,
               struct drawn *drawn, size_t gets, size_t posts, size_t batch,
               bool all_keyed)
{
    while (gets + posts > 0) {
        bool get = draw(drawn, (unsigned)(gets + posts)) < gets;

        add_request(plan, tools, drawn, get ? TEL_GET : TEL_POST,
                    get ? 1 : batch, all_keyed);
        *(get ? &gets : &posts) -= 1;
    }
}

void plan_clear(struct plan *plan)
{
    text_clear(&plan->lines);
    memset(plan, 0, sizeof(*plan));
}
