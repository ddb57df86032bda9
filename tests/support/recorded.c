/* SPDX-License-Identifier: MIT */
/* A scratch whose table of runs the test itself reads. */
#include "recorded.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../runs/table.h"

struct wait_for_run {
    struct recorded *recorded;
    struct tel_finished run;
};

static void env_of(const struct recorded *recorded, struct tel_env *ret_env)
{
    tel_env_read(ret_env, recorded->scratch->vars, false, geteuid());
}

struct recorded *recorded_new(void)
{
    struct recorded *recorded = calloc(1, sizeof(*recorded));
    char dir[TEL_PATH_MAX];
    struct tel_env env;

    assert_non_null(recorded);
    recorded->scratch = scratch_new();
    env_of(recorded, &env);
    assert_int_equal(tel_table_dir(&env, 0, dir, sizeof(dir)), 0);
    assert_int_equal(table_make(dir, geteuid()), 0);
    assert_int_equal(tel_table_open(dir, geteuid(), &recorded->table), 0);
    assert_int_equal(tel_lease_take(recorded->table), 0);
    return recorded;
}

void recorded_free(struct recorded *recorded)
{
    tel_lease_drop(recorded->table);
    tel_table_close(recorded->table);
    scratch_free(recorded->scratch);
    free(recorded);
}

void recorded_tool(struct recorded *recorded, const char *name,
                   const char *rest)
{
    static struct tel_policy policy;
    char path[256];
    char text[4096];
    struct tel_err err;
    struct tel_env env;

    (void)snprintf(text, sizeof(text),
                   "[tool]\nid = %s\nversion = 1.2\n"
                   "endpoint = http://127.0.0.1:9/t\n"
                   "[fields]\nms = rounded\nexit = code\n%s",
                   name, rest);
    (void)snprintf(path, sizeof(path), "config/tel/tools.d/%s.conf", name);
    scratch_write(recorded->scratch, path, text);
    env_of(recorded, &env);
    if (tel_policy_find(&env, name, &policy, &err) < 0) {
        fail_msg("%s", err.text);
    }
    if (tel_consent_write(&env, &policy, TEL_ANSWER_YES, &err) < 0) {
        fail_msg("%s", err.text);
    }
}

static bool take_one(void *context)
{
    struct wait_for_run *wait = context;
    struct tel_table *table = wait->recorded->table;

    tel_table_look(table);
    if (tel_table_finished(table, &wait->run, 1) == 0) {
        return false;
    }
    tel_table_free(table, &wait->run);
    return true;
}

struct tel_finished recorded_next(struct recorded *recorded)
{
    struct wait_for_run wait = {.recorded = recorded};

    until(take_one, &wait);
    return wait.run;
}

static bool one_is_running(void *context)
{
    struct tel_table_counts counts;

    tel_table_look(context);
    tel_table_count(context, &counts);
    return counts.running == 1;
}

void recorded_until_running(struct recorded *recorded)
{
    until(one_is_running, recorded->table);
}

void recorded_nothing_more(struct recorded *recorded)
{
    struct tel_table_counts counts;

    tel_table_look(recorded->table);
    tel_table_count(recorded->table, &counts);
    assert_int_equal(counts.running, 0);
    assert_int_equal(counts.finished, 0);
    assert_int_equal(counts.pending, 0);
    assert_int_equal(counts.foreign, 0);
    assert_int_equal(tel_table_dropped(recorded->table, NULL), 0);
}

void recorded_expect(struct recorded *recorded, const char *event,
                     enum tel_end end, int code)
{
    struct tel_finished run = recorded_next(recorded);

    assert_string_equal(run.event.event, event);
    assert_int_equal(run.event.end, end);
    assert_int_equal(run.event.code, code);
}

void recorded_expect_killed(struct recorded *recorded, const char *event)
{
    if (tel_pidfd_tells()) {
        recorded_expect(recorded, event, TEL_END_SIGNAL, SIGKILL);
    } else {
        recorded_expect(recorded, event, TEL_END_LOST, 0);
    }
}
