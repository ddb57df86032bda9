/* SPDX-License-Identifier: MIT */
/* Exactly once, also when the sender is killed at any moment. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "box.h"

#define NUMBERS 20000

static unsigned counts[NUMBERS];

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

/* A random moment to be killed at, up to max_us from now. */
static void pass_time(uint64_t max_us)
{
    uint64_t number;

    assert_int_equal(getrandom(&number, sizeof(number), 0), sizeof(number));
    number %= max_us;
    nanosleep(&(struct timespec){.tv_sec = (time_t)(number / 1000000),
                                 .tv_nsec = (long)(number % 1000000) * 1000},
              NULL);
}

static int flush_and_kill(struct box *box, uint64_t max_us)
{
    char program[] = TEL_SEND;
    char option[] = "--flush";
    char *argv[] = {program, option, NULL};
    pid_t pid = scratch_start(box->scratch, NULL, argv);

    pass_time(max_us);
    return scratch_stop(box->scratch, pid, SIGKILL);
}

static void finish(struct box *box)
{
    struct result result;

    server_first(box->server, 0, 0);
    result = scratch_run(box->scratch, TEL_SEND, "--flush", NULL);
    if (result.status != 0 || strstr(result.out, " sent, 0 waiting\n") == NULL)
        fail_msg("%d: %s%s", result.status, result.out, result.err);
    result_clear(&result);
}

static void all_once(struct box *box, unsigned events)
{
    size_t arrived = server_tally(box->server, "ms", counts, NUMBERS);

    for (unsigned i = 0; i < events; i++) {
        if (counts[i] != 1)
            fail_msg("event %u arrived %u times", i, counts[i]);
    }
    assert_int_equal(arrived, events);
    assert_int_equal(box_dropped(box, NULL), 0);
}

/* How long a flush takes that is left alone. */
static uint64_t whole_us(struct box *box)
{
    struct timespec start;
    struct timespec end;

    clock_gettime(CLOCK_MONOTONIC, &start);
    finish(box);
    clock_gettime(CLOCK_MONOTONIC, &end);
    return (uint64_t)((end.tv_sec - start.tv_sec) * 1000000 +
                      (end.tv_nsec - start.tv_nsec) / 1000);
}

static void kill_while_sending(struct box *box, const char *method,
                               unsigned size)
{
    unsigned events = size;
    unsigned killed = 0;
    uint64_t max_us;

    box_tool(box, "probe", method);
    box_new_file(box, "probe", 0, size);
    max_us = whole_us(box);
    for (unsigned i = 0; i < 60; i++) {
        box_new_file(box, "probe", events, size);
        events += size;
        /* Some of the answers are lost on the way. */
        if (i % 3 == 0)
            server_first(box->server, 1, SERVER_CLOSES);
        killed += flush_and_kill(box, max_us) == -SIGKILL;
    }
    finish(box);
    all_once(box, events);
    /* Else nothing was tried. */
    assert_true(killed > 10);
}

static void test_kill_while_posting_counts_each_once(void **state)
{
    kill_while_sending(*state, "POST", 10);
}

static void test_kill_while_getting_counts_each_once(void **state)
{
    kill_while_sending(*state, "GET", 8);
}

struct end {
    struct box *box;
    pid_t holder;
};

/* Kills whichever sender moves: ours, or one that a recorded run started. */
static bool sender_is_gone(void *context)
{
    struct end *end = context;
    struct tel_table *table = NULL;

    assert_int_equal(tel_table_open(end->box->table, geteuid(), &table), 0);
    end->holder = tel_lease_holder(table);
    tel_table_close(table);
    if (end->holder > 0)
        kill(end->holder, SIGKILL);
    return end->holder == 0;
}

/* Runs are recorded, moved by a sender that is killed all the time, and sent
 * by another that is killed too. */
static void test_kill_while_moving_counts_each_run_once(void **state)
{
    struct box *box = *state;
    struct end end = {.box = box};
    unsigned runs = 0;
    size_t arrived;

    box_tool(box, "probe", "POST");
    box_tool(box, "other", "GET");
    box_make_table(box);
    for (unsigned round = 0; round < 40; round++) {
        pid_t sender = box_launch(box, "0", "60");
        pid_t children[8];

        for (unsigned i = 0; i < 8; i++)
            children[i] =
                box_record(box, i % 2 == 0 ? "probe" : "other", (int)i);
        pass_time(60000);
        scratch_stop(box->scratch, sender, SIGKILL);
        for (unsigned i = 0; i < 8; i++) {
            int status;

            assert_int_equal(waitpid(children[i], &status, 0), children[i]);
            /* 255: not recorded, for want of a place. */
            assert_int_equal(WEXITSTATUS(status), i);
            runs++;
        }
        until(sender_is_gone, &end);
        flush_and_kill(box, 30000);
    }
    finish(box);
    arrived = server_tally(box->server, "exit", counts, NUMBERS);
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(counts[i], runs / 8);
    assert_int_equal(arrived, runs);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_kill_while_posting_counts_each_once),
        CASE(test_kill_while_getting_counts_each_once),
        CASE(test_kill_while_moving_counts_each_run_once),
    };

    return cmocka_run_group_tests_name("kill", tests, NULL, NULL);
}
