/* SPDX-License-Identifier: MIT */
/*
 * The same 10,000 events reach a tel-collect serve directly, a Worker in the
 * real workerd, and two more serves through the relay in edge-runtime and in
 * Node's http: cell for cell the totals and refusals are the same. Keys count
 * once, also across a Worker that is killed.
 */
#include "hosted.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

#define GETS 500
#define POSTS 95
#define BATCH 100

/* Made once, by the first test that is not skipped. */
static struct world {
    struct edge edge;
    struct tel_tools *tools;
    struct plan plan;
    char file[256];      /* the plan */
    struct text answers; /* serve's own, and what it keeps */
    struct text totals;
} world;

static void write_plan(struct world *w, const char *name, struct plan *plan)
{
    scratch_write(w->edge.collect.scratch, name, plan->lines.bytes);
}

/* Sends the plan by the port to the serve that is running, and ends that. */
static void through(struct world *w, int port, struct text *answers,
                    struct text *totals)
{
    struct collect *c = &w->edge.collect;

    hosted_send(&w->edge, w->file, port, answers);
    collect_stop(c);
    hosted_dump(&w->edge, scratch_path(c->scratch, "totals.db"), totals);
}

static struct world *ready(void)
{
    struct world *w = &world;
    struct collect *c = &w->edge.collect;
    struct drawn drawn = {7};

    edge_needs_packages();
    if (w->tools != NULL)
        return w;
    edge_setup(&w->edge);
    assert_int_equal(
        tel_tools_load(scratch_path(c->scratch, "tools"), &w->tools, NULL), 0);
    plan_draw(&w->plan, w->tools, &drawn, GETS, POSTS, BATCH, false);
    assert_true(w->plan.events >= 10000);
    assert_in_range(w->plan.counted, 3000, 7000);
    write_plan(w, "plan", &w->plan);
    snprintf(w->file, sizeof(w->file), "%s", scratch_path(c->scratch, "plan"));
    collect_start(c, "127.0.0.1:0");
    through(w, c->port, &w->answers, &w->totals);
    return w;
}

static int forget(void **state)
{
    (void)state;
    if (world.tools != NULL)
        edge_teardown(&world.edge);
    tel_tools_free(world.tools);
    plan_clear(&world.plan);
    text_clear(&world.answers);
    text_clear(&world.totals);
    return 0;
}

/* Each run is one row's worth of "runs". */
static size_t runs_of(const struct text *totals)
{
    size_t runs = 0;

    for (const char *at = totals->bytes; (at = strstr(at, "|runs||")) != NULL;
         at += 7)
        runs += strtoul(at + 7, NULL, 10);
    return runs;
}

/* Line by line, so that what differs is named. */
static void assert_same(const struct text *is, const struct text *should)
{
    const char *a = is->bytes;
    const char *b = should->bytes;

    while (*a != '\0' && *b != '\0' && strcspn(a, "\n") == strcspn(b, "\n") &&
           strncmp(a, b, strcspn(a, "\n")) == 0) {
        a += strcspn(a, "\n") + 1;
        b += strcspn(b, "\n") + 1;
    }
    if (*a != '\0' || *b != '\0')
        fail_msg("is %.*s, should be %.*s", (int)strcspn(a, "\n"), a,
                 (int)strcspn(b, "\n"), b);
}

static void test_edge_serve_counts_what_was_sent(void **state)
{
    struct world *w = ready();

    (void)state;
    assert_int_equal(runs_of(&w->totals), w->plan.counted);
    assert_int_equal(count_of(w->answers.bytes, "\n"), w->plan.count);
    assert_null(strstr(w->answers.bytes, " 0\n"));
    assert_non_null(strstr(w->answers.bytes, " 400\n"));
    assert_non_null(strstr(w->answers.bytes, " 422\n"));
}

/* The report of the worker is that of serve's database, in this form. */
static void assert_reports_same(struct world *w, const char *url,
                                const char *form)
{
    struct scratch *scratch = w->edge.collect.scratch;
    char *of_url = scratch_ok(scratch, 0, TEL_COLLECT, "report", "--url", url,
                              "--token-file", scratch_path(scratch, "token"),
                              "--by-version", "--by-day", form, NULL);
    char *of_db = scratch_ok(scratch, 0, TEL_COLLECT, "report", "--db",
                             scratch_path(scratch, "totals.db"), "--by-version",
                             "--by-day", form, NULL);

    assert_string_equal(of_url, of_db);
    assert_non_null(strstr(of_db, "remote_add"));
    free(of_url);
    free(of_db);
}

static void test_edge_worker_counts_as_serve(void **state)
{
    struct world *w = ready();
    struct scratch *scratch = w->edge.collect.scratch;
    struct text answers = {0};
    struct text totals = {0};
    char url[64];
    int port = 0;
    pid_t pid = hosted_worker(&w->edge, &port);

    (void)state;
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/", port);
    hosted_send(&w->edge, w->file, port, &answers);
    hosted_dump(&w->edge, url, &totals);
    assert_same(&answers, &w->answers);
    assert_same(&totals, &w->totals);
    assert_reports_same(w, url, "--json");
    assert_reports_same(w, url, "--csv");
    assert_reports_same(w, url, "--html=-");
    scratch_stop(scratch, pid, SIGKILL);
    remove_tree(scratch_path(scratch, "edge/disk"));
    text_clear(&answers);
    text_clear(&totals);
}

static void relay_counts_as_serve(const char *kind)
{
    struct world *w = ready();
    struct collect *c = &w->edge.collect;
    struct text answers = {0};
    struct text totals = {0};
    char url[64];
    int port = 0;
    pid_t pid;

    assert_int_equal(rename(scratch_path(c->scratch, "totals.db"),
                            scratch_path(c->scratch, "direct.db")),
                     0);
    collect_start(c, "127.0.0.1:0");
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/t", c->port);
    pid = hosted_relay(&w->edge, kind, url, &port);
    through(w, port, &answers, &totals);
    scratch_stop(c->scratch, pid, SIGKILL);
    assert_same(&answers, &w->answers);
    assert_same(&totals, &w->totals);
    assert_int_equal(rename(scratch_path(c->scratch, "direct.db"),
                            scratch_path(c->scratch, "totals.db")),
                     0);
    text_clear(&answers);
    text_clear(&totals);
}

static void test_edge_relay_in_edge_runtime_counts_as_serve(void **state)
{
    (void)state;
    relay_counts_as_serve("edge");
}

static void test_edge_relay_in_node_counts_as_serve(void **state)
{
    (void)state;
    relay_counts_as_serve("node");
}

/* Requests under way, and how many are to be answered. */
struct progress {
    char log[256];
    size_t wanted;
};

static bool has_answers(void *context)
{
    struct progress *progress = context;
    char *log = file_read(progress->log, NULL);
    bool enough = log != NULL && count_of(log, " 204\n") >= progress->wanted;

    free(log);
    return enough;
}

/* The runs of requests that were answered 204, each key once. */
static size_t answered_runs(const struct progress *progress,
                            const struct plan *plan)
{
    char *log = file_read(progress->log, NULL);
    size_t runs = 0;

    assert_non_null(log);
    for (char *line = strtok(log, "\n"); line != NULL;
         line = strtok(NULL, "\n")) {
        unsigned at = (unsigned)atoi(line);

        assert_true(at < plan->count);
        /* The other of the two may have brought what this one repeats. */
        if (strstr(line, " 204") != NULL && !plan->again[at] &&
            !plan->again[at + 1])
            runs += plan->runs[at];
    }
    free(log);
    return runs;
}

static void test_edge_worker_killed_counts_once(void **state)
{
    struct world *w = ready();
    struct scratch *scratch = w->edge.collect.scratch;
    struct progress progress = {"", 0};
    struct plan plan = {0};
    struct text answers = {0};
    struct text totals = {0};
    struct drawn drawn = {11};
    char file[256];
    char url[64];
    int port = 0;
    pid_t pid = hosted_worker(&w->edge, &port);

    (void)state;
    plan_draw(&plan, w->tools, &drawn, 400, 100, 20, true);
    write_plan(w, "keyed", &plan);
    snprintf(file, sizeof(file), "%s", scratch_path(scratch, "keyed"));
    for (size_t kills = 1; kills <= 2; kills++) {
        pid_t sending;
        char log[32];

        snprintf(log, sizeof(log), "sending-%zu.log", kills);
        snprintf(progress.log, sizeof(progress.log), "%s",
                 scratch_path(scratch, "%s", log));
        sending = hosted_sending(&w->edge, file, port, log);
        progress.wanted = kills * plan.count / 6;
        until(has_answers, &progress);
        assert_int_equal(scratch_stop(scratch, pid, SIGKILL), -SIGKILL);
        assert_int_equal(scratch_stop(scratch, sending, 0), 0);
        pid = hosted_worker(&w->edge, &port);
        snprintf(url, sizeof(url), "http://127.0.0.1:%d", port);
        hosted_dump(&w->edge, url, &totals);
        /* Whatever was answered had been counted. */
        assert_in_range(runs_of(&totals), answered_runs(&progress, &plan),
                        plan.counted);
        assert_true(kills > 1 || runs_of(&totals) < plan.counted);
        text_clear(&totals);
    }
    hosted_send(&w->edge, file, port, &answers);
    assert_null(strstr(answers.bytes, " 0\n"));
    hosted_dump(&w->edge, url, &totals);
    assert_int_equal(runs_of(&totals), plan.counted);
    scratch_stop(scratch, pid, SIGKILL);
    remove_tree(scratch_path(scratch, "edge/disk"));
    text_clear(&answers);
    text_clear(&totals);
    plan_clear(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edge_serve_counts_what_was_sent),
        cmocka_unit_test(test_edge_worker_counts_as_serve),
        cmocka_unit_test(test_edge_relay_in_edge_runtime_counts_as_serve),
        cmocka_unit_test(test_edge_relay_in_node_counts_as_serve),
        cmocka_unit_test(test_edge_worker_killed_counts_once),
    };

    return cmocka_run_group_tests(tests, NULL, forget);
}
