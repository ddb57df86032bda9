/* SPDX-License-Identifier: MIT */
/* The seven rules: each decides alone, and the first that applies decides. */
#include "example.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define STRANGER 54321
#define MACHINE TEL_SYSCONFDIR "/tel/tel.conf"

static struct tel_policy policy;

static void say(struct scratch *scratch, enum tel_answer answer)
{
    struct tel_env env;

    tel_env_read(&env, scratch->vars, false, geteuid());
    assert_int_equal(tel_consent_write(&env, &policy, answer, NULL), 0);
}

/* A scratch in which nothing but an earlier yes decides. */
static int setup(void **state)
{
    *state = scratch_new();
    parse_into(&policy, TOOL "[verbs]\nlog = x\n[fields]\nms = rounded\n");
    say(*state, TEL_ANSWER_YES);
    return 0;
}

static int teardown(void **state)
{
    scratch_free(*state);
    remove_tree(TEL_SYSCONFDIR "/tel");
    return 0;
}

static void machine_says(const char *text)
{
    FILE *file;

    mkdir(TEL_SYSCONFDIR, 0755);
    mkdir(TEL_SYSCONFDIR "/tel", 0755);
    file = fopen(MACHINE, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static struct tel_verdict decide(struct scratch *scratch, bool secure)
{
    struct tel_verdict verdict;
    struct tel_env env;

    memset(&verdict, 0x5a, sizeof(verdict));
    tel_env_read(&env, scratch->vars, secure, geteuid());
    tel_decide(&env, &policy, &verdict);
    assert_non_null(verdict.why);
    assert_true(strlen(verdict.why) > 5);
    return verdict;
}

static void expect_off(struct scratch *scratch, int rule)
{
    struct tel_verdict verdict = decide(scratch, false);

    assert_false(verdict.on);
    assert_false(verdict.local);
    assert_int_equal(verdict.rule, rule);
}

static void expect_on(struct scratch *scratch, int rule)
{
    struct tel_verdict verdict = decide(scratch, false);

    assert_true(verdict.on);
    assert_int_equal(verdict.rule, rule);
    assert_null(verdict.variable);
}

static bool early(struct scratch *scratch, bool secure,
                  struct tel_verdict *ret_verdict)
{
    struct tel_env env;

    tel_env_read(&env, scratch->vars, secure, geteuid());
    return tel_decide_early(&env, ret_verdict);
}

static void test_decide_yes_is_on_by_rule_6(void **state)
{
    struct tel_verdict verdict;

    expect_on(*state, 6);
    assert_false(decide(*state, false).local);
    assert_false(early(*state, false, &verdict));
}

static void test_decide_first_rule_that_applies_decides(void **state)
{
    say(*state, TEL_ANSWER_NO);
    expect_off(*state, 6);
    machine_says("collect = no\n");
    expect_off(*state, 5);
    scratch_set(*state, "CI", "true");
    expect_off(*state, 4);
    scratch_set(*state, "GIT_NO_TELEMETRY", "1");
    expect_off(*state, 3);
    scratch_set(*state, "DO_NOT_TRACK", "1");
    expect_off(*state, 2);
    assert_int_equal(decide(*state, true).rule, 1);
}

static void test_decide_privileged_is_off_whatever_is_said(void **state)
{
    struct tel_verdict verdict = decide(*state, true);

    assert_false(verdict.on);
    assert_int_equal(verdict.rule, 1);
    assert_null(verdict.variable);
    assert_true(early(*state, true, &verdict));
    assert_int_equal(verdict.rule, 1);
}

static void test_decide_do_not_track_any_value_is_off(void **state)
{
    static const char *const values[] = {"1", "0", "false", "no", " "};
    struct tel_verdict verdict;

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        scratch_set(*state, "DO_NOT_TRACK", values[i]);
        expect_off(*state, 2);
        assert_string_equal(decide(*state, false).variable, "DO_NOT_TRACK");
        assert_true(early(*state, false, &verdict));
        assert_int_equal(verdict.rule, 2);
        assert_string_equal(verdict.variable, "DO_NOT_TRACK");
    }
    scratch_set(*state, "DO_NOT_TRACK", "");
    expect_on(*state, 6);
}

static void test_decide_tools_own_variable_is_off(void **state)
{
    scratch_set(*state, "GIT_NO_TELEMETRY", "0");
    expect_off(*state, 3);
    scratch_set(*state, "GIT_NO_TELEMETRY", "");
    expect_on(*state, 6);
    scratch_set(*state, "GIT_NO_TELEMETRY", NULL);
    scratch_set(*state, "GIT_NO_TELEMETRY2", "1");
    scratch_set(*state, "GIT_NO_TELEMETR", "1");
    scratch_set(*state, "XGIT_NO_TELEMETRY", "1");
    expect_on(*state, 6);
    parse_into(&policy, TOOL "disable = HUSH\n");
    say(*state, TEL_ANSWER_YES);
    scratch_set(*state, "GIT_NO_TELEMETRY", "1");
    expect_on(*state, 6);
    scratch_set(*state, "HUSH", "1");
    expect_off(*state, 3);
}

static void check_ci(struct scratch *scratch, const char *name)
{
    static const char *const values[] = {"true", "1", "false", "0", "x"};
    struct tel_verdict verdict;

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        scratch_set(scratch, name, values[i]);
        expect_off(scratch, 4);
        assert_string_equal(decide(scratch, false).variable, name);
        assert_true(early(scratch, false, &verdict));
        assert_int_equal(verdict.rule, 4);
        assert_string_equal(verdict.variable, name);
    }
    scratch_set(scratch, name, "");
    expect_on(scratch, 6);
    scratch_set(scratch, name, NULL);
}

static void test_decide_every_ci_variable_is_off(void **state)
{
    size_t count = 0;

    for (const char *name; (name = tel_env_ci_name(count)) != NULL; count++)
        check_ci(*state, name);
    assert_true(count >= 40);
}

static void test_decide_ci_table_holds_the_well_known_ones(void **state)
{
    static const char *const names[] = {"CI",
                                        "CONTINUOUS_INTEGRATION",
                                        "BUILD_ID",
                                        "BUILD_NUMBER",
                                        "RUN_ID",
                                        "GITHUB_ACTIONS",
                                        "GITLAB_CI",
                                        "CIRCLECI",
                                        "TRAVIS",
                                        "BUILDKITE",
                                        "JENKINS_URL",
                                        "HUDSON_URL",
                                        "TF_BUILD",
                                        "TEAMCITY_VERSION",
                                        "BITBUCKET_COMMIT",
                                        "CODEBUILD_BUILD_ARN",
                                        "DRONE",
                                        "APPVEYOR",
                                        "CIRRUS_CI",
                                        "SEMAPHORE"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        check_ci(*state, names[i]);
}

/* npm sets NODE for each script that a person runs. */
static void test_decide_node_is_ci_at_heroku_only(void **state)
{
    scratch_set(*state, "NODE", "/usr/bin/node");
    expect_on(*state, 6);
    scratch_set(*state, "NODE", "1");
    expect_on(*state, 6);
    scratch_set(*state, "NODE", "/app/.heroku/node/bin/node");
    expect_off(*state, 4);
    assert_string_equal(decide(*state, false).variable, "NODE");
}

static void test_decide_names_that_only_resemble_ci_do_not_count(void **state)
{
    static const char *const names[] = {
        "C", "CI_", "CIX", "XCI", "ci", "BUILD", "BUILD_IDS", "TRAVIS_CI_X"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        scratch_set(*state, names[i], "1");
    expect_on(*state, 6);
}

static void test_decide_machine_policy_is_rule_5(void **state)
{
    static const char *const off[] = {"collect = no\n",
                                      "# all quiet\n\ncollect=no", "nonsense\n",
                                      "collect = \n", "collcet = no\n"};

    for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++) {
        machine_says(off[i]);
        expect_off(*state, 5);
    }
    machine_says("# collect = no\n");
    expect_on(*state, 6);
    machine_says("");
    expect_on(*state, 6);
}

static void test_decide_machine_policy_asking_is_as_none(void **state)
{
    machine_says("collect = ask\n");
    expect_on(*state, 6);
    machine_says("collect = ask\ncollect = no\n");
    expect_off(*state, 5);
    machine_says("collect = no\ncollect = ask\n");
    expect_off(*state, 5);
    machine_says("collect = ask\nmore = 1\n");
    expect_off(*state, 5);
}

static void test_decide_machine_policy_of_somebody_else_is_off(void **state)
{
    skip_unless(geteuid() == 0, "only root can give a file away");
    machine_says("collect = ask\n");
    assert_int_equal(chown(MACHINE, STRANGER, (gid_t)-1), 0);
    expect_off(*state, 5);
    assert_int_equal(chown(MACHINE, 0, (gid_t)-1), 0);
    expect_on(*state, 6);
    assert_int_equal(chown(TEL_SYSCONFDIR "/tel", STRANGER, (gid_t)-1), 0);
    expect_off(*state, 5);
}

static void test_decide_machine_policy_anybody_may_write_is_off(void **state)
{
    machine_says("collect = ask\n");
    assert_int_equal(chmod(MACHINE, 0646), 0);
    expect_off(*state, 5);
    assert_int_equal(chmod(MACHINE, 0664), 0);
    expect_on(*state, 6);
    assert_int_equal(chmod(TEL_SYSCONFDIR "/tel", 0757), 0);
    expect_off(*state, 5);
}

static void test_decide_machine_policy_that_is_no_file_is_off(void **state)
{
    mkdir(TEL_SYSCONFDIR, 0755);
    mkdir(TEL_SYSCONFDIR "/tel", 0755);
    assert_int_equal(mkdir(MACHINE, 0755), 0);
    expect_off(*state, 5);
}

static void test_decide_local_is_on_but_stays_here(void **state)
{
    say(*state, TEL_ANSWER_LOCAL);
    expect_on(*state, 6);
    assert_true(decide(*state, false).local);
}

static void test_decide_nothing_said_is_off_by_rule_7(void **state)
{
    assert_int_equal(unlink(scratch_path(*state, "config/tel/consent")), 0);
    expect_off(*state, 7);
}

static void test_decide_no_environment_at_all_is_off(void **state)
{
    struct tel_verdict verdict;
    struct tel_env env;

    (void)state;
    tel_env_read(&env, NULL, false, geteuid());
    assert_false(tel_decide_early(&env, &verdict));
    tel_decide(&env, &policy, &verdict);
    assert_false(verdict.on);
}

/* Where a string of the environment ends, another one begins, or nothing. */
static void test_decide_string_without_equals_is_no_variable(void **state)
{
    static const char strings[] = "HOME\0/not/mine\0CI\0x\0DO_NOT_TRACK\0x";
    char *vars[] = {
        (char *)(uintptr_t)strings,
        (char *)(uintptr_t)strings + sizeof("HOME\0/not/mine"),
        (char *)(uintptr_t)strings + sizeof("HOME\0/not/mine\0CI\0x"), NULL};
    struct tel_env env;

    (void)state;
    assert_string_equal(vars[1], "CI");
    assert_string_equal(vars[2], "DO_NOT_TRACK");
    tel_env_read(&env, vars, false, geteuid());
    assert_null(env.home);
    assert_null(env.ci);
    assert_null(env.do_not_track);
    assert_null(tel_env_get(&env, "HOME"));
}

static void test_decide_leaves_no_descriptor_open(void **state)
{
    int before = dup(0);
    int after;

    close(before);
    decide(*state, false);
    assert_int_equal(unlink(scratch_path(*state, "config/tel/consent")), 0);
    decide(*state, false);
    after = dup(0);
    close(after);
    assert_int_equal(before, after);
}

#define OPT_OUT TOOL "consent = opt-out\n[fields]\nms = rounded\n"

#ifdef TEL_OPT_OUT
static void test_decide_opt_out_is_on_once_its_notice_was_shown(void **state)
{
    parse_into(&policy, OPT_OUT);
    policy.installed = true;
    assert_int_equal(unlink(scratch_path(*state, "config/tel/consent")), 0);
    expect_off(*state, 7);
    say(*state, TEL_ANSWER_SHOWN);
    expect_on(*state, 7);
    assert_false(decide(*state, false).local);
    policy.installed = false;
    expect_off(*state, 7);
    policy.installed = true;
    parse_into(&policy, OPT_OUT "n = count\n");
    policy.installed = true;
    expect_off(*state, 7);
}

static void test_decide_opt_out_obeys_all_other_rules(void **state)
{
    static const char *const elevated[] = {"SUDO_UID", "SUDO_USER", "DOAS_USER",
                                           "PKEXEC_UID"};

    parse_into(&policy, OPT_OUT);
    policy.installed = true;
    say(*state, TEL_ANSWER_SHOWN);
    for (size_t i = 0; i < sizeof(elevated) / sizeof(elevated[0]); i++) {
        scratch_set(*state, elevated[i], "1000");
        expect_off(*state, 7);
        scratch_set(*state, elevated[i], NULL);
    }
    expect_on(*state, 7);
    scratch_set(*state, "CI", "false");
    expect_off(*state, 4);
    scratch_set(*state, "CI", NULL);
    machine_says("collect = no\n");
    expect_off(*state, 5);
    assert_int_equal(unlink(MACHINE), 0);
    say(*state, TEL_ANSWER_NO);
    expect_off(*state, 6);
    say(*state, TEL_ANSWER_YES);
    expect_on(*state, 6);
}
#else
static void test_decide_opt_out_is_opt_in_in_this_build(void **state)
{
    parse_into(&policy, OPT_OUT);
    policy.installed = true;
    assert_int_equal(unlink(scratch_path(*state, "config/tel/consent")), 0);
    expect_off(*state, 7);
    say(*state, TEL_ANSWER_SHOWN);
    expect_off(*state, 7);
    say(*state, TEL_ANSWER_YES);
    expect_on(*state, 6);
}
#endif

static void test_decide_notice_shown_is_no_consent_to_opt_in(void **state)
{
    policy.installed = true;
    say(*state, TEL_ANSWER_SHOWN);
    expect_off(*state, 7);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_decide_yes_is_on_by_rule_6),
        TEST(test_decide_first_rule_that_applies_decides),
        TEST(test_decide_privileged_is_off_whatever_is_said),
        TEST(test_decide_do_not_track_any_value_is_off),
        TEST(test_decide_tools_own_variable_is_off),
        TEST(test_decide_every_ci_variable_is_off),
        TEST(test_decide_ci_table_holds_the_well_known_ones),
        TEST(test_decide_names_that_only_resemble_ci_do_not_count),
        TEST(test_decide_node_is_ci_at_heroku_only),
        TEST(test_decide_machine_policy_is_rule_5),
        TEST(test_decide_machine_policy_asking_is_as_none),
        TEST(test_decide_machine_policy_of_somebody_else_is_off),
        TEST(test_decide_machine_policy_anybody_may_write_is_off),
        TEST(test_decide_machine_policy_that_is_no_file_is_off),
        TEST(test_decide_local_is_on_but_stays_here),
        TEST(test_decide_nothing_said_is_off_by_rule_7),
        TEST(test_decide_no_environment_at_all_is_off),
        TEST(test_decide_string_without_equals_is_no_variable),
        TEST(test_decide_leaves_no_descriptor_open),
#ifdef TEL_OPT_OUT
        TEST(test_decide_opt_out_is_on_once_its_notice_was_shown),
        TEST(test_decide_opt_out_obeys_all_other_rules),
#else
        TEST(test_decide_opt_out_is_opt_in_in_this_build),
#endif
        TEST(test_decide_notice_shown_is_no_consent_to_opt_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
