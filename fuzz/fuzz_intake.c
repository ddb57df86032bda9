/* SPDX-License-Identifier: MIT */
/*
 * Groups of requests: each line is counted or refused, once, for a reason that
 * is documented; keys count once; what is counted can be written again.
 *
 * An input is a group of requests with a record separator (0x1e) between
 * them: a line with method and target, a line with the key or nothing, and the
 * body.
 */
#include "fuzz.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "count/intake.h"
#include "receive/limit.h"
#include "memory_store.h"

#define REQUESTS_MAX 8
#define SEPARATOR 0x1e

/* What has to come of a request that is judged, and of all. */
struct verdict {
    unsigned status;
    const char *reason;
    size_t accepted;
};

struct wanted {
    struct verdict each[REQUESTS_MAX];
    uint64_t accepted;
    uint64_t refused[TEL_REFUSALS];
    uint64_t keyless; /* of the accepted */
    size_t keys;      /* of requests that count */
    bool twins;       /* which of them counts is not said */
};

static struct tel_tools *tools;
static struct tel_sums *sums;

static void start(void)
{
    if (tools == NULL &&
        (tel_tools_load(TOOLS, &tools, NULL) < 0 || tel_sums_new(&sums) < 0))
        abort();
}

/* Cuts the part before the separator (or the end) off. */
static const char *cut(const char **text, size_t *left, char separator,
                       size_t *ret_len)
{
    const char *part = *text;
    const char *end = *left > 0 ? memchr(part, separator, *left) : NULL;

    *ret_len = end != NULL ? (size_t)(end - part) : *left;
    *text += *ret_len + (end != NULL);
    *left -= *ret_len + (end != NULL);
    return part;
}

/* As the HTTP side reads it. */
static void read_request(const char *text, size_t left,
                         struct tel_intake *ret_intake)
{
    struct tel_intake intake = {.method = TEL_POST};
    size_t line_len;
    size_t key_len;
    const char *line = cut(&text, &left, '\n', &line_len);
    const char *key = cut(&text, &left, '\n', &key_len);
    const char *mark = line_len > 0 ? memchr(line, '?', line_len) : NULL;

    intake.text = text;
    intake.len = left;
    if (line_len > 0 && line[0] == 'G') {
        intake.method = TEL_GET;
        intake.text = mark != NULL ? mark + 1 : NULL;
        intake.len = mark != NULL ? (size_t)(line + line_len - (mark + 1)) : 0;
    }
    intake.keyed = tel_intake_key(key, key_len, &intake.key) == 0;
    if (line_len > TEL_LIMIT_TARGET) {
        intake.status = 414;
        intake.reason = TEL_INTAKE_REFUSED_SIZE;
    } else if (key_len > 0 && !intake.keyed) {
        intake.status = 400;
        intake.reason = TEL_INTAKE_REFUSED_KEY;
    } else if (intake.method == TEL_POST &&
               tel_intake_lines(intake.text, intake.len) > TEL_LIMIT_EVENTS) {
        intake.status = 413;
        intake.reason = TEL_INTAKE_REFUSED_SIZE;
    }
    *ret_intake = intake;
}

static size_t read_group(const uint8_t *data, size_t size,
                         struct tel_intake *ret_group)
{
    const char *text = (const char *)data;
    size_t count = 0;

    do {
        size_t len;
        const char *part = cut(&text, &size, SEPARATOR, &len);

        read_request(part, len, &ret_group[count++]);
    } while (size > 0 && count < REQUESTS_MAX);
    return count;
}

/* Written in both forms and read again it is allowed as well. */
static void check_again(const struct tel_event *event)
{
    char query[TEL_EVENT_TEXT_MAX];
    char json[TEL_EVENT_TEXT_MAX];
    struct tel_event again;
    int query_len = tel_event_to_query(event, query, sizeof(query));
    int json_len = tel_event_to_json(event, json, sizeof(json));

    if (query_len < 0 || json_len < 0 ||
        tel_event_from_query(query, (size_t)query_len, &again, NULL) < 0 ||
        tel_tools_allowed(tools, &again) != TEL_ACCEPTED ||
        tel_event_from_json(json, (size_t)json_len, &again, NULL) < 0 ||
        tel_tools_allowed(tools, &again) != TEL_ACCEPTED)
        abort();
}

static enum tel_refusal judge_event(enum tel_method method, const char *text,
                                    size_t len)
{
    enum tel_refusal refusal = TEL_REFUSED_FORM;
    struct tel_event event;
    int r = method == TEL_GET ? tel_event_from_query(text, len, &event, NULL)
                              : tel_event_from_json(text, len, &event, NULL);

    if (r == 0)
        refusal = tel_tools_allowed(tools, &event);
    if (refusal == TEL_ACCEPTED)
        check_again(&event);
    return refusal;
}

static struct verdict judge(const struct tel_intake *intake,
                            struct wanted *wanted)
{
    struct verdict verdict = {intake->status, intake->reason, 0};
    enum tel_refusal furthest = TEL_ACCEPTED;
    const char *text = intake->text;
    size_t left = intake->len;

    if (intake->status != 0)
        return verdict;
    do {
        size_t len = left;
        const char *line =
            intake->method == TEL_POST ? cut(&text, &left, '\n', &len) : text;
        enum tel_refusal refusal =
            len > 0 ? judge_event(intake->method, line, len) : TEL_REFUSED_FORM;

        verdict.accepted += refusal == TEL_ACCEPTED;
        if (refusal != TEL_ACCEPTED)
            wanted->refused[refusal]++;
        furthest = refusal > furthest ? refusal : furthest;
    } while (intake->method == TEL_POST && left > 0);
    verdict.status = verdict.accepted > 0           ? 204
                     : furthest == TEL_REFUSED_FORM ? 400
                                                    : 422;
    verdict.reason = verdict.accepted > 0 ? NULL : tel_refusal_name(furthest);
    return verdict;
}

static void judge_all(const struct tel_intake *group, size_t count,
                      struct wanted *wanted)
{
    for (size_t i = 0; i < count; i++) {
        struct verdict *verdict = &wanted->each[i];

        *verdict = judge(&group[i], wanted);
        wanted->accepted += verdict->accepted;
        if (!group[i].keyed)
            wanted->keyless += verdict->accepted;
        else
            wanted->keys += verdict->accepted > 0;
        for (size_t k = 0; k < i; k++) {
            if (group[i].keyed && group[k].keyed &&
                memcmp(&group[i].key, &group[k].key, sizeof(group[i].key)) == 0)
                wanted->twins = true;
        }
    }
}

static void check_answers(const struct tel_intake *group, size_t count,
                          const struct wanted *wanted)
{
    for (size_t i = 0; i < count; i++) {
        const struct verdict *verdict = &wanted->each[i];
        unsigned status = group[i].status;

        if (status != 204 && status != 400 && status != 413 && status != 414 &&
            status != 422)
            abort();
        if (status != 204 && group[i].reason == NULL)
            abort();
        if (!wanted->twins &&
            (status != verdict->status ||
             (status != 204 && strcmp(group[i].reason, verdict->reason) != 0)))
            abort();
    }
}

static void check_totals(const struct memory_store *memory,
                         const struct wanted *wanted)
{
    if (wanted->twins) {
        if (memory->runs > wanted->accepted)
            abort();
        return;
    }
    if (memory->runs != wanted->accepted || memory->nkeys != wanted->keys)
        abort();
    for (unsigned i = 1; i < TEL_REFUSALS; i++) {
        if (memory_store_refused(memory,
                                 tel_refusal_name((enum tel_refusal)i)) !=
            wanted->refused[i])
            abort();
    }
}

static void take(const struct tel_intake *group, size_t count,
                 struct memory_store *memory, struct tel_intake *ret_taken)
{
    struct tel_intake *pointers[REQUESTS_MAX];

    for (size_t i = 0; i < count; i++) {
        ret_taken[i] = group[i];
        pointers[i] = &ret_taken[i];
    }
    if (tel_intake_take(pointers, count, tools, &memory->store, sums) != 0)
        abort();
    tel_sums_clear(sums);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tel_intake group[REQUESTS_MAX];
    struct tel_intake taken[REQUESTS_MAX];
    struct wanted wanted = {.accepted = 0};
    struct memory_store memory;
    size_t count;

    start();
    count = read_group(data, size, group);
    judge_all(group, count, &wanted);
    memory_store_start(&memory);
    take(group, count, &memory, taken);
    check_answers(taken, count, &wanted);
    check_totals(&memory, &wanted);
    /* Again: only what has no key counts. */
    memory.runs = 0;
    take(group, count, &memory, taken);
    check_answers(taken, count, &wanted);
    if (!wanted.twins && memory.runs != wanted.keyless)
        abort();
    return 0;
}
