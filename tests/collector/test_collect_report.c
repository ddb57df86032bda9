/* SPDX-License-Identifier: MIT */
/* report: its JSON, its table, and what it holds back. */
#include "collect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 6 commits (json 5, csv 1), 4 logs, 1 remote add. */
static const char batch[] =                                                   //
    ROW("commit", "\"ms\":10,\"exit\":0,\"fmt\":\"json\",\"quiet\":\"no\"")   //
    ROW("commit", "\"ms\":20,\"exit\":0,\"fmt\":\"json\",\"quiet\":\"no\"")   //
    ROW("commit", "\"ms\":30,\"exit\":0,\"fmt\":\"json\",\"quiet\":\"no\"")   //
    ROW("commit", "\"ms\":40,\"exit\":0,\"fmt\":\"json\",\"quiet\":\"no\"")   //
    ROW("commit", "\"ms\":50,\"exit\":0,\"fmt\":\"json\",\"quiet\":\"yes\"")  //
    ROW("commit", "\"ms\":1200,\"exit\":1,\"fmt\":\"csv\",\"quiet\":\"yes\"") //
    ROW("log", "\"ms\":1,\"exit\":0")                                         //
    ROW("log", "\"ms\":1,\"exit\":0")                                         //
    ROW("log", "\"ms\":1,\"exit\":0")                                         //
    ROW("log", "\"ms\":1,\"sig\":15")                                         //
    ROW("remote_add", "\"ms\":1,\"exit\":0");

static int setup(void **state)
{
    static struct collect c;

    collect_setup(&c);
    collect_start(&c, "127.0.0.1:0");
    assert_int_equal(collect_post(&c, batch, NULL), 204);
    *state = &c;
    return 0;
}

static int teardown(void **state)
{
    collect_teardown(*state);
    return 0;
}

static void assert_json(const json_t *report, const char *expected)
{
    json_error_t error;
    json_t *wanted = json_loads(expected, 0, &error);

    if (wanted == NULL)
        fail_msg("%s: %s", error.text, expected);
    if (!json_equal(report, wanted))
        fail_msg("got %s\nnot %s", json_dumps(report, JSON_INDENT(1)),
                 json_dumps(wanted, JSON_INDENT(1)));
    json_decref(wanted);
}

static void test_report_json_is_exactly_this(void **state)
{
    struct collect *c = *state;
    json_t *report = collect_report(c, "git", "-k", "1", NULL);

    assert_json(
        report,
        "{\"tool\": \"git\", \"events\": ["
        "{\"event\": \"commit\", \"runs\": 6, \"ok\": 5, \"error\": 1,"
        " \"signal\": 0, \"lost\": 0, \"exit\": {\"0\": 5, \"1\": 1},"
        " \"p50_ms\": 31, \"p95_ms\": 1233, \"fields\":"
        " {\"fmt\": {\"json\": 5, \"csv\": 1}, \"quiet\": {\"no\": 4,"
        " \"yes\": 2}}},"
        "{\"event\": \"log\", \"runs\": 4, \"ok\": 3, \"error\": 0,"
        " \"signal\": 1, \"lost\": 0, \"exit\": {\"0\": 3},"
        " \"sig\": {\"15\": 1}, \"p50_ms\": 1, \"p95_ms\": 1,"
        " \"fields\": {}},"
        "{\"event\": \"remote_add\", \"runs\": 1, \"ok\": 1, \"error\": 0,"
        " \"signal\": 0, \"lost\": 0, \"exit\": {\"0\": 1}, \"p50_ms\": 1,"
        " \"p95_ms\": 1, \"fields\": {}}]}");
    json_decref(report);
}

static void test_report_default_k_is_five(void **state)
{
    struct collect *c = *state;
    json_t *report = collect_report(c, "git", NULL);

    assert_json(report,
                "{\"tool\": \"git\", \"events\": ["
                "{\"event\": \"commit\", \"runs\": 6, \"ok\": 5, \"error\": 1,"
                " \"signal\": 0, \"lost\": 0, \"exit\": {\"0\": 5},"
                " \"p50_ms\": 31, \"p95_ms\": 1233,"
                " \"fields\": {\"fmt\": {\"json\": 5}}}],"
                " \"held_back\": 2}");
    json_decref(report);
}

static void test_report_k_holds_back_what_is_under_it(void **state)
{
    struct collect *c = *state;
    json_t *report = collect_report(c, "git", "-k", "4", NULL);

    assert_int_equal(json_array_size(json_object_get(report, "events")), 2);
    assert_int_equal(number_of(report, "held_back"), 1);
    /* Neither the three exits nor the one signal of log. */
    assert_int_equal(
        json_object_size(json_object_get(event_of(report, "log"), "exit")), 0);
    assert_null(json_object_get(event_of(report, "log"), "sig"));
    json_decref(report);
    report = collect_report(c, "git", "-k", "7", NULL);
    assert_json(report, "{\"tool\": \"git\", \"events\": [],"
                        " \"held_back\": 3}");
    json_decref(report);
}

static void test_report_few_durations_have_no_percentile(void **state)
{
    struct collect *c = *state;
    json_t *report = NULL;

    /* Six runs of which only two have a duration. */
    (void)collect_sql(c, "DELETE FROM total WHERE event = 'commit'"
                         " AND item = 'ms' AND value NOT IN ('10', '20')");
    report = collect_report(c, "git", NULL);
    assert_true(
        json_is_null(json_object_get(event_of(report, "commit"), "p50_ms")));
    assert_true(
        json_is_null(json_object_get(event_of(report, "commit"), "p95_ms")));
    json_decref(report);
    report = collect_report(c, "git", "-k", "2", NULL);
    assert_int_equal(number_of(event_of(report, "commit"), "p95_ms"), 20);
    json_decref(report);
}

static void test_report_versions_are_summed_or_apart(void **state)
{
    static const char later[] =
        "{\"t\":\"git\",\"e\":\"commit\",\"v\":1,\"tv\":\"2.40.0\","
        "\"os\":\"linux\",\"libc\":\"musl\",\"ms\":1,\"exit\":0}\n";
    struct collect *c = *state;
    json_t *report = NULL;
    json_t *events = NULL;

    assert_int_equal(collect_post(c, later, NULL), 204);
    assert_int_equal(collect_runs(c, "commit"), 7);
    report = collect_report(c, "git", "--by-version", "-k", "1", NULL);
    events = json_object_get(report, "events");
    assert_int_equal(json_array_size(events), 4);
    assert_int_equal(number_of(json_array_get(events, 0), "runs"), 6);
    assert_string_equal(json_string_value(json_object_get(
                            json_array_get(events, 0), "version")),
                        "2.39.5");
    assert_string_equal(json_string_value(json_object_get(
                            json_array_get(events, 2), "version")),
                        "2.40.0");
    json_decref(report);
    /* Each version is held back by itself. */
    report = collect_report(c, "git", "--by-version", NULL);
    assert_int_equal(json_array_size(json_object_get(report, "events")), 1);
    assert_int_equal(number_of(report, "held_back"), 3);
    json_decref(report);
}

static void test_report_several_tools_are_an_array(void **state)
{
    static const char pull[] =
        "{\"t\":\"dock\",\"e\":\"pull\",\"v\":1,\"tv\":\"1\",\"os\":\"linux\","
        "\"libc\":\"musl\",\"exit\":\"ok\"}\n";
    struct collect *c = *state;
    json_t *report = NULL;

    assert_int_equal(collect_post(c, pull, NULL), 204);
    report = collect_report(c, NULL, "-k", "1", NULL);
    assert_true(json_is_array(report));
    assert_int_equal(json_array_size(report), 2);
    assert_json(json_array_get(report, 0),
                "{\"tool\": \"dock\", \"events\": [{\"event\": \"pull\","
                " \"runs\": 1, \"ok\": 1, \"error\": 0, \"signal\": 0,"
                " \"lost\": 0, \"exit\": {}, \"p50_ms\": null,"
                " \"p95_ms\": null, \"fields\": {}}]}");
    json_decref(report);
}

static void test_report_days_are_summed(void **state)
{
    struct collect *c = *state;
    json_t *report = NULL;

    (void)collect_sql(c, "INSERT INTO total SELECT '2001-02-03', tool,"
                         " version, event, item, value, n FROM total");
    report = collect_report(c, "git", NULL);
    assert_int_equal(number_of(event_of(report, "commit"), "runs"), 12);
    assert_int_equal(number_of(event_of(report, "log"), "runs"), 8);
    assert_int_equal(number_of(event_of(report, "commit"), "p50_ms"), 31);
    json_decref(report);
}

static char *table(struct collect *c, const char *option)
{
    return scratch_ok(c->scratch, 0, TEL_COLLECT, "report", "--db",
                      scratch_path(c->scratch, "totals.db"), "--tool", "git",
                      option, NULL);
}

static void test_report_table_is_aligned_and_says_what_k_is(void **state)
{
    static const char expected[] =
        "git\n"
        "EVENT   RUNS  OK  ERROR  SIGNAL  LOST  P50 ms  P95 ms\n"
        "commit     6   5      1       0     0      31    1233\n"
        "    exit 0:5; fmt json:5\n"
        "2 events held back: under 5 runs\n\n";
    struct collect *c = *state;
    char *text = table(c, NULL);

    assert_int_equal(strncmp(text, expected, strlen(expected)), 0);
    assert_non_null(strstr(text, "k counts runs and not people"));
    assert_non_null(strstr(text, "unauthenticated"));
    assert_null(strchr(text, '\033'));
    free(text);
}

static void test_report_table_shows_versions_and_refusals(void **state)
{
    struct collect *c = *state;
    char *text = NULL;

    assert_int_equal(collect_get(c, QUERY("push", "ms=1&exit=0"), NULL), 422);
    text = table(c, "--by-version");
    assert_non_null(strstr(text, "EVENT   VERSION  RUNS  OK"));
    assert_non_null(strstr(text, "commit  2.39.5      6   5"));
    assert_non_null(strstr(text, "Refused, of all tools: event:1\n"));
    free(text);
}

/* A database that another has written to is no way onto the terminal. */
static void test_report_strange_bytes_are_not_written(void **state)
{
    struct collect *c = *state;
    char *text = NULL;
    json_t *report = NULL;

    (void)collect_sql(c, "UPDATE cell SET value = char(27) || '[31m' || "
                         "char(34) || char(233)"
                         " WHERE item = 'field:fmt' AND value = 'json'");
    text = table(c, NULL);
    assert_null(strchr(text, '\033'));
    assert_non_null(strstr(text, "fmt ?[31m\"??:5"));
    free(text);
    report = collect_report(c, "git", NULL);
    json_decref(report);
}

/* The pty of script(1) is a terminal to the report. */
static char *on_a_terminal(struct collect *c)
{
    char command[512];

    snprintf(command, sizeof(command), "%s report --db %s --tool git",
             TEL_COLLECT, scratch_path(c->scratch, "totals.db"));
    return scratch_ok(c->scratch, 0, "script", "-qec", command, "/dev/null",
                      NULL);
}

static void test_report_colours_need_a_terminal(void **state)
{
    struct collect *c = *state;
    char *text = on_a_terminal(c);

    assert_non_null(strstr(text, "\033[1mgit\033[0m"));
    free(text);
    scratch_set(c->scratch, "NO_COLOR", "1");
    text = on_a_terminal(c);
    assert_non_null(strstr(text, "commit"));
    assert_null(strchr(text, '\033'));
    free(text);
}

static void test_report_unknown_tool_is_1(void **state)
{
    struct collect *c = *state;
    struct result result = scratch_run(
        c->scratch, TEL_COLLECT, "report", "--db",
        scratch_path(c->scratch, "totals.db"), "--tool", "svn", "--json", NULL);

    assert_int_equal(result.status, 1);
    assert_string_equal(result.out, "");
    assert_string_equal(result.err, "tel-collect: --tool svn: nothing was "
                                    "counted for it\n");
    result_clear(&result);
}

static void test_report_missing_database_is_2(void **state)
{
    struct collect *c = *state;
    const char *path = scratch_path(c->scratch, "none.db");
    struct result result = scratch_run(c->scratch, TEL_COLLECT, "report",
                                       "--db", path, "--json", NULL);

    assert_int_equal(result.status, 2);
    assert_string_equal(result.out, "");
    assert_non_null(strstr(result.err, "none.db: No such file or directory\n"));
    assert_int_equal(count_of(result.err, "\n"), 1);
    result_clear(&result);
    assert_null(file_read(path, NULL));
}

static void test_report_full_disk_is_said(void **state)
{
    struct collect *c = *state;
    char command[512];
    struct result result;

    snprintf(command, sizeof(command), "exec %s report --db %s > /dev/full",
             TEL_COLLECT, scratch_path(c->scratch, "totals.db"));
    result = scratch_run(c->scratch, "sh", "-c", command, NULL);
    assert_int_equal(result.status, 2);
    assert_string_equal(result.err,
                        "tel-collect: cannot write to standard output\n");
    result_clear(&result);
}

static void test_report_empty_database_has_nothing(void **state)
{
    struct collect *c = *state;
    json_t *report = NULL;
    char *text = NULL;

    (void)collect_sql(c, "DELETE FROM total");
    report = collect_report(c, NULL, NULL);
    assert_true(json_is_array(report));
    assert_int_equal(json_array_size(report), 0);
    json_decref(report);
    text = scratch_ok(c->scratch, 0, TEL_COLLECT, "report", "--db",
                      scratch_path(c->scratch, "totals.db"), NULL);
    assert_non_null(strstr(text, "Nothing was counted yet.\n"));
    free(text);
}

/* Sends n runs of lister that crashed so. */
static void send_crashes(struct collect *c, const char *crash, int n)
{
    char line[512];

    snprintf(line, sizeof(line),
             "{\"t\":\"lister\",\"e\":\"run\",\"v\":1,\"tv\":\"1.2\","
             "\"os\":\"linux\",\"libc\":\"musl\",\"ms\":1,\"sig\":11,"
             "\"crash\":\"%s\"}\n",
             crash);
    for (int i = 0; i < n; i++)
        assert_int_equal(collect_post(c, line, NULL), 204);
}

static void test_report_groups_crashes_by_signature(void **state)
{
    struct collect *c = *state;
    json_t *report = NULL;
    char *text = NULL;

    send_crashes(c, "1a2b3c4d-4f10-9c0ffee1", 6);
    send_crashes(c, "1a2b3c4d-0-00000000", 4);
    send_crashes(c, "1a2b3c4d-4f10-00000001", 7);
    report = collect_report(c, "lister", NULL);
    assert_int_equal(number_of(event_of(report, "run"), "signal"), 17);
    assert_int_equal(number_of(report, "crashes_held_back"), 1);
    json_object_del(report, "events");
    assert_json(report, "{\"tool\": \"lister\", \"crashes\": ["
                        "{\"crash\": \"1a2b3c4d-4f10-00000001\", \"runs\": 7},"
                        "{\"crash\": \"1a2b3c4d-4f10-9c0ffee1\", \"runs\": 6}],"
                        " \"crashes_held_back\": 1}");
    json_decref(report);
    report = collect_report(c, "lister", "--by-version", "-k", "1", NULL);
    json_object_del(report, "events");
    assert_json(report,
                "{\"tool\": \"lister\", \"crashes\": ["
                "{\"crash\": \"1a2b3c4d-4f10-00000001\", \"version\": \"1.2\","
                " \"runs\": 7},"
                "{\"crash\": \"1a2b3c4d-4f10-9c0ffee1\", \"version\": \"1.2\","
                " \"runs\": 6},"
                "{\"crash\": \"1a2b3c4d-0-00000000\", \"version\": \"1.2\","
                " \"runs\": 4}]}");
    json_decref(report);
    text = scratch_ok(c->scratch, 0, TEL_COLLECT, "report", "--db",
                      scratch_path(c->scratch, "totals.db"), "--tool", "lister",
                      NULL);
    assert_non_null(strstr(text, "CRASH                                 RUNS\n"
                                 "1a2b3c4d-4f10-00000001                   7\n"
                                 "1a2b3c4d-4f10-9c0ffee1                   6\n"
                                 "1 crash signature held back: under 5 runs"));
    free(text);
}

/* Of a program that no policy lists, or of a tool that asks for none. */
static void test_report_counts_no_crash_of_an_unlisted_program(void **state)
{
    struct collect *c = *state;

    assert_int_equal(
        collect_get(c,
                    "t=lister&e=run&v=1&tv=1.2&os=linux&libc=musl&ms=1&"
                    "sig=11&crash=1a2b3c4e-4f10-9c0ffee1",
                    NULL),
        422);
    assert_int_equal(collect_get(c,
                                 QUERY("commit", "ms=1&sig=11&"
                                                 "crash=1a2b3c4d-0-00000000"),
                                 NULL),
                     422);
    assert_int_equal(collect_refused(c, "value"), 1);
    assert_int_equal(collect_refused(c, "field"), 1);
    assert_int_equal(
        collect_sql(c, "SELECT count(*) FROM total WHERE item = 'crash'"), 0);
}

static void test_report_crashes_of_a_day_have_a_bound(void **state)
{
    struct collect *c = *state;
    char crash[40];

    for (int i = 0; i < 1005; i++) {
        snprintf(crash, sizeof(crash), "1a2b3c4d-%x-00000000", i);
        send_crashes(c, crash, 1);
    }
    send_crashes(c, "1a2b3c4d-1-00000000", 1);
    assert_int_equal(collect_sql(c, "SELECT n FROM total WHERE item = 'crash'"
                                    " AND value = 'other'"),
                     5);
    assert_int_equal(
        collect_sql(c, "SELECT count(*) FROM total WHERE item = 'crash'"),
        1001);
    assert_int_equal(
        collect_sql(c, "SELECT sum(n) FROM total WHERE item = 'crash'"), 1006);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_report_json_is_exactly_this),
        TEST(test_report_default_k_is_five),
        TEST(test_report_k_holds_back_what_is_under_it),
        TEST(test_report_few_durations_have_no_percentile),
        TEST(test_report_versions_are_summed_or_apart),
        TEST(test_report_several_tools_are_an_array),
        TEST(test_report_days_are_summed),
        TEST(test_report_table_is_aligned_and_says_what_k_is),
        TEST(test_report_table_shows_versions_and_refusals),
        TEST(test_report_strange_bytes_are_not_written),
        TEST(test_report_colours_need_a_terminal),
        TEST(test_report_unknown_tool_is_1),
        TEST(test_report_missing_database_is_2),
        TEST(test_report_full_disk_is_said),
        TEST(test_report_empty_database_has_nothing),
        TEST(test_report_groups_crashes_by_signature),
        TEST(test_report_counts_no_crash_of_an_unlisted_program),
        TEST(test_report_crashes_of_a_day_have_a_bound),
    };

    return cmocka_run_group_tests_name("collect report", tests, NULL, NULL);
}
