/* SPDX-License-Identifier: MIT */
/* How tel is used: its commands, their help, and what it refuses. */
#include "person.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const commands[] = {
    "status", "on",    "off",      "preview", "stats", "log", "flush",
    "purge",  "check", "disclose", "audit",   "init",  "env", "complete"};

/* The usage lines of the manual's synopsis without its marks, as one text. */
static char *read_synopsis(void)
{
    char *page = file_read(TEL_SOURCE "/man/tel.1.scd", NULL);
    char *start;
    char *end;
    char *to;

    assert_non_null(page);
    start = strstr(page, "# SYNOPSIS\n");
    end = strstr(page, "# DESCRIPTION\n");
    assert_non_null(start);
    assert_non_null(end);
    *end = '\0';
    start = strchr(start, '\n');
    to = page;
    for (char *from = start; *from != '\0'; from++) {
        if (*from == '*' || *from == '_' || *from == '+')
            continue;
        *to++ = *from;
    }
    *to = '\0';
    return page;
}

static void test_usage_of_every_command_is_in_the_manual(void **state)
{
    struct scratch *s = scratch_new();
    char *synopsis = read_synopsis();

    (void)state;
    /* The commands, help, --version, and nothing else. */
    assert_int_equal(count_of(synopsis, "\ntel "), COUNT(commands) + 2);
    for (size_t i = 0; i < COUNT(commands); i++) {
        struct result r = scratch_run(s, TEL, commands[i], "--help", NULL);
        char usage[256];
        char line[300];

        assert_int_equal(r.status, 0);
        assert_string_equal(r.err, "");
        assert_int_equal(sscanf(r.out, "Usage: %255[^\n]", usage), 1);
        snprintf(line, sizeof(line), "\n%s\n", usage);
        if (strstr(synopsis, line) == NULL)
            fail_msg("not in tel(1): %s", usage);
        result_clear(&r);
    }
    free(synopsis);
    scratch_free(s);
}

static void test_usage_help_names_every_command(void **state)
{
    struct scratch *s = scratch_new();
    char *all = scratch_ok(s, 0, TEL, "--help", NULL);
    char *same = scratch_ok(s, 0, TEL, "help", NULL);

    (void)state;
    assert_string_equal(all, same);
    for (size_t i = 0; i < COUNT(commands); i++) {
        char *one = scratch_ok(s, 0, TEL, "help", commands[i], NULL);
        char *other = scratch_ok(s, 0, TEL, commands[i], "-h", NULL);
        char line[64];

        snprintf(line, sizeof(line), "\n  %s", commands[i]);
        assert_non_null(strstr(all, line));
        assert_string_equal(one, other);
        free(one);
        free(other);
    }
    free(all);
    free(same);
    scratch_free(s);
}

static void test_usage_version_is_printed(void **state)
{
    struct scratch *s = scratch_new();
    char *out = scratch_ok(s, 0, TEL, "--version", NULL);

    (void)state;
    assert_string_equal(out, "tel " TEL_RELEASE "\n");
    free(out);
    scratch_free(s);
}

static void test_usage_example_of_the_manual_is_a_policy(void **state)
{
    struct scratch *s = scratch_new();
    char *page = file_read(TEL_SOURCE "/man/tel-policy.5.scd", NULL);
    char *start;
    char *end;
    char *out;

    (void)state;
    assert_non_null(page);
    start = strstr(page, "\n# EXAMPLE\n\n```\n");
    assert_non_null(start);
    start += strlen("\n# EXAMPLE\n\n```\n");
    end = strstr(start, "```\n");
    assert_non_null(end);
    *end = '\0';
    scratch_write(s, "config/tel/tools.d/git.conf", start);
    free(scratch_ok(s, 0, TEL, "on", "git", NULL));
    out = scratch_ok(s, 0, TEL, "preview", "git", "-C", "/home/me/secret",
                     "commit", "--amend", "-m", "a secret", NULL);
    assert_non_null(strstr(out, "\"e\":\"commit_amend\""));
    assert_null(strstr(out, "secret"));
    free(out);
    free(page);
    scratch_free(s);
}

static void test_usage_bad_commands_are_refused(void **state)
{
    struct scratch *s = scratch_new();

    (void)state;
    person_refused(s, "which command?", NULL);
    person_refused(s, "no such command: statos", "statos", NULL);
    person_refused(s, "no such command: x?y", "x\ny", NULL);
    person_refused(s, "no such command: x", "help", "x", NULL);
    person_refused(s, "one too many: b", "help", "log", "b", NULL);
    person_refused(s, "one too many: b", "stats", "a", "b", NULL);
    /* All but the last, which takes the words of other commands. */
    for (size_t i = 0; i < COUNT(commands) - 1; i++)
        person_refused(s, "no such option: --nonsense", commands[i],
                       "--nonsense", NULL);
    person_refused(s, "one too many: b", "status", "a", "b", NULL);
    person_refused(s, "one too many: b", "on", "a", "b", NULL);
    person_refused(s, "one too many: b", "off", "a", "b", NULL);
    person_refused(s, "one too many: b", "log", "b", NULL);
    person_refused(s, "one too many: b", "flush", "b", NULL);
    person_refused(s, "one too many: b", "purge", "b", NULL);
    person_refused(s, "one too many: b", "env", "b", NULL);
    person_refused(s, "one too many: b", "check", "a", "b", NULL);
    person_refused(s, "one too many: b", "disclose", "a", "b", NULL);
    person_refused(s, "which policy?", "check", NULL);
    person_refused(s, "which policy?", "disclose", NULL);
    person_refused(s, "markdown, man or text, not pdf", "disclose", "a",
                   "--format", "pdf", NULL);
    person_refused(s, "which tool?", "on", NULL);
    person_refused(s, "which tool?", "preview", NULL);
    person_refused(s, "which tool?", "preview", "--raw", NULL);
    person_refused(s, "name one tool", "off", NULL);
    person_refused(s, "name one tool", "off", "a", "--all", NULL);
    scratch_free(s);
}

static void test_usage_without_home_says_so(void **state)
{
    struct scratch *s = scratch_new();

    (void)state;
    scratch_set(s, "HOME", NULL);
    scratch_set(s, "XDG_CONFIG_HOME", NULL);
    scratch_set(s, "XDG_STATE_HOME", NULL);
    person_refused(s, "neither XDG_CONFIG_HOME nor HOME", "status", NULL);
    person_refused(s, "neither XDG_CONFIG_HOME nor HOME", "on", "a", NULL);
    person_refused(s, "neither XDG_CONFIG_HOME nor HOME", "off", "a", NULL);
    person_refused(s, "neither XDG_CONFIG_HOME nor HOME", "off", "--all", NULL);
    person_refused(s, "neither XDG_CONFIG_HOME nor HOME", "preview", "a", NULL);
    person_refused(s, "neither XDG_STATE_HOME nor HOME", "log", NULL);
    person_refused(s, "neither XDG_STATE_HOME nor HOME", "purge", NULL);
    scratch_free(s);
}

static void test_usage_full_disk_is_told(void **state)
{
    struct scratch *s = scratch_new();
    struct result r =
        scratch_run(s, "sh", "-c", TEL " --help >/dev/full", NULL);

    (void)state;
    assert_int_equal(r.status, 2);
    assert_non_null(strstr(r.err, "cannot write"));
    assert_int_equal(count_of(r.err, "\n"), 1);
    result_clear(&r);
    scratch_free(s);
}

/* A sanitizer's build needs more; it is left to the others. */
static void test_usage_tel_needs_libc_only(void **state)
{
    struct scratch *s = scratch_new();
    char *out = scratch_ok(s, 0, "sh", "-c",
                           "grep -q __asan_init " TEL " && exit 0; "
                           "readelf -d " TEL " | grep NEEDED",
                           NULL);

    (void)state;
    if (out[0] != '\0') {
        assert_int_equal(count_of(out, "\n"), 1);
        assert_non_null(strstr(out, "[libc.so"));
    }
    free(out);
    scratch_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usage_of_every_command_is_in_the_manual),
        cmocka_unit_test(test_usage_help_names_every_command),
        cmocka_unit_test(test_usage_example_of_the_manual_is_a_policy),
        cmocka_unit_test(test_usage_version_is_printed),
        cmocka_unit_test(test_usage_bad_commands_are_refused),
        cmocka_unit_test(test_usage_without_home_says_so),
        cmocka_unit_test(test_usage_full_disk_is_told),
        cmocka_unit_test(test_usage_tel_needs_libc_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
