/* SPDX-License-Identifier: MIT */
/* serve: what counts, what is refused, what is counted once. */
#include "collect.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

static int setup(void **state)
{
    static struct collect c;

    collect_setup(&c);
    collect_start(&c, "127.0.0.1:0");
    *state = &c;
    return 0;
}

static int teardown(void **state)
{
    collect_teardown(*state);
    return 0;
}

/* ---- what counts ------------------------------------------------------- */

static void test_serve_get_is_counted_when_it_is_answered(void **state)
{
    struct collect *c = *state;
    json_t *report = NULL;
    json_t *commit = NULL;

    assert_int_equal(
        collect_get(c, QUERY("commit", "ms=12&exit=0&fmt=json&quiet=no"), NULL),
        204);
    report = collect_report(c, "git", "-k", "1", NULL);
    commit = event_of(report, "commit");
    assert_non_null(commit);
    assert_int_equal(number_of(commit, "runs"), 1);
    assert_int_equal(number_of(commit, "ok"), 1);
    assert_int_equal(number_of(commit, "p50_ms"), 12);
    json_decref(report);
}

static void test_serve_answer_has_no_body_and_no_clock(void **state)
{
    struct collect *c = *state;

    assert_int_equal(collect_get(c, QUERY("commit", "ms=12&exit=0"), NULL),
                     204);
    assert_null(strstr(c->answer, "Date:"));
    assert_null(strstr(c->answer, "Cookie"));
    assert_string_equal(strstr(c->answer, "\r\n\r\n"), "\r\n\r\n");
}

static const char every_end[] =         //
    ROW("log", "\"ms\":1,\"exit\":0")   //
    ROW("log", "\"ms\":2,\"exit\":0")   //
    ROW("log", "\"ms\":3,\"exit\":1")   //
    ROW("log", "\"ms\":4,\"exit\":255") //
    ROW("log", "\"ms\":5,\"sig\":9")    //
    ROW("log", "\"end\":\"lost\"");

static void test_serve_every_end_has_its_total(void **state)
{
    struct collect *c = *state;
    json_t *report = NULL;
    const json_t *log = NULL;

    assert_int_equal(collect_post(c, every_end, NULL), 204);
    report = collect_report(c, "git", "-k", "1", NULL);
    log = event_of(report, "log");
    assert_int_equal(number_of(log, "runs"), 6);
    assert_int_equal(number_of(log, "ok"), 2);
    assert_int_equal(number_of(log, "error"), 2);
    assert_int_equal(number_of(log, "signal"), 1);
    assert_int_equal(number_of(log, "lost"), 1);
    assert_int_equal(json_object_size(json_object_get(log, "exit")), 3);
    assert_int_equal(number_of(json_object_get(log, "exit"), "0"), 2);
    assert_int_equal(number_of(json_object_get(log, "exit"), "1"), 1);
    assert_int_equal(number_of(json_object_get(log, "exit"), "255"), 1);
    assert_int_equal(number_of(json_object_get(log, "sig"), "9"), 1);
    assert_int_equal(number_of(log, "p50_ms"), 3);
    assert_int_equal(number_of(log, "p95_ms"), 5);
    json_decref(report);
}

static void test_serve_classes_and_lists_have_their_totals(void **state)
{
    static const char lines[] =
        "{\"t\":\"dock\",\"e\":\"pull\",\"v\":1,\"tv\":\"1\",\"os\":\"linux\","
        "\"libc\":\"musl\",\"exit\":\"ok\"}\n"
        "{\"t\":\"dock\",\"e\":\"pull\",\"v\":1,\"tv\":\"1\",\"os\":\"linux\","
        "\"libc\":\"musl\",\"exit\":\"error\"}\n"
        "{\"t\":\"lister\",\"e\":\"run\",\"v\":1,\"tv\":\"1.2\","
        "\"os\":\"linux\",\"libc\":\"musl\",\"ms\":20,\"exit\":2}\n"
        "{\"t\":\"lister\",\"e\":\"run\",\"v\":1,\"tv\":\"1.2\","
        "\"os\":\"linux\",\"libc\":\"musl\",\"ms\":50,\"exit\":\"error\"}";
    struct collect *c = *state;
    json_t *report = NULL;
    const json_t *run = NULL;

    assert_int_equal(collect_post(c, lines, NULL), 204);
    report = collect_report(c, "dock", "-k", "1", NULL);
    run = event_of(report, "pull");
    assert_int_equal(number_of(run, "ok"), 1);
    assert_int_equal(number_of(run, "error"), 1);
    assert_int_equal(json_object_size(json_object_get(run, "exit")), 0);
    assert_true(json_is_null(json_object_get(run, "p50_ms")));
    json_decref(report);
    report = collect_report(c, "lister", "-k", "1", NULL);
    run = event_of(report, "run");
    assert_int_equal(number_of(run, "error"), 2);
    assert_int_equal(json_object_size(json_object_get(run, "exit")), 1);
    assert_int_equal(number_of(json_object_get(run, "exit"), "2"), 1);
    assert_int_equal(number_of(run, "p95_ms"), 52);
    json_decref(report);
}

static void test_serve_versions_stand_side_by_side(void **state)
{
    struct collect *c = *state;
    json_t *report = NULL;

    assert_int_equal(collect_get(c, QUERY("commit", "ms=1&exit=0"), NULL), 204);
    assert_int_equal(
        collect_get(c,
                    "t=git&e=switch&v=1&tv=2.40.0&os=linux&libc=musl&ms=1&"
                    "exit=0",
                    NULL),
        204);
    /* What only the other version explains is not explained. */
    assert_int_equal(collect_get(c, QUERY("switch", "ms=1&exit=0"), NULL), 422);
    report = collect_report(c, "git", "-k", "1", NULL);
    assert_int_equal(json_array_size(json_object_get(report, "events")), 2);
    json_decref(report);
}

static void test_serve_ipv6_answers(void **state)
{
    struct collect *c = *state;

    collect_stop(c);
    skip_unless(access("/proc/net/if_inet6", R_OK) == 0, "no IPv6 here");
    collect_start(c, "[::1]:0");
    assert_true(c->ipv6);
    assert_int_equal(collect_get(c, QUERY("commit", "ms=1&exit=0"), NULL), 204);
    collect_stop(c);
    assert_int_equal(collect_runs(c, "commit"), 1);
}

static void test_serve_one_connection_carries_many_requests(void **state)
{
    static const char one[] =
        "GET /t?" QUERY("commit", "ms=1&exit=0") " HTTP/1.1\r\n"
                                                 "Host: localhost\r\n\r\n";
    struct collect *c = *state;
    int fd = collect_connect(c);

    for (int i = 0; i < 20; i++) {
        send_bytes(fd, one, strlen(one));
        assert_int_equal(read_answer(fd, c->answer, sizeof(c->answer)), 204);
    }
    (void)close(fd);
    assert_int_equal(collect_runs(c, "commit"), 20);
}

static void test_serve_largest_batch_counts_whole(void **state)
{
    static const char line[] = LINE("commit", "\"ms\":1,\"exit\":0") "\n";
    struct collect *c = *state;
    char *batch = calloc(1001, strlen(line) + 1);

    assert_non_null(batch);
    for (int i = 0; i < 1000; i++)
        strcat(batch + (size_t)i * strlen(line), line);
    assert_int_equal(collect_post(c, batch, NULL), 204);
    assert_int_equal(collect_runs(c, "commit"), 1000);
    strcat(batch, line);
    assert_int_equal(collect_post(c, batch, NULL), 413);
    free(batch);
    assert_int_equal(collect_runs(c, "commit"), 1000);
    assert_int_equal(collect_refused(c, "size"), 1);
}

/* ---- once -------------------------------------------------------------- */

static void test_serve_key_seen_twice_counts_once(void **state)
{
    static const char query[] = QUERY("commit", "ms=1&exit=0");
    static const char upper[] = "00112233445566778899AABBCCDDEEFF";
    struct collect *c = *state;

    assert_int_equal(collect_get(c, query, KEY), 204);
    assert_int_equal(collect_get(c, query, KEY), 204);
    assert_int_equal(collect_get(c, query, upper), 204);
    assert_int_equal(collect_runs(c, "commit"), 1);
    assert_int_equal(collect_get(c, query, "00112233445566778899aabbccddee00"),
                     204);
    assert_int_equal(collect_runs(c, "commit"), 2);
    collect_stop(c);
    collect_start(c, "127.0.0.1:0");
    assert_int_equal(collect_get(c, query, KEY), 204);
    assert_int_equal(collect_runs(c, "commit"), 2);
}

static void test_serve_without_a_key_each_counts(void **state)
{
    struct collect *c = *state;

    for (int i = 0; i < 3; i++)
        assert_int_equal(collect_get(c, QUERY("commit", "ms=1&exit=0"), NULL),
                         204);
    assert_int_equal(collect_runs(c, "commit"), 3);
}

static void test_serve_key_covers_the_whole_batch(void **state)
{
    static const char batch[] = LINE("commit", "\"ms\":1,\"exit\":0") "\n" LINE(
        "push", "\"ms\":1,\"exit\":0") "\n" LINE("commit",
                                                 "\"ms\":1,\"exit\":1") "\n";
    struct collect *c = *state;

    for (int i = 0; i < 3; i++)
        assert_int_equal(collect_post(c, batch, KEY), 204);
    assert_int_equal(collect_runs(c, "commit"), 2);
    assert_int_equal(collect_refused(c, "event"), 1);
}

static void test_serve_refused_key_is_not_remembered(void **state)
{
    struct collect *c = *state;

    assert_int_equal(collect_get(c, QUERY("push", "ms=1&exit=0"), KEY), 422);
    assert_int_equal(collect_get(c, QUERY("commit", "ms=1&exit=0"), KEY), 204);
    assert_int_equal(collect_runs(c, "commit"), 1);
}

static void test_serve_bad_keys_are_refused(void **state)
{
    static const char *const bad[] = {
        "00112233445566778899aabbccddeef",   /* 31 */
        "00112233445566778899aabbccddeeff0", /* 33 */
        "00112233445566778899aabbccddeefg",
        "00112233445566778899aabbccddeeff,",
        "x",
    };
    static const char twice[] = "GET /t?" QUERY(
        "commit", "ms=1&exit=0") " HTTP/1.1\r\n"
                                 "Host: localhost\r\nIdempotency-Key: " KEY
                                 "\r\n"
                                 "idempotency-key: " KEY
                                 "\r\nConnection: close\r\n\r\n";
    struct collect *c = *state;
    long refused = 0;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(collect_get(c, QUERY("commit", "ms=1&exit=0"), bad[i]),
                         400);
        assert_non_null(strstr(c->answer, "refused: key\n"));
        assert_int_equal(collect_refused(c, "key"), ++refused);
    }
    assert_int_equal(collect_exchange(c, twice, strlen(twice)), 400);
    assert_int_equal(collect_runs(c, "commit"), 0);
}

/* ---- refusals ---------------------------------------------------------- */

static const struct {
    const char *query;
    int status;
    const char *reason;
} refused[] = {
    {"", 400, "form"},
    {"x", 400, "form"},
    {"t=git", 400, "form"},
    {"t=git&e=commit&v=2&tv=2.39.5&os=linux&libc=musl&ms=1&exit=0", 400,
     "form"},
    {QUERY("commit", "ms=1&exit=0&exit=0"), 400, "form"},
    {QUERY("commit", "ms=1&exit=256"), 400, "form"},
    {QUERY("commit", "ms=1&sig=65"), 400, "form"},
    {QUERY("commit", "ms=1&exit=0&fmt=a%20b"), 400, "form"},
    {QUERY("commit", "ms=1&exit=0&fmt=%"), 400, "form"},
    {QUERY("commit", "ms=1&exit=0&"), 400, "form"},
    {"t=svn&e=commit&v=1&tv=2.39.5&os=linux&libc=musl&ms=1&exit=0", 422,
     "tool"},
    {"t=git&e=commit&v=1&tv=2.39.6&os=linux&libc=musl&ms=1&exit=0", 422,
     "version"},
    {"t=git&e=commit&v=1&tv=devel&os=linux&libc=musl&ms=1&exit=0", 422,
     "version"},
    {QUERY("push", "ms=1&exit=0"), 422, "event"},
    {QUERY("remote", "ms=1&exit=0"), 422, "event"},
    {QUERY("commit", "ms=1&exit=0&home=yes"), 422, "field"},
    {QUERY("commit", "ms=1&exit=ok"), 422, "field"},
    {QUERY("commit", "exit=0"), 422, "field"},
    {QUERY("commit", "ms=1&end=lost"), 422, "field"},
    {QUERY("commit", "ms=123&exit=0"), 422, "value"},
    {QUERY("commit", "ms=1&exit=0&fmt=xml"), 422, "value"},
    {QUERY("commit", "ms=1&exit=0&quiet=maybe"), 422, "value"},
};

static void test_serve_refusals_have_status_and_reason(void **state)
{
    struct collect *c = *state;

    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        char body[32];
        long before = collect_refused(c, refused[i].reason);

        snprintf(body, sizeof(body), "refused: %s\n", refused[i].reason);
        if (collect_get(c, refused[i].query, NULL) != refused[i].status ||
            strstr(c->answer, body) == NULL ||
            collect_refused(c, refused[i].reason) != before + 1)
            fail_msg("%s: %s", refused[i].query, c->answer);
    }
    assert_int_equal(collect_sql(c, "SELECT count(*) FROM total"), 0);
    assert_int_equal(collect_sql(c, "SELECT count(*) FROM seen"), 0);
}

/* Of several policies of a tool, the one that came furthest explains. */
static void test_serve_refusal_is_the_furthest(void **state)
{
    struct collect *c = *state;

    assert_int_equal(
        collect_get(c,
                    "t=git&e=switch&v=1&tv=2.40.0&os=linux&libc=musl&ms=1&"
                    "exit=0&fmt=json",
                    NULL),
        422);
    assert_non_null(strstr(c->answer, "refused: field\n"));
}

static void test_serve_batch_counts_what_it_can(void **state)
{
    struct collect *c = *state;

    assert_int_equal(
        collect_post(
            c,
            LINE("commit", "\"ms\":1,\"exit\":0") "\nnonsense\n\n" LINE(
                "push", "\"ms\":1,\"exit\":0") "\n" LINE("commit",
                                                         "\"ms\":1,\"exit\":0"),
            NULL),
        204);
    assert_int_equal(collect_runs(c, "commit"), 2);
    assert_int_equal(collect_refused(c, "form"), 2);
    assert_int_equal(collect_refused(c, "event"), 1);
    assert_int_equal(
        collect_post(c, "nonsense\n" LINE("push", "\"ms\":1,\"exit\":0"), NULL),
        422);
    assert_non_null(strstr(c->answer, "refused: event\n"));
    assert_int_equal(collect_post(c, "nonsense\n", NULL), 400);
    assert_int_equal(collect_post(c, "", NULL), 400);
    assert_int_equal(collect_post(c, "\n", NULL), 400);
    assert_int_equal(collect_refused(c, "form"), 6);
}

static void test_serve_any_path_is_the_same(void **state)
{
    static const char *const paths[] = {"/", "/t", "/a/b/../c", "/%2e%2e/%00",
                                        "http://elsewhere.example/x"};
    struct collect *c = *state;

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        char bytes[512];

        snprintf(bytes, sizeof(bytes),
                 "GET %s?" QUERY(
                     "commit",
                     "ms=1&exit=0") " HTTP/1.1\r\nHost: "
                                    "localhost\r\nConnection: close\r\n\r\n",
                 paths[i]);
        assert_int_equal(collect_exchange(c, bytes, strlen(bytes)), 204);
    }
    assert_int_equal(collect_runs(c, "commit"), 5);
}

static void test_serve_other_methods_are_not_allowed(void **state)
{
    static const char *const methods[] = {"PUT",     "DELETE", "PATCH", "HEAD",
                                          "OPTIONS", "TRACE",  "BREW",  "get"};
    struct collect *c = *state;

    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        char bytes[512];

        snprintf(bytes, sizeof(bytes),
                 "%s /t?" QUERY(
                     "commit",
                     "ms=1&exit=0") " HTTP/1.1\r\nHost: "
                                    "localhost\r\nConnection: close\r\n\r\n",
                 methods[i]);
        assert_int_equal(collect_exchange(c, bytes, strlen(bytes)), 405);
        assert_non_null(strstr(c->answer, "Allow: GET, POST\r\n"));
    }
    assert_int_equal(collect_runs(c, "commit"), 0);
}

/* ---- trouble ----------------------------------------------------------- */

static void test_serve_failing_database_answers_503(void **state)
{
    static const char query[] = QUERY("commit", "ms=1&exit=0");
    struct collect *c = *state;
    char *log = NULL;

    assert_int_equal(collect_get(c, query, NULL), 204);
    (void)collect_sql(c, "ALTER TABLE count RENAME TO elsewhere");
    assert_int_equal(collect_get(c, query, KEY), 503);
    assert_int_equal(collect_get(c, query, KEY), 503);
    (void)collect_sql(c, "ALTER TABLE elsewhere RENAME TO count");
    /* The key of what failed was not remembered. */
    assert_int_equal(collect_get(c, query, KEY), 204);
    assert_int_equal(collect_get(c, query, KEY), 204);
    assert_int_equal(collect_runs(c, "commit"), 2);
    log = collect_log(c);
    assert_int_equal(count_of(log, "the database fails"), 1);
    assert_int_equal(count_of(log, "the database works again"), 1);
    free(log);
}

/* How many connections the collector has read all of. Line by line, because
 * the table may be long: sscanf measures all of a string before it begins. */
static int read_by_collector(const struct collect *c)
{
    FILE *table = fopen("/proc/net/tcp", "re");
    char line[256];
    int count = 0;

    assert_non_null(table);
    while (fgets(line, sizeof(line), table) != NULL) {
        unsigned port = 0;
        unsigned tcp_state = 0;
        unsigned waiting = 1;

        if (sscanf(line, " %*d: %*x:%x %*x:%*x %x %*x:%x", &port, &tcp_state,
                   &waiting) == 3 &&
            port == (unsigned)c->port && tcp_state == 1 && waiting == 0)
            count++;
    }
    (void)fclose(table);
    return count;
}

static bool has_read_ten(void *context)
{
    return read_by_collector(context) == 10;
}

static bool is_closed(void *context)
{
    int fd = collect_connect(context);

    if (fd >= 0)
        (void)close(fd);
    return fd < 0;
}

/* Below what the collector waits for a busy database, before it answers 503. */
#define HELD_MAX_MS 1500

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Ten requests stand in the queue while the database is held, and the collector
 * is told to end: for how many milliseconds it was held. */
static int64_t end_with_ten(struct collect *c, int fds[10])
{
    static const char one[] =
        "GET /t?" QUERY("commit", "ms=1&exit=0") " HTTP/1.1\r\n"
                                                 "Host: localhost\r\n\r\n";
    int64_t began_ms = now_ms();
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(scratch_path(c->scratch, "totals.db"), &db),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL),
                     SQLITE_OK);
    for (size_t i = 0; i < 10; i++) {
        fds[i] = collect_connect(c);
        send_bytes(fds[i], one, strlen(one));
    }
    until(has_read_ten, c);
    assert_int_equal(kill(c->pid, SIGTERM), 0);
    until(is_closed, c);
    (void)sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    (void)sqlite3_close(db);
    return now_ms() - began_ms;
}

/* Each is answered, and what is answered 204 is counted. All are, unless this
 * machine was so busy that the database was held for too long. */
static void test_serve_end_answers_what_is_queued(void **state)
{
    struct collect *c = *state;
    int fds[10];
    int64_t held_ms = end_with_ten(c, fds);
    int counted = 0;

    for (size_t i = 0; i < 10; i++) {
        int status = read_answer(fds[i], c->answer, sizeof(c->answer));

        counted += status == 204;
        if (status != 204 && (status != 503 || held_ms < HELD_MAX_MS))
            fail_msg("answered %d, held for %d ms", status, (int)held_ms);
        (void)close(fds[i]);
    }
    assert_int_equal(scratch_stop(c->scratch, c->pid, 0), 0);
    assert_int_equal(collect_runs(c, "commit"), counted);
}

static void test_serve_sigint_is_a_clean_end(void **state)
{
    struct collect *c = *state;
    char *log = NULL;

    assert_int_equal(collect_get(c, QUERY("commit", "ms=1&exit=0"), NULL), 204);
    assert_int_equal(scratch_stop(c->scratch, c->pid, SIGINT), 0);
    log = collect_log(c);
    assert_int_equal(count_of(log, "\n"), 1);
    free(log);
    assert_null(file_read(scratch_path(c->scratch, "totals.db-wal"), NULL));
}

/* ---- what is kept ------------------------------------------------------ */

static void assert_absent(const struct collect *c, const char *file,
                          const char *needle)
{
    size_t len = 0;
    char *bytes = file_read(scratch_path(c->scratch, "%s", file), &len);

    if (bytes != NULL && memmem(bytes, len, needle, strlen(needle)) != NULL)
        fail_msg("%s is in %s", needle, file);
    free(bytes);
}

static void test_serve_keeps_nothing_of_a_request(void **state)
{
    static const char *const files[] = {"totals.db", "totals.db-wal",
                                        "totals.db-shm", "serve-1.log"};
    static const char counted[] = "GET /PATHSECRET?" QUERY(
        "commit",
        "ms=1&exit=0") " HTTP/1.1\r\n"
                       "Host: HOSTSECRET\r\nUser-Agent: AGENTSECRET\r\n"
                       "Cookie: a=COOKIESECRET\r\nX-Forwarded-For: "
                       "192.0.2.77\r\n"
                       "Referer: http://REFSECRET/\r\nConnection: "
                       "close\r\n\r\n";
    struct collect *c = *state;

    assert_int_equal(collect_exchange(c, counted, strlen(counted)), 204);
    assert_int_equal(
        collect_get(c, QUERY("commit", "ms=1&exit=0&fmt=VALUESECRET"), NULL),
        422);
    assert_int_equal(
        collect_get(c, QUERY("commit", "ms=1&exit=0&SECRETKEY=1"), NULL), 400);
    assert_int_equal(collect_post(c, "BODYSECRET", NULL), 400);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        assert_absent(c, files[i], "SECRET");
        assert_absent(c, files[i], "192.0.2.77");
        assert_absent(c, files[i], "127.0.0.1:1");
        assert_absent(c, files[i], "glibc");
    }
    /* And the search itself finds what is there. */
    assert_int_equal(
        collect_sql(c, "SELECT count(*) FROM total WHERE event = 'commit'"), 4);
    /* Days only: no other column holds anything like a time. */
    assert_int_equal(
        collect_sql(c, "SELECT count(*) FROM total WHERE day NOT GLOB "
                       "'[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'"),
        0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_serve_get_is_counted_when_it_is_answered),
        TEST(test_serve_answer_has_no_body_and_no_clock),
        TEST(test_serve_every_end_has_its_total),
        TEST(test_serve_classes_and_lists_have_their_totals),
        TEST(test_serve_versions_stand_side_by_side),
        TEST(test_serve_ipv6_answers),
        TEST(test_serve_one_connection_carries_many_requests),
        TEST(test_serve_largest_batch_counts_whole),
        TEST(test_serve_key_seen_twice_counts_once),
        TEST(test_serve_without_a_key_each_counts),
        TEST(test_serve_key_covers_the_whole_batch),
        TEST(test_serve_refused_key_is_not_remembered),
        TEST(test_serve_bad_keys_are_refused),
        TEST(test_serve_refusals_have_status_and_reason),
        TEST(test_serve_refusal_is_the_furthest),
        TEST(test_serve_batch_counts_what_it_can),
        TEST(test_serve_any_path_is_the_same),
        TEST(test_serve_other_methods_are_not_allowed),
        TEST(test_serve_failing_database_answers_503),
        TEST(test_serve_end_answers_what_is_queued),
        TEST(test_serve_sigint_is_a_clean_end),
        TEST(test_serve_keeps_nothing_of_a_request),
    };

    return cmocka_run_group_tests_name("collect serve", tests, NULL, NULL);
}
