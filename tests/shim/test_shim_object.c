/* SPDX-License-Identifier: MIT */
/* The object itself: what it needs, what it shows, how large it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

#define LIST TEL_SOURCE "/tests/shim/imports.txt"

/* What the programs need, and the object: on musl it names nothing, so that
 * it may be loaded into programs of glibc too. */
#ifdef __GLIBC__
#define LIBC "libc.so.6"
#define OBJECT_NEEDS "libc.so.6\n"
#else
#define LIBC "libc.so"
#define OBJECT_NEEDS ""
#endif

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

static void test_object_needs_at_most_libc(void **state)
{
    char *out = shell(*state, OBJDUMP " -p \"$0\" | awk '/NEEDED/ {print $2}'");

    assert_string_equal(out, OBJECT_NEEDS);
    free(out);
}

static void test_object_exports_what_it_interposes_and_its_run(void **state)
{
    char *out = shell(*state, NM " -D --defined-only \"$0\" | "
                                 "awk '{print $3}' | sort");

    /* What musl must find and glibc pass over has a version, and is its
     * default one (@@), as musl looks at nothing else; what both must find
     * has none. */
    assert_string_equal(out, "TEL_MUSL\n"
                             "_Exit\n"
                             "__libc_start_main@@TEL_MUSL\n"
                             "_exit\n"
                             "daemon\n"
                             "err@@TEL_MUSL\n"
                             "errx@@TEL_MUSL\n"
                             "exit@@TEL_MUSL\n"
                             "quick_exit\n"
                             "tel_shim_run_1\n"
                             "verr@@TEL_MUSL\n"
                             "verrx@@TEL_MUSL\n");
    free(out);
}

/* The file's own name is the version of what has none: nobody asks for it. */
static void test_object_defines_one_version(void **state)
{
    char *out = shell(*state, READELF " -VW \"$0\" | "
                                      "awk '/Version definition/ {inside = 1} "
                                      "/^$/ {inside = 0} "
                                      "inside && /Name:/ {print $NF}'");

    assert_string_equal(out, "libtel_shim.so\nTEL_MUSL\n");
    free(out);
}

/* Each import is one more thing that a libc may lack or a host replace: a new
 * one is a decision, and this list is where it is taken. Where a time would
 * have 32 bits, clock_gettime's has another name. */
static void test_object_imports_equal_the_list(void **state)
{
    char *out =
        shell(*state, NM " -D --undefined-only \"$0\" | "
                         "awk '{sub(/@.*/, \"\", $2); "
                         "sub(/^__clock_gettime64$/, \"clock_gettime\", "
                         "$2); print $1, $2}' | sort");
    char *list = file_read(LIST, NULL);

    assert_non_null(list);
    assert_string_equal(out, list);
    free(out);
    free(list);
}

/* Between its two segments the file is filled up to the largest page. */
#ifdef __aarch64__
#define FILLING (64 * 1024)
#else
#define FILLING 0
#endif

static void test_object_is_at_most_48_kib(void **state)
{
    const char *stripped = scratch_path(*state, "stripped.so");
    struct stat st;

    free(scratch_ok(*state, 0, STRIP, "-o", stripped, TEL_STAGE_SHIM, NULL));
    assert_int_equal(stat(stripped, &st), 0);
    assert_true(st.st_size > 4096);
    assert_true(st.st_size <= 48 * 1024 + FILLING);
}

static void test_object_is_bound_at_start_and_never_unloaded(void **state)
{
    char *out = shell(*state, READELF " -dlW \"$0\"");

    assert_non_null(strstr(out, "NODELETE"));
    assert_non_null(strstr(out, "BIND_NOW"));
    assert_non_null(strstr(out, "GNU_RELRO"));
    assert_null(strstr(out, "TEXTREL"));
    assert_null(strstr(out, "RWE"));
    free(out);
}

/* The linker itself, which glibc's objects name on arm64, comes anyway.
 * tel and tel-wrap may need nothing but libc either, or nothing at all. */
static void test_object_programs_need_libc_only(void **state)
{
    static const char *const programs[] = {TEL, TEL_WRAP};

    for (size_t i = 0; i < 2; i++) {
        char *out = scratch_ok(*state, 0, "/bin/sh", "-c",
                               OBJDUMP " -p \"$0\" | awk '/NEEDED/ {print $2}' "
                                       "| grep -vE '^(" LIBC "|ld-linux-.*)$'; "
                                       "test -x \"$0\"",
                               programs[i], NULL);

        assert_string_equal(out, "");
        free(out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_object_needs_at_most_libc),
        cmocka_unit_test(test_object_exports_what_it_interposes_and_its_run),
        cmocka_unit_test(test_object_defines_one_version),
        cmocka_unit_test(test_object_imports_equal_the_list),
        cmocka_unit_test(test_object_is_at_most_48_kib),
        cmocka_unit_test(test_object_is_bound_at_start_and_never_unloaded),
        cmocka_unit_test(test_object_programs_need_libc_only),
    };

    return cmocka_run_group_tests_name("shim_object", tests, setup, teardown);
}
