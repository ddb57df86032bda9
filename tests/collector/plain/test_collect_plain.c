/* SPDX-License-Identifier: MIT */
/*
 * A plain endpoint: real tools are recorded, a real tel-send delivers to a
 * handler of Flask's that appends to a file, and the file, imported, gives
 * the totals of a collector to which the same runs were sent.
 */
#include "importing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "box.h"

#define GUNICORN "/usr/bin/gunicorn"
#define RUNS 30

static const char *const verbs[] = {"commit", "log", "pull"};

struct world {
    struct collect served; /* its runs go to tel-collect serve */
    struct collect plain;  /* and its, to Flask */
};

static bool has_flask(struct scratch *s)
{
    struct result r =
        scratch_run(s, "/usr/bin/python3", "-c", "import flask", NULL);
    bool has = r.status == 0 && access(GUNICORN, X_OK) == 0;

    result_clear(&r);
    return has;
}

static bool is_listening(void *context)
{
    static const char said[] = "Listening at: http://127.0.0.1:";
    struct collect *c = context;
    char *log = file_read(scratch_path(c->scratch, "flask.log"), NULL);
    const char *at = log != NULL ? strstr(log, said) : NULL;

    if (at != NULL)
        c->port = atoi(at + strlen(said));
    free(log);
    return at != NULL;
}

/* Two workers, which append to one file without a lock. */
static void start_flask(struct collect *c)
{
    char *argv[] = {strdup(GUNICORN),
                    strdup("--bind"),
                    strdup("127.0.0.1:0"),
                    strdup("--workers"),
                    strdup("2"),
                    strdup("--chdir"),
                    strdup(TEL_SOURCE "/tests/collector/plain"),
                    strdup("plain:app"),
                    NULL};

    scratch_set(c->scratch, "EVENTS", scratch_path(c->scratch, "events"));
    scratch_set(c->scratch, "PYTHONDONTWRITEBYTECODE", "1");
    c->pid = scratch_start(c->scratch, "flask.log", argv);
    for (size_t i = 0; argv[i] != NULL; i++)
        free(argv[i]);
    until(is_listening, c);
}

static void write_policy(const struct collect *c, const char *directory,
                         const char *tool, const char *method)
{
    char path[64];
    char text[1024];

    (void)snprintf(path, sizeof(path), "%s/%s.conf", directory, tool);
    (void)snprintf(text, sizeof(text),
                   "[tool]\nid = %s\nversion = 1.2\n"
                   "endpoint = http://127.0.0.1:%d/t\nmethod = %s\n"
                   "[verbs]\ncommit = c\nlog = l\n[modifiers]\nlog -1 = last\n"
                   "[fields]\nms = off\nexit = code\n"
                   "fmt = word --format: json table\n",
                   tool, c->port, method);
    scratch_write(c->scratch, path, text);
}

/* Which port it says does not matter to a collector. */
static void write_policies(const struct collect *c)
{
    write_policy(c, "tools", "alpha", "GET");
    write_policy(c, "tools", "beta", "POST");
}

/* The tool ends with its last argument. */
static void install(struct collect *c, const char *tool, const char *method)
{
    char path[64];

    write_policy(c, "config/tel/tools.d", tool, method);
    (void)snprintf(path, sizeof(path), "bin/%s", tool);
    scratch_write(c->scratch, path,
                  "#!/bin/sh\nfor last; do :; done\nexit $last\n");
    free(scratch_ok(c->scratch, 0, TEL, "on", tool, NULL));
}

static void record(struct collect *c, const char *tool)
{
    for (int i = 0; i < RUNS; i++) {
        const char *verb = verbs[i % 3];
        char number[8];

        (void)snprintf(number, sizeof(number), "%d", i % 7);
        free(scratch_ok(c->scratch, i % 7, TEL_WRAP,
                        scratch_path(c->scratch, "bin/%s", tool), verb,
                        i % 2 == 0 ? "-1" : "--format=json", number, NULL));
    }
}

static int setup(void **state)
{
    static struct world w;

    collect_setup(&w.served);
    collect_setup(&w.plain);
    write_policies(&w.served);
    write_policies(&w.plain);
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;

    collect_teardown(&w->served);
    collect_teardown(&w->plain);
    return 0;
}

/* By GET and by POST, as an unchanged tel-send sends them. */
static void deliver(struct collect *c)
{
    char *said = NULL;

    install(c, "alpha", "GET");
    install(c, "beta", "POST");
    tend(c->scratch);
    record(c, "alpha");
    record(c, "beta");
    said = scratch_ok(c->scratch, 0, TEL_SEND, "--flush", NULL);
    assert_string_equal(said, "60 sent, 0 waiting\n");
    free(said);
}

/* What strangers send to an open endpoint. */
static void attack(struct collect *c)
{
    static const char *const queries[] = {
        QUERY("commit", "ms=1&exit=0&user=joe"),
        QUERY("commit", "ms=1&exit=0%0At=git&e=commit"),
        QUERY("commit", "ms=123&exit=0"),
        "t=cat&e=run&v=1&tv=1&os=linux&libc=musl&ms=1&exit=0",
        "",
        "?????",
        "t=",
        "<script>",
    };

    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++)
        assert_int_equal(collect_get(c, queries[i], NULL), 204);
    assert_int_equal(collect_post(c, "no newline", NULL), 204);
    assert_int_equal(collect_post(c,
                                  ROW("pull", "\"ms\":1,\"exit\":0") "\n{\n"
                                                                     "[]\n",
                                  NULL),
                     204);
}

static void test_plain_endpoint_gives_the_totals_of_serve(void **state)
{
    struct world *w = *state;
    char *served = NULL;
    char *imported = NULL;

    skip_unless(has_flask(w->plain.scratch),
                "python3-flask and gunicorn are not installed");
    collect_start(&w->served, "127.0.0.1:0");
    deliver(&w->served);
    collect_stop(&w->served);
    start_flask(&w->plain);
    deliver(&w->plain);
    assert_says(IMPORT(&w->plain, "/events"), 0,
                "60 counted, 0 refused, 0 unreadable\n", "");
    served = store_dump(w->served.db, true);
    imported = store_dump(w->plain.db, true);
    assert_string_equal(imported, served);
    assert_non_null(strstr(served, " alpha 1.2 log_last runs  5\n"));
    assert_non_null(strstr(served, " beta 1.2 other field:fmt json 5\n"));
    free(imported);
    free(served);
}

static void test_plain_endpoint_that_strangers_use(void **state)
{
    struct world *w = *state;
    struct collect *c = &w->plain;

    skip_unless(has_flask(c->scratch),
                "python3-flask and gunicorn are not installed");
    start_flask(c);
    attack(c);
    deliver(c);
    assert_says(IMPORT(c, "/events"), 0,
                "60 counted, 4 refused (tool 1, event 1, field 1, value 1), "
                "7 unreadable\n",
                "");
    attack(c);
    assert_says(IMPORT(c, "--continue", "/events"), 1,
                "0 counted, 4 refused (tool 1, event 1, field 1, value 1), "
                "7 unreadable, 73 lines imported before\n",
                "nothing in it counted");
    assert_int_equal(store_runs(c->db, NULL), 60);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_plain_endpoint_gives_the_totals_of_serve),
        TEST(test_plain_endpoint_that_strangers_use),
    };

    return cmocka_run_group_tests_name("plain endpoint", tests, NULL, NULL);
}
