/* SPDX-License-Identifier: MIT */
/* tel-wrap ends as its tool did, and records that, in both its ways. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recorded.h"

static const char *const modes[] = {"--mode=in-place", "--mode=supervise",
                                    "--mode=auto"};
#define MODES (sizeof(modes) / sizeof(modes[0]))

static int setup(void **state)
{
    struct recorded *r = recorded_new();

    recorded_tool(r, "host", "[verbs]\ncommit = c\n");
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    recorded_free(*state);
    return 0;
}

/* In place needs Linux 6.15; the others work anywhere. */
static bool works_here(const char *mode)
{
    return tel_pidfd_tells() || strcmp(mode, "--mode=in-place") != 0;
}

static void check(struct recorded *r, const char *mode, const char *way,
                  int number, int status)
{
    char text[16];
    struct result result;

    (void)snprintf(text, sizeof(text), "%d", number);
    result = scratch_run(r->scratch, TEL_WRAP, mode, "--", HOST, "commit", way,
                         text, NULL);
    assert_string_equal(result.err, "");
    assert_string_equal(result.out, "");
    assert_int_equal(result.status, status);
    result_clear(&result);
    if (status < 0) {
        recorded_expect(r, "commit", TEL_END_SIGNAL, -status);
    } else {
        recorded_expect(r, "commit", TEL_END_CODE, status);
    }
    recorded_nothing_more(r);
}

static void test_wrapper_any_status_is_passed_on_and_recorded(void **state)
{
    for (size_t m = 0; m < MODES; m++) {
        for (int i = 0; works_here(modes[m]) && i < 256; i += STATUS_STEP) {
            check(*state, modes[m], "return", i, i);
        }
    }
}

static void test_wrapper_death_by_signal_is_passed_on_and_recorded(void **state)
{
    static const int signals[] = {SIGINT,  SIGTERM, SIGSEGV, SIGKILL, SIGHUP,
                                  SIGABRT, SIGPIPE, SIGUSR1, SIGALRM, SIGQUIT};

    for (size_t m = 0; m < MODES; m++) {
        for (size_t i = 0;
             works_here(modes[m]) && i < sizeof(signals) / sizeof(signals[0]);
             i++) {
            check(*state, modes[m], "signal", signals[i], -signals[i]);
        }
    }
}

/* Ends that the shim does not see: raw exit_group, a crash in a thread. */
static void test_wrapper_sees_what_a_preload_cannot(void **state)
{
    for (size_t m = 0; m < MODES; m++) {
        if (works_here(modes[m])) {
            check(*state, modes[m], "raw", 41, 41);
            check(*state, modes[m], "thread", 42, 42);
            check(*state, modes[m], "vfork", 43, 43);
            check(*state, modes[m], "vfork-killed", 0, -SIGKILL);
        }
    }
}

/* With the shim preloaded too, it is still one run. */
static void test_wrapper_and_shim_together_count_once(void **state)
{
    struct recorded *r = *state;

    if (emulator_lacks("tools of the wrapper's own kind")) {
        skip();
    }
    scratch_set(r->scratch, "LD_PRELOAD", TEL_STAGE_SHIM);
    for (size_t m = 0; m < MODES; m++) {
        if (works_here(modes[m])) {
            check(r, modes[m], "return", 7, 7);
            check(r, modes[m], "signal", SIGKILL, -SIGKILL);
        }
    }
    scratch_set(r->scratch, "LD_PRELOAD", NULL);
}

/* A signal that is sent to the wrapper's pid reaches the tool. */
static void test_wrapper_signal_to_its_pid_ends_the_tool(void **state)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGKILL};
    struct recorded *r = *state;

    for (size_t m = 0; m < 2; m++) {
        for (size_t i = 0;
             works_here(modes[m]) && i < sizeof(signals) / sizeof(signals[0]);
             i++) {
            char *argv[] = {
                (char *)(uintptr_t)TEL_WRAP, (char *)(uintptr_t)modes[m],
                (char *)(uintptr_t)HOST, (char *)(uintptr_t) "wait", NULL};
            char *said = NULL;
            pid_t pid;

            (void)unlink(scratch_path(r->scratch, "log"));
            pid = scratch_start(r->scratch, "log", argv);
            recorded_until_running(r);
            while (said == NULL || strcmp(said, "ready\n") != 0) {
                free(said);
                said = file_read(scratch_path(r->scratch, "log"), NULL);
            }
            free(said);
            assert_int_equal(scratch_stop(r->scratch, pid, signals[i]),
                             -signals[i]);
            if (signals[i] == SIGKILL && m == 1) {
                /* Nobody was left to say; the kernel may have told. */
                (void)recorded_next(r);
            } else {
                recorded_expect(r, "other", TEL_END_SIGNAL, signals[i]);
            }
            recorded_nothing_more(r);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrapper_any_status_is_passed_on_and_recorded),
        cmocka_unit_test(
            test_wrapper_death_by_signal_is_passed_on_and_recorded),
        cmocka_unit_test(test_wrapper_sees_what_a_preload_cannot),
        cmocka_unit_test(test_wrapper_and_shim_together_count_once),
        cmocka_unit_test(test_wrapper_signal_to_its_pid_ends_the_tool),
    };

    return cmocka_run_group_tests_name("wrapper_status", tests, setup,
                                       teardown);
}
