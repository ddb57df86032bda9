/* SPDX-License-Identifier: MIT */
/*
 * A stand-in for cmocka where there is none for the target (musl, another
 * architecture): the part of its interface that these tests use, and its form
 * of output. One test program at a time, one thread.
 */
#ifndef TEL_SMALL_CMOCKA_H
#define TEL_SMALL_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

typedef void (*CMUnitTestFunction)(void **state);
typedef int (*CMFixtureFunction)(void **state);

struct CMUnitTest {
    const char *name;
    CMUnitTestFunction test_func;
    CMFixtureFunction setup_func;
    CMFixtureFunction teardown_func;
    void *initial_state;
};

#define cmocka_unit_test(test)        \
    {                                 \
#test, test, NULL, NULL, NULL \
    }
#define cmocka_unit_test_setup_teardown(test, setup, teardown) \
    {                                                          \
#test, test, setup, teardown, NULL                     \
    }

#define cmocka_run_group_tests(tests, setup, teardown) \
    small_run(tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)
#define cmocka_run_group_tests_name(name, tests, setup, teardown) \
    cmocka_run_group_tests(tests, setup, teardown)

#define assert_true(c) small_check((c) != 0, #c, __FILE__, __LINE__)
#define assert_false(c) small_check((c) == 0, "not " #c, __FILE__, __LINE__)
#define assert_non_null(p) assert_true((p) != NULL)
#define assert_null(p) assert_true((p) == NULL)
#define assert_ptr_equal(a, b) assert_true((a) == (b))
#define assert_ptr_not_equal(a, b) assert_true((a) != (b))
#define assert_int_equal(a, b) \
    small_int_equal((intmax_t)(a), (intmax_t)(b), __FILE__, __LINE__)
#define assert_string_equal(a, b) small_string_equal(a, b, __FILE__, __LINE__)
#define assert_memory_equal(a, b, size) \
    small_memory_equal(a, b, size, __FILE__, __LINE__)
#define fail_msg(...) small_fail(__FILE__, __LINE__, __VA_ARGS__)
#define skip() small_skip()

int small_run(const struct CMUnitTest *tests, size_t count,
              CMFixtureFunction setup, CMFixtureFunction teardown);
void small_check(int holds, const char *text, const char *file, int line);
void small_int_equal(intmax_t a, intmax_t b, const char *file, int line);
void small_string_equal(const char *a, const char *b, const char *file,
                        int line);
void small_memory_equal(const void *a, const void *b, size_t size,
                        const char *file, int line);
void small_fail(const char *file, int line, const char *format, ...)
    __attribute__((noreturn, format(printf, 3, 4)));
void small_skip(void) __attribute__((noreturn));
void print_message(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
