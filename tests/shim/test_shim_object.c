/* SPDX-License-Identifier: MIT */
/* The object itself: what it needs, what it shows, how large it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

#define LIST TEL_SOURCE "/tests/shim/imports.txt"

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

/* Output of a shell command in the C locale; the caller frees it. */
static char *shell(struct scratch *s, const char *command)
{
    return scratch_ok(s, 0, "/bin/sh", "-c", command, TEL_STAGE_SHIM, NULL);
}

static void test_object_needs_libc_only(void **state)
{
    char *out = shell(*state, "objdump -p \"$0\" | awk '/NEEDED/ {print $2}'");

    assert_string_equal(out, "libc.so.6\n");
    free(out);
}

static void test_object_exports_what_it_interposes_and_its_run(void **state)
{
    char *out = shell(*state, "nm -D --defined-only \"$0\" | "
                              "awk '{print $3}' | sort");

    assert_string_equal(out, "_Exit\n_exit\ndaemon\nquick_exit\n"
                             "tel_shim_run_1\n");
    free(out);
}

/* Each import is one more thing that a libc may lack or a host replace: a new
 * one is a decision, and this list is where it is taken. */
static void test_object_imports_equal_the_list(void **state)
{
    char *out = shell(*state, "nm -D --undefined-only \"$0\" | "
                              "awk '{sub(/@.*/, \"\", $2); print $1, $2}' | "
                              "sort");
    char *list = file_read(LIST, NULL);

    assert_non_null(list);
    assert_string_equal(out, list);
    free(out);
    free(list);
}

static void test_object_is_at_most_48_kib(void **state)
{
    const char *stripped = scratch_path(*state, "stripped.so");
    struct stat st;

    free(scratch_ok(*state, 0, "strip", "-o", stripped, TEL_STAGE_SHIM, NULL));
    assert_int_equal(stat(stripped, &st), 0);
    assert_true(st.st_size > 4096);
    assert_true(st.st_size <= 48 * 1024);
}

static void test_object_is_bound_at_start_and_never_unloaded(void **state)
{
    char *out = shell(*state, "readelf -dW \"$0\"; readelf -lW \"$0\"");

    assert_non_null(strstr(out, "NODELETE"));
    assert_non_null(strstr(out, "BIND_NOW"));
    assert_non_null(strstr(out, "GNU_RELRO"));
    assert_null(strstr(out, "VERDEF"));
    assert_null(strstr(out, "TEXTREL"));
    assert_null(strstr(out, "RWE"));
    free(out);
}

/* tel and tel-wrap may need nothing but libc either, or nothing at all. */
static void test_object_programs_need_libc_only(void **state)
{
    static const char *const programs[] = {TEL, TEL_WRAP};

    for (size_t i = 0; i < 2; i++) {
        char *out = scratch_ok(*state, 0, "/bin/sh", "-c",
                               "objdump -p \"$0\" | awk '/NEEDED/ {print $2}' "
                               "| grep -vE '^libc.so.6$'; "
                               "test -x \"$0\"",
                               programs[i], NULL);

        assert_string_equal(out, "");
        free(out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_object_needs_libc_only),
        cmocka_unit_test(test_object_exports_what_it_interposes_and_its_run),
        cmocka_unit_test(test_object_imports_equal_the_list),
        cmocka_unit_test(test_object_is_at_most_48_kib),
        cmocka_unit_test(test_object_is_bound_at_start_and_never_unloaded),
        cmocka_unit_test(test_object_programs_need_libc_only),
    };

    return cmocka_run_group_tests_name("shim_object", tests, setup, teardown);
}
