/* SPDX-License-Identifier: MIT */
/* serve and report on PostgreSQL: the same answers and totals, several
 * collectors on one database, and a database that goes and comes back. */
#include "collect.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "postgres.h"

#define COLLECTORS 2

static struct postgres *postgres;

struct fixture {
    struct collect collects[COLLECTORS];
    const char *url;
};

static int setup(void **state)
{
    static struct fixture fixture;

    memset(&fixture, 0, sizeof(fixture));
    fixture.url = postgres_schema(postgres);
    for (size_t i = 0; i < COLLECTORS; i++) {
        struct collect *c = &fixture.collects[i];

        collect_setup(c);
        snprintf(c->db, sizeof(c->db), "%s&password=SECRET", fixture.url);
        collect_start(c, "127.0.0.1:0");
    }
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COLLECTORS; i++)
        collect_teardown(&fixture->collects[i]);
    return 0;
}

static void test_postgres_totals_and_refusals_are_reported(void **state)
{
    struct fixture *fixture = *state;
    struct collect *c = &fixture->collects[0];
    const json_t *commit = NULL;
    json_t *report = NULL;

    assert_int_equal(
        collect_get(c, QUERY("commit", "ms=12&exit=0&fmt=json&quiet=no"), NULL),
        204);
    assert_int_equal(collect_post(c,
                                  ROW("commit", "\"ms\":12,\"exit\":1")
                                      ROW("commit", "\"ms\":1200,\"sig\":9")
                                          ROW("commit", "\"end\":\"lost\""),
                                  KEY),
                     204);
    assert_int_equal(collect_get(c, QUERY("push", "ms=1&exit=0"), NULL), 422);
    assert_int_equal(collect_get(c, "nonsense", NULL), 400);
    report = collect_report(c, "git", "-k", "1", NULL);
    commit = event_of(report, "commit");
    assert_int_equal(number_of(commit, "runs"), 4);
    assert_int_equal(number_of(commit, "ok"), 1);
    assert_int_equal(number_of(commit, "error"), 1);
    assert_int_equal(number_of(commit, "signal"), 1);
    assert_int_equal(number_of(commit, "lost"), 1);
    json_decref(report);
    assert_int_equal(
        postgres_number(fixture->url,
                        "SELECT n FROM tel_refused WHERE reason = 'event'"),
        1);
    assert_int_equal(
        postgres_number(fixture->url,
                        "SELECT n FROM tel_refused WHERE reason = 'form'"),
        1);
}

static void test_postgres_key_counts_once_wherever_it_arrives(void **state)
{
    struct fixture *fixture = *state;
    struct collect *one = &fixture->collects[0];
    struct collect *other = &fixture->collects[1];
    const char *query = QUERY("commit", "ms=1&exit=0");

    assert_int_equal(collect_get(one, query, KEY), 204);
    assert_int_equal(collect_get(other, query, KEY), 204);
    assert_int_equal(collect_get(one, query, KEY), 204);
    collect_stop(one);
    collect_start(one, "127.0.0.1:0");
    assert_int_equal(collect_get(one, query, KEY), 204);
    assert_int_equal(collect_runs(other, "commit"), 1);
    /* What was refused is not remembered. */
    assert_int_equal(collect_get(one, QUERY("push", "ms=1&exit=0"),
                                 "ff112233445566778899aabbccddeeff"),
                     422);
    assert_int_equal(
        collect_get(other, query, "ff112233445566778899aabbccddeeff"), 204);
    assert_int_equal(collect_runs(other, "commit"), 2);
}

/* Each collector says so once, and never what is in the URL. */
static void assert_said_once(const struct collect *c)
{
    char *log = collect_log(c);

    assert_int_equal(count_of(log, "the database fails ("), 1);
    assert_int_equal(count_of(log, "the database works again"), 1);
    assert_int_equal(count_of(log, "\n"), 3);
    assert_int_equal(count_of(log, "SECRET"), 0);
    free(log);
}

static void test_postgres_that_goes_and_comes_loses_nothing(void **state)
{
    struct fixture *fixture = *state;
    const char *query = QUERY("commit", "ms=1&exit=0");
    char key[33];

    for (unsigned i = 0; i < COLLECTORS; i++)
        assert_int_equal(collect_get(&fixture->collects[i], query, NULL), 204);
    postgres_end(postgres, SIGINT);
    for (unsigned i = 0; i < 3 * COLLECTORS; i++) {
        snprintf(key, sizeof(key), "%032x", i);
        assert_int_equal(
            collect_get(&fixture->collects[i % COLLECTORS], query, key), 503);
    }
    postgres_start(postgres);
    for (unsigned i = 0; i < 3 * COLLECTORS; i++) {
        snprintf(key, sizeof(key), "%032x", i);
        assert_int_equal(
            collect_get(&fixture->collects[i % COLLECTORS], query, key), 204);
    }
    assert_int_equal(collect_runs(&fixture->collects[0], "commit"),
                     4 * COLLECTORS);
    for (unsigned i = 0; i < COLLECTORS; i++)
        assert_said_once(&fixture->collects[i]);
}

/* A server that was started anew while nobody asked: nobody notices. */
static void
test_postgres_restarted_between_requests_is_not_noticed(void **state)
{
    struct fixture *fixture = *state;
    struct collect *c = &fixture->collects[0];
    char *log = NULL;

    assert_int_equal(collect_get(c, QUERY("commit", "ms=1&exit=0"), NULL), 204);
    postgres_end(postgres, SIGQUIT);
    postgres_start(postgres);
    assert_int_equal(collect_get(c, QUERY("commit", "ms=1&exit=0"), NULL), 204);
    assert_int_equal(collect_runs(c, "commit"), 2);
    log = collect_log(c);
    assert_int_equal(count_of(log, "\n"), 1);
    free(log);
}

/* Commits take longer than anybody waits, once. */
static const char slow_commit[] =
    "CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS"
    " 'BEGIN PERFORM pg_sleep(3); RETURN NULL; END';"
    "CREATE CONSTRAINT TRIGGER linger AFTER INSERT ON tel_seen"
    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION linger();";

static bool is_committed(void *url)
{
    return postgres_number(url, "SELECT count(*) FROM tel_seen") == 1;
}

/*
 * Whether the commit comes true is not known when the collector gives up; it
 * does, later, and the request that is sent again is known by its key.
 */
static void test_postgres_commit_of_unknown_outcome_counts_once(void **state)
{
    struct fixture *fixture = *state;
    const char *query = QUERY("commit", "ms=1&exit=0");

    free(postgres_ask(fixture->url, slow_commit));
    assert_int_equal(collect_get(&fixture->collects[0], query, KEY), 503);
    until(is_committed, (void *)(uintptr_t)fixture->url);
    for (unsigned i = 0; i < COLLECTORS; i++)
        assert_int_equal(collect_get(&fixture->collects[i], query, KEY), 204);
    assert_int_equal(collect_runs(&fixture->collects[0], "commit"), 1);
}

/* One line that says what, where and not the password; exit 2. */
static void test_postgres_that_is_not_there_is_said_once(void **state)
{
    struct fixture *fixture = *state;
    struct scratch *s = fixture->collects[0].scratch;
    struct result result =
        scratch_run(s, TEL_COLLECT, "serve", "--listen", "127.0.0.1:0",
                    "--tools", scratch_path(s, "tools"), "--db",
                    "postgresql://person:SECRET@127.0.0.1:1/totals", NULL);

    assert_int_equal(result.status, 2);
    assert_int_equal(count_of(result.err, "\n"), 1);
    assert_non_null(strstr(result.err, "postgresql://127.0.0.1:1/totals: "));
    assert_null(strstr(result.err, "SECRET"));
    result_clear(&result);
    result = scratch_run(s, TEL_COLLECT, "report", "--db",
                         "postgresql://person:SECRET@127.0.0.1:1/totals", NULL);
    assert_int_equal(result.status, 2);
    assert_int_equal(count_of(result.err, "\n"), 1);
    assert_null(strstr(result.err, "SECRET"));
    result_clear(&result);
}

static int end_postgres(void **state)
{
    (void)state;
    postgres_free(postgres);
    return 0;
}

static void test_postgres_is_here(void **state)
{
    (void)state;
    skip_unless(false, "PostgreSQL is not here");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_postgres_totals_and_refusals_are_reported),
        TEST(test_postgres_key_counts_once_wherever_it_arrives),
        TEST(test_postgres_that_goes_and_comes_loses_nothing),
        TEST(test_postgres_restarted_between_requests_is_not_noticed),
        TEST(test_postgres_commit_of_unknown_outcome_counts_once),
        TEST(test_postgres_that_is_not_there_is_said_once),
    };
    const struct CMUnitTest none[] = {cmocka_unit_test(test_postgres_is_here)};

    postgres = postgres_new();
    if (postgres == NULL)
        return cmocka_run_group_tests_name("collect postgres", none, NULL,
                                           NULL);
    return cmocka_run_group_tests_name("collect postgres", tests, NULL,
                                       end_postgres);
}
