/* SPDX-License-Identifier: MIT */
/* PostgreSQL under the shim: the same answers, reload, crash and status. */
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "served.h"

#define BIN FETCHED "usr/lib/postgresql/15/bin/"

struct server {
    struct recorded *r;
    pid_t pid;
};

static struct server server;

static const char config[] = "listen_addresses = ''\nfsync = off\n"
                             "unix_socket_directories = '%s'\n"
                             "max_connections = 20\n"
                             "shared_buffers = 16MB\n"
                             "dynamic_shared_memory_type = mmap\n"
                             "log_line_prefix = ''\nwork_mem = %s\n";

static void configure(const char *work_mem)
{
    struct text text = {0};

    text_add(&text, config, server.r->scratch->root, work_mem);
    scratch_write(server.r->scratch, "data/postgresql.conf", text.bytes);
    text_clear(&text);
}

static int teardown(void **state)
{
    (void)state;
    if (server.r != NULL) {
        recorded_free(server.r);
    }
    server.r = NULL;
    return 0;
}

static int setup(void **state)
{
    (void)state;
    server = (struct server){
        .r = served_new("postgres", "usr/lib/postgresql/15/bin/postgres")};
    if (server.r == NULL) {
        return 0;
    }
    if (geteuid() == 0 || access(TEL_STAGE_SHIM, R_OK) < 0) {
        print_message("postgres refuses root, and nobody may not read %s\n",
                      TEL_STAGE_SHIM);
        return teardown(state);
    }
    free(scratch_ok(server.r->scratch, 0, BIN "initdb", "-D",
                    scratch_path(server.r->scratch, "data"), "-U", "person",
                    "-A", "trust", "--no-sync", "--locale=C", "-E", "UTF8",
                    NULL));
    return 0;
}

static bool is_ready(void *context)
{
    struct result result =
        scratch_run(server.r->scratch, BIN "pg_isready", "-q", "-h",
                    server.r->scratch->root, NULL);
    int status = result.status;

    (void)context;
    result_clear(&result);
    return status == 0;
}

static void start(const char *preload)
{
    char *argv[] = {(char *)(uintptr_t)BIN "postgres", (char *)(uintptr_t) "-D",
                    (char *)(uintptr_t)scratch_path(server.r->scratch, "data"),
                    NULL};

    configure("4MB");
    server.pid = served_start(server.r, preload, argv);
    until(is_ready, NULL);
    assert_int_equal(has_loaded(server.pid, "libtel_shim.so"), preload != NULL);
}

/* What psql prints for a script, errors among it. */
static void ask(const char *script, struct text *said)
{
    struct result result;

    scratch_write(server.r->scratch, "script", script);
    result =
        scratch_run(server.r->scratch, BIN "psql", "-X", "-A", "-t", "-h",
                    server.r->scratch->root, "-U", "person", "-d", "postgres",
                    "-f", scratch_path(server.r->scratch, "script"), NULL);
    text_add(said, "%s-- errors\n%s-- %d\n", result.out, result.err,
             result.status);
    result_clear(&result);
}

static void ask_many(unsigned requests, struct text *said)
{
    static const char *const kinds[] = {
        "SELECT %u + 1;\n",
        "SELECT md5('%u');\n",
        "INSERT INTO t VALUES (%u, 'x') RETURNING n;\n",
        "SELECT count(*) FROM t WHERE n < %u;\n",
        "UPDATE t SET s = s || 'y' WHERE n = %u - 2 RETURNING s;\n",
        "SELECT string_agg(i::text, ',') FROM generate_series(1, %u %% 9) i;\n",
        "SELECT 1 / (%u %% 2);\n",
    };
    struct text script = {0};

    text_add(&script, "SET client_min_messages = warning;\n"
                      "DROP TABLE IF EXISTS t;\n"
                      "CREATE TABLE t (n int PRIMARY KEY, s text);\n");
    for (unsigned i = 0; i < requests; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        text_add(&script, kinds[i % 7], i);
#pragma GCC diagnostic pop
    }
    text_add(&script,
             "SET min_parallel_table_scan_size = 0;\n"
             "SET parallel_setup_cost = 0;\nSET parallel_tuple_cost = 0;\n"
             "SELECT count(*), sum(length(s)) FROM t;\n"
             "COPY t TO STDOUT;\nVACUUM ANALYZE t;\n");
    ask(script.bytes, said);
    text_clear(&script);
}

static bool has_reloaded(void *context)
{
    struct text said = {0};
    bool found;

    (void)context;
    ask("SHOW work_mem;\n", &said);
    found = strstr(said.bytes, "7MB") != NULL;
    text_clear(&said);
    return found;
}

/* A backend that is killed makes the server start all of them anew. */
static void crash_backend(struct text *said)
{
    struct text told = {0};
    pid_t backend;
    char *at;

    ask("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer';",
        &told);
    backend = (pid_t)strtol(told.bytes, &at, 10);
    assert_true(backend > 1);
    assert_int_equal(kill(backend, SIGKILL), 0);
    do {
        told.len = 0;
        ask("SELECT pid FROM pg_stat_activity WHERE "
            "backend_type = 'checkpointer';",
            &told);
    } while (strtol(told.bytes, NULL, 10) == backend ||
             strtol(told.bytes, NULL, 10) == 0);
    text_clear(&told);
    ask("SELECT count(*), sum(length(s)) FROM t;\n", said);
}

static void benchmark(void)
{
    struct scratch *s = server.r->scratch;

    free(scratch_ok(s, 0, BIN "pgbench", "-q", "-i", "-s", "1", "-h", s->root,
                    "-U", "person", "postgres", NULL));
    free(scratch_ok(s, 0, BIN "pgbench", "-n", "-c", "4", "-t", "500", "-h",
                    s->root, "-U", "person", "postgres", NULL));
}

static struct text live(const char *preload, int sig, unsigned requests)
{
    struct text said = {0};

    start(preload);
    ask_many(requests, &said);
    benchmark();
    configure("7MB");
    assert_int_equal(kill(server.pid, SIGHUP), 0);
    until(has_reloaded, NULL);
    crash_backend(&said);
    text_add(&said, "status %d\n",
             scratch_stop(server.r->scratch, server.pid, sig));
    return said;
}

static void check_same(int sig, unsigned requests)
{
    struct text bare;
    struct text shim;

    if (server.r == NULL) {
        skip();
        return;
    }
    bare = live(NULL, sig, requests);
    recorded_nothing_more(server.r);
    shim = live(TEL_STAGE_SHIM, sig, requests);
    assert_same_text(&bare, &shim);
    assert_true(text_count(&shim, "\n") > requests);
    assert_int_equal(text_count(&shim, "division by zero"), requests / 14);
    assert_int_equal(text_count(&shim, "\nstatus 0\n"), 1);
    recorded_expect(server.r, "run", TEL_END_CODE, 0);
    recorded_nothing_more(server.r);
    text_clear(&bare);
    text_clear(&shim);
}

static void test_postgres_ended_by_sigterm_is_the_same(void **state)
{
    (void)state;
    check_same(SIGTERM, REQUESTS);
}

/* In haste: it does not wait, but ends well. */
static void test_postgres_ended_by_sigquit_is_the_same(void **state)
{
    (void)state;
    check_same(SIGQUIT, 700);
}

static bool is_stopped(void *path)
{
    return access(path, F_OK) < 0;
}

/* As a person does it: pg_ctl first asks "postgres -V", then starts it in a
 * session of its own. */
static void test_postgres_started_by_pg_ctl_counts_each_start(void **state)
{
    struct scratch *s;
    struct text said = {0};

    (void)state;
    if (server.r == NULL) {
        skip();
        return;
    }
    s = server.r->scratch;
    configure("4MB");
    scratch_set(s, "LD_PRELOAD", TEL_STAGE_SHIM);
    free(scratch_ok(s, 0, BIN "pg_ctl", "-D", scratch_path(s, "data"), "-l",
                    scratch_path(s, "log"), "-w", "start", NULL));
    ask("SELECT 'here';\n", &said);
    assert_non_null(strstr(said.bytes, "here\n"));
    text_clear(&said);
    free(scratch_ok(s, 0, BIN "pg_ctl", "-D", scratch_path(s, "data"), "-w",
                    "-m", "fast", "stop", NULL));
    scratch_set(s, "LD_PRELOAD", NULL);
    until(is_stopped,
          (void *)(uintptr_t)scratch_path(s, "data/postmaster.pid"));
    recorded_expect(server.r, "run", TEL_END_CODE, 0);
    recorded_expect(server.r, "run", TEL_END_CODE, 0);
    recorded_nothing_more(server.r);
}

static void test_postgres_killed_is_recorded_and_recovers(void **state)
{
    struct text said = {0};

    (void)state;
    if (server.r == NULL) {
        skip();
        return;
    }
    start(TEL_STAGE_SHIM);
    recorded_until_running(server.r);
    assert_int_equal(scratch_stop(server.r->scratch, server.pid, SIGKILL),
                     -SIGKILL);
    recorded_expect_killed(server.r, "run");
    recorded_nothing_more(server.r);
    /* Which also frees what the killed one held. */
    start(NULL);
    ask("SELECT 'again';\n", &said);
    assert_non_null(strstr(said.bytes, "again\n"));
    assert_int_equal(scratch_stop(server.r->scratch, server.pid, SIGINT), 0);
    text_clear(&said);
}

/* postgres refuses to be run by root. */
static void become_nobody(void)
{
    if (geteuid() == 0 &&
        (setgroups(0, NULL) < 0 || setresgid(65534, 65534, 65534) < 0 ||
         setresuid(65534, 65534, 65534) < 0)) {
        (void)fprintf(stderr, "cannot become nobody: %s\n", strerror(errno));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_postgres_ended_by_sigterm_is_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_postgres_ended_by_sigquit_is_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_postgres_started_by_pg_ctl_counts_each_start, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_postgres_killed_is_recorded_and_recovers, setup, teardown),
    };

    become_nobody();
    return cmocka_run_group_tests_name("foreign_postgres", tests, NULL, NULL);
}
