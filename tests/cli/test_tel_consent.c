/* SPDX-License-Identifier: MIT */
/* tel on and tel off: what is said before, and what is kept after. */
#include "person.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *read_consent(struct scratch *scratch)
{
    return file_read(scratch_path(scratch, "config/tel/consent"), NULL);
}

static bool is_on(struct scratch *scratch, const char *name)
{
    json_t *status = person_status(scratch);
    bool on = json_is_true(json_object_get(person_tool(status, name), "on"));

    json_decref(status);
    return on;
}

static long long waiting(struct scratch *scratch, const char *name)
{
    json_t *status = person_status(scratch);
    long long count = json_integer_value(
        json_object_get(person_tool(status, name), "waiting"));

    json_decref(status);
    return count;
}

static void test_on_says_what_and_where(void **state)
{
    static const char *const parts[] = {"Try it out",
                                        "http://127.0.0.1:9/in",
                                        "Example Org",
                                        "privacy@example.org",
                                        "365 days",
                                        "which of 1 listed commands",
                                        "which of 1 listed modifiers",
                                        "exit status",
                                        "duration",
                                        "--format",
                                        "json c+ other",
                                        "See which formats are used",
                                        "yes or no: -q",
                                        "tel off demo",
                                        "tel preview demo",
                                        "tel disclose demo",
                                        "DEMO_ID_NO_TELEMETRY=1",
                                        "demo is on by rule 6"};
    struct scratch *s = person_new(DEMO_POST);
    char *out = scratch_ok(s, 0, TEL, "on", "demo", NULL);
    char *consent = read_consent(s);

    (void)state;
    for (size_t i = 0; i < COUNT(parts); i++) {
        if (strstr(out, parts[i]) == NULL)
            fail_msg("tel on does not say '%s': %s", parts[i], out);
    }
    assert_non_null(strstr(consent, "demo-id = yes; http://127.0.0.1:9/in;"));
    free(consent);
    free(out);
    scratch_free(s);
}

/* Where it crashes is a kind of its own: shown, and bound to the yes. */
static void test_on_crash_is_shown_and_asked_for(void **state)
{
    struct scratch *s = person_new(DEMO_POST);
    char *out = scratch_ok(s, 0, TEL, "on", "demo", NULL);
    char *consent;

    (void)state;
    assert_null(strstr(out, "crash"));
    assert_true(is_on(s, "demo"));
    free(out);
    scratch_write(s, "config/tel/tools.d/demo.conf",
                  DEMO_POST "[fields]\ncrash = on\n"
                            "[purposes]\ncrash = Mend what crashes most\n");
    assert_false(is_on(s, "demo"));
    out = scratch_ok(s, 0, TEL, "on", "demo", NULL);
    assert_non_null(strstr(out, "\n  crash    where in the program"));
    assert_non_null(strstr(out, "Mend what crashes most"));
    assert_true(is_on(s, "demo"));
    free(out);
    consent = read_consent(s);
    assert_non_null(strstr(consent, " crash=on"));
    free(consent);
    out = scratch_ok(s, 0, TEL, "preview", "demo", "commit", NULL);
    assert_non_null(strstr(out, "crash=1a2b3c4d-4f10-9c0ffee1"));
    free(out);
    scratch_free(s);
}

/* A second yes is told what the first one did not cover. */
static void test_on_says_what_has_changed(void **state)
{
    struct scratch *s = person_consenting(DEMO_POST);
    char *out = scratch_ok(s, 0, TEL, "on", "demo", NULL);

    (void)state;
    assert_null(strstr(out, "Changed"));
    free(out);
    scratch_write(s, "config/tel/tools.d/demo.conf",
                  "[tool]\nid = demo-id\nversion = 1.3\n"
                  "endpoint = http://127.0.0.1:9/out\n" DEMO_REST
                  "[fields]\nqui = flag -q\nquiet2 = flag -q\n");
    free(scratch_ok(s, 1, TEL, "preview", "demo", NULL));
    out = scratch_ok(s, 0, TEL, "on", "demo", NULL);
    if (strstr(out, "\n\nChanged since you said yes:\n"
                    "  it went to http://127.0.0.1:9/in\n"
                    "  new: qui=flag:-q\n"
                    "  new: quiet2=flag:-q\n\n") == NULL)
        fail_msg("not what has changed: %s", out);
    free(out);
    free(scratch_ok(s, 0, TEL, "off", "demo", NULL));
    scratch_write(s, "config/tel/tools.d/demo.conf", DEMO_POST);
    out = scratch_ok(s, 0, TEL, "on", "demo", NULL);
    assert_null(strstr(out, "Changed"));
    free(out);
    scratch_free(s);
}

static void test_on_by_id_is_the_same(void **state)
{
    struct scratch *s = person_new(DEMO_POST);

    (void)state;
    free(scratch_ok(s, 0, TEL, "on", "demo-id", NULL));
    assert_true(is_on(s, "demo"));
    scratch_free(s);
}

static void test_on_local_sends_nowhere(void **state)
{
    struct scratch *s = person_new(DEMO_POST);
    char *out = scratch_ok(s, 0, TEL, "on", "--local", "demo", NULL);
    char *consent = read_consent(s);

    (void)state;
    assert_null(strstr(out, "127.0.0.1"));
    assert_non_null(strstr(out, "demo is on, counted here only, by rule 6"));
    assert_non_null(strstr(consent, "demo-id = local;"));
    free(consent);
    free(out);
    scratch_free(s);
}

static void test_on_under_another_rule_keeps_the_word(void **state)
{
    struct scratch *s = person_new(DEMO_POST);
    char *out;

    (void)state;
    scratch_set(s, "DO_NOT_TRACK", "1");
    out = scratch_ok(s, 0, TEL, "on", "demo", NULL);
    assert_non_null(strstr(out, "another rule goes first"));
    assert_non_null(strstr(out, "demo is off by rule 2"));
    assert_false(is_on(s, "demo"));
    scratch_set(s, "DO_NOT_TRACK", NULL);
    assert_true(is_on(s, "demo"));
    free(out);
    scratch_free(s);
}

static void test_on_holds_for_what_was_shown_only(void **state)
{
    struct scratch *s = person_consenting(DEMO_POST);

    (void)state;
    scratch_write(s, "config/tel/tools.d/demo.conf",
                  DEMO_POST "[fields]\nloud = flag --loud\n");
    assert_false(is_on(s, "demo"));
    free(scratch_ok(s, 0, TEL, "on", "demo", NULL));
    assert_true(is_on(s, "demo"));
    scratch_free(s);
}

static void test_on_unread_changes_nothing(void **state)
{
    struct scratch *s = person_new(DEMO_POST);
    struct result r =
        scratch_run(s, "sh", "-c", TEL " on demo >/dev/full", NULL);

    (void)state;
    assert_int_equal(r.status, 2);
    assert_non_null(strstr(r.err, "nothing was changed"));
    assert_null(read_consent(s));
    result_clear(&r);
    scratch_free(s);
}

static void test_on_prints_no_control_bytes(void **state)
{
    struct scratch *s = person_new("[tool]\nid = demo\n"
                                   "endpoint = https://t.example.org/\n"
                                   "purpose = a\033[2Jb\n"
                                   "controller = M\u00fcller\xc2\x9b"
                                   "2J\u202eoy\x9b\n"
                                   "[fields]\nquiet = flag -q\n"
                                   "[purposes]\nquiet = c\033[2Jd\n");
    char *out = scratch_ok(s, 0, TEL, "on", "demo", NULL);
    char *preview = scratch_ok(s, 0, TEL, "preview", "demo", NULL);

    (void)state;
    assert_null(strchr(out, '\033'));
    assert_non_null(strstr(out, "a?[2Jb"));
    /* U+009B and the byte 9b are as good as ESC [; U+202E turns the line. */
    assert_non_null(strstr(out, "M\u00fcller?2J?oy?\n"));
    assert_null(strchr(preview, '\033'));
    assert_non_null(strstr(preview, "c?[2Jd"));
    free(preview);
    free(out);
    scratch_free(s);
}

static void test_on_of_an_unknown_tool_is_a_no(void **state)
{
    struct scratch *s = person_new(DEMO_POST);
    struct result r = scratch_run(s, TEL, "on", "gone", NULL);

    (void)state;
    assert_int_equal(r.status, 1);
    assert_string_equal(r.out, "");
    assert_non_null(strstr(r.err, "no tool named gone"));
    assert_null(read_consent(s));
    result_clear(&r);
    scratch_free(s);
}

/* As on a full disk: what waits goes all the same. */
static void
test_off_that_cannot_be_kept_forgets_and_says_what_to_do(void **state)
{
    static const char *const words[] = {"demo", "--all"};
    static char verb[] = "commit";
    char *args[] = {verb, NULL};

    (void)state;
    for (size_t i = 0; i < COUNT(words); i++) {
        struct scratch *s = person_consenting(DEMO_POST);

        person_run(s, "demo", args, 1);
        assert_int_equal(waiting(s, "demo"), 1);
        scratch_write(s, "config/tel/consent.new/in-the-way", "");
        person_refused(s, "set DO_NOT_TRACK=1", "off", words[i], NULL);
        assert_int_equal(waiting(s, "demo"), 0);
        assert_true(is_on(s, "demo"));
        scratch_free(s);
    }
}

/* By NAME as long as something waits, and by id; the policy being gone or bad
 * is no reason to keep the yes. */
static void test_off_needs_no_policy(void **state)
{
    static const char *const words[] = {"demo", "demo-id"};
    static char verb[] = "commit";
    char *args[] = {verb, NULL};
    static const char *const policies[] = {NULL, "[tool]\nnonsense = 1\n"};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct scratch *s = person_consenting(DEMO_POST);
        char *out;
        char *consent;

        person_run(s, "demo", args, 1);
        scratch_write(s, "config/tel/tools.d/demo.conf",
                      policies[i / 2] != NULL ? policies[i / 2] : "");
        if (policies[i / 2] == NULL)
            assert_int_equal(
                unlink(scratch_path(s, "config/tel/tools.d/demo.conf")), 0);
        out = scratch_ok(s, 0, TEL, "off", words[i % 2], NULL);
        assert_non_null(strstr(out, "Events forgotten: 1."));
        consent = read_consent(s);
        assert_non_null(strstr(consent, "demo-id = no\n"));
        assert_null(strstr(consent, "yes"));
        scratch_write(s, "config/tel/tools.d/demo.conf", DEMO_POST);
        assert_false(is_on(s, "demo"));
        assert_int_equal(waiting(s, "demo"), 0);
        free(consent);
        free(out);
        scratch_free(s);
    }
}

static void test_on_of_a_bad_policy_names_the_line(void **state)
{
    struct scratch *s = person_new("[tool]\nid = demo\nnonsense = 1\n");

    (void)state;
    person_refused(s, "demo.conf:3: ", "on", "demo", NULL);
    assert_null(read_consent(s));
    scratch_free(s);
}

static void test_off_of_a_bad_policy_outlives_its_mending(void **state)
{
    struct scratch *s = person_consenting(DEMO_POST);
    const char *path = scratch_path(s, "config/tel/tools.d/demo.conf");
    char *out;

    (void)state;
    scratch_write(s, "state/tel/outbox/00000000000000aa-demo.new",
                  "0123456789abcdef0123456789abcdef {\"t\":\"demo-id\"}\n");
    assert_true(is_on(s, "demo"));
    scratch_write(s, "config/tel/tools.d/demo.conf",
                  "# id = none\n[tool]\n id=demo-id\nnonsense = 1\n");
    out = scratch_ok(s, 0, TEL, "off", "demo", NULL);
    if (strstr(out, "demo.conf") == NULL ||
        strstr(out, "Your no is kept for the id demo-id.\n") == NULL ||
        strstr(out, "demo is off. Events forgotten: 1.\n") == NULL)
        fail_msg("off said: %s", out);
    assert_int_equal(unlink(path), 0);
    scratch_write(s, "config/tel/tools.d/demo.conf", DEMO_POST);
    assert_false(is_on(s, "demo"));
    assert_int_equal(waiting(s, "demo"), 0);
    free(out);
    scratch_free(s);
}

static void test_off_of_a_policy_open_to_all_is_kept(void **state)
{
    struct scratch *s = person_consenting(DEMO_POST);
    const char *path = scratch_path(s, "config/tel/tools.d/demo.conf");

    (void)state;
    assert_int_equal(chmod(path, 0666), 0);
    free(scratch_ok(s, 0, TEL, "off", "demo", NULL));
    assert_int_equal(chmod(path, 0644), 0);
    assert_false(is_on(s, "demo"));
    scratch_free(s);
}

static void test_off_of_a_policy_that_is_gone_is_kept(void **state)
{
    struct scratch *s = person_consenting(DEMO_POST);
    char *out;

    (void)state;
    assert_int_equal(unlink(scratch_path(s, "config/tel/tools.d/demo.conf")),
                     0);
    out = scratch_ok(s, 0, TEL, "off", "demo-id", NULL);
    assert_non_null(strstr(out, "Your no is kept for the id demo-id.\n"));
    assert_non_null(strstr(out, "demo-id is off."));
    scratch_write(s, "config/tel/tools.d/demo.conf", DEMO_POST);
    assert_false(is_on(s, "demo"));
    free(scratch_ok(s, 1, TEL, "off", "../demo", NULL));
    free(scratch_ok(s, 1, TEL, "off", "*", NULL));
    free(out);
    scratch_free(s);
}

static void test_word_into_a_foreign_folder_is_refused(void **state)
{
    struct scratch *s = person_new(DEMO_POST);

    (void)state;
    scratch_set(s, "TEL_CONFIG_PATH", scratch_path(s, "config/tel/tools.d"));
    scratch_set(s, "XDG_CONFIG_HOME", "/proc");
    person_refused(s, "your no could not be kept", "off", "demo", NULL);
    person_refused(s, "your no could not be kept", "off", "--all", NULL);
    scratch_free(s);
}

#define EVENT                                                               \
    "0123456789abcdef0123456789abcdef {\"t\":\"demo-id\",\"e\":\"commit\"," \
    "\"v\":1,\"tv\":\"1.2\",\"os\":\"linux\",\"libc\":\"glibc-2.36\","      \
    "\"ms\":12,\"exit\":0,\"quiet\":\"no\"}\n"

static void leave_something(struct scratch *s)
{
    char *args[] = {(char *)(uintptr_t) "commit"};

    scratch_write(s, "state/tel/outbox/00000000000000aa-demo.new", EVENT);
    scratch_write(s, "state/tel/outbox/00000000000000ab-else.new", EVENT);
    scratch_write(s, "config/tel/tools.d/else.conf",
                  "[tool]\nid = else\nendpoint = https://t.example.org/\n");
    free(scratch_ok(s, 0, TEL, "on", "else", NULL));
    person_run(s, "demo", args, 1);
    person_run(s, "demo", args, 1);
    person_run(s, "else", args, 1);
}

static void test_off_forgets_what_waits_of_this_tool(void **state)
{
    struct scratch *s = person_consenting(DEMO_POST);
    char *out;

    (void)state;
    leave_something(s);
    assert_int_equal(waiting(s, "demo"), 3);
    out = scratch_ok(s, 0, TEL, "off", "demo", NULL);
    assert_non_null(strstr(out, "demo is off. Events forgotten: 3."));
    assert_int_equal(waiting(s, "demo"), 0);
    assert_int_equal(waiting(s, "else"), 2);
    assert_false(is_on(s, "demo"));
    free(out);
    scratch_free(s);
}

static void test_off_by_id_forgets_every_name_of_it(void **state)
{
    struct scratch *s = person_consenting(DEMO_POST);

    (void)state;
    leave_something(s);
    scratch_write(s, "config/tel/tools.d/else.conf", DEMO_POST);
    free(scratch_ok(s, 0, TEL, "off", "demo-id", NULL));
    assert_int_equal(waiting(s, "demo"), 0);
    assert_int_equal(waiting(s, "else"), 0);
    scratch_free(s);
}

/* A no that the person was told of is still one after a power failure: file
 * and folder are on the disk, in this order. */
static void test_off_is_durable_before_it_is_told(void **state)
{
    static const char *const calls[] = {"fsync(", "rename", "fsync(",
                                        "write(1, "};
    struct scratch *s = person_consenting(DEMO_POST);
    const char *trace = scratch_path(s, "trace");
    const char *at;
    char *text;

    (void)state;
    skip_unless(!SANITIZED, "a sanitized program makes other calls");
    free(scratch_ok(s, 0, "strace", "-qq", "-o", trace, "-e",
                    "trace=/^(fsync|rename.*|write)$", TEL, "off", "demo",
                    NULL));
    text = file_read(scratch_path(s, "trace"), NULL);
    assert_non_null(text);
    at = text;
    for (size_t i = 0; at != NULL && i < COUNT(calls); i++) {
        at = strstr(at, calls[i]);
        if (at == NULL)
            fail_msg("call %zu, %s...), is not there: %s", i, calls[i], text);
        else
            at++;
    }
    free(text);
    scratch_free(s);
}

static void test_off_all_covers_tools_of_tomorrow(void **state)
{
    struct scratch *s = person_consenting(DEMO_POST);
    char *out;

    (void)state;
    leave_something(s);
    out = scratch_ok(s, 0, TEL, "off", "--all", NULL);
    if (strstr(out, "Events forgotten: 5.") == NULL)
        fail_msg("not 5: %s", out);
    assert_int_equal(waiting(s, "demo"), 0);
    assert_int_equal(waiting(s, "else"), 0);
    assert_false(is_on(s, "demo"));
    scratch_write(s, "config/tel/tools.d/new.conf",
                  "[tool]\nid = new\nendpoint = https://t.example.org/\n");
    free(out);
    out = scratch_ok(s, 0, TEL, "status", "new", NULL);
    assert_non_null(strstr(out, "you said no to every tool"));
    free(out);
    scratch_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_on_says_what_and_where),
        cmocka_unit_test(test_on_crash_is_shown_and_asked_for),
        cmocka_unit_test(test_on_says_what_has_changed),
        cmocka_unit_test(test_on_by_id_is_the_same),
        cmocka_unit_test(test_on_local_sends_nowhere),
        cmocka_unit_test(test_on_under_another_rule_keeps_the_word),
        cmocka_unit_test(test_on_holds_for_what_was_shown_only),
        cmocka_unit_test(test_on_unread_changes_nothing),
        cmocka_unit_test(test_on_prints_no_control_bytes),
        cmocka_unit_test(test_on_of_an_unknown_tool_is_a_no),
        cmocka_unit_test(
            test_off_that_cannot_be_kept_forgets_and_says_what_to_do),
        cmocka_unit_test(test_off_needs_no_policy),
        cmocka_unit_test(test_on_of_a_bad_policy_names_the_line),
        cmocka_unit_test(test_off_of_a_bad_policy_outlives_its_mending),
        cmocka_unit_test(test_off_of_a_policy_open_to_all_is_kept),
        cmocka_unit_test(test_off_of_a_policy_that_is_gone_is_kept),
        cmocka_unit_test(test_word_into_a_foreign_folder_is_refused),
        cmocka_unit_test(test_off_forgets_what_waits_of_this_tool),
        cmocka_unit_test(test_off_by_id_forgets_every_name_of_it),
        cmocka_unit_test(test_off_is_durable_before_it_is_told),
        cmocka_unit_test(test_off_all_covers_tools_of_tomorrow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
