/* SPDX-License-Identifier: MIT */
/*
 * The same requests get the same answers from serve, from the Worker and from
 * the relay: what is no request, no event, too large, or refused.
 */
#include "hosted.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct asked {
    const char *name;
    const char *head; /* all before the blank line, but Content-Length */
    const char *body; /* repeated times times */
    size_t times;
    int status;
};

#define GET(target) "GET " target " HTTP/1.1\r\n"
#define POST "POST /t HTTP/1.1\r\n"
#define GOOD ROW("commit", "\"ms\":1,\"exit\":0")
#define BAD ROW("commit", "\"ms\":101,\"exit\":0")

static const struct asked requests[] = {
    {"a query", GET("/t?" QUERY("commit", "ms=1&exit=0")), NULL, 0, 204},
    {"any path", GET("/a/b.c?" QUERY("commit", "ms=1&exit=0")), NULL, 0, 204},
    {"escapes", GET("/t?" QUERY("com%6Dit", "ms=%31&exit=0")), NULL, 0, 204},
    {"no query", GET("/t"), NULL, 0, 400},
    {"an empty query", GET("/t?"), NULL, 0, 400},
    {"a plus", GET("/t?" QUERY("commit", "ms=1&exit=0&fmt=a+b")), NULL, 0, 400},
    {"half an escape", GET("/t?" QUERY("commit", "ms=1&exit=%3")), NULL, 0,
     400},
    {"a key twice", GET("/t?" QUERY("commit", "ms=1&ms=1&exit=0")), NULL, 0,
     400},
    {"a value", GET("/t?" QUERY("commit", "ms=101&exit=0")), NULL, 0, 422},
    {"an event", GET("/t?" QUERY("push", "ms=1&exit=0")), NULL, 0, 422},
    {"one line", POST, GOOD, 1, 204},
    {"no newline", POST, LINE("commit", "\"ms\":1,\"exit\":0"), 1, 204},
    {"1,000 lines", POST, GOOD, 1000, 204},
    {"1,001 lines", POST, GOOD, 1001, 413},
    {"no lines", POST, "", 1, 400},
    {"blank lines", POST, "\n", 10, 400},
    {"refused lines", POST, BAD, 10, 422},
    {"nonsense", POST, "nonsense\n", 3, 400},
    {"one good among bad", POST, BAD GOOD, 1, 204},
    {"1 MiB of a line", POST, "aaaaaaaa", 131072, 400},
    {"more than 1 MiB", POST, "aaaaaaaa", 131073, 413},
    {"a bad key", POST "Idempotency-Key: 12\r\n", GOOD, 1, 400},
    {"no hexadecimal key",
     POST "Idempotency-Key: 0011223344556677889900aabbccddeg\r\n", GOOD, 1,
     400},
    {"two keys",
     POST "Idempotency-Key: " KEY "\r\nIdempotency-Key: " KEY "\r\n", GOOD, 1,
     400},
    {"a key", POST "Idempotency-Key: " KEY "\r\n", GOOD, 1, 204},
    {"its key again, other events", POST "Idempotency-Key: " KEY "\r\n", BAD, 1,
     204},
    {"its key again, too large", POST "Idempotency-Key: " KEY "\r\n",
     "aaaaaaaa", 131073, 413},
    {"PUT", "PUT /t HTTP/1.1\r\n", GOOD, 1, 405},
    {"DELETE", "DELETE /t HTTP/1.1\r\n", NULL, 0, 405},
};
#define REQUESTS (sizeof(requests) / sizeof(requests[0]))

static int ask(struct collect *c, const struct asked *asked)
{
    struct text bytes = {0};
    size_t len = asked->body != NULL ? strlen(asked->body) * asked->times : 0;
    int status;

    text_add(&bytes, "%sHost: localhost\r\nConnection: close\r\n", asked->head);
    if (asked->body != NULL)
        text_add(&bytes, "Content-Length: %zu\r\n", len);
    text_add(&bytes, "\r\n");
    for (size_t i = 0; i < asked->times; i++)
        text_add(&bytes, "%s", asked->body);
    status = collect_exchange(c, bytes.bytes, bytes.len);
    text_clear(&bytes);
    return status;
}

/* A target of so many bytes: the limit itself is no reason to refuse it. */
static int ask_long(struct collect *c, size_t len)
{
    static const char query[] = "?" QUERY("commit", "ms=1&exit=0");
    struct text bytes = {0};
    int status;

    text_add(&bytes, "GET /");
    for (size_t i = 1 + strlen(query); i < len; i++)
        text_add(&bytes, "a");
    text_add(&bytes, "%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
             query);
    status = collect_exchange(c, bytes.bytes, bytes.len);
    text_clear(&bytes);
    return status;
}

static void answers_all(struct collect *c)
{
    for (size_t i = 0; i < REQUESTS; i++) {
        int status = ask(c, &requests[i]);

        if (status != requests[i].status)
            fail_msg("%s: answered %d, not %d", requests[i].name, status,
                     requests[i].status);
    }
    assert_int_equal(ask_long(c, 4096), 204);
    assert_int_equal(ask_long(c, 4097), 414);
}

static int setup(void **state)
{
    static struct edge e;

    edge_setup(&e);
    *state = &e;
    return 0;
}

static int teardown(void **state)
{
    edge_teardown(*state);
    return 0;
}

static void test_edge_answers_of_worker_are_those_of_serve(void **state)
{
    struct edge *e = *state;
    struct collect *c = &e->collect;
    struct text serve = {0};
    struct text worker = {0};
    char url[64];
    pid_t pid;

    collect_start(c, "127.0.0.1:0");
    answers_all(c);
    collect_stop(c);
    pid = hosted_worker(e, &c->port);
    answers_all(c);
    assert_string_equal(strstr(c->answer, "\r\n\r\n"),
                        "\r\n\r\nrefused: size\n");
    snprintf(url, sizeof(url), "http://127.0.0.1:%d", c->port);
    hosted_dump(e, url, &worker);
    hosted_dump(e, scratch_path(c->scratch, "totals.db"), &serve);
    assert_string_equal(worker.bytes, serve.bytes);
    scratch_stop(c->scratch, pid, SIGKILL);
    text_clear(&serve);
    text_clear(&worker);
}

static void relay_answers(struct edge *e, const char *kind)
{
    struct collect *c = &e->collect;
    char url[64];
    int port = 0;
    pid_t pid;

    collect_start(c, "127.0.0.1:0");
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/t", c->port);
    pid = hosted_relay(e, kind, url, &port);
    c->port = port;
    answers_all(c);
    scratch_stop(c->scratch, pid, SIGKILL);
    collect_stop(c);
}

static void test_edge_answers_of_relay_in_edge_runtime_are_alike(void **state)
{
    relay_answers(*state, "edge");
}

static void test_edge_answers_of_relay_in_node_are_alike(void **state)
{
    relay_answers(*state, "node");
}

int main(void)
{
    struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_edge_answers_of_worker_are_those_of_serve, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_edge_answers_of_relay_in_edge_runtime_are_alike, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            test_edge_answers_of_relay_in_node_are_alike, setup, teardown),
    };

    return edge_run(tests, sizeof(tests) / sizeof(tests[0]),
                    edge_needs_packages);
}
