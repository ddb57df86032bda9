/* SPDX-License-Identifier: MIT */
/* The sweep over some of this machine's commands, and that it can fail. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

/* The sweep's status where there can be no sandbox. */
#define NO_SANDBOX 77

static int setup(void **state)
{
    *state = scratch_new();
    return 0;
}

static int teardown(void **state)
{
    scratch_free(*state);
    return 0;
}

/* The number behind this word in the report. */
static long figure(const char *report, const char *word)
{
    const char *at = strstr(report, word);

    if (at == NULL) {
        fail_msg("no \"%s\" in: %s", word, report);
        return -1;
    }
    return strtol(at + strlen(word), NULL, 10);
}

static void skip_without_sandbox(const struct result *result)
{
    skip_unless(result->status != NO_SANDBOX, "%s", result->err);
}

struct sums {
    long commands;
    long cases;
    long unstable;
};

/* A part of the sample, in which nothing may differ. */
static void check_part(struct scratch *scratch, const char *part,
                       struct sums *sums)
{
    struct result result =
        scratch_run(scratch, SWEEP, "--sample", "60", "--part", part, "--limit",
                    "5", "--jobs", "4", NULL);

    skip_without_sandbox(&result);
    if (result.status != 0 || strstr(result.out, "\nunstable:\n") != NULL) {
        print_message("%s%s", result.out, result.err);
    }
    assert_int_equal(result.status, 0);
    assert_int_equal(figure(result.out, "\nfaults "), 0);
    sums->commands += figure(result.out, "\ncommands ");
    sums->cases += figure(result.out, "\ncases ");
    sums->unstable += figure(result.out, ", unstable ");
    result_clear(&result);
}

static void test_sweep_of_a_sample_finds_no_difference(void **state)
{
    struct sums sums = {0, 0, 0};

    /* In parts, as each has a deadline of its own. */
    check_part(*state, "1/4", &sums);
    check_part(*state, "2/4", &sums);
    check_part(*state, "3/4", &sums);
    check_part(*state, "4/4", &sums);
    assert_true(sums.commands >= 50);
    assert_int_equal(sums.cases, sums.commands * 3);
    /* How many are unstable is chance here; all of them are printed. */
    assert_true(sums.cases - sums.unstable >= 150);
}

/* Two commands with this object preloaded: the sweep's report has to be of
 * differences, with each of their arguments. */
static void check_naive(struct scratch *scratch, const char *object,
                        const char *difference)
{
    struct result result =
        scratch_run(scratch, SWEEP, "--ways", "preload", "--shim", object,
                    "--only", "true", "--only", "ls", NULL);

    skip_without_sandbox(&result);
    assert_int_equal(result.status, 1);
    assert_int_equal(count_of(result.out, difference), 6);
    assert_int_equal(count_of(result.out, ", preload: nothing was recorded\n"),
                     6);
    assert_int_equal(figure(result.out, "\nfaults "), 12);
    result_clear(&result);
}

static void test_sweep_of_a_preload_that_prints_tells(void **state)
{
    check_naive(*state, NAIVE_PRINTS, ", preload: stderr\n");
}

static void test_sweep_of_a_preload_that_changes_the_status_tells(void **state)
{
    check_naive(*state, NAIVE_ENDS_OTHERWISE, ", preload: status\n");
}

static void test_sweep_of_a_preload_that_leaves_a_file_tells(void **state)
{
    check_naive(*state, NAIVE_LEAVES_FILE, ", preload: files\n");
}

static void test_sweep_of_a_preload_that_holds_output_tells(void **state)
{
    check_naive(*state, NAIVE_HOLDS_OUTPUT, ", preload: held\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_sweep_of_a_sample_finds_no_difference, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_sweep_of_a_preload_that_prints_tells, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_sweep_of_a_preload_that_changes_the_status_tells, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            test_sweep_of_a_preload_that_leaves_a_file_tells, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_sweep_of_a_preload_that_holds_output_tells, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
