/* SPDX-License-Identifier: MIT */
/* Scripts in any language are found by their own name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recorded.h"

/* A program that ends as its first argument says, past a verb. */
struct language {
    const char *name;
    const char *text;
    const char *runtime;
};

static const struct language languages[] = {
    {"in-sh", "#!/bin/sh\n[ \"$1\" = commit ] && exit \"$2\"\nexit 99\n", "sh"},
    {"in-sh-e", "#!/bin/sh -e\nexit \"$2\"\n", "sh"},
    {"in-bash", "#!/bin/bash\nexit \"$2\"\n", "other"},
    {"in-env-sh", "#!/usr/bin/env sh\nexit \"$2\"\n", "sh"},
    {"in-perl", "#!/usr/bin/perl\nexit $ARGV[1];\n", "perl"},
    {"in-env-perl", "#!/usr/bin/env perl\nexit $ARGV[1];\n", "perl"},
    {"in-python",
     "#!/usr/bin/python3\nimport sys\nsys.exit(int(sys.argv[2]))\n", "python3"},
    {"in-env-python",
     "#!/usr/bin/env python3\nimport os, sys\nos._exit(int(sys.argv[2]))\n",
     "python3"},
};

static int setup(void **state)
{
    struct recorded *r = recorded_new();

    scratch_set(r->scratch, "PATH", "/usr/bin:/bin");
    scratch_set(r->scratch, "LD_PRELOAD", TEL_STAGE_SHIM);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    recorded_free(*state);
    return 0;
}

static void check(struct recorded *r, const struct language *language)
{
    const char *path = scratch_path(r->scratch, "bin/%s", language->name);
    const char *below = scratch_path(r->scratch, "%s", "");
    struct result result;
    struct tel_finished run;

    recorded_tool(r, language->name,
                  "interp = runtime: sh perl python3\n"
                  "[verbs]\ncommit = c\n");
    scratch_write(r->scratch, path + strlen(below), language->text);
    result = scratch_run(r->scratch, path, "commit", "7", "secret", NULL);
    assert_string_equal(result.err, "");
    assert_int_equal(result.status, 7);
    result_clear(&result);
    run = recorded_next(r);
    assert_string_equal(run.name, language->name);
    assert_string_equal(run.event.event, "commit");
    assert_int_equal(run.event.end, TEL_END_CODE);
    assert_int_equal(run.event.code, 7);
    assert_int_equal(run.event.nfields, 1);
    assert_string_equal(run.event.fields[0].value, language->runtime);
    recorded_nothing_more(r);
}

static void test_scripts_of_each_language_are_recorded(void **state)
{
    for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++) {
        check(*state, &languages[i]);
    }
}

/* The kernel puts what each interpreter is called with before the script. */
static void test_scripts_run_by_a_script_are_read_as_typed(void **state)
{
    static const char *const arguments[] = {"", " -q"};
    struct recorded *r = *state;
    const char *root = scratch_path(r->scratch, "%s", "");
    char line[1024];

    recorded_tool(r, "chain",
                  "q = flag -q\ninterp = runtime: sh inner middle\n"
                  "[verbs]\ncommit = c\n");
    for (size_t i = 0; i < 4; i++) {
        struct tel_finished run;

        snprintf(line, sizeof(line), "#!/bin/sh%s\nexit 0\n",
                 i < 2 ? " -e" : "");
        scratch_write(r->scratch, "bin/inner", line);
        snprintf(line, sizeof(line), "#!%s/bin/inner%s\n", root,
                 arguments[i % 2]);
        scratch_write(r->scratch, "bin/middle", line);
        snprintf(line, sizeof(line), "#!%s/bin/middle%s\n", root,
                 arguments[i % 2]);
        scratch_write(r->scratch, "bin/chain", line);
        free(scratch_ok(r->scratch, 0, scratch_path(r->scratch, "bin/chain"),
                        "commit", NULL));
        run = recorded_next(r);
        assert_string_equal(run.event.event, "commit");
        assert_int_equal(run.event.nfields, 2);
        assert_string_equal(run.event.fields[0].value, "no");
        assert_string_equal(run.event.fields[1].value, "middle");
    }
    recorded_nothing_more(r);
}

/* "cat /usr/bin/cat" is no script of that name, and its verb is the path. */
static void test_scripts_binary_with_its_own_path_as_argument(void **state)
{
    struct recorded *r = *state;

    recorded_tool(r, "basename", "[verbs]\nx = x\n");
    free(scratch_ok(r->scratch, 0, "/usr/bin/basename", "/usr/bin/basename",
                    "x", NULL));
    recorded_expect(r, "other", TEL_END_CODE, 0);
    recorded_nothing_more(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scripts_of_each_language_are_recorded),
        cmocka_unit_test(test_scripts_run_by_a_script_are_read_as_typed),
        cmocka_unit_test(test_scripts_binary_with_its_own_path_as_argument),
    };

    return cmocka_run_group_tests_name("shim_scripts", tests, setup, teardown);
}
