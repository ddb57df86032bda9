/* SPDX-License-Identifier: MIT */
/* With both objects a program ends, prints and is told what it is without. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crashed.h"

static int setup(void **state)
{
    struct recorded *r = recorded_new();

    crashed_tool(r, CRASHER, NULL);
    crashed_tool(r, CRASHER_FIXED, NULL);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    recorded_free(*state);
    return 0;
}

static struct result once(struct recorded *r, bool preload, const char *way)
{
    char *argv[] = {(char *)(uintptr_t)CRASHER, (char *)(uintptr_t)way, NULL};

    crashed_preload(r, preload);
    return scratch_runv(r->scratch, argv);
}

/* What glibc and the shell print of a death names no process. */
static void compare(struct recorded *r, const char *way, int status)
{
    struct result bare = once(r, false, way);
    struct result with = once(r, true, way);

    if (bare.status != status || with.status != status) {
        fail_msg("%s: %d bare, %d with, expected %d", way, bare.status,
                 with.status, status);
    }
    assert_string_equal(with.out, bare.out);
    assert_string_equal(with.err, bare.err);
    result_clear(&bare);
    result_clear(&with);
}

/* The same, of a run that must be recorded so, and without a crash. */
static void compare_recorded(struct recorded *r, const char *way, int status,
                             enum tel_end end, int code)
{
    struct tel_finished run;

    compare(r, way, status);
    run = recorded_next(r);
    if (run.event.end != end || run.event.code != code ||
        run.event.crash[0] != '\0') {
        fail_msg("%s: end %d, code %d, crash '%s'", way, run.event.end,
                 run.event.code, run.event.crash);
    }
    recorded_nothing_more(r);
}

static void test_invisible_every_death_is_as_without(void **state)
{
    static const struct {
        const char *way;
        int sig;
    } ways[] = {
        {"store", SIGSEGV},
        {"load", SIGSEGV},
        {"call", SIGSEGV},
        {"page", SIGBUS},
        {"division", SIGFPE},
        {"instruction", SIGILL},
        {"abort", SIGABRT},
        {"assert", SIGABRT},
        {"raise", SIGSEGV},
        {"kill", SIGFPE},
        {"library", SIGSEGV},
        {"callback", SIGSEGV},
        {"thread", SIGSEGV},
        {"recursion", SIGSEGV},
        {"stack", SIGSEGV},
        {"registers", SIGSEGV},
        {"handler", SIGSEGV},
        {"delivery", SIGSEGV},
        {"pointer", SIGSEGV},
        {"heap", SIGABRT},
        {"constructor", SIGSEGV},
        {"own-segv-abort", SIGABRT},
        {"own-segv-registers", SIGILL},
        {"own-segv-code", SIGILL},
        {"code", SIGILL},
        {"jump", SIGSEGV},
    };

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct tel_finished run;

        compare(*state, ways[i].way, -ways[i].sig);
        run = recorded_next(*state);
        assert_int_equal(run.event.end, TEL_END_SIGNAL);
        assert_int_equal(run.event.code, ways[i].sig);
        recorded_nothing_more(*state);
    }
}

/* A thread has no alternate stack, so nothing can run at the end of its own;
 * it dies as without, and what is known is what the kernel tells. */
static void test_invisible_thread_at_its_stacks_end(void **state)
{
    compare(*state, "thread-recursion", -SIGSEGV);
    (void)recorded_next(*state);
    recorded_nothing_more(*state);
}

/* libunwind would wait for a lock that is never free: the host ends all the
 * same, by the same signal. */
static void test_invisible_linker_that_is_locked_holds_nothing_up(void **state)
{
    struct tel_finished run;

    compare(*state, "lock", -SIGSEGV);
    run = recorded_next(*state);
    assert_int_equal(run.event.end, TEL_END_SIGNAL);
    assert_int_equal(run.event.code, SIGSEGV);
}

static void test_invisible_host_with_handlers_keeps_them(void **state)
{
    compare_recorded(*state, "own-handler", 7, TEL_END_CODE, 7);
    compare_recorded(*state, "own-altstack", 8, TEL_END_CODE, 8);
    compare_recorded(*state, "onstack", 0, TEL_END_CODE, 0);
    compare(*state, "own-then-default", -SIGSEGV);
    (void)recorded_next(*state);
}

static void test_invisible_host_that_asks_is_told_default(void **state)
{
    struct result asked;

    compare_recorded(*state, "ask", 0, TEL_END_CODE, 0);
    asked = once(*state, true, "ask");
    assert_non_null(strstr(asked.out, "sigaction 11: 0 flags 0 mask 0\n"));
    assert_non_null(strstr(asked.out, "stack 2 (nil) 0\n"));
    assert_null(strstr(asked.out, "signal 0\n"));
    assert_null(strstr(asked.out, "sigset 0\n"));
    result_clear(&asked);
    (void)recorded_next(*state);
}

/* Runs it with these signals ignored, as nohup and shells may leave them. */
static void ignored(struct recorded *r, bool preload, const char *way,
                    const char *expected)
{
    char *out;

    crashed_preload(r, preload);
    out = scratch_ok(r->scratch, 0, "/bin/sh", "-c",
                     "trap '' ABRT SEGV FPE; \"$0\" \"$1\" 2>/dev/null; "
                     "echo \"rc $?\"",
                     CRASHER, way, NULL);
    if (strstr(out, expected) == NULL) {
        fail_msg("%s: '%s' is not in '%s'", way, expected, out);
    }
    free(out);
}

static void test_invisible_inherited_ignore_is_left(void **state)
{
    for (int preload = 0; preload < 2; preload++) {
        ignored(*state, preload, "ask", "sigaction 11: 1 flags 0 mask 0\n");
        ignored(*state, preload, "ask", "sigaction 7: 0 flags 0 mask 0\n");
        ignored(*state, preload, "raise", "rc 0\n");
        ignored(*state, preload, "kill", "rc 0\n");
        ignored(*state, preload, "store", "rc 139\n");
        ignored(*state, preload, "abort", "rc 134\n");
    }
    /* ask, ask, raise and kill with both objects; then the two deaths, which
     * no handler saw. */
    for (int i = 0; i < 6; i++) {
        assert_string_equal(recorded_next(*state).event.crash, "");
    }
    recorded_nothing_more(*state);
}

/* A child is no run: its crash is neither told nor the parent's. */
static void test_invisible_children_are_not_recorded(void **state)
{
    compare_recorded(*state, "fork", 0, TEL_END_CODE, 0);
    compare_recorded(*state, "fork-abort", 0, TEL_END_CODE, 0);
    compare_recorded(*state, "vfork", 0, TEL_END_CODE, 0);
}

/* A vforked child writes into its parent's memory: what it stored is put back
 * where it sends itself the signal. */
static void test_invisible_vforked_abort_is_not_the_parents(void **state)
{
    struct tel_finished run;

    compare(*state, "vfork-abort-killed", -SIGKILL);
    run = recorded_next(*state);
    assert_true(run.event.end == TEL_END_LOST ||
                (run.event.end == TEL_END_SIGNAL && run.event.code == SIGKILL));
    assert_string_equal(run.event.crash, "");
}

/* The wait status of a run, in a child that is first prepared so. */
static int spawn_way(struct recorded *r, bool preload, const char *way,
                     bool (*prepare)(void))
{
    const char *dir = scratch_path(r->scratch, "cores");
    int status = 0;
    pid_t pid;

    (void)mkdir(dir, 0700);
    crashed_preload(r, preload);
    pid = fork();
    if (pid == 0) {
        char *argv[] = {(char *)(uintptr_t)CRASHER, (char *)(uintptr_t)way,
                        NULL};

        if (freopen("/dev/null", "w", stderr) == NULL || chdir(dir) < 0 ||
            !prepare()) {
            _exit(111);
        }
        (void)execve(CRASHER, argv, r->scratch->vars);
        _exit(112);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static bool allow_cores(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_CORE, &limit) < 0) {
        return false;
    }
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_CORE, &limit) == 0;
}

static void test_invisible_core_flag_is_as_without(void **state)
{
    static const char *const ways[] = {"store", "abort", "kill", "thread"};
    bool dumped = false;

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        int bare = spawn_way(*state, false, ways[i], allow_cores);
        int with = spawn_way(*state, true, ways[i], allow_cores);

        assert_true(WIFSIGNALED(bare));
        assert_int_equal(with, bare);
        dumped = dumped || WCOREDUMP(bare);
        (void)recorded_next(*state);
    }
    if (!dumped) {
        print_message("this machine dumps no core here, so the flag was "
                      "compared where it is never set\n");
    }
}

/* Calls that a walk makes, or that sending a signal again may: not all of
 * them are ever allowed to a program. */
static const unsigned forbidden[] = {SYS_rt_tgsigqueueinfo, SYS_pipe2,
                                     SYS_mincore, SYS_timer_create};
#define FORBIDDEN (sizeof(forbidden) / sizeof(forbidden[0]))

/* Ends the process by SIGSYS when it makes one of these calls. */
static bool forbid(void)
{
    struct sock_filter filter[2 * FORBIDDEN + 2];
    struct sock_fprog program = {.len = 0, .filter = filter};

    filter[program.len++] = (struct sock_filter)BPF_STMT(
        BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < FORBIDDEN; i++) {
        filter[program.len++] = (struct sock_filter)BPF_JUMP(
            BPF_JMP | BPF_JEQ | BPF_K, forbidden[i], 0, 1);
        filter[program.len++] = (struct sock_filter)BPF_STMT(
            BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    }
    filter[program.len++] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    return prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* Under a filter it can't be known what a call would lead to: no walk, and
 * no call but those that the host has just made itself. */
static void test_invisible_under_a_filter_there_is_no_walk(void **state)
{
    static const struct {
        const char *way;
        int sig;
    } ways[] = {{"store", SIGSEGV},
                {"division", SIGFPE},
                {"abort", SIGABRT},
                {"thread", SIGSEGV}};
    struct recorded *r = *state;

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct tel_finished run;
        int status = spawn_way(r, true, ways[i].way, forbid);

        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), ways[i].sig);
        run = recorded_next(r);
        assert_int_equal(run.event.end, TEL_END_SIGNAL);
        assert_int_equal(run.event.code, ways[i].sig);
        assert_string_equal(run.event.crash, "");
    }
}

static void test_invisible_off_in_the_policy_is_off(void **state)
{
    struct recorded *r = *state;
    struct tel_finished run;
    char *trace;

    crashed_preload(r, false);
    crashed_tool(r, CRASHER, "crash = off\n");
    compare(r, "store", -SIGSEGV);
    run = recorded_next(r);
    assert_string_equal(run.event.crash, "");
    if (access("/usr/bin/strace", X_OK) == 0) {
        /* Nothing is installed, and nothing is opened a second time; the one
         * action is the host's own. */
        free(scratch_ok(r->scratch, 0, "strace", "-o",
                        scratch_path(r->scratch, "trace"), "-E",
                        "LD_PRELOAD=" TEL_STAGE_SHIM ":" TEL_STAGE_CRASH,
                        CRASHER, "onstack", NULL));
        trace = file_read(scratch_path(r->scratch, "trace"), NULL);
        assert_non_null(trace);
        assert_int_equal(count_of(trace, "rt_sigaction"), 1);
        assert_int_equal(count_of(trace, "sigaltstack"), 0);
        assert_int_equal(count_of(trace, "/runs-1\""), 1);
        free(trace);
        (void)recorded_next(r);
    } else {
        print_message("no strace: the calls were not counted\n");
    }
    crashed_preload(r, false);
    crashed_tool(r, CRASHER, NULL);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_invisible_every_death_is_as_without),
        EACH(test_invisible_thread_at_its_stacks_end),
        EACH(test_invisible_linker_that_is_locked_holds_nothing_up),
        EACH(test_invisible_host_with_handlers_keeps_them),
        EACH(test_invisible_host_that_asks_is_told_default),
        EACH(test_invisible_inherited_ignore_is_left),
        EACH(test_invisible_children_are_not_recorded),
        EACH(test_invisible_vforked_abort_is_not_the_parents),
        EACH(test_invisible_core_flag_is_as_without),
        EACH(test_invisible_under_a_filter_there_is_no_walk),
        EACH(test_invisible_off_in_the_policy_is_off),
    };

    return cmocka_run_group_tests_name("crash_invisible", tests, NULL, NULL);
}
