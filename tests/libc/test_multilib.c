/* SPDX-License-Identifier: MIT */
/* 64-bit and 32-bit programs of one person: each with the object of its kind,
 * and one table. */
#include <stdlib.h>
#include <string.h>

#include "recorded.h"

/* A word that each linker puts its own folder for, as tel env prints it. */
#define EACH "multi/$LIB/tel/libtel_shim.so"

static int setup(void **state)
{
    struct recorded *r = recorded_new();

    recorded_tool(r, "host", "[verbs]\ncommit = c\n");
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    recorded_free(*state);
    return 0;
}

/* Copies an object to where the linker of a program looks for $LIB. Only that
 * linker knows, so it is watched as it looks. */
static void install(struct recorded *r, const char *object, const char *program)
{
    const char *root = scratch_path(r->scratch, "multi/");
    char *out = scratch_ok(r->scratch, 96, "/bin/sh", "-c",
                           "strace -e trace=open,openat "
                           "-E LD_PRELOAD=\"$1\" \"$0\" 2>&1",
                           program, scratch_path(r->scratch, EACH), NULL);
    char *at = strstr(out, root);
    char *end = at != NULL ? strstr(at, "/libtel_shim.so") : NULL;

    if (end != NULL) {
        *end = '\0';
        free(scratch_ok(r->scratch, 0, "mkdir", "-p", at, NULL));
        free(scratch_ok(r->scratch, 0, "cp", object, at, NULL));
    } else {
        fail_msg("%s looks for no $LIB: %s", program, out);
    }
    free(out);
}

static void preload_each(struct recorded *r)
{
    install(r, TEL_STAGE_SHIM, HOST_64);
    install(r, SHIM_32, HOST_32);
    scratch_set(r->scratch, "LD_PRELOAD", scratch_path(r->scratch, EACH));
}

/* Runs it, and nobody says anything. */
static void silently(struct recorded *r, int status, const char *program,
                     const char *way, const char *argument, const char *then,
                     const char *number)
{
    struct result result = scratch_run(r->scratch, program, "commit", way,
                                       argument, then, number, NULL);

    assert_string_equal(result.err, "");
    assert_int_equal(result.status, status);
    result_clear(&result);
}

static void test_multilib_each_kind_is_recorded_in_one_table(void **state)
{
    struct recorded *r = *state;

    preload_each(r);
    for (int i = 0; i < 3; i++) {
        silently(r, 3, HOST_64, "return", "3", NULL, NULL);
        recorded_expect(r, "commit", TEL_END_CODE, 3);
        silently(r, 4, HOST_32, "return", "4", NULL, NULL);
        recorded_expect(r, "commit", TEL_END_CODE, 4);
        silently(r, 5, HOST_32, "_exit", "5", NULL, NULL);
        recorded_expect(r, "commit", TEL_END_CODE, 5);
    }
    recorded_nothing_more(r);
}

static void test_multilib_one_started_by_the_other_counts_once(void **state)
{
    struct recorded *r = *state;

    preload_each(r);
    silently(r, 6, HOST_64, "run", HOST_32, "return", "6");
    recorded_expect(r, "commit", TEL_END_CODE, 6);
    silently(r, 7, HOST_32, "run", HOST_64, "return", "7");
    recorded_expect(r, "commit", TEL_END_CODE, 7);
    recorded_nothing_more(r);
}

/* The run goes on in the other kind of program, which finds its slot. */
static void test_multilib_one_becoming_the_other_is_one_run(void **state)
{
    struct recorded *r = *state;

    preload_each(r);
    silently(r, 8, HOST_64, "exec", HOST_32, "return", "8");
    recorded_expect(r, "commit", TEL_END_CODE, 8);
    silently(r, 9, HOST_32, "exec", HOST_64, "_exit", "9");
    recorded_expect(r, "commit", TEL_END_CODE, 9);
    recorded_nothing_more(r);
}

/* What can't be mended from inside, and what the documents say of it. */
static void
test_multilib_one_object_only_linker_complains_tel_wrap_records(void **state)
{
    struct recorded *r = *state;
    struct result result;

    scratch_set(r->scratch, "LD_PRELOAD", TEL_STAGE_SHIM);
    result = scratch_run(r->scratch, HOST_32, "commit", "return", "3", NULL);
    assert_string_equal(result.err,
                        "ERROR: ld.so: object '" TEL_STAGE_SHIM
                        "' from LD_PRELOAD cannot be preloaded "
                        "(wrong ELF class: ELFCLASS64): ignored.\n");
    assert_int_equal(result.status, 3);
    result_clear(&result);
    recorded_nothing_more(r);
    scratch_set(r->scratch, "LD_PRELOAD", NULL);
    free(scratch_ok(r->scratch, 3, TEL_WRAP, HOST_32, "commit", "return", "3",
                    NULL));
    recorded_expect(r, "commit", TEL_END_CODE, 3);
    recorded_nothing_more(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_multilib_each_kind_is_recorded_in_one_table, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_multilib_one_started_by_the_other_counts_once, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            test_multilib_one_becoming_the_other_is_one_run, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_multilib_one_object_only_linker_complains_tel_wrap_records,
            setup, teardown),
    };

    return cmocka_run_group_tests_name("multilib", tests, NULL, NULL);
}
