/* SPDX-License-Identifier: MIT */
/* tel status: every tool, its rule, what waits; and no trace of the look. */
#include "person.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE                                                         \
    "{\"t\":\"demo-id\",\"e\":\"commit\",\"v\":1,\"tv\":\"1.2\","    \
    "\"os\":\"linux\",\"libc\":\"glibc-2.36\",\"ms\":12,\"exit\":0," \
    "\"quiet\":\"no\"}\n"
#define EVENTS                               \
    "0123456789abcdef0123456789abcdef " LINE \
    "1123456789abcdef0123456789abcdef " LINE

static void expect(json_t *tool, const char *key, const char *value)
{
    json_t *got = json_object_get(tool, key);

    assert_non_null(got);
    if (value == NULL)
        assert_true(json_is_null(got));
    else
        assert_string_equal(json_string_value(got), value);
}

static long long number(json_t *tool, const char *key)
{
    json_t *got = json_object_get(tool, key);

    assert_true(json_is_integer(got));
    return json_integer_value(got);
}

static bool truth(json_t *tool, const char *key)
{
    json_t *got = json_object_get(tool, key);

    assert_true(json_is_boolean(got));
    return json_is_true(got);
}

static void test_status_json_holds_every_key(void **state)
{
    struct scratch *s = person_new(DEMO_POST);
    json_t *status = person_status(s);
    json_t *tool = person_tool(status, "demo");

    (void)state;
    assert_int_equal(json_object_size(status), 3);
    assert_int_equal(json_object_size(tool), 11);
    expect(tool, "name", "demo");
    expect(tool, "id", "demo-id");
    assert_false(truth(tool, "on"));
    assert_false(truth(tool, "local"));
    assert_int_equal(number(tool, "rule"), 7);
    assert_true(json_is_string(json_object_get(tool, "why")));
    expect(tool, "variable", NULL);
    expect(tool, "advice", "tel on demo");
    assert_int_equal(number(tool, "waiting"), 0);
    assert_int_equal(number(tool, "kept"), 0);
    assert_int_equal(number(tool, "dropped"), 0);
    assert_true(json_is_null(json_object_get(status, "sender")));
    assert_false(truth(status, "preloaded"));
    json_decref(status);
    scratch_free(s);
}

static void test_status_follows_the_word(void **state)
{
    static const struct {
        const char *say[3];
        bool on;
        bool local;
    } steps[] = {
        {{"on", "demo", NULL}, true, false},
        {{"on", "demo", "--local"}, true, true},
        {{"off", "demo", NULL}, false, false},
    };
    struct scratch *s = person_new(DEMO_POST);

    (void)state;
    for (size_t i = 0; i < COUNT(steps); i++) {
        json_t *status;
        json_t *tool;

        free(scratch_ok(s, 0, TEL, steps[i].say[0], steps[i].say[1],
                        steps[i].say[2], NULL));
        status = person_status(s);
        tool = person_tool(status, "demo");
        assert_int_equal(truth(tool, "on"), steps[i].on);
        assert_int_equal(truth(tool, "local"), steps[i].local);
        assert_int_equal(number(tool, "rule"), 6);
        json_decref(status);
    }
    scratch_free(s);
}

static void test_status_names_the_variable(void **state)
{
    static const struct {
        const char *name;
        int rule;
    } variables[] = {
        {"DO_NOT_TRACK", 2}, {"DEMO_ID_NO_TELEMETRY", 3}, {"CI", 4}};
    struct scratch *s = person_consenting(DEMO_POST);

    (void)state;
    for (size_t i = 0; i < COUNT(variables); i++) {
        char unset[64];
        json_t *status;
        json_t *tool;
        char *table;

        scratch_set(s, variables[i].name, "0");
        status = person_status(s);
        tool = person_tool(status, "demo");
        assert_false(truth(tool, "on"));
        assert_int_equal(number(tool, "rule"), variables[i].rule);
        expect(tool, "variable", variables[i].name);
        json_decref(status);
        table = scratch_ok(s, 0, TEL, "status", NULL);
        snprintf(unset, sizeof(unset), "unset %s", variables[i].name);
        assert_non_null(strstr(table, unset));
        free(table);
        scratch_set(s, variables[i].name, NULL);
    }
    scratch_free(s);
}

static void test_status_bad_policy_is_off_with_its_line(void **state)
{
    struct scratch *s = person_new(DEMO_POST);
    const char *dir = scratch_path(s, "config/tel/tools.d/");
    json_t *status;
    json_t *tool;
    char what[512];
    char *table;

    (void)state;
    scratch_write(s, "config/tel/tools.d/bad.conf",
                  "[tool]\nid = bad\nnon\"sense\\\t\x01\xff = 1\n");
    status = person_status(s);
    tool = person_tool(status, "bad");
    assert_int_equal(json_object_size(tool), 11);
    expect(tool, "id", NULL);
    assert_false(truth(tool, "on"));
    assert_int_equal(number(tool, "rule"), 0);
    snprintf(what, sizeof(what), "%sbad.conf:3: ", dir);
    assert_ptr_equal(
        strstr(json_string_value(json_object_get(tool, "why")), what),
        json_string_value(json_object_get(tool, "why")));
    json_decref(status);
    table = scratch_ok(s, 0, TEL, "status", "bad", NULL);
    assert_non_null(strstr(table, what));
    assert_null(strstr(table, "demo"));
    free(table);
    scratch_free(s);
}

static void test_status_json_escapes_a_folder_of_odd_bytes(void **state)
{
    struct scratch *s = person_new(DEMO_POST);
    json_t *status;
    const char *why;

    (void)state;
    scratch_write(s, "o\"d\\d\xff\xc3\xa9\x02/bad.conf", "[tool]\nx = 1\n");
    scratch_set(s, "TEL_CONFIG_PATH",
                scratch_path(s, "o\"d\\d\xff\xc3\xa9\x02"));
    status = person_status(s);
    why = json_string_value(json_object_get(person_tool(status, "bad"), "why"));
    assert_non_null(strstr(why, "o\"d\\d\xef\xbf\xbd\xc3\xa9\x02/bad.conf:2"));
    json_decref(status);
    scratch_free(s);
}

static void test_status_first_found_wins_and_is_sorted(void **state)
{
    struct scratch *s = scratch_new();
    char path[600];
    json_t *status;
    json_t *tools;
    char *table;

    (void)state;
    scratch_write(s, "one/demo.conf", DEMO_POST);
    scratch_write(s, "two/demo.conf", "[tool]\nid = other\n");
    scratch_write(s, "two/b.conf", DEMO_POST);
    scratch_write(s, "two/a.conf", DEMO_POST);
    scratch_write(s, "two/.hidden.conf", DEMO_POST);
    scratch_write(s, "two/readme", "no policy");
    snprintf(path, sizeof(path), "%s:relative::%s:%s", scratch_path(s, "one"),
             scratch_path(s, "absent"), scratch_path(s, "two"));
    scratch_set(s, "TEL_CONFIG_PATH", path);
    status = person_status(s);
    tools = json_object_get(status, "tools");
    assert_int_equal(json_array_size(tools), 3);
    expect(json_array_get(tools, 0), "name", "a");
    expect(json_array_get(tools, 1), "name", "b");
    expect(json_array_get(tools, 2), "name", "demo");
    expect(json_array_get(tools, 2), "id", "demo-id");
    json_decref(status);
    table = scratch_ok(s, 0, TEL, "status", "demo-id", NULL);
    /* head, 3, empty, preload, sender */
    assert_int_equal(count_of(table, "\n"), 7);
    free(table);
    scratch_free(s);
}

static void test_status_unknown_tool_is_a_no(void **state)
{
    struct scratch *s = person_new(DEMO_POST);
    struct result r = scratch_run(s, TEL, "status", "--json", "gone", NULL);

    (void)state;
    assert_int_equal(r.status, 1);
    assert_string_equal(r.out, "");
    assert_non_null(strstr(r.err, "no tool named gone"));
    assert_int_equal(count_of(r.err, "\n"), 1);
    result_clear(&r);
    scratch_free(s);
}

static void test_status_without_tools_says_where_it_looked(void **state)
{
    struct scratch *s = scratch_new();
    char *out = scratch_ok(s, 0, TEL, "status", NULL);
    json_t *status = person_status(s);

    (void)state;
    assert_non_null(strstr(out, scratch_path(s, "config/tel/tools.d")));
    assert_int_equal(json_array_size(json_object_get(status, "tools")), 0);
    json_decref(status);
    free(out);
    scratch_free(s);
}

static void test_status_counts_what_waits_and_was_dropped(void **state)
{
    struct scratch *s = person_consenting(DEMO_POST);
    char *args[] = {(char *)(uintptr_t) "commit"};
    json_t *status;
    json_t *tool;

    (void)state;
    scratch_write(s, "state/tel/outbox/00000000000000aa-demo.new", EVENTS);
    scratch_write(s, "state/tel/outbox/00000000000000ab-demo.local", EVENTS);
    scratch_write(s, "state/tel/outbox/00000000000000ac-else.new", EVENTS);
    scratch_write(s, "state/tel/dropped", "else 4\ndemo-id 17\n");
    person_run(s, "demo", args, 1);
    person_run(s, "demo", args, 1);
    person_run(s, "demo", args, 1);
    status = person_status(s);
    tool = person_tool(status, "demo");
    assert_int_equal(number(tool, "waiting"), 5);
    assert_int_equal(number(tool, "kept"), 2);
    assert_int_equal(number(tool, "dropped"), 17);
    json_decref(status);
    scratch_free(s);
}

static void test_status_shows_what_waits_without_a_policy(void **state)
{
    struct scratch *s = person_consenting(DEMO_POST);
    json_t *status;
    json_t *tool;
    char *table;

    (void)state;
    scratch_write(s, "state/tel/outbox/00000000000000aa-a.new", EVENTS);
    scratch_write(s, "state/tel/outbox/00000000000000ab-a.local", EVENTS);
    scratch_write(s, "state/tel/outbox/00000000000000ac-zz.local", EVENTS);
    status = person_status(s);
    assert_int_equal(json_array_size(json_object_get(status, "tools")), 3);
    tool = person_tool(status, "a");
    assert_int_equal(json_object_size(tool), 11);
    expect(tool, "id", NULL);
    expect(tool, "why", "it has no policy any more");
    assert_false(truth(tool, "on"));
    assert_int_equal(number(tool, "waiting"), 2);
    assert_int_equal(number(tool, "kept"), 2);
    assert_int_equal(number(person_tool(status, "zz"), "kept"), 2);
    json_decref(status);
    free(scratch_ok(s, 0, TEL, "off", "a", NULL));
    table = scratch_ok(s, 0, TEL, "status", NULL);
    assert_null(strstr(table, "\na "));
    assert_non_null(strstr(table, "tel off zz forgets what waits"));
    free(table);
    scratch_free(s);
}

static void test_status_says_whether_it_is_preloaded(void **state)
{
    static const struct {
        const char *list;
        bool preloaded;
    } lists[] = {
        {"/no/libtel_shim.so", true},
        {"/no/x.so:/no/libtel_shim.so", true},
        {"/no/libtel_shim.so /no/x.so", true},
        {"/no/libtel_shim.so.old", false},
        {"/no/x.so", false},
    };
    struct scratch *s = person_new(DEMO_POST);

    (void)state;
    for (size_t i = 0; i < COUNT(lists); i++) {
        struct result r;
        json_t *status;

        scratch_set(s, "LD_PRELOAD", lists[i].list);
        r = scratch_run(s, TEL, "status", "--json", NULL);
        status = json_loads(r.out, 0, NULL);
        assert_non_null(status);
        assert_int_equal(truth(status, "preloaded"), lists[i].preloaded);
        json_decref(status);
        result_clear(&r);
        r = scratch_run(s, TEL, "status", NULL);
        assert_non_null(strstr(r.out, lists[i].preloaded
                                          ? "This shell preloads tel"
                                          : "does not preload tel"));
        result_clear(&r);
    }
    scratch_free(s);
}

/* A sender that ended between writing the file and freeing the slot. */
static void mark_one(struct scratch *s, uint64_t key)
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
    tel_table_mark(table, &finished, key);
    tel_table_close(table);
}

static void test_status_counts_a_moved_run_once(void **state)
{
    struct scratch *s = person_consenting(DEMO_POST);
    char *args[] = {(char *)(uintptr_t) "commit"};
    json_t *status;

    (void)state;
    person_run(s, "demo", args, 1);
    person_run(s, "demo", args, 1);
    mark_one(s, 0xaa);
    status = person_status(s);
    assert_int_equal(number(person_tool(status, "demo"), "waiting"), 2);
    json_decref(status);
    scratch_write(s, "state/tel/outbox/00000000000000aa-demo.new", EVENTS);
    status = person_status(s);
    assert_int_equal(number(person_tool(status, "demo"), "waiting"), 3);
    json_decref(status);
    scratch_free(s);
}

static void test_status_leaves_no_trace(void **state)
{
    struct scratch *s = person_consenting(DEMO_POST);
    char *before = person_files(s);
    char *after;

    (void)state;
    free(scratch_ok(s, 0, TEL, "status", NULL));
    free(scratch_ok(s, 0, TEL, "status", "--json", NULL));
    free(scratch_ok(s, 0, TEL, "status", "demo", NULL));
    after = person_files(s);
    assert_string_equal(before, after);
    free(before);
    free(after);
    scratch_free(s);
}

static void test_status_foreign_state_is_refused(void **state)
{
    struct scratch *s;

    (void)state;
    skip_unless(geteuid() == 0, "only root can give a folder away");
    s = person_new(DEMO_POST);
    scratch_write(s, "state/tel/dropped", "demo-id 1\n");
    assert_int_equal(chown(scratch_path(s, "state/tel"), 1, 1), 0);
    person_refused(s, "state/tel: ", "status", NULL);
    person_refused(s, "state/tel: ", "status", "--json", NULL);
    person_refused(s, "state/tel: ", "purge", NULL);
    scratch_free(s);
}

/* script(1) gives it a terminal. */
static void test_status_colours_on_a_terminal_only(void **state)
{
    struct scratch *s = person_consenting(DEMO_POST);
    char *pipe = scratch_ok(s, 0, TEL, "status", NULL);
    char *terminal;
    char *none;

    (void)state;
    scratch_set(s, "TERM", "xterm");
    terminal =
        scratch_ok(s, 0, "script", "-qec", TEL " status", "/dev/null", NULL);
    scratch_set(s, "NO_COLOR", "1");
    none = scratch_ok(s, 0, "script", "-qec", TEL " status", "/dev/null", NULL);
    assert_null(strchr(pipe, '\033'));
    assert_non_null(strstr(terminal, "\033[32mon"));
    assert_null(strchr(none, '\033'));
    free(pipe);
    free(terminal);
    free(none);
    scratch_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status_json_holds_every_key),
        cmocka_unit_test(test_status_follows_the_word),
        cmocka_unit_test(test_status_names_the_variable),
        cmocka_unit_test(test_status_bad_policy_is_off_with_its_line),
        cmocka_unit_test(test_status_json_escapes_a_folder_of_odd_bytes),
        cmocka_unit_test(test_status_first_found_wins_and_is_sorted),
        cmocka_unit_test(test_status_unknown_tool_is_a_no),
        cmocka_unit_test(test_status_without_tools_says_where_it_looked),
        cmocka_unit_test(test_status_counts_what_waits_and_was_dropped),
        cmocka_unit_test(test_status_shows_what_waits_without_a_policy),
        cmocka_unit_test(test_status_says_whether_it_is_preloaded),
        cmocka_unit_test(test_status_counts_a_moved_run_once),
        cmocka_unit_test(test_status_leaves_no_trace),
        cmocka_unit_test(test_status_foreign_state_is_refused),
        cmocka_unit_test(test_status_colours_on_a_terminal_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
