/* SPDX-License-Identifier: MIT */
/* report: what its table and its CSV look like, and which days they are of. */
#include "collect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "terminal.h"

static const char batch[] = COMMITS_AND_LOGS;

/* All that was counted was counted on this day. */
static int setup(void **state)
{
    static struct collect c;

    collect_setup(&c);
    collect_start(&c, "127.0.0.1:0");
    assert_int_equal(collect_post(&c, batch, NULL), 204);
    assert_int_equal(collect_get(&c, QUERY("push", "exit=0"), NULL), 422);
    collect_stop(&c);
    (void)collect_sql(&c,
                      "UPDATE cell SET day = unixepoch('2026-03-01') / 86400");
    (void)collect_sql(
        &c, "UPDATE refusal SET day = unixepoch('2026-03-01') / 86400");
    *state = &c;
    return 0;
}

static int teardown(void **state)
{
    collect_teardown(*state);
    return 0;
}

/* Adds n of a total, as if they had been sent. */
static void count(struct collect *c, const char *day, const char *cell,
                  unsigned n)
{
    char sql[512];

    snprintf(sql, sizeof(sql), "INSERT INTO total VALUES ('%s', %s, %u)", day,
             cell, n);
    (void)collect_sql(c, sql);
}

static char *report(struct collect *c, const char *option, const char *value)
{
    return scratch_ok(c->scratch, 0, TEL_COLLECT, "report", "--db",
                      scratch_path(c->scratch, "totals.db"), "--tool", "git",
                      option, value, NULL);
}

static const char notes[] =
    "k = 5: counts under it are held back, and all others rounded down to a"
    " multiple\n"
    "of it.\n"
    "k counts runs and not people: one person's runs can exceed it.\n"
    "The endpoint is open, so events are unauthenticated: anyone can send"
    " events that\n"
    "the policies allow.\n";

static void test_forms_table_is_exactly_this(void **state)
{
    struct collect *c = *state;
    char expected[2048];
    char *text = report(c, NULL, NULL);

    snprintf(expected, sizeof(expected),
             "git: 10 runs on 2026-03-01, <66.7 %% failed\n"
             "\n"
             "EVENT   RUNS     FAIL  P50 ms  P95 ms\n"
             "commit     5  <50.0 %%       -       -"
             "  ################################\n"
             "    ok:5 error:<5; exit 0:5; fmt json:5\n"
             "1 event held back: under 5 runs\n"
             "\n"
             "Refused, of all tools: event:1\n%s",
             notes);
    assert_string_equal(text, expected);
    free(text);
}

static void test_forms_table_without_k_is_exact(void **state)
{
    static const char expected[] =
        "git: 10 runs on 2026-03-01, 20.0 % failed\n"
        "\n"
        "EVENT   RUNS    FAIL  P50 ms  P95 ms\n"
        "commit     6  16.7 %      31    1233"
        "  ################################\n"
        "    ok:5 error:1; exit 0:5 1:1; fmt json:5 csv:1; quiet no:4 yes:2\n"
        "log        4  25.0 %       1       1  #####################\n"
        "    ok:3 signal:1; exit 0:3; sig 15:1\n"
        "\n"
        "Refused, of all tools: event:1\n"
        "k counts runs";
    struct collect *c = *state;
    char *text = report(c, "-k", "1");

    assert_int_equal(strncmp(text, expected, strlen(expected)), 0);
    free(text);
}

static void test_forms_table_shows_versions_and_days(void **state)
{
    struct collect *c = *state;
    char *text = NULL;

    count(c, "2026-03-03", "'git', '2.40.0', 'commit', 'runs', ''", 12);
    text = report(c, "--by-version", NULL);
    assert_non_null(strstr(text, "\ncommit      15 "));
    assert_non_null(strstr(text, "\n  2.39.5     5 "));
    assert_non_null(strstr(text, "\n  2.40.0    10 "));
    free(text);
    text = report(c, "--by-day", NULL);
    assert_non_null(strstr(text, "\nRuns a day  # #\n"));
    assert_non_null(strstr(text, "\nDAY                 RUNS\n"
                                 "2026-03-01            10  "
                                 "################################\n"
                                 "2026-03-03            10  "
                                 "################################\n"));
    free(text);
}

/* Of those the report without a range is about. */
static json_int_t runs_in(struct collect *c, const char *first,
                          const char *second, const char *third,
                          const char *fourth)
{
    json_t *found =
        collect_report(c, NULL, "-k", "1", first, second, third, fourth, NULL);
    json_int_t runs = 0;

    if (json_array_size(found) > 0)
        runs = number_of(json_array_get(found, 0), "runs");
    json_decref(found);
    return runs;
}

static void test_forms_ranges_choose_days(void **state)
{
    static const char commit[] = "'git', '2.39.5', 'commit', 'runs', ''";
    struct collect *c = *state;

    count(c, "2026-02-28", commit, 100);
    count(c, "2026-03-02", commit, 1000);
    assert_int_equal(runs_in(c, NULL, NULL, NULL, NULL), 1110);
    assert_int_equal(runs_in(c, "--from", "2026-03-01", NULL, NULL), 1010);
    assert_int_equal(runs_in(c, "--to", "2026-03-01", NULL, NULL), 110);
    assert_int_equal(runs_in(c, "--from", "2026-03-01", "--to", "2026-03-01"),
                     10);
    assert_int_equal(runs_in(c, "--from", "2026-03-03", NULL, NULL), 0);
    /* Days back from today, which this day is not. */
    assert_int_equal(runs_in(c, "--last", "1", NULL, NULL), 0);
    count(c, "2000-01-01", commit, 10000);
    (void)collect_sql(c, "UPDATE cell SET day = unixepoch() / 86400"
                         " WHERE day = unixepoch('2000-01-01') / 86400");
    assert_int_equal(runs_in(c, "--last", "1", NULL, NULL), 10000);
}

static void assert_bad(struct collect *c, const char *const options[4],
                       const char *expected)
{
    struct result result =
        scratch_run(c->scratch, TEL_COLLECT, "report", "--db",
                    scratch_path(c->scratch, "totals.db"), options[0],
                    options[1], options[2], options[3], NULL);

    assert_string_equal(result.out, "");
    assert_string_equal(result.err, expected);
    assert_int_equal(result.status, 2);
    result_clear(&result);
}

static void test_forms_bad_ranges_are_2(void **state)
{
    static const struct {
        const char *options[4];
        const char *says;
    } all[] = {
        {{"--from", "2026-02-30"},
         "tel-collect: report: --from 2026-02-30: not a day as 2026-01-31\n"},
        {{"--to", "yesterday"},
         "tel-collect: report: --to yesterday: not a day as 2026-01-31\n"},
        {{"--from", "2026-03-02", "--to", "2026-03-01"},
         "tel-collect: report: --to is before --from\n"},
        {{"--from", "2026-03-01", "--last", "7"},
         "tel-collect: report: --last goes without --from and --to\n"},
        {{"--last", "7", "--to", "2026-03-01"},
         "tel-collect: report: --last goes without --from and --to\n"},
        {{"--json", "--csv"},
         "tel-collect: report: one of --json, --csv and --html only\n"},
        {{"--k", "0"},
         "tel-collect: report: -k 0: not a number from 1 to 1000000000\n"},
        {{"--last", "0"},
         "tel-collect: report: --last 0: not a number from 1 to 36500\n"},
        {{"--compare", "1"},
         "tel-collect: report: --compare 1: with which version? (see"
         " tel-collect report --help)\n"},
        {{"--compare", "1", "2"},
         "tel-collect: report: --compare needs --tool: versions of which?\n"},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        assert_bad(*state, all[i].options, all[i].says);
}

static void test_forms_csv_is_one_long_table(void **state)
{
    static const char *const lines[] = {
        "tool,version,event,item,value,day,count\r\n",
        "\r\ngit,,,runs,,,10\r\n",
        "\r\ngit,,,runs,,2026-03-01,10\r\n",
        "\r\ngit,2.39.5,,error,,,<5\r\n",
        "\r\ngit,,commit,ok,,,5\r\n",
        "\r\ngit,,commit,lost,,,0\r\n",
        "\r\ngit,,commit,exit,0,,5\r\n",
        "\r\ngit,,commit,ms,10..55,,5\r\n",
        "\r\ngit,2.39.5,commit,field:fmt,json,,5\r\n",
        "\r\ngit,2.39.5,commit,runs,,2026-03-01,5\r\n",
    };
    char *text = report(*state, "--csv", NULL);

    assert_int_equal(strncmp(text, lines[0], strlen(lines[0])), 0);
    for (size_t i = 1; i < sizeof(lines) / sizeof(lines[0]); i++) {
        if (count_of(text, lines[i]) != 1)
            fail_msg("%s not once in\n%s", lines[i], text);
    }
    /* Six commas a line, and what is held back is not named. */
    assert_int_equal(count_of(text, ","), 6 * count_of(text, "\r\n"));
    assert_null(strstr(text, "log"));
    assert_null(strstr(text, "quiet"));
    free(text);
}

/* A spreadsheet must not run what a database holds. */
static void test_forms_csv_has_no_formula(void **state)
{
    struct collect *c = *state;
    char *text = NULL;

    count(c, "2026-03-01", "'git', '2.39.5', 'commit', 'field:fmt', '=1+1'",
          20);
    count(c, "2026-03-01", "'git', '2.39.5', 'commit', 'field:fmt', '@a,\"b\"'",
          15);
    count(c, "2026-03-01",
          "'git', '2.39.5', 'commit', 'field:fmt', '-' || char(27) || char(10)",
          10);
    text = report(c, "--csv", NULL);
    assert_non_null(strstr(text, "commit,field:fmt,'=1+1,,20\r\n"));
    assert_non_null(strstr(text, "commit,field:fmt,\"'@a,\"\"b\"\"\",,15\r\n"));
    assert_non_null(strstr(text, "commit,field:fmt,\"'-??\",,10\r\n"));
    assert_null(strchr(text, '\033'));
    free(text);
}

/* A database that another has written to is no way onto the terminal. */
static void test_forms_strange_bytes_are_not_written(void **state)
{
    struct collect *c = *state;
    char *text = NULL;

    (void)collect_sql(c, "UPDATE cell SET value = char(27) || '[31m' || "
                         "char(34) || char(233)"
                         " WHERE item = 'field:fmt' AND value = 'json'");
    text = report(c, NULL, NULL);
    assert_null(strchr(text, '\033'));
    assert_non_null(strstr(text, "fmt ?[31m\"??:5"));
    free(text);
    json_decref(collect_report(c, "git", NULL));
}

/* Two versions that both run often, and one of them fails. */
static void add_versions(struct collect *c)
{
    static const char *const versions[] = {"2.39.5", "2.40.0"};
    static const unsigned failed[] = {60, 180};

    for (size_t i = 0; i < 2; i++) {
        char cell[128];

        for (int item = 0; item < 3; item++) {
            static const char *const items[] = {"runs", "ok", "error"};
            const unsigned n[] = {1000, 1000 - failed[i], failed[i]};

            snprintf(cell, sizeof(cell), "'git', '%s', 'switch', '%s', ''",
                     versions[i], items[item]);
            count(c, "2026-03-02", cell, n[item]);
        }
    }
}

static void test_forms_table_begins_with_what_changed(void **state)
{
    static const char changed[] =
        "\nWhat changed from 2.39.5 to 2.40.0\n"
        "  switch fails 2.9 times as often in 2.40.0: 6.2 % -> 18.1 %";
    struct collect *c = *state;
    char *text = NULL;
    json_t *parsed = NULL;
    json_t *found = NULL;

    add_versions(c);
    text = report(c, NULL, NULL);
    assert_non_null(strstr(text, changed));
    assert_true(strstr(text, changed) < strstr(text, "EVENT"));
    assert_non_null(strstr(text, "  Too few runs to tell: commit\n"));
    free(text);
    parsed = collect_report(c, "git", NULL);
    found = json_object_get(parsed, "comparison");
    assert_string_equal(json_string_value(json_object_get(found, "before")),
                        "2.39.5");
    found = json_array_get(json_object_get(found, "findings"), 0);
    assert_string_equal(json_string_value(json_object_get(found, "kind")),
                        "failures");
    assert_true(json_is_true(json_object_get(found, "certain")));
    assert_non_null(strstr(json_string_value(json_object_get(found, "text")),
                           "switch fails"));
    json_decref(parsed);
}

static void test_forms_compare_takes_two_versions(void **state)
{
    struct collect *c = *state;
    const char *db = scratch_path(c->scratch, "totals.db");
    char *text = NULL;
    struct result result;

    add_versions(c);
    text = scratch_ok(c->scratch, 0, TEL_COLLECT, "report", "--compare",
                      "2.40.0", "2.39.5", "--db", db, "--tool", "git", NULL);
    assert_non_null(strstr(text, "What changed from 2.40.0 to 2.39.5\n"
                                 "  switch fails less often in 2.39.5"));
    assert_non_null(strstr(text, "in 19 of 20 reports"));
    free(text);
    result = scratch_run(c->scratch, TEL_COLLECT, "report", "--compare",
                         "2.40.0", "9", "--db", db, "--tool", "git", NULL);
    assert_int_equal(result.status, 1);
    assert_string_equal(result.err, "tel-collect: --compare: nothing was"
                                    " counted for version 9 of git\n");
    result_clear(&result);
}

/* What a terminal of so many columns is shown. */
static char *shown(struct collect *c, const char *locale, unsigned columns)
{
    char command[512];
    char *argv[] = {strdup("sh"), strdup("-c"), command, NULL};
    struct terminal *terminal = NULL;
    char *text = NULL;

    scratch_set(c->scratch, "LC_ALL", locale);
    snprintf(command, sizeof(command),
             "stty cols %u; exec %s report --db %s --tool git", columns,
             TEL_COLLECT, scratch_path(c->scratch, "totals.db"));
    terminal = terminal_start(c->scratch, argv);
    assert_int_equal(terminal_end(terminal), 0);
    text = strdup(terminal->shown);
    terminal_free(terminal);
    free(argv[0]);
    free(argv[1]);
    return text;
}

static void test_forms_terminal_has_colours_and_blocks(void **state)
{
    struct collect *c = *state;
    char *text = NULL;

    skip_unless(terminal_works(), "no pseudo-terminals here");
    text = shown(c, "C.UTF-8", 80);
    assert_non_null(strstr(text, "\033[1mgit: 10 runs"));
    assert_non_null(strstr(text, "-  ████████"));
    free(text);
    text = shown(c, "C", 80);
    assert_non_null(strstr(text, "-  ########"));
    assert_null(strstr(text, "█"));
    free(text);
    scratch_set(c->scratch, "NO_COLOR", "1");
    text = shown(c, "C.UTF-8", 80);
    assert_non_null(strstr(text, "-  ████████"));
    assert_null(strchr(text, '\033'));
    free(text);
}

static void test_forms_table_is_as_wide_as_the_terminal(void **state)
{
    struct collect *c = *state;
    char *text = NULL;

    skip_unless(terminal_works(), "no pseudo-terminals here");
    add_versions(c);
    count(c, "2026-03-01",
          "'git', '2.39.5', 'a_name_of_more_than_thirty_bytes', 'runs', ''", 9);
    scratch_set(c->scratch, "NO_COLOR", "1");
    text = shown(c, "C", 50);
    assert_non_null(strstr(text, "\na_name_of_more_than_thirty_bytes\r\n"));
    for (const char *line = text; *line != '\0';) {
        size_t len = strcspn(line, "\r\n");

        if (len > 50)
            fail_msg("%zu columns: %.*s", len, (int)len, line);
        line += len + strspn(line + len, "\r\n");
    }
    free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_forms_table_is_exactly_this),
        TEST(test_forms_table_without_k_is_exact),
        TEST(test_forms_table_shows_versions_and_days),
        TEST(test_forms_ranges_choose_days),
        TEST(test_forms_bad_ranges_are_2),
        TEST(test_forms_csv_is_one_long_table),
        TEST(test_forms_csv_has_no_formula),
        TEST(test_forms_strange_bytes_are_not_written),
        TEST(test_forms_table_begins_with_what_changed),
        TEST(test_forms_compare_takes_two_versions),
        TEST(test_forms_terminal_has_colours_and_blocks),
        TEST(test_forms_table_is_as_wide_as_the_terminal),
    };

    return cmocka_run_group_tests_name("collect forms", tests, NULL, NULL);
}
