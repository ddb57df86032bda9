/* SPDX-License-Identifier: MIT */
/* The object itself: what it needs, what it shows, how large it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crashed.h"

#define LIST TEL_SOURCE "/tests/crash/imports.txt"

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

/* Output of a shell command in the C locale; the caller frees it. */
static char *shell(void **state, const char *command)
{
    struct recorded *r = *state;

    crashed_preload(r, false);
    return scratch_ok(r->scratch, 0, "/bin/sh", "-c", command, TEL_STAGE_CRASH,
                      NULL);
}

static void test_object_needs_the_shim_libc_and_libunwind(void **state)
{
    char *out = shell(state, "objdump -p \"$0\" | awk '/NEEDED/ {print $2}'");

    assert_string_equal(out, "$ORIGIN/libtel_shim.so\nlibunwind.so.8\n"
                             "libc.so.6\n");
    free(out);
}

static void test_object_exports_only_what_it_interposes(void **state)
{
    char *out = shell(state, "nm -D --defined-only \"$0\" | "
                             "awk '{print $3}' | sort");

    assert_string_equal(out, "__sigaction\n__sysv_signal\nbsd_signal\n"
                             "sigaction\nsigaltstack\nsignal\nsigset\n"
                             "ssignal\nsysv_signal\n");
    free(out);
}

/* Each import is one more thing that a libc may lack or a host replace. */
static void test_object_imports_equal_the_list(void **state)
{
    char *out = shell(state, "nm -D --undefined-only \"$0\" | "
                             "awk '{sub(/@.*/, \"\", $2); print $1, $2}' | "
                             "sort");
    char *list = file_read(LIST, NULL);

    assert_non_null(list);
    assert_string_equal(out, list);
    free(out);
    free(list);
}

static void test_object_is_at_most_40_kib(void **state)
{
    struct recorded *r = *state;
    const char *stripped = scratch_path(r->scratch, "stripped.so");
    struct stat st;

    free(scratch_ok(r->scratch, 0, "strip", "-o", stripped, TEL_STAGE_CRASH,
                    NULL));
    assert_int_equal(stat(stripped, &st), 0);
    assert_true(st.st_size > 4096);
    assert_true(st.st_size <= 40 * 1024);
}

/* Named alone, or in front of the shim, it brings the shim with it. */
static void test_object_works_in_every_order(void **state)
{
    static const char *const orders[] = {TEL_STAGE_CRASH,
                                         TEL_STAGE_CRASH ":" TEL_STAGE_SHIM,
                                         TEL_STAGE_SHIM ":" TEL_STAGE_CRASH};
    struct recorded *r = *state;

    crashed_preload(r, false);
    crashed_tool(r, CRASHER, NULL);
    for (size_t i = 0; i < 3; i++) {
        struct tel_finished run;
        struct result result;

        scratch_set(r->scratch, "LD_PRELOAD", orders[i]);
        result = scratch_run(r->scratch, CRASHER, "store", NULL);
        assert_int_equal(result.status, -11);
        assert_string_equal(result.err, "");
        result_clear(&result);
        run = recorded_next(r);
        assert_true(run.event.crash[0] != '\0');
        recorded_nothing_more(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_object_needs_the_shim_libc_and_libunwind),
        cmocka_unit_test(test_object_exports_only_what_it_interposes),
        cmocka_unit_test(test_object_imports_equal_the_list),
        cmocka_unit_test(test_object_is_at_most_40_kib),
        cmocka_unit_test(test_object_works_in_every_order),
    };

    return cmocka_run_group_tests_name("crash_object", tests, setup, teardown);
}
