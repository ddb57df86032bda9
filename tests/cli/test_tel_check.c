/* SPDX-License-Identifier: MIT */
/* tel check: what it says, to whom, and the items that need other files. */
#include "person.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A policy without a finding; more lines of [tool] may stand before REST. */
#define CLEAN_TOOL                         \
    "[tool]\n"                             \
    "id = demo-id\n"                       \
    "endpoint = https://t.example.org/t\n" \
    "method = POST\n"                      \
    "purpose = Try it out\n"               \
    "source = https://example.org/demo\n"  \
    "controller = Example Org\n"           \
    "contact = privacy@example.org\n"      \
    "retention = 365 days\n"
#define CLEAN_REST               \
    "[verbs]\n"                  \
    "commit = record a change\n" \
    "[fields]\n"                 \
    "ms = rounded\n"             \
    "quiet = flag -q\n"          \
    "[purposes]\n"               \
    "quiet = See whether the messages are wanted\n"
#define CLEAN CLEAN_TOOL CLEAN_REST

static const char *const ids[] = {
    "syntax",  "personal", "content",    "timestamps", "purpose",
    "disable", "switches", "endpoint",   "id",         "unique",
    "verbs",   "source",   "controller", "contact",    "retention"};

static json_t *parse(const char *out)
{
    json_error_t error;
    json_t *root = json_loads(out, JSON_REJECT_DUPLICATES, &error);

    if (root == NULL)
        fail_msg("check --json: %s in %s", error.text, out);
    return root;
}

/* "endpoint 5, retention 0": every finding and its line, in order. */
static void expect_findings(struct scratch *s, const char *policy,
                            const char *disclosure, const char *expected)
{
    char *argv[] = {
        (char *)(uintptr_t)TEL,
        (char *)(uintptr_t) "check",
        (char *)(uintptr_t) "--json",
        (char *)(uintptr_t)policy,
        (char *)(uintptr_t)(disclosure != NULL ? "--disclosure" : NULL),
        (char *)(uintptr_t)disclosure,
        NULL};
    struct result r = scratch_runv(s, argv);
    json_t *root = parse(r.out);
    char text[1024] = "";
    json_t *item;
    json_t *finding;
    size_t i;
    size_t n;

    json_array_foreach(json_object_get(root, "items"), i, item)
    {
        json_array_foreach(json_object_get(item, "findings"), n, finding)
        {
            size_t len = strlen(text);

            snprintf(text + len, sizeof(text) - len, "%s%s %d",
                     len > 0 ? ", " : "",
                     json_string_value(json_object_get(item, "id")),
                     (int)json_integer_value(json_object_get(finding, "line")));
        }
    }
    assert_string_equal(text, expected);
    assert_int_equal(r.status, expected[0] != '\0');
    assert_string_equal(r.err, "");
    json_decref(root);
    result_clear(&r);
}

static void test_check_of_a_clean_policy_passes_every_item(void **state)
{
    struct scratch *s = scratch_new();
    json_t *root;
    json_t *items;
    char *out;

    (void)state;
    scratch_write(s, "demo.conf", CLEAN);
    out = scratch_ok(s, 0, TEL, "check", "--json", scratch_path(s, "demo.conf"),
                     NULL);
    root = parse(out);
    items = json_object_get(root, "items");
    assert_string_equal(json_string_value(json_object_get(root, "policy")),
                        scratch_path(s, "demo.conf"));
    assert_true(json_is_true(json_object_get(root, "ok")));
    assert_int_equal(json_array_size(items), COUNT(ids));
    for (size_t i = 0; i < COUNT(ids); i++) {
        json_t *item = json_array_get(items, i);

        assert_string_equal(json_string_value(json_object_get(item, "id")),
                            ids[i]);
        assert_true(json_is_true(json_object_get(item, "passed")));
        assert_int_equal(json_array_size(json_object_get(item, "findings")), 0);
    }
    json_decref(root);
    free(out);
    scratch_free(s);
}

static void test_check_says_every_item_to_a_person(void **state)
{
    struct scratch *s = scratch_new();
    char *out;

    (void)state;
    scratch_write(s, "demo.conf", CLEAN);
    out = scratch_ok(s, 0, TEL, "check", scratch_path(s, "demo.conf"), NULL);
    assert_int_equal(count_of(out, "passed  "), COUNT(ids));
    for (size_t i = 0; i < COUNT(ids); i++) {
        char line[64];

        snprintf(line, sizeof(line), "passed  %-12s  ", ids[i]);
        assert_non_null(strstr(out, line));
    }
    assert_non_null(strstr(out, "DO_NOT_TRACK and CI switch it off"));
    assert_non_null(strstr(out, "\n          tel preview demo ARG...\n"));
    assert_non_null(strstr(out, " tel-wrap demo ARG...\n"));
    assert_non_null(strstr(out, "demo.conf: no findings\n"));
    free(out);
    scratch_free(s);
}

static void test_check_of_a_finding_names_line_fault_and_mending(void **state)
{
    struct scratch *s = scratch_new();
    char expected[512];
    char *out;

    (void)state;
    scratch_write(s, "demo.conf",
                  CLEAN "[fields]\nuser = word --user: a b\n"
                        "[purposes]\nuser = See who\n");
    out = scratch_ok(s, 1, TEL, "check", scratch_path(s, "demo.conf"), NULL);
    snprintf(expected, sizeof(expected),
             "\nfailed  personal\n"
             "          %s:18: the field 'user' reads --user, which takes an "
             "account\n"
             "          - take the field out; ",
             scratch_path(s, "demo.conf"));
    if (strstr(out, expected) == NULL)
        fail_msg("no %s in: %s", expected, out);
    assert_non_null(strstr(out, "demo.conf: 1 finding\n"));
    free(out);
    scratch_free(s);
}

static void test_check_of_a_bad_policy_is_one_finding(void **state)
{
    struct scratch *s = scratch_new();
    char *long_one = malloc(40001);
    char *out;

    (void)state;
    assert_non_null(long_one);
    memset(long_one, '#', 40000);
    long_one[40000] = '\0';
    scratch_write(s, "a.conf", CLEAN "nonsense\n");
    scratch_write(s, "b.conf",
                  "\x7f"
                  "ELF\x02\x01\x01\n");
    scratch_write(s, "c.conf", "");
    scratch_write(s, "d.conf", long_one);
    expect_findings(s, scratch_path(s, "a.conf"), NULL, "syntax 17");
    expect_findings(s, scratch_path(s, "b.conf"), NULL, "syntax 1");
    expect_findings(s, scratch_path(s, "c.conf"), NULL, "syntax 1");
    expect_findings(s, scratch_path(s, "d.conf"), NULL, "syntax 1");
    out = scratch_ok(s, 1, TEL, "check", scratch_path(s, "a.conf"), NULL);
    assert_int_equal(count_of(out, "passed"), 0);
    assert_non_null(strstr(out, "a.conf:17: expected 'name = value'"));
    assert_non_null(strstr(out, "The rest is not judged"));
    free(out);
    free(long_one);
    scratch_free(s);
}

static void test_check_of_what_cannot_be_read_is_refused(void **state)
{
    struct scratch *s = scratch_new();

    (void)state;
    scratch_write(s, "demo.conf", CLEAN);
    person_refused(s, "No such file", "check", scratch_path(s, "missing.conf"),
                   NULL);
    person_refused(s, "Is a directory", "check", s->root, NULL);
    person_refused(s, "No such file", "check", scratch_path(s, "demo.conf"),
                   "--disclosure", scratch_path(s, "README"), NULL);
    person_refused(s, "Is a directory", "check", scratch_path(s, "demo.conf"),
                   "--disclosure", s->root, NULL);
    scratch_free(s);
}

static void test_check_finds_the_policy_of_a_tool(void **state)
{
    struct scratch *s = person_new(CLEAN);
    struct result r;

    (void)state;
    expect_findings(s, "demo", NULL, "");
    expect_findings(s, "demo-id", NULL, "");
    scratch_write(s, "home/demo-id", "nonsense\n");
    /* A file of that name goes first; a folder does not. */
    r = scratch_run(s, "sh", "-c",
                    "cd \"$HOME\" && mkdir demo && " TEL " check demo && "
                    "! " TEL " check demo-id",
                    NULL);
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.out, "demo-id:1: expected"));
    result_clear(&r);
    r = scratch_run(s, TEL, "check", "nothing", NULL);
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.err, "no tool named nothing is known"));
    result_clear(&r);
    /* A bad policy of a known tool is judged, not refused. */
    scratch_write(s, "config/tel/tools.d/other.conf", "[tool]\nx = y\n");
    expect_findings(s, "other", NULL, "syntax 2");
    scratch_free(s);
}

static void test_check_of_an_id_that_another_tool_has_is_found(void **state)
{
    struct scratch *s = person_new(CLEAN);

    (void)state;
    /* The same tool in another file is no other tool. */
    scratch_write(s, "new/demo.conf", CLEAN);
    scratch_write(s, "new/other.conf", CLEAN);
    expect_findings(s, scratch_path(s, "new/demo.conf"), NULL, "");
    expect_findings(s, scratch_path(s, "new/other.conf"), NULL, "unique 2");
    /* And where both are installed, each has the fault. */
    scratch_write(s, "config/tel/tools.d/other.conf", CLEAN);
    expect_findings(s, "demo", NULL, "unique 2");
    scratch_free(s);
}

static void test_check_of_a_variable_that_stops_two_tools_is_found(void **state)
{
    struct scratch *s = person_new(CLEAN);

    (void)state;
    scratch_write(s, "other.conf",
                  "[tool]\nid = other\ndisable = DEMO_ID_NO_TELEMETRY\n"
                  "endpoint = https://t.example.org/t\nmethod = POST\n"
                  "purpose = Try it\nsource = https://example.org/other\n"
                  "controller = Example\ncontact = a@example.org\n"
                  "retention = 1 year\n");
    expect_findings(s, scratch_path(s, "other.conf"), NULL, "disable 3");
    /* Two folders of the search path: the first file of a name is the one. */
    scratch_set(s, "TEL_CONFIG_PATH", scratch_path(s, "empty"));
    expect_findings(s, scratch_path(s, "other.conf"), NULL, "");
    scratch_free(s);
}

static void test_check_keeps_control_bytes_from_the_terminal(void **state)
{
    struct scratch *s = scratch_new();
    char *out;

    (void)state;
    scratch_write(s, "demo.conf",
                  "[tool]\nid = a\nendpoint = https://t.example.org/t\n"
                  "source = \033[31mred\a\ncontact = \033]0;x\a\n"
                  "retention = \xc2\x9b"
                  "2J\n");
    out = scratch_ok(s, 1, TEL, "check", scratch_path(s, "demo.conf"), NULL);
    assert_null(strchr(out, '\033'));
    assert_null(strchr(out, '\a'));
    assert_null(strstr(out, "\xc2\x9b"));
    free(out);
    out = scratch_ok(s, 1, TEL, "check", "--json", scratch_path(s, "demo.conf"),
                     NULL);
    assert_null(strchr(out, '\033'));
    assert_null(strstr(out, "\xc2\x9b"));
    json_decref(parse(out));
    free(out);
    scratch_free(s);
}

static void test_check_changes_no_file(void **state)
{
    struct scratch *s = person_new(CLEAN);
    char *before = person_files(s);
    char *after;

    (void)state;
    free(scratch_ok(s, 0, TEL, "check", "demo", NULL));
    free(scratch_ok(s, 0, TEL, "disclose", "demo", NULL));
    after = person_files(s);
    assert_string_equal(before, after);
    free(before);
    free(after);
    scratch_free(s);
}

/* The policies of the demo are for a trial: plain http, kept for no time. */
static void test_check_of_the_demo_finds_what_is_so(void **state)
{
    static const struct {
        const char *tool;
        const char *more;
    } tools[] = {{"backup", ""},      {"busybox", ""},
                 {"count-words", ""}, {"git", "purpose 34, "},
                 {"linger", ""},      {"make", ""},
                 {"tally", ""},       {"greet", "purpose 21, "}};
    struct scratch *s = scratch_new();

    (void)state;
    for (size_t i = 0; i < COUNT(tools); i++) {
        char expected[128];

        free(scratch_ok(s, 0, "sh", "-c",
                        "sed 's|@ENDPOINT@|http://127.0.0.1:8080/t|' "
                        "\"$0/$1.conf.in\" >\"$2\"",
                        TEL_SOURCE "/demo/tools", tools[i].tool,
                        scratch_path(s, "%s.conf", tools[i].tool), NULL));
        snprintf(expected, sizeof(expected), "%sendpoint 6, retention 12",
                 tools[i].more);
        expect_findings(s, scratch_path(s, "%s.conf", tools[i].tool), NULL,
                        expected);
    }
    scratch_free(s);
}

/* ---- the disclosure ------------------------------------------------------- */

/* A README with what tel disclose prints between other text. */
static void write_readme(struct scratch *s, const char *form)
{
    free(scratch_ok(s, 0, "sh", "-c",
                    "{ printf 'Demo\\n====\\n\\n'; " TEL
                    " disclose --format=\"$0\" \"$1\"; printf '\\nMore.\\n'; } "
                    ">\"$2\"",
                    form, scratch_path(s, "demo.conf"),
                    scratch_path(s, "README.md"), NULL));
}

static void test_check_of_a_disclosure_in_any_form_passes(void **state)
{
    static const char *const forms[] = {"markdown", "man", "text"};
    struct scratch *s = scratch_new();

    (void)state;
    scratch_write(s, "demo.conf", CLEAN);
    for (size_t i = 0; i < COUNT(forms); i++) {
        write_readme(s, forms[i]);
        expect_findings(s, scratch_path(s, "demo.conf"),
                        scratch_path(s, "README.md"), "");
    }
    scratch_free(s);
}

static void test_check_of_a_disclosure_that_is_missing_is_found(void **state)
{
    struct scratch *s = scratch_new();

    (void)state;
    scratch_write(s, "demo.conf", CLEAN);
    scratch_write(s, "README.md", "Demo\n====\n");
    expect_findings(s, scratch_path(s, "demo.conf"),
                    scratch_path(s, "README.md"), "disclosure 0");
    /* That of another tool is none of this one. */
    scratch_write(s, "other.conf", CLEAN);
    free(scratch_ok(s, 0, "sh", "-c", TEL " disclose \"$0\" >\"$1\"",
                    scratch_path(s, "other.conf"), scratch_path(s, "README.md"),
                    NULL));
    expect_findings(s, scratch_path(s, "demo.conf"),
                    scratch_path(s, "README.md"), "disclosure 0");
    scratch_free(s);
}

static void test_check_of_a_stale_disclosure_names_its_first_line(void **state)
{
    struct scratch *s = scratch_new();
    const char *policy = scratch_path(s, "demo.conf");
    const char *readme = scratch_path(s, "README.md");
    struct result r;

    (void)state;
    scratch_write(s, "demo.conf", CLEAN);
    write_readme(s, "markdown");
    /* Line 4 is the first comment; what it is for stands in line 11. */
    scratch_write(s, "demo.conf",
                  "[tool]\nid = demo-id\nendpoint = https://t.example.org/t\n"
                  "method = POST\npurpose = Try it harder\n"
                  "source = https://example.org/demo\n"
                  "controller = Example Org\ncontact = privacy@example.org\n"
                  "retention = 365 days\n" CLEAN_REST);
    expect_findings(s, policy, readme, "disclosure 11");
    r = scratch_run(s, TEL, "check", policy, "--disclosure", readme, NULL);
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.out, "README.md:11: the disclosure of demo is out "
                                  "of date from this line on\n"));
    result_clear(&r);
    /* Cut off, or with one byte more. */
    scratch_write(s, "demo.conf", CLEAN);
    write_readme(s, "markdown");
    free(scratch_ok(s, 0, "sed", "-i", "12,$d", readme, NULL));
    expect_findings(s, policy, readme, "disclosure 12");
    write_readme(s, "markdown");
    free(scratch_ok(s, 0, "sed", "-i", "5s/$/ /", readme, NULL));
    expect_findings(s, policy, readme, "disclosure 5");
    scratch_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check_of_a_clean_policy_passes_every_item),
        cmocka_unit_test(test_check_says_every_item_to_a_person),
        cmocka_unit_test(test_check_of_a_finding_names_line_fault_and_mending),
        cmocka_unit_test(test_check_of_a_bad_policy_is_one_finding),
        cmocka_unit_test(test_check_of_what_cannot_be_read_is_refused),
        cmocka_unit_test(test_check_finds_the_policy_of_a_tool),
        cmocka_unit_test(test_check_of_an_id_that_another_tool_has_is_found),
        cmocka_unit_test(
            test_check_of_a_variable_that_stops_two_tools_is_found),
        cmocka_unit_test(test_check_keeps_control_bytes_from_the_terminal),
        cmocka_unit_test(test_check_changes_no_file),
        cmocka_unit_test(test_check_of_the_demo_finds_what_is_so),
        cmocka_unit_test(test_check_of_a_disclosure_in_any_form_passes),
        cmocka_unit_test(test_check_of_a_disclosure_that_is_missing_is_found),
        cmocka_unit_test(test_check_of_a_stale_disclosure_names_its_first_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
