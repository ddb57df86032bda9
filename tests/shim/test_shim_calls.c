/* SPDX-License-Identifier: MIT */
/* How many system calls the shim costs a host, counted by strace. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calls.h"
#include "recorded.h"

static int setup(void **state)
{
    *state = recorded_new();
    return 0;
}

static int teardown(void **state)
{
    recorded_free(*state);
    return 0;
}

/* Behind the linker's last call, which unmaps its cache: the first munmap
 * there is of the program that was executed last. */
static char *linked(char *trace)
{
    for (char *next; (next = calls_behind(trace, "execve(")) != NULL;) {
        trace = next;
    }
    return calls_behind(trace, "munmap(");
}

/* Traces the host, as the leader of a job, as a shell makes it, or as
 * somebody's child. */
static struct calls trace(struct recorded *r, bool leader)
{
    const char *out = scratch_path(r->scratch, "trace");

    if (leader) {
        free(scratch_ok(r->scratch, 0, "strace", "-o", out, "-E",
                        "LD_PRELOAD=" TEL_STAGE_SHIM, "perl", "-e",
                        "setpgrp; exec @ARGV", HOST, "marked", NULL));
    } else {
        free(scratch_ok(r->scratch, 0, "strace", "-o", out, "-E",
                        "LD_PRELOAD=" TEL_STAGE_SHIM, HOST, "marked", NULL));
    }
    return calls_read(out, linked);
}

static void test_calls_off_by_environment_none(void **state)
{
    static const char names[][16] = {"DO_NOT_TRACK", "CI"};
    struct recorded *r = *state;

    recorded_tool(r, "host", "[command]\nverbs = none\n");
    for (size_t i = 0; i < 2; i++) {
        struct calls calls;

        scratch_set(r->scratch, names[i], "1");
        calls = trace(r, false);
        scratch_set(r->scratch, names[i], NULL);
        assert_int_equal(calls.before, 0);
        assert_int_equal(calls.after, 0);
    }
    recorded_nothing_more(r);
}

static void test_calls_unconfigured_at_most_7(void **state)
{
    struct calls calls = trace(*state, false);

    assert_true(calls.before > 0);
    assert_true(calls.before <= 7);
    assert_int_equal(calls.after, 0);
    recorded_nothing_more(*state);
}

static void test_calls_recorded_leader_at_most_26(void **state)
{
    struct recorded *r = *state;
    struct calls calls;

    recorded_tool(r, "host", "[command]\nverbs = none\n");
    calls = trace(r, true);
    assert_true(calls.before <= 26);
    assert_int_equal(calls.after, 0);
    recorded_expect(r, "run", TEL_END_CODE, 0);
    recorded_nothing_more(r);
}

static void test_calls_recorded_child_at_most_4_more(void **state)
{
    struct recorded *r = *state;
    struct calls calls;

    recorded_tool(r, "host", "[command]\nverbs = none\n");
    calls = trace(r, false);
    assert_true(calls.before <= 26 + 4);
    assert_int_equal(calls.after, 0);
    recorded_expect(r, "run", TEL_END_CODE, 0);
    recorded_nothing_more(r);
}

/* Another run goes on, so each ancestor must be looked at: here strace, sh
 * and, in another session, the one that started that. */
static void test_calls_recorded_beside_a_run_4_more_an_ancestor(void **state)
{
    static char *const sleeper[] = {(char *)(uintptr_t)HOST,
                                    (char *)(uintptr_t) "wait", NULL};
    struct recorded *r = *state;
    const char *out = scratch_path(r->scratch, "trace");
    struct calls calls;
    pid_t pid;

    recorded_tool(r, "host", "[command]\nverbs = none\n");
    scratch_set(r->scratch, "LD_PRELOAD", TEL_STAGE_SHIM);
    pid = scratch_start(r->scratch, NULL, sleeper);
    scratch_set(r->scratch, "LD_PRELOAD", NULL);
    recorded_until_running(r);
    free(scratch_ok(r->scratch, 0, "setsid", "-w", "sh", "-c",
                    "strace -o \"$0\" -E LD_PRELOAD=" TEL_STAGE_SHIM " " HOST
                    " marked; exit $?",
                    out, NULL));
    calls = calls_read(out, linked);
    assert_true(calls.before > 26);
    assert_true(calls.before <= 26 + 3 * 4);
    assert_int_equal(calls.after, 0);
    recorded_expect(r, "run", TEL_END_CODE, 0);
    (void)scratch_stop(r->scratch, pid, SIGTERM);
    (void)recorded_next(r);
    recorded_nothing_more(r);
}

/* The policy in the last place of the search, and a word field. */
static void test_calls_recorded_at_worst_still_within(void **state)
{
    struct recorded *r = *state;
    struct calls calls;

    recorded_tool(r, "host",
                  "fmt = word --format: json\ntty = flag @terminal\n"
                  "[command]\nverbs = none\n");
    calls = trace(r, true);
    /* Two more opens, had the policy been found in the third place; and a
     * stat each for whose the folders of policy and consent are. */
    assert_true(calls.before + 2 <= 26 + 2);
    assert_int_equal(calls.after, 0);
    recorded_expect(r, "run", TEL_END_CODE, 0);
    recorded_nothing_more(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_calls_off_by_environment_none,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_calls_unconfigured_at_most_7,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_calls_recorded_leader_at_most_26,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_calls_recorded_child_at_most_4_more, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_calls_recorded_beside_a_run_4_more_an_ancestor, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            test_calls_recorded_at_worst_still_within, setup, teardown),
    };

    return cmocka_run_group_tests_name("shim_calls", tests, NULL, NULL);
}
