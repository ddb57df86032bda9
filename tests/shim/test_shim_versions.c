/* SPDX-License-Identifier: MIT */
/* Which names a glibc program takes from the object: those without a version,
 * and no others, however old it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recorded.h"

static int setup(void **state)
{
    struct recorded *r = recorded_new();

    recorded_tool(r, "host", "[command]\nverbs = none\n");
    recorded_tool(r, "host_old", "[command]\nverbs = none\n");
    recorded_tool(r, "host_unversioned", "[command]\nverbs = none\n");
    scratch_set(r->scratch, "LD_PRELOAD", TEL_STAGE_SHIM);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    recorded_free(*state);
    return 0;
}

/* Where the linker has bound the program's name to: "shim", "libc", or
 * "nothing". */
static const char *bound(const char *log, const char *program, const char *name)
{
    char from[512];
    char symbol[64];
    const char *found = "nothing";

    (void)snprintf(from, sizeof(from), "binding file %s [0] to ", program);
    (void)snprintf(symbol, sizeof(symbol), "symbol `%s'", name);
    for (const char *at = strstr(log, from); at != NULL;
         at = strstr(at + 1, from)) {
        const char *end = strchr(at, '\n');
        const char *named = strstr(at, symbol);

        if (end != NULL && named != NULL && named < end) {
            found = strncmp(at + strlen(from), TEL_STAGE_SHIM,
                            strlen(TEL_STAGE_SHIM)) == 0
                        ? "shim"
                        : "libc";
        }
    }
    return found;
}

/* Runs it with all names bound at its start, as the linker tells. */
static char *bindings(struct recorded *r, const char *program)
{
    struct result result;
    char *log;

    scratch_set(r->scratch, "LD_DEBUG", "bindings");
    scratch_set(r->scratch, "LD_BIND_NOW", "1");
    result = scratch_run(r->scratch, program, "return", "3", NULL);
    scratch_set(r->scratch, "LD_DEBUG", NULL);
    scratch_set(r->scratch, "LD_BIND_NOW", NULL);
    assert_int_equal(result.status, 3);
    log = result.err;
    free(result.out);
    recorded_expect(r, "run", TEL_END_CODE, 3);
    recorded_nothing_more(r);
    return log;
}

static void test_versions_of_a_program_names_for_musl_are_libcs(void **state)
{
    static const char *const theirs[] = {
        "__libc_start_main", "exit", "err", "errx", "verr", "verrx"};
    static const char *const ours[] = {"_exit", "_Exit", "quick_exit",
                                       "daemon"};
    char *log = bindings(*state, HOST);

    for (size_t i = 0; i < sizeof(theirs) / sizeof(theirs[0]); i++) {
        assert_string_equal(bound(log, HOST, theirs[i]), "libc");
    }
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        assert_string_equal(bound(log, HOST, ours[i]), "shim");
    }
    free(log);
}

static void test_versions_of_an_old_program_the_same(void **state)
{
    char *log = bindings(*state, HOST_OLD);

    assert_string_equal(bound(log, HOST_OLD, "__libc_start_main"), "libc");
    assert_string_equal(bound(log, HOST_OLD, "exit"), "libc");
    assert_string_equal(bound(log, HOST_OLD, "_exit"), "shim");
    free(log);
}

static void ends_as_told(struct recorded *r, const char *program)
{
    static const char *const ways[] = {"return", "exit", "_exit"};

    for (int i = 0; i < 3; i++) {
        char number[2] = {(char)('4' + i), '\0'};
        struct result result =
            scratch_run(r->scratch, program, ways[i], number, NULL);

        assert_int_equal(result.status, 4 + i);
        assert_int_equal(result.err_len, 0);
        result_clear(&result);
        recorded_expect(r, "run", TEL_END_CODE, 4 + i);
        recorded_nothing_more(r);
    }
}

static void test_versions_old_program_ends_as_told(void **state)
{
    ends_as_told(*state, HOST_OLD);
}

/* Some compilers write programs without versions (tcc did): glibc gives them
 * ours, which must then do all that libc's do. */
static void test_versions_program_without_any_ends_as_told(void **state)
{
    char *log = bindings(*state, HOST_UNVERSIONED);

    assert_string_equal(bound(log, HOST_UNVERSIONED, "__libc_start_main"),
                        "shim");
    free(log);
    ends_as_told(*state, HOST_UNVERSIONED);
}

/* A plug-in or a debugger's call: dlsym knows no version either. */
static void test_versions_looked_up_exits_end_as_told(void **state)
{
    static const char *const names[] = {"exit", "_exit", "_Exit", "quick_exit"};
    struct recorded *r = *state;

    for (int i = 0; i < 4; i++) {
        char number[4];
        struct result result;

        (void)snprintf(number, sizeof(number), "%d", 20 + i);
        result =
            scratch_run(r->scratch, HOST, "looked-up", number, names[i], NULL);
        assert_int_equal(result.status, 20 + i);
        assert_int_equal(result.err_len, 0);
        result_clear(&result);
        recorded_expect(r, "run", TEL_END_CODE, 20 + i);
        recorded_nothing_more(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions_of_a_program_names_for_musl_are_libcs),
        cmocka_unit_test(test_versions_of_an_old_program_the_same),
        cmocka_unit_test(test_versions_old_program_ends_as_told),
        cmocka_unit_test(test_versions_program_without_any_ends_as_told),
        cmocka_unit_test(test_versions_looked_up_exits_end_as_told),
    };

    return cmocka_run_group_tests_name("shim_versions", tests, setup, teardown);
}
