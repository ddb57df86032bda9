/* SPDX-License-Identifier: MIT */
/* serve: what a client may ask of it, and how long it may take, while another
 * one is served. */
#include "second.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define GOOD QUERY("commit", "ms=1&exit=0")
#define BATCH_ROW ROW("commit", "\"ms\":1,\"exit\":0")
#define TAIL "Host: localhost\r\nConnection: close\r\n\r\n"

static int setup(void **state)
{
    static struct collect c;

    collect_setup(&c);
    *state = &c;
    return 0;
}

static int teardown(void **state)
{
    struct collect *c = *state;

    if (c->pid > 0)
        collect_stop(c);
    collect_teardown(c);
    return 0;
}

/* Whether the other side has ended it; what it said before is dropped. */
static bool is_ended(int fd)
{
    char bytes[4096];
    ssize_t got;

    while ((got = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
        continue;
    return got == 0 || errno != EAGAIN;
}

struct slow {
    int fd;
    char bytes[64]; /* what it repeats, one at a time */
    size_t at;
    struct second *second;
};

/* One byte more, and one whole event of the second client's. */
static bool drips_until_ended(void *context)
{
    struct slow *slow = context;
    char next = slow->bytes[slow->at];

    if (next != '\0') {
        (void)send(slow->fd, &next, 1, MSG_NOSIGNAL);
        slow->at = slow->bytes[slow->at + 1] != '\0' ? slow->at + 1 : 0;
    }
    second_send(slow->second);
    return is_ended(slow->fd);
}

/* A client that has sent begin and then drips is ended by the deadline. */
static void assert_is_cut_off(struct collect *c, const char *begin,
                              const char *drip)
{
    struct second second;
    struct slow slow = {.fd = collect_connect(c), .second = &second};

    snprintf(slow.bytes, sizeof(slow.bytes), "%s", drip);
    second_open(&second, c);
    second.sent = (unsigned)collect_runs(c, "log");
    send_bytes(slow.fd, begin, strlen(begin));
    until(drips_until_ended, &slow);
    (void)close(slow.fd);
    second_close(&second);
}

static void test_limits_slow_clients_are_cut_off(void **state)
{
    static const struct {
        const char *begin;
        const char *drip;
    } slow[] = {
        {"", ""},
        {"", "\r\n"},
        {"", "x"},
        {"GET /t?", "x"},
        {"GET /t?" GOOD " HTTP/1.1\r\nX-A: ", "x"},
        {"GET /t?" GOOD " HTTP/1.1\r\n", "a: b\r\n"},
        {"POST /t HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n", ""},
        {"POST /t HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n", "x"},
        {"POST /t HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
         "1\r\nx\r\n"},
        {"POST /t HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
         "0\r\n",
         "a: b\r\n"},
    };
    struct collect *c = *state;

    serve_with(c, TEL_COLLECT, "--deadline", "120", NULL);
    for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++)
        assert_is_cut_off(c, slow[i].begin, slow[i].drip);
    assert_int_equal(collect_runs(c, "commit"), 0);
    assert_int_equal(collect_refused(c, "form"), 0);
}

/* Answered, and kept open for nothing. The deadline is one that this machine
 * keeps to whatever else it does. */
static void test_limits_answered_clients_are_cut_off(void **state)
{
    struct collect *c = *state;

    serve_with(c, TEL_COLLECT, "--deadline", "1500", NULL);
    assert_is_cut_off(c, "GET /t?" GOOD " HTTP/1.1\r\nHost: x\r\n\r\n", "");
    assert_is_cut_off(c, "GET /t?x HTTP/1.1\r\nHost: x\r\n\r\n", "x");
    assert_int_equal(collect_runs(c, "commit"), 1);
    assert_int_equal(collect_refused(c, "form"), 1);
}

struct reluctant {
    int fd;
    struct second *second;
};

/* It asks as much as there is room for, and takes no answer. */
static bool asks_until_ended(void *context)
{
    static const char request[] = "GOT /t HTTP/1.1\r\nHost: x\r\n\r\n";
    struct reluctant *reluctant = context;
    ssize_t sent = 1;

    /* Whether each of them is whole does not matter. */
    for (int i = 0; sent > 0 && i < 1000; i++)
        sent = send(reluctant->fd, request, strlen(request),
                    MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN)
        return true;
    second_send(reluctant->second);
    return false;
}

static void test_limits_answers_that_nobody_takes_are_dropped(void **state)
{
    const int small = 4096;
    struct collect *c = *state;
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct second second;
    struct reluctant reluctant = {.second = &second};

    serve_with(c, TEL_COLLECT, "--deadline", "300", "--requests-max", "1000000",
               NULL);
    second_open(&second, c);
    to.sin_port = htons((uint16_t)c->port);
    reluctant.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    /* Before it connects, or the window is larger. */
    assert_int_equal(
        setsockopt(reluctant.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)),
        0);
    assert_int_equal(connect(reluctant.fd, (struct sockaddr *)&to, sizeof(to)),
                     0);
    until(asks_until_ended, &reluctant);
    (void)close(reluctant.fd);
    second_close(&second);
}

/* When all places are taken, who has waited longest makes room. */
static void test_limits_newcomers_are_let_in(void **state)
{
    struct collect *c = *state;
    int fds[8];

    serve_with(c, TEL_COLLECT, "--connections-max", "8", "--deadline", "4000",
               NULL);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < 8; i++) {
            fds[i] = collect_connect(c);
            send_bytes(fds[i], "GET /t?", 7);
        }
        assert_int_equal(collect_get(c, GOOD, NULL), 204);
        for (size_t i = 0; i < 8; i++)
            (void)close(fds[i]);
    }
    assert_int_equal(collect_runs(c, "commit"), 2);
}

static void test_limits_crowds_are_served_in_turn(void **state)
{
    static const char request[] = "GET /t?" GOOD " HTTP/1.1\r\n" TAIL;
    struct collect *c = *state;
    char answer[1024];
    int fds[64];

    serve_with(c, TEL_COLLECT, "--connections-max", "2", NULL);
    for (size_t i = 0; i < 64; i++) {
        fds[i] = collect_connect(c);
        send_bytes(fds[i], request, strlen(request));
    }
    for (size_t i = 0; i < 64; i++) {
        assert_int_equal(read_answer(fds[i], answer, sizeof(answer)), 204);
        (void)close(fds[i]);
    }
    assert_int_equal(collect_runs(c, "commit"), 64);
}

static void test_limits_a_connection_carries_so_many_requests(void **state)
{
    static const char one[] = "GET /t?" GOOD " HTTP/1.1\r\nHost: x\r\n\r\n";
    struct collect *c = *state;
    char bytes[8192] = "";
    char answers[8192];
    size_t len = 0;
    ssize_t got;
    int fd;

    serve_with(c, TEL_COLLECT, "--requests-max", "5", NULL);
    fd = collect_connect(c);
    for (int i = 0; i < 9; i++)
        strcat(bytes, one);
    send_bytes(fd, bytes, strlen(bytes));
    while ((got = recv(fd, answers + len, sizeof(answers) - len - 1, 0)) > 0)
        len += (size_t)got;
    answers[len] = '\0';
    (void)close(fd);
    assert_int_equal(count_of(answers, "HTTP/1.1 204"), 5);
    assert_int_equal(count_of(answers, "Connection: close\r\n"), 1);
    assert_int_equal(collect_runs(c, "commit"), 5);
}

static char *batch(size_t rows)
{
    char *body = calloc(rows + 1, strlen(BATCH_ROW));

    assert_non_null(body);
    for (char *at = body; rows > 0; rows--)
        at = stpcpy(at, BATCH_ROW);
    return body;
}

/* Whoever finds the bucket empty is told when to come again; nothing of it is
 * counted, and its connection stays. */
static void test_limits_rate_is_answered_429(void **state)
{
    static const char ask[] = "GET /t?" GOOD " HTTP/1.1\r\nHost: x\r\n\r\n";
    struct collect *c = *state;
    char *body = batch(1000);
    char answer[1024];
    const char *retry = NULL;
    size_t len = 0;
    int fd;

    serve_with(c, TEL_COLLECT, "--rate", "1", NULL);
    assert_int_equal(collect_post(c, body, KEY), 204);
    free(body);
    fd = collect_connect(c);
    for (int i = 0; i < 2; i++) {
        send_bytes(fd, ask, strlen(ask));
        for (len = 0;
             len < 14 || memcmp(answer + len - 14, "refused: rate\n", 14) != 0;
             len++)
            assert_int_equal(recv(fd, answer + len, 1, 0), 1);
        answer[len] = '\0';
        assert_int_equal(strncmp(answer, "HTTP/1.1 429 ", 13), 0);
        retry = strstr(answer, "Retry-After: ");
        assert_non_null(retry);
        assert_in_range(strtol(retry + 13, NULL, 10), 500, 1000);
        assert_null(strstr(answer, "Connection: close"));
    }
    (void)close(fd);
    /* A batch is not even read, and its key is not remembered. */
    assert_int_equal(collect_post(c, BATCH_ROW, KEY), 429);
    assert_int_equal(collect_runs(c, "commit"), 1000);
    assert_int_equal(collect_sql(c, "SELECT count(*) FROM refused"), 0);
}

static bool is_counted(void *context)
{
    return collect_get(context, GOOD, NULL) == 204;
}

static void test_limits_rate_lets_in_again(void **state)
{
    struct collect *c = *state;
    char *body = batch(300);

    serve_with(c, TEL_COLLECT, "--rate", "200", NULL);
    assert_int_equal(collect_post(c, body, NULL), 204);
    free(body);
    until(is_counted, c);
    assert_int_equal(collect_runs(c, "commit"), 301);
}

static void test_limits_events_of_a_batch(void **state)
{
    struct collect *c = *state;
    char *body = batch(10);

    serve_with(c, TEL_COLLECT, "--events-max", "10", NULL);
    assert_int_equal(collect_post(c, body, NULL), 204);
    body[10 * strlen(BATCH_ROW) - 1] = '\0'; /* the last newline */
    assert_int_equal(collect_post(c, body, NULL), 204);
    free(body);
    body = batch(11);
    assert_int_equal(collect_post(c, body, NULL), 413);
    free(body);
    assert_int_equal(collect_refused(c, "size"), 1);
    assert_int_equal(collect_runs(c, "commit"), 20);
}

static void test_limits_sizes(void **state)
{
    struct collect *c = *state;
    char *body = batch(40);
    size_t row = strlen(BATCH_ROW);
    char target[600];

    serve_with(c, TEL_COLLECT, "--body-max", "1024", "--target-max", "256",
               NULL);
    body[1024 / row * row] = '\0';
    assert_int_equal(collect_post(c, body, NULL), 204);
    body[1024 / row * row] = '{';
    body[1025] = '\0';
    assert_int_equal(collect_post(c, body, NULL), 413);
    free(body);
    memset(target, 'x', sizeof(target));
    target[257 - strlen("/t?")] = '\0';
    assert_int_equal(collect_get(c, target, NULL), 414);
    target[256 - strlen("/t?")] = '\0';
    assert_int_equal(collect_get(c, target, NULL), 400);
    assert_int_equal(collect_refused(c, "size"), 2);
}

/* Another one's body is not whole yet; it may be read after ours. */
static bool is_crowded_out(void *context)
{
    static const char head[] =
        "POST /t HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n";
    struct collect *c = context;
    char *body = batch(500);
    int fd = collect_connect(c);
    int status;

    send_bytes(fd, head, strlen(head));
    send_bytes(fd, body, 40000);
    status = collect_post(c, body, NULL);
    /* A GET needs no room. */
    assert_int_equal(collect_get(c, GOOD, NULL), 204);
    (void)close(fd);
    free(body);
    return status == 503;
}

/* Where the bodies of others take all the room there is, a batch may come
 * again. */
static void test_limits_bodies_together(void **state)
{
    struct collect *c = *state;

    serve_with(c, TEL_COLLECT, "--bodies-max", "65536", NULL);
    until(is_crowded_out, c);
}

static void test_limits_descriptors_have_to_do(void **state)
{
    struct collect *c = *state;
    struct rlimit before;
    struct result result;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(
        prlimit(0, RLIMIT_NOFILE, &(struct rlimit){200, before.rlim_max}, NULL),
        0);
    /* The soft limit is raised, as far as the hard one goes. */
    serve_with(c, TEL_COLLECT, "--connections-max", "900", NULL);
    collect_stop(c);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    result = scratch_run(c->scratch, "prlimit", "--nofile=200:200", TEL_COLLECT,
                         "serve", "--listen", "127.0.0.1:0", "--db",
                         scratch_path(c->scratch, "x.db"), "--tools",
                         scratch_path(c->scratch, "tools"), NULL);
    assert_int_equal(result.status, 2);
    assert_string_equal(result.err,
                        "tel-collect: 960 connections need 1024 descriptors, "
                        "and this process may have 200\n");
    result_clear(&result);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_limits_slow_clients_are_cut_off),
        TEST(test_limits_answered_clients_are_cut_off),
        TEST(test_limits_answers_that_nobody_takes_are_dropped),
        TEST(test_limits_newcomers_are_let_in),
        TEST(test_limits_crowds_are_served_in_turn),
        TEST(test_limits_a_connection_carries_so_many_requests),
        TEST(test_limits_rate_is_answered_429),
        TEST(test_limits_rate_lets_in_again),
        TEST(test_limits_events_of_a_batch),
        TEST(test_limits_sizes),
        TEST(test_limits_bodies_together),
        TEST(test_limits_descriptors_have_to_do),
    };

    return cmocka_run_group_tests_name("collect limits", tests, NULL, NULL);
}
