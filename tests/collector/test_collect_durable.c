/* SPDX-License-Identifier: MIT */
/* serve: what was answered 204 is there after any end, and what was not can
 * be sent again without being counted twice. */
#include "collect.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLIENTS 4
#define EACH 250

struct load {
    struct collect *c;
    atomic_uint *answered; /* of all clients */
    int client;
    bool done[EACH];
};

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

/* One request on a connection of its own. cmocka may only fail a test from
 * its own thread, so here nothing is asserted. */
static int send_one(const struct collect *c, int client, int number)
{
    char bytes[512];
    char answer[512];
    int fd = collect_connect(c);
    int status;

    if (fd < 0)
        return 0;
    snprintf(bytes, sizeof(bytes),
             "GET /t?" QUERY(
                 "commit", "ms=1&exit=0") " HTTP/1.1\r\n"
                                          "Host: localhost\r\nIdempotency-Key: "
                                          "%016x%016x\r\n\r\n",
             client, number);
    send_bytes(fd, bytes, strlen(bytes));
    status = read_answer(fd, answer, sizeof(answer));
    (void)close(fd);
    return status;
}

static void *send_all(void *context)
{
    struct load *load = context;

    for (int i = 0; i < EACH; i++) {
        load->done[i] = send_one(load->c, load->client, i) == 204;
        if (load->done[i])
            atomic_fetch_add(load->answered, 1);
        else
            break;
    }
    return NULL;
}

static void start(pthread_t *threads, struct load *loads, struct collect *c,
                  atomic_uint *answered)
{
    for (int i = 0; i < CLIENTS; i++) {
        loads[i] = (struct load){.c = c, .client = i, .answered = answered};
        assert_int_equal(pthread_create(&threads[i], NULL, send_all, &loads[i]),
                         0);
    }
}

static bool is_well_under_way(void *context)
{
    return atomic_load((atomic_uint *)context) >= CLIENTS * EACH / 5;
}

/* Kills it under load with sig, starts it anew, sends everything again. */
static void end_under_load(struct collect *c, int sig, int status)
{
    pthread_t threads[CLIENTS];
    struct load loads[CLIENTS];
    atomic_uint answered = 0;
    json_int_t runs;

    start(threads, loads, c, &answered);
    until(is_well_under_way, &answered);
    assert_int_equal(scratch_stop(c->scratch, c->pid, sig), status);
    for (int i = 0; i < CLIENTS; i++)
        (void)pthread_join(threads[i], NULL);
    /* Else it was over before it was killed, and nothing was tried. */
    assert_true(atomic_load(&answered) < CLIENTS * EACH);

    collect_start(c, "127.0.0.1:0");
    runs = collect_runs(c, "commit");
    /* A client can't know of the one request that was under way. */
    assert_true(runs >= (json_int_t)atomic_load(&answered));
    assert_true(runs <= (json_int_t)atomic_load(&answered) + CLIENTS);
    for (int i = 0; i < CLIENTS; i++) {
        for (int j = 0; j < EACH; j++)
            assert_int_equal(send_one(c, i, j), 204);
    }
    assert_int_equal(collect_runs(c, "commit"), CLIENTS * EACH);
}

static void
test_durable_sigkill_under_load_loses_and_doubles_nothing(void **state)
{
    end_under_load(*state, SIGKILL, -SIGKILL);
}

static void
test_durable_sigterm_under_load_loses_and_doubles_nothing(void **state)
{
    end_under_load(*state, SIGTERM, 0);
}

static void test_durable_many_clients_are_counted_exactly(void **state)
{
    struct collect *c = *state;
    pthread_t threads[CLIENTS];
    struct load loads[CLIENTS];
    atomic_uint answered = 0;

    start(threads, loads, c, &answered);
    for (int i = 0; i < CLIENTS; i++)
        (void)pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&answered), CLIENTS * EACH);
    assert_int_equal(collect_runs(c, "commit"), CLIENTS * EACH);
    assert_int_equal(
        collect_sql(c, "SELECT sum(n) FROM total WHERE item = 'ms'"),
        CLIENTS * EACH);
}

static void test_durable_restarts_keep_what_was_counted(void **state)
{
    struct collect *c = *state;

    for (int i = 0; i < 3; i++) {
        assert_int_equal(send_one(c, 0, i), 204);
        collect_stop(c);
        assert_int_equal(collect_runs(c, "commit"), i + 1);
        collect_start(c, "127.0.0.1:0");
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_durable_sigkill_under_load_loses_and_doubles_nothing),
        TEST(test_durable_sigterm_under_load_loses_and_doubles_nothing),
        TEST(test_durable_many_clients_are_counted_exactly),
        TEST(test_durable_restarts_keep_what_was_counted),
    };

    return cmocka_run_group_tests_name("collect durable", tests, NULL, NULL);
}
