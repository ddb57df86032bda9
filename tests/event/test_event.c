/* SPDX-License-Identifier: MIT */
/* An event from a command line to its end, and whether a policy allows it. */
#include "support.h"

#include <errno.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tel/event.h>

#define TOOL             \
    "[tool]\n"           \
    "id = git\n"         \
    "version = 2.39.5\n" \
    "endpoint = https://t.example.org/t\n"

#define VERBS                       \
    "[verbs]\n"                     \
    "commit = record a change\n"    \
    "stash push = set work aside\n" \
    "log = read the history\n"      \
    "[modifiers]\n"                 \
    "commit --amend = amend\n"

#define FIELDS                              \
    "[fields]\n"                            \
    "ms = rounded\n"                        \
    "exit = code\n"                         \
    "fmt = word --format: json table csv\n" \
    "quiet = flag --quiet -q\n"             \
    "tty = flag @terminal\n"                \
    "n = count\n"                           \
    "score = ratio\n"                       \
    "with = runtime: python3.11 node\n"

static struct tel_policy policy;

static void parse(const char *text)
{
    struct tel_err err = {""};

    if (tel_policy_parse(&policy, "git", "git.conf", text, strlen(text),
                         &err) != 0)
        fail_msg("%s", err.text);
}

static struct tel_event begin(const char *const *args)
{
    char *copies[8] = {NULL};
    struct tel_match match;
    struct tel_event event;
    int nargs = 0;

    for (; args[nargs] != NULL; nargs++)
        copies[nargs] = strdup(args[nargs]);
    assert_int_equal(tel_match(&policy, copies, nargs, &match), 0);
    assert_int_equal(tel_event_begin(&policy, &match, "glibc-2.36", &event), 0);
    for (int i = 0; i < nargs; i++)
        free(copies[i]);
    return event;
}

static const char *const commit[] = {"commit", "--format", "json",
                                     "-q",     "secret",   NULL};

static const char *value_of(const struct tel_event *event, const char *key)
{
    for (unsigned i = 0; i < event->nfields; i++) {
        if (strcmp(event->fields[i].key, key) == 0)
            return event->fields[i].value;
    }
    return NULL;
}

static void test_event_begin_takes_names_from_the_policy(void **state)
{
    struct tel_event event;

    (void)state;
    parse(TOOL VERBS FIELDS);
    event = begin(commit);
    assert_string_equal(event.tool, "git");
    assert_string_equal(event.event, "commit");
    assert_string_equal(event.version, "2.39.5");
    assert_string_equal(event.libc, "glibc-2.36");
    assert_int_equal(event.ms, -1);
    assert_int_equal(event.end, TEL_END_UNSAID);
    assert_int_equal(event.nfields, 3);
    assert_string_equal(value_of(&event, "fmt"), "json");
    assert_string_equal(value_of(&event, "quiet"), "yes");
    assert_non_null(value_of(&event, "tty"));
    assert_null(value_of(&event, "n"));
    assert_null(value_of(&event, "score"));
    assert_null(value_of(&event, "with"));
}

static void test_event_version_that_is_no_release_is_devel(void **state)
{
    static const struct {
        const char *version;
        const char *sent;
    } table[] = {{"1", "1"},         {"1.2", "1.2"},
                 {"1.2.3", "1.2.3"}, {"1.2.3.4", "devel"},
                 {"v1.2", "devel"},  {"1.2-rc1", "devel"},
                 {"1.", "devel"},    {".1", "devel"},
                 {"1..2", "devel"},  {"2.39.5 (me)", "devel"},
                 {"devel", "devel"}, {"1234567890.1234567890.123", "devel"}};

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char text[512];
        struct tel_event event;

        snprintf(text, sizeof(text),
                 "[tool]\nid = git\nversion = %s\n"
                 "endpoint = https://t.example.org/t\n" VERBS,
                 table[i].version);
        parse(text);
        event = begin(commit);
        assert_string_equal(event.version, table[i].sent);
        assert_int_equal(tel_event_allowed(&event, &policy), TEL_ACCEPTED);
    }
}

static void test_event_begin_without_version_is_devel(void **state)
{
    struct tel_event event;

    (void)state;
    parse("[tool]\nid = git\nendpoint = https://t.example.org/t\n" VERBS);
    event = begin(commit);
    assert_string_equal(event.version, "devel");
}

static void test_event_begin_long_libc_says_so(void **state)
{
    struct tel_match match = {.event = "commit"};
    struct tel_event event;

    (void)state;
    parse(TOOL VERBS);
    assert_int_equal(
        tel_event_begin(&policy, &match, "glibc-01234567890123456789", &event),
        -ENAMETOOLONG);
}

static void test_event_finish_coarsens_as_the_policy_says(void **state)
{
    static const struct {
        const char *fields;
        enum tel_raw_end raw;
        int code;
        int32_t ms;
        enum tel_end end;
        uint8_t sent;
    } table[] = {
        {"ms = rounded\nexit = code", TEL_RAW_EXIT, 3, 1200, TEL_END_CODE, 3},
        {"ms = rounded\nexit = code", TEL_RAW_EXIT, 0, 1200, TEL_END_CODE, 0},
        {"ms = bucket\nexit = code", TEL_RAW_EXIT, 255, 1000, TEL_END_CODE,
         255},
        {"ms = off\nexit = class", TEL_RAW_EXIT, 3, -1, TEL_END_ERROR, 0},
        {"ms = off\nexit = class", TEL_RAW_EXIT, 0, -1, TEL_END_OK, 0},
        {"exit = class", TEL_RAW_SIGNAL, 11, -1, TEL_END_SIGNAL, 11},
        {"exit = class", TEL_RAW_LOST, 0, -1, TEL_END_LOST, 0},
        {"ms = rounded\nexit = code", TEL_RAW_LOST, 0, -1, TEL_END_LOST, 0},
        {"ms = bucket\nexit = off", TEL_RAW_LOST, 0, -1, TEL_END_UNSAID, 0},
        {"exit = 1 128", TEL_RAW_EXIT, 0, -1, TEL_END_CODE, 0},
        {"exit = 0 1 128", TEL_RAW_EXIT, 128, -1, TEL_END_CODE, 128},
        {"exit = 0 1 128", TEL_RAW_EXIT, 0, -1, TEL_END_CODE, 0},
        {"exit = 0 1 128", TEL_RAW_EXIT, 2, -1, TEL_END_ERROR, 0},
        {"exit = 0 1 128", TEL_RAW_SIGNAL, 64, -1, TEL_END_SIGNAL, 64},
        {"exit = code", TEL_RAW_SIGNAL, 0, -1, TEL_END_LOST, 0},
        {"exit = code", TEL_RAW_SIGNAL, 65, -1, TEL_END_LOST, 0},
        {"exit = off", TEL_RAW_EXIT, 3, -1, TEL_END_UNSAID, 0},
        {"exit = off", TEL_RAW_SIGNAL, 9, -1, TEL_END_UNSAID, 0},
        {"exit = off", TEL_RAW_LOST, 0, -1, TEL_END_UNSAID, 0},
        {"n = count", TEL_RAW_EXIT, 3, -1, TEL_END_UNSAID, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char text[1024];
        struct tel_event event;

        snprintf(text, sizeof(text), TOOL VERBS "[fields]\n%s\n",
                 table[i].fields);
        parse(text);
        event = begin(commit);
        tel_event_finish(&event, &policy.coarse, 1234, table[i].raw,
                         table[i].code);
        assert_int_equal(event.ms, table[i].ms);
        assert_int_equal(event.end, table[i].end);
        assert_int_equal(event.code, table[i].sent);
        assert_int_equal(tel_event_allowed(&event, &policy), TEL_ACCEPTED);
    }
}

static void test_event_finish_long_run_stops_at_the_top(void **state)
{
    struct tel_event event;

    (void)state;
    parse(TOOL VERBS "[fields]\nms = rounded\n");
    event = begin(commit);
    tel_event_finish(&event, &policy.coarse, UINT64_MAX, TEL_RAW_EXIT, 0);
    assert_int_equal(event.ms, 3600000);
    assert_int_equal(tel_event_allowed(&event, &policy), TEL_ACCEPTED);
    parse(TOOL VERBS "[fields]\nms = bucket\n");
    tel_event_finish(&event, &policy.coarse, UINT64_MAX, TEL_RAW_EXIT, 0);
    assert_int_equal(event.ms, 2000000);
    assert_int_equal(tel_event_allowed(&event, &policy), TEL_ACCEPTED);
}

static struct tel_event whole(const char *policy_text)
{
    struct tel_event event;

    parse(policy_text);
    event = begin(commit);
    tel_event_finish(&event, &policy.coarse, 1234, TEL_RAW_EXIT, 0);
    assert_int_equal(tel_event_allowed(&event, &policy), TEL_ACCEPTED);
    return event;
}

static void expect(struct tel_event event, enum tel_refusal refusal)
{
    assert_string_equal(tel_refusal_name(tel_event_allowed(&event, &policy)),
                        tel_refusal_name(refusal));
}

static void test_event_allowed_other_tool_or_version_is_refused(void **state)
{
    struct tel_event event = whole(TOOL VERBS FIELDS);

    (void)state;
    strcpy(event.tool, "gi");
    expect(event, TEL_REFUSED_TOOL);
    strcpy(event.tool, "gitt");
    expect(event, TEL_REFUSED_TOOL);
    strcpy(event.tool, "git");
    strcpy(event.version, "2.39.4");
    expect(event, TEL_REFUSED_VERSION);
    strcpy(event.version, "devel");
    expect(event, TEL_REFUSED_VERSION);
    event = whole("[tool]\nid = git\nversion = 2.39.5+me\n"
                  "endpoint = https://t.example.org/t\n" VERBS);
    assert_string_equal(event.version, "devel");
    strcpy(event.version, "2.39.5");
    expect(event, TEL_REFUSED_VERSION);
}

static void check_events(const char *policy_text, const char *const *good,
                         const char *const *bad)
{
    struct tel_event event;

    parse(policy_text);
    memset(&event, 0, sizeof(event));
    strcpy(event.tool, "git");
    strcpy(event.version, "2.39.5");
    strcpy(event.libc, "musl");
    event.ms = -1;
    for (; *good != NULL; good++) {
        strcpy(event.event, *good);
        expect(event, TEL_ACCEPTED);
    }
    for (; *bad != NULL; bad++) {
        strcpy(event.event, *bad);
        expect(event, TEL_REFUSED_EVENT);
    }
}

static void test_event_allowed_events_are_those_of_the_policy(void **state)
{
    (void)state;
    check_events(TOOL VERBS,
                 (const char *const[]){"commit", "stash_push", "log", "none",
                                       "other", "commit_amend", NULL},
                 (const char *const[]){"run", "push", "stash", "log_amend",
                                       "amend", "stash push", "commit_", "",
                                       "run_amend", NULL});
    check_events(TOOL VERBS "[command]\nunlisted = ignore\n",
                 (const char *const[]){"commit", "none", NULL},
                 (const char *const[]){"other", "run", NULL});
    check_events(
        TOOL "[command]\nverbs = none\n[modifiers]\n--fast = fast\n",
        (const char *const[]){"run", "run_fast", NULL},
        (const char *const[]){"none", "other", "fast", "commit", NULL});
}

static void set_end(struct tel_event *event, enum tel_end end, uint8_t code)
{
    event->end = (uint8_t)end;
    event->code = code;
}

static void test_event_allowed_ends_are_those_of_the_policy(void **state)
{
    static const struct {
        const char *exit;
        enum tel_refusal unsaid, code0, code3, ok, error, signal, lost;
    } table[] = {
        {"code", TEL_REFUSED_FIELD, TEL_ACCEPTED, TEL_ACCEPTED,
         TEL_REFUSED_FIELD, TEL_REFUSED_FIELD, TEL_ACCEPTED, TEL_ACCEPTED},
        {"class", TEL_REFUSED_FIELD, TEL_REFUSED_FIELD, TEL_REFUSED_FIELD,
         TEL_ACCEPTED, TEL_ACCEPTED, TEL_ACCEPTED, TEL_ACCEPTED},
        {"0 1", TEL_REFUSED_FIELD, TEL_ACCEPTED, TEL_REFUSED_VALUE,
         TEL_REFUSED_FIELD, TEL_ACCEPTED, TEL_ACCEPTED, TEL_ACCEPTED},
        {"off", TEL_ACCEPTED, TEL_REFUSED_FIELD, TEL_REFUSED_FIELD,
         TEL_REFUSED_FIELD, TEL_REFUSED_FIELD, TEL_REFUSED_FIELD,
         TEL_REFUSED_FIELD},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char text[1024];
        struct tel_event event;

        snprintf(text, sizeof(text), TOOL VERBS "[fields]\nexit = %s\n",
                 table[i].exit);
        event = whole(text);
        set_end(&event, TEL_END_UNSAID, 0);
        expect(event, table[i].unsaid);
        set_end(&event, TEL_END_CODE, 0);
        expect(event, table[i].code0);
        set_end(&event, TEL_END_CODE, 3);
        expect(event, table[i].code3);
        set_end(&event, TEL_END_OK, 0);
        expect(event, table[i].ok);
        set_end(&event, TEL_END_ERROR, 0);
        expect(event, table[i].error);
        set_end(&event, TEL_END_SIGNAL, 9);
        expect(event, table[i].signal);
        set_end(&event, TEL_END_LOST, 0);
        expect(event, table[i].lost);
    }
}

static void test_event_allowed_durations_are_coarse(void **state)
{
    static const struct {
        const char *kind;
        int32_t ms;
        enum tel_refusal refusal;
    } table[] = {
        {"rounded", -1, TEL_REFUSED_FIELD},
        {"rounded", 0, TEL_ACCEPTED},
        {"rounded", 3400, TEL_ACCEPTED},
        {"rounded", 3410, TEL_REFUSED_VALUE},
        {"rounded", 101, TEL_REFUSED_VALUE},
        {"rounded", 3600000, TEL_ACCEPTED},
        {"rounded", 3700000, TEL_REFUSED_VALUE},
        {"bucket", -1, TEL_REFUSED_FIELD},
        {"bucket", 500, TEL_ACCEPTED},
        {"bucket", 300, TEL_REFUSED_VALUE},
        {"bucket", 2000000, TEL_ACCEPTED},
        {"bucket", 5000000, TEL_REFUSED_VALUE},
        {"off", -1, TEL_ACCEPTED},
        {"off", 0, TEL_REFUSED_FIELD},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char text[1024];
        struct tel_event event;

        snprintf(text, sizeof(text),
                 TOOL VERBS "[fields]\nms = %s\nexit = code\n", table[i].kind);
        event = whole(text);
        event.ms = table[i].ms;
        expect(event, table[i].refusal);
    }
}

static void test_event_allowed_lost_run_has_no_duration(void **state)
{
    struct tel_event event = whole(TOOL VERBS FIELDS);

    (void)state;
    event.end = TEL_END_LOST;
    event.code = 0;
    expect(event, TEL_REFUSED_FIELD);
    event.ms = -1;
    expect(event, TEL_ACCEPTED);
}

static void test_event_allowed_fields_are_those_of_the_policy(void **state)
{
    static const struct {
        const char *key;
        const char *value;
        enum tel_refusal refusal;
    } table[] = {
        {"fmt", "json", TEL_ACCEPTED},
        {"fmt", "csv", TEL_ACCEPTED},
        {"fmt", "other", TEL_ACCEPTED},
        {"fmt", "xml", TEL_REFUSED_VALUE},
        {"fmt", "js", TEL_REFUSED_VALUE},
        {"fmt", "--format", TEL_REFUSED_VALUE},
        {"fm", "json", TEL_REFUSED_FIELD},
        {"fmt2", "json", TEL_REFUSED_FIELD},
        {"quiet", "yes", TEL_ACCEPTED},
        {"quiet", "no", TEL_ACCEPTED},
        {"quiet", "other", TEL_REFUSED_VALUE},
        {"quiet", "1", TEL_REFUSED_VALUE},
        {"tty", "yes", TEL_ACCEPTED},
        {"tty", "maybe", TEL_REFUSED_VALUE},
        {"with", "node", TEL_ACCEPTED},
        {"with", "other", TEL_ACCEPTED},
        {"with", "ruby", TEL_REFUSED_VALUE},
        {"n", "0", TEL_ACCEPTED},
        {"n", "1", TEL_ACCEPTED},
        {"n", "50", TEL_ACCEPTED},
        {"n", "1000000000", TEL_ACCEPTED},
        {"n", "2000000000", TEL_ACCEPTED},
        {"n", "3", TEL_REFUSED_VALUE},
        {"n", "05", TEL_REFUSED_VALUE},
        {"n", "5.0", TEL_REFUSED_VALUE},
        {"n", "-1", TEL_REFUSED_VALUE},
        {"n", "5000000000", TEL_REFUSED_VALUE},
        {"n", "other", TEL_REFUSED_VALUE},
        {"score", "0.00", TEL_ACCEPTED},
        {"score", "0.25", TEL_ACCEPTED},
        {"score", "0.99", TEL_ACCEPTED},
        {"score", "1.00", TEL_ACCEPTED},
        {"score", "1.01", TEL_REFUSED_VALUE},
        {"score", "0.5", TEL_REFUSED_VALUE},
        {"score", "0.255", TEL_REFUSED_VALUE},
        {"score", "1", TEL_REFUSED_VALUE},
        {"score", "0", TEL_REFUSED_VALUE},
        {"score", "0:25", TEL_REFUSED_VALUE},
        {"score", "0.-1", TEL_REFUSED_VALUE},
    };
    struct tel_event event;

    (void)state;
    event = whole(TOOL VERBS FIELDS);
    event.nfields = 1;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        strcpy(event.fields[0].key, table[i].key);
        strcpy(event.fields[0].value, table[i].value);
        if (tel_event_allowed(&event, &policy) != table[i].refusal)
            fail_msg("%s=%s", table[i].key, table[i].value);
    }
    event.nfields = 0;
    expect(event, TEL_ACCEPTED);
}

static void test_event_allowed_crash_is_of_a_listed_program(void **state)
{
    static const char listed[] =
        TOOL VERBS "[fields]\nexit = code\ncrash = on\n"
                   "build-ids = 1a2b3c4d00000000 5555555566666666\n";
    struct tel_event event;

    (void)state;
    event = whole(TOOL VERBS "[fields]\nexit = code\n");
    set_end(&event, TEL_END_SIGNAL, 11);
    expect(event, TEL_ACCEPTED);
    strcpy(event.crash, "1a2b3c4d-4f10-9c0ffee1");
    expect(event, TEL_REFUSED_FIELD);
    parse(TOOL VERBS "[fields]\nexit = code\ncrash = on\n");
    expect(event, TEL_REFUSED_VALUE);
    parse(listed);
    expect(event, TEL_ACCEPTED);
    strcpy(event.crash, "55555555-0-00000000");
    expect(event, TEL_ACCEPTED);
    strcpy(event.crash, "1a2b3c4e-4f10-9c0ffee1");
    expect(event, TEL_REFUSED_VALUE);
    strcpy(event.crash, "00000000-4f10-9c0ffee1");
    expect(event, TEL_REFUSED_VALUE);
}

static void test_event_refusal_names_are_stable(void **state)
{
    static const char *const names[TEL_REFUSALS] = {
        "accepted", "form", "tool", "version", "event", "field", "value"};

    (void)state;
    for (int i = 0; i < TEL_REFUSALS; i++)
        assert_string_equal(tel_refusal_name((enum tel_refusal)i), names[i]);
    assert_non_null(tel_refusal_name((enum tel_refusal)99));
}

static void test_event_libc_is_that_of_this_program(void **state)
{
    char buf[TEL_LIBC_MAX + 1];
    char expected[64] = "musl";
    const char *libc;

    (void)state;
#ifdef __GLIBC__
    (void)snprintf(expected, sizeof(expected), "glibc-%s",
                   gnu_get_libc_version());
#endif
    errno = 42;
    libc = tel_event_libc(buf, sizeof(buf));
    assert_int_equal(errno, 42);
    assert_string_equal(libc, expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_event_begin_takes_names_from_the_policy),
        cmocka_unit_test(test_event_version_that_is_no_release_is_devel),
        cmocka_unit_test(test_event_begin_without_version_is_devel),
        cmocka_unit_test(test_event_begin_long_libc_says_so),
        cmocka_unit_test(test_event_finish_coarsens_as_the_policy_says),
        cmocka_unit_test(test_event_finish_long_run_stops_at_the_top),
        cmocka_unit_test(test_event_allowed_other_tool_or_version_is_refused),
        cmocka_unit_test(test_event_allowed_events_are_those_of_the_policy),
        cmocka_unit_test(test_event_allowed_ends_are_those_of_the_policy),
        cmocka_unit_test(test_event_allowed_durations_are_coarse),
        cmocka_unit_test(test_event_allowed_lost_run_has_no_duration),
        cmocka_unit_test(test_event_allowed_fields_are_those_of_the_policy),
        cmocka_unit_test(test_event_allowed_crash_is_of_a_listed_program),
        cmocka_unit_test(test_event_refusal_names_are_stable),
        cmocka_unit_test(test_event_libc_is_that_of_this_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
