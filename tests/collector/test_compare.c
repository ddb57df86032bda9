/* SPDX-License-Identifier: MIT */
/*
 * compare: a change between versions is found and named, and nothing else is.
 *
 * TEL_MONTHS=N in the environment simulates N months of each kind.
 */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/fill.h"
#include "rollout.h"

#define RUNS 30000

static unsigned months(void)
{
    const char *text = getenv("TEL_MONTHS");

    return text != NULL ? (unsigned)strtoul(text, NULL, 10) : 100;
}

static const struct tel_report_options plain = {.k = TEL_REPORT_K};

/* The report of exact totals, which are freed. */
static void report_of(struct tel_exact *exact,
                      const struct tel_report_options *options,
                      struct tel_report *report)
{
    const struct tel_exact_cells none = {0};
    struct tel_err err = {""};

    memset(report, 0, sizeof(*report));
    assert_int_equal(tel_fill(exact, &none, options, report), 0);
    tel_exact_clear(exact);
    if (tel_compare(report, options, &err) < 0)
        fail_msg("%s", err.text);
}

static void simulate(uint64_t seed, unsigned runs, bool worse,
                     struct tel_report *report)
{
    const struct rollout rollout = {.seed = seed, .runs = runs, .worse = worse};
    struct tel_exact exact = {0};

    rollout_fill(&rollout, &exact);
    report_of(&exact, &plain, report);
}

static const struct tel_comparison *comparison_of(const struct tel_report *r,
                                                  const char *tool)
{
    for (size_t i = 0; i < r->ntools; i++) {
        if (strcmp(r->tools[i].id, tool) == 0)
            return &r->tools[i].comparison;
    }
    fail_msg("no tool %s", tool);
    return NULL;
}

static size_t count_certain(const struct tel_report *report)
{
    size_t certain = 0;

    for (size_t i = 0; i < report->ntools; i++)
        certain += report->tools[i].comparison.ncertain;
    return certain;
}

/* Both halves of what was planted are the first two, and in git. */
static bool names_the_planted_one(const struct tel_report *report)
{
    const struct tel_comparison *git = comparison_of(report, "git");

    return git->ncertain >= 2 && strcmp(git->findings[0].event, "push") == 0 &&
           strcmp(git->findings[1].event, "push") == 0 &&
           git->findings[0].kind != git->findings[1].kind &&
           git->findings[0].kind <= TEL_FINDING_DURATION &&
           git->findings[1].kind <= TEL_FINDING_DURATION &&
           git->findings[0].change > 0 && git->findings[1].change > 0;
}

static void test_compare_planted_change_is_named_first(void **state)
{
    unsigned all = months();
    unsigned found = 0;

    (void)state;
    for (unsigned i = 0; i < all; i++) {
        struct tel_report report;

        simulate(1000 + i, RUNS, true, &report);
        found += names_the_planted_one(&report);
        tel_report_clear(&report);
    }
    print_message("          found in %u of %u months\n", found, all);
    assert_true(found * 100 >= all * 99);
}

static void test_compare_month_without_change_has_no_finding(void **state)
{
    unsigned all = months();
    unsigned wrong = 0;

    (void)state;
    for (unsigned i = 0; i < all; i++) {
        struct tel_report report;

        simulate(5000 + i, RUNS / 4, false, &report);
        wrong += count_certain(&report) > 0;
        tel_report_clear(&report);
    }
    print_message("          a false finding in %u of %u months\n", wrong, all);
    assert_true(wrong * 20 <= all);
}

static void test_compare_is_of_the_latest_released_versions(void **state)
{
    struct tel_report report;

    (void)state;
    simulate(1, RUNS, false, &report);
    assert_string_equal(comparison_of(&report, "git")->before, "2.40.0");
    assert_string_equal(comparison_of(&report, "git")->after, "2.41.0");
    /* By number, not by byte; and devel is no release. */
    assert_string_equal(comparison_of(&report, "pkg")->before, "1.10");
    assert_string_equal(comparison_of(&report, "pkg")->after, "1.11");
    assert_string_equal(comparison_of(&report, "lint")->before, "3");
    assert_string_equal(comparison_of(&report, "lint")->after, "4");
    tel_report_clear(&report);
}

/* A total of the tool x, on one day. Rows of one event and version must come
 * in order. */
static void row(struct tel_exact *exact, const char *event, const char *version,
                const char *item, const char *value, uint64_t n)
{
    const struct tel_cell cell = {"x", version, event, item, value};

    assert_int_equal(tel_exact_take(exact, 20000, &cell, n), 0);
}

static void rows(struct tel_exact *exact, const char *event,
                 const char *version, uint64_t ok, uint64_t error)
{
    row(exact, event, version, "error", "", error);
    row(exact, event, version, "ok", "", ok);
    row(exact, event, version, "runs", "", ok + error);
}

static const struct tel_finding *find(const struct tel_comparison *comparison,
                                      enum tel_finding_kind kind,
                                      const char *event)
{
    for (size_t i = 0; i < comparison->nfindings; i++) {
        if (comparison->findings[i].kind == kind &&
            strcmp(comparison->findings[i].event, event) == 0)
            return &comparison->findings[i];
    }
    return NULL;
}

static void assert_text(const struct tel_comparison *comparison,
                        enum tel_finding_kind kind, const char *event,
                        const char *expected)
{
    const struct tel_finding *finding = find(comparison, kind, event);
    char text[TEL_FINDING_TEXT_MAX + 1];
    size_t len;

    assert_non_null(finding);
    len = tel_finding_text(finding, comparison, text);
    assert_string_equal(text, expected);
    assert_int_equal(len, strlen(expected));
}

static void test_compare_sentences_are_understood(void **state)
{
    struct tel_report report;
    struct tel_exact exact = {0};
    struct tel_report_options exactly = {.k = 1};
    const struct tel_comparison *c = NULL;

    (void)state;
    rows(&exact, "gone", "1.9", 3000, 0);
    rows(&exact, "new", "1.10", 3000, 0);
    rows(&exact, "push", "1.10", 8800, 1200);
    row(&exact, "push", "1.10", "field:fmt", "json", 4000);
    row(&exact, "push", "1.10", "ms", "400", 5000);
    row(&exact, "push", "1.10", "ms", "484", 5000);
    rows(&exact, "push", "1.9", 9400, 600);
    row(&exact, "push", "1.9", "field:fmt", "json", 1000);
    row(&exact, "push", "1.9", "ms", "303", 5000);
    row(&exact, "push", "1.9", "ms", "366", 5000);
    report_of(&exact, &exactly, &report);
    c = comparison_of(&report, "x");
    assert_text(c, TEL_FINDING_FAILURES, "push",
                "push fails twice as often in 1.10: 6.0 % -> 12.0 %"
                " (+4.9 to +7.1 points)");
    assert_text(c, TEL_FINDING_DURATION, "push",
                "push takes 32 % longer in 1.10: p50 317 -> 419 ms, p95 383 ->"
                " 507 ms (+32 to +33 %)");
    assert_text(c, TEL_FINDING_NEW, "new",
                "new is new in 1.10: it is 23.1 % of all runs (+22.1 to +24.1"
                " points)");
    assert_text(c, TEL_FINDING_GONE, "gone",
                "gone is gone in 1.10: it was 23.1 % of all runs (-24.1 to"
                " -22.1 points)");
    assert_text(c, TEL_FINDING_VALUE, "push",
                "push has fmt = json more often in 1.10: 10.0 % -> 40.0 %"
                " (+28.5 to +31.5 points)");
    tel_report_clear(&report);
}

static void test_compare_few_runs_are_not_told(void **state)
{
    struct tel_report report;
    struct tel_exact exact = {0};
    const struct tel_comparison *c = NULL;

    (void)state;
    rows(&exact, "often", "1", 500, 100);
    rows(&exact, "often", "2", 500, 100);
    rows(&exact, "seldom", "1", 30, 0);
    rows(&exact, "seldom", "2", 0, 30);
    report_of(&exact, &plain, &report);
    c = comparison_of(&report, "x");
    assert_true(c->done);
    assert_int_equal(c->ncertain, 0);
    assert_int_equal(c->ntoo_few, 1);
    assert_string_equal(c->too_few[0], "seldom");
    assert_null(find(c, TEL_FINDING_FAILURES, "seldom"));
    assert_non_null(find(c, TEL_FINDING_FAILURES, "often"));
    tel_report_clear(&report);
}

static void test_compare_one_version_is_no_comparison(void **state)
{
    struct tel_report report;
    struct tel_exact exact = {0};

    (void)state;
    rows(&exact, "often", "1", 500, 100);
    rows(&exact, "often", "2", 5, 1);
    rows(&exact, "often", "devel", 500, 100);
    report_of(&exact, &plain, &report);
    assert_false(comparison_of(&report, "x")->done);
    tel_report_clear(&report);
}

static void test_compare_named_versions_are_taken(void **state)
{
    struct tel_report report;
    struct tel_exact exact = {0};
    struct tel_report_options options = {
        .k = 5, .tool = "x", .before = "devel", .after = "1"};
    struct tel_err err = {""};

    (void)state;
    rows(&exact, "often", "1", 500, 100);
    rows(&exact, "often", "2", 500, 100);
    rows(&exact, "often", "devel", 500, 10);
    report_of(&exact, &options, &report);
    assert_string_equal(comparison_of(&report, "x")->before, "devel");
    assert_string_equal(comparison_of(&report, "x")->after, "1");
    assert_int_equal(comparison_of(&report, "x")->ncertain, 1);
    options.after = "7";
    assert_int_equal(tel_compare(&report, &options, &err), -ESRCH);
    assert_string_equal(err.text,
                        "--compare: nothing was counted for version 7 of x");
    tel_report_clear(&report);
}

static void test_compare_versions_are_in_order(void **state)
{
    static const char *const order[] = {"0.9",    "1",      "1.2",  "1.2.3",
                                        "1.10",   "1.10.1", "2.9",  "2.39.5",
                                        "2.40.0", "10",     "devel"};
    size_t count = sizeof(order) / sizeof(order[0]);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            int seen = tel_version_order(order[i], order[j]);

            if ((seen > 0) != (i > j) || (seen == 0) != (i == j))
                fail_msg("%s and %s: %d", order[i], order[j], seen);
        }
    }
    assert_true(tel_version_order("1.01", "1.1") != 0);
    assert_true(tel_version_order("18446744073709551616", "2") > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compare_planted_change_is_named_first),
        cmocka_unit_test(test_compare_month_without_change_has_no_finding),
        cmocka_unit_test(test_compare_is_of_the_latest_released_versions),
        cmocka_unit_test(test_compare_sentences_are_understood),
        cmocka_unit_test(test_compare_few_runs_are_not_told),
        cmocka_unit_test(test_compare_one_version_is_no_comparison),
        cmocka_unit_test(test_compare_named_versions_are_taken),
        cmocka_unit_test(test_compare_versions_are_in_order),
    };

    return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
