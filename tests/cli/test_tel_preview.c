/* SPDX-License-Identifier: MIT */
/* tel preview: the request of a command line, or the rule that forbids it. */
#include "person.h"
#include "terminal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NO_KEY "00000000000000000000000000000000"

static const char *libc_here(void)
{
    static char buf[TEL_LIBC_MAX + 1];

    return tel_event_libc(buf, sizeof(buf));
}

static void test_preview_get_is_exact(void **state)
{
    struct scratch *s = person_consenting(DEMO_GET);
    char *out = scratch_ok(s, 0, TEL, "preview", "--raw", "demo", "commit",
                           "--format=c+", "-m", "secret", "-q", NULL);
    char expected[1024];

    (void)state;
    snprintf(expected, sizeof(expected),
             "GET /in?t=demo-id&e=commit&v=1&tv=1.2&os=linux&libc=%s&ms=0&"
             "exit=0&fmt=c%%2B&quiet=yes HTTP/1.1\r\n"
             "Host: 127.0.0.1:9\r\n"
             "User-Agent: tel/1\r\n"
             "Idempotency-Key: " NO_KEY "\r\n\r\n",
             libc_here());
    assert_string_equal(out, expected);
    free(out);
    scratch_free(s);
}

static void test_preview_post_is_exact(void **state)
{
    struct scratch *s = person_consenting(DEMO_POST);
    char *out = scratch_ok(s, 0, TEL, "preview", "--raw", "demo", "-m",
                           "commit", "secret", NULL);
    char body[512];
    char expected[1024];

    (void)state;
    snprintf(body, sizeof(body),
             "{\"t\":\"demo-id\",\"e\":\"other\",\"v\":1,\"tv\":\"1.2\","
             "\"os\":\"linux\",\"libc\":\"%s\",\"ms\":0,\"exit\":0,"
             "\"quiet\":\"no\"}\n",
             libc_here());
    snprintf(expected, sizeof(expected),
             "POST /in HTTP/1.1\r\n"
             "Host: 127.0.0.1:9\r\n"
             "User-Agent: tel/1\r\n"
             "Content-Type: application/x-ndjson\r\n"
             "Idempotency-Key: " NO_KEY "\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             strlen(body), body);
    assert_string_equal(out, expected);
    free(out);
    scratch_free(s);
}

/* The lines that begin with a key, up to the first empty line after them. */
static size_t entries_of(const char *human)
{
    const char *at = strstr(human, "\n\n") + 1;
    size_t entries = 0;

    for (; at[1] != '\n'; at = strchr(at + 1, '\n'))
        entries += at[3] != ' ';
    return entries;
}

static void test_preview_for_a_person_has_fields_and_request(void **state)
{
    struct scratch *s = person_consenting(DEMO_GET);
    char *human = scratch_ok(s, 0, TEL, "preview", "demo", "commit", "--amend",
                             "--format", "c+", NULL);
    char *raw = scratch_ok(s, 0, TEL, "preview", "--raw", "demo", "commit",
                           "--amend", "--format", "c+", NULL);

    (void)state;
    assert_non_null(strstr(human, raw));
    assert_non_null(strstr(human, "\n  e        commit_amend "));
    assert_non_null(strstr(human, "\n  fmt      c+ "));
    assert_non_null(strstr(human, "See which formats are used"));
    /* A line for each key of the request, and no other. */
    assert_int_equal(entries_of(human), count_of(raw, "="));
    free(human);
    free(raw);
    scratch_free(s);
}

/* What the line of this key (or argument) says, without the key. */
static void expect_entry(const char *human, const char *key,
                         const char *expected)
{
    char start[64];
    const char *at;
    size_t len;

    snprintf(start, sizeof(start), "\n  %-8s ", key);
    at = strstr(human, start);
    if (at == NULL) {
        fail_msg("no %s in %s", key, human);
        return;
    }
    at += strlen(start);
    len = strcspn(at, "\n");
    if (len != strlen(expected) || memcmp(at, expected, len) != 0)
        fail_msg("%s: %.*s instead of %s", key, (int)len, at, expected);
}

#define ALL                                                            \
    "[tool]\nid = demo-id\nendpoint = http://127.0.0.1:9/in\n"         \
    "version = 1.2\nmethod = POST\n[command]\nvalue-options = -C -m\n" \
    "[verbs]\ncommit = c\nremote add = r\n[aliases]\nci = commit\n"    \
    "[modifiers]\ncommit --amend = amend\n[fields]\nms = rounded\n"    \
    "exit = class\nfmt = word --format -f: json\nquiet = flag -q\n"    \
    "tty = flag @terminal\nrt = runtime: sh\nn = count\n"

static void test_preview_says_where_each_value_comes_from(void **state)
{
    struct scratch *s = person_consenting(ALL);
    char *out = scratch_ok(s, 0, TEL, "preview", "demo", "-C", "x", "ci", "-qm",
                           "--amend", "--amend", "--format", "json", "--nope",
                           "--", "-q", NULL);

    (void)state;
    assert_non_null(
        strstr(out, scratch_path(s, "config/tel/tools.d/demo.conf:\n\n")));
    expect_entry(out, "t", "demo-id          demo.conf:2");
    expect_entry(out, "e",
                 "commit_amend     alias ci (demo.conf:12) of verb commit "
                 "(demo.conf:9), your argument 3; modifier amend "
                 "(demo.conf:14), --amend in your argument 6");
    expect_entry(out, "v", "1                the version of this format");
    expect_entry(out, "tv", "1.2              demo.conf:4");
    expect_entry(out, "os", "linux            the system");
    expect_entry(out, "ms",
                 "0                the run itself, rounded (0 stands for it "
                 "here)");
    expect_entry(out, "exit",
                 "ok               the run itself, ok or error (ok stands for "
                 "it here)");
    expect_entry(out, "fmt",
                 "json             demo.conf:18, --format in your argument 7, "
                 "its value in your argument 8, which is listed");
    expect_entry(out, "quiet",
                 "yes              demo.conf:19, -q in your argument 4");
    expect_entry(out, "tty",
                 "no               demo.conf:20, tel's own standard output is "
                 "no terminal");
    expect_entry(
        out, "rt",
        "-                demo.conf:21, not a script that can be found "
        "along PATH");
    expect_entry(
        out, "n",
        "-                demo.conf:22, said by the tool itself, if at "
        "all");
    expect_entry(out, "1", "an option, -C (demo.conf:7)");
    expect_entry(out, "2", "skipped: the value of -C (demo.conf:7)");
    expect_entry(out, "3", "a word, of the alias");
    expect_entry(out, "4", "an option, -m (demo.conf:7)");
    expect_entry(out, "5", "skipped: the value of -m (demo.conf:7)");
    expect_entry(out, "6", "an option, --amend (demo.conf:14)");
    expect_entry(out, "8", "skipped: the value of --format (demo.conf:18)");
    expect_entry(out, "9", "an option, not listed");
    expect_entry(out, "10", "--, behind which no option stands");
    expect_entry(out, "11", "a word");
    free(out);
    scratch_free(s);
}

static void test_preview_says_why_other_and_none(void **state)
{
    struct scratch *s = person_consenting(ALL);
    char *out = scratch_ok(s, 0, TEL, "preview", "demo", "-q", "remote",
                           "canary", "-fcanary", NULL);

    (void)state;
    expect_entry(out, "e",
                 "other            no listed verb is, or begins with, your "
                 "arguments 2 and 3");
    expect_entry(out, "fmt",
                 "other            demo.conf:18, -f in your argument 4, which "
                 "is not listed, so other");
    expect_entry(out, "2", "a word, and no verb");
    assert_null(strstr(out, "canary"));
    free(out);
    out = scratch_ok(s, 0, TEL, "preview", "demo", "--format", NULL);
    expect_entry(out, "e",
                 "none             no argument is a word that could be a verb");
    expect_entry(out, "fmt",
                 "-                demo.conf:18, none of its options is given "
                 "with a value");
    expect_entry(out, "quiet",
                 "no               demo.conf:19, none of its options is given");
    free(out);
    out = scratch_ok(s, 0, TEL, "preview", "demo", "remote", "-C", "add", "add",
                     NULL);
    expect_entry(out, "e",
                 "remote_add       verb remote add (demo.conf:10), your "
                 "arguments 1 and 4");
    free(out);
    scratch_free(s);
}

static void test_preview_without_verbs_or_version(void **state)
{
    struct scratch *s = person_consenting(
        "[tool]\nid = demo-id\nendpoint = http://127.0.0.1:9/in\n"
        "[command]\nverbs = none\n[fields]\nms = bucket\nexit = 2 3\n");
    char *out = scratch_ok(s, 0, TEL, "preview", "demo", "a", NULL);

    (void)state;
    expect_entry(out, "e", "run              the policy says verbs = none");
    expect_entry(out, "tv", "devel            the policy names no version");
    expect_entry(out, "ms",
                 "0                the run itself, in coarse steps (0 stands "
                 "for it here)");
    expect_entry(out, "exit",
                 "0                the run itself, a listed status or error (0 "
                 "stands for it here)");
    free(out);
    scratch_free(s);
}

/* Read back as JSON; the caller drops it. */
static json_t *preview_json(struct scratch *s, int status, char *const *argv)
{
    struct result r = scratch_runv(s, argv);
    json_error_t error;
    json_t *json = json_loads(r.out, JSON_REJECT_DUPLICATES, &error);

    assert_int_equal(r.status, status);
    assert_string_equal(r.err, "");
    if (json == NULL)
        fail_msg("%s in %s", error.text, r.out);
    result_clear(&r);
    return json;
}

static void test_preview_as_json_is_the_same(void **state)
{
    char *argv[] = {(char[]){TEL},      (char[]){"preview"},
                    (char[]){"--json"}, (char[]){"demo"},
                    (char[]){"-C"},     (char[]){"x"},
                    (char[]){"commit"}, NULL};
    struct scratch *s = person_consenting(ALL);
    char *raw = scratch_ok(s, 0, TEL, "preview", "--raw", "demo", "-C", "x",
                           "commit", NULL);
    json_t *json = preview_json(s, 0, argv);
    json_t *args = json_object_get(json, "arguments");
    json_t *entry = json_array_get(json_object_get(json, "event"), 1);

    (void)state;
    assert_string_equal(json_string_value(json_object_get(json, "request")),
                        raw);
    assert_true(json_is_true(json_object_get(json, "on")));
    assert_string_equal(json_string_value(json_object_get(json, "policy")),
                        scratch_path(s, "config/tel/tools.d/demo.conf"));
    assert_int_equal(json_array_size(json_object_get(json, "event")), 10);
    assert_int_equal(json_array_size(json_object_get(json, "not_sent")), 3);
    assert_string_equal(json_string_value(json_object_get(entry, "value")),
                        "commit");
    assert_int_equal(json_integer_value(json_object_get(entry, "line")), 9);
    assert_int_equal(json_array_size(args), 3);
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(args, 1), "kind")),
        "value");
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(args, 1), "option")),
        "-C");
    json_decref(json);
    free(raw);
    scratch_set(s, "CI", "1");
    json = preview_json(s, 1, argv);
    assert_true(json_is_false(json_object_get(json, "on")));
    assert_int_equal(json_integer_value(json_object_get(json, "rule")), 4);
    assert_string_equal(json_string_value(json_object_get(json, "variable")),
                        "CI");
    assert_null(json_object_get(json, "event"));
    json_decref(json);
    person_refused(s, "do not go together", "preview", "--json", "--raw",
                   "demo", NULL);
    scratch_free(s);
}

static void test_preview_on_a_terminal_says_so(void **state)
{
    char *argv[] = {(char[]){TEL}, (char[]){"preview"}, (char[]){"demo"},
                    (char[]){"-q\33[2J\a"}, NULL};
    struct scratch *s;
    struct terminal *t;

    (void)state;
    skip_unless(terminal_works(), "no pseudo-terminal to be had");
    s = person_consenting(ALL);
    t = terminal_start(s, argv);
    assert_int_equal(terminal_end(t), 0);
    assert_non_null(strstr(t->shown,
                           "yes              demo.conf:20, tel's own standard "
                           "output is a terminal"));
    assert_null(strchr(t->shown, '\33'));
    assert_null(strchr(t->shown, '\a'));
    terminal_free(t);
    scratch_free(s);
}

static void test_preview_leaves_the_tools_options_alone(void **state)
{
    static const char *const args[] = {"--help", "-h",    "--raw",
                                       "--",     "--all", "--version"};
    struct scratch *s = person_consenting(DEMO_GET);

    (void)state;
    for (size_t i = 0; i < COUNT(args); i++) {
        char *out = scratch_ok(s, 0, TEL, "preview", "demo", args[i], NULL);

        assert_non_null(strstr(out, "GET /in?t=demo-id&e=none&"));
        assert_non_null(strstr(out, "This run of demo"));
        free(out);
    }
    scratch_free(s);
}

static void test_preview_takes_a_path(void **state)
{
    struct scratch *s = person_consenting(DEMO_GET);
    char *name = scratch_ok(s, 0, TEL, "preview", "demo", "commit", NULL);
    char *path =
        scratch_ok(s, 0, TEL, "preview", "/no/such/demo", "commit", NULL);
    char *dashes =
        scratch_ok(s, 0, TEL, "preview", "--", "./demo", "commit", NULL);

    (void)state;
    assert_string_equal(name, path);
    assert_string_equal(name, dashes);
    free(name);
    free(path);
    free(dashes);
    scratch_free(s);
}

/* The rule is on stdout for a person, and on stderr with --raw. */
static void expect_off(struct scratch *s, const char *what)
{
    struct result human =
        scratch_run(s, TEL, "preview", "demo", "commit", NULL);
    struct result raw =
        scratch_run(s, TEL, "preview", "--raw", "demo", "commit", NULL);

    assert_int_equal(human.status, 1);
    assert_int_equal(raw.status, 1);
    assert_string_equal(human.err, "");
    assert_string_equal(raw.out, "");
    assert_string_equal(human.out, raw.err);
    assert_int_equal(count_of(human.out, "\n"), 1);
    if (strstr(human.out, what) == NULL)
        fail_msg("no '%s' in: %s", what, human.out);
    result_clear(&human);
    result_clear(&raw);
}

static void test_preview_off_by_each_variable(void **state)
{
    struct scratch *s = person_consenting(DEMO_POST);
    const char *name;
    char what[128];
    size_t i;

    (void)state;
    scratch_set(s, "DO_NOT_TRACK", "1");
    expect_off(s, "demo is off by rule 2: DO_NOT_TRACK is set");
    scratch_set(s, "DO_NOT_TRACK", NULL);
    scratch_set(s, "DEMO_ID_NO_TELEMETRY", "1");
    expect_off(s, "demo is off by rule 3: ");
    expect_off(s, "unset DEMO_ID_NO_TELEMETRY");
    scratch_set(s, "DEMO_ID_NO_TELEMETRY", NULL);
    for (i = 0; (name = tel_env_ci_name(i)) != NULL; i++) {
        scratch_set(s, name, "false");
        expect_off(s, "demo is off by rule 4: ");
        snprintf(what, sizeof(what), "unset %s)", name);
        expect_off(s, what);
        scratch_set(s, name, NULL);
    }
    assert_true(i >= 20);
    free(scratch_ok(s, 0, TEL, "preview", "demo", "commit", NULL));
    scratch_free(s);
}

static void test_preview_off_by_the_tools_own_name_of_a_variable(void **state)
{
    struct scratch *s =
        person_consenting(DEMO_TOOL("POST") "disable = QUIET\n" DEMO_REST);

    (void)state;
    scratch_set(s, "DEMO_ID_NO_TELEMETRY", "1");
    free(scratch_ok(s, 0, TEL, "preview", "demo", "commit", NULL));
    scratch_set(s, "QUIET", "1");
    expect_off(s, "unset QUIET)");
    scratch_free(s);
}

static void test_preview_off_by_word_and_default(void **state)
{
    struct scratch *s = person_new(DEMO_POST);

    (void)state;
    expect_off(s, "demo is off by rule 7: ");
    expect_off(s, "tel on demo)");
    free(scratch_ok(s, 0, TEL, "off", "demo", NULL));
    expect_off(s, "demo is off by rule 6: ");
    free(scratch_ok(s, 0, TEL, "on", "demo", "--local", NULL));
    scratch_free(s);
}

static void test_preview_local_has_no_request(void **state)
{
    struct scratch *s = person_new(DEMO_POST);
    struct result r;

    (void)state;
    free(scratch_ok(s, 0, TEL, "on", "demo", "--local", NULL));
    r = scratch_run(s, TEL, "preview", "--raw", "demo", "commit", NULL);
    assert_int_equal(r.status, 1);
    assert_string_equal(r.out, "");
    assert_non_null(strstr(r.err, "counted here only"));
    result_clear(&r);
    r = scratch_run(s, TEL, "preview", "demo", "commit", NULL);
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.out, "\n  e        commit "));
    assert_non_null(strstr(r.out, "No request"));
    assert_null(strstr(r.out, "HTTP"));
    result_clear(&r);
    scratch_free(s);
}

static void test_preview_ignored_verb_is_a_no(void **state)
{
    struct scratch *s =
        person_consenting(DEMO_POST "[command]\nunlisted = ignore\n");
    struct result r = scratch_run(s, TEL, "preview", "demo", "secret", NULL);
    struct result raw =
        scratch_run(s, TEL, "preview", "--raw", "demo", "secret", NULL);

    (void)state;
    assert_int_equal(r.status, 1);
    assert_non_null(strstr(r.out, "Not recorded"));
    assert_null(strstr(r.out, "secret"));
    assert_int_equal(raw.status, 1);
    assert_string_equal(raw.out, "");
    assert_int_equal(count_of(raw.err, "\n"), 1);
    assert_int_equal(strncmp(r.out, raw.err, strlen(raw.err)), 0);
    expect_entry(r.out, "1", "a word, and no verb");
    free(scratch_ok(s, 0, TEL, "preview", "demo", "commit", NULL));
    result_clear(&r);
    result_clear(&raw);
    scratch_free(s);
}

static void test_preview_bad_and_unknown_are_told_apart(void **state)
{
    struct scratch *s = person_new("[tool]\nid = demo\nnonsense = 1\n");
    struct result r = scratch_run(s, TEL, "preview", "gone", "x", NULL);

    (void)state;
    assert_int_equal(r.status, 1);
    assert_string_equal(r.out, "");
    assert_non_null(strstr(r.err, "no tool named gone"));
    result_clear(&r);
    person_refused(s, "demo.conf:3: ", "preview", "demo", NULL);
    person_refused(s, "demo.conf:3: ", "preview", "--raw", "demo", NULL);
    scratch_free(s);
}

static void test_preview_never_shows_an_argument(void **state)
{
    struct scratch *s = person_consenting(DEMO_GET);
    char *out =
        scratch_ok(s, 0, TEL, "preview", "demo", "canary1", "--format=canary2",
                   "-m", "canary3", "--canary4", "--", "canary5", NULL);

    (void)state;
    assert_null(strstr(out, "canary"));
    assert_non_null(strstr(out, "&e=other&"));
    assert_non_null(strstr(out, "&fmt=other&"));
    free(out);
    scratch_free(s);
}

static void expect_runtime(struct scratch *s, const char *line,
                           const char *expected)
{
    char script[128];
    char *out;

    snprintf(script, sizeof(script), "%s\nexit 0\n", line);
    scratch_write(s, "bin/demo", script);
    out = scratch_ok(s, 0, TEL, "preview", "--raw", "demo", NULL);
    if (strstr(out, expected) == NULL)
        fail_msg("%s: no %s in %s", line, expected, out);
    free(out);
}

static void test_preview_reads_the_interpreter_of_a_script(void **state)
{
    struct scratch *s =
        person_consenting(DEMO_TOOL("GET") "[fields]\nrt = runtime: sh node\n");
    char path[512];
    char *out;

    (void)state;
    snprintf(path, sizeof(path), "/usr/bin:%s:/bin", scratch_path(s, "bin"));
    scratch_set(s, "PATH", path);
    out = scratch_ok(s, 0, TEL, "preview", "--raw", "demo", NULL);
    assert_null(strstr(out, "rt="));
    free(out);
    expect_runtime(s, "#!/bin/sh", "&rt=sh ");
    expect_runtime(s, "#! /bin/sh -e ", "&rt=sh ");
    expect_runtime(s, "#!/usr/bin/env node", "&rt=node ");
    expect_runtime(s, "#!/usr/bin/env\tnode\t", "&rt=node ");
    expect_runtime(s, "#!/usr/bin/env -S node --x", "&rt=other ");
    expect_runtime(s, "#!/opt/secret/perl", "&rt=other ");
    scratch_free(s);
}

static void test_preview_leaves_no_trace(void **state)
{
    struct scratch *s = person_consenting(DEMO_POST);
    char *before = person_files(s);
    char *after;

    (void)state;
    free(scratch_ok(s, 0, TEL, "preview", "demo", "commit", NULL));
    free(scratch_ok(s, 0, TEL, "preview", "--raw", "demo", "commit", NULL));
    scratch_set(s, "CI", "1");
    free(scratch_ok(s, 1, TEL, "preview", "demo", "commit", NULL));
    after = person_files(s);
    assert_string_equal(before, after);
    free(before);
    free(after);
    scratch_free(s);
}

/* The query of the one run that is over in the scratch's table. */
static void recorded_query(struct scratch *s, char *buf, size_t size)
{
    struct tel_finished finished;
    struct tel_table *table = NULL;
    struct tel_env env;
    char dir[TEL_PATH_MAX];

    tel_env_read(&env, s->vars, false, geteuid());
    assert_int_equal(tel_table_dir(&env, 0, dir, sizeof(dir)), 0);
    assert_int_equal(tel_table_open(dir, geteuid(), &table), 0);
    tel_table_look(table);
    assert_int_equal(tel_table_finished(table, &finished, 1), 1);
    tel_table_free(table, &finished);
    tel_table_close(table);
    finished.event.ms = 0;
    assert_true(tel_event_to_query(&finished.event, buf, size) > 0);
}

static void test_preview_equals_what_is_recorded(void **state)
{
    static const char *const lines[][6] = {
        {NULL},
        {"commit", NULL},
        {"commit", "--amend", "-m", "secret", NULL},
        {"-q", "commit", "--format", "json", NULL},
        {"commit", "--format=else", "--amend", NULL},
        {"push", "--format", "c+", NULL},
        {"--", "commit", "-q", NULL},
        {"-qmsecret", "commit", NULL},
    };
    struct scratch *s = person_consenting(DEMO_GET);

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        char *argv[16] = {(char *)(uintptr_t)TEL, (char *)(uintptr_t) "preview",
                          (char *)(uintptr_t) "--raw",
                          (char *)(uintptr_t) "demo"};
        char query[TEL_EVENT_TEXT_MAX];
        char start[TEL_EVENT_TEXT_MAX + 32];
        struct result r;
        int nargs = 0;

        for (; lines[i][nargs] != NULL; nargs++)
            argv[4 + nargs] = (char *)(uintptr_t)lines[i][nargs];
        person_run(s, "demo", argv + 4, nargs);
        recorded_query(s, query, sizeof(query));
        snprintf(start, sizeof(start), "GET /in?%s HTTP/1.1\r\n", query);
        r = scratch_runv(s, argv);
        assert_int_equal(r.status, 0);
        if (strncmp(r.out, start, strlen(start)) != 0)
            fail_msg("recorded %s, shown %s", query, r.out);
        result_clear(&r);
    }
    scratch_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_preview_get_is_exact),
        cmocka_unit_test(test_preview_post_is_exact),
        cmocka_unit_test(test_preview_for_a_person_has_fields_and_request),
        cmocka_unit_test(test_preview_says_where_each_value_comes_from),
        cmocka_unit_test(test_preview_says_why_other_and_none),
        cmocka_unit_test(test_preview_without_verbs_or_version),
        cmocka_unit_test(test_preview_as_json_is_the_same),
        cmocka_unit_test(test_preview_on_a_terminal_says_so),
        cmocka_unit_test(test_preview_leaves_the_tools_options_alone),
        cmocka_unit_test(test_preview_takes_a_path),
        cmocka_unit_test(test_preview_off_by_each_variable),
        cmocka_unit_test(test_preview_off_by_the_tools_own_name_of_a_variable),
        cmocka_unit_test(test_preview_off_by_word_and_default),
        cmocka_unit_test(test_preview_local_has_no_request),
        cmocka_unit_test(test_preview_ignored_verb_is_a_no),
        cmocka_unit_test(test_preview_bad_and_unknown_are_told_apart),
        cmocka_unit_test(test_preview_never_shows_an_argument),
        cmocka_unit_test(test_preview_reads_the_interpreter_of_a_script),
        cmocka_unit_test(test_preview_leaves_no_trace),
        cmocka_unit_test(test_preview_equals_what_is_recorded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
