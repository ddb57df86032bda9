/* SPDX-License-Identifier: MIT */
/* tel-collect as the service of its units: started with the sockets of a
 * service manager, heard by it, and under the unit's filter. */
#include "manager.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "postgres.h"
#include "unit_filter.h"

#define COMMIT QUERY("commit", "ms=12&exit=0&fmt=json&quiet=no")

#define METRICS "GET /metrics HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"

#define HEALTH "GET /healthz HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"

/* The highest exposure that the unit may have, in tenths. */
#define EXPOSURE_MAX "20"

struct world {
    struct collect c;
    struct manager m;
};

static int setup(void **state)
{
    static struct world w;

    collect_setup(&w.c);
    manager_setup(&w.m, &w.c);
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;

    manager_teardown(&w->m);
    collect_teardown(&w->c);
    return 0;
}

static int add_metrics(struct world *w, const char *db)
{
    manager_configure(&w->m, db, "metrics = systemd\n");
    return manager_add_metrics(&w->m);
}

/* Skips the running test where systemd-analyze is missing or too old. */
static void need_analyze(struct world *w)
{
    struct result result = scratch_run(
        w->c.scratch, "sh", "-c", "systemd-analyze --help || exit 0", NULL);
    bool possible = strstr(result.out, "--offline=") != NULL;

    result_clear(&result);
    skip_unless(possible, "no systemd-analyze that works offline is here\n");
}

static void test_systemd_units_are_correct(void **state)
{
    struct world *w = *state;
    struct result result;

    need_analyze(w);
    result = scratch_run(
        w->c.scratch, "systemd-analyze", "verify", "--man=no", TEL_UNIT,
        TEL_SOURCE "/packaging/systemd/tel-collect.socket",
        TEL_SOURCE "/packaging/systemd/tel-collect-metrics.socket", NULL);
    assert_string_equal(result.err, "");
    assert_int_equal(result.status, 0);
    result_clear(&result);
}

static int exposed(struct world *w, const char *unit)
{
    struct result result = scratch_run(
        w->c.scratch, "systemd-analyze", "security", "--offline=true",
        "--no-pager", "--threshold=" EXPOSURE_MAX, unit, NULL);
    int status = result.status;

    assert_non_null(strstr(result.out, "Overall exposure level"));
    result_clear(&result);
    return status;
}

static void test_systemd_service_is_little_exposed(void **state)
{
    struct world *w = *state;
    char *unit = NULL;
    char *more = NULL;
    char *both = NULL;

    need_analyze(w);
    assert_int_equal(exposed(w, TEL_UNIT), 0);
    /* With what a PostgreSQL elsewhere needs, too: as if it stood there. */
    unit = file_read(TEL_UNIT, NULL);
    more = file_read(TEL_SOURCE "/packaging/systemd/postgresql.conf", NULL);
    assert_non_null(unit);
    assert_non_null(more);
    assert_true(asprintf(&both, "%s%s", unit, more) > 0);
    scratch_write(w->c.scratch, "elsewhere.service", both);
    free(both);
    free(more);
    free(unit);
    assert_int_equal(
        exposed(w, scratch_path(w->c.scratch, "elsewhere.service")), 0);
    /* And the tool does judge. */
    scratch_write(w->c.scratch, "bare.service",
                  "[Service]\nExecStart=/bin/true\n");
    assert_int_equal(exposed(w, scratch_path(w->c.scratch, "bare.service")), 1);
}

static void test_systemd_hears_ready_reloading_and_stopping(void **state)
{
    struct world *w = *state;
    char *log = NULL;

    manager_start(&w->m);
    assert_int_equal(collect_get(&w->c, COMMIT, NULL), 204);
    manager_reload(&w->m);
    manager_hear(&w->m, "RELOADING=1\nMONOTONIC_USEC=");
    manager_hear(&w->m, "READY=1");
    assert_int_equal(collect_get(&w->c, COMMIT, NULL), 204);
    /* A reload in vain is told too, and the service is as ready as before. */
    scratch_write(w->c.scratch, "tools/bad.conf", "[tool]\nid =\n");
    assert_int_equal(chmod(scratch_path(w->c.scratch, "tools/bad.conf"), 0644),
                     0);
    manager_reload(&w->m);
    manager_hear(&w->m, "RELOADING=1\nMONOTONIC_USEC=");
    manager_hear(&w->m, "READY=1\nSTATUS=The last reload failed");
    assert_int_equal(collect_get(&w->c, COMMIT, NULL), 204);
    manager_stop(&w->m);
    assert_int_equal(collect_runs(&w->c, "commit"), 3);
    log = collect_log(&w->c);
    assert_int_equal(count_of(log, "/tools/bad.conf:2: "), 1);
    assert_int_equal(count_of(log, "\n"), 2);
    free(log);
}

/* Who comes while no instance runs waits in the socket for the next one. */
static void test_systemd_restart_loses_no_request(void **state)
{
    static const char request[] =
        "GET /t?" COMMIT " HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n";
    struct world *w = *state;
    char answer[512];
    int fd;

    manager_start(&w->m);
    assert_int_equal(collect_get(&w->c, COMMIT, NULL), 204);
    manager_stop(&w->m);
    fd = collect_connect(&w->c);
    assert_true(fd >= 0);
    send_bytes(fd, request, strlen(request));
    manager_start(&w->m);
    assert_int_equal(read_answer(fd, answer, sizeof(answer)), 204);
    (void)close(fd);
    manager_stop(&w->m);
    assert_int_equal(collect_runs(&w->c, "commit"), 2);
}

static void test_systemd_metrics_have_a_socket_of_their_own(void **state)
{
    struct world *w = *state;
    struct collect monitor;

    monitor = w->c;
    monitor.port = add_metrics(w, scratch_path(w->c.scratch, "totals.db"));
    manager_start(&w->m);
    assert_int_equal(collect_get(&w->c, COMMIT, NULL), 204);
    assert_int_equal(collect_exchange(&monitor, METRICS, strlen(METRICS)), 200);
    assert_non_null(strstr(monitor.answer, "\ntel_collect_events_total 1\n"));
    assert_int_equal(collect_exchange(&w->c, METRICS, strlen(METRICS)), 400);
    manager_stop(&w->m);
    /* It is systemd's to close, and the next instance's to answer on. */
    manager_start(&w->m);
    assert_int_equal(collect_exchange(&monitor, METRICS, strlen(METRICS)), 200);
    manager_stop(&w->m);
}

/* Sockets that are meant for another process, or for nobody, are not taken. */
static void test_systemd_listen_without_a_socket_is_one_line(void **state)
{
    struct world *w = *state;
    const char *config = scratch_path(w->c.scratch, "credentials/collect.conf");
    struct result result =
        scratch_run(w->c.scratch, TEL_COLLECT, "serve", "--listen", "systemd",
                    "--config", config, NULL);

    assert_string_equal(
        result.err, "tel-collect: --listen systemd: no socket was passed\n");
    assert_int_equal(result.status, 2);
    result_clear(&result);
    scratch_set(w->c.scratch, "LISTEN_FDS", "1");
    scratch_set(w->c.scratch, "LISTEN_PID", "1");
    result = scratch_run(w->c.scratch, TEL_COLLECT, "serve", "--listen",
                         "systemd", "--config", config, NULL);
    assert_string_equal(
        result.err, "tel-collect: --listen systemd: no socket was passed\n");
    result_clear(&result);
}

static void make_filter(struct world *w)
{
    char *lines[4] = {NULL};
    struct result result;
    size_t count = 0;

    need_analyze(w);
    while ((lines[count] = manager_unit("SystemCallFilter", (unsigned)count)) !=
           NULL)
        count++;
    assert_int_equal(count, 2);
    result = scratch_run(w->c.scratch, "systemd-analyze", "--no-pager",
                         "syscall-filter", NULL);
    assert_true(
        unit_filter_make(result.out, (const char *const *)lines, count) > 100);
    result_clear(&result);
    for (size_t i = 0; i < count; i++)
        free(lines[i]);
    assert_true(unit_filter_allows("read"));
    assert_true(unit_filter_allows("execve"));
    assert_false(unit_filter_allows("mount"));
    assert_false(unit_filter_allows("fchown"));
    assert_false(unit_filter_allows("setuid"));
}

/* Whether nothing is left of long ago. */
static bool has_forgotten(void *context)
{
    return collect_sql(context, "SELECT count(*) FROM total"
                                " WHERE day < '2021-01-01'") == 0;
}

/* What the unit forbids kills: a whole life has to do without. */
static void test_systemd_filter_allows_a_whole_life(void **state)
{
    struct world *w = *state;
    struct collect monitor;

    skip_unless(!SANITIZED, "a sanitizer makes calls of its own\n");
    make_filter(w);
    manager_start(&w->m);
    assert_int_equal(collect_get(&w->c, COMMIT, NULL), 204);
    manager_stop(&w->m);
    (void)collect_sql(&w->c,
                      "UPDATE cell SET day = unixepoch('2020-01-02') / 86400");
    assert_false(has_forgotten(&w->c));
    w->m.filtered = true;
    manager_configure(&w->m, scratch_path(w->c.scratch, "totals.db"),
                      "metrics = systemd\nretention = 30\n");
    monitor = w->c;
    monitor.port = manager_add_metrics(&w->m);
    manager_start(&w->m);
    assert_int_equal(collect_exchange(&monitor, METRICS, strlen(METRICS)), 200);
    assert_int_equal(collect_get(&w->c, COMMIT, KEY), 204);
    assert_int_equal(
        collect_post(&w->c, ROW("log", "\"ms\":1,\"exit\":0"), NULL), 204);
    assert_int_equal(collect_get(&w->c, "t=no", NULL), 400);
    until(has_forgotten, &w->c);
    manager_reload(&w->m);
    manager_hear(&w->m, "RELOADING=1");
    manager_hear(&w->m, "READY=1");
    assert_int_equal(collect_get(&w->c, COMMIT, NULL), 204);
    manager_stop(&w->m);
    assert_int_equal(collect_runs(&w->c, "commit"), 2);
}

struct asked {
    struct collect *side;
    int status;
};

static bool is_so(void *context)
{
    const struct asked *asked = context;

    return collect_exchange(asked->side, HEALTH, strlen(HEALTH)) ==
           asked->status;
}

/* It goes, and comes back; nothing is sent meanwhile that could notice. */
static void test_systemd_filter_allows_a_life_with_postgres(void **state)
{
    struct world *w = *state;
    struct postgres *pg = NULL;
    struct collect monitor;
    struct asked well = {&monitor, 200};
    struct asked ill = {&monitor, 503};

    skip_unless(!SANITIZED, "a sanitizer makes calls of its own\n");
    make_filter(w);
    pg = postgres_new();
    skip_unless(pg != NULL, "no PostgreSQL\n");
    w->m.filtered = true;
    monitor = w->c;
    monitor.port = add_metrics(w, postgres_schema(pg));
    manager_start(&w->m);
    assert_int_equal(collect_get(&w->c, COMMIT, KEY), 204);
    until(is_so, &well);
    postgres_end(pg, SIGQUIT);
    until(is_so, &ill);
    assert_non_null(strstr(monitor.answer, "\r\n\r\ndatabase\n"));
    assert_int_equal(collect_exchange(&w->c, HEALTH, strlen(HEALTH)), 503);
    assert_int_equal(collect_exchange(&monitor, METRICS, strlen(METRICS)), 200);
    assert_non_null(strstr(monitor.answer, "\ntel_collect_healthy 0\n"));
    postgres_start(pg);
    until(is_so, &well);
    assert_int_equal(collect_get(&w->c, COMMIT, NULL), 204);
    assert_int_equal(collect_exchange(&monitor, METRICS, strlen(METRICS)), 200);
    assert_non_null(strstr(monitor.answer, "\ntel_collect_healthy 1\n"));
    manager_stop(&w->m);
    postgres_free(pg);
}

/* The filter does kill what is not allowed. */
static void test_systemd_filter_kills_the_rest(void **state)
{
    struct world *w = *state;

    skip_unless(!SANITIZED, "a sanitizer makes calls of its own\n");
    make_filter(w);
    w->m.filtered = true;
    w->m.command = "/usr/bin/setsid --help";
    manager_launch(&w->m);
    assert_int_equal(scratch_stop(w->c.scratch, w->c.pid, 0), 0);
    w->m.command = "/usr/sbin/chroot / /bin/true";
    manager_launch(&w->m);
    assert_int_equal(scratch_stop(w->c.scratch, w->c.pid, 0), -SIGSYS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_systemd_units_are_correct),
        TEST(test_systemd_service_is_little_exposed),
        TEST(test_systemd_hears_ready_reloading_and_stopping),
        TEST(test_systemd_restart_loses_no_request),
        TEST(test_systemd_metrics_have_a_socket_of_their_own),
        TEST(test_systemd_listen_without_a_socket_is_one_line),
        TEST(test_systemd_filter_allows_a_whole_life),
        TEST(test_systemd_filter_allows_a_life_with_postgres),
        TEST(test_systemd_filter_kills_the_rest),
    };

    return cmocka_run_group_tests_name("collect systemd", tests, NULL, NULL);
}
