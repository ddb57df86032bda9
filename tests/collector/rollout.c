/* SPDX-License-Identifier: MIT */
/* rollout: a month in which new versions replace old ones. */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "count/histogram.h"
#include "month/chance.h"
#include "rollout.h"

#define DAYS 30
#define HABITS 4
#define VERSIONS 3
#define BUCKETS 160
#define FIRST 20728 /* 2026-10-02 */

struct habit {
    const char *event;
    double part;  /* of the tool's runs */
    double fails; /* how often */
    double ms;    /* typically */
};

static const struct tool {
    const char *id;
    const char *versions[VERSIONS];
    struct habit habits[HABITS];
} tools[] = {
    {"git",
     {"2.39.5", "2.40.0", "2.41.0"},
     {{"commit", 0.4, 0.01, 30},
      {"push", 0.3, 0.06, 900},
      {"pull", 0.2, 0.04, 1500},
      {"log", 0.1, 0.002, 8}}},
    {"pkg",
     {"1.9", "1.10", "1.11"},
     {{"install", 0.5, 0.08, 9000},
      {"search", 0.3, 0.02, 300},
      {"remove", 0.2, 0.05, 2000}}},
    {"lint",
     {"3", "4", "devel"},
     {{"run", 0.9, 0.2, 4000}, {"fix", 0.1, 0.3, 6000}}},
};

static bool happens(struct chance *chance, double probability)
{
    return chance_unit(chance) < probability;
}

/* The newest one spreads. */
static int choose_version(struct chance *chance, int day)
{
    if (happens(chance, 0.7 * day / DAYS))
        return 2;
    return happens(chance, 0.6) ? 1 : 0;
}

static const struct habit *choose_habit(struct chance *chance,
                                        const struct tool *tool)
{
    double left = chance_unit(chance);
    const struct habit *habit = tool->habits;

    while (left > habit->part && habit + 1 < tool->habits + HABITS &&
           habit[1].event != NULL) {
        left -= habit->part;
        habit++;
    }
    return habit;
}

/* What one event of one version has come to. */
struct tally {
    uint64_t runs, failed, json, quiet;
    uint64_t ms[BUCKETS];
};

struct course {
    const struct rollout *rollout;
    struct chance chance;
    const struct tool *tool;
    uint32_t lowers[BUCKETS];
    size_t buckets;
    struct tally tallies[HABITS][VERSIONS];
};

static size_t find_bucket(const struct course *course, double ms)
{
    size_t from = 0;
    size_t to = course->buckets;

    while (to - from > 1) {
        size_t middle = (from + to) / 2;

        if (ms < course->lowers[middle])
            to = middle;
        else
            from = middle;
    }
    return from;
}

static void add_run(struct course *course, int day)
{
    struct chance *chance = &course->chance;
    const struct habit *habit = choose_habit(chance, course->tool);
    int version = choose_version(chance, day);
    struct tally *tally =
        &course->tallies[habit - course->tool->habits][version];
    bool worse = course->rollout->worse && strcmp(habit->event, "push") == 0 &&
                 version == 2;
    double ms = habit->ms * (worse ? 1.3 : 1);

    tally->runs++;
    tally->failed += happens(chance, habit->fails * (worse ? 2 : 1));
    tally->json += happens(chance, 0.1);
    tally->quiet += happens(chance, 0.3);
    tally->ms[find_bucket(course, ms * exp(0.6 * chance_normal(chance)))]++;
}

static void give(struct tel_exact *exact, const struct tel_cell *cell,
                 uint64_t n)
{
    /* Days are summed: a comparison does not look at them. */
    if (n > 0)
        assert_int_equal(tel_exact_take(exact, FIRST, cell, n), 0);
}

static void give_tally(const struct course *course, struct tel_cell cell,
                       const struct tally *tally, struct tel_exact *exact)
{
    const struct {
        const char *item;
        const char *value;
        uint64_t n;
    } cells[] = {
        {"error", "", tally->failed},
        {"exit", "0", tally->runs - tally->failed},
        {"exit", "1", tally->failed},
        {"field:fmt", "json", tally->json},
        {"field:fmt", "table", tally->runs - tally->json},
        {"field:quiet", "no", tally->runs - tally->quiet},
        {"field:quiet", "yes", tally->quiet},
        {"ok", "", tally->runs - tally->failed},
        {"runs", "", tally->runs},
    };

    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        cell.item = cells[i].item;
        cell.value = cells[i].value;
        give(exact, &cell, cells[i].n);
    }
    cell.item = "ms";
    for (size_t i = 0; i < course->buckets; i++) {
        char text[16];

        snprintf(text, sizeof(text), "%u", course->lowers[i]);
        cell.value = text;
        give(exact, &cell, tally->ms[i]);
    }
}

static void fill_tool(struct course *course, struct tel_exact *exact)
{
    const struct tool *tool = course->tool;

    memset(course->tallies, 0, sizeof(course->tallies));
    for (unsigned i = 0; i < course->rollout->runs; i++)
        add_run(course, (int)(i % DAYS));
    for (int i = 0; i < HABITS && tool->habits[i].event != NULL; i++) {
        for (int j = 0; j < VERSIONS; j++) {
            const struct tel_cell cell = {.tool = tool->id,
                                          .version = tool->versions[j],
                                          .event = tool->habits[i].event};

            give_tally(course, cell, &course->tallies[i][j], exact);
        }
    }
}

void rollout_fill(const struct rollout *rollout, struct tel_exact *exact)
{
    static struct course course;

    course = (struct course){.rollout = rollout};
    chance_begin(&course.chance, rollout->seed, 0, 0);
    for (uint32_t lower = 0; lower <= TEL_MS_TOP;
         lower = tel_bucket_next(lower))
        course.lowers[course.buckets++] = lower;
    for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++) {
        course.tool = &tools[i];
        fill_tool(&course, exact);
    }
}
