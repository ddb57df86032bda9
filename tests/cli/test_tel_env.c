/* SPDX-License-Identifier: MIT */
/* tel env: the shell lines, in the shells that are here. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define ON "eval \"$(" TEL " env)\"; "
#define MUSL "eval \"$(" TEL " env --musl)\"; "
#define OFF "eval \"$(" TEL " env --off)\"; "
#define SHOW "printf %s \"${LD_PRELOAD-unset}\""

static const char *const shells[] = {"/bin/dash", "/bin/bash", "/bin/zsh",
                                     "/bin/ksh"};

/* Where this machine's glibc looks for $LIB, below the stage. */
#define LIB_FOLDER TEL_STAGE "/" MULTIARCH "/tel"
#define OF_EACH TEL_STAGE "/$LIB/tel/libtel_shim.so"

/* Fails unless the list is expected after script, in each shell. */
static void expect(const char *preload, const char *script,
                   const char *expected)
{
    unsigned tried = 0;

    for (size_t i = 0; i < COUNT(shells); i++) {
        struct scratch *s;
        char line[2048];
        char *out;

        if (access(shells[i], X_OK) != 0)
            continue;
        s = scratch_new();
        /* Set by the shell: the objects named here need not be there. */
        line[0] = '\0';
        if (preload != NULL)
            snprintf(line, sizeof(line), "LD_PRELOAD='%s';", preload);
        strncat(line, script, sizeof(line) - strlen(line) - 1);
        strncat(line, SHOW, sizeof(line) - strlen(line) - 1);
        out = scratch_ok(s, 0, shells[i], "-c", line, NULL);
        if (strcmp(out, expected) != 0)
            fail_msg("%s: %s instead of %s", shells[i], out, expected);
        free(out);
        scratch_free(s);
        tried++;
    }
    assert_true(tried > 0);
}

static void test_env_puts_the_object_into_an_empty_list(void **state)
{
    (void)state;
    expect(NULL, ON, TEL_STAGE_SHIM);
    expect("", ON, TEL_STAGE_SHIM);
}

static void test_env_twice_is_once(void **state)
{
    (void)state;
    expect(NULL, ON ON, TEL_STAGE_SHIM);
    expect("a.so", ON ON ON, "a.so:" TEL_STAGE_SHIM);
    expect("a.so " TEL_STAGE_SHIM, ON, "a.so " TEL_STAGE_SHIM);
}

static void test_env_appends_to_what_is_there(void **state)
{
    (void)state;
    expect("a.so:b.so", ON, "a.so:b.so:" TEL_STAGE_SHIM);
}

static void test_env_off_takes_only_the_object_out(void **state)
{
    (void)state;
    expect(NULL, OFF, "unset");
    expect(NULL, ON OFF, "unset");
    expect("a.so", ON OFF, "a.so");
    expect("a.so", OFF, "a.so");
    expect(TEL_STAGE_SHIM ":b.so", OFF, "b.so");
    expect("a.so:" TEL_STAGE_SHIM ":b.so", OFF, "a.so:b.so");
    expect("a.so " TEL_STAGE_SHIM " b.so", OFF, "a.so:b.so");
    expect(TEL_STAGE_SHIM "x", OFF, TEL_STAGE_SHIM "x");
}

#ifdef TEL_STAGE_CRASH
#define WITH_CRASH "eval \"$(" TEL " env --crash)\"; "
#define BOTH TEL_STAGE_SHIM ":" TEL_STAGE_CRASH

static void test_env_crash_puts_both_objects(void **state)
{
    (void)state;
    expect(NULL, WITH_CRASH, BOTH);
    expect("a.so", WITH_CRASH WITH_CRASH, "a.so:" BOTH);
    expect(NULL, ON WITH_CRASH ON, BOTH);
    expect("a.so", WITH_CRASH OFF, "a.so");
    expect(NULL, WITH_CRASH OFF, "unset");
}

/* Without its library the object would keep every program from starting. */
static void test_env_crash_that_cannot_be_loaded_says_so(void **state)
{
    struct scratch *s = scratch_new();
    struct result result;

    (void)state;
    scratch_write(s, "lib/libunwind.so.8", "no library\n");
    scratch_set(s, "LD_LIBRARY_PATH", scratch_path(s, "lib"));
    result = scratch_run(s, TEL, "env", "--crash", NULL);
    assert_int_equal(result.status, 2);
    assert_string_equal(result.out, "");
    assert_non_null(strstr(result.err, "libunwind.so.8"));
    assert_int_equal(count_of(result.err, "\n"), 1);
    result_clear(&result);
    scratch_free(s);
}
#else
static void test_env_crash_without_the_object_says_so(void **state)
{
    struct scratch *s = scratch_new();
    struct result result = scratch_run(s, TEL, "env", "--crash", NULL);

    (void)state;
    assert_int_equal(result.status, 2);
    assert_string_equal(result.out, "");
    assert_non_null(strstr(result.err, "libtel_crash.so"));
    result_clear(&result);
    scratch_free(s);
}
#endif

static void test_env_is_exported(void **state)
{
    struct scratch *s = scratch_new();
    char *out =
        scratch_ok(s, 0, "sh", "-c", ON "env | grep ^LD_PRELOAD=", NULL);

    (void)state;
    assert_string_equal(out, "LD_PRELOAD=" TEL_STAGE_SHIM "\n");
    free(out);
    scratch_free(s);
}

static void test_env_says_how_to_use_it(void **state)
{
    struct scratch *s = scratch_new();
    char *out = scratch_ok(s, 0, TEL, "env", NULL);

    (void)state;
    assert_non_null(strstr(out, "# "));
    assert_non_null(strstr(out, "eval \"$(tel env)\""));
    free(out);
    scratch_free(s);
}

static void test_env_musl_is_the_plain_path(void **state)
{
    (void)state;
    expect(NULL, MUSL, TEL_STAGE_SHIM);
    expect(NULL, MUSL MUSL OFF, "unset");
}

static int install_as_distributions_do(void **state)
{
    (void)state;
    if (MULTIARCH[0] == '\0')
        return 0;
    remove_tree(TEL_STAGE "/" MULTIARCH);
    if (mkdir(TEL_STAGE "/" MULTIARCH, 0755) < 0 || mkdir(LIB_FOLDER, 0755) < 0)
        return -1;
    return symlink(TEL_STAGE_SHIM, LIB_FOLDER "/libtel_shim.so");
}

static int take_away(void **state)
{
    (void)state;
    if (MULTIARCH[0] != '\0')
        remove_tree(TEL_STAGE "/" MULTIARCH);
    return 0;
}

/* Each program then loads the object of its kind, and nothing is printed. */
static void test_env_in_a_folder_of_each_kind_names_it_for_each(void **state)
{
    struct scratch *s;
    char *out;

    (void)state;
    skip_unless(MULTIARCH[0] != '\0',
                "no multiarch folders, or none of this kind");
    expect(NULL, ON, OF_EACH);
    expect("a.so", ON ON, "a.so:" OF_EACH);
    expect("a.so:b.so", ON OFF, "a.so:b.so");
    expect("a.so", ON MUSL, "a.so:" OF_EACH ":" TEL_STAGE_SHIM);
    expect("a.so", ON MUSL OFF, "a.so");
    s = scratch_new();
    out = scratch_ok(s, 0, "sh", "-c",
                     ON "exec 2>&1; /bin/true; "
                        "/bin/cat /proc/self/maps | grep -q libtel_shim.so",
                     NULL);
    assert_string_equal(out, "");
    free(out);
    scratch_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_env_puts_the_object_into_an_empty_list),
        cmocka_unit_test(test_env_twice_is_once),
        cmocka_unit_test(test_env_appends_to_what_is_there),
        cmocka_unit_test(test_env_off_takes_only_the_object_out),
#ifdef TEL_STAGE_CRASH
        cmocka_unit_test(test_env_crash_puts_both_objects),
        cmocka_unit_test(test_env_crash_that_cannot_be_loaded_says_so),
#else
        cmocka_unit_test(test_env_crash_without_the_object_says_so),
#endif
        cmocka_unit_test(test_env_is_exported),
        cmocka_unit_test(test_env_says_how_to_use_it),
        cmocka_unit_test(test_env_musl_is_the_plain_path),
        cmocka_unit_test_setup_teardown(
            test_env_in_a_folder_of_each_kind_names_it_for_each,
            install_as_distributions_do, take_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
