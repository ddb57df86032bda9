/* SPDX-License-Identifier: MIT */
/* A part of CPython's own tests, compared by suites.py, which compares all. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

#define TESTS "/usr/lib/python3.11/test/test_subprocess.py"
#define ARGS_MAX 32

static int setup(void **state)
{
    if (access(TESTS, R_OK) < 0) {
        print_message("no %s: install libpython3.11-testsuite\n", TESTS);
        return 0;
    }
    *state = scratch_new();
    return 0;
}

static int teardown(void **state)
{
    scratch_free(*state);
    return 0;
}

/* Runs suites.py with these arguments and returns what it said. */
static struct result compare(struct scratch *s, const char *const *args)
{
    char *argv[ARGS_MAX] = {
        (char *)(uintptr_t) "/usr/bin/python3",
        (char *)(uintptr_t)TEL_SOURCE "/tests/foreign/used/suites.py",
        (char *)(uintptr_t)TEL_STAGE,
    };
    struct result result;
    int argc = 3;

    while (*args != NULL) {
        assert_true(argc < ARGS_MAX - 1);
        argv[argc++] = (char *)(uintptr_t)*args++;
    }
    result = scratch_runv(s, argv);
    print_message("%s%s", result.out, result.err);
    return result;
}

static void check_same(void **state, const char *const *args)
{
    struct result result;

    if (*state == NULL) {
        skip();
        return;
    }
    result = compare(*state, args);
    assert_int_equal(result.status, 0);
    assert_non_null(strstr(result.out, " tests compared, 0 differences\n"));
    result_clear(&result);
}

/* But for those that wait for seconds. */
static void test_python_subprocess_comes_out_the_same(void **state)
{
    static const char *const args[] = {
        "test_subprocess", "--match",  "POSIXProcessTestCase", "--ignore",
        "*_dead",          "--ignore", "*_repeated_call_*",    NULL};

    check_same(state, args);
}

static void test_python_os_comes_out_the_same(void **state)
{
    static const char *const args[] = {"test_os", NULL};

    check_same(state, args);
}

static void test_python_signal_comes_out_the_same(void **state)
{
    static const char *const args[] = {"test_signal", "--match", "PosixTests",
                                       "--match",     "Wakeup*", "--ignore",
                                       "*_early",     NULL};

    check_same(state, args);
}

/* The comparison sees an object that is not harmless. */
static void test_python_under_a_naive_object_is_not_the_same(void **state)
{
    static const char *const args[] = {
        "test_subprocess", "--preload",     NAIVE,
        "--unrecorded",    "--match",       "test_close_fds*",
        "--match",         "test_stderr_*", NULL};
    struct result result;

    if (*state == NULL) {
        skip();
        return;
    }
    result = compare(*state, args);
    assert_int_equal(result.status, 1);
    assert_non_null(strstr(result.out, "bare ok, under the shim FAIL"));
    result_clear(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_python_subprocess_comes_out_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(test_python_os_comes_out_the_same,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_python_signal_comes_out_the_same,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_python_under_a_naive_object_is_not_the_same, setup, teardown),
    };

    return cmocka_run_group_tests_name("foreign_python", tests, NULL, NULL);
}
