/* SPDX-License-Identifier: MIT */
/* tel disclose: the same bytes everywhere, nothing left out, nothing obeyed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tel/event.h>

#include "person.h"

/* Everything that a policy can have. */
#define WHOLE                                                \
    "[tool]\n"                                               \
    "id = demo-id\n"                                         \
    "version = 1.2\n"                                        \
    "endpoint = https://t.example.org:8443/in\n"             \
    "method = GET\n"                                         \
    "disable = DEMO_QUIET\n"                                 \
    "purpose = Choose what to mend\n"                        \
    "source = https://example.org/demo-telemetry\n"          \
    "controller = Example Org\n"                             \
    "contact = privacy-team@example.org\n"                   \
    "retention = 365 days\n"                                 \
    "[command]\n"                                            \
    "value-options = -C\n"                                   \
    "[verbs]\n"                                              \
    "commit = record a change\n"                             \
    "stash push = set work aside\n"                          \
    "[aliases]\n"                                            \
    "ci = commit\n"                                          \
    "[modifiers]\n"                                          \
    "commit --amend = amended\n"                             \
    "[fields]\n"                                             \
    "ms = rounded\n"                                         \
    "exit = code\n"                                          \
    "crash = on\n"                                           \
    "build-ids = 1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d\n" \
    "fmt = word --format -o: c+ json table\n"                \
    "quiet = flag --silent -q\n"                             \
    "tty = flag @terminal\n"                                 \
    "jobs = count\n"                                         \
    "hits = ratio\n"                                         \
    "lang = runtime: python3.11 node\n"                      \
    "[purposes]\n"                                           \
    "fmt = Choose a format\n"                                \
    "quiet = Hear of noise\n"                                \
    "tty = Colour more\n"                                    \
    "jobs = Use more cores\n"                                \
    "hits = Tune the cache\n"                                \
    "lang = Drop old ones\n"                                 \
    "crash = Mend crashes\n"                                 \
    "ms = Make it fast\n"                                    \
    "exit = Make it sure\n"

/* As little as one can have. */
#define BARE "[tool]\nid = demo-id\nendpoint = https://t.example.org/t\n"

static const char *const forms[] = {"markdown", "man", "text"};

static char *disclose(struct scratch *s, const char *form)
{
    return scratch_ok(s, 0, TEL, "disclose", "demo", "--format", form, NULL);
}

/*
 * Takes out what the forms put around words: the marks of Markdown, fonts and
 * escapes of roff, the ends of lines. What is left is the same text in each.
 */
static char *flatten(char *text)
{
    char *to = text;

    for (char *from = text; *from != '\0';) {
        if (strncmp(from, "\\fB", 3) == 0 || strncmp(from, "\\fR", 3) == 0) {
            from += 3;
        } else if (*from == '`' || *from == '\\') {
            from++;
        } else if (*from == '\n' || *from == ' ') {
            if (to == text || to[-1] != ' ')
                *to++ = ' ';
            from++;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
    return text;
}

static void expect_in(const char *text, const char *form, const char *fact)
{
    if (strstr(text, fact) == NULL)
        fail_msg("%s: no '%s' in: %s", form, fact, text);
}

static void test_disclose_says_every_part_in_every_form(void **state)
{
    static const char *const facts[] = {
        /* what can be sent, and what for */
        "commit", "ci", "stash push", "stash_push", "commit_amend", "none",
        "other", "record a change", "set work aside", "--amend", "--format",
        "-o", "c+", "json", "table", "--silent", "-q", "python3.11", "node",
        "Choose a format", "Hear of noise", "Colour more", "Use more cores",
        "Tune the cache", "Drop old ones", "Mend crashes", "Make it fast",
        "Make it sure", "Choose what to mend", "glibc-2.36", "1200",
        "1a2b3c4d-4f10-9c0ffee1", "0.75", "10",
        /* who, and how it is stopped and seen */
        "tel on demo", "tel off demo", "tel off --all", "DEMO_QUIET",
        "DO_NOT_TRACK", "collect = no", "sudo", "cron", "desktop", "systemd",
        "GITHUB_ACTIONS", "bamboo_planKey", "Example Org",
        "privacy-team@example.org", "365 days", "https://t.example.org:8443/in",
        "GET, one request for each event", "https://example.org/demo-telemetry",
        "cannot be called back", "proxies", "15 minutes",
        "tel preview demo ARG...", "tel log", "tel status demo",
        "distributions treat every tool"};
    struct scratch *s = person_new(WHOLE);

    (void)state;
    for (size_t form = 0; form < COUNT(forms); form++) {
        char *out = flatten(disclose(s, forms[form]));

        for (size_t i = 0; i < COUNT(facts); i++)
            expect_in(out, forms[form],
                      strcmp(facts[i], "commit_amend") == 0 ? "commit_amended"
                                                            : facts[i]);
        free(out);
    }
    scratch_free(s);
}

/* Every key of an event, whether this policy asks for it or not. */
static void test_disclose_names_every_key_of_an_event(void **state)
{
    static const char *const keys[] = {
        "t", "e", "v", "tv", "os", "libc", "ms", "exit", "sig", "end", "crash"};
    static const char *const fields[] = {"fmt",  "quiet", "tty",
                                         "jobs", "hits",  "lang"};
    static const char *const policies[] = {WHOLE, BARE};

    (void)state;
    for (size_t n = 0; n < COUNT(policies); n++) {
        struct scratch *s = person_new(policies[n]);
        char *out = disclose(s, "markdown");
        char code[32];

        for (size_t i = 0; i < COUNT(keys); i++) {
            snprintf(code, sizeof(code), "`%s`", keys[i]);
            expect_in(out, "markdown", code);
        }
        for (size_t i = 0; n == 0 && i < COUNT(fields); i++) {
            snprintf(code, sizeof(code), "| `%s`: ", fields[i]);
            expect_in(out, "markdown", code);
        }
        free(out);
        scratch_free(s);
    }
}

/* The first two columns of the table of data, as a query without the other
 * ways in which a run can end. */
static void read_examples(const char *markdown, char *query, size_t size)
{
    const char *row = strstr(markdown, "\n|---|---|---|\n");
    size_t len = 0;

    assert_non_null(row);
    for (row += strlen("\n|---|---|---|\n"); *row == '|';
         row = strchr(row, '\n') + 1) {
        char key[32];
        char value[80];
        const char *cell = strstr(row, " | `");

        assert_non_null(cell);
        assert_int_equal(sscanf(row, "| `%31[^`]`: ", key), 1);
        assert_int_equal(sscanf(cell, " | `%79[^`]` |", value), 1);
        if (strcmp(key, "sig") == 0 || strcmp(key, "end") == 0 ||
            strcmp(key, "crash") == 0)
            continue;
        len += (size_t)snprintf(query + len, size - len,
                                "%s%s=", len > 0 ? "&" : "", key);
        for (const char *byte = value; *byte != '\0'; byte++)
            len += (size_t)snprintf(query + len, size - len,
                                    *byte == '+' ? "%%2B" : "%c", *byte);
    }
}

static void test_disclose_examples_are_an_event_of_the_policy(void **state)
{
    static struct tel_policy policy;
    struct scratch *s = person_new(WHOLE);
    char *out = disclose(s, "markdown");
    char query[TEL_EVENT_TEXT_MAX];
    struct tel_event event;
    struct tel_err err = {""};

    (void)state;
    read_examples(out, query, sizeof(query));
    assert_int_equal(tel_policy_parse(&policy, "demo", "demo.conf", WHOLE,
                                      strlen(WHOLE), &err),
                     0);
    if (tel_event_from_query(query, strlen(query), &event, &err) != 0)
        fail_msg("%s: %s", query, err.text);
    assert_int_equal(tel_event_allowed(&event, &policy), TEL_ACCEPTED);
    assert_int_equal(event.nfields, policy.nfields);
    free(out);
    scratch_free(s);
}

static void test_disclose_is_the_same_everywhere(void **state)
{
    static const char *const settings[][2] = {{"LC_ALL", "tr_TR.UTF-8"},
                                              {"LC_ALL", "C"},
                                              {"TZ", "Pacific/Chatham"},
                                              {"TERM", "xterm"},
                                              {"COLUMNS", "40"},
                                              {"NO_COLOR", "1"},
                                              {"CI", "true"},
                                              {"DO_NOT_TRACK", "1"}};
    struct scratch *s = person_new(WHOLE);

    (void)state;
    scratch_write(s, "elsewhere/demo.conf", WHOLE);
    for (size_t form = 0; form < COUNT(forms); form++) {
        char *first = disclose(s, forms[form]);
        char *other;

        for (size_t i = 0; i < COUNT(settings); i++) {
            scratch_set(s, settings[i][0], settings[i][1]);
            other = disclose(s, forms[form]);
            assert_string_equal(first, other);
            free(other);
        }
        other = scratch_ok(s, 0, "sh", "-c",
                           "cd \"$0\" && HOME=/nowhere exec " TEL
                           " disclose demo.conf --format=\"$1\"",
                           scratch_path(s, "elsewhere"), forms[form], NULL);
        assert_string_equal(first, other);
        free(other);
        assert_null(strstr(first, s->root));
        assert_null(strstr(first, TEL_STAGE));
        free(first);
    }
    scratch_free(s);
}

static void test_disclose_says_what_the_policy_leaves_out(void **state)
{
    struct scratch *s = person_new(BARE);

    (void)state;
    for (size_t form = 0; form < COUNT(forms); form++) {
        char *out = flatten(disclose(s, forms[form]));

        expect_in(out, forms[form], "What it is for: not given");
        expect_in(out, forms[form], "Responsible: not named");
        expect_in(out, forms[form], "Whom to ask: not named");
        expect_in(out, forms[form], "totals are kept: not said");
        expect_in(out, forms[form], "explained: not named");
        expect_in(out, forms[form], "DEMO_ID_NO_TELEMETRY");
        free(out);
    }
    scratch_free(s);
}

static void test_disclose_tells_the_defaults_apart(void **state)
{
    struct scratch *s = person_new(BARE "consent = opt-out\nmethod = POST\n");
    char *out = flatten(disclose(s, "markdown"));

    (void)state;
    expect_in(out, "opt-out", "It asks to be opt-out");
    expect_in(out, "opt-out", "distributions treat every tool as opt-in");
    expect_in(out, "opt-out", "under sudo, doas or pkexec");
    expect_in(out, "opt-out", "without a terminal");
    expect_in(out, "opt-out", "POST, several events");
    assert_null(strstr(out, "proxies"));
    free(out);
    scratch_write(s, "config/tel/tools.d/demo.conf", BARE);
    out = flatten(disclose(s, "markdown"));
    expect_in(out, "opt-in", "It is opt-in: nothing is recorded until you say");
    expect_in(out, "opt-in", "proxies");
    free(out);
    scratch_free(s);
}

static void test_disclose_kinds_of_end_are_told(void **state)
{
    struct scratch *s =
        person_new(BARE "[command]\nunlisted = ignore\n[verbs]\na = b\n"
                        "[fields]\nms = bucket\nexit = 0 3 42\n");
    char *out = flatten(disclose(s, "text"));

    (void)state;
    expect_in(out, "list", "1000");
    expect_in(out, "list", "not listed here is not recorded");
    free(out);
    out = flatten(disclose(s, "markdown"));
    expect_in(out, "list", "if it is one of 0 3 42, else error");
    assert_null(strstr(out, "any other"));
    free(out);
    scratch_write(s, "config/tel/tools.d/demo.conf",
                  BARE "[command]\nverbs = none\n[fields]\nexit = class\n");
    out = flatten(disclose(s, "markdown"));
    expect_in(out, "class", "how it ended: ok or error");
    expect_in(out, "class", "| any | run | the tool was run |");
    expect_in(out, "class", "ms: how long it took");
    free(out);
    scratch_free(s);
}

/* ---- the forms ------------------------------------------------------------- */

static void test_disclose_markdown_stands_between_its_marks(void **state)
{
    struct scratch *s = person_new(WHOLE);
    char *out = disclose(s, "markdown");
    static const char begin[] = "<!-- tel disclose demo: begin -->\n";
    static const char end[] = "\n<!-- tel disclose demo: end -->\n";

    (void)state;
    assert_int_equal(strncmp(out, begin, strlen(begin)), 0);
    assert_string_equal(out + strlen(out) - strlen(end), end);
    free(out);
    scratch_free(s);
}

/* Columns as far as all is ASCII. */
static void expect_narrow(const char *text)
{
    for (const char *line = text; *line != '\0';) {
        size_t len = strcspn(line, "\n");

        if (len > 80)
            fail_msg("%zu columns: %.*s", len, (int)len, line);
        if (len > 0 && line[len - 1] == ' ')
            fail_msg("a blank at the end: '%.*s'", (int)len, line);
        line += len + (line[len] == '\n');
    }
}

#define LONG_WORD                                                   \
    "https://t.example.org/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void test_disclose_text_has_80_columns(void **state)
{
    struct scratch *s = person_new(WHOLE);
    char *out = disclose(s, "text");

    (void)state;
    expect_narrow(out);
    free(out);
    scratch_write(s, "config/tel/tools.d/demo.conf",
                  "[tool]\nid = demo-id\nendpoint = " LONG_WORD "\n"
                  "purpose = " LONG_WORD " " LONG_WORD "\n"
                  "source = " LONG_WORD "\n[verbs]\n"
                  "abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz = "
                  "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz\n");
    out = disclose(s, "text");
    expect_narrow(out);
    free(out);
    scratch_free(s);
}

/* Runs a checker on the manual page; nothing may be said but this. */
static void expect_lint(struct scratch *s, const char *shell,
                        const char *expected)
{
    struct result r =
        scratch_run(s, "sh", "-c", shell, scratch_path(s, "page.7"), NULL);

    if (strcmp(r.err, expected) != 0)
        fail_msg("%s: %s", shell, r.err);
    result_clear(&r);
}

static void check_page(struct scratch *s)
{
    free(scratch_ok(s, 0, "sh", "-c", TEL " disclose demo --format man >\"$0\"",
                    scratch_path(s, "page.7"), NULL));
    scratch_set(s, "LC_ALL", "C.UTF-8");
    expect_lint(s, "groff -ww -man -Tutf8 \"$0\" >/dev/null", "");
    expect_lint(s,
                "! command -v man >/dev/null || man --warnings -l \"$0\" "
                ">/dev/null",
                "");
    /* Without a date it is the same tomorrow. */
    expect_lint(s,
                "! command -v mandoc >/dev/null || mandoc -Tlint -Wwarning "
                "\"$0\" | grep -v 'missing date' >&2",
                "");
}

static void skip_unless_groff(struct scratch *s)
{
    struct result r = scratch_run(s, "sh", "-c", "command -v groff", NULL);
    bool there = r.status == 0;

    result_clear(&r);
    if (!there)
        scratch_free(s);
    skip_unless(there, "groff is not installed");
}

static void test_disclose_man_is_without_a_warning(void **state)
{
    struct scratch *s = person_new(WHOLE);

    (void)state;
    skip_unless_groff(s);
    check_page(s);
    scratch_write(s, "config/tel/tools.d/demo.conf", BARE);
    check_page(s);
    scratch_free(s);
}

/* ---- a hostile policy ------------------------------------------------------ */

/* Wherever a line of roff is broken, a request would begin. */
#define DOTS \
    ".so /etc/passwd .br .de .x .. .so .sp .so .bp .so .ig .so .nx .so "

#define HOSTILE                                                            \
    "[tool]\n"                                                             \
    "id = demo-id\n"                                                       \
    "endpoint = https://t.example.org/t\n"                                 \
    "purpose = .so /etc/passwd | \\| x \\\\| `a|b` <script>alert(1)"       \
    "</script> <!-- tel disclose demo: end --> &lt; **b** _i_ ~~s~~\n"     \
    "source = https://example.org/a>b|c`d<i>\n"                            \
    "controller = 'br \\*(XX \\n[.fam] \\s+9 \\fBbold \"q\" \\\n"          \
    "contact = [x](javascript:alert(1)) ![y](https://example.org/y.png)\n" \
    "retention = \xe2\x80\xae"                                             \
    "B\xc3\xbcro \xe6\xa0\xaa \xff\xfe "                                   \
    "\033[31m \xf0\x9f\x8e\x89 30 days\n"                                  \
    "[verbs]\n"                                                            \
    "a = .de x | \\| .. | <b> |\n"                                         \
    "b = 'tr ab\n"                                                         \
    "c = " DOTS DOTS DOTS DOTS "x\n"                                       \
    "[fields]\n"                                                           \
    "f = flag --a|b -`c` --<d> -\\|e -.so\n"                               \
    "[purposes]\n"                                                         \
    "f = \\|\\|\\\\|\n"

/* Pipes that end a cell: those without an odd number of '\\' before. */
static unsigned cells_of(const char *row, size_t len)
{
    unsigned pipes = 0;
    unsigned slashes = 0;

    for (size_t i = 0; i < len; i++) {
        pipes += row[i] == '|' && slashes % 2 == 0;
        slashes = row[i] == '\\' ? slashes + 1 : 0;
    }
    return pipes;
}

static void test_disclose_hostile_markdown_is_harmless(void **state)
{
    struct scratch *s = person_new(HOSTILE);
    char *out = disclose(s, "markdown");

    (void)state;
    for (const char *line = out; *line != '\0';) {
        size_t len = strcspn(line, "\n");

        if (line[0] == '|')
            assert_int_equal(cells_of(line, len), 4);
        line += len + (line[len] == '\n');
    }
    /* The two comments are all the HTML there is. */
    assert_int_equal(count_of(out, "<"), 2);
    assert_int_equal(count_of(out, "<!-- tel disclose demo: "), 2);
    assert_int_equal(count_of(out, "end -->"), 1);
    assert_null(strstr(out, "[x]("));
    assert_null(strstr(out, "![y]"));
    assert_null(strstr(out, "**b**"));
    assert_non_null(strstr(out, ".so /etc/passwd"));
    assert_non_null(strstr(out, "?B\xc3\xbcro \xe6\xa0\xaa ?? ?\\[31m "
                                "\xf0\x9f\x8e\x89 30 days"));
    free(out);
    scratch_free(s);
}

static void test_disclose_hostile_man_is_harmless(void **state)
{
    /* What stands on the page is what stands in the policy. */
    static const char *const shown[] = {
        "What it is for: .so /etc/passwd | \\| x \\\\| `a|b` <script>",
        "Responsible: 'br \\*(XX \\n[.fam] \\s+9 \\fBbold \"q\" \\\n",
        "What it is: .de x | \\| .. | <b> |\n",
        "What it is: 'tr ab\n",
        "What it is: " DOTS DOTS DOTS DOTS "x\n",
        "was --a|b, -`c`, --<d>, -\\|e or -.so given?\n",
        "kept: ?B\xc3\xbcro \xe6\xa0\xaa ?? ?[31m \xf0\x9f\x8e\x89 30 days\n",
    };
    struct scratch *s = person_new(HOSTILE);
    char *out;

    (void)state;
    skip_unless_groff(s);
    check_page(s);
    out = scratch_ok(s, 0, "sh", "-c",
                     "groff -man -Tutf8 -rLL=2000n -P-cbou \"$0\"",
                     scratch_path(s, "page.7"), NULL);
    for (size_t i = 0; i < COUNT(shown); i++)
        expect_in(out, "man", shown[i]);
    assert_null(strstr(out, "root:"));
    free(out);
    scratch_free(s);
}

static void test_disclose_hostile_text_is_harmless(void **state)
{
    struct scratch *s = person_new(HOSTILE);
    char *out = disclose(s, "text");

    (void)state;
    for (const unsigned char *byte = (unsigned char *)out; *byte != '\0';
         byte++) {
        if ((*byte < ' ' && *byte != '\n') || *byte == 0x7f)
            fail_msg("byte %d in: %s", *byte, out);
    }
    assert_null(strstr(out, "\xe2\x80\xae"));
    assert_null(strstr(out, "\xff"));
    expect_in(out, "text", "What it is for: .so /etc/passwd | \\| x \\\\|");
    free(out);
    scratch_free(s);
}

static void test_disclose_of_a_bad_policy_names_its_line(void **state)
{
    struct scratch *s = person_new("[tool]\nid = demo\nnonsense\n");
    struct result r;

    (void)state;
    person_refused(s, "demo.conf:3: expected", "disclose", "demo", NULL);
    person_refused(s, "No such file", "disclose", scratch_path(s, "none.conf"),
                   NULL);
    r = scratch_run(s, TEL, "disclose", "nothing", NULL);
    assert_int_equal(r.status, 1);
    assert_string_equal(r.out, "");
    result_clear(&r);
    scratch_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_disclose_says_every_part_in_every_form),
        cmocka_unit_test(test_disclose_names_every_key_of_an_event),
        cmocka_unit_test(test_disclose_examples_are_an_event_of_the_policy),
        cmocka_unit_test(test_disclose_is_the_same_everywhere),
        cmocka_unit_test(test_disclose_says_what_the_policy_leaves_out),
        cmocka_unit_test(test_disclose_tells_the_defaults_apart),
        cmocka_unit_test(test_disclose_kinds_of_end_are_told),
        cmocka_unit_test(test_disclose_markdown_stands_between_its_marks),
        cmocka_unit_test(test_disclose_text_has_80_columns),
        cmocka_unit_test(test_disclose_man_is_without_a_warning),
        cmocka_unit_test(test_disclose_hostile_markdown_is_harmless),
        cmocka_unit_test(test_disclose_hostile_man_is_harmless),
        cmocka_unit_test(test_disclose_hostile_text_is_harmless),
        cmocka_unit_test(test_disclose_of_a_bad_policy_names_its_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
