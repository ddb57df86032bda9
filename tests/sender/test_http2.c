/* SPDX-License-Identifier: MIT */
/* Many GETs over HTTP/2: at the same time, each counted once, and logged as
 * they were, whatever the server does in the middle of them. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <tel/outbox.h>

#include "tls.h"

#define EVENTS 100
#define FLIGHT 32 /* under way at a time, as sender/http.c has it */

static int setup(void **state)
{
    struct box *box = box_new();

    tls_certify(box);
    *state = box;
    return 0;
}

static int teardown(void **state)
{
    struct box *box = *state;

    /* Whatever happened, the policy explains what was written down. */
    free(scratch_ok(box->scratch, 0, TEL, "log", "--check", NULL));
    box_free(*state);
    return 0;
}

/* A server that misbehaves so, and events for it. */
static struct tls *node(struct box *box, const char *mode)
{
    struct tls *tls = tls_node(box, mode);
    char endpoint[64];

    tls_endpoint(tls, "/t", endpoint, sizeof(endpoint));
    box_tool_at(box, "probe", "GET", endpoint);
    box_new_file(box, "probe", 0, EVENTS);
    return tls;
}

static bool is_head(const char *line)
{
    return strncmp(line, "== 20", 5) == 0 && line[7] == '-';
}

/* The records in sent.log, each of which has its last line. */
static unsigned records(const struct box *box)
{
    char *log = box_text(box, TEL_LOG_FILE);
    bool within = false;
    unsigned heads = 0;

    for (char *line = log; *line != '\0'; line += strcspn(line, "\n") + 1) {
        if (strncmp(line, "== ", 3) != 0)
            continue;
        if (is_head(line) == within)
            fail_msg("not in its place: %.60s", line);
        within = is_head(line);
        heads += within;
    }
    assert_false(within);
    free(log);
    return heads;
}

static unsigned answers(const struct box *box, const char *line)
{
    char *log = box_text(box, TEL_LOG_FILE);
    unsigned count = (unsigned)count_of(log, line);

    free(log);
    return count;
}

/* What a collector would have counted: each event once, by one key, and the
 * refused ones not at all. */
static void all_once(const struct tls *tls, unsigned refused)
{
    static char keys[EVENTS][33];
    char *log = tls_log(tls);
    unsigned counted = 0;
    unsigned rejected = 0;

    memset(keys, 0, sizeof(keys));
    for (char *line = log; *line != '\0'; line += strcspn(line, "\n") + 1) {
        unsigned status;
        unsigned number;
        char key[33];

        assert_int_equal(sscanf(line, "%u %u %32s", &status, &number, key), 3);
        assert_true(number < EVENTS);
        if (keys[number][0] != '\0')
            assert_string_equal(keys[number], key);
        rejected += status == 422;
        if (status == 204 && keys[number][0] == '\0') {
            counted++;
            memcpy(keys[number], key, sizeof(key));
        }
    }
    free(log);
    assert_int_equal(rejected, refused);
    assert_int_equal(counted + refused, EVENTS);
}

/* Flushes until nothing waits: how often that was needed. */
static unsigned flush_all(struct box *box)
{
    unsigned flushes = 0;

    while (box_waiting(box, "probe") > 0) {
        struct result result =
            scratch_run(box->scratch, TEL_SEND, "--flush", NULL);

        assert_true(result.status == 0 || result.status == 1);
        result_clear(&result);
        (void)records(box);
        assert_true(++flushes < 30);
    }
    return flushes;
}

static void test_http2_hundred_leave_on_one_connection(void **state)
{
    struct box *box = *state;
    struct tls *tls = node(box, "good");

    box_flush(box, 0, "100 sent, 0 waiting\n");
    all_once(tls, 0);
    assert_int_equal(relay_connections(tls->relay), 1);
    assert_int_equal(records(box), EVENTS);
    assert_int_equal(answers(box, "\n== 204 accepted over HTTP/2\n"), EVENTS);
    tls_free(tls);
}

/* The server answers none until it has as many as may be under way. */
static void test_http2_many_are_under_way_at_a_time(void **state)
{
    struct box *box = *state;
    struct tls *tls = node(box, "gather");

    box_flush(box, 0, "100 sent, 0 waiting\n");
    all_once(tls, 0);
    tls_free(tls);
}

static void test_http2_headers_are_those_of_the_log(void **state)
{
    struct box *box = *state;
    struct tls *tls = node(box, "good");
    char *served;
    char *log;

    box_flush(box, 0, "100 sent, 0 waiting\n");
    served = tls_log(tls);
    log = box_text(box, TEL_LOG_FILE);
    for (char *line = served; *line != '\0'; line += strcspn(line, "\n") + 1) {
        char expected[1024];
        char request[1024];
        char query[256];
        char key[33];
        char *at = strstr(line, ":path=/t?");

        assert_int_equal(sscanf(line, "204 %*u %32s", key), 1);
        assert_non_null(at);
        assert_int_equal(sscanf(at, ":path=/t?%255s", query), 1);
        snprintf(expected, sizeof(expected),
                 "%s :method=GET :path=/t?%s :scheme=https "
                 ":authority=localhost:%u user-agent=tel/1 "
                 "idempotency-key=%s\n",
                 key, query, relay_port(tls->relay), key);
        at = strstr(line, key);
        assert_int_equal(strncmp(at, expected, strlen(expected)), 0);
        snprintf(request, sizeof(request),
                 "\nGET /t?%s HTTP/1.1\r\nHost: localhost:%u\r\n"
                 "User-Agent: tel/1\r\nIdempotency-Key: %s\r\n\r\n"
                 "== 204 accepted over HTTP/2\n",
                 query, relay_port(tls->relay), key);
        assert_int_equal(count_of(log, request), 1);
    }
    free(log);
    free(served);
    tls_free(tls);
}

/* How a connection begins is the same for all. */
static void test_http2_settings_are_the_same_each_time(void **state)
{
    struct box *box = *state;
    struct tls *tls = node(box, "good");
    char *settings;
    size_t len;

    box_flush(box, 0, "100 sent, 0 waiting\n");
    box_new_file(box, "probe", 0, 5);
    box_flush(box, 0, "5 sent, 0 waiting\n");
    settings = file_read(scratch_path(box->scratch, "node.settings"), NULL);
    assert_non_null(settings);
    len = strcspn(settings, "\n") + 1;
    assert_true(len > 20);
    assert_int_equal(strlen(settings), 2 * len);
    assert_int_equal(memcmp(settings, settings + len, len), 0);
    free(settings);
    tls_free(tls);
}

static void test_http2_refusals_and_delays_count_each_once(void **state)
{
    struct box *box = *state;
    struct tls *tls = node(box, "mixed");

    assert_true(flush_all(box) > 1);
    all_once(tls, EVENTS / 10);
    assert_int_equal(box_dropped(box, "probe"), EVENTS / 10);
    /* The last ones may be so few that they go over HTTP/1.1. */
    assert_int_equal(answers(box, "\n== 422 refused"), EVENTS / 10);
    assert_true(answers(box, "\n== 422 refused over HTTP/2") > 0);
    assert_true(answers(box, "\n== 503 waits over HTTP/2") > 0);
    assert_true(answers(box, "\n== 429 waits over HTTP/2") > 0);
    tls_free(tls);
}

static void test_http2_goodbyes_count_each_once(void **state)
{
    struct box *box = *state;
    struct tls *tls = node(box, "goaway");

    (void)flush_all(box);
    all_once(tls, 0);
    assert_true(relay_connections(tls->relay) > 1);
    tls_free(tls);
}

static void test_http2_reset_streams_count_each_once(void **state)
{
    struct box *box = *state;
    struct tls *tls = node(box, "reset");

    assert_true(flush_all(box) > 1);
    all_once(tls, 0);
    assert_true(answers(box, "\n== no answer, waits") > 0);
    tls_free(tls);
}

static void test_http2_lost_connections_count_each_once(void **state)
{
    struct box *box = *state;
    struct tls *tls = node(box, "cut");

    assert_true(flush_all(box) > 1);
    all_once(tls, 0);
    tls_free(tls);
}

static void test_http2_server_with_few_streams_gets_all(void **state)
{
    struct box *box = *state;
    struct tls *tls = node(box, "limit");

    box_flush(box, 0, "100 sent, 0 waiting\n");
    all_once(tls, 0);
    tls_free(tls);
}

/* The deadline ends it; what did not leave is not said to have left. */
static void test_http2_server_that_falls_silent_ends_it(void **state)
{
    struct box *box = *state;
    struct tls *tls = node(box, "mute");

    box_flush(box, 1, "10 sent, 90 waiting\n");
    assert_int_equal(answers(box, "\n== 204 accepted over HTTP/2"), 10);
    assert_int_equal(answers(box, "\n== no answer, waits"), FLIGHT);
    assert_int_equal(records(box), 10 + FLIGHT);
    tls_free(tls);
}

/* ---- held by the server -------------------------------------------------- */

static bool holds_all(void *context)
{
    const struct box *box = context;
    char *text = file_read(scratch_path(box->scratch, "held"), NULL);
    bool all = text != NULL && strtoul(text, NULL, 10) == FLIGHT;

    free(text);
    return all;
}

static pid_t flush_held(struct box *box)
{
    char program[] = TEL_SEND;
    char option[] = "--flush";
    char *argv[] = {program, option, NULL};
    pid_t pid = scratch_start(box->scratch, "flush.out", argv);

    until(holds_all, box);
    return pid;
}

static void test_http2_after_tel_off_no_more_leave(void **state)
{
    struct box *box = *state;
    struct tls *tls = node(box, "hold");
    pid_t pid = flush_held(box);
    char *log;

    assert_int_equal(tel_outbox_forget(box->state, "probe", NULL), 0);
    scratch_write(box->scratch, "release", "");
    assert_int_equal(scratch_stop(box->scratch, pid, 0), 0);
    log = tls_log(tls);
    assert_int_equal(count_of(log, "\n"), 1 + FLIGHT);
    free(log);
    assert_int_equal(records(box), 1 + FLIGHT);
    assert_int_equal(box_waiting(box, "probe"), 0);
    tls_free(tls);
}

static void test_http2_killed_under_way_counts_each_once(void **state)
{
    struct box *box = *state;
    struct tls *tls = node(box, "hold");
    pid_t pid = flush_held(box);

    assert_int_equal(scratch_stop(box->scratch, pid, SIGKILL), -SIGKILL);
    /* Of all but the last it stands there that no answer has come. */
    assert_int_equal(answers(box, " HTTP/1.1\r\n"), 1 + FLIGHT);
    assert_int_equal(answers(box, "\n== no answer, waits"), FLIGHT - 1);
    scratch_write(box->scratch, "release", "");
    box_flush(box, 0, "100 sent, 0 waiting\n");
    assert_int_equal(records(box), 1 + FLIGHT + EVENTS);
    assert_int_equal(answers(box, "\n== no answer, waits"), FLIGHT);
    all_once(tls, 0);
    tls_free(tls);
}

static void wait_us(unsigned us)
{
    nanosleep(&(struct timespec){.tv_nsec = (long)us * 1000}, NULL);
}

/* Killed at a moment between the first and the last one of a flush. */
static unsigned kill_flushes(struct box *box, unsigned rounds, unsigned step_us)
{
    unsigned killed = 0;

    for (unsigned i = 0; i < rounds && box_waiting(box, "probe") > 0; i++) {
        char program[] = TEL_SEND;
        char option[] = "--flush";
        char *argv[] = {program, option, NULL};
        pid_t pid = scratch_start(box->scratch, "flush.out", argv);

        wait_us(i * step_us);
        killed += scratch_stop(box->scratch, pid, SIGKILL) == -SIGKILL;
    }
    return killed;
}

static void test_http2_killed_at_any_moment_counts_each_once(void **state)
{
    struct box *box = *state;
    struct tls *tls = node(box, "good");

    /* Else nothing was tried. */
    assert_true(kill_flushes(box, 25, 3000) > 3);
    (void)flush_all(box);
    all_once(tls, 0);
    tls_free(tls);
}

/* ---- whether it is used -------------------------------------------------- */

static void expect_version(struct box *box, const char *listen, unsigned events,
                           const char *method, const char *version,
                           const char *answer)
{
    struct tls *tls =
        tls_nginx(box, "nginx", listen, "location / { return 204; }\n");
    char endpoint[64];
    char out[64];
    char *log;

    tls_endpoint(tls, "/t", endpoint, sizeof(endpoint));
    box_tool_at(box, "probe", method, endpoint);
    box_new_file(box, "probe", 0, events);
    snprintf(out, sizeof(out), "%u sent, 0 waiting\n", events);
    box_flush(box, 0, out);
    log = tls_log(tls);
    if (method[0] == 'P')
        events = 1;
    assert_int_equal(count_of(log, version), events);
    assert_int_equal(count_of(log, "\n"), events);
    free(log);
    assert_int_equal(relay_connections(tls->relay), 1);
    assert_int_equal(answers(box, answer), events);
    tls_free(tls);
}

static void test_http2_nginx_gets_a_hundred(void **state)
{
    expect_version(*state, "http2", 100, "GET", "server=HTTP/2.0",
                   "\n== 204 accepted over HTTP/2\n");
}

static void test_http2_few_use_http1(void **state)
{
    expect_version(*state, "http2", 4, "GET", "server=HTTP/1.1",
                   "\n== 204 accepted\n");
}

static void test_http2_batch_uses_http1(void **state)
{
    expect_version(*state, "http2", 100, "POST", "server=HTTP/1.1",
                   "\n== 204 accepted\n");
}

static void test_http2_server_without_it_gets_a_hundred(void **state)
{
    expect_version(*state, "", 100, "GET", "server=HTTP/1.1",
                   "\n== 204 accepted\n");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_http2_hundred_leave_on_one_connection),
        CASE(test_http2_many_are_under_way_at_a_time),
        CASE(test_http2_headers_are_those_of_the_log),
        CASE(test_http2_settings_are_the_same_each_time),
        CASE(test_http2_refusals_and_delays_count_each_once),
        CASE(test_http2_goodbyes_count_each_once),
        CASE(test_http2_reset_streams_count_each_once),
        CASE(test_http2_lost_connections_count_each_once),
        CASE(test_http2_server_with_few_streams_gets_all),
        CASE(test_http2_server_that_falls_silent_ends_it),
        CASE(test_http2_after_tel_off_no_more_leave),
        CASE(test_http2_killed_under_way_counts_each_once),
        CASE(test_http2_killed_at_any_moment_counts_each_once),
        CASE(test_http2_nginx_gets_a_hundred),
        CASE(test_http2_few_use_http1),
        CASE(test_http2_batch_uses_http1),
        CASE(test_http2_server_without_it_gets_a_hundred),
    };

    return cmocka_run_group_tests_name("http2", tests, NULL, NULL);
}
