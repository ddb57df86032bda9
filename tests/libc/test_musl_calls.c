/* SPDX-License-Identifier: MIT */
/* How many system calls the shim costs a musl program, counted by strace. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recorded.h"

struct calls {
    unsigned before; /* between the linker's last and main's first */
    unsigned after;  /* between main's last and exit_group */
};

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

static bool begins(const char *line, const char *with)
{
    return strncmp(line, with, strlen(with)) == 0;
}

/* The linker's last calls protect what it has relocated. */
static struct calls count(char *trace)
{
    struct calls calls = {0, 0};
    unsigned marks = 0;
    bool ended = false;

    for (char *line = strtok(trace, "\n"); line != NULL;
         line = strtok(NULL, "\n")) {
        if (begins(line, "mprotect(")) {
            calls.before = 0;
        } else if (begins(line, "sched_get_priority_max(")) {
            marks++;
        } else if (begins(line, "exit_group(")) {
            ended = true;
        } else if (marks == 0) {
            calls.before++;
        } else if (marks == 2 && !ended) {
            calls.after++;
        }
    }
    assert_int_equal(marks, 2);
    assert_true(ended);
    return calls;
}

static struct calls trace(struct recorded *r)
{
    const char *out = scratch_path(r->scratch, "trace");
    struct calls calls;
    char *text;

    free(scratch_ok(r->scratch, 0, "strace", "-o", out, "-E",
                    "LD_PRELOAD=" TEL_STAGE_SHIM, HOST, "marked", NULL));
    text = file_read(out, NULL);
    assert_non_null(text);
    assert_non_null(strstr(text, TEL_STAGE_SHIM));
    calls = count(text);
    free(text);
    print_message("           %u before main, %u after\n", calls.before,
                  calls.after);
    return calls;
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
