/* SPDX-License-Identifier: MIT */
/* Programs that start programs: what they start is recorded as it ended. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "foreign.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What stands in front of the tool, by the Debian package that has it. */
struct launcher {
    const char *program;
    const char *package;
    const char *words; /* behind the program, in front of the tool */
};

static const struct launcher launchers[] = {
    {"/usr/bin/env", "coreutils", ""},
    {"/usr/bin/nohup", "coreutils", ""},
    {"/usr/bin/timeout", "coreutils", "--foreground 20"},
    {"/usr/bin/timeout", "coreutils", "20"},
    {"/usr/bin/nice", "coreutils", "-n 5"},
    {"/usr/bin/stdbuf", "coreutils", "-oL"},
    {"/usr/bin/setsid", "util-linux", "-w"},
    {"/usr/bin/flock", "util-linux", "lock"},
    {"/usr/bin/flock", "util-linux", "-F lock"},
    {"/usr/bin/ionice", "util-linux", "-c3"},
    {"/usr/bin/chrt", "util-linux", "-o 0"},
    {"/usr/bin/taskset", "util-linux", "1"},
    {"/usr/bin/prlimit", "util-linux", "--nofile=16"},
    {"/usr/bin/prlimit", "util-linux", "--core=0 --nproc=4096"},
    {"/usr/bin/setpriv", "util-linux", "--no-new-privs"},
    {"/usr/bin/setpriv", "util-linux", "--pdeathsig KILL"},
    {"/usr/bin/setarch", "util-linux", "-R"},
    {"/usr/bin/strace", "strace", "-f -qqq -e none -o trace"},
};

/* How a tool ends below them. */
static const struct way ways[] = {
    {"exit 77", 77},
    {"subshell", 6},
};

/* The tool: a script, so that it is a process of its own to all of them. */
static const char *tool(struct recorded *r)
{
    foreign_tool(r, "ways.sh", ways, COUNT(ways));
    return foreign_copy(r, "ways.sh");
}

static void check(struct recorded *r, const struct launcher *launcher)
{
    char command[1024];

    if (access(launcher->program, X_OK) < 0) {
        print_message("SKIPPED: no %s (Debian package %s)\n", launcher->program,
                      launcher->package);
        return;
    }
    (void)snprintf(command, sizeof(command), "%s %s %s", launcher->program,
                   launcher->words, tool(r));
    foreign_ways(r, command, "ways.sh", NULL, ways, COUNT(ways));
}

static void test_launchers_of_one_tool_count_the_tool(void **state)
{
    for (size_t i = 0; i < COUNT(launchers); i++) {
        check(*state, &launchers[i]);
    }
}

/* And where the launcher is a tool itself, it is the run, and not its tool. */
static void test_launchers_that_are_tools_count_themselves(void **state)
{
    struct recorded *r = *state;

    for (size_t i = 0; i < COUNT(launchers); i++) {
        const struct launcher *launcher = &launchers[i];
        const char *name = strrchr(launcher->program, '/') + 1;
        char line[1024];
        char *argv[FOREIGN_ARGS];
        const struct sides sides = {.with = TEL_STAGE_SHIM};

        if (access(launcher->program, X_OK) < 0) {
            continue; /* the test above says so */
        }
        recorded_tool(r, name, "[command]\nverbs = none\n");
        (void)snprintf(line, sizeof(line), "%s %s %s exit 77",
                       launcher->program, launcher->words, tool(r));
        foreign_words(argv, 0, line);
        foreign_same(r, &sides, argv, 77);
        foreign_recorded(r, name, "run", 77);
    }
}

/* On a terminal that script(1) and expect's unbuffer make. */
static void test_launchers_with_a_terminal_count_the_tool(void **state)
{
    struct recorded *r = *state;
    const struct sides sides = {.with = TEL_STAGE_SHIM};
    char command[512];
    char *argv[] = {(char *)(uintptr_t) "script", (char *)(uintptr_t) "-qec",
                    command, (char *)(uintptr_t) "/dev/null", NULL};

    foreign_need("/usr/bin/script", "bsdutils");
    (void)snprintf(command, sizeof(command), "%s exit 77", tool(r));
    foreign_same(r, &sides, argv, 77);
    foreign_recorded(r, "ways.sh", "exit", 77);
    foreign_need("/usr/bin/unbuffer", "expect");
    (void)snprintf(command, sizeof(command), "unbuffer %s", tool(r));
    foreign_ways(r, command, "ways.sh", NULL, ways, COUNT(ways));
}

static void test_launchers_xargs_4_at_once_each_counts(void **state)
{
    struct recorded *r = *state;
    const struct sides sides = {.with = TEL_STAGE_SHIM};
    bool seen[9] = {false};
    char line[1024];
    char *argv[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", line,
                    NULL};

    (void)snprintf(line, sizeof(line),
                   "seq 1 8 | xargs -P4 -n1 %s exit; exit $?", tool(r));
    foreign_same(r, &sides, argv, 123);
    for (int i = 0; i < 8; i++) {
        struct tel_finished run = recorded_next(r);

        assert_string_equal(run.event.event, "exit");
        assert_int_equal(run.event.end, TEL_END_CODE);
        assert_in_range(run.event.code, 1, 8);
        assert_false(seen[run.event.code]);
        seen[run.event.code] = true;
    }
    recorded_nothing_more(r);
}

/* No environment: no preload, and no words of consent to be found either. */
static void test_launchers_env_i_records_nothing(void **state)
{
    struct recorded *r = *state;
    const struct sides sides = {.with = TEL_STAGE_SHIM};
    char *argv[FOREIGN_ARGS];
    char line[1024];

    (void)snprintf(line, sizeof(line), "env -i %s exit 77", tool(r));
    foreign_words(argv, 0, line);
    foreign_same(r, &sides, argv, 77);
    (void)snprintf(line, sizeof(line), "env -i LD_PRELOAD=%s %s exit 77",
                   TEL_STAGE_SHIM, tool(r));
    foreign_words(argv, 0, line);
    foreign_same(r, &sides, argv, 77);
    recorded_nothing_more(r);
}

/* By this signal, if the zombie was still there to be asked. */
static void killed(struct recorded *r, int signal)
{
    struct tel_finished run = recorded_next(r);

    assert_string_equal(run.name, "endless");
    if (run.event.end == TEL_END_SIGNAL) {
        assert_int_equal(run.event.code, signal);
    } else {
        assert_int_equal(run.event.end, TEL_END_LOST);
    }
    recorded_nothing_more(r);
}

static void test_launchers_timeout_that_kills_is_lost_or_told(void **state)
{
    struct recorded *r = *state;
    const struct sides sides = {.with = TEL_STAGE_SHIM};
    char *argv[FOREIGN_ARGS];
    char line[1024];

    scratch_write(r->scratch, "bin/endless",
                  "#!/bin/sh\nwhile :; do sleep 1; done\n");
    recorded_tool(r, "endless", "[command]\nverbs = none\n");
    (void)snprintf(line, sizeof(line), "timeout -s KILL 0.3 %s",
                   scratch_path(r->scratch, "bin/endless"));
    foreign_words(argv, 0, line);
    foreign_same(r, &sides, argv, -SIGKILL);
    killed(r, SIGKILL);
    (void)snprintf(line, sizeof(line), "timeout 0.3 %s",
                   scratch_path(r->scratch, "bin/endless"));
    foreign_words(argv, 0, line);
    foreign_same(r, &sides, argv, 124);
    killed(r, SIGTERM);
}

/* The daemon is started by another program, which ends at once. */
static void test_launchers_daemon_of_start_stop_daemon_counts(void **state)
{
    struct recorded *r = *state;
    char *argv[FOREIGN_ARGS];
    char line[1024];
    static const char options[] = "/usr/sbin/start-stop-daemon --start "
                                  "--background --pidfile none --startas";
    struct sides sides = {.with = TEL_STAGE_SHIM};

    foreign_need("/usr/sbin/start-stop-daemon", "dpkg");
    (void)snprintf(line, sizeof(line), "%s %s -- exit 77", options, tool(r));
    foreign_words(argv, 0, line);
    foreign_same(r, &sides, argv, 0);
    foreign_recorded(r, "ways.sh", "exit", 77);
    /* It itself: by a daemon's way out, and the daemon is nothing to it. */
    recorded_tool(r, "start-stop-daemon", "[command]\nverbs = none\n");
    (void)snprintf(line, sizeof(line), "%s /bin/true", options);
    foreign_words(argv, 0, line);
    foreign_same(r, &sides, argv, 0);
    foreign_recorded(r, "start-stop-daemon", "run", 0);
}

/* A run under valgrind: another loader, and no image of the kernel's. */
static void test_launchers_valgrind_counts_once(void **state)
{
    struct recorded *r = *state;
    const struct sides sides = {.with = TEL_STAGE_SHIM};
    char *argv[FOREIGN_ARGS];

    foreign_need("/usr/bin/valgrind", "valgrind");
    recorded_tool(r, "expr", "[command]\nverbs = none\n");
    foreign_words(argv, 0, "valgrind -q --error-exitcode=99 /usr/bin/expr 0");
    foreign_same(r, &sides, argv, 1);
    foreign_recorded(r, "expr", "run", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, foreign_setup, foreign_teardown)
        TEST(test_launchers_of_one_tool_count_the_tool),
        TEST(test_launchers_that_are_tools_count_themselves),
        TEST(test_launchers_with_a_terminal_count_the_tool),
        TEST(test_launchers_xargs_4_at_once_each_counts),
        TEST(test_launchers_env_i_records_nothing),
        TEST(test_launchers_timeout_that_kills_is_lost_or_told),
        TEST(test_launchers_daemon_of_start_stop_daemon_counts),
        TEST(test_launchers_valgrind_counts_once),
    };

    return cmocka_run_group_tests_name("foreign_launchers", tests, NULL, NULL);
}
