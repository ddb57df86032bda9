/* SPDX-License-Identifier: MIT */
/*
 * What a Worker's object keeps over the days. Between its runs the test turns
 * the clock by writing into the object's own database.
 */
#include "hosted.h"

#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#define CRASH(rest)                                                  \
    "{\"t\":\"lister\",\"e\":\"run\",\"v\":1,\"tv\":\"1.2\",\"os\":" \
    "\"linux\",\"libc\":\"musl\",\"ms\":1,\"sig\":11,\"crash\":"     \
    "\"1a2b3c4d-" rest "\"}\n"

struct trial {
    struct edge edge;
    struct collect *c;
    pid_t pid;
};

static void start(struct trial *t)
{
    t->pid = hosted_worker(&t->edge, &t->c->port);
}

static int setup(void **state)
{
    static struct trial t;

    memset(&t, 0, sizeof(t));
    edge_setup(&t.edge);
    t.c = &t.edge.collect;
    start(&t);
    *state = &t;
    return 0;
}

static int teardown(void **state)
{
    struct trial *t = *state;

    edge_teardown(&t->edge);
    return 0;
}

/* The one file that is an object's; metadata.sqlite is workerd's own. */
static void find_db(struct trial *t, char *buf, size_t size)
{
    glob_t found;

    assert_int_equal(
        glob(scratch_path(t->c->scratch,
                          "edge/disk/tel-totals/"
                          "[0-9a-f][0-9a-f][0-9a-f][0-9a-f]*.sqlite"),
             0, NULL, &found),
        0);
    assert_int_equal(found.gl_pathc, 1);
    snprintf(buf, size, "%s", found.gl_pathv[0]);
    globfree(&found);
}

/* The number that the last of the statements gives, or -1. */
static long have_do(const char *file, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    sqlite3 *db = NULL;
    long number = -1;

    assert_int_equal(sqlite3_open_v2(file, &db, SQLITE_OPEN_READWRITE, NULL),
                     SQLITE_OK);
    while (*sql != '\0') {
        if (sqlite3_prepare_v2(db, sql, -1, &statement, &sql) != SQLITE_OK)
            fail_msg("%s", sqlite3_errmsg(db));
        if (sqlite3_step(statement) == SQLITE_ROW)
            number = (long)sqlite3_column_int64(statement, 0);
        if (sqlite3_finalize(statement) != SQLITE_OK)
            fail_msg("%s", sqlite3_errmsg(db));
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return number;
}

/* Ends the worker, has its object's database do this, and starts it anew. */
static long meanwhile(struct trial *t, const char *sql)
{
    char file[512];
    long number;

    assert_int_equal(scratch_stop(t->c->scratch, t->pid, SIGKILL), -SIGKILL);
    find_db(t, file, sizeof(file));
    number = have_do(file, sql);
    start(t);
    return number;
}

static bool kept(struct trial *t, const char *row)
{
    struct text rows = {0};
    char url[64];
    bool there;

    snprintf(url, sizeof(url), "http://127.0.0.1:%d", t->c->port);
    hosted_dump(&t->edge, url, &rows);
    there = strstr(rows.bytes, row) != NULL;
    text_clear(&rows);
    return there;
}

#define TODAY "date('now')"
#define DAY(ago) "date('now', '-" #ago " days')"
#define GO_BACK "UPDATE generation SET began = unixepoch() / 86400 - "

static int count_one(struct trial *t, const char *key)
{
    return collect_get(t->c, QUERY("commit", "ms=1&exit=0"), key);
}

/* Of three years' days, those of the last 365 stay. */
static void test_edge_keeps_days_as_long_as_it_is_told(void **state)
{
    struct trial *t = *state;

    assert_int_equal(count_one(t, NULL), 204);
    meanwhile(
        t,
        "INSERT INTO total VALUES"
        "(" DAY(365) ", 'a', '1', 'e', 'runs', '', 1),"
                     "(" DAY(366) ", 'b', '1', 'e', 'runs', '', 1),"
                                  "(" DAY(
                                      1000) ", 'c', '1', 'e', 'runs', '', 1);"
                                            "INSERT INTO refused VALUES(" DAY(
                                                365) ", 'tool', 5),"
                                                     "(" DAY(
                                                         366) ", 'form', 5);");
    assert_int_equal(count_one(t, NULL), 204);
    assert_true(kept(t, "git|commit|2.39.5|runs||2\n"));
    assert_true(kept(t, "a|e|1|runs||1\n"));
    assert_true(kept(t, "refused|tool|5\n"));
    assert_false(kept(t, "b|e|1|runs||1\n"));
    assert_false(kept(t, "c|e|1|runs||1\n"));
    assert_false(kept(t, "refused|form|5\n"));
}

static bool is_forgotten(void *context)
{
    return !kept(context, "b|e|1|runs||1\n");
}

/* Nothing comes any more; the object's alarm is made due, in both the places
 * where workerd has its time, in nanoseconds. */
static void test_edge_keeps_no_old_day_where_nothing_comes(void **state)
{
    struct trial *t = *state;
    char file[512];

    assert_int_equal(count_one(t, NULL), 204);
    assert_int_equal(scratch_stop(t->c->scratch, t->pid, SIGKILL), -SIGKILL);
    find_db(t, file, sizeof(file));
    (void)have_do(file,
                  "INSERT INTO total VALUES(" DAY(
                      365) ", 'a', '1', 'e',"
                           " 'runs', '', 1), (" DAY(
                               366) ", 'b', '1', 'e',"
                                    " 'runs', '', 1);"
                                    "UPDATE _cf_METADATA SET value = 1000000000"
                                    " WHERE key = 1");
    (void)have_do(
        scratch_path(t->c->scratch, "edge/disk/tel-totals/metadata.sqlite"),
        "UPDATE _cf_ALARM SET scheduled_time = 1000000000");
    start(t);
    until(is_forgotten, t);
    assert_true(kept(t, "a|e|1|runs||1\n"));
    assert_true(kept(t, "git|commit|2.39.5|runs||1\n"));
    /* It has been set for the next day. */
    assert_int_equal(meanwhile(t, "SELECT value > unixepoch() * 1000000000"
                                  " FROM _cf_METADATA WHERE key = 1"),
                     1);
}

/* A key lives through the window, wherever in its generation it came, and not
 * much longer. */
static void test_edge_keeps_keys_for_two_generations(void **state)
{
    struct trial *t = *state;

    assert_int_equal(count_one(t, KEY), 204);
    assert_int_equal(count_one(t, KEY), 204);
    assert_true(kept(t, "git|commit|2.39.5|runs||1\n"));
    meanwhile(t, GO_BACK "14");
    assert_int_equal(count_one(t, KEY), 204);
    meanwhile(t, GO_BACK "15");
    assert_int_equal(count_one(t, KEY), 204);
    assert_true(kept(t, "git|commit|2.39.5|runs||1\n"));
    meanwhile(t, GO_BACK "1000");
    assert_int_equal(count_one(t, KEY), 204);
    assert_true(kept(t, "git|commit|2.39.5|runs||2\n"));
    /* A clock that was ahead and is put back forgets nothing, and is no reason
     * to keep keys for longer. */
    meanwhile(t, GO_BACK "-1000");
    assert_int_equal(count_one(t, KEY), 204);
    assert_true(kept(t, "git|commit|2.39.5|runs||2\n"));
    assert_int_equal(meanwhile(t, "SELECT unixepoch() / 86400 - began"
                                  " FROM generation"),
                     0);
    assert_int_equal(meanwhile(t, "SELECT count(*) FROM seen"), 1);
}

/* It may be sent again to a Worker that has learnt its policy meanwhile. */
static void test_edge_keeps_no_key_of_what_was_refused(void **state)
{
    struct trial *t = *state;

    assert_int_equal(collect_get(t->c, QUERY("push", "ms=1&exit=0"), KEY), 422);
    assert_int_equal(count_one(t, KEY), 204);
    assert_int_equal(count_one(t, KEY), 204);
    assert_true(kept(t, "git|commit|2.39.5|runs||1\n"));
}

static void test_edge_keeps_a_thousand_crashes_apart(void **state)
{
    struct trial *t = *state;

    assert_int_equal(
        collect_post(t->c, CRASH("1-00000000") CRASH("2-00000000"), NULL), 204);
    meanwhile(t, "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL"
                 " SELECT n + 1 FROM i WHERE n < 998)"
                 "INSERT INTO total SELECT " TODAY ", 'lister', '1.2', '',"
                 " 'crash', printf('1a2b3c4d-%x-11111111', n), 1 FROM i");
    assert_int_equal(collect_post(t->c,
                                  CRASH("1-00000000") CRASH("3-00000000")
                                      CRASH("4-00000000"),
                                  NULL),
                     204);
    assert_true(kept(t, "lister||1.2|crash|1a2b3c4d-1-00000000|2\n"));
    assert_true(kept(t, "lister||1.2|crash|other|2\n"));
    assert_false(kept(t, "1a2b3c4d-3-00000000"));
    assert_true(kept(t, "lister|run|1.2|runs||5\n"));
}

int main(void)
{
    struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_edge_keeps_days_as_long_as_it_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_edge_keeps_no_old_day_where_nothing_comes, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_edge_keeps_keys_for_two_generations, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_edge_keeps_no_key_of_what_was_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_edge_keeps_a_thousand_crashes_apart, setup, teardown),
    };

    return edge_run(tests, sizeof(tests) / sizeof(tests[0]),
                    edge_needs_packages);
}
