/* SPDX-License-Identifier: MIT */
/* report: its JSON, its table, and what it holds back. */
#include "collect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char batch[] =
    COMMITS_AND_LOGS ROW("remote_add", "\"ms\":1,\"exit\":0");

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

/* What the days of a report are called changes from day to day. */
static json_t *without_days(json_t *value)
{
    json_t *member = NULL;
    const char *key = NULL;
    size_t i;

    if (json_is_array(value)) {
        json_array_foreach(value, i, member)(void) without_days(member);
        return value;
    }
    if (!json_is_object(value))
        return value;
    (void)json_object_del(value, "days");
    json_object_foreach(value, key, member)(void) without_days(member);
    return value;
}

#define LOG                                                             \
    "\"runs\": 4, \"ok\": 3, \"error\": 0, \"signal\": 1, \"lost\": 0," \
    " \"exit\": {\"0\": 3}, \"sig\": {\"15\": 1}, \"p50_ms\": 1,"       \
    " \"p95_ms\": 1, \"histogram\": [[1, 2, 4]], \"fields\": {}"
#define ADD                                                             \
    "\"runs\": 1, \"ok\": 1, \"error\": 0, \"signal\": 0, \"lost\": 0," \
    " \"exit\": {\"0\": 1}, \"sig\": {}, \"p50_ms\": 1, \"p95_ms\": 1," \
    " \"histogram\": [[1, 2, 1]], \"fields\": {}"
#define COMMIT                                                          \
    "\"runs\": 6, \"ok\": 5, \"error\": 1, \"signal\": 0, \"lost\": 0," \
    " \"exit\": {\"0\": 5, \"1\": 1}, \"sig\": {}, \"p50_ms\": 31,"     \
    " \"p95_ms\": 1233, \"histogram\": [[10, 11, 1], [20, 22, 1],"      \
    " [30, 33, 1], [39, 42, 1], [50, 55, 1], [1175, 1292, 1]],"         \
    " \"fields\": {\"fmt\": {\"json\": 5, \"csv\": 1},"                 \
    " \"quiet\": {\"no\": 4, \"yes\": 2}}"
/* One event of one version. */
#define EVENT(name, numbers)             \
    "{\"event\": \"" name "\", " numbers \
    ", \"versions\": [{\"version\": \"2.39.5\", " numbers "}]}"

static void test_report_json_is_exactly_this(void **state)
{
    struct collect *c = *state;
    json_t *report = collect_report(c, "git", "-k", "1", NULL);

    assert_json(without_days(report),
                "{\"tool\": \"git\", \"runs\": 11, \"ok\": 9, \"error\": 1,"
                " \"signal\": 1, \"lost\": 0, \"comparison\": null,"
                " \"versions\": [{\"version\": \"2.39.5\", \"runs\": 11,"
                " \"ok\": 9, \"error\": 1, \"signal\": 1, \"lost\": 0}],"
                " \"events\": [" EVENT("commit", COMMIT) "," //
                EVENT("log", LOG) "," EVENT("remote_add", ADD) "]}");
    json_decref(report);
}

/* Each number is rounded down, or null where it is held back. */
#define COMMIT_TOLD                                                           \
    "\"runs\": 5, \"ok\": 5, \"error\": null, \"signal\": 0, \"lost\": 0,"    \
    " \"exit\": {\"0\": 5}, \"sig\": {}, \"p50_ms\": null, \"p95_ms\": null," \
    " \"histogram\": [[10, 55, 5]], \"fields\": {\"fmt\": {\"json\": 5}},"    \
    " \"held_back\": [\"exit\", \"fmt\", \"quiet\"]"

static void test_report_default_k_is_five(void **state)
{
    struct collect *c = *state;
    json_t *report = collect_report(c, "git", NULL);

    assert_json(
        without_days(report),
        "{\"tool\": \"git\", \"runs\": 10, \"ok\": 5,"
        " \"error\": null, \"signal\": null, \"lost\": 0,"
        " \"comparison\": null, \"versions\": [{\"version\":"
        " \"2.39.5\", \"runs\": 10, \"ok\": 5, \"error\": null,"
        " \"signal\": null, \"lost\": 0}],"
        " \"events\": [" EVENT("commit", COMMIT_TOLD) "],"
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
    assert_int_equal(
        json_object_size(json_object_get(event_of(report, "log"), "sig")), 0);
    json_decref(report);
    report = collect_report(c, "git", "-k", "12", NULL);
    assert_json(without_days(report),
                "{\"tool\": \"git\", \"runs\": null, \"ok\": null,"
                " \"error\": null, \"signal\": null, \"lost\": null,"
                " \"comparison\": null, \"versions\": [{\"version\":"
                " \"2.39.5\", \"runs\": null, \"ok\": null, \"error\": null,"
                " \"signal\": null, \"lost\": null}], \"events\": []}");
    json_decref(report);
}

/* The whole of it, and not only a tool. */
static void test_report_json_says_what_it_is(void **state)
{
    struct collect *c = *state;
    char *text = scratch_ok(c->scratch, 0, TEL_COLLECT, "report", "--db",
                            scratch_path(c->scratch, "totals.db"), "--json",
                            "--from", "2001-02-03", NULL);
    json_t *report = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    const json_t *days = NULL;
    const json_t *notes = json_object_get(report, "notes");

    assert_non_null(report);
    assert_string_equal(json_string_value(json_object_get(report, "from")),
                        "2001-02-03");
    assert_int_equal(number_of(report, "k"), 5);
    assert_int_equal(json_object_size(json_object_get(report, "refused")), 0);
    assert_int_equal(json_array_size(notes), 3);
    assert_non_null(strstr(json_string_value(json_array_get(notes, 0)),
                           "runs and not people"));
    days = json_object_get(json_array_get(json_object_get(report, "tools"), 0),
                           "days");
    assert_int_equal(json_object_size(days), 1);
    assert_int_equal(
        number_of(days, json_string_value(json_object_get(report, "to"))), 10);
    json_decref(report);
    free(text);
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
    report = collect_report(c, "git", "-k", "1", NULL);
    assert_int_equal(number_of(event_of(report, "commit"), "p95_ms"), 20);
    json_decref(report);
}

/* What fewer than k runs took is not told, whatever it is. */
static void test_report_percentiles_are_of_k_runs(void **state)
{
    struct collect *c = *state;
    json_t *report = NULL;

    /* 90 of 20 ms, and 4 of 50. */
    (void)collect_sql(c, "INSERT INTO total VALUES ('2001-02-03', 'git',"
                         " '2.39.5', 'commit', 'ms', '20', 89),"
                         " ('2001-02-03', 'git', '2.39.5', 'commit', 'ms',"
                         " '50', 3)");
    report = collect_report(c, "git", NULL);
    /* 10 and 20, 30 and 39 and 50 with what took longer. */
    assert_json(json_object_get(event_of(report, "commit"), "histogram"),
                "[[10, 22, 90], [30, 55, 5]]");
    assert_true(
        json_is_null(json_object_get(event_of(report, "commit"), "p50_ms")));
    json_decref(report);
    (void)collect_sql(c, "DELETE FROM total WHERE event = 'commit'"
                         " AND item = 'ms' AND value = '10'");
    report = collect_report(c, "git", NULL);
    assert_int_equal(number_of(event_of(report, "commit"), "p50_ms"), 20);
    assert_int_equal(number_of(event_of(report, "commit"), "p95_ms"), 30);
    json_decref(report);
}

static void test_report_versions_are_summed_or_apart(void **state)
{
    static const char later[] =
        "{\"t\":\"git\",\"e\":\"commit\",\"v\":1,\"tv\":\"2.40.0\","
        "\"os\":\"linux\",\"libc\":\"musl\",\"ms\":1,\"exit\":0}\n";
    struct collect *c = *state;
    json_t *report = NULL;
    json_t *versions = NULL;

    assert_int_equal(collect_post(c, later, NULL), 204);
    assert_int_equal(collect_runs(c, "commit"), 7);
    report = collect_report(c, "git", "-k", "1", NULL);
    versions = json_object_get(event_of(report, "commit"), "versions");
    assert_int_equal(json_array_size(versions), 2);
    assert_int_equal(number_of(json_array_get(versions, 0), "runs"), 6);
    assert_string_equal(json_string_value(json_object_get(
                            json_array_get(versions, 0), "version")),
                        "2.39.5");
    assert_int_equal(number_of(json_array_get(versions, 1), "runs"), 1);
    assert_string_equal(json_string_value(json_object_get(
                            json_array_get(versions, 1), "version")),
                        "2.40.0");
    assert_int_equal(json_array_size(json_object_get(report, "versions")), 2);
    json_decref(report);
    /* Each version is held back by itself. */
    report = collect_report(c, "git", NULL);
    versions = json_object_get(event_of(report, "commit"), "versions");
    assert_true(
        json_is_null(json_object_get(json_array_get(versions, 1), "runs")));
    assert_true(
        json_is_null(json_object_get(json_array_get(versions, 1), "ok")));
    assert_int_equal(number_of(report, "held_back"), 2);
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
#define PULL "\"runs\": 1, \"ok\": 1, \"error\": 0, \"signal\": 0, \"lost\": 0"
#define PULLED                                            \
    PULL ", \"exit\": {}, \"sig\": {}, \"p50_ms\": null," \
         " \"p95_ms\": null, \"histogram\": [], \"fields\": {}"
    assert_json(without_days(json_array_get(report, 0)),
                "{\"tool\": \"dock\", " PULL ", \"comparison\": null,"
                " \"versions\": [{\"version\": \"1\", " PULL "}],"
                " \"events\": [{\"event\": \"pull\", " PULLED
                ", \"versions\": [{\"version\": \"1\", " PULLED "}]}]}");
    json_decref(report);
}

static void test_report_days_are_summed(void **state)
{
    struct collect *c = *state;
    json_t *report = NULL;

    (void)collect_sql(c, "INSERT INTO total SELECT '2001-02-03', tool,"
                         " version, event, item, value, n FROM total");
    report = collect_report(c, "git", NULL);
    assert_int_equal(number_of(event_of(report, "commit"), "runs"), 10);
    assert_int_equal(number_of(event_of(report, "log"), "runs"), 5);
    assert_int_equal(number_of(event_of(report, "log"), "p50_ms"), 1);
    json_decref(report);
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

/* What no collector writes is not reported as if one had. */
static void test_report_of_strange_totals_is_2(void **state)
{
    static const char *const rows[] = {
        "'commit', 'nonsense', ''", "'commit', 'ms', '-1'",
        "'commit', 'ms', '99999999999'", "'', 'runs', ''",
        "'commit', 'exit', 'a value that is longer than any policy lets it'"};
    struct collect *c = *state;
    char sql[256];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct result result;

        snprintf(sql, sizeof(sql),
                 "INSERT INTO total VALUES ('2001-02-03', 'git', '1', %s, 9)",
                 rows[i]);
        (void)collect_sql(c, sql);
        result = scratch_run(c->scratch, TEL_COLLECT, "report", "--db",
                             scratch_path(c->scratch, "totals.db"), NULL);
        assert_int_equal(result.status, 2);
        assert_string_equal(result.out, "");
        assert_non_null(
            strstr(result.err, ": holds what tel-collect never wrote\n"));
        result_clear(&result);
        (void)collect_sql(c, "DELETE FROM total WHERE day = '2001-02-03'");
    }
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
    assert_int_equal(number_of(event_of(report, "run"), "signal"), 15);
    assert_int_equal(number_of(report, "crashes_held_back"), 1);
    assert_json(json_object_get(report, "crashes"),
                "[{\"crash\": \"1a2b3c4d-4f10-00000001\", \"runs\": 5,"
                " \"versions\": {\"1.2\": 5}},"
                "{\"crash\": \"1a2b3c4d-4f10-9c0ffee1\", \"runs\": 5,"
                " \"versions\": {\"1.2\": 5}}]");
    json_decref(report);
    report = collect_report(c, "lister", "-k", "1", NULL);
    assert_null(json_object_get(report, "crashes_held_back"));
    assert_json(json_object_get(report, "crashes"),
                "[{\"crash\": \"1a2b3c4d-4f10-00000001\", \"runs\": 7,"
                " \"versions\": {\"1.2\": 7}},"
                "{\"crash\": \"1a2b3c4d-4f10-9c0ffee1\", \"runs\": 6,"
                " \"versions\": {\"1.2\": 6}},"
                "{\"crash\": \"1a2b3c4d-0-00000000\", \"runs\": 4,"
                " \"versions\": {\"1.2\": 4}}]");
    json_decref(report);
    text = scratch_ok(c->scratch, 0, TEL_COLLECT, "report", "--db",
                      scratch_path(c->scratch, "totals.db"), "--tool", "lister",
                      NULL);
    assert_non_null(strstr(text, "CRASH                                 RUNS\n"
                                 "1a2b3c4d-4f10-00000001                   5\n"
                                 "1a2b3c4d-4f10-9c0ffee1                   5\n"
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
        TEST(test_report_json_says_what_it_is),
        TEST(test_report_default_k_is_five),
        TEST(test_report_k_holds_back_what_is_under_it),
        TEST(test_report_few_durations_have_no_percentile),
        TEST(test_report_percentiles_are_of_k_runs),
        TEST(test_report_versions_are_summed_or_apart),
        TEST(test_report_several_tools_are_an_array),
        TEST(test_report_days_are_summed),
        TEST(test_report_unknown_tool_is_1),
        TEST(test_report_missing_database_is_2),
        TEST(test_report_of_strange_totals_is_2),
        TEST(test_report_full_disk_is_said),
        TEST(test_report_empty_database_has_nothing),
        TEST(test_report_groups_crashes_by_signature),
        TEST(test_report_counts_no_crash_of_an_unlisted_program),
        TEST(test_report_crashes_of_a_day_have_a_bound),
    };

    return cmocka_run_group_tests_name("collect report", tests, NULL, NULL);
}
