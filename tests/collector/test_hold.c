/* SPDX-License-Identifier: MIT */
/*
 * hold: nothing that a report holds back can be worked out from all that it
 * tells.
 *
 * Every small database of four counts is made into a report, and its JSON is
 * what is told. A reader who has tried the same knows which databases lead to
 * the report at hand: a count that is held back must not be the same in all
 * of them.
 *
 * TEL_HOLD_ALL in the environment tries larger counts.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tel/text.h>

#include "report/fill.h"

#define CELLS 4
#define GROUPS 262144 /* a power of two, and more than there are reports */

struct group {
    uint64_t report;      /* its hash; 0: none */
    unsigned seen[CELLS]; /* a bit a count below k, and one for all above */
};

static struct group *groups;

/* Of each database, in the order in which they are tried. */
#define REPORTS_MAX (15 * 15 * 15 * 15)
static uint64_t reports[REPORTS_MAX];

struct layout {
    const char *name;
    uint64_t k;
    unsigned top; /* of a count */
    void (*give)(struct tel_exact *exact, const unsigned n[CELLS]);
};

static void row(struct tel_exact *exact, int64_t day, const char *event,
                const char *version, const char *item, const char *value,
                unsigned n)
{
    const struct tel_cell cell = {"x", version, event, item, value};

    if (n > 0)
        assert_int_equal(tel_exact_take(exact, day, &cell, n), 0);
}

/* Two events in two versions. */
static void give_versions(struct tel_exact *exact, const unsigned n[CELLS])
{
    row(exact, 1, "a", "1", "runs", "", n[0]);
    row(exact, 1, "a", "2", "runs", "", n[1]);
    row(exact, 1, "b", "1", "runs", "", n[2]);
    row(exact, 1, "b", "2", "runs", "", n[3]);
}

/* Four events. */
static void give_events(struct tel_exact *exact, const unsigned n[CELLS])
{
    static const char *const events[CELLS] = {"a", "b", "c", "d"};

    for (int i = 0; i < CELLS; i++)
        row(exact, 1, events[i], "1", "runs", "", n[i]);
}

/* Two versions on two days. */
static void give_days(struct tel_exact *exact, const unsigned n[CELLS])
{
    row(exact, 1, "a", "1", "runs", "", n[0]);
    row(exact, 2, "a", "1", "runs", "", n[1]);
    row(exact, 1, "a", "2", "runs", "", n[2]);
    row(exact, 2, "a", "2", "runs", "", n[3]);
}

/* Four ways to end, two of them errors. */
static void give_outcomes(struct tel_exact *exact, const unsigned n[CELLS])
{
    row(exact, 1, "a", "1", "error", "", n[1] + n[2]);
    row(exact, 1, "a", "1", "exit", "0", n[0]);
    row(exact, 1, "a", "1", "exit", "1", n[1]);
    row(exact, 1, "a", "1", "exit", "2", n[2]);
    row(exact, 1, "a", "1", "ok", "", n[0]);
    row(exact, 1, "a", "1", "runs", "", n[0] + n[1] + n[2] + n[3]);
    row(exact, 1, "a", "1", "sig", "9", n[3]);
    row(exact, 1, "a", "1", "signal", "", n[3]);
}

/* Two fields' values of two versions. */
static void give_fields(struct tel_exact *exact, const unsigned n[CELLS])
{
    row(exact, 1, "a", "1", "field:f", "x", n[0]);
    row(exact, 1, "a", "1", "field:f", "y", n[1]);
    row(exact, 1, "a", "1", "runs", "", n[0] + n[1]);
    row(exact, 1, "a", "2", "field:f", "x", n[2]);
    row(exact, 1, "a", "2", "field:f", "y", n[3]);
    row(exact, 1, "a", "2", "runs", "", n[2] + n[3]);
}

/* Durations in four buckets. */
static void give_durations(struct tel_exact *exact, const unsigned n[CELLS])
{
    row(exact, 1, "a", "1", "ms", "10", n[0]);
    row(exact, 1, "a", "1", "ms", "11", n[1]);
    row(exact, 1, "a", "1", "ms", "12", n[2]);
    row(exact, 1, "a", "1", "ms", "50", n[3]);
    row(exact, 1, "a", "1", "runs", "", n[0] + n[1] + n[2] + n[3]);
}

static uint64_t hash_report(const struct layout *layout,
                            const unsigned n[CELLS])
{
    const struct tel_exact_cells none = {0};
    const struct tel_report_options options = {.k = layout->k};
    struct tel_exact exact = {0};
    struct tel_report report = {0};
    uint64_t hash = 0xcbf29ce484222325U;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    assert_non_null(out);
    layout->give(&exact, n);
    assert_int_equal(tel_fill(&exact, &none, &options, &report), 0);
    tel_report_json(&report, out);
    assert_int_equal(fclose(out), 0);
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3U;
    free(text);
    tel_report_clear(&report);
    tel_exact_clear(&exact);
    return hash != 0 ? hash : 1;
}

static struct group *group_of(uint64_t report)
{
    size_t place = (report ^ report >> 32) % GROUPS;

    while (groups[place].report != 0 && groups[place].report != report)
        place = (place + 1) % GROUPS;
    groups[place].report = report;
    return &groups[place];
}

static bool next(unsigned n[CELLS], unsigned top)
{
    for (int i = 0; i < CELLS; i++) {
        if (n[i]++ < top)
            return true;
        n[i] = 0;
    }
    return false;
}

/* Whether databases beyond those that were tried may lead to the report. */
static bool is_near_the_top(const struct layout *layout,
                            const unsigned n[CELLS])
{
    for (int i = 0; i < CELLS; i++) {
        if (n[i] + layout->k > layout->top)
            return true;
    }
    return false;
}

static void assert_hidden(const struct layout *layout, const unsigned n[CELLS],
                          const struct group *group)
{
    for (int i = 0; i < CELLS; i++) {
        if (n[i] > 0 && n[i] < layout->k &&
            __builtin_popcount(group->seen[i]) < 2)
            fail_msg("%s, k = %u: of %u %u %u %u, number %d is known",
                     layout->name, (unsigned)layout->k, n[0], n[1], n[2], n[3],
                     i + 1);
    }
}

static void assert_nothing_is_known(const struct layout *layout)
{
    unsigned n[CELLS] = {0};
    size_t count = 0;

    memset(groups, 0, GROUPS * sizeof(*groups));
    do {
        struct group *group = group_of(hash_report(layout, n));

        for (int i = 0; i < CELLS; i++)
            group->seen[i] |= 1U << (n[i] < layout->k ? n[i] : layout->k);
        assert_true(count < REPORTS_MAX);
        reports[count++] = group->report;
    } while (next(n, layout->top));
    memset(n, 0, sizeof(n));
    count = 0;
    do {
        if (!is_near_the_top(layout, n))
            assert_hidden(layout, n, group_of(reports[count]));
        count++;
    } while (next(n, layout->top));
}

static void test_hold_report_gives_nothing_away(void **state)
{
    const char *thorough = getenv("TEL_HOLD_ALL");
    unsigned usual = SANITIZED ? 8 : 11;
    unsigned top = thorough != NULL ? 14 : usual;
    const struct layout all[] = {
        {"versions", 5, top, give_versions},
        {"events", 5, top, give_events},
        {"days", 5, top, give_days},
        {"outcomes", 5, top, give_outcomes},
        {"fields", 5, top, give_fields},
        {"durations", 5, top, give_durations},
        /* Here three ones beside another number are what tel_hold is for. */
        {"events", 4, usual, give_events},
        {"outcomes", 4, usual, give_outcomes},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        assert_nothing_is_known(&all[i]);
}

static int setup(void **state)
{
    groups = calloc(GROUPS, sizeof(*groups));
    *state = groups;
    return groups == NULL;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hold_report_gives_nothing_away),
    };

    return cmocka_run_group_tests_name("hold", tests, setup, teardown);
}
