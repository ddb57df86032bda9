/* SPDX-License-Identifier: MIT */
/* Policies: what each section means, and what each fault is answered with. */
#include "example.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static struct tel_policy policy;

static void expect_str(struct tel_str str, const char *expected)
{
    char buf[1024];

    assert_int_equal(tel_str_copy(&policy, str, buf, sizeof(buf)), 0);
    assert_string_equal(buf, expected);
}

static void test_policy_example_tool_is_read(void **state)
{
    (void)state;
    parse_into(&policy, EXAMPLE);
    assert_string_equal(policy.name, "git");
    assert_false(policy.installed);
    expect_str(policy.id, "git");
    expect_str(policy.version, "2.39.5");
    expect_str(policy.endpoint, "https://t.example.org/t");
    expect_str(policy.disable, "GIT_QUIET_PLEASE");
    expect_str(policy.purpose, "Decide which commands to make faster");
    expect_str(policy.source, "https://example.org/git-telemetry?a=b");
    expect_str(policy.controller, "Example Org");
    expect_str(policy.contact, "privacy@example.org");
    expect_str(policy.retention, "365 days");
    assert_int_equal(policy.method, TEL_POST);
    assert_int_equal(policy.consent, TEL_OPT_IN_DEFAULT);
}

static void test_policy_example_command_is_read(void **state)
{
    (void)state;
    parse_into(&policy, EXAMPLE);
    assert_false(policy.verbs_none);
    assert_false(policy.unlisted_ignore);
    assert_false(policy.unbundled);
    assert_int_equal(policy.nvalue_options, 8);
    assert_int_equal(policy.value_options[0].scope.len, 0);
    expect_str(policy.value_options[0].option, "-C");
    expect_str(policy.value_options[5].scope, "remote");
    expect_str(policy.value_options[5].option, "-t");
    assert_int_equal(policy.value_options[6].scope.len, 0);
    expect_str(policy.value_options[6].option, "--exec-path");
    expect_str(policy.value_options[7].scope, "stash push");
    assert_int_equal(policy.nverbs, 6);
    expect_str(policy.verbs[1].words, "stash push");
    expect_str(policy.verbs[1].purpose, "set work aside");
    assert_int_equal(policy.naliases, 3);
    expect_str(policy.aliases[1].words, "put");
    expect_str(policy.aliases[1].target, "stash push");
    assert_int_equal(policy.nmodifiers, 5);
    expect_str(policy.modifiers[4].words, "stash push");
    expect_str(policy.modifiers[4].option, "-u");
    expect_str(policy.modifiers[4].name, "untracked");
}

static void test_policy_example_fields_are_read(void **state)
{
    const struct tel_field *field = policy.fields;

    (void)state;
    parse_into(&policy, EXAMPLE);
    assert_int_equal(policy.coarse.ms, TEL_MS_ROUNDED);
    assert_int_equal(policy.coarse.exit, TEL_EXIT_CODE);
    assert_int_equal(policy.nfields, 2);
    expect_str(field[0].key, "fmt");
    assert_int_equal(field[0].kind, TEL_FIELD_WORD);
    assert_int_equal(field[0].options, 2);
    expect_str(policy.items[field[0].first_option], "--format");
    expect_str(policy.items[field[0].first_option + 1], "-o");
    assert_int_equal(field[0].values, 3);
    expect_str(policy.items[field[0].first_value + 2], "csv");
    assert_int_equal(field[1].kind, TEL_FIELD_FLAG);
    assert_int_equal(field[1].options, 2);
    assert_int_equal(policy.npurposes, 1);
    expect_str(policy.purposes[0].key, "fmt");
}

static void test_policy_other_field_kinds_are_read(void **state)
{
    static const enum tel_field_kind kinds[] = {
        TEL_FIELD_TERMINAL, TEL_FIELD_COUNT, TEL_FIELD_RATIO,
        TEL_FIELD_RUNTIME};

    (void)state;
    parse_into(&policy, TOOL "[fields]\nms = bucket\nexit = 0 1 255\n"
                             "tty = flag @terminal\nn = count\n"
                             "score = ratio\nwith = runtime: node sh\n");
    assert_int_equal(policy.coarse.ms, TEL_MS_BUCKET);
    assert_int_equal(policy.coarse.exit, TEL_EXIT_LIST);
    assert_int_equal(policy.coarse.exit_codes[0], 3);
    assert_int_equal(policy.coarse.exit_codes[31], 128);
    assert_int_equal(policy.nfields, 4);
    for (int i = 0; i < 4; i++)
        assert_int_equal(policy.fields[i].kind, kinds[i]);
    assert_int_equal(policy.fields[3].values, 2);
}

static void test_policy_least_one_records_nothing_but_names(void **state)
{
    (void)state;
    parse_into(&policy, TOOL);
    assert_int_equal(policy.method, TEL_GET);
    assert_int_equal(policy.consent, TEL_OPT_IN_DEFAULT);
    assert_int_equal(policy.coarse.ms, TEL_MS_OFF);
    assert_int_equal(policy.coarse.exit, TEL_EXIT_OFF);
    assert_int_equal(policy.nverbs, 0);
    assert_int_equal(policy.nfields, 0);
}

static void test_policy_parsed_twice_keeps_nothing_of_the_first(void **state)
{
    (void)state;
    parse_into(&policy, EXAMPLE);
    test_policy_least_one_records_nothing_but_names(NULL);
    expect_str(policy.disable, "GIT_NO_TELEMETRY");
    assert_int_equal(policy.version.len, 0);
    assert_int_equal(policy.nvalue_options, 0);
}

static void test_policy_disable_default_comes_from_the_id(void **state)
{
    static const char *const table[][2] = {
        {"git", "GIT_NO_TELEMETRY"},
        {"Git", "GIT_NO_TELEMETRY"},
        {"apt-get", "APT_GET_NO_TELEMETRY"},
        {"g++", "G___NO_TELEMETRY"},
        {"python3.11", "PYTHON3_11_NO_TELEMETRY"},
        {"a_b", "A_B_NO_TELEMETRY"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char text[256];

        snprintf(text, sizeof(text), "[tool]\nid = %s\nendpoint = https://x/\n",
                 table[i][0]);
        parse_into(&policy, text);
        expect_str(policy.disable, table[i][1]);
    }
}

static void test_policy_line_is_that_of_the_file(void **state)
{
    static const char text[] = "# a\n[tool]\nid = a\nversion = 1\n"
                               "endpoint = https://t.example.org/\n"
                               "[verbs]\nstash   push = set aside";

    (void)state;
    parse_into(&policy, text);
    assert_int_equal(tel_policy_line(&policy, policy.id), 3);
    assert_int_equal(tel_policy_line(&policy, policy.version), 4);
    assert_int_equal(tel_policy_line(&policy, policy.verbs[0].words), 7);
    assert_int_equal(tel_policy_line(&policy, policy.verbs[0].purpose), 7);
    assert_int_equal(tel_policy_line(&policy, policy.source), 0);
    assert_int_equal(tel_policy_line(&policy, policy.disable), 0);
}

static void test_policy_only_the_first_equals_separates(void **state)
{
    (void)state;
    parse_into(&policy, "[tool]\nid=git\nendpoint=https://x/?a=b=c\n"
                        "purpose = a = b # not a comment ; neither\n");
    expect_str(policy.endpoint, "https://x/?a=b=c");
    expect_str(policy.purpose, "a = b # not a comment ; neither");
}

static void test_policy_blanks_and_line_ends_do_not_matter(void **state)
{
    (void)state;
    parse_into(&policy, "\r\n  [tool]  \r\n\tid\t=\tgit  \r\n"
                        "endpoint=https://x/\r\n   # comment\r\n"
                        "[ verbs ]\r\n stash \t  push = set \t aside\r\n"
                        "\t;comment\r\nlog =\r\n[fields]\r\nms=off");
    expect_str(policy.id, "git");
    expect_str(policy.verbs[0].words, "stash push");
    expect_str(policy.verbs[0].purpose, "set \t aside");
    expect_str(policy.verbs[1].words, "log");
    assert_int_equal(policy.verbs[1].purpose.len, 0);
}

static void test_policy_sections_may_come_again_and_in_any_order(void **state)
{
    (void)state;
    parse_into(&policy, "[aliases]\nci = commit\n[verbs]\ncommit = x\n" TOOL
                        "[purposes]\nn = why\n[fields]\nn = count\n"
                        "[verbs]\nlog = y\n");
    assert_int_equal(policy.nverbs, 2);
    assert_int_equal(policy.naliases, 1);
}

#define CRASH "[fields]\nexit = code\ncrash = on\n"

static void test_policy_crash_and_its_build_ids_are_read(void **state)
{
    (void)state;
    parse_into(&policy, TOOL "[fields]\nexit = code\ncrash = off\n");
    assert_false(policy.crash);
    parse_into(&policy, TOOL CRASH);
    assert_true(policy.crash);
    assert_int_equal(policy.nbuild_ids, 0);
    assert_false(tel_policy_has_build(&policy, "01234567", 8));
    parse_into(&policy, TOOL
               "[fields]\nbuild-ids = 0123456789abcdef fedcba9876543210ff\n"
               "exit = class\ncrash = on\nbuild-ids = 1111111111111111\n");
    assert_true(policy.crash);
    assert_int_equal(policy.nbuild_ids, 3);
    assert_true(tel_policy_has_build(&policy, "01234567", 8));
    assert_true(tel_policy_has_build(&policy, "0123456789abcdef0000", 20));
    assert_true(tel_policy_has_build(&policy, "fedcba98", 8));
    assert_true(tel_policy_has_build(&policy, "11111111", 8));
    assert_false(tel_policy_has_build(&policy, "01234568", 8));
    assert_false(tel_policy_has_build(&policy, "0123456789abcdee0000", 20));
    assert_false(tel_policy_has_build(&policy, "23456789", 8));
}

/* Faults: what is wrong in one line, and the number of that line. */
static const struct {
    unsigned line;
    const char *text;
} faults[] = {
    {1, "nonsense\n"},
    {1, "id = git\n"},
    {1, "[tool\n"},
    {2, "[tool]\n= git\n"},
    {3, "[tool]\nid = git\nnonsense\n"},
    {2, "[tool]\nname = git\n"},
    {2, "[tool]\nID = git\n"},
    {3, "\n\n[nothing]\nx = y\n"},
    {4, TOOL "[Verbs]\nlog = x\n"},
    /* [tool] */
    {2, "[tool]\nid = /bin/git\n"},
    {2, "[tool]\nid = .git\n"},
    {2, "[tool]\nid = \n"},
    {2, "[tool]\nid = git lfs\n"},
    {2, "[tool]\nid = 0123456789012345678901234567890123456789012345678901234"
        "5678901234\n"},
    {3, "[tool]\nid = git\nid = git\n"},
    {3, "[tool]\nid = git\nendpoint = http://example.org/\n"},
    {3, "[tool]\nid = git\nendpoint = ftp://127.0.0.1/\n"},
    {3, "[tool]\nid = git\nendpoint = https://\n"},
    {3, "[tool]\nid = git\nendpoint = https:///t\n"},
    {3, "[tool]\nid = git\nendpoint = https://me:secret@example.org/\n"},
    {3, "[tool]\nid = git\nendpoint = https://example.org/a b\n"},
    {3, "[tool]\nid = git\nendpoint = https://example.org/#a\n"},
    {3, "[tool]\nid = git\nendpoint = https://example.org:99999/\n"},
    {3, "[tool]\nid = git\nendpoint = https://example.org:/\n"},
    {3, "[tool]\nid = git\nendpoint = http://localhost.example.org/\n"},
    {3, "[tool]\nid = git\nendpoint = http://127.0.0.1.example.org/\n"},
    {3, "[tool]\nid = git\nendpoint = http://127.0.0.1@example.org/\n"},
    {3, "[tool]\nid = git\nendpoint = http://127.0.0.256/\n"},
    {3, "[tool]\nid = git\nendpoint = http://127.0.0.1.5:80/\n"},
    {3, "[tool]\nid = git\nendpoint = http://127.0.0\n"},
    {3, "[tool]\nid = git\nendpoint = http://127.0.0.08\n"},
    {3, "[tool]\nid = git\nendpoint = http://127.0..1/\n"},
    {3, "[tool]\nid = git\nendpoint = http://[::2]/\n"},
    {4, TOOL "method = PUT\n"},
    {4, TOOL "method = get\n"},
    {4, TOOL "consent = yes\n"},
    {4, TOOL "disable = A-B\n"},
    {4, TOOL "disable = A=B\n"},
    {5, TOOL "purpose = a\npurpose = b\n"},
    {4, TOOL "contact =\n"},
    {3, "[tool]\nid = a\nendpoint = https://t.example.org/t;v=1\n"},
    /* [command] */
    {5, TOOL "[command]\nverbs = all\n"},
    {5, TOOL "[command]\nunlisted = drop\n"},
    {5, TOOL "[command]\nbundled = never\n"},
    {5, TOOL "[command]\npasses-on =\n[verbs]\nrun = x\n"},
    {5, TOOL "[command]\npasses-on = a/b\n[verbs]\nrun = x\n"},
    {5, TOOL "[command]\npasses-on = go\n[verbs]\nrun = x\n"},
    {6, TOOL "[command]\nverbs = none\npasses-on = go\n"},
    {6, TOOL "[command]\nbundled = no\nbundled = no\n"},
    {5, TOOL "[command]\nvalue-options = C\n"},
    {5, TOOL "[command]\nvalue-options = -C --\n"},
    {5, TOOL "[command]\nvalue-options = -\n"},
    {5, TOOL "[command]\nvalue-options a b c d = -C\n"},
    {5, TOOL "[command]\nvalue-option = -C\n"},
    {7, TOOL "[command]\nverbs = none\n[verbs]\nlog = x\n"},
    /* [verbs] */
    {5, TOOL "[verbs]\na b c d = x\n"},
    {5, TOOL "[verbs]\n-log = x\n"},
    {5, TOOL "[verbs]\na/b = x\n"},
    {5, TOOL "[verbs]\nl\xc3\xb6g = x\n"},
    {5, TOOL "[verbs]\nnone = x\n"},
    {5, TOOL "[verbs]\nother = x\n"},
    {6, TOOL "[verbs]\nlog = x\nlog = y\n"},
    {6, TOOL "[verbs]\na b = x\na_b = y\n"},
    {6, TOOL "[verbs]\na_b c = x\na b_c = y\n"},
    {5, TOOL "[verbs]\n01234567890123456789012345678901234567890123456789012345"
             "6789 12345 = x\n"},
    /* [aliases] */
    {7, TOOL "[verbs]\nlog = x\n[aliases]\nl = lug\n"},
    {7, TOOL "[verbs]\nlog = x\n[aliases]\nlog = log\n"},
    {7, TOOL "[verbs]\nlog = x\n[aliases]\nl =\n"},
    {7, TOOL "[verbs]\nlog = x\n[aliases]\n-l = log\n"},
    {7, TOOL "[verbs]\na b = x\n[aliases]\nl = a\n"},
    /* [modifiers] */
    {7, TOOL "[verbs]\nlog = x\n[modifiers]\nlog = x\n"},
    {7, TOOL "[verbs]\nlog = x\n[modifiers]\nlug --a = x\n"},
    {7, TOOL "[verbs]\nlog = x\n[modifiers]\n--a = x\n"},
    {7, TOOL "[verbs]\nlog = x\n[modifiers]\nlog --a = x y\n"},
    {7, TOOL "[verbs]\nlog = x\n[modifiers]\nlog --a =\n"},
    {7, TOOL "[verbs]\nlog = x\n[modifiers]\nlog -- = x\n"},
    {8, TOOL "[verbs]\nlog = x\nlog_a = y\n[modifiers]\nlog --a = a\n"},
    {8, TOOL "[verbs]\nlog a = x\nlog = y\n[modifiers]\nlog --a = a\n"},
    /* [fields] */
    {5, TOOL "[fields]\nms = exact\n"},
    {6, TOOL "[fields]\nms = off\nms = off\n"},
    {5, TOOL "[fields]\nexit = 256\n"},
    {5, TOOL "[fields]\nexit = 1 -1\n"},
    {5, TOOL "[fields]\nexit =\n"},
    {5, TOOL "[fields]\nexit = 1 error\n"},
    {6, TOOL "[fields]\nexit = code\nexit = off\n"},
    {5, TOOL "[fields]\nt = count\n"},
    {5, TOOL "[fields]\ne = count\n"},
    {5, TOOL "[fields]\nv = count\n"},
    {5, TOOL "[fields]\ntv = count\n"},
    {5, TOOL "[fields]\nos = count\n"},
    {5, TOOL "[fields]\nlibc = count\n"},
    {5, TOOL "[fields]\nsig = count\n"},
    {5, TOOL "[fields]\nend = count\n"},
    {5, TOOL "[fields]\nN = count\n"},
    {5, TOOL "[fields]\n1n = count\n"},
    {5, TOOL "[fields]\na-b = count\n"},
    {5, TOOL "[fields]\na2345678901234567 = count\n"},
    {5, TOOL "[fields]\nn = number\n"},
    {5, TOOL "[fields]\nn =\n"},
    {5, TOOL "[fields]\nn = count 5\n"},
    {5, TOOL "[fields]\nn = ratio --a\n"},
    {6, TOOL "[fields]\nn = count\nn = ratio\n"},
    {5, TOOL "[fields]\nf = flag\n"},
    {5, TOOL "[fields]\nf = flag quiet\n"},
    {5, TOOL "[fields]\nf = flag @tty\n"},
    {5, TOOL "[fields]\nf = flag @terminal -q\n"},
    {5, TOOL "[fields]\nw = word --a json\n"},
    {5, TOOL "[fields]\nw = word --a:\n"},
    {5, TOOL "[fields]\nw = word : json\n"},
    {5, TOOL "[fields]\nw = word a: json\n"},
    {5, TOOL "[fields]\nw = word --a: json other\n"},
    {5, TOOL "[fields]\nw = word --a: a/b\n"},
    {5, TOOL "[fields]\nw = word --a: 012345678901234567890123456789012\n"},
    {5, TOOL "[fields]\nr = runtime:\n"},
    {5, TOOL "[fields]\nr = runtime node\n"},
    {6, TOOL "[fields]\nexit = code\ncrash = yes\n"},
    {6, TOOL "[fields]\nexit = code\ncrash =\n"},
    {7, TOOL "[fields]\nexit = code\ncrash = on\ncrash = on\n"},
    {5, TOOL "[fields]\ncrash = on\n"},
    {5, TOOL "[fields]\ncrash = on\nexit = off\n"},
    {6, TOOL "[fields]\nexit = code\nbuild-ids = 0123456789abcdef\n"},
    {6, TOOL "[fields]\ncrash = off\nbuild-ids = 0123456789abcdef\n"},
    {7, TOOL CRASH "build-ids =\n"},
    {7, TOOL CRASH "build-ids = 0123456789abcde\n"},
    {7, TOOL CRASH "build-ids = 0123456789abcdeg\n"},
    {7, TOOL CRASH "build-ids = 0123456789ABCDEF\n"},
    {7, TOOL CRASH "build-ids = 0123456789abcdef0123456789abcdef0123456789abc"
                   "def0123456789abcdef0\n"},
    {8, TOOL CRASH "build-ids = 0123456789abcdef\nbuild-ids = x\n"},
    /* [purposes] */
    {5, TOOL "[purposes]\nfmt = why\n"},
};

static void expect_fault(const char *text, size_t len, unsigned line)
{
    char place[32];
    struct tel_err err = {""};
    int r = tel_policy_parse(&policy, "git", "git.conf", text, len, &err);

    snprintf(place, sizeof(place), "git.conf:%u: ", line);
    if (r != -EINVAL || strncmp(err.text, place, strlen(place)) != 0 ||
        strlen(err.text) < strlen(place) + 5 || strchr(err.text, '\n') != NULL)
        fail_msg("line %u of: %s\n%d, '%s'", line, text, r, err.text);
}

static void test_policy_each_fault_names_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        expect_fault(faults[i].text, strlen(faults[i].text), faults[i].line);
}

static void test_policy_without_id_or_endpoint_is_refused(void **state)
{
    static const char *const texts[] = {"", "# nothing\n", "[tool]\n",
                                        "[tool]\nid = git\n",
                                        "[tool]\nendpoint = https://x/\n"};
    struct tel_err err;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(tel_policy_parse(&policy, "git", "git.conf", texts[i],
                                          strlen(texts[i]), &err),
                         -EINVAL);
        assert_int_equal(strncmp(err.text, "git.conf:", 9), 0);
        assert_true(err.text[9] >= '1' && err.text[9] <= '9');
    }
}

static void test_policy_without_err_is_refused_as_well(void **state)
{
    (void)state;
    assert_int_equal(
        tel_policy_parse(&policy, NULL, "git.conf", "x\n", 2, NULL), -EINVAL);
}

static void test_policy_nul_byte_is_a_fault(void **state)
{
    static const char inside[] = TOOL "[verbs]\nlo\0g = x\n";
    static const char comment[] = TOOL "purpose = a\0b\n";

    (void)state;
    expect_fault(inside, sizeof(inside) - 1, 5);
    expect_fault(comment, sizeof(comment) - 1, 4);
}

static void test_policy_http_is_for_loopback(void **state)
{
    static const char *const urls[] = {
        "http://127.0.0.1/",           "http://127.0.0.1:8080/t",
        "http://127.9.9.9:1?a=b",      "http://localhost",
        "http://localhost:65535/",     "http://[::1]/t",
        "http://[::1]:8080/t",         "https://example.org",
        "https://[2001:db8::1]:8443/t"};

    (void)state;
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        char text[256];

        snprintf(text, sizeof(text), "[tool]\nid = git\nendpoint = %s\n",
                 urls[i]);
        parse_into(&policy, text);
        expect_str(policy.endpoint, urls[i]);
    }
}

/* A text that grows; the caller frees bytes. */
struct growing {
    char *bytes;
    size_t len;
};

static void grow(struct growing *text, const char *more)
{
    size_t len = strlen(more);

    text->bytes = realloc(text->bytes, text->len + len + 1);
    assert_non_null(text->bytes);
    memcpy(text->bytes + text->len, more, len + 1);
    text->len += len;
}

/* count lines of a section: right up to max, and one more is a fault. */
static void check_limit(const char *head, const char *format, unsigned max)
{
    for (unsigned count = max; count <= max + 1; count++) {
        struct growing text = {NULL, 0};
        unsigned lines = 0;

        grow(&text, head);
        lines = (unsigned)count_of(text.bytes, "\n");
        for (unsigned i = 0; i < count; i++) {
            char line[128];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            snprintf(line, sizeof(line), format, i);
#pragma GCC diagnostic pop
            grow(&text, line);
        }
        if (count <= max)
            parse_into(&policy, text.bytes);
        else
            expect_fault(text.bytes, text.len, lines + count);
        free(text.bytes);
    }
}

static void test_policy_limits_hold_and_one_more_is_a_fault(void **state)
{
    (void)state;
    check_limit(TOOL "[verbs]\n", "v%u = x\n", TEL_VERBS_MAX);
    check_limit(TOOL "[verbs]\nlog = x\n[aliases]\n", "a%u = log\n",
                TEL_ALIASES_MAX);
    check_limit(TOOL "[verbs]\nlog = x\n[modifiers]\n", "log --m%u = m\n",
                TEL_MODIFIERS_MAX);
    check_limit(TOOL "[command]\n", "value-options = --o%u\n",
                TEL_VALUE_OPTIONS_MAX);
    check_limit(TOOL "[fields]\n", "n%u = count\n", TEL_FIELDS_MAX);
    check_limit(TOOL CRASH, "build-ids = 0123456789abcdef%u\n",
                TEL_BUILD_IDS_MAX);
    check_limit(TOOL "[fields]\nx = flag -x\n", "f%u = flag -a -b -c -d\n",
                TEL_FIELDS_MAX - 1);
}

static void test_policy_size_limit_holds(void **state)
{
    char *text = malloc(TEL_POLICY_MAX + 1);
    struct tel_err err;

    (void)state;
    assert_non_null(text);
    memset(text, '#', TEL_POLICY_MAX + 1);
    memcpy(text, TOOL, sizeof(TOOL) - 1);
    assert_int_equal(
        tel_policy_parse(&policy, "git", "f", text, TEL_POLICY_MAX, &err), 0);
    expect_str(policy.disable, "GIT_NO_TELEMETRY");
    assert_int_equal(
        tel_policy_parse(&policy, "git", "f", text, TEL_POLICY_MAX + 1, &err),
        -EFBIG);
    assert_int_equal(strncmp(err.text, "f:", 2), 0);
    free(text);
}

static void test_policy_too_long_an_event_is_a_fault(void **state)
{
    struct growing text = {NULL, 0};

    (void)state;
    grow(&text, TOOL "[fields]\n");
    for (int i = 0; i < TEL_FIELDS_MAX; i++) {
        char line[128];

        snprintf(line, sizeof(line),
                 "a234567890123_%02d = word --a: "
                 "++++++++++++++++++++++++++++++++\n",
                 i);
        grow(&text, line);
    }
    assert_int_equal(
        tel_policy_parse(&policy, "git", "f", text.bytes, text.len, NULL),
        -EINVAL);
    free(text.bytes);
}

/* Whatever a text is, parsing it ends, and what was accepted can be used. */
static void survive(const char *text, size_t len)
{
    char *args[] = {(char[]){"-qm"}, (char[]){"x"}, (char[]){"stash"},
                    (char[]){"push"}, (char[]){"--format=csv"}};
    struct tel_err err = {""};
    struct tel_match match;
    int r = tel_policy_parse(&policy, "git", "git.conf", text, len, &err);

    if (r < 0) {
        assert_int_equal(r, -EINVAL);
        assert_int_equal(strncmp(err.text, "git.conf:", 9), 0);
        return;
    }
    assert_true(policy.text_len <= sizeof(policy.text));
    r = tel_match(&policy, args, 5, &match);
    assert_true(r == 0 || r == -ENOENT);
}

static void test_policy_truncated_anywhere_is_survived(void **state)
{
    (void)state;
    for (size_t len = 0; len <= strlen(EXAMPLE); len++)
        survive(EXAMPLE, len);
}

static void test_policy_damaged_anywhere_is_survived(void **state)
{
    static const char bytes[] = "\0\n\r\t =[]#-_:A0\x7f\xff";
    char text[] = EXAMPLE;

    (void)state;
    for (size_t at = 0; at < strlen(EXAMPLE); at++) {
        for (size_t i = 0; i < sizeof(bytes) - 1; i++) {
            text[at] = bytes[i];
            survive(text, strlen(EXAMPLE));
        }
        text[at] = EXAMPLE[at];
    }
}

static void test_policy_event_names_are_joined(void **state)
{
    char buf[TEL_EVENT_MAX + 1];
    const struct tel_str empty = {0, 0};

    (void)state;
    parse_into(&policy, EXAMPLE);
    assert_int_equal(tel_policy_event(&policy, policy.verbs[4].words, empty,
                                      buf, sizeof(buf)),
                     19);
    assert_string_equal(buf, "remote_set-url_push");
    tel_policy_event(&policy, policy.modifiers[4].words,
                     policy.modifiers[4].name, buf, sizeof(buf));
    assert_string_equal(buf, "stash_push_untracked");
    tel_policy_event(&policy, empty, empty, buf, sizeof(buf));
    assert_string_equal(buf, "run");
    assert_int_equal(
        tel_policy_event(&policy, policy.verbs[4].words, empty, buf, 19),
        -ENAMETOOLONG);
}

static void test_policy_names_of_tools(void **state)
{
    static const char *const good[] = {"git", "g++", "python3.11", "a-b_c",
                                       "7z",  "-x",  "_"};
    static const char *const bad[] = {"",    ".",   "..",  ".git",     "a/b",
                                      "a b", "a:b", "a\n", "\xc3\xa4", "a=b"};
    char longest[TEL_NAME_MAX + 2];

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(tel_name_valid(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(tel_name_valid(bad[i], strlen(bad[i])));
    memset(longest, 'a', sizeof(longest));
    assert_true(tel_name_valid(longest, TEL_NAME_MAX));
    assert_false(tel_name_valid(longest, TEL_NAME_MAX + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy_example_tool_is_read),
        cmocka_unit_test(test_policy_example_command_is_read),
        cmocka_unit_test(test_policy_example_fields_are_read),
        cmocka_unit_test(test_policy_other_field_kinds_are_read),
        cmocka_unit_test(test_policy_least_one_records_nothing_but_names),
        cmocka_unit_test(test_policy_parsed_twice_keeps_nothing_of_the_first),
        cmocka_unit_test(test_policy_disable_default_comes_from_the_id),
        cmocka_unit_test(test_policy_line_is_that_of_the_file),
        cmocka_unit_test(test_policy_only_the_first_equals_separates),
        cmocka_unit_test(test_policy_blanks_and_line_ends_do_not_matter),
        cmocka_unit_test(test_policy_sections_may_come_again_and_in_any_order),
        cmocka_unit_test(test_policy_crash_and_its_build_ids_are_read),
        cmocka_unit_test(test_policy_each_fault_names_its_line),
        cmocka_unit_test(test_policy_without_id_or_endpoint_is_refused),
        cmocka_unit_test(test_policy_without_err_is_refused_as_well),
        cmocka_unit_test(test_policy_nul_byte_is_a_fault),
        cmocka_unit_test(test_policy_http_is_for_loopback),
        cmocka_unit_test(test_policy_limits_hold_and_one_more_is_a_fault),
        cmocka_unit_test(test_policy_size_limit_holds),
        cmocka_unit_test(test_policy_too_long_an_event_is_a_fault),
        cmocka_unit_test(test_policy_truncated_anywhere_is_survived),
        cmocka_unit_test(test_policy_damaged_anywhere_is_survived),
        cmocka_unit_test(test_policy_event_names_are_joined),
        cmocka_unit_test(test_policy_names_of_tools),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
