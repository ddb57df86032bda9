/* SPDX-License-Identifier: MIT */
/* tel status names the rule of each verdict, and how to change it. */
#include <sys/stat.h>
#include <unistd.h>

#include "alone.h"
#include "demo.h"

#define NOBODY 65534
#define POLICY "config/tel/tools.d/demo.conf"

static bool on_machine;

static int group_setup(void **state)
{
    (void)state;
    on_machine = alone_on_machine();
    return 0;
}

static int setup(void **state)
{
    struct scratch *s = scratch_new();

    demo_install(s);
    scratch_write(s, POLICY, DEMO);
    free(scratch_ok(s, 0, TEL, "on", "demo", NULL));
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    scratch_free(*state);
    if (on_machine) {
        (void)unlink(ALONE_MACHINE);
        (void)chown(ALONE_ETC, geteuid(), (gid_t)-1);
    }
    return 0;
}

static void has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("no '%s' in: %s", part, text);
}

/* Off, by this rule (NULL: by none, as the policy is no good), for this
 * reason, and changed so. */
static void expect(struct scratch *s, const char *rule, const char *why,
                   const char *advice)
{
    char *out = scratch_ok(s, 0, TEL, "status", "demo", NULL);
    char text[512];

    has(out, "  off  ");
    (void)snprintf(text, sizeof(text), "  off       %s",
                   rule != NULL ? rule : "-");
    has(out, text);
    has(out, why);
    (void)snprintf(text, sizeof(text), "(to change it: %s)", advice);
    has(out, text);
    free(out);
}

static void give_away(const char *path)
{
    assert_int_equal(chown(path, NOBODY, (gid_t)-1), 0);
}

static void test_status_rule_1_is_named(void **state)
{
    struct scratch *s = *state;
    const char *tel = scratch_path(s, "bin/tel");
    char *out;

    skip_unless(geteuid() == 0, "only root can make a privileged program");
    skip_unless(!SANITIZED, "a sanitized program is not made for it");
    /* A privileged program looks in the machine's folders only. */
    skip_unless(on_machine, "no namespace for a policy of the machine");
    assert_int_equal(mkdir(ALONE_ETC "/tools.d", 0755), 0);
    free(scratch_ok(s, 0, "cp", scratch_path(s, POLICY), ALONE_ETC "/tools.d",
                    NULL));
    free(scratch_ok(s, 0, "chmod", "-R", "a+rX", s->root, NULL));
    free(scratch_ok(s, 0, "cp", TEL, tel, NULL));
    assert_int_equal(chmod(tel, 04755), 0);
    out = scratch_ok(s, 0, "setpriv", "--reuid=65534", "--regid=65534",
                     "--clear-groups", tel, "status", "demo", NULL);
    has(out, "  off       1  ");
    has(out, "privileged");
    has(out, "(to change it: run it without privileges)");
    free(out);
    remove_tree(ALONE_ETC "/tools.d");
}

static void test_status_variables_are_named(void **state)
{
    static const struct {
        const char *rule;
        const char *name;
        const char *advice;
    } variables[] = {
        {"2", "DO_NOT_TRACK", "unset DO_NOT_TRACK"},
        {"3", "DEMO_NO_TELEMETRY", "unset DEMO_NO_TELEMETRY"},
        {"4", "CF_PAGES", "unset CF_PAGES"},
    };

    for (size_t i = 0; i < COUNT(variables); i++) {
        scratch_set(*state, variables[i].name, "0");
        expect(*state, variables[i].rule, "set", variables[i].advice);
        scratch_set(*state, variables[i].name, NULL);
    }
}

static void test_status_rule_5_is_named(void **state)
{
    static const char advice[] = "root edits " ALONE_MACHINE;

    alone_machine_says("collect = no\n");
    expect(*state, "5", "the machine policy says no", advice);
    alone_machine_says("nonsense\n");
    expect(*state, "5", "the machine policy is bad", advice);
    alone_machine_says("collect = ask\n");
    assert_int_equal(chmod(ALONE_MACHINE, 0666), 0);
    expect(*state, "5", "anybody may write it", advice);
    assert_int_equal(chmod(ALONE_MACHINE, 0644), 0);
    free(scratch_ok(*state, 0, TEL, "preview", "demo", NULL));
    skip_unless(geteuid() == 0, "only root can give a file away");
    give_away(ALONE_MACHINE);
    expect(*state, "5", "is not root's", advice);
    assert_int_equal(chown(ALONE_MACHINE, 0, 0), 0);
    give_away(ALONE_ETC);
    expect(*state, "5", "is not root's", advice);
}

static void test_status_rule_6_is_named(void **state)
{
    struct scratch *s = *state;

    free(scratch_ok(s, 0, TEL, "off", "demo", NULL));
    expect(s, "6", "you said no", "tel on demo");
    free(scratch_ok(s, 0, TEL, "on", "demo", NULL));
    free(scratch_ok(s, 0, TEL, "off", "--all", NULL));
    expect(s, "6", "you said no", "tel on demo");
    free(scratch_ok(s, 0, TEL, "on", "demo", NULL));
    scratch_write(s, POLICY, DEMO "[fields]\nn = count\n");
    expect(s, "6", "changed since you said yes", "tel on demo");
}

/* 'tel on' could not mend that. */
static void test_status_consent_that_is_no_good_is_named(void **state)
{
    static const char advice[] =
        "mend or remove tel/consent in XDG_CONFIG_HOME or ~/.config";
    struct scratch *s = *state;
    const char *path = scratch_path(s, "config/tel/consent");
    const char *folder = scratch_path(s, "config/tel");

    assert_int_equal(chmod(path, 0606), 0);
    expect(s, "6", "anybody may write it", advice);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(chmod(folder, 0707), 0);
    expect(s, "6", "anybody may write it", advice);
    assert_int_equal(chmod(folder, 0700), 0);
    scratch_write(s, "config/tel/consent", "demo = perhaps\n");
    expect(s, "6", "is damaged", advice);
    skip_unless(geteuid() == 0, "only root can give a file away");
    give_away(path);
    expect(s, "6", "is not yours", advice);
    assert_int_equal(chown(path, 0, 0), 0);
    give_away(folder);
    expect(s, "6", "is not yours", advice);
    assert_int_equal(chown(folder, 0, 0), 0);
}

static void test_status_rule_7_is_named(void **state)
{
    struct scratch *s = *state;

    assert_int_equal(unlink(scratch_path(s, "config/tel/consent")), 0);
    expect(s, "7", "it is opt-in, and you have not said yes", "tel on demo");
    scratch_write(s, POLICY, DEMO_TOOL "consent = opt-out\n" DEMO_REST);
#ifdef TEL_OPT_OUT
    expect(s, "7", "only an installed policy can be opt-out", "tel on demo");
#else
    expect(s, "7", "this build treats opt-out policies as opt-in",
           "tel on demo");
#endif
}

static void test_status_policy_that_is_no_good_is_named(void **state)
{
    static const char chown_it[] =
        "if you trust it: chown it to root or to you, chmod o-w it";
    struct scratch *s = *state;
    const char *path = scratch_path(s, POLICY);
    const char *folder = scratch_path(s, "config/tel/tools.d");

    assert_int_equal(chmod(path, 0646), 0);
    expect(s, NULL, path, chown_it);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(chmod(folder, 01777), 0);
    expect(s, NULL, folder, chown_it);
    assert_int_equal(chmod(folder, 0775), 0);
    free(scratch_ok(s, 0, TEL, "preview", "demo", NULL));
    if (geteuid() == 0) {
        give_away(path);
        expect(s, NULL, path, chown_it);
        assert_int_equal(chown(path, 0, 0), 0);
        give_away(folder);
        expect(s, NULL, folder, chown_it);
        assert_int_equal(chown(folder, 0, 0), 0);
    } else {
        print_message("           not tried: only root gives files away\n");
    }
    scratch_write(s, POLICY, "[tool]\nid = demo\nnonsense = 1\n");
    expect(s, NULL, "demo.conf:3: ", "mend the policy");
}

/* What a path is made of does not reach the terminal. */
static void test_status_prints_no_control_bytes(void **state)
{
    struct scratch *s = *state;
    char *out;

    scratch_write(s, "a\033[2Jb/demo.conf", "[tool]\nx = 1\n");
    scratch_set(s, "TEL_CONFIG_PATH", scratch_path(s, "a\033[2Jb"));
    out = scratch_ok(s, 0, TEL, "status", NULL);
    has(out, "a?[2Jb/demo.conf:2");
    assert_null(strchr(out, '\033'));
    free(out);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_status_rule_1_is_named),
        TEST(test_status_variables_are_named),
        TEST(test_status_rule_5_is_named),
        TEST(test_status_rule_6_is_named),
        TEST(test_status_consent_that_is_no_good_is_named),
        TEST(test_status_rule_7_is_named),
        TEST(test_status_policy_that_is_no_good_is_named),
        TEST(test_status_prints_no_control_bytes),
    };

    return cmocka_run_group_tests_name("consent_status", tests, group_setup,
                                       NULL);
}
