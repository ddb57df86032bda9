/* SPDX-License-Identifier: MIT */
/*
 * Exactness: many runs at once, of mixed tools, verbs and ends, by preload
 * and by the wrapper in both its ways; the report equals what was run.
 */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tel/runs.h>

#include "collect.h"

#define RUNS 2000
#define AT_ONCE 8

/* As a policy's [verbs] lists them, and as they are called on the wire. */
static const char *const verbs[] = {"commit", "log", "remote add", "",
                                    "whatever"};
static const char *const events[] = {"commit", "log", "remote_add", "none",
                                     "other"};
#define VERBS 5

enum mode { PRELOAD, IN_PLACE, SUPERVISE, MODES };

/* A C program, a script of dash, and a static program. */
static const char *const tools[] = {"alpha", "beta", "gamma"};
enum { ALPHA, BETA, GAMMA, TOOLS };

static const int signals[] = {SIGINT, SIGTERM, SIGSEGV, SIGKILL};

/* What was run: by exit status, and by signal from 256 on. */
struct tally {
    unsigned runs[TOOLS][VERBS];
    unsigned ends[TOOLS][VERBS][256 + 65];
    unsigned unseen[TOOLS][VERBS]; /* killed under preload: lost, or told */
};

struct world {
    struct collect c;
    struct tally tally;
    char paths[TOOLS][160];
    char *preload_env[64];
};

static const char policy[] =
    "[tool]\nid = %s\nversion = 1.2\nendpoint = http://127.0.0.1:%d/t\n"
    "method = %s\n"
    "[command]\nvalue-options = --do --with\n"
    "[verbs]\ncommit = c\nlog = l\nremote add = r\n"
    "[fields]\nms = rounded\nexit = code\n";

/* Ends as told by its last four arguments: --do WAY --with NUMBER. */
static const char beta[] =
    "#!/bin/sh\n"
    "while [ $# -gt 4 ]; do shift; done\n"
    "case $2 in return) exit \"$4\" ;; signal) kill -\"$4\" $$ ;; esac\n";

static void write_policies(struct world *w, int port, const char *dir)
{
    for (int t = 0; t < TOOLS; t++) {
        char text[1024];
        char path[64];

        (void)snprintf(text, sizeof(text), policy, tools[t], port,
                       t == BETA ? "GET" : "POST");
        (void)snprintf(path, sizeof(path), "%s/%s.conf", dir, tools[t]);
        scratch_write(w->c.scratch, path, text);
    }
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof(*w));
    size_t n = 0;

    assert_non_null(w);
    collect_setup(&w->c);
    write_policies(w, 9, "tools");
    collect_start(&w->c, "127.0.0.1:0");
    write_policies(w, w->c.port, "config/tel/tools.d");
    scratch_write(w->c.scratch, "bin/beta", beta);
    for (int t = 0; t < TOOLS; t++) {
        (void)snprintf(w->paths[t], sizeof(w->paths[t]), "%s",
                       scratch_path(w->c.scratch, "bin/%s", tools[t]));
        free(scratch_ok(w->c.scratch, 0, TEL, "on", tools[t], NULL));
    }
    free(scratch_ok(w->c.scratch, 0, "cp", HOST, w->paths[ALPHA], NULL));
    free(scratch_ok(w->c.scratch, 0, "cp", STATIC_HOST, w->paths[GAMMA], NULL));
    for (; w->c.scratch->vars[n] != NULL; n++) {
        w->preload_env[n] = w->c.scratch->vars[n];
    }
    w->preload_env[n] = (char *)(uintptr_t) "LD_PRELOAD=" TEL_STAGE_SHIM;
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;

    collect_stop(&w->c);
    collect_teardown(&w->c);
    free(w);
    return 0;
}

static uint32_t draw(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525U + 1013904223U;
    return (*seed >> 8) % below;
}

/* Writes the command line of one run into argv. */
static void compose(struct world *w, enum mode mode, int tool, int verb,
                    bool by_signal, int number, char *argv[16])
{
    static char number_text[16];
    static char words[2][32];
    size_t n = 0;

    if (mode != PRELOAD) {
        argv[n++] = (char *)(uintptr_t)TEL_WRAP;
        argv[n++] = (char *)(uintptr_t)(mode == IN_PLACE ? "--mode=in-place"
                                                         : "--mode=supervise");
    }
    argv[n++] = w->paths[tool];
    words[0][0] = words[1][0] = '\0';
    (void)sscanf(verbs[verb], "%31s %31s", words[0], words[1]);
    for (int i = 0; i < 2; i++) {
        if (words[i][0] != '\0') {
            argv[n++] = words[i];
        }
    }
    argv[n++] = (char *)(uintptr_t) "--do";
    argv[n++] = (char *)(uintptr_t)(by_signal ? "signal" : "return");
    argv[n++] = (char *)(uintptr_t) "--with";
    (void)snprintf(number_text, sizeof(number_text), "%d", number);
    argv[n++] = number_text;
    argv[n] = NULL;
}

static void count(struct tally *tally, enum mode mode, int tool, int verb,
                  bool by_signal, int number)
{
    tally->runs[tool][verb]++;
    if (by_signal && mode == PRELOAD) {
        tally->unseen[tool][verb]++;
    } else {
        tally->ends[tool][verb][by_signal ? 256 + number : number]++;
    }
}

static void start_one(struct world *w, uint32_t *seed, unsigned i)
{
    enum mode mode = (enum mode)draw(seed, tel_pidfd_tells() ? MODES : 1);
    int tool = (int)draw(seed, mode == PRELOAD ? GAMMA : TOOLS);
    int verb = (int)draw(seed, VERBS);
    bool by_signal = draw(seed, 8) == 0;
    int number = by_signal ? signals[draw(seed, 4)] : (int)(i % 256);
    char *argv[16];
    pid_t pid;

    if (mode == IN_PLACE && !tel_pidfd_tells()) {
        mode = SUPERVISE;
    }
    compose(w, mode, tool, verb, by_signal, number, argv);
    count(&w->tally, mode, tool, verb, by_signal, number);
    assert_int_equal(
        posix_spawn(&pid, argv[0], NULL, NULL, argv,
                    mode == PRELOAD ? w->preload_env : w->c.scratch->vars),
        0);
}

/* The value of an integer member, or 0 where there is none. */
static unsigned member(const json_t *object, const char *key)
{
    return (unsigned)json_integer_value(json_object_get(object, key));
}

static unsigned check_event(const struct tally *tally, int tool,
                            const json_t *event)
{
    const char *name = json_string_value(json_object_get(event, "event"));
    unsigned seen = member(event, "lost");
    unsigned exits = 0;
    int verb = 0;

    while (verb < VERBS && strcmp(events[verb], name) != 0) {
        verb++;
    }
    if (verb == VERBS) {
        fail_msg("never run: %s", name);
        return 0;
    }
    assert_int_equal(member(event, "runs"), tally->runs[tool][verb]);
    assert_int_equal(member(event, "ok"), tally->ends[tool][verb][0]);
    for (int i = 0; i < 256; i++) {
        char key[8];

        (void)snprintf(key, sizeof(key), "%d", i);
        assert_int_equal(member(json_object_get(event, "exit"), key),
                         tally->ends[tool][verb][i]);
        exits += tally->ends[tool][verb][i];
    }
    assert_int_equal(member(event, "error"),
                     exits - tally->ends[tool][verb][0]);
    for (int i = 1; i < 65; i++) {
        char key[8];
        unsigned told;

        (void)snprintf(key, sizeof(key), "%d", i);
        told = member(json_object_get(event, "sig"), key);
        assert_true(told >= tally->ends[tool][verb][256 + i]);
        seen += told - tally->ends[tool][verb][256 + i];
    }
    /* Deaths under preload: lost, or told by the kernel; each once. */
    assert_int_equal(seen, tally->unseen[tool][verb]);
    return tally->runs[tool][verb];
}

static void check_report(struct world *w)
{
    unsigned runs = 0;

    for (int t = 0; t < TOOLS; t++) {
        json_t *report = collect_report(&w->c, tools[t], "-k", "1", NULL);
        const json_t *list = json_object_get(report, "events");

        for (size_t i = 0; i < json_array_size(list); i++) {
            runs += check_event(&w->tally, t, json_array_get(list, i));
        }
        json_decref(report);
    }
    assert_int_equal(runs, RUNS);
}

static bool is_delivered(void *context)
{
    struct world *w = context;
    struct result r = scratch_run(w->c.scratch, TEL, "flush", NULL);
    bool done = r.status == 0;

    assert_string_equal(r.err, "");
    result_clear(&r);
    return done;
}

static void test_whole_2000_runs_8_at_a_time_equal_the_report(void **state)
{
    struct world *w = *state;
    uint32_t seed = 20;
    unsigned running = 0;

    for (unsigned i = 0; i < RUNS; i++) {
        if (running == AT_ONCE) {
            assert_true(wait(NULL) > 0);
            running--;
        }
        start_one(w, &seed, i);
        running++;
    }
    while (running-- > 0) {
        assert_true(wait(NULL) > 0);
    }
    until(is_delivered, w);
    check_report(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_whole_2000_runs_8_at_a_time_equal_the_report, setup, teardown),
    };

    return cmocka_run_group_tests_name("whole_exact", tests, NULL, NULL);
}
