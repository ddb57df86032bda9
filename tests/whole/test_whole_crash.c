/* SPDX-License-Identifier: MIT */
/* Crashes, from the fault to the collector's report: all counted, by where. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tel/event.h>

#include "collect.h"

static const char policy[] =
    "[tool]\nid = crasher\nversion = 1.2\nendpoint = http://127.0.0.1:%d/t\n"
    "method = POST\n[command]\nverbs = none\n"
    "[fields]\nexit = code\ncrash = on\nbuild-ids = %s\n";

static void write_policy(struct collect *c, const char *path, const char *id)
{
    char text[512];

    (void)snprintf(text, sizeof(text), policy, c->port > 0 ? c->port : 9, id);
    scratch_write(c->scratch, path, text);
}

static int setup(void **state)
{
    static struct collect c;
    char *id;

    collect_setup(&c);
    id = scratch_ok(c.scratch, 0, "/bin/sh", "-c",
                    "readelf -n \"$0\" | awk '/Build ID:/ {printf \"%s\", $3}'",
                    CRASHER, NULL);
    write_policy(&c, "tools/crasher.conf", id);
    collect_start(&c, "127.0.0.1:0");
    write_policy(&c, "config/tel/tools.d/crasher.conf", id);
    free(id);
    free(scratch_ok(c.scratch, 0, TEL, "on", "crasher", NULL));
    *state = &c;
    return 0;
}

static int teardown(void **state)
{
    collect_stop(*state);
    collect_teardown(*state);
    return 0;
}

static void run(struct collect *c, const char *way, int status, int times)
{
    scratch_set(c->scratch, "LD_PRELOAD", TEL_STAGE_SHIM ":" TEL_STAGE_CRASH);
    for (int i = 0; i < times; i++) {
        struct result result = scratch_run(c->scratch, CRASHER, way, NULL);

        assert_int_equal(result.status, status);
        result_clear(&result);
    }
    scratch_set(c->scratch, "LD_PRELOAD", NULL);
}

static bool all_have_come(void *context)
{
    struct collect *c = context;

    free(scratch_ok(c->scratch, 0, TEL, "flush", NULL));
    return collect_sql(c, "SELECT sum(n) FROM total WHERE item = 'runs'") == 15;
}

static void test_whole_crashes_are_counted_by_where(void **state)
{
    struct collect *c = *state;
    json_t *report = NULL;
    json_t *crashes = NULL;
    json_t *run_event = NULL;

    run(c, "store", -SIGSEGV, 7);
    run(c, "abort", -SIGABRT, 5);
    run(c, "nothing", 0, 3);
    until(all_have_come, c);
    report = collect_report(c, "crasher", "-k", "1", NULL);
    run_event = event_of(report, "run");
    assert_int_equal(number_of(run_event, "runs"), 15);
    assert_int_equal(number_of(run_event, "signal"), 12);
    crashes = json_object_get(report, "crashes");
    assert_int_equal(json_array_size(crashes), 2);
    assert_int_equal(number_of(json_array_get(crashes, 0), "runs"), 7);
    assert_int_equal(number_of(json_array_get(crashes, 1), "runs"), 5);
    for (size_t i = 0; i < 2; i++) {
        const char *crash = json_string_value(
            json_object_get(json_array_get(crashes, i), "crash"));

        assert_true(tel_crash_valid(crash, strlen(crash)));
    }
    json_decref(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_whole_crashes_are_counted_by_where,
                                        setup, teardown),
    };

    return cmocka_run_group_tests_name("whole crash", tests, NULL, NULL);
}
