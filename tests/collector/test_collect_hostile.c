/* SPDX-License-Identifier: MIT */
/* serve, against clients that mean no good: nothing false is counted, and
 * the next honest request is answered. */
#include "collect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GOOD QUERY("commit", "ms=1&exit=0")
#define TAIL "Host: localhost\r\nConnection: close\r\n\r\n"

struct bytes {
    const char *at;
    size_t len;
};

#define BYTES(string)              \
    {                              \
        string, sizeof(string) - 1 \
    }

static int setup(void **state)
{
    static struct collect c;

    collect_setup(&c);
    collect_start(&c, "127.0.0.1:0");
    *state = &c;
    return 0;
}

/* Whatever was done to it, it still serves and ends cleanly. */
static int teardown(void **state)
{
    struct collect *c = *state;
    json_int_t before = collect_runs(c, "log");

    assert_int_equal(collect_get(c, QUERY("log", "ms=1&exit=0"), NULL), 204);
    assert_int_equal(collect_runs(c, "log"), before + 1);
    collect_stop(c);
    collect_teardown(c);
    return 0;
}

/* None of these is a request that counts, though all are answered, or cut
 * off at once. */
static const struct bytes answered[] = {
    BYTES("GET\r\n\r\n"),
    BYTES("GET  HTTP/1.1\r\n" TAIL),
    BYTES("GET /t?" GOOD " HTTP/1.1\r\n\r\n"),
    BYTES("GET /t?" GOOD " HTTP/3.0\r\n" TAIL),
    BYTES("GET /t?" GOOD " EXTRA HTTP/1.1\r\n" TAIL),
    BYTES("GET /t?" GOOD "\xff HTTP/1.1\r\n" TAIL),
    BYTES("GET /t?" GOOD "%00 HTTP/1.1\r\n" TAIL),
    BYTES("GET /t?" GOOD "%0d%0a HTTP/1.1\r\n" TAIL),
    BYTES("GET /t?" GOOD "+ HTTP/1.1\r\n" TAIL),
    BYTES("GET /t?" GOOD "#x HTTP/1.1\r\n" TAIL),
    BYTES("GET /t?" GOOD "?x HTTP/1.1\r\n" TAIL),
    BYTES("GET /t?x?" GOOD " HTTP/1.1\r\n" TAIL),
    BYTES("GET /t?&" GOOD " HTTP/1.1\r\n" TAIL),
    BYTES("POST /t?" GOOD " HTTP/1.1\r\nContent-Length: 0\r\n" TAIL),
    BYTES("POST /t HTTP/1.1\r\nContent-Length: -1\r\n" TAIL LINE(
        "commit", "\"ms\":1,\"exit\":0") "\n"),
    BYTES("POST /t HTTP/1.1\r\nContent-Length: 1e3\r\n" TAIL LINE(
        "commit", "\"ms\":1,\"exit\":0") "\n"),
    BYTES("POST /t HTTP/1.1\r\nContent-Length: 99999999999999999999999"
          "\r\n" TAIL),
    BYTES("POST /t HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" TAIL
          "zz\r\n{}\r\n0\r\n\r\n"),
    BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
};

/* The collector waits for the rest of these, so nobody waits for it. */
static const struct bytes unfinished[] = {
    BYTES("POST /t HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" TAIL
          "ffffffffffffffff\r\n{}"),
    BYTES(""),
    BYTES("\n"),
    BYTES("\r\n\r\n"),
    BYTES("\0\0\0\0"),
    BYTES("GET /t?" GOOD),
    BYTES("GET /t?" GOOD " HTTP/1.1\r\n"),
    BYTES("POST /t HTTP/1.1\r\nContent-Length: 9999\r\n" TAIL LINE(
        "commit", "\"ms\":1,\"exit\":0") "\n"),
    BYTES("POST /t HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" TAIL
          "ff\r\n" LINE("commit", "\"ms\":1,\"exit\":0") "\n"),
    BYTES("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
};

static void test_hostile_bytes_are_not_counted(void **state)
{
    struct collect *c = *state;

    for (size_t i = 0; i < sizeof(unfinished) / sizeof(unfinished[0]); i++)
        collect_leave(c, unfinished[i].at, unfinished[i].len);
    for (size_t i = 0; i < sizeof(answered) / sizeof(answered[0]); i++) {
        if (collect_exchange(c, answered[i].at, answered[i].len) == 204)
            fail_msg("%zu is answered 204: %s", i, answered[i].at);
    }
    assert_int_equal(collect_sql(c, "SELECT count(*) FROM total"), 0);
}

static void test_hostile_every_truncation_is_not_counted(void **state)
{
    static const char whole[] = "GET /t?" GOOD " HTTP/1.1\r\n" TAIL;
    struct collect *c = *state;

    for (size_t len = 0; len < strlen(whole); len++)
        collect_leave(c, whole, len);
    assert_int_equal(collect_exchange(c, whole, strlen(whole)), 204);
    assert_int_equal(collect_runs(c, "commit"), 1);
}

static void test_hostile_json_is_refused(void **state)
{
    static const struct bytes bad[] = {
        BYTES("null"),
        BYTES("[]"),
        BYTES("{}"),
        BYTES("\"t\""),
        BYTES("{"),
        BYTES("\xef\xbb\xbf" LINE("commit", "\"ms\":1,\"exit\":0")),
        BYTES(LINE("commit", "\"ms\":1,\"exit\":0") "\0"),
        BYTES("\0" LINE("commit", "\"ms\":1,\"exit\":0")),
        BYTES(LINE("comm\0it", "\"ms\":1,\"exit\":0")),
        BYTES(LINE("comm\\u0069t", "\"ms\":1,\"exit\":0")),
        BYTES(LINE("commit", "\"ms\":1.0,\"exit\":0")),
        BYTES(LINE("commit", "\"ms\":1e0,\"exit\":0")),
        BYTES(LINE("commit", "\"ms\":-1,\"exit\":0")),
        BYTES(LINE("commit", "\"ms\":18446744073709551617,\"exit\":0")),
        BYTES(LINE("commit", "\"ms\":\"1\",\"exit\":0")),
        BYTES(LINE("commit", "\"ms\":1,\"exit\":{\"a\":0}")),
        BYTES(LINE("commit", "\"ms\":1,\"exit\":0,\"exit\":0")),
        BYTES(LINE("commit", "\"ms\":1,\"exit\":0,\"sig\":9")),
        BYTES(LINE("commit", "\"ms\":1,\"exit\":0") " " LINE(
            "commit", "\"ms\":1,\"exit\":0")),
    };
    struct collect *c = *state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char bytes[1024];
        int head = snprintf(bytes, sizeof(bytes),
                            "POST /t HTTP/1.1\r\nContent-Length: %zu\r\n" TAIL,
                            bad[i].len);

        memcpy(bytes + head, bad[i].at, bad[i].len);
        if (collect_exchange(c, bytes, (size_t)head + bad[i].len) != 400)
            fail_msg("%zu is answered: %s", i, c->answer);
    }
    assert_int_equal(collect_sql(c, "SELECT count(*) FROM total"), 0);
    assert_int_equal(collect_refused(c, "form"),
                     (long)(sizeof(bad) / sizeof(bad[0])));
}

static void test_hostile_nesting_is_refused(void **state)
{
    struct collect *c = *state;
    char *deep = malloc(500001);

    assert_non_null(deep);
    memset(deep, '[', 500000);
    deep[500000] = '\0';
    assert_int_equal(collect_post(c, deep, NULL), 400);
    memset(deep, '\n', 500000);
    assert_int_equal(collect_post(c, deep, NULL), 413);
    free(deep);
}

static void test_hostile_body_above_the_limit_is_413(void **state)
{
    struct collect *c = *state;
    char *large = malloc(2097153);

    assert_non_null(large);
    memset(large, 'x', 2097152);
    large[2097152] = '\0';
    assert_int_equal(collect_post(c, large, NULL), 413);
    assert_non_null(strstr(c->answer, "refused: size\n"));
    large[1048577] = '\0';
    assert_int_equal(collect_post(c, large, NULL), 413);
    large[1048576] = '\0';
    assert_int_equal(collect_post(c, large, NULL), 400);
    free(large);
    assert_int_equal(collect_refused(c, "size"), 2);
}

static void test_hostile_announced_giant_is_refused_at_once(void **state)
{
    static const char head[] =
        "POST /t HTTP/1.1\r\nContent-Length: 1099511627776\r\n"
        "Expect: 100-continue\r\n" TAIL;
    struct collect *c = *state;

    assert_int_equal(collect_exchange(c, head, strlen(head)), 413);
}

/* A body without an announced end is read up to a bound, then cut off. */
static void test_hostile_endless_chunks_are_cut_off(void **state)
{
    static const char head[] =
        "POST /t HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" TAIL;
    struct collect *c = *state;
    char *chunk = malloc(65536 + 16);
    int fd = collect_connect(c);
    char byte;
    int len;

    assert_non_null(chunk);
    len = snprintf(chunk, 16, "10000\r\n");
    memset(chunk + len, 'x', 65536);
    chunk[len + 65536] = '\r';
    chunk[len + 65537] = '\n';
    send_bytes(fd, head, strlen(head));
    for (int i = 0; i < 100; i++)
        send_bytes(fd, chunk, (size_t)len + 65536 + 2);
    /* Ended well, so that whoever has read all of it answers. */
    send_bytes(fd, "0\r\n\r\n", 5);
    assert_true(recv(fd, &byte, 1, 0) <= 0);
    (void)close(fd);
    free(chunk);
}

static void test_hostile_chunked_batch_is_counted(void **state)
{
    static const char line[] = LINE("commit", "\"ms\":1,\"exit\":0");
    struct collect *c = *state;
    char bytes[1024];
    int len = snprintf(bytes, sizeof(bytes),
                       "POST /t HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" TAIL
                       "5\r\n%.5s\r\n%zx\r\n%s\r\n1\r\n\n\r\n0\r\n\r\n",
                       line, strlen(line) - 5, line + 5);

    assert_int_equal(collect_exchange(c, bytes, (size_t)len), 204);
    assert_int_equal(collect_runs(c, "commit"), 1);
}

static void test_hostile_long_target_is_414(void **state)
{
    struct collect *c = *state;
    char query[8192];

    memset(query, 'x', sizeof(query) - 1);
    query[4500] = '\0';
    assert_int_equal(collect_get(c, query, NULL), 414);
    assert_int_equal(collect_refused(c, "size"), 1);
    query[4500] = 'x';
    query[4000] = '\0';
    assert_int_equal(collect_get(c, query, NULL), 400);
}

static void test_hostile_large_headers_are_refused(void **state)
{
    static const char head[] = "GET /t?" GOOD " HTTP/1.1\r\nX: ";
    struct collect *c = *state;
    char *filler = calloc(1, 300001);
    char *bytes = NULL;
    int len;

    assert_non_null(filler);
    memset(filler, 'x', 300000);
    len = asprintf(&bytes, "%s%s\r\n" TAIL, head, filler);
    assert_true(len > 300000);
    assert_int_not_equal(collect_exchange(c, bytes, (size_t)len), 204);
    free(bytes);
    free(filler);
    assert_int_equal(collect_runs(c, "commit"), 0);
}

/* What follows a request is a request of its own, never part of the first. */
static void test_hostile_pipelined_requests_are_counted_each(void **state)
{
    static const char one[] = "GET /t?" GOOD " HTTP/1.1\r\nHost: x\r\n\r\n";
    static const char last[] = "GET /t?" GOOD " HTTP/1.1\r\n" TAIL;
    struct collect *c = *state;
    char bytes[4096] = "";
    char answers[8192];
    size_t len = 0;
    ssize_t got;
    int fd = collect_connect(c);

    for (int i = 0; i < 5; i++)
        strcat(bytes, one);
    strcat(bytes, last);
    send_bytes(fd, bytes, strlen(bytes));
    while ((got = recv(fd, answers + len, sizeof(answers) - len - 1, 0)) > 0)
        len += (size_t)got;
    answers[len] = '\0';
    (void)close(fd);
    assert_int_equal(count_of(answers, "HTTP/1.1 204"), 6);
    assert_int_equal(collect_runs(c, "commit"), 6);
}

/* Clients that leave before their answer do no harm; what they sent whole
 * may count. */
static void test_hostile_clients_that_leave_do_no_harm(void **state)
{
    static const char whole[] = "GET /t?" GOOD " HTTP/1.1\r\n" TAIL;
    struct collect *c = *state;
    json_int_t runs;

    for (int i = 0; i < 200; i++) {
        const struct linger reset = {.l_onoff = 1, .l_linger = 0};
        int fd = collect_connect(c);

        send_bytes(fd, whole, strlen(whole));
        if (i % 2 == 0)
            (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
        (void)close(fd);
    }
    assert_int_equal(collect_get(c, QUERY("log", "ms=1&exit=0"), NULL), 204);
    runs = collect_runs(c, "commit");
    assert_true(runs <= 200);
}

static void test_hostile_idle_connections_do_not_block(void **state)
{
    struct collect *c = *state;
    int fds[200];

    for (size_t i = 0; i < 200; i++) {
        fds[i] = collect_connect(c);
        send_bytes(fds[i], "POST /t HTTP/1.1\r\nContent-Le", 28);
    }
    assert_int_equal(collect_get(c, GOOD, NULL), 204);
    for (size_t i = 0; i < 200; i++)
        (void)close(fds[i]);
}

/* Bytes as they fall, from a fixed seed, alone and behind a good head. */
static void test_hostile_noise_is_not_counted(void **state)
{
    static const char head[] =
        "POST /t HTTP/1.1\r\nContent-Length: 400\r\n" TAIL;
    struct collect *c = *state;
    uint64_t seed = 20240229;

    for (int i = 0; i < 300; i++) {
        char bytes[512];
        size_t at = 0;

        if (i % 2 == 0) {
            at = strlen(head);
            memcpy(bytes, head, at);
        }
        for (; at < sizeof(bytes); at++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            bytes[at] = (char)(seed >> 56);
        }
        collect_leave(c, bytes, sizeof(bytes));
    }
    assert_int_equal(collect_get(c, "x", NULL), 400);
    assert_int_equal(collect_sql(c, "SELECT count(*) FROM total"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_hostile_bytes_are_not_counted),
        TEST(test_hostile_every_truncation_is_not_counted),
        TEST(test_hostile_json_is_refused),
        TEST(test_hostile_nesting_is_refused),
        TEST(test_hostile_body_above_the_limit_is_413),
        TEST(test_hostile_announced_giant_is_refused_at_once),
        TEST(test_hostile_endless_chunks_are_cut_off),
        TEST(test_hostile_chunked_batch_is_counted),
        TEST(test_hostile_long_target_is_414),
        TEST(test_hostile_large_headers_are_refused),
        TEST(test_hostile_pipelined_requests_are_counted_each),
        TEST(test_hostile_clients_that_leave_do_no_harm),
        TEST(test_hostile_idle_connections_do_not_block),
        TEST(test_hostile_noise_is_not_counted),
    };

    return cmocka_run_group_tests_name("collect hostile", tests, NULL, NULL);
}
