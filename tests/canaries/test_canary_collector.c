/* SPDX-License-Identifier: MIT */
/*
 * The collector keeps nothing of whoever sends: after 10,000 requests full of
 * canaries, from clients that are still connected, none is in its memory or a
 * core image of it, in its files, in what it prints or reports.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"
#include "second.h"
#include "strangers.h"

#define REQUESTS 10000

/* A word that the policy lists: it has to be kept, and found. */
#define PARROT                                                        \
    "[tool]\nid = parrot\nversion = 1.2\n"                            \
    "endpoint = https://t.example.org/t\nmethod = POST\n"             \
    "purpose = Decide which commands to make faster\n"                \
    "source = https://example.org/source\ncontroller = Example Org\n" \
    "contact = privacy@example.org\nretention = 365 days\n"           \
    "[command]\nverbs = none\n[fields]\nword = word --word: %s\n"

struct stage {
    struct collect collect;
    struct strangers strangers;
    bool connected;
    bool unclean;
    char personal[STEM_LEN + 1];
    char listed[STEM_LEN + 1];
    char word[CANARY_MAX + 1];
    struct finder persons;
    struct finder words;
    struct quarry quarry; /* of what is personal */
    struct quarry kept;   /* of the listed word */
    char around[AROUND_MAX];
    char core[256];
};

static int setup(void **state)
{
    static struct stage stage;
    struct dice dice = {(uint64_t)getpid()};
    char policy[1024];

    memset(&stage, 0, sizeof(stage));
    stem_draw(&dice, stage.personal);
    stem_draw(&dice, stage.listed);
    canary_draw(&dice, stage.listed, stage.word);
    finder_add(&stage.persons, stage.personal);
    finder_add(&stage.words, stage.listed);
    stage.quarry =
        (struct quarry){&stage.persons, stage.strangers.peers, 2 * STRANGERS};
    stage.kept = (struct quarry){&stage.words, NULL, 0};
    collect_setup(&stage.collect);
    snprintf(policy, sizeof(policy), PARROT, stage.word);
    scratch_write(stage.collect.scratch, "tools/parrot.conf", policy);
    snprintf(stage.core, sizeof(stage.core), "%s",
             scratch_path(stage.collect.scratch, "core"));
    *state = &stage;
    return 0;
}

static int teardown(void **state)
{
    struct stage *stage = *state;

    if (stage->unclean)
        print_message("           its memory holds %s\n", stage->around);
    if (stage->connected)
        strangers_leave(&stage->strangers);
    if (stage->collect.pid > 0)
        collect_stop(&stage->collect);
    collect_teardown(&stage->collect);
    return 0;
}

/* Runs a collector, and sends it what has to be kept. */
static void begin(struct stage *stage, const char *program,
                  const char *deadline)
{
    struct collect *c = &stage->collect;
    char row[512];

    serve_with(c, program, "--deadline", deadline, NULL);
    if (!SANITIZED)
        skip_unless(image_readable(c->pid),
                    "looking into a process that nobody may look into takes "
                    "root");
    snprintf(row, sizeof(row),
             "{\"t\":\"parrot\",\"e\":\"run\",\"v\":1,\"tv\":\"1.2\","
             "\"os\":\"linux\",\"libc\":\"musl\",\"word\":\"%s\"}\n",
             stage->word);
    assert_int_equal(collect_post(c, row, NULL), 204);
    strangers_connect(&stage->strangers, c->port, stage->personal,
                      (uint64_t)getpid());
    stage->connected = true;
}

static bool is_clean(void *context)
{
    struct stage *stage = context;

    stage->unclean =
        image_holds(stage->collect.pid, &stage->quarry, stage->around);
    return !stage->unclean;
}

/* An answer may be read a moment before its request is forgotten; and what
 * was left in the middle is kept until it is due. teardown says what was
 * found where it stays. */
static void expect_clean_image(struct stage *stage)
{
    until(is_clean, stage);
}

/* Whether one of the database's files holds it. */
static bool database_holds(struct stage *stage, const struct quarry *quarry)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    bool holds = false;

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
        holds |= file_holds(
            scratch_path(stage->collect.scratch, "totals.db%s", suffixes[i]),
            quarry, stage->around);
    return holds;
}

static bool log_holds(struct stage *stage, const struct quarry *quarry)
{
    return file_holds(scratch_path(stage->collect.scratch, "serve-%u.log",
                                   stage->collect.starts),
                      quarry, stage->around);
}

static bool report_holds(struct stage *stage, const struct quarry *quarry)
{
    static const char *const forms[] = {"--json", "--by-version"};
    bool holds = false;

    for (size_t i = 0; i < 2; i++) {
        struct result result =
            scratch_run(stage->collect.scratch, TEL_COLLECT, "report", "--db",
                        scratch_path(stage->collect.scratch, "totals.db"), "-k",
                        "1", forms[i], NULL);

        assert_int_equal(result.status, 0);
        holds |= bytes_hold(result.out, result.out_len, quarry, stage->around);
        holds |= bytes_hold(result.err, result.err_len, quarry, stage->around);
        result_clear(&result);
    }
    return holds;
}

static bool core_holds(struct stage *stage, const struct quarry *quarry)
{
    char path[300];

    snprintf(path, sizeof(path), "%s.%d", stage->core, stage->collect.pid);
    return file_holds(path, quarry, stage->around);
}

/* A core image as gdb writes it: the registers of all threads too. */
static void take_core(struct stage *stage)
{
    char command[300];
    char pid[16];
    char path[300];

    snprintf(command, sizeof(command), "gcore %s.%d", stage->core,
             stage->collect.pid);
    snprintf(pid, sizeof(pid), "%d", stage->collect.pid);
    free(scratch_ok(stage->collect.scratch, 0, "gdb", "-batch", "-nx", "-p",
                    pid, "-ex", "set use-coredump-filter off", "-ex", command,
                    NULL));
    snprintf(path, sizeof(path), "%s.%d", stage->core, stage->collect.pid);
    assert_int_equal(access(path, R_OK), 0);
}

#define assert_clean(held, stage, place)                       \
    do {                                                       \
        if (held)                                              \
            fail_msg("%s holds %s", (place), (stage)->around); \
    } while (0)

static void look_into_files(struct stage *stage)
{
    assert_clean(database_holds(stage, &stage->quarry), stage, "the database");
    assert_clean(log_holds(stage, &stage->quarry), stage, "what is printed");
    assert_clean(report_holds(stage, &stage->quarry), stage, "the report");
    assert_true(database_holds(stage, &stage->kept));
    assert_true(report_holds(stage, &stage->kept));
}

static void test_canary_collector_keeps_none(void **state)
{
    struct stage *stage = *state;

    begin(stage, TEL_COLLECT, "2000");
    strangers_ask(&stage->strangers, REQUESTS, true);
    if (!SANITIZED) {
        expect_clean_image(stage);
        assert_true(
            image_holds(stage->collect.pid, &stage->kept, stage->around));
    }
    look_into_files(stage);
    assert_int_equal(collect_runs(&stage->collect, "commit"),
                     stage->strangers.accepted);
    /* With all written back into the one file. */
    strangers_leave(&stage->strangers);
    stage->connected = false;
    collect_stop(&stage->collect);
    look_into_files(stage);
}

static void test_canary_collector_core_image_holds_none(void **state)
{
    struct stage *stage = *state;

    skip_unless(access("/usr/bin/gdb", X_OK) == 0, "there is no gdb");
    skip_unless(!SANITIZED, "a sanitizer's memory is too large for a core");
    begin(stage, TEL_COLLECT, "60000");
    strangers_ask(&stage->strangers, 320, false);
    /* With all of them still connected. */
    expect_clean_image(stage);
    take_core(stage);
    assert_clean(core_holds(stage, &stage->quarry), stage, "the core image");
    assert_true(core_holds(stage, &stage->kept));
}

/* The same eyes on a collector that is careless. */
static void test_canary_collector_leaks_are_found(void **state)
{
    struct stage *stage = *state;
    const struct finder nothing = {.count = 0};
    struct quarry peers = stage->quarry;
    struct quarry canaries = stage->quarry;

    skip_unless(!SANITIZED, "a sanitizer's memory is too large to be read");
    peers.finder = &nothing;
    canaries.count = 0;
    begin(stage, LEAKY_COLLECTOR, "60000");
    strangers_ask(&stage->strangers, 320, false);
    assert_true(image_holds(stage->collect.pid, &canaries, stage->around));
    assert_true(image_holds(stage->collect.pid, &peers, stage->around));
    assert_true(log_holds(stage, &canaries));
    if (access("/usr/bin/gdb", X_OK) == 0) {
        take_core(stage);
        assert_true(core_holds(stage, &canaries));
        assert_true(core_holds(stage, &peers));
    }
}

/* No core file by the limit, and none by a handler that heeds no limit. */
static void test_canary_collector_leaves_no_core(void **state)
{
    struct stage *stage = *state;
    struct collect *c = &stage->collect;
    char *limits = NULL;
    char pid[16];
    char *answer = NULL;

    serve_with(c, TEL_COLLECT, NULL);
    limits = proc_read(c->pid, "limits", NULL);
    assert_non_null(limits);
    assert_non_null(strstr(limits, "Max core file size        0 "
                                   "                   0 "));
    free(limits);
    skip_unless(access("/usr/bin/gdb", X_OK) == 0, "there is no gdb");
    skip_unless(image_readable(c->pid) && !SANITIZED, "that takes root");
    snprintf(pid, sizeof(pid), "%d", c->pid);
    /* PR_GET_DUMPABLE */
    answer = scratch_ok(c->scratch, 0, "gdb", "-batch", "-nx", "-p", pid, "-ex",
                        "print (int)prctl(3)", NULL);
    assert_non_null(strstr(answer, "$1 = 0\n"));
    free(answer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_canary_collector_keeps_none),
        TEST(test_canary_collector_core_image_holds_none),
        TEST(test_canary_collector_leaks_are_found),
        TEST(test_canary_collector_leaves_no_core),
    };

    return cmocka_run_group_tests_name("canary collector", tests, NULL, NULL);
}
