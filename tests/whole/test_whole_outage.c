/* SPDX-License-Identifier: MIT */
/*
 * Whatever becomes of the collector, the host is as without tel; events wait,
 * and a later flush delivers each once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "box.h"
#include "collect.h"

#define RUNS 12

enum outage { HANGING, FAILING, CLOSING };

static int setup(void **state)
{
    *state = box_new();
    return 0;
}

static int teardown(void **state)
{
    box_free(*state);
    return 0;
}

static void write_policy(struct scratch *s, const char *path,
                         const char *method, unsigned port)
{
    char text[1024];

    (void)snprintf(text, sizeof(text),
                   "[tool]\nid = host\nversion = 1.2\n"
                   "endpoint = http://127.0.0.1:%u/t\nmethod = %s\n"
                   "[verbs]\ncommit = c\n[fields]\nms = off\nexit = code\n",
                   port, method);
    scratch_write(s, path, text);
}

static void consent_to(struct scratch *s, const char *method, unsigned port)
{
    write_policy(s, "config/tel/tools.d/host.conf", method, port);
    free(scratch_ok(s, 0, TEL, "on", "host", NULL));
    tend(s);
}

static void break_it(struct box *box, enum outage outage)
{
    if (outage == HANGING) {
        server_answers(box->server, SERVER_HANGS);
    } else if (outage == FAILING) {
        server_answers(box->server, 500);
    } else if (outage == CLOSING) {
        server_answers(box->server, SERVER_CLOSES);
    }
}

/* Records one run for each status from 0 on: nothing but it is seen. */
static void run_hosts(struct scratch *s)
{
    scratch_set(s, "LD_PRELOAD", TEL_STAGE_SHIM);
    for (int i = 0; i < RUNS; i++) {
        char number[8];
        struct result r;

        (void)snprintf(number, sizeof(number), "%d", i);
        r = scratch_run(s, HOST, "commit", "return", number, NULL);
        assert_int_equal(r.status, i);
        assert_string_equal(r.out, "");
        assert_string_equal(r.err, "");
        result_clear(&r);
    }
    scratch_set(s, "LD_PRELOAD", NULL);
}

static void flush_fails(struct box *box)
{
    char expected[64];

    (void)snprintf(expected, sizeof(expected), "0 sent, %d waiting\n", RUNS);
    box_flush(box, 1, expected);
    assert_int_equal(box_waiting(box, "host"), RUNS);
}

static void check(struct box *box, enum outage outage, const char *method)
{
    unsigned counts[RUNS] = {0};
    char expected[64];

    consent_to(box->scratch, method, server_port(box->server));
    break_it(box, outage);
    run_hosts(box->scratch);
    flush_fails(box);
    flush_fails(box);
    server_answers(box->server, 204);
    (void)snprintf(expected, sizeof(expected), "%d sent, 0 waiting\n", RUNS);
    box_flush(box, 0, expected);
    assert_int_equal(server_tally(box->server, "exit", counts, RUNS), RUNS);
    for (int i = 0; i < RUNS; i++) {
        assert_int_equal(counts[i], 1);
    }
    box_flush(box, 0, "0 sent, 0 waiting\n");
}

/* The real collector, gone and come back at the same port. */
static void test_whole_collector_down_each_arrives_once(void **state)
{
    struct collect c;
    char listen[32];
    char *out;
    json_t *report;

    (void)state;
    collect_setup(&c);
    write_policy(c.scratch, "tools/host.conf", "POST", 9);
    collect_start(&c, "127.0.0.1:0");
    (void)snprintf(listen, sizeof(listen), "127.0.0.1:%d", c.port);
    consent_to(c.scratch, "POST", (unsigned)c.port);
    collect_stop(&c);
    run_hosts(c.scratch);
    out = scratch_ok(c.scratch, 1, TEL, "flush", NULL);
    assert_string_equal(out, "0 sent, 12 waiting\n");
    free(out);
    collect_start(&c, listen);
    out = scratch_ok(c.scratch, 0, TEL, "flush", NULL);
    assert_string_equal(out, "12 sent, 0 waiting\n");
    free(out);
    free(scratch_ok(c.scratch, 0, TEL, "flush", NULL));
    report = collect_report(&c, "host", "-k", "1", NULL);
    assert_int_equal(number_of(event_of(report, "commit"), "runs"), RUNS);
    json_decref(report);
    collect_stop(&c);
    collect_teardown(&c);
}

static void test_whole_collector_hanging_each_arrives_once(void **state)
{
    check(*state, HANGING, "POST");
}

static void test_whole_collector_failing_each_arrives_once(void **state)
{
    check(*state, FAILING, "POST");
}

static void test_whole_collector_failing_gets_each_arrive_once(void **state)
{
    check(*state, FAILING, "GET");
}

static void test_whole_collector_closing_each_arrives_once(void **state)
{
    check(*state, CLOSING, "GET");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_collector_down_each_arrives_once),
        cmocka_unit_test_setup_teardown(
            test_whole_collector_hanging_each_arrives_once, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_whole_collector_failing_each_arrives_once, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_whole_collector_failing_gets_each_arrive_once, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            test_whole_collector_closing_each_arrives_once, setup, teardown),
    };

    return cmocka_run_group_tests_name("whole_outage", tests, NULL, NULL);
}
