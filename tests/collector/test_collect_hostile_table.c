/* SPDX-License-Identifier: MIT */
/*
 * serve, against a table of requests that nobody honest sends: each is
 * answered as it should be, or its connection ended, while a second client is
 * served between them; and what is counted is exactly what is answered 204.
 */
#include "hostile_requests.h"
#include "second.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TAIL "Host: x\r\nConnection: close\r\n\r\n"
#define PARTS_MAX 32

/* Beyond one for each that is answered 204: two batches of two. */
#define MORE_EVENTS 2

static const char *const reasons[] = {"form",  "tool",  "version", "event",
                                      "field", "value", "key",     "size"};

static int setup(void **state)
{
    static struct collect c;

    collect_setup(&c);
    serve_with(&c, TEL_COLLECT, "--deadline", "1000", NULL);
    *state = &c;
    return 0;
}

static int teardown(void **state)
{
    struct collect *c = *state;

    collect_stop(c);
    collect_teardown(c);
    return 0;
}

static int exchange(struct collect *c, const struct hostile_request *request)
{
    char bytes[4096];
    int head;

    if (request->kind == RAW) {
        int status = collect_exchange(c, request->bytes, request->len);

        /* Behind the answer to "Expect:" stands the real one. */
        if (status == 100)
            (void)sscanf(strstr(c->answer, "\r\n\r\n") + 4, "HTTP/1.1 %d",
                         &status);
        return status;
    }
    head = snprintf(bytes, sizeof(bytes),
                    "POST /t HTTP/1.1\r\nContent-Length: %zu\r\n" TAIL,
                    request->len);
    memcpy(bytes + head, request->bytes, request->len);
    return collect_exchange(c, bytes, (size_t)head + request->len);
}

struct parts {
    int fds[PARTS_MAX];
    size_t count;
    struct second *second;
};

/* Whatever the collector may have said of them. */
static bool are_all_ended(void *context)
{
    struct parts *parts = context;
    char bytes[512];

    second_send(parts->second);
    for (size_t i = 0; i < parts->count; i++) {
        ssize_t got = recv(parts->fds[i], bytes, sizeof(bytes), MSG_DONTWAIT);

        if (got > 0)
            fail_msg("a part is answered: %.*s", (int)got, bytes);
        if (got < 0 && errno == EAGAIN)
            return false;
    }
    return true;
}

static void assert_counted(struct collect *c)
{
    for (size_t k = 0; k < sizeof(reasons) / sizeof(reasons[0]); k++) {
        long expected = 0;

        for (size_t i = 0; i < hostile_count; i++)
            expected += hostile_requests[i].reason != NULL &&
                        strcmp(hostile_requests[i].reason, reasons[k]) == 0;
        if (collect_refused(c, reasons[k]) != expected)
            fail_msg("%s: %ld counted, not %ld", reasons[k],
                     collect_refused(c, reasons[k]), expected);
    }
}

static void test_hostile_table_is_answered_as_it_should_be(void **state)
{
    struct collect *c = *state;
    struct second second;
    struct parts parts = {.second = &second};
    unsigned wrong = 0;
    unsigned good = 0;

    assert_true(hostile_count >= 100);
    second_open(&second, c);
    for (size_t i = 0; i < hostile_count; i++) {
        const struct hostile_request *request = &hostile_requests[i];
        int status;

        second_send(&second);
        if (request->kind == PART) {
            assert_true(parts.count < PARTS_MAX);
            parts.fds[parts.count] = collect_connect(c);
            send_bytes(parts.fds[parts.count++], request->bytes, request->len);
            continue;
        }
        status = exchange(c, request);
        good += status == 204;
        if (status != request->status) {
            print_message("           %s: %d, not %d\n", request->name, status,
                          request->status);
            wrong++;
        }
    }
    until(are_all_ended, &parts);
    for (size_t i = 0; i < parts.count; i++)
        (void)close(parts.fds[i]);
    assert_int_equal(wrong, 0);
    assert_counted(c);
    /* Some are only odd; each of those carries as many events as it says. */
    assert_int_equal(collect_runs(c, "commit"), good + MORE_EVENTS);
    second_close(&second);
}

/* A hundred requests in one piece, and half of the next: each is answered, and
 * the half one is ended. */
static void test_hostile_pipelines_are_answered_in_order(void **state)
{
    static const char one[] =
        "GET /t?" QUERY("commit", "ms=1&exit=0") " HTTP/1.1\r\nHost: x\r\n\r\n";
    struct collect *c = *state;
    char *bytes = calloc(102, sizeof(one));
    char *answers = calloc(1, 65536);
    size_t len = 0;
    ssize_t got;
    int fd = collect_connect(c);

    assert_true(bytes != NULL && answers != NULL);
    for (int i = 0; i < 100; i++)
        strcat(bytes, one);
    send_bytes(fd, bytes, strlen(bytes));
    send_bytes(fd, one, strlen(one) / 2);
    while ((got = recv(fd, answers + len, 65535 - len, 0)) > 0)
        len += (size_t)got;
    (void)close(fd);
    assert_int_equal(count_of(answers, "HTTP/1.1 204"), 100);
    assert_int_equal(count_of(answers, "HTTP/1.1 "), 100);
    assert_int_equal(collect_runs(c, "commit"), 100);
    free(answers);
    free(bytes);
}

/* Where the rest is not read any more, the answer may be lost with it. */
static bool is_turned_away(int status)
{
    return status == 0 || (status >= 400 && status <= 499);
}

/* More names than there is room for, in a target that is too long and in one
 * that may be as long as that. */
static void test_hostile_many_parameters_are_refused(void **state)
{
    struct collect *c = *state;
    char *query = calloc(1, 20001);
    struct second second;

    assert_non_null(query);
    second_open(&second, c);
    for (size_t i = 0; i < 10000; i++)
        memcpy(query + 2 * i, "a&", 2);
    assert_true(is_turned_away(collect_get(c, query, NULL)));
    second_send(&second);
    query[4090] = '\0';
    assert_true(is_turned_away(collect_get(c, query, NULL)));
    second_send(&second);
    second_close(&second);
    free(query);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_hostile_table_is_answered_as_it_should_be),
        TEST(test_hostile_pipelines_are_answered_in_order),
        TEST(test_hostile_many_parameters_are_refused),
    };

    return cmocka_run_group_tests_name("collect hostile table", tests, NULL,
                                       NULL);
}
