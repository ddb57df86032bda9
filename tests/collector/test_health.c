/* SPDX-License-Identifier: MIT */
/* health: a probe through a real queue, into a store that does as it is
 * told. */
#include "watch/health.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "store/kind.h"
#include "support.h"

/* For a machine under load too. */
#define LONG_MS 20000

struct told {
    struct tel_store store; /* first */
    sem_t turns;            /* begin waits for one */
    atomic_int begun;
    atomic_int claimed;
    atomic_int released;
    atomic_int result; /* of begin */
};

struct bench {
    struct told told;
    struct tel_queue *queue;
    struct tel_health *health;
};

static int begin(struct tel_store *store, int64_t day)
{
    struct told *told = (void *)store;

    (void)day;
    while (sem_wait(&told->turns) < 0)
        continue;
    told->begun++;
    return told->result;
}

/* It would have to wait: so the queue's thread does. */
static int begin_now(struct tel_store *store, int64_t day)
{
    (void)store;
    (void)day;
    return -EBUSY;
}

static int commit(struct tel_store *store)
{
    (void)store;
    return 0;
}

static void rollback(struct tel_store *store)
{
    (void)store;
}

static int claim(struct tel_store *store, const struct tel_store_key *keys,
                 size_t count, bool *ret_fresh)
{
    (void)keys;
    ((struct told *)(void *)store)->claimed += (int)count;
    for (size_t i = 0; i < count; i++)
        ret_fresh[i] = true;
    return 0;
}

static int release(struct tel_store *store, const struct tel_store_key *keys,
                   size_t count)
{
    (void)keys;
    ((struct told *)(void *)store)->released += (int)count;
    return 0;
}

static const struct tel_store_kind kind = {
    .begin = begin,
    .begin_now = begin_now,
    .commit = commit,
    .rollback = rollback,
    .claim = claim,
    .release = release,
};

static void never(struct tel_work *work)
{
    (void)work;
    abort();
}

static int setup(void **state)
{
    struct bench *bench = calloc(1, sizeof(*bench));

    assert_non_null(bench);
    bench->told.store.kind = &kind;
    assert_int_equal(sem_init(&bench->told.turns, 0, 0), 0);
    /* At its start the queue begins once in vain, and rolls back. */
    assert_int_equal(sem_post(&bench->told.turns), 0);
    assert_int_equal(tel_queue_start(NULL, &bench->told.store, 0, never, NULL,
                                     &bench->queue),
                     0);
    bench->told.begun = 0;
    bench->told.claimed = 0;
    assert_int_equal(tel_health_new(bench->queue, &bench->health), 0);
    *state = bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;

    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(sem_post(&bench->told.turns), 0);
    if (bench->queue != NULL)
        tel_queue_stop(bench->queue);
    tel_health_free(bench->health);
    tel_queue_free(bench->queue);
    assert_int_equal(sem_destroy(&bench->told.turns), 0);
    free(bench);
    return 0;
}

static void test_health_is_ok_where_a_key_comes_and_goes(void **state)
{
    struct bench *bench = *state;

    assert_int_equal(sem_post(&bench->told.turns), 0);
    assert_string_equal(tel_health_ask(bench->health, LONG_MS), "ok");
    assert_int_equal(bench->told.begun, 1);
    assert_int_equal(bench->told.claimed, 1);
    assert_int_equal(bench->told.released, 1);
}

static void test_health_names_a_database_that_fails(void **state)
{
    struct bench *bench = *state;

    bench->told.result = -EIO;
    assert_int_equal(sem_post(&bench->told.turns), 0);
    assert_string_equal(tel_health_ask(bench->health, LONG_MS), "database");
    assert_true(tel_queue_meter(bench->queue)->failing);
}

/* Nobody waits for ever, and there is never more than one probe. */
static void test_health_names_a_queue_that_stands(void **state)
{
    struct bench *bench = *state;

    for (unsigned i = 0; i < 3; i++)
        assert_string_equal(tel_health_ask(bench->health, 1), "queue");
    assert_int_equal(tel_queue_meter(bench->queue)->waiting, 1);
    assert_int_equal(sem_post(&bench->told.turns), 0);
    assert_string_equal(tel_health_ask(bench->health, LONG_MS), "ok");
    assert_int_equal(bench->told.begun, 1);
}

static void test_health_names_a_queue_that_has_ended(void **state)
{
    struct bench *bench = *state;

    tel_queue_stop(bench->queue);
    assert_string_equal(tel_health_ask(bench->health, LONG_MS), "queue");
    tel_health_free(bench->health);
    tel_queue_free(bench->queue);
    bench->health = NULL;
    bench->queue = NULL;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_health_is_ok_where_a_key_comes_and_goes),
        TEST(test_health_names_a_database_that_fails),
        TEST(test_health_names_a_queue_that_stands),
        TEST(test_health_names_a_queue_that_has_ended),
    };

    return cmocka_run_group_tests_name("health", tests, NULL, NULL);
}
