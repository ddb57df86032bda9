/* SPDX-License-Identifier: MIT */
/*
 * What the relay lets through: a stand-in for the collector keeps the bytes
 * that reach it, while senders and platforms put canaries wherever they can.
 */
#include "hosted.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "mouth.h"
#include "server.h"

#define CANARY "canary-31415926"

/* What platforms and proxies add, and senders may have. */
#define PERSONAL                                                         \
    "User-Agent: " CANARY "\r\nCookie: id=" CANARY "\r\n"                \
    "X-Forwarded-For: " CANARY "\r\nX-Real-IP: " CANARY "\r\n"           \
    "Forwarded: for=" CANARY "\r\nCF-Connecting-IP: " CANARY "\r\n"      \
    "True-Client-IP: " CANARY "\r\nX-Vercel-Forwarded-For: " CANARY      \
    "\r\nX-Vercel-IP-Country: " CANARY "\r\nX-Vercel-IP-City: " CANARY   \
    "\r\nX-Vercel-Id: " CANARY "\r\nX-Vercel-JA4-Digest: " CANARY        \
    "\r\nX-Forwarded-Host: " CANARY "\r\nX-Request-Id: " CANARY "\r\n"   \
    "Traceparent: " CANARY "\r\nReferer: https://" CANARY "/\r\n"        \
    "Origin: https://" CANARY "\r\nAuthorization: Bearer " CANARY "\r\n" \
    "From: " CANARY "\r\nVia: 1.1 " CANARY "\r\n"                        \
    "Accept-Language: " CANARY "\r\nAccept: text/" CANARY "\r\n"         \
    "Content-Type: text/" CANARY "\r\n"

static const char key_header[] = "idempotency-key: " KEY "\r";

/* All headers that may reach a collector: those that say how the body is
 * written, the key, and what every client of the platform says alike. */
static const char *const allowed[] = {
    "host: 127.0.0.1:",
    "connection: ",
    "content-type: application/x-ndjson\r",
    "user-agent: tel/1\r",
    key_header,
    "content-length: ",
    "transfer-encoding: chunked\r",
    "accept: */*\r",
    "accept-language: *\r",
    "sec-fetch-mode: cors\r",
    "accept-encoding: ",
};

struct trial {
    struct edge edge;
    struct server *server;
    pid_t pid;
};

static void start(struct trial *t, const char *kind)
{
    char url[64];

    memset(t, 0, sizeof(*t));
    edge_needs_packages();
    edge_setup(&t->edge);
    t->server = server_new(AF_INET);
    server_answers(t->server, 204);
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/t", server_port(t->server));
    t->pid = hosted_relay(&t->edge, kind, url, &t->edge.collect.port);
}

static void stop(struct trial *t)
{
    scratch_stop(t->edge.collect.scratch, t->pid, SIGKILL);
    server_free(t->server);
    edge_teardown(&t->edge);
}

static int get(struct trial *t, const char *query)
{
    char bytes[4096];
    int len =
        snprintf(bytes, sizeof(bytes),
                 "GET /" CANARY "?%s HTTP/1.1\r\nHost: " CANARY "\r\n" PERSONAL
                 "Idempotency-Key: " KEY "\r\nConnection: close\r\n\r\n",
                 query);

    return collect_exchange(&t->edge.collect, bytes, (size_t)len);
}

static int post(struct trial *t, const char *body)
{
    char bytes[4096];
    int len = snprintf(bytes, sizeof(bytes),
                       "POST /" CANARY "?" CANARY "=1 HTTP/1.1\r\nHost: " CANARY
                       "\r\n" PERSONAL "Idempotency-Key: " KEY
                       "\r\nContent-Length: %zu\r\nConnection: close\r\n"
                       "\r\n%s",
                       strlen(body), body);

    return collect_exchange(&t->edge.collect, bytes, (size_t)len);
}

static bool is_allowed(const char *header)
{
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
        if (strncasecmp(header, allowed[i], strlen(allowed[i])) == 0)
            return true;
    }
    return false;
}

/* The request at index has these lines as its body, whatever their chunks, and
 * nothing else that is anybody's. */
static void assert_plain(struct trial *t, size_t index, const char *lines)
{
    const char *request = server_request(t->server, index);
    const char *end = strstr(request, "\r\n\r\n");

    assert_non_null(end);
    assert_int_equal(strncmp(request, "POST /t HTTP/1.1\r\n", 18), 0);
    for (const char *at = request + 18; at < end + 2;
         at = strstr(at, "\r\n") + 2) {
        if (!is_allowed(at))
            fail_msg("a header leaves: %.*s", (int)strcspn(at, "\r"), at);
    }
    assert_null(strcasestr(request, CANARY));
    if (strstr(end, lines) == NULL)
        fail_msg("the body is not %s: %s", lines, end);
}

static void forwards_only_events(const char *kind)
{
    struct trial t;

    start(&t, kind);
    assert_int_equal(get(&t, QUERY("commit", "ms=12&exit=0&fmt=json")), 204);
    assert_plain(&t, 0, ROW("commit", "\"ms\":12,\"exit\":0,\"fmt\":\"json\""));
    /* Keys in another order, blanks: what goes on is written anew. */
    assert_int_equal(
        post(&t, "{ \"e\":\"log\", \"t\":\"git\",\"os\":\"linux\",\"v\":1,"
                 "\"exit\":1, \"libc\":\"musl\",\"tv\":\"2.39.5\",\"ms\":5}\n"),
        204);
    assert_plain(&t, 1,
                 "{\"t\":\"git\",\"e\":\"log\",\"v\":1,\"tv\":\"2.39.5\","
                 "\"os\":\"linux\",\"libc\":\"musl\",\"ms\":5,\"exit\":1}\n");
    assert_int_equal(server_count(t.server), 2);
    stop(&t);
}

/* What is refused goes no further, only its reason does. */
static void forwards_no_refused_bytes(const char *kind)
{
    static const char *const bodies[] = {
        CANARY,
        LINE(CANARY, "\"ms\":1,\"exit\":0"),
        LINE("commit", "\"ms\":1,\"exit\":0,\"fmt\":\"" CANARY "\""),
        LINE("commit", "\"ms\":1,\"exit\":0,\"canary_31415926\":\"1\""),
        "{\"t\":\"" CANARY "\",\"e\":\"x\",\"v\":1,\"tv\":\"1\","
        "\"os\":\"linux\",\"libc\":\"musl\"}",
        /* One that counts, among them. */
        ROW("commit", "\"ms\":1,\"exit\":0") ROW(CANARY, "\"ms\":1,\"exit\":0"),
    };
    const size_t count = sizeof(bodies) / sizeof(bodies[0]);
    struct trial t;

    start(&t, kind);
    server_answers(t.server, 422);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(post(&t, bodies[i]), 422);
        assert_plain(&t, i, "{");
        assert_null(strstr(t.edge.collect.answer, CANARY));
    }
    assert_int_equal(server_count(t.server), count);
    stop(&t);
}

/* Statuses that a sender would take for the end of its events are given only
 * where they are about events. */
static void answers_as_the_collector(const char *kind)
{
    static const struct {
        int collector, relay;
    } answers[] = {
        {204, 204}, {400, 400}, {413, 413}, {422, 422},
        {429, 429}, {503, 503}, {200, 502}, {301, 502},
        {302, 502}, {401, 502}, {403, 502}, {404, 502},
        {405, 502}, {410, 502}, {500, 502}, {SERVER_CLOSES, 502},
    };
    const size_t count = sizeof(answers) / sizeof(answers[0]);
    struct trial t;

    start(&t, kind);
    for (size_t i = 0; i < count; i++) {
        server_answers(t.server, answers[i].collector);
        assert_int_equal(get(&t, QUERY("commit", "ms=12&exit=0")),
                         answers[i].relay);
    }
    /* Not sent twice: whether it was counted is for the sender to ask. */
    assert_int_equal(server_count(t.server), count);
    stop(&t);
}

static void test_edge_relay_in_edge_runtime_forwards_only_events(void **state)
{
    (void)state;
    forwards_only_events("edge");
}

static void test_edge_relay_in_node_forwards_only_events(void **state)
{
    (void)state;
    forwards_only_events("node");
}

static void test_edge_relay_in_edge_runtime_forwards_no_refused_bytes(void **s)
{
    (void)s;
    forwards_no_refused_bytes("edge");
}

static void test_edge_relay_in_node_forwards_no_refused_bytes(void **state)
{
    (void)state;
    forwards_no_refused_bytes("node");
}

static void test_edge_relay_in_edge_runtime_answers_as_the_collector(void **s)
{
    (void)s;
    answers_as_the_collector("edge");
}

static void test_edge_relay_in_node_answers_as_the_collector(void **state)
{
    (void)state;
    answers_as_the_collector("node");
}

/* Events go to no place that the vendor did not name. */
static void follows_nobody(const char *kind)
{
    struct mouth mouth;
    struct trial t;
    char url[64];

    start(&t, kind);
    scratch_stop(t.edge.collect.scratch, t.pid, SIGKILL);
    mouth_open(&mouth, "",
               "HTTP/1.1 307 Elsewhere\r\nLocation: /elsewhere\r\n"
               "Content-Length: 0\r\nConnection: close\r\n\r\n");
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/t", mouth.port);
    t.pid = hosted_relay(&t.edge, kind, url, &t.edge.collect.port);
    assert_int_equal(get(&t, QUERY("commit", "ms=12&exit=0")), 502);
    mouth_close(&mouth);
    assert_int_equal(mouth.count, 1);
    assert_int_equal(strncmp(mouth.asked, "POST /t ", 8), 0);
    stop(&t);
}

static void test_edge_relay_in_edge_runtime_follows_nobody(void **state)
{
    (void)state;
    follows_nobody("edge");
}

static void test_edge_relay_in_node_follows_nobody(void **state)
{
    (void)state;
    follows_nobody("node");
}

static void test_edge_relay_without_collector_keeps_events_waiting(void **state)
{
    struct trial t;
    int port = 0;

    (void)state;
    start(&t, "node");
    server_answers(t.server, SERVER_HANGS);
    assert_int_equal(get(&t, QUERY("commit", "ms=12&exit=0")), 504);
    scratch_stop(t.edge.collect.scratch, t.pid, SIGKILL);
    t.pid = hosted_relay(&t.edge, "node", "http://127.0.0.1:1/t", &port);
    t.edge.collect.port = port;
    assert_int_equal(get(&t, QUERY("commit", "ms=12&exit=0")), 502);
    scratch_stop(t.edge.collect.scratch, t.pid, SIGKILL);
    t.pid = hosted_relay(&t.edge, "node", NULL, &port);
    t.edge.collect.port = port;
    assert_int_equal(get(&t, QUERY("commit", "ms=12&exit=0")), 503);
    stop(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edge_relay_in_edge_runtime_forwards_only_events),
        cmocka_unit_test(test_edge_relay_in_node_forwards_only_events),
        cmocka_unit_test(
            test_edge_relay_in_edge_runtime_forwards_no_refused_bytes),
        cmocka_unit_test(test_edge_relay_in_node_forwards_no_refused_bytes),
        cmocka_unit_test(
            test_edge_relay_in_edge_runtime_answers_as_the_collector),
        cmocka_unit_test(test_edge_relay_in_node_answers_as_the_collector),
        cmocka_unit_test(test_edge_relay_in_edge_runtime_follows_nobody),
        cmocka_unit_test(test_edge_relay_in_node_follows_nobody),
        cmocka_unit_test(
            test_edge_relay_without_collector_keeps_events_waiting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
