/* SPDX-License-Identifier: MIT */
/* The shim records each way in which a process can end, as it ended. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recorded.h"

static int setup(void **state)
{
    struct recorded *r = recorded_new();

    recorded_tool(r, "host",
                  "[verbs]\nreturn = r\nexit = e\ncommit = c\n"
                  "[command]\nunlisted = other\n");
    scratch_set(r->scratch, "LD_PRELOAD", TEL_STAGE_SHIM);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    recorded_free(*state);
    return 0;
}

/* Runs "host WAY NUMBER", which must end so, and be recorded so. */
static void check(struct recorded *r, const char *way, int number, int status,
                  enum tel_end end, int code)
{
    char text[16];
    struct result result;

    (void)snprintf(text, sizeof(text), "%d", number);
    result = scratch_run(r->scratch, HOST, "commit", way, text, NULL);
    assert_int_equal(result.status, status);
    assert_int_equal(result.err_len, 0);
    result_clear(&result);
    recorded_expect(r, "commit", end, code);
    recorded_nothing_more(r);
}

static void test_shim_return_any_status_is_recorded(void **state)
{
    for (int i = 0; i < 256; i += STATUS_STEP) {
        check(*state, "return", i, i, TEL_END_CODE, i);
    }
}

static void test_shim__exit_any_status_is_recorded(void **state)
{
    for (int i = 0; i < 256; i += STATUS_STEP) {
        check(*state, "_exit", i, i, TEL_END_CODE, i);
    }
}

static void test_shim_exit_beyond_a_byte_is_cut_as_the_kernel_does(void **state)
{
    check(*state, "exit", 256 + 7, 7, TEL_END_CODE, 7);
    check(*state, "_Exit", -1, 255, TEL_END_CODE, 255);
}

static void test_shim_every_other_exit_is_recorded(void **state)
{
    static const char ways[][12] = {"exit",      "_Exit",     "quick_exit",
                                    "thread",    "atexit",    "handler",
                                    "fork-exit", "fork-_exit"};

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        check(*state, ways[i], 40 + (int)i, 40 + (int)i, TEL_END_CODE,
              40 + (int)i);
    }
}

static void test_shim_vforked_child_leaves_the_end_to_its_parent(void **state)
{
    if (emulator_lacks("vfork, which is a fork there")) {
        skip();
    }
    check(*state, "vfork", 50, 50, TEL_END_CODE, 50);
}

/* What they say on the way, errno's text in it, is the library's own. */
static void test_shim_err_family_says_its_words_and_is_recorded(void **state)
{
    static const struct {
        char way[8];
        const char *words;
    } ways[] = {{"err", "host: said 1: No such file or directory\n"},
                {"errx", "host: said 1\n"},
                {"verr", "host: said 1: No such file or directory\n"},
                {"verrx", "host: said 1\n"}};
    struct recorded *r = *state;

    for (int i = 0; i < 4; i++) {
        char text[4];
        struct result result;

        (void)snprintf(text, sizeof(text), "%d", 60 + i);
        result =
            scratch_run(r->scratch, HOST, "commit", ways[i].way, text, NULL);
        assert_string_equal(result.err, ways[i].words);
        assert_int_equal(result.status, 60 + i);
        result_clear(&result);
        recorded_expect(r, "commit", TEL_END_CODE, 60 + i);
        recorded_nothing_more(r);
    }
}

/* The first thread goes by pthread_exit, and no other is left. */
static void test_shim_last_thread_goes_ends_with_0(void **state)
{
    check(*state, "last-thread", 5, 0, TEL_END_CODE, 0);
}

static void test_shim_errno_is_0_when_main_begins(void **state)
{
    struct recorded *r = *state;

    check(r, "errno", 0, 0, TEL_END_CODE, 0);
    scratch_set(r->scratch, "DO_NOT_TRACK", "1");
    free(scratch_ok(r->scratch, 0, HOST, "commit", "errno", NULL));
    scratch_set(r->scratch, "DO_NOT_TRACK", NULL);
    recorded_nothing_more(r);
}

/* The table alone knows only that it ended; with a sender that was there, the
 * kernel would tell. */
static void test_shim_death_by_signal_is_lost_or_told(void **state)
{
    check(*state, "signal", SIGKILL, -SIGKILL, TEL_END_LOST, 0);
    check(*state, "raw", 5, 5, TEL_END_LOST, 0);
    if (!emulator_lacks("a silent abort()")) {
        check(*state, "abort", 0, -SIGABRT, TEL_END_LOST, 0);
    }
}

static void test_shim_daemon_parent_ends_with_0_child_is_no_run(void **state)
{
    if (emulator_lacks("MADV_WIPEONFORK, though it says yes to it")) {
        skip();
    }
    check(*state, "daemon", 3, 0, TEL_END_CODE, 0);
}

/* Killed while the sender held a pidfd: Linux 6.15 tells the signal, and
 * before that /proc does while the zombie is there. */
static void test_shim_killed_while_watched_signal_is_told(void **state)
{
    struct recorded *r = *state;
    char *argv[] = {(char *)(uintptr_t)HOST, (char *)(uintptr_t) "wait", NULL};
    pid_t pid = scratch_start(r->scratch, NULL, argv);

    recorded_until_running(r);
    assert_int_equal(scratch_stop(r->scratch, pid, SIGKILL), -SIGKILL);
    recorded_expect_killed(r, "other");
}

static void test_shim_zombie_leader_with_threads_still_runs(void **state)
{
    struct recorded *r = *state;
    char *argv[] = {(char *)(uintptr_t)HOST, (char *)(uintptr_t) "leader",
                    NULL};
    pid_t pid = scratch_start(r->scratch, "leader.out", argv);
    struct tel_table_counts counts;
    char *said = NULL;

    recorded_until_running(r);
    while (said == NULL || strcmp(said, "left\n") != 0) {
        free(said);
        said = file_read(scratch_path(r->scratch, "leader.out"), NULL);
    }
    free(said);
    tel_table_look(r->table);
    tel_table_count(r->table, &counts);
    assert_int_equal(counts.running, 1);
    assert_int_equal(scratch_stop(r->scratch, pid, SIGTERM), -SIGTERM);
    (void)recorded_next(r);
    recorded_nothing_more(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shim_return_any_status_is_recorded),
        cmocka_unit_test(test_shim__exit_any_status_is_recorded),
        cmocka_unit_test(
            test_shim_exit_beyond_a_byte_is_cut_as_the_kernel_does),
        cmocka_unit_test(test_shim_every_other_exit_is_recorded),
        cmocka_unit_test(test_shim_vforked_child_leaves_the_end_to_its_parent),
        cmocka_unit_test(test_shim_err_family_says_its_words_and_is_recorded),
        cmocka_unit_test(test_shim_last_thread_goes_ends_with_0),
        cmocka_unit_test(test_shim_errno_is_0_when_main_begins),
        cmocka_unit_test(test_shim_death_by_signal_is_lost_or_told),
        cmocka_unit_test(test_shim_daemon_parent_ends_with_0_child_is_no_run),
        cmocka_unit_test(test_shim_killed_while_watched_signal_is_told),
        cmocka_unit_test(test_shim_zombie_leader_with_threads_still_runs),
    };

    return cmocka_run_group_tests_name("shim_ends", tests, setup, teardown);
}
