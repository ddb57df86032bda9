/* SPDX-License-Identifier: MIT */
/*
 * A simulated month, imported day by day: what was planted in it is what the
 * report names, by itself and first, and where nothing was, it names nothing.
 *
 * test_collect_month --long [MONTHS] says of how many months that is true.
 */
#include "importing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

#define EVENTS 300000
#define HEALTHY_EVENTS 60000
#define MONTHS 20

/* What a comparison of two versions names with certainty. */
struct named {
    unsigned right; /* that the planted verb fails, or takes long */
    unsigned wrong; /* anything else, of any tool */
    bool first;     /* and that its tool's first finding is one of these */
};

static int setup(void **state)
{
    static struct collect c;

    collect_setup(&c);
    *state = &c;
    return 0;
}

static int teardown(void **state)
{
    collect_teardown(*state);
    return 0;
}

/* Simulates and imports a month into a database of its own. */
static void make_month(struct collect *c, unsigned seed, unsigned events,
                       bool healthy)
{
    static const char script[] =
        "rm -rf \"$0/month\" && mkdir \"$0/month\" && cd \"$0/month\" &&"
        " \"$1\" $3 . && for day in days/*; do"
        " \"$2\" import --db totals.db --tools tools --day ${day#*/} $day"
        " || exit; done";
    char options[96];

    (void)snprintf(options, sizeof(options), "--seed %u --events %u%s", seed,
                   events, healthy ? " --healthy" : "");
    free(scratch_ok(c->scratch, 0, "sh", "-c", script, c->scratch->root,
                    TEL_MONTH, TEL_COLLECT, options, NULL));
}

static json_t *report_month(struct collect *c)
{
    char *text =
        scratch_ok(c->scratch, 0, TEL_COLLECT, "report", "--db",
                   scratch_path(c->scratch, "month/totals.db"), "--json", NULL);
    json_error_t error;
    json_t *report = json_loads(text, JSON_REJECT_DUPLICATES, &error);

    if (report == NULL)
        fail_msg("no JSON: %s", error.text);
    free(text);
    return report;
}

static bool is(const json_t *object, const char *key, const char *value)
{
    const char *string = json_string_value(json_object_get(object, key));

    return string != NULL && strcmp(string, value) == 0;
}

static double real_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

/* The truth lies in the interval: twice as many of 4 %, and 1.3 times. */
static bool holds_truth(const json_t *finding)
{
    double truth = is(finding, "kind", "failures")
                       ? 0.04 * (WORLD_BAD_FAILS - 1)
                       : WORLD_BAD_MS;

    return real_of(finding, "low") <= truth &&
           truth <= real_of(finding, "high");
}

static void name_finding(struct named *named, const json_t *tool, size_t place,
                         const json_t *finding)
{
    bool planted =
        is(tool, "tool", WORLD_BAD_TOOL) &&
        is(json_object_get(tool, "comparison"), "after", WORLD_BAD_VERSION) &&
        is(finding, "event", WORLD_BAD_VERB);
    bool failures = is(finding, "kind", "failures");

    if (!json_is_true(json_object_get(finding, "certain")))
        return;
    if (planted && (failures || is(finding, "kind", "duration")) &&
        holds_truth(finding)) {
        named->right++;
        named->first = named->first || place == 0;
    } else {
        named->wrong++;
    }
}

static void name_tool(struct named *named, const json_t *tool)
{
    const json_t *comparison = json_object_get(tool, "comparison");
    const json_t *findings = json_object_get(comparison, "findings");
    const json_t *finding = NULL;
    size_t i;

    assert_true(json_array_size(findings) > 0);
    json_array_foreach(findings, i, finding)
    {
        name_finding(named, tool, i, finding);
    }
}

static struct named name_all(struct collect *c)
{
    json_t *report = report_month(c);
    struct named named = {0};
    const json_t *tool = NULL;
    size_t t;

    json_array_foreach(json_object_get(report, "tools"), t, tool)
    {
        name_tool(&named, tool);
    }
    assert_int_equal(t, WORLD_TOOLS);
    json_decref(report);
    return named;
}

static void test_month_report_names_what_was_planted_first(void **state)
{
    struct collect *c = *state;
    struct named named;
    char *text = NULL;
    const char *said = NULL;

    make_month(c, 1, EVENTS, false);
    assert_int_equal(
        store_runs(scratch_path(c->scratch, "month/totals.db"), NULL), EVENTS);
    named = name_all(c);
    assert_int_equal(named.right, 2);
    assert_int_equal(named.wrong, 0);
    assert_true(named.first);
    /* And to a person, before any number of that tool. */
    text = scratch_ok(c->scratch, 0, TEL_COLLECT, "report", "--db",
                      scratch_path(c->scratch, "month/totals.db"), "--tool",
                      WORLD_BAD_TOOL, NULL);
    said = strstr(text, "What changed from 4.1.1 to " WORLD_BAD_VERSION
                        "\n  " WORLD_BAD_VERB " ");
    assert_non_null(said);
    assert_true(said < strstr(text, "EVENT"));
    assert_non_null(strstr(said, WORLD_BAD_VERB " takes 30 % longer in "));
    assert_non_null(strstr(said, WORLD_BAD_VERB " fails 1.9 times as often"));
    free(text);
    /* Nor has anyone to look through the other tools for it. */
    text = scratch_ok(c->scratch, 0, TEL_COLLECT, "report", "--db",
                      scratch_path(c->scratch, "month/totals.db"), NULL);
    said = "What to look at\n  " WORLD_BAD_TOOL ": " WORLD_BAD_VERB " ";
    assert_int_equal(strncmp(text, said, strlen(said)), 0);
    free(text);
}

static void test_month_in_health_has_nothing_named(void **state)
{
    struct named named;

    make_month(*state, 1, HEALTHY_EVENTS, true);
    named = name_all(*state);
    assert_int_equal(named.right + named.wrong, 0);
}

static void measure(unsigned months)
{
    unsigned found = 0;
    unsigned first = 0;
    unsigned wrong = 0;
    unsigned alarms = 0;
    struct collect *c = NULL;

    (void)setup((void **)&c);
    for (unsigned seed = 1; seed <= months; seed++) {
        struct named named;

        make_month(c, seed, EVENTS, false);
        named = name_all(c);
        found += named.right == 2;
        first += named.first;
        wrong += named.wrong > 0;
        make_month(c, seed, EVENTS, true);
        alarms += name_all(c).wrong > 0;
    }
    print_message("%u months of %d events: both named in %u, first in %u,"
                  " something else too in %u; in health something named in"
                  " %u\n",
                  months, EVENTS, found, first, wrong, alarms);
    (void)teardown((void **)&c);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(test_month_report_names_what_was_planted_first),
        TEST(test_month_in_health_has_nothing_named),
    };

    if (argc > 1 && strcmp(argv[1], "--long") == 0) {
        measure(argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : MONTHS);
        return 0;
    }
    return cmocka_run_group_tests_name("month", tests, NULL, NULL);
}
