/* SPDX-License-Identifier: MIT */
/* tel preview: the request of a command line, or the rule that forbids it. */
#include "person.h"

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
    /* As many lines as the request has keys. */
    assert_int_equal(count_of(human, "\n  "), count_of(raw, "="));
    free(human);
    free(raw);
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
    assert_string_equal(raw.err, r.out);
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
