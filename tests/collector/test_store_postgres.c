/* SPDX-License-Identifier: MIT */
/* store_postgres: several stores at once on one database, and a database that
 * fails. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/postgres.h"
#include "two_stores.h"

#define STORES 3

/* What a thread does with a store; threads may not fail a test. */
struct task {
    const char *url;
    struct tel_store *store;
    int64_t day;
    bool fresh;
    int r;
};

static void *open_it(void *context)
{
    struct task *task = context;

    task->r = tel_store_open(task->url, &task->store, NULL);
    return NULL;
}

static void test_postgres_made_by_three_at_once_is_made_once(void **state)
{
    (void)state;
    for (int round = 0; round < 3; round++) {
        struct task tasks[STORES] = {{NULL}};
        pthread_t threads[STORES];
        const char *url = postgres_schema(two_server);

        for (size_t i = 0; i < STORES; i++) {
            tasks[i].url = url;
            assert_int_equal(
                pthread_create(&threads[i], NULL, open_it, &tasks[i]), 0);
        }
        for (size_t i = 0; i < STORES; i++)
            (void)pthread_join(threads[i], NULL);
        for (size_t i = 0; i < STORES; i++) {
            assert_int_equal(tasks[i].r, 0);
            tel_store_close(tasks[i].store);
        }
        assert_int_equal(postgres_number(url, "SELECT count(*) FROM tel_store"),
                         1);
        assert_int_equal(
            postgres_number(url, "SELECT count(*) FROM tel_generation"), 1);
    }
}

static void *claim_it(void *context)
{
    struct task *task = context;

    task->r = tel_store_begin(task->store, task->day);
    if (task->r == 0)
        task->r = tel_store_claim(task->store, &two_key, 1, &task->fresh);
    if (task->r == 0)
        task->r = tel_store_commit(task->store);
    return NULL;
}

/* Whether somebody waits for a row that another holds. */
static bool waits(void *url)
{
    return postgres_number(url, "SELECT count(*) FROM pg_locks"
                                " WHERE NOT granted") > 0;
}

/* The first store has claimed the key on its day and goes on only once the
 * second, with its own day, waits for it. */
static bool second_finds_it_fresh(struct two_stores *fixture, int64_t day,
                                  int64_t second_day, bool commits)
{
    struct tel_store *first = fixture->stores[0];
    struct task task = {.store = fixture->stores[1], .day = second_day};
    pthread_t thread;
    bool fresh = false;

    assert_int_equal(tel_store_begin(first, day), 0);
    assert_int_equal(tel_store_claim(first, &two_key, 1, &fresh), 0);
    assert_true(fresh);
    assert_int_equal(pthread_create(&thread, NULL, claim_it, &task), 0);
    until(waits, (void *)(uintptr_t)fixture->url);
    if (commits)
        assert_int_equal(tel_store_commit(first), 0);
    else
        tel_store_rollback(first);
    (void)pthread_join(thread, NULL);
    assert_int_equal(task.r, 0);
    return task.fresh;
}

static void test_postgres_key_claimed_by_two_counts_once(void **state)
{
    assert_false(second_finds_it_fresh(*state, 20000, 20000, true));
}

static void test_postgres_key_given_up_by_one_is_the_others(void **state)
{
    assert_true(second_finds_it_fresh(*state, 20000, 20000, false));
}

/* Even where the second has just turned the generation that the first one
 * still writes into, or has a clock that is days ahead. */
static void test_postgres_key_across_generations_counts_once(void **state)
{
    struct two_stores *fixture = *state;

    assert_int_equal(tel_store_begin(fixture->stores[0], 20000), 0);
    assert_int_equal(tel_store_commit(fixture->stores[0]), 0);
    assert_false(second_finds_it_fresh(fixture, 20000,
                                       20000 + TEL_KEY_WINDOW_DAYS + 1, true));
    assert_int_equal(
        postgres_number(fixture->url, "SELECT number FROM tel_generation"), 1);
}

/* Each begins a day earlier by the clock that is behind, and no sooner. */
static void test_postgres_days_of_two_turn_one_generation(void **state)
{
    struct two_stores *fixture = *state;

    for (int64_t i = 0; i < 4 * (TEL_KEY_WINDOW_DAYS + 1); i++) {
        /* One of them is always a day behind. */
        assert_int_equal(tel_store_begin(fixture->stores[0], 20000 + i), 0);
        assert_int_equal(tel_store_commit(fixture->stores[0]), 0);
        assert_int_equal(tel_store_begin(fixture->stores[1], 19999 + i), 0);
        assert_int_equal(tel_store_commit(fixture->stores[1]), 0);
    }
    assert_int_equal(
        postgres_number(fixture->url, "SELECT number FROM tel_generation"), 4);
}

static void test_postgres_keys_out_of_time_are_swept(void **state)
{
    struct two_stores *fixture = *state;
    struct tel_store *store = fixture->stores[0];
    struct tel_store_key keys[256];
    bool fresh[256];

    for (size_t i = 0; i < 256; i++)
        memset(keys[i].bytes, (int)i, TEL_STORE_KEY);
    assert_int_equal(tel_store_begin(store, 20000), 0);
    assert_int_equal(tel_store_claim(store, keys, 256, fresh), 0);
    assert_int_equal(tel_store_commit(store), 0);
    for (int64_t i = 1; i <= 2; i++) {
        assert_int_equal(
            postgres_number(fixture->url, "SELECT count(*) FROM tel_seen"),
            256);
        for (unsigned group = 0; group < TEL_PG_SLICES; group++) {
            assert_int_equal(
                tel_store_begin(store, 20000 + i * (TEL_KEY_WINDOW_DAYS + 1)),
                0);
            assert_int_equal(tel_store_commit(store), 0);
        }
    }
    assert_int_equal(
        postgres_number(fixture->url, "SELECT count(*) FROM tel_seen"), 0);
}

/* Serializable, each of two that add to one row would fail the other. */
static void test_postgres_defaults_of_others_do_not_matter(void **state)
{
    const struct two_stores *fixture = *state;
    struct tel_store *stores[2] = {NULL, NULL};
    PGresult *result = NULL;

    free(postgres_ask(fixture->url,
                      "ALTER ROLE person SET default_transaction_isolation"
                      " = 'serializable'"));
    free(postgres_ask(fixture->url,
                      "ALTER ROLE person SET synchronous_commit = off"));
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(tel_store_open(fixture->url, &stores[i], NULL), 0);
        assert_int_equal(tel_store_begin(stores[i], 20000), 0);
    }
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(tel_store_add(stores[i], &two_once, 1), 0);
        assert_int_equal(tel_store_commit(stores[i]), 0);
    }
    assert_int_equal(postgres_number(fixture->url, "SELECT n FROM tel_total"),
                     2);
    tel_pg_of(stores[0])->deadline_ms = tel_pg_now_ms() + TEL_PG_PATIENT_MS;
    assert_int_equal(
        tel_pg_send(tel_pg_of(stores[0]), "SHOW synchronous_commit", NULL, 0),
        0);
    assert_int_equal(tel_pg_settle(tel_pg_of(stores[0]), &result), 0);
    assert_string_equal(PQgetvalue(result, 0, 0), "on");
    PQclear(result);
    for (size_t i = 0; i < 2; i++)
        tel_store_close(stores[i]);
    free(postgres_ask(fixture->url, "ALTER ROLE person RESET ALL"));
}

/* As databases of other makers do where two are in each other's way. */
static void test_postgres_rolled_back_is_not_committed(void **state)
{
    struct two_stores *fixture = *state;
    struct tel_store *store = fixture->stores[0];
    struct pg_store *pg = tel_pg_of(store);
    const PGconn *conn = pg->conn;

    assert_int_equal(tel_store_begin(store, 20000), 0);
    assert_int_equal(
        tel_pg_send(pg, "DO $$ BEGIN RAISE SQLSTATE '40001'; END $$", NULL, 0),
        0);
    assert_int_equal(tel_pg_settle(pg, NULL), -EIO);
    /* Its COMMIT is no error to the database, and commits nothing. */
    assert_int_equal(tel_store_commit(store), -EIO);
    tel_store_rollback(store);
    assert_int_equal(tel_store_begin(store, 20000), 0);
    assert_int_equal(tel_store_add(store, &two_once, 1), 0);
    assert_int_equal(tel_store_commit(store), 0);
    assert_ptr_equal(pg->conn, conn);
}

/* What is only queued fails the commit, with its own words. */
static void test_postgres_failed_add_fails_the_commit(void **state)
{
    struct two_stores *fixture = *state;
    struct tel_store *store = fixture->stores[0];

    free(postgres_ask(fixture->url, "ALTER TABLE tel_total ADD CHECK (n < 2)"));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(tel_store_begin(store, 20000), 0);
        assert_int_equal(tel_store_add(store, &two_once, 1), 0);
        assert_int_equal(tel_store_refuse(store, "form", 1), 0);
        assert_int_equal(tel_store_commit(store), i == 0 ? 0 : -EIO);
        if (i > 0)
            assert_non_null(strstr(tel_store_fault(store), "check constraint"));
        tel_store_rollback(store);
    }
    assert_int_equal(
        postgres_number(fixture->url, "SELECT sum(n) FROM tel_refused"), 1);
}

static void test_postgres_retention_goes_day_by_day(void **state)
{
    struct two_stores *fixture = *state;
    struct tel_store *store = fixture->stores[0];

    for (int64_t day = 20000; day < 20010; day++) {
        assert_int_equal(tel_store_begin(store, day), 0);
        assert_int_equal(tel_store_add(store, &two_once, 1), 0);
        assert_int_equal(tel_store_refuse(store, "form", 1), 0);
        assert_int_equal(tel_store_commit(store), 0);
    }
    for (int64_t gone = 20000; gone < 20004; gone++) {
        assert_int_equal(tel_store_retain(store, 20004), 1);
        assert_int_equal(postgres_number(fixture->url,
                                         "SELECT min(day) - '1970-01-01'::date"
                                         " FROM tel_total"),
                         gone + 1);
    }
    assert_int_equal(tel_store_retain(store, 20004), 0);
    assert_int_equal(postgres_number(fixture->url,
                                     "SELECT min(day) - '1970-01-01'::date"
                                     " FROM tel_total"),
                     20004);
    assert_int_equal(
        postgres_number(fixture->url, "SELECT count(*) FROM tel_refused"), 6);
}

/* The whole server stands still in the middle of a transaction. */
static void test_postgres_silence_is_not_waited_out(void **state)
{
    struct two_stores *fixture = *state;
    struct tel_store *store = fixture->stores[0];
    bool fresh = false;

    assert_int_equal(tel_store_begin(store, 20000), 0);
    postgres_signal(two_server, SIGSTOP);
    assert_int_equal(tel_store_claim(store, &two_key, 1, &fresh), -EIO);
    assert_non_null(strstr(tel_store_fault(store), "in time"));
    tel_store_rollback(store);
    postgres_signal(two_server, SIGCONT);
    assert_int_equal(tel_store_begin(store, 20000), 0);
    assert_int_equal(tel_store_claim(store, &two_key, 1, &fresh), 0);
    assert_true(fresh);
    assert_int_equal(tel_store_commit(store), 0);
}

/* One that a collector has left in the middle does not hold the others up
 * for good. */
static void test_postgres_transaction_left_alone_is_ended(void **state)
{
    struct two_stores *fixture = *state;
    int r = -EIO;

    assert_int_equal(tel_store_begin(fixture->stores[0], 20000), 0);
    assert_int_equal(tel_store_add(fixture->stores[0], &two_once, 1), 0);
    assert_int_equal(tel_pg_settle(tel_pg_of(fixture->stores[0]), NULL), 0);
    /* A busy machine may not begin in time either, and tries again. */
    for (int tries = 0; r < 0 && tries < 20; tries++) {
        bool fresh = false;

        r = tel_store_begin(fixture->stores[1], 20000);
        /* With a key, since a commit that fails may come true later. */
        if (r == 0)
            r = tel_store_claim(fixture->stores[1], &two_key, 1, &fresh);
        if (r == 0 && fresh)
            r = tel_store_add(fixture->stores[1], &two_once, 1);
        if (r == 0)
            r = tel_store_commit(fixture->stores[1]);
        if (r < 0)
            tel_store_rollback(fixture->stores[1]);
    }
    assert_int_equal(r, 0);
    assert_int_equal(tel_store_commit(fixture->stores[0]), -EIO);
    assert_int_equal(postgres_number(fixture->url, "SELECT n FROM tel_total"),
                     1);
}

static int end_postgres(void **state)
{
    (void)state;
    postgres_free(two_server);
    return 0;
}

static void test_postgres_is_here(void **state)
{
    (void)state;
    skip_unless(false, "PostgreSQL is not here");
}

#define FRESH(name) \
    cmocka_unit_test_setup_teardown(name, two_setup_none, two_teardown)
#define TWO(name) cmocka_unit_test_setup_teardown(name, two_setup, two_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_postgres_made_by_three_at_once_is_made_once),
        TWO(test_postgres_key_claimed_by_two_counts_once),
        TWO(test_postgres_key_given_up_by_one_is_the_others),
        TWO(test_postgres_key_across_generations_counts_once),
        TWO(test_postgres_days_of_two_turn_one_generation),
        TWO(test_postgres_keys_out_of_time_are_swept),
        FRESH(test_postgres_defaults_of_others_do_not_matter),
        TWO(test_postgres_rolled_back_is_not_committed),
        TWO(test_postgres_failed_add_fails_the_commit),
        TWO(test_postgres_retention_goes_day_by_day),
        FRESH(test_postgres_of_others_is_left_alone),
        TWO(test_postgres_of_another_form_is_refused),
        FRESH(test_postgres_missing_is_not_made_by_a_reader),
        FRESH(test_postgres_schema_of_the_url_holds_the_tables),
        TWO(test_postgres_few_privileges_are_enough),
        cmocka_unit_test(test_postgres_password_is_never_shown),
        TWO(test_postgres_silence_is_not_waited_out),
        TWO(test_postgres_transaction_left_alone_is_ended),
    };
    const struct CMUnitTest none[] = {cmocka_unit_test(test_postgres_is_here)};

    two_server = postgres_new();
    if (two_server == NULL)
        return cmocka_run_group_tests_name("store postgres", none, NULL, NULL);
    return cmocka_run_group_tests_name("store postgres", tests, NULL,
                                       end_postgres);
}
