/* SPDX-License-Identifier: MIT */
/* Runs tests and counts them, in cmocka's words. */
#include "cmocka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum outcome { PASSED, FAILED, SKIPPED };

static jmp_buf leave;

static void say(const char *format, va_list args)
{
    (void)vprintf(format, args);
    (void)fflush(stdout);
}

void print_message(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(format, args);
    va_end(args);
}

void small_fail(const char *file, int line, const char *format, ...)
{
    va_list args;

    print_message("[  ERROR   ] --- ");
    va_start(args, format);
    say(format, args);
    va_end(args);
    print_message("\n[   LINE   ] --- %s:%d: error: Failure!\n", file, line);
    longjmp(leave, FAILED);
}

void small_skip(void)
{
    longjmp(leave, SKIPPED);
}

void small_check(int holds, const char *text, const char *file, int line)
{
    if (!holds) {
        small_fail(file, line, "%s", text);
    }
}

void small_int_equal(intmax_t a, intmax_t b, const char *file, int line)
{
    if (a != b) {
        small_fail(file, line, "%jd != %jd", a, b);
    }
}

void small_string_equal(const char *a, const char *b, const char *file,
                        int line)
{
    if (strcmp(a, b) != 0) {
        small_fail(file, line, "\"%s\" != \"%s\"", a, b);
    }
}

void small_memory_equal(const void *a, const void *b, size_t size,
                        const char *file, int line)
{
    if (memcmp(a, b, size) != 0) {
        small_fail(file, line, "%zu bytes differ", size);
    }
}

/* One step of a test, which may leave it by longjmp. */
static enum outcome run_fixture(CMFixtureFunction fixture, void **state)
{
    int left = setjmp(leave);

    if (left != 0) {
        return (enum outcome)left;
    }
    return fixture == NULL || fixture(state) == 0 ? PASSED : FAILED;
}

static enum outcome run_body(const struct CMUnitTest *test, void **state)
{
    int left = setjmp(leave);

    if (left != 0) {
        return (enum outcome)left;
    }
    test->test_func(state);
    return PASSED;
}

static enum outcome run_one(const struct CMUnitTest *test, void *state)
{
    enum outcome outcome;

    print_message("[ RUN      ] %s\n", test->name);
    outcome = run_fixture(test->setup_func, &state);
    if (outcome == PASSED) {
        outcome = run_body(test, &state);
        if (run_fixture(test->teardown_func, &state) == FAILED) {
            outcome = FAILED;
        }
    }
    print_message("[  %s ] %s\n",
                  outcome == PASSED   ? "     OK"
                  : outcome == FAILED ? "FAILED "
                                      : "SKIPPED",
                  test->name);
    return outcome;
}

int small_run(const struct CMUnitTest *tests, size_t count,
              CMFixtureFunction setup, CMFixtureFunction teardown)
{
    size_t sums[3] = {0, 0, 0};
    void *state = NULL;

    print_message("[==========] Running %zu test(s).\n", count);
    if (run_fixture(setup, &state) != PASSED) {
        print_message("[  FAILED  ] GROUP SETUP\n");
        sums[FAILED]++;
    } else {
        for (size_t i = 0; i < count; i++) {
            sums[run_one(&tests[i], state)]++;
        }
        if (run_fixture(teardown, &state) != PASSED) {
            print_message("[  FAILED  ] GROUP TEARDOWN\n");
            sums[FAILED]++;
        }
    }
    print_message("[==========] %zu test(s) run.\n", count);
    print_message("[  PASSED  ] %zu test(s).\n", sums[PASSED]);
    if (sums[SKIPPED] > 0) {
        print_message("[  SKIPPED ] %zu test(s).\n", sums[SKIPPED]);
    }
    if (sums[FAILED] > 0) {
        print_message("[  FAILED  ] %zu test(s).\n", sums[FAILED]);
    }
    return sums[FAILED] > 0;
}
