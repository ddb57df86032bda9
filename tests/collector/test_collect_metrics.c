/* SPDX-License-Identifier: MIT */
/* tel-collect serve: /healthz and /metrics, as a monitor sees them. */
#include "collect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define COMMIT QUERY("commit", "ms=12&exit=0&fmt=json")

/* Where fetch-servers.sh has unpacked it, or where the system has it. */
static const char *const promtools[] = {
    TEL_SERVERS "/unpacked/usr/bin/promtool", "/usr/bin/promtool"};

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

/* Starts it with a listener for metrics, and more options up to a NULL. */
static void start(struct collect *c, const char *option, const char *value)
{
    char *argv[16] = {strdup(TEL_COLLECT),
                      strdup("serve"),
                      strdup("--listen"),
                      strdup("127.0.0.1:0"),
                      strdup("--metrics"),
                      strdup("127.0.0.1:0"),
                      strdup("--db"),
                      strdup(scratch_path(c->scratch, "totals.db")),
                      strdup("--tools"),
                      strdup(scratch_path(c->scratch, "tools")),
                      option != NULL ? strdup(option) : NULL,
                      value != NULL ? strdup(value) : NULL,
                      NULL};

    collect_start_as(c, argv);
    for (size_t i = 0; argv[i] != NULL; i++)
        free(argv[i]);
}

/* A collector that is the same but for its port. */
static struct collect *monitor_of(const struct collect *c)
{
    static struct collect monitor;
    char *log = collect_log(c);
    const char *line = strstr(log, "metrics on 127.0.0.1:");

    assert_non_null(line);
    monitor = *c;
    monitor.port = atoi(line + strlen("metrics on 127.0.0.1:"));
    free(log);
    return &monitor;
}

static int get(struct collect *c, const char *method, const char *path)
{
    char bytes[256];
    int len = snprintf(bytes, sizeof(bytes),
                       "%s %s HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n",
                       method, path);

    return collect_exchange(c, bytes, (size_t)len);
}

/* The text of /metrics, from its first line on; until the next request. */
static const char *scrape(const struct collect *c)
{
    struct collect *monitor = monitor_of(c);

    assert_int_equal(get(monitor, "GET", "/metrics"), 200);
    assert_non_null(strstr(monitor->answer,
                           "\r\nContent-Type: text/plain; "
                           "version=0.0.4; charset=utf-8\r\n"));
    return strstr(monitor->answer, "\r\n\r\n") + 4;
}

/* Whether this line, which ends with a newline, stands in the text. */
static bool has(const char *text, const char *line)
{
    const char *at = text;

    while ((at = strstr(at, line)) != NULL) {
        if (at == text || at[-1] == '\n')
            return true;
        at++;
    }
    return false;
}

static void assert_has(const char *text, const char *line)
{
    if (!has(text, line))
        fail_msg("%s is not in\n%s", line, text);
}

static long number_in(const char *text, const char *name)
{
    char line[128];
    const char *at = text;

    snprintf(line, sizeof(line), "\n%s ", name);
    at = strstr(text, line);
    assert_non_null(at);
    return strtol(at + strlen(line), NULL, 10);
}

static void test_metrics_health_is_asked_on_both_sides(void **state)
{
    struct collect *c = *state;
    struct collect *monitor;

    start(c, NULL, NULL);
    assert_int_equal(get(c, "GET", "/healthz"), 200);
    assert_non_null(strstr(c->answer, "\r\n\r\nok\n"));
    monitor = monitor_of(c);
    assert_int_equal(get(monitor, "GET", "/healthz"), 200);
    assert_non_null(strstr(monitor->answer, "\r\n\r\nok\n"));
    /* It counts nothing, and leaves nothing behind. */
    collect_stop(c);
    assert_int_equal(collect_sql(c, "SELECT count(*) FROM total"), 0);
    assert_int_equal(collect_sql(c, "SELECT count(*) FROM refused"), 0);
    assert_int_equal(collect_sql(c, "SELECT count(*) FROM seen"), 0);
}

static void test_metrics_are_on_their_own_side_only(void **state)
{
    struct collect *c = *state;
    struct collect *monitor;

    start(c, NULL, NULL);
    /* The path of an event says nothing, and this is no event. */
    assert_int_equal(get(c, "GET", "/metrics"), 400);
    monitor = monitor_of(c);
    assert_int_equal(get(monitor, "GET", "/"), 404);
    assert_int_equal(get(monitor, "GET", "/t?" COMMIT), 404);
    assert_int_equal(get(monitor, "POST", "/metrics"), 405);
    assert_int_equal(get(monitor, "HEAD", "/metrics"), 200);
    assert_null(strstr(monitor->answer, "tel_"));
    collect_stop(c);
    assert_int_equal(collect_sql(c, "SELECT count(*) FROM total"), 0);
    /* And nowhere without the option. */
    collect_start(c, "127.0.0.1:0");
    assert_int_equal(get(c, "GET", "/metrics"), 400);
    assert_int_equal(get(c, "GET", "/healthz"), 200);
    collect_stop(c);
}

static void test_metrics_count_what_was_answered(void **state)
{
    struct collect *c = *state;
    const char *text = NULL;

    start(c, NULL, NULL);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(collect_get(c, COMMIT, NULL), 204);
    assert_int_equal(collect_get(c, COMMIT, KEY), 204);
    assert_int_equal(collect_get(c, COMMIT, KEY), 204);
    assert_int_equal(collect_post(c,
                                  ROW("commit", "\"ms\":1,\"exit\":0")
                                      ROW("nothing", "\"ms\":1,\"exit\":0"),
                                  NULL),
                     204);
    assert_int_equal(collect_get(c, QUERY("nothing", "ms=1&exit=0"), NULL),
                     422);
    assert_int_equal(collect_get(c, "x", NULL), 400);
    assert_int_equal(get(c, "PUT", "/t"), 405);
    text = scrape(c);
    assert_has(text, "tel_collect_healthy 1\n");
    assert_has(text, "tel_collect_events_total 5\n");
    assert_has(text, "tel_collect_requests_total{status=\"204\"} 6\n");
    assert_has(text, "tel_collect_requests_total{status=\"400\"} 1\n");
    assert_has(text, "tel_collect_requests_total{status=\"405\"} 1\n");
    assert_has(text, "tel_collect_requests_total{status=\"422\"} 1\n");
    assert_has(text, "tel_collect_events_refused_total{reason=\"event\"} 2\n");
    assert_has(text, "tel_collect_events_refused_total{reason=\"form\"} 1\n");
    assert_has(text, "tel_collect_commit_failures_total 0\n");
    assert_has(text, "tel_collect_requests_waiting 0\n");
    assert_has(text, "tel_collect_policies 4\n");
    collect_stop(c);
}

static bool is_well(void *context)
{
    return get(monitor_of(context), "GET", "/healthz") == 200;
}

static bool is_ill(void *context)
{
    struct collect *monitor = monitor_of(context);

    return get(monitor, "GET", "/healthz") == 503 &&
           strstr(monitor->answer, "\r\n\r\ndatabase\n") != NULL;
}

/* As on a full disk: no file of the collector may grow, or be written at
 * all behind its first bytes. */
static void limit_files(const struct collect *c, rlim_t bytes)
{
    struct rlimit limit;

    assert_int_equal(prlimit(c->pid, RLIMIT_FSIZE, NULL, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(prlimit(c->pid, RLIMIT_FSIZE, &limit, NULL), 0);
}

/* Nothing but the probe notices, since no event comes meanwhile. */
static void test_metrics_failing_database_is_told(void **state)
{
    struct collect *c = *state;
    const char *text = NULL;

    start(c, NULL, NULL);
    assert_int_equal(collect_get(c, COMMIT, NULL), 204);
    until(is_well, c);
    limit_files(c, 64);
    assert_int_equal(get(c, "GET", "/healthz"), 503);
    assert_non_null(strstr(c->answer, "\r\n\r\ndatabase\n"));
    until(is_ill, c);
    text = scrape(c);
    assert_has(text, "tel_collect_healthy 0\n");
    assert_has(text, "tel_collect_events_total 1\n");
    assert_true(number_in(text, "tel_collect_commit_failures_total") > 0);
    limit_files(c, RLIM_INFINITY);
    assert_int_equal(get(c, "GET", "/healthz"), 200);
    until(is_well, c);
    assert_has(scrape(c), "tel_collect_healthy 1\n");
    collect_stop(c);
}

/* Who asks often gets an answer that is up to a second old. */
static void test_metrics_asking_often_costs_little(void **state)
{
    struct collect *c = *state;
    long before;

    start(c, NULL, NULL);
    before = number_in(scrape(c), "tel_collect_commits_total");
    for (unsigned i = 0; i < 100; i++)
        (void)scrape(c);
    assert_true(number_in(scrape(c), "tel_collect_commits_total") - before <
                50);
    collect_stop(c);
}

/* Makes a database with seven commits and three logs, of long ago. */
static void count_long_ago(struct collect *c)
{
    start(c, NULL, NULL);
    for (unsigned i = 0; i < 7; i++)
        assert_int_equal(collect_get(c, COMMIT, NULL), 204);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(collect_get(c, QUERY("log", "ms=5&exit=1"), NULL),
                         204);
    /* Of today nothing is told, however much there is. */
    assert_null(strstr(scrape(c), "\ntel_runs{"));
    assert_null(strstr(scrape(c), "\ntel_run_exits{"));
    collect_stop(c);
    (void)collect_sql(c,
                      "UPDATE cell SET day = unixepoch('2020-01-02') / 86400");
}

#define EVENT(name, rest) \
    "{tool=\"git\",version=\"2.39.5\",event=\"" name "\"" rest "} "

static void test_metrics_totals_are_of_ended_days(void **state)
{
    struct collect *c = *state;
    const char *text = NULL;

    count_long_ago(c);
    start(c, "--k", "1");
    assert_int_equal(collect_get(c, COMMIT, NULL), 204);
    text = scrape(c);
    assert_has(text, "tel_runs" EVENT("commit", "") "7\n");
    assert_has(text, "tel_runs" EVENT("log", "") "3\n");
    assert_has(text,
               "tel_run_outcomes" EVENT("commit", ",outcome=\"ok\"") "7\n");
    assert_has(text,
               "tel_run_outcomes" EVENT("log", ",outcome=\"error\"") "3\n");
    assert_has(text, "tel_run_exits" EVENT("log", ",exit=\"1\"") "3\n");
    assert_has(text, "tel_field_values" EVENT(
                         "commit", ",field=\"fmt\",value=\"json\"") "7\n");
    assert_non_null(strstr(text, "\ntel_run_duration_seconds" EVENT(
                                     "commit", ",percentile=\"95\"") "0.01"));
    collect_stop(c);
}

/* As in a report: under k nothing, and above it steps of k. */
static void test_metrics_totals_are_published_counts(void **state)
{
    struct collect *c = *state;
    const char *text = NULL;

    count_long_ago(c);
    start(c, NULL, NULL);
    text = scrape(c);
    assert_has(text, "tel_runs" EVENT("commit", "") "5\n");
    assert_has(text,
               "tel_run_outcomes" EVENT("commit", ",outcome=\"ok\"") "5\n");
    assert_null(strstr(text, "event=\"log\""));
    assert_null(strstr(text, "} 7\n"));
    collect_stop(c);
}

static const char *find_promtool(void)
{
    for (size_t i = 0; i < 2; i++) {
        if (access(promtools[i], X_OK) == 0)
            return promtools[i];
    }
    return NULL;
}

/* A database may hold what no policy allows; a label must stand it. */
static void test_metrics_promtool_finds_no_fault(void **state)
{
    struct collect *c = *state;
    const char *promtool = find_promtool();
    const char *text = NULL;
    char *said = NULL;
    char command[512];

    skip_unless(promtool != NULL, "promtool was not fetched: %s\n",
                promtools[0]);
    count_long_ago(c);
    (void)collect_sql(c, "UPDATE cell SET event = 'a\"b\\c' || char(10, 233)"
                         " WHERE event = 'commit'");
    start(c, "--k", "1");
    assert_int_equal(collect_get(c, COMMIT, NULL), 204);
    assert_int_equal(collect_get(c, "x", NULL), 400);
    text = scrape(c);
    assert_has(text, "tel_runs" EVENT("a\\\"b\\\\c?\xc3\xa9", "") "7\n");
    scratch_write(c->scratch, "metrics", text);
    snprintf(command, sizeof(command), "exec '%s' check metrics <'%s' 2>&1",
             promtool, scratch_path(c->scratch, "metrics"));
    /* Without a word, that of its lint included. */
    said = scratch_ok(c->scratch, 0, "sh", "-c", command, NULL);
    assert_string_equal(said, "");
    free(said);
    collect_stop(c);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_metrics_health_is_asked_on_both_sides),
        TEST(test_metrics_are_on_their_own_side_only),
        TEST(test_metrics_count_what_was_answered),
        TEST(test_metrics_failing_database_is_told),
        TEST(test_metrics_asking_often_costs_little),
        TEST(test_metrics_totals_are_of_ended_days),
        TEST(test_metrics_totals_are_published_counts),
        TEST(test_metrics_promtool_finds_no_fault),
    };

    return cmocka_run_group_tests_name("collect metrics", tests, NULL, NULL);
}
