/* SPDX-License-Identifier: MIT */
/* The person's word: how it is kept, and what it is bound to. */
#include "example.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define STRANGER 54321

#define VERBS "[verbs]\nlog = x\ncommit = x\n"
#define MODIFIERS "[modifiers]\nlog --oneline = oneline\n"
#define FIELDS "[fields]\nms = rounded\nexit = code\nn = count\n"
#define AGREED TOOL VERBS MODIFIERS FIELDS

static struct tel_policy policy;

static int setup(void **state)
{
    *state = scratch_new();
    parse_into(&policy, AGREED);
    return 0;
}

static int teardown(void **state)
{
    scratch_free(*state);
    return 0;
}

static struct tel_env env_of(struct scratch *scratch)
{
    struct tel_env env;

    tel_env_read(&env, scratch->vars, false, geteuid());
    return env;
}

static void say(struct scratch *scratch, const struct tel_policy *about,
                enum tel_answer answer)
{
    struct tel_env env = env_of(scratch);
    struct tel_err err = {""};

    if (tel_consent_write(&env, about, answer, &err) != 0)
        fail_msg("%s", err.text);
}

static struct tel_verdict verdict_on(struct scratch *scratch, const char *text)
{
    struct tel_env env = env_of(scratch);
    struct tel_verdict verdict;

    parse_into(&policy, text);
    tel_decide(&env, &policy, &verdict);
    return verdict;
}

static bool is_on(struct scratch *scratch, const char *text)
{
    struct tel_verdict verdict = verdict_on(scratch, text);

    /* Opt-in: on by one's own word only, off by that or for want of it. */
    assert_true(verdict.rule == 6 || (verdict.rule == 7 && !verdict.on));
    return verdict.on;
}

static void test_consent_yes_holds_for_what_was_asked(void **state)
{
    assert_false(is_on(*state, AGREED));
    say(*state, &policy, TEL_ANSWER_YES);
    assert_true(is_on(*state, AGREED));
}

static void test_consent_change_of_what_is_asked_ends_a_yes(void **state)
{
    static const char *const changes[] = {
        "[tool]\nid = git\nendpoint = https://t.example.org/u\n" VERBS MODIFIERS
            FIELDS,
        "[tool]\nid = git\nendpoint = https://other.example.org/t\n" VERBS
            MODIFIERS FIELDS,
        AGREED "quiet = flag -q\n",
        AGREED "score = ratio\n",
        AGREED "crash = on\n",
        AGREED "tty = flag @terminal\n",
        AGREED "with = runtime: node\n",
        TOOL VERBS
        "[modifiers]\nlog --oneline = oneline\nlog -p = patch\n" FIELDS,
        TOOL VERBS "[modifiers]\nlog --oneline = oneline\n"
                   "commit --amend = oneline\n" FIELDS,
        TOOL VERBS "[modifiers]\nlog -1 = oneline\n" FIELDS,
        TOOL VERBS "[modifiers]\nlog --oneline = short\n" FIELDS,
        TOOL VERBS MODIFIERS "[fields]\nms = bucket\nexit = code\nn = count\n",
        TOOL VERBS MODIFIERS "[fields]\nms = rounded\nexit = 0 1\nn = count\n",
        TOOL VERBS MODIFIERS "[fields]\nms = rounded\nexit = code\n"
                             "n = ratio\n",
        TOOL VERBS MODIFIERS "[fields]\nms = rounded\nexit = code\n"
                             "n = flag -n\n",
    };

    say(*state, &policy, TEL_ANSWER_YES);
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        if (is_on(*state, changes[i]))
            fail_msg("still on: %s", changes[i]);
    }
    assert_true(is_on(*state, AGREED));
}

static void test_consent_less_or_the_same_is_still_a_yes(void **state)
{
    static const char *const changes[] = {
        TOOL VERBS "[fields]\nms = rounded\nexit = code\nn = count\n",
        TOOL VERBS MODIFIERS "[fields]\nms = rounded\nexit = code\n",
        TOOL "version = 3\npurpose = another\nmethod = POST\n" VERBS MODIFIERS
            FIELDS,
        TOOL "[verbs]\nlog = other words\npush = a new verb\n" MODIFIERS FIELDS,
        TOOL VERBS "[fields]\nn = count\nexit = code\nms = rounded\n" MODIFIERS,
        AGREED "[aliases]\nl = log\n[purposes]\nn = why\n",
        AGREED "crash = off\n",
    };

    say(*state, &policy, TEL_ANSWER_YES);
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        if (!is_on(*state, changes[i]))
            fail_msg("no longer on: %s", changes[i]);
    }
}

static void test_consent_said_again_holds_for_the_new(void **state)
{
    say(*state, &policy, TEL_ANSWER_YES);
    assert_false(is_on(*state, AGREED "quiet = flag -q\n"));
    say(*state, &policy, TEL_ANSWER_YES);
    assert_true(is_on(*state, AGREED "quiet = flag -q\n"));
    assert_true(is_on(*state, AGREED));
}

static void test_consent_local_is_bound_in_the_same_way(void **state)
{
    say(*state, &policy, TEL_ANSWER_LOCAL);
    assert_true(is_on(*state, AGREED));
    assert_true(verdict_on(*state, AGREED).local);
    assert_false(is_on(*state, AGREED "quiet = flag -q\n"));
    say(*state, &policy, TEL_ANSWER_YES);
    assert_false(verdict_on(*state, AGREED).local);
}

static void test_consent_of_one_id_is_not_that_of_another(void **state)
{
    say(*state, &policy, TEL_ANSWER_YES);
    assert_false(is_on(
        *state, "[tool]\nid = gi\n"
                "endpoint = https://t.example.org/t\n" VERBS MODIFIERS FIELDS));
    assert_false(is_on(
        *state, "[tool]\nid = gitt\n"
                "endpoint = https://t.example.org/t\n" VERBS MODIFIERS FIELDS));
}

static void test_consent_no_stays_whatever_changes(void **state)
{
    say(*state, &policy, TEL_ANSWER_YES);
    say(*state, &policy, TEL_ANSWER_NO);
    assert_false(is_on(*state, AGREED));
    assert_int_equal(verdict_on(*state, AGREED).rule, 6);
    assert_int_equal(
        verdict_on(*state, "[tool]\nid = git\nendpoint = https://x/\n").rule,
        6);
    assert_int_equal(verdict_on(*state, AGREED "score = ratio\n").rule, 6);
}

static void test_consent_no_to_all_holds_for_later_tools(void **state)
{
    say(*state, &policy, TEL_ANSWER_YES);
    say(*state, NULL, TEL_ANSWER_NO);
    assert_false(is_on(*state, AGREED));
    assert_int_equal(verdict_on(*state, AGREED).rule, 6);
    assert_int_equal(
        verdict_on(*state, "[tool]\nid = new\nendpoint = https://x/\n").rule,
        6);
    parse_into(&policy, AGREED);
    say(*state, &policy, TEL_ANSWER_YES);
    assert_true(is_on(*state, AGREED));
    assert_false(is_on(*state, "[tool]\nid = new\nendpoint = https://x/\n"));
}

static void test_consent_only_no_can_be_said_about_all(void **state)
{
    struct tel_env env = env_of(*state);
    struct tel_err err = {""};

    assert_int_equal(tel_consent_write(&env, NULL, TEL_ANSWER_YES, &err),
                     -EINVAL);
    assert_true(err.text[0] != '\0');
    assert_int_equal(tel_consent_write(&env, &policy, TEL_ANSWER_NONE, NULL),
                     -EINVAL);
    assert_null(file_read(scratch_path(*state, "config/tel/consent"), NULL));
}

static void test_consent_file_is_as_documented(void **state)
{
    const char *path = scratch_path(*state, "config/tel/consent");
    struct stat st;
    char *text;

    say(*state, &policy, TEL_ANSWER_YES);
    text = file_read(path, NULL);
    assert_non_null(text);
    assert_int_equal(count_of(text, "git = yes; https://t.example.org/t; "), 1);
    free(text);
    say(*state, &policy, TEL_ANSWER_NO);
    say(*state, NULL, TEL_ANSWER_NO);
    text = file_read(path, NULL);
    assert_int_equal(count_of(text, "git = "), 1);
    assert_int_equal(count_of(text, "git = no"), 1);
    assert_int_equal(count_of(text, "* = no"), 1);
    free(text);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(stat(scratch_path(*state, "config/tel"), &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
}

static void test_consent_file_does_not_grow_with_each_word(void **state)
{
    const char *path = scratch_path(*state, "config/tel/consent");
    size_t first;
    size_t last;

    say(*state, &policy, TEL_ANSWER_YES);
    free(file_read(path, &first));
    for (int i = 0; i < 5; i++) {
        say(*state, &policy, TEL_ANSWER_NO);
        say(*state, &policy, TEL_ANSWER_YES);
    }
    free(file_read(path, &last));
    assert_int_equal(first, last);
}

static void test_consent_file_lives_below_home_without_xdg(void **state)
{
    scratch_set(*state, "XDG_CONFIG_HOME", NULL);
    say(*state, &policy, TEL_ANSWER_YES);
    assert_true(is_on(*state, AGREED));
    assert_int_equal(
        access(scratch_path(*state, "home/.config/tel/consent"), F_OK), 0);
}

static void test_consent_without_a_home_cannot_be_said(void **state)
{
    struct tel_err err = {""};
    struct tel_env env;

    scratch_set(*state, "XDG_CONFIG_HOME", NULL);
    scratch_set(*state, "HOME", NULL);
    env = env_of(*state);
    assert_true(tel_consent_write(&env, &policy, TEL_ANSWER_YES, &err) < 0);
    assert_true(err.text[0] != '\0');
}

static void test_consent_file_of_somebody_else_is_not_believed(void **state)
{
    const char *path = scratch_path(*state, "config/tel/consent");
    struct tel_verdict verdict;
    struct tel_env env;

    say(*state, &policy, TEL_ANSWER_YES);
    env = env_of(*state);
    if (geteuid() == 0)
        assert_int_equal(chown(path, STRANGER, (gid_t)-1), 0);
    else
        env.euid = geteuid() + 1;
    tel_decide(&env, &policy, &verdict);
    assert_false(verdict.on);
    assert_true(tel_consent_write(&env, &policy, TEL_ANSWER_YES, NULL) < 0);
}

static void test_consent_folder_of_somebody_else_is_not_written(void **state)
{
    struct tel_err err = {""};
    struct tel_env env = env_of(*state);

    scratch_write(*state, "config/tel/x", "");
    if (geteuid() == 0)
        assert_int_equal(
            chown(scratch_path(*state, "config/tel"), STRANGER, (gid_t)-1), 0);
    else
        env.euid = geteuid() + 1;
    assert_int_equal(tel_consent_write(&env, &policy, TEL_ANSWER_YES, &err),
                     -EPERM);
    assert_true(err.text[0] != '\0');
}

static void expect_unread(struct scratch *scratch)
{
    struct tel_env env = env_of(scratch);
    struct tel_verdict verdict;

    tel_decide(&env, &policy, &verdict);
    assert_false(verdict.on);
    assert_int_equal(verdict.rule, 6);
    assert_true(verdict.unread);
}

static void test_consent_folder_of_somebody_else_is_not_believed(void **state)
{
    skip_unless(geteuid() == 0, "only root can give a folder away");
    say(*state, &policy, TEL_ANSWER_YES);
    assert_int_equal(
        chown(scratch_path(*state, "config/tel"), STRANGER, (gid_t)-1), 0);
    expect_unread(*state);
}

static void test_consent_that_anybody_may_write_is_not_believed(void **state)
{
    static const char *const paths[] = {"config/tel/consent", "config/tel"};

    for (size_t i = 0; i < 2; i++) {
        struct tel_env env = env_of(*state);

        say(*state, &policy, TEL_ANSWER_YES);
        assert_int_equal(chmod(scratch_path(*state, "%s", paths[i]), 0707), 0);
        expect_unread(*state);
        assert_true(tel_consent_write(&env, &policy, TEL_ANSWER_YES, NULL) < 0);
        assert_int_equal(chmod(scratch_path(*state, "%s", paths[i]), 0700), 0);
    }
}

/* As root finds it after su -m: it would leave there what the other can't
 * write. */
static void test_consent_folder_is_not_made_in_a_foreign_home(void **state)
{
    const char *home = scratch_path(*state, "home");
    struct tel_env env;

    skip_unless(geteuid() == 0, "only root can give a folder away");
    scratch_set(*state, "XDG_CONFIG_HOME", NULL);
    env = env_of(*state);
    assert_int_equal(chown(home, STRANGER, (gid_t)-1), 0);
    assert_int_equal(tel_consent_write(&env, &policy, TEL_ANSWER_NO, NULL),
                     -EPERM);
    assert_true(access(scratch_path(*state, "home/.config"), F_OK) != 0);
    assert_int_equal(chown(home, 0, (gid_t)-1), 0);
    assert_int_equal(tel_consent_write(&env, &policy, TEL_ANSWER_NO, NULL), 0);
}

/* Several words at once: each is kept, as each writer has read what the
 * one before it wrote. */
static void test_consent_of_many_at_once_is_all_kept(void **state)
{
    enum { WRITERS = 8 };
    struct tel_env env = env_of(*state);
    pid_t pids[WRITERS];
    char *text;

    fflush(NULL);
    for (int i = 0; i < WRITERS; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0) {
            char tool[128];

            snprintf(tool, sizeof(tool),
                     "[tool]\nid = tool%d\nendpoint = https://x/\n", i);
            if (tel_policy_parse(&policy, NULL, "x", tool, strlen(tool), NULL) <
                0)
                _exit(2);
            _exit(tel_consent_write(&env, &policy, TEL_ANSWER_NO, NULL) < 0);
        }
    }
    for (int i = 0; i < WRITERS; i++) {
        int status = -1;

        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    text = file_read(scratch_path(*state, "config/tel/consent"), NULL);
    assert_non_null(text);
    assert_int_equal(count_of(text, " = no\n"), WRITERS);
    free(text);
}

/* Not even somebody who holds the lock for ever can keep a no from being
 * said. */
static void test_consent_no_waits_for_no_lock_for_long(void **state)
{
    struct tel_env env = env_of(*state);
    int fd;

    say(*state, &policy, TEL_ANSWER_YES);
    fd = open(scratch_path(*state, "config/tel"), O_RDONLY | O_DIRECTORY);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(tel_consent_write(&env, &policy, TEL_ANSWER_NO, NULL), 0);
    close(fd);
}

/* As an editor, or two merged copies of the file, may leave it. */
static void test_consent_no_beside_a_yes_is_a_no(void **state)
{
    static const char *const around[][2] = {{"", "git = no\n"},
                                            {"git = no\n", ""},
                                            {"\xef\xbb\xbf* = no\n", ""},
                                            {"\xef\xbb\xbfgit = no\n", ""}};
    char text[1024];
    char *yes;

    say(*state, &policy, TEL_ANSWER_YES);
    yes = file_read(scratch_path(*state, "config/tel/consent"), NULL);
    assert_non_null(yes);
    for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
        char *word = strstr(yes, "git = yes");

        assert_non_null(word);
        snprintf(text, sizeof(text), "%s%s%s", around[i][0], word,
                 around[i][1]);
        scratch_write(*state, "config/tel/consent", text);
        if (is_on(*state, AGREED))
            fail_msg("on: %s", text);
    }
    free(yes);
}

static void test_consent_damaged_file_is_off_and_left_alone(void **state)
{
    static const char *const texts[] = {
        "git\n",
        "git = maybe\n",
        "git =\n",
        "= yes\n",
        "git = yesyes; https://t.example.org/t; ms=rounded\n",
        "git = yes\n",
        "git = yes; https://t.example.org/t\n",
        "git = YES; https://t.example.org/t; ms=rounded exit=code n=count\n",
        "git = yes; https://t.example.org/t; ms=rounded",
    };
    const char *path = scratch_path(*state, "config/tel/consent");

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        char *after;

        scratch_write(*state, "config/tel/consent", texts[i]);
        if (verdict_on(*state, AGREED).on)
            fail_msg("on: %s", texts[i]);
        after = file_read(path, NULL);
        assert_string_equal(after, texts[i]);
        free(after);
    }
}

static void
test_consent_truncated_anywhere_is_never_more_than_said(void **state)
{
    const char *path = scratch_path(*state, "config/tel/consent");
    char *text;
    size_t len;

    say(*state, &policy, TEL_ANSWER_YES);
    text = file_read(path, &len);
    assert_non_null(text);
    for (size_t cut = len - 1; cut-- > 0;) {
        assert_int_equal(truncate(path, (off_t)cut), 0);
        assert_false(verdict_on(*state, AGREED).on);
    }
    free(text);
}

static void test_consent_many_tools_fit_or_nothing_changes(void **state)
{
    const char *path = scratch_path(*state, "config/tel/consent");
    struct tel_env env = env_of(*state);
    int r = 0;

    say(*state, &policy, TEL_ANSWER_YES);
    for (int i = 0; r == 0 && i < 1000; i++) {
        char text[512];
        size_t before;
        size_t after;

        snprintf(text, sizeof(text),
                 "[tool]\nid = tool%d\nendpoint = https://example.org/%0200d\n",
                 i, i);
        parse_into(&policy, text);
        free(file_read(path, &before));
        r = tel_consent_write(&env, &policy, TEL_ANSWER_YES, NULL);
        free(file_read(path, &after));
        if (r < 0) {
            assert_int_equal(r, -EFBIG);
            assert_int_equal(before, after);
        }
    }
    assert_int_equal(r, -EFBIG);
    assert_true(is_on(*state, AGREED));
    say(*state, &policy, TEL_ANSWER_NO);
    assert_false(is_on(*state, AGREED));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_consent_yes_holds_for_what_was_asked),
        TEST(test_consent_change_of_what_is_asked_ends_a_yes),
        TEST(test_consent_less_or_the_same_is_still_a_yes),
        TEST(test_consent_said_again_holds_for_the_new),
        TEST(test_consent_local_is_bound_in_the_same_way),
        TEST(test_consent_of_one_id_is_not_that_of_another),
        TEST(test_consent_no_stays_whatever_changes),
        TEST(test_consent_no_to_all_holds_for_later_tools),
        TEST(test_consent_only_no_can_be_said_about_all),
        TEST(test_consent_file_is_as_documented),
        TEST(test_consent_file_does_not_grow_with_each_word),
        TEST(test_consent_file_lives_below_home_without_xdg),
        TEST(test_consent_without_a_home_cannot_be_said),
        TEST(test_consent_file_of_somebody_else_is_not_believed),
        TEST(test_consent_folder_of_somebody_else_is_not_written),
        TEST(test_consent_folder_of_somebody_else_is_not_believed),
        TEST(test_consent_that_anybody_may_write_is_not_believed),
        TEST(test_consent_folder_is_not_made_in_a_foreign_home),
        TEST(test_consent_of_many_at_once_is_all_kept),
        TEST(test_consent_no_waits_for_no_lock_for_long),
        TEST(test_consent_no_beside_a_yes_is_a_no),
        TEST(test_consent_damaged_file_is_off_and_left_alone),
        TEST(test_consent_truncated_anywhere_is_never_more_than_said),
        TEST(test_consent_many_tools_fit_or_nothing_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
