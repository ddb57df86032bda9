/* SPDX-License-Identifier: MIT */
/* tel stats: one's own totals; and that --local is counted and never sent. */
#include "person.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "box.h"
#include "text.h"

static const char policy[] = "[tool]\nid = probe-id\nversion = 1.2\n"
                             "endpoint = http://127.0.0.1:%u/t\nmethod = POST\n"
                             "[verbs]\ncommit = c\nlog = l\n"
                             "[fields]\nms = rounded\nexit = code\n"
                             "fmt = word --format: json csv\n";

/* The tool: ends with its last argument, or by a signal. */
static const char tool[] = "#!/bin/sh\n"
                           "for last; do :; done\n"
                           "case $last in kill) kill -9 $$ ;;\n"
                           "[0-9]) exit \"$last\" ;; esac\n";

static int setup(void **state)
{
    struct box *box = box_new();
    char text[1024];

    (void)snprintf(text, sizeof(text), policy, server_port(box->server));
    scratch_write(box->scratch, "config/tel/tools.d/probe.conf", text);
    scratch_write(box->scratch, "bin/probe", tool);
    scratch_set(box->scratch, "PATH",
                scratch_path(box->scratch, "bin:/usr/bin:/bin"));
    *state = box;
    return 0;
}

static int teardown(void **state)
{
    box_free(*state);
    return 0;
}

static void probe(struct box *box, const char *verb, const char *format,
                  const char *end)
{
    struct result r = scratch_run(box->scratch, TEL_STAGE_BIN "/tel-wrap",
                                  "probe", verb, "--format", format, end, NULL);

    assert_int_equal(
        r.status, strcmp(end, "kill") == 0 ? -9 : (int)strtol(end, NULL, 10));
    result_clear(&r);
}

static bool are_five(void *context)
{
    struct box *box = context;
    char *out = scratch_ok(box->scratch, 0, TEL, "stats", NULL);
    bool are = strstr(out, "probe-id  5 runs") != NULL;

    free(out);
    return are;
}

/* Five runs: three commits, of which one failed and one was killed. */
static void use(struct box *box)
{
    tend(box->scratch);
    probe(box, "commit", "json", "0");
    probe(box, "commit", "json", "3");
    probe(box, "commit", "csv", "kill");
    probe(box, "log", "secret", "0");
    probe(box, "secret", "json", "0");
    /* How a run ended is written down after it has. */
    until(are_five, box);
}

static json_t *stats(struct box *box)
{
    char *out = scratch_ok(box->scratch, 0, TEL, "stats", "--json", NULL);
    json_error_t error;
    json_t *all = json_loads(out, JSON_REJECT_DUPLICATES, &error);
    json_t *first;

    if (all == NULL)
        fail_msg("stats --json: %s in %s", error.text, out);
    assert_null(strstr(out, "secret"));
    assert_int_equal(json_array_size(json_object_get(all, "tools")), 1);
    first = json_incref(json_array_get(json_object_get(all, "tools"), 0));
    json_decref(all);
    free(out);
    return first;
}

static long number(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);

    assert_true(json_is_integer(value));
    return (long)json_integer_value(value);
}

static void expect_event(json_t *found, size_t index, const char *name,
                         const long counts[5])
{
    static const char *const keys[] = {"runs", "ok", "error", "signal", "lost"};
    json_t *event = json_array_get(json_object_get(found, "events"), index);

    assert_non_null(event);
    assert_string_equal(json_string_value(json_object_get(event, "event")),
                        name);
    for (size_t i = 0; i < COUNT(keys); i++)
        assert_int_equal(number(event, keys[i]), counts[i]);
}

static void expect_use(struct box *box, long sent, long waiting, long kept)
{
    json_t *found = stats(box);
    json_t *fmt = json_object_get(json_object_get(found, "fields"), "fmt");

    assert_string_equal(json_string_value(json_object_get(found, "id")),
                        "probe-id");
    assert_int_equal(number(found, "runs"), 5);
    assert_int_equal(number(found, "sent"), sent);
    assert_int_equal(number(found, "waiting"), waiting);
    assert_int_equal(number(found, "kept"), kept);
    assert_true(json_is_null(json_object_get(found, "since")) == (sent == 0));
    expect_event(found, 0, "commit", (const long[]){3, 1, 1, 1, 0});
    expect_event(found, 1, "log", (const long[]){1, 1, 0, 0, 0});
    expect_event(found, 2, "other", (const long[]){1, 1, 0, 0, 0});
    assert_int_equal(number(fmt, "json"), 3);
    assert_int_equal(number(fmt, "csv"), 1);
    assert_int_equal(number(fmt, "other"), 1);
    json_decref(found);
}

static void test_stats_of_local_runs_that_never_leave(void **state)
{
    struct box *box = *state;
    char *out;

    free(scratch_ok(box->scratch, 0, TEL, "on", "probe", "--local", NULL));
    use(box);
    expect_use(box, 0, 0, 5);
    out = scratch_ok(box->scratch, 0, TEL, "flush", NULL);
    assert_string_equal(out, "0 sent, 0 waiting\n");
    free(out);
    expect_use(box, 0, 0, 5);
    assert_int_equal(server_connections(box->server), 0);
    /* A yes later on is about later runs. */
    free(scratch_ok(box->scratch, 0, TEL, "on", "probe", NULL));
    out = scratch_ok(box->scratch, 0, TEL, "flush", NULL);
    assert_string_equal(out, "0 sent, 0 waiting\n");
    free(out);
    expect_use(box, 0, 0, 5);
    assert_int_equal(server_connections(box->server), 0);
}

static void test_stats_are_the_same_before_and_after_sending(void **state)
{
    struct box *box = *state;
    char *out;

    free(scratch_ok(box->scratch, 0, TEL, "on", "probe", NULL));
    use(box);
    expect_use(box, 0, 5, 0);
    server_answers(box->server, 503);
    out = scratch_ok(box->scratch, 1, TEL, "flush", NULL);
    free(out);
    expect_use(box, 0, 5, 0);
    server_answers(box->server, 204);
    out = scratch_ok(box->scratch, 0, TEL, "flush", NULL);
    assert_string_equal(out, "5 sent, 0 waiting\n");
    free(out);
    assert_int_equal(server_count(box->server), 2);
    expect_use(box, 5, 0, 0);
}

static size_t longest_line(const char *text)
{
    size_t longest = 0;

    while (*text != '\0') {
        size_t len = strcspn(text, "\n");

        longest = len > longest ? len : longest;
        text += len + (text[len] == '\n');
    }
    return longest;
}

static void test_stats_table_has_bars(void **state)
{
    struct box *box = *state;
    char *plain;
    char *narrow;
    char *blocks;

    free(scratch_ok(box->scratch, 0, TEL, "on", "probe", "--local", NULL));
    use(box);
    plain = scratch_ok(box->scratch, 0, TEL, "stats", "probe", NULL);
    assert_non_null(strstr(plain, "probe-id  5 runs: 5 kept here only\n"));
    assert_non_null(strstr(plain, "json 3, csv 1, other 1\n"));
    assert_non_null(strstr(plain, "  commit         3  ####"));
    assert_non_null(strstr(plain, "     67%  "));
    assert_null(strstr(plain, "\033"));
    assert_int_equal(longest_line(plain), 80);
    scratch_set(box->scratch, "COLUMNS", "40");
    narrow = scratch_ok(box->scratch, 0, TEL, "stats", "probe-id", NULL);
    assert_true(strlen(narrow) < strlen(plain));
    scratch_set(box->scratch, "LC_ALL", "C.UTF-8");
    blocks = scratch_ok(box->scratch, 0, TEL, "stats", NULL);
    assert_non_null(strstr(blocks, "█"));
    free(plain);
    free(narrow);
    free(blocks);
}

static void test_stats_of_nothing_says_so_and_makes_nothing(void **state)
{
    struct box *box = *state;
    char *before = person_files(box->scratch);
    char *after;
    char *out = scratch_ok(box->scratch, 0, TEL, "stats", NULL);

    assert_string_equal(
        out, "Nothing was recorded yet, or nothing of it is kept.\n");
    free(out);
    out = scratch_ok(box->scratch, 0, TEL, "stats", "--json", NULL);
    assert_string_equal(out, "{\"tools\":[]}\n");
    free(out);
    free(scratch_ok(box->scratch, 1, TEL, "stats", "unknown", NULL));
    after = person_files(box->scratch);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_stats_of_local_runs_that_never_leave, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_stats_are_the_same_before_and_after_sending, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stats_table_has_bars, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_stats_of_nothing_says_so_and_makes_nothing, setup, teardown),
    };

    return cmocka_run_group_tests_name("tel_stats", tests, NULL, NULL);
}
