/* SPDX-License-Identifier: MIT */
/* One typed command is one run: what it starts itself is not recorded. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recorded.h"

static int setup(void **state)
{
    struct recorded *r = recorded_new();

    recorded_tool(r, "host",
                  "[verbs]\ncommit = c\n"
                  "[command]\nunlisted = other\n");
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    recorded_free(*state);
    return 0;
}

static void run(struct recorded *r, int status, const char *script)
{
    struct result result =
        scratch_run(r->scratch, "/bin/sh", "-c", script, HOST, NULL);

    assert_string_equal(result.err, "");
    assert_int_equal(result.status, status);
    result_clear(&result);
}

static void test_inside_tool_started_by_itself_counts_once(void **state)
{
    run(*state, 3,
        "LD_PRELOAD=" TEL_STAGE_SHIM
        " \"$0\" commit run \"$0\" return 3; exit $?");
    recorded_expect(*state, "commit", TEL_END_CODE, 3);
    recorded_nothing_more(*state);
}

static void
test_inside_tool_started_by_a_script_of_a_run_counts_once(void **state)
{
    run(*state, 4,
        "LD_PRELOAD=" TEL_STAGE_SHIM
        " \"$0\" commit run /bin/sh -c '\"$0\" return 4; exit $?' "
        "\"$0\"; exit $?");
    recorded_expect(*state, "commit", TEL_END_CODE, 4);
    recorded_nothing_more(*state);
}

static void
test_inside_another_tool_started_by_a_run_is_not_counted(void **state)
{
    struct recorded *r = *state;

    recorded_tool(r, "true", "[command]\nverbs = none\n");
    run(r, 0,
        "LD_PRELOAD=" TEL_STAGE_SHIM
        " \"$0\" commit run /bin/sh -c '/bin/true; /bin/true; exit 0'");
    recorded_expect(r, "commit", TEL_END_CODE, 0);
    recorded_nothing_more(r);
}

static void test_inside_tools_of_one_script_each_count(void **state)
{
    struct recorded *r = *state;

    recorded_tool(r, "true", "[command]\nverbs = none\n");
    run(r, 0,
        "export LD_PRELOAD=" TEL_STAGE_SHIM
        "; /bin/true; /bin/true; \"$0\" return 0; exit 0");
    for (int i = 0; i < 3; i++) {
        (void)recorded_next(r);
    }
    recorded_nothing_more(r);
}

/* git's automatic gc goes to the background, in a session of its own. */
static void test_inside_git_commit_with_gc_counts_once(void **state)
{
    struct recorded *r = *state;

    recorded_tool(r, "git",
                  "[verbs]\ncommit = c\ngc = g\nmaintenance run = m\n"
                  "[command]\nvalue-options = -C -c -m\n");
    scratch_set(r->scratch, "GIT_AUTHOR_NAME", "a");
    scratch_set(r->scratch, "GIT_AUTHOR_EMAIL", "a@example.org");
    scratch_set(r->scratch, "GIT_COMMITTER_NAME", "a");
    scratch_set(r->scratch, "GIT_COMMITTER_EMAIL", "a@example.org");
    free(scratch_ok(
        r->scratch, 0, "/bin/sh", "-c",
        "git init -q \"$HOME/repo\" && cd \"$HOME/repo\" || exit 1\n"
        "git config gc.auto 1\n"
        "i=0; while [ $i -lt 600 ]; do i=$((i+1)); echo $i > f$i; done\n"
        "git add . || exit 1\n"
        "LD_PRELOAD=" TEL_STAGE_SHIM " git commit -q -m secret || exit 1\n"
        "until ls .git/objects/pack/*.pack >/dev/null 2>&1; do :; done\n"
        "while [ -e .git/gc.pid ]; do :; done\n"
        "exit 0",
        NULL));
    recorded_expect(r, "commit", TEL_END_CODE, 0);
    recorded_nothing_more(r);
}

/* A tool that goes on in the background, in a session of its own. */
static void test_inside_session_started_by_a_run_counts_once(void **state)
{
    struct recorded *r = *state;

    recorded_tool(r, "true", "[command]\nverbs = none\n");
    run(r, 5,
        "LD_PRELOAD=" TEL_STAGE_SHIM
        " \"$0\" commit run setsid \"$0\" return 5; exit $?");
    recorded_expect(r, "commit", TEL_END_CODE, 5);
    run(r, 0,
        "LD_PRELOAD=" TEL_STAGE_SHIM
        " \"$0\" commit run setsid /bin/true; exit $?");
    recorded_expect(r, "commit", TEL_END_CODE, 0);
    recorded_nothing_more(r);
}

/* What runs beside it does not make a session part of it. */
static void test_inside_session_beside_a_run_counts(void **state)
{
    struct recorded *r = *state;

    run(r, 5,
        "export LD_PRELOAD=" TEL_STAGE_SHIM
        "; \"$0\" commit wait >\"$HOME/ready\" & beside=$!\n"
        "until [ -s \"$HOME/ready\" ]; do :; done\n"
        "setsid -w \"$0\" return 5; status=$?\n"
        "kill $beside; wait $beside 2>\"$HOME/killed\"; exit $status");
    for (int i = 0; i < 2; i++) {
        (void)recorded_next(r);
    }
    recorded_nothing_more(r);
}

/* sshd starts itself for each connection, in a session of its own. */
static void
test_inside_tool_started_by_itself_in_a_session_counts_once(void **state)
{
    run(*state, 3,
        "LD_PRELOAD=" TEL_STAGE_SHIM
        " \"$0\" commit session \"$0\" return 3; exit $?");
    recorded_expect(*state, "commit", TEL_END_CODE, 3);
    recorded_nothing_more(*state);
}

static void test_inside_tool_in_a_session_of_its_own_counts(void **state)
{
    run(*state, 0, "LD_PRELOAD=" TEL_STAGE_SHIM " setsid -w \"$0\" return 0");
    recorded_expect(*state, "other", TEL_END_CODE, 0);
    recorded_nothing_more(*state);
}

static void test_inside_exec_chain_is_one_run(void **state)
{
    run(*state, 6,
        "LD_PRELOAD=" TEL_STAGE_SHIM
        " \"$0\" commit exec /bin/sh -c 'exec \"$0\" return 6' "
        "\"$0\"; exit $?");
    recorded_expect(*state, "commit", TEL_END_CODE, 6);
    recorded_nothing_more(*state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_inside_tool_started_by_itself_counts_once, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_inside_tool_started_by_a_script_of_a_run_counts_once, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            test_inside_another_tool_started_by_a_run_is_not_counted, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            test_inside_tools_of_one_script_each_count, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_inside_git_commit_with_gc_counts_once, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_inside_session_started_by_a_run_counts_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_inside_session_beside_a_run_counts,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_inside_tool_started_by_itself_in_a_session_counts_once, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            test_inside_tool_in_a_session_of_its_own_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_inside_exec_chain_is_one_run,
                                        setup, teardown),
    };

    return cmocka_run_group_tests_name("shim_inside", tests, NULL, NULL);
}
