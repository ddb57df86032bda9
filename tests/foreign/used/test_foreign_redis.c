/* SPDX-License-Identifier: MIT */
/* redis-server under the shim: the same answers, status and files. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "served.h"

#define SERVER FETCHED "usr/bin/redis-server"
#define BENCHMARK FETCHED "usr/bin/redis-benchmark"

static int setup(void **state)
{
    *state = served_new("redis-server", "usr/bin/redis-server");
    return 0;
}

static int teardown(void **state)
{
    if (*state != NULL) {
        recorded_free(*state);
    }
    return 0;
}

static char *socket_of(const struct recorded *r)
{
    return (char *)(uintptr_t)scratch_path(r->scratch, "home/redis");
}

static pid_t start(struct recorded *r, const char *preload)
{
    char *argv[] = {(char *)(uintptr_t)SERVER,
                    (char *)(uintptr_t) "--port",
                    (char *)(uintptr_t) "0",
                    (char *)(uintptr_t) "--unixsocket",
                    socket_of(r),
                    NULL};
    pid_t pid = served_start(r, preload, argv);

    until(socket_accepts, socket_of(r));
    assert_int_equal(has_loaded(pid, "libtel_shim.so"), preload != NULL);
    return pid;
}

/* One of ten kinds; redis also takes commands as a person types them. */
static void add_request(struct text *requests, unsigned i)
{
    unsigned key = i / 10 % 97;

    switch (i % 10) {
    case 0:
        text_add(requests, "SET s%u value-%u\r\n", key, i);
        break;
    case 1:
        text_add(requests, "GET s%u\r\n", key);
        break;
    case 2:
        text_add(requests, "INCRBY n%u %u\r\n", key, i);
        break;
    case 3:
        text_add(requests, "RPUSH l%u %u a b\r\n", key, i);
        break;
    case 4:
        text_add(requests, "LRANGE l%u -7 -1\r\n", key);
        break;
    case 5:
        text_add(requests, "HSET h f%u %u\r\n", key, i);
        break;
    case 6:
        text_add(requests, "ZADD z %u m%u\r\n", i, key);
        break;
    case 7:
        text_add(requests, "ZRANGE z 0 5 WITHSCORES\r\n");
        break;
    case 8:
        text_add(requests,
                 "EVAL \"return redis.call('APPEND', KEYS[1], ARGV[1])\" 1 "
                 "s%u x%u\r\n",
                 key, i);
        break;
    default:
        text_add(requests, "GET\r\nEXISTS l%u\r\n", key);
        break;
    }
}

static void ask(int fd, struct text *answers, unsigned from, unsigned to)
{
    struct text requests = {0};
    char last[32];

    for (unsigned i = from; i < to; i++) {
        add_request(&requests, i);
    }
    (void)snprintf(last, sizeof(last), "asked-%u\r\n", to);
    text_add(&requests, "ECHO %s", last);
    exchange(fd, &requests, last, answers);
    text_clear(&requests);
}

/* A child of the server writes the data, and the server waits for it. */
static void save(int fd, struct text *answers)
{
    struct text command = {0};
    struct text answer = {0};

    text_add(&command, "BGSAVE\r\n");
    exchange(fd, &command, "\r\n", answers);
    command.len = 0;
    text_add(&command, "INFO persistence\r\nECHO info\r\n");
    do {
        answer.len = 0;
        exchange(fd, &command, "info\r\n", &answer);
    } while (strstr(answer.bytes, "rdb_bgsave_in_progress:1") != NULL);
    assert_non_null(strstr(answer.bytes, "rdb_last_bgsave_status:ok"));
    text_clear(&command);
    text_clear(&answer);
}

/* What a user sees of one life of the server: answers, title and status. */
static struct text live(struct recorded *r, const char *preload,
                        const char *shutdown)
{
    struct text said = {0};
    struct text command = {0};
    pid_t pid = start(r, preload);
    int fd = socket_dial(socket_of(r));
    char *title;

    ask(fd, &said, 0, REQUESTS / 2);
    save(fd, &said);
    ask(fd, &said, REQUESTS / 2, REQUESTS);
    title = proc_read(pid, "cmdline", NULL);
    text_add(&said, "title %s\n", title);
    free(title);
    free(scratch_ok(r->scratch, 0, BENCHMARK, "-s", socket_of(r), "-n", "10000",
                    "-c", "50", "-q", "-t", "set,get,lpush", NULL));
    if (shutdown != NULL) {
        text_add(&command, "%s\r\n", shutdown);
        assert_int_equal(write(fd, command.bytes, command.len), command.len);
        text_clear(&command);
    }
    text_add(&said, "status %d\n",
             scratch_stop(r->scratch, pid, shutdown != NULL ? 0 : SIGTERM));
    close(fd);
    assert_int_equal(unlink(scratch_path(r->scratch, "home/dump.rdb")), 0);
    return said;
}

static void check_same(void **state, const char *shutdown)
{
    struct recorded *r = *state;
    struct text bare;
    struct text shim;

    if (r == NULL) {
        skip();
        return;
    }
    bare = live(r, NULL, shutdown);
    recorded_nothing_more(r);
    shim = live(r, TEL_STAGE_SHIM, shutdown);
    assert_same_text(&bare, &shim);
    assert_non_null(strstr(shim.bytes, "status 0\n"));
    recorded_expect(r, "run", TEL_END_CODE, 0);
    recorded_nothing_more(r);
    text_clear(&bare);
    text_clear(&shim);
}

static void test_redis_shut_down_by_command_is_the_same(void **state)
{
    check_same(state, "SHUTDOWN SAVE");
}

static void test_redis_ended_by_sigterm_is_the_same(void **state)
{
    check_same(state, NULL);
}

static void test_redis_killed_is_recorded_so(void **state)
{
    struct recorded *r = *state;
    pid_t pid;

    if (r == NULL) {
        skip();
        return;
    }
    pid = start(r, TEL_STAGE_SHIM);
    recorded_until_running(r);
    assert_int_equal(scratch_stop(r->scratch, pid, SIGKILL), -SIGKILL);
    recorded_expect_killed(r, "run");
    recorded_nothing_more(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_redis_shut_down_by_command_is_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(test_redis_ended_by_sigterm_is_the_same,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_redis_killed_is_recorded_so, setup,
                                        teardown),
    };

    return cmocka_run_group_tests_name("foreign_redis", tests, NULL, NULL);
}
