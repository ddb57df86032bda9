/* SPDX-License-Identifier: MIT */
/* How many system calls the shim costs a musl program, counted by strace. */
#include <stdlib.h>
#include <string.h>

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

/* Behind the linker's last call, which protects what it has relocated. */
static char *linked(char *trace)
{
    assert_non_null(strstr(trace, TEL_STAGE_SHIM));
    for (char *next; (next = calls_behind(trace, "mprotect(")) != NULL;) {
        trace = next;
    }
    return trace;
}

static struct calls trace(struct recorded *r)
{
    const char *out = scratch_path(r->scratch, "trace");

    free(scratch_ok(r->scratch, 0, "strace", "-o", out, "-E",
                    "LD_PRELOAD=" TEL_STAGE_SHIM, HOST, "marked", NULL));
    return calls_read(out, linked);
}

static void test_musl_off_by_environment_costs_no_call(void **state)
{
    struct recorded *r = *state;
    struct calls calls;

    recorded_tool(r, "host", "[command]\nverbs = none\n");
    scratch_set(r->scratch, "DO_NOT_TRACK", "1");
    calls = trace(r);
    assert_int_equal(calls.before, 0);
    assert_int_equal(calls.after, 0);
    recorded_nothing_more(r);
}

static void test_musl_unconfigured_costs_at_most_7_calls(void **state)
{
    struct calls calls = trace(*state);

    assert_true(calls.before > 0);
    assert_true(calls.before <= 7);
    assert_int_equal(calls.after, 0);
    recorded_nothing_more(*state);
}

static void test_musl_recorded_costs_at_most_30_calls_none_at_exit(void **state)
{
    struct recorded *r = *state;
    struct calls calls;

    recorded_tool(r, "host", "[command]\nverbs = none\n");
    calls = trace(r);
    assert_true(calls.before <= 26 + 4);
    assert_int_equal(calls.after, 0);
    recorded_expect(r, "run", TEL_END_CODE, 0);
    recorded_nothing_more(r);
}

static void test_musl_event_says_musl(void **state)
{
    struct recorded *r = *state;
    struct tel_finished run;

    recorded_tool(r, "host", "[command]\nverbs = none\n");
    scratch_set(r->scratch, "LD_PRELOAD", TEL_STAGE_SHIM);
    free(scratch_ok(r->scratch, 6, HOST, "return", "6", NULL));
    run = recorded_next(r);
    assert_string_equal(run.event.libc, "musl");
    assert_int_equal(run.event.code, 6);
    recorded_nothing_more(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_musl_off_by_environment_costs_no_call, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_musl_unconfigured_costs_at_most_7_calls, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_musl_recorded_costs_at_most_30_calls_none_at_exit, setup,
            teardown),
        cmocka_unit_test_setup_teardown(test_musl_event_says_musl, setup,
                                        teardown),
    };

    return cmocka_run_group_tests_name("musl_calls", tests, NULL, NULL);
}
