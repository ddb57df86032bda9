/* SPDX-License-Identifier: MIT */
/* month: what the users of the world's tools do, day by day. */
#include "month.h"

#include <math.h>
#include <signal.h>
#include <string.h>

#include "chance.h"

/* Use without a verb, or with one that the policy does not list. */
#define NO_VERB 0.012
#define UNLISTED 0.006

/* Saturdays and Sundays are quiet, and no two days alike. */
static double weight(const struct month *month, unsigned day, size_t t)
{
    const struct world_tool *tool = &world_tools[t];
    int64_t weekday = (month->first + day + 4) % 7; /* 0 is Sunday */
    struct chance chance;
    double weight = tool->share * pow(tool->growth, day);

    chance_begin(&chance, month->seed, day, t + 1);
    if (weekday == 0 || weekday == 6)
        weight *= tool->weekend;
    else if (weekday == 5)
        weight *= 0.9;
    return weight * (0.96 + 0.08 * chance_unit(&chance));
}

void month_plan(struct month *month)
{
    double all = 0;
    double sum = 0;
    uint64_t given = 0;

    for (unsigned day = 0; day < month->days; day++) {
        for (size_t t = 0; t < WORLD_TOOLS; t++)
            all += weight(month, day, t);
    }
    for (unsigned day = 0; day < month->days; day++) {
        for (size_t t = 0; t < WORLD_TOOLS; t++) {
            uint64_t until;

            sum += weight(month, day, t);
            until = (uint64_t)llround((double)month->events * sum / all);
            month->plan[day][t] = until - given;
            given = until;
        }
    }
}

/* Whoever has not taken the newest version yet has the one before, or... */
static const struct world_version *
draw_version(const struct world_tool *tool, unsigned day, struct chance *chance)
{
    size_t i = WORLD_VERSIONS;

    while (i > 1) {
        const struct world_version *version = &tool->versions[--i];
        double age = (double)day - version->released + 0.5;

        if (version->text != NULL && age > 0 &&
            chance_unit(chance) < 1 - exp(-age / version->pace))
            return version;
    }
    return &tool->versions[0];
}

static const struct world_verb *draw_verb(const struct world_tool *tool,
                                          struct chance *chance)
{
    double weights[WORLD_VERBS];
    size_t count = 0;

    for (; count < WORLD_VERBS && tool->verbs[count].words != NULL; count++)
        weights[count] = 1.0 / (double)(count + 1);
    return &tool->verbs[chance_weighted(chance, weights, count)];
}

static void name_event(struct tel_event *event, const struct world_verb *verb,
                       struct chance *chance)
{
    double at = chance_unit(chance);

    (void)snprintf(event->event, sizeof(event->event), "%s",
                   at < NO_VERB              ? "none"
                   : at < NO_VERB + UNLISTED ? "other"
                                             : verb->words);
    for (char *c = event->event; *c != '\0'; c++) {
        if (*c == ' ')
            *c = '_';
    }
}

static void draw_signal(struct tel_event *event, const struct world_tool *tool,
                        const struct world_version *version,
                        struct chance *chance)
{
    static const uint8_t signals[] = {SIGINT, SIGTERM, SIGPIPE, SIGSEGV};
    static const double weights[] = {0.70, 0.12, 0.14, 0.04};
    static const double crashes[WORLD_CRASHES] = {0.6, 0.3, 0.1};

    event->end = TEL_END_SIGNAL;
    event->code = signals[chance_weighted(chance, weights, 4)];
    if (event->code == SIGSEGV && version->build_id != NULL)
        (void)snprintf(
            event->crash, sizeof(event->crash), "%.8s-%s", version->build_id,
            tool->crashes[chance_weighted(chance, crashes, WORLD_CRASHES)]);
}

/* How a tool's policy has an exit status told. */
static void tell_exit(struct tel_event *event, const struct world_tool *tool,
                      unsigned code)
{
    bool listed = strcmp(tool->exit, "code") == 0 || code <= 2;

    if (strcmp(tool->exit, "class") == 0) {
        event->end = code == 0 ? TEL_END_OK : TEL_END_ERROR;
    } else {
        event->end = listed ? TEL_END_CODE : TEL_END_ERROR;
        event->code = listed ? (uint8_t)code : 0;
    }
}

static void draw_end(struct tel_event *event, const struct world_tool *tool,
                     const struct world_version *version, double fails,
                     struct chance *chance)
{
    double at = chance_unit(chance);
    unsigned code = 0;

    if (at < tool->lost) {
        event->end = TEL_END_LOST;
        event->ms = -1;
    } else if (at < tool->lost + tool->interrupted) {
        draw_signal(event, tool, version, chance);
    } else {
        if (chance_unit(chance) < fails)
            code = strcmp(tool->exit, "class") == 0
                       ? 1
                       : tool->codes[chance_weighted(chance, tool->code_weights,
                                                     WORLD_CODES)];
        tell_exit(event, tool, code);
    }
}

static void draw_fields(struct tel_event *event, const struct world_tool *tool,
                        struct chance *chance)
{
    for (size_t i = 0; i < WORLD_FIELDS && tool->fields[i].key != NULL; i++) {
        const struct world_field *field = &tool->fields[i];
        struct tel_event_field *given = &event->fields[event->nfields];
        const char *value =
            field
                ->values[chance_weighted(chance, field->weights, WORLD_VALUES)];

        if (value == NULL)
            continue;
        (void)snprintf(given->key, sizeof(given->key), "%s", field->key);
        (void)snprintf(given->value, sizeof(given->value), "%s", value);
        event->nfields++;
    }
}

static void draw_event(const struct month *month, unsigned day,
                       const struct world_tool *tool, struct chance *chance,
                       struct tel_event *ret_event)
{
    static const char *const libcs[] = {"glibc-2.36", "glibc-2.39", "musl"};
    static const double libc_weights[] = {0.6, 0.3, 0.1};
    const struct world_version *version = draw_version(tool, day, chance);
    const struct world_verb *verb = draw_verb(tool, chance);
    bool bad = !month->healthy && strcmp(tool->id, WORLD_BAD_TOOL) == 0 &&
               strcmp(verb->words, WORLD_BAD_VERB) == 0 &&
               strcmp(version->text, WORLD_BAD_VERSION) == 0;
    double ms = verb->typical_ms * exp(verb->spread * chance_normal(chance));
    struct tel_event event = {.ms = 0};

    (void)snprintf(event.tool, sizeof(event.tool), "%s", tool->id);
    (void)snprintf(event.version, sizeof(event.version), "%s", version->text);
    (void)snprintf(event.libc, sizeof(event.libc), "%s",
                   libcs[chance_weighted(chance, libc_weights, 3)]);
    name_event(&event, verb, chance);
    event.ms = (int32_t)tel_coarse_rounded(
        (uint64_t)llround(ms * (bad ? WORLD_BAD_MS : 1)));
    draw_end(&event, tool, version, verb->fails * (bad ? WORLD_BAD_FAILS : 1),
             chance);
    draw_fields(&event, tool, chance);
    *ret_event = event;
}

void month_day(const struct month *month, unsigned day,
               void (*take)(void *context, const struct tel_event *event),
               void *context)
{
    uint64_t left[WORLD_TOOLS];
    uint64_t all = 0;
    struct chance chance;
    struct tel_event event;

    for (size_t t = 0; t < WORLD_TOOLS; t++)
        all += left[t] = month->plan[day][t];
    chance_begin(&chance, month->seed, day, 0);
    for (; all > 0; all--) {
        uint64_t at = chance_below(&chance, all);
        size_t t = 0;

        while (t + 1 < WORLD_TOOLS && at >= left[t])
            at -= left[t++];
        left[t]--;
        draw_event(month, day, &world_tools[t], &chance, &event);
        take(context, &event);
    }
}
