/* SPDX-License-Identifier: MIT */
/* One fault, one signature: wherever it lies, however often it happens. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crashed.h"

static int setup(void **state)
{
    struct recorded *r = recorded_new();

    crashed_tool(r, CRASHER, NULL);
    crashed_tool(r, CRASHER_FIXED, NULL);
    crashed_tool(r, CRASHER_BARE, NULL);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    recorded_free(*state);
    return 0;
}

/* Runs program WAY: it must end so, and its crash be in this function. */
static void check(struct recorded *r, const char *program, const char *way,
                  int sig, const char *function)
{
    struct tel_event event = crash(r, program, way, sig);
    char *found = function_of(r, program, &event);

    if (strcmp(found, function) != 0) {
        fail_msg("%s: %s is in %s, not in %s", way, event.crash, found,
                 function);
    }
    free(found);
}

static const struct {
    const char *way;
    int sig;
    const char *function;
} faults[] = {
    {"store", SIGSEGV, "bad_store"},
    {"load", SIGSEGV, "bad_load"},
    {"call", SIGSEGV, "bad_call"},
    {"page", SIGBUS, "bad_page"},
    {"division", SIGFPE, "bad_division"},
    {"instruction", SIGILL, "bad_instruction"},
    {"abort", SIGABRT, "bad_abort"},
    {"assert", SIGABRT, "bad_assert"},
    {"raise", SIGSEGV, "bad_raise"},
    {"kill", SIGFPE, "bad_kill"},
    {"library", SIGSEGV, "bad_library"},
    {"callback", SIGSEGV, "bad_store"},
    {"thread", SIGSEGV, "bad_store"},
    {"recursion", SIGSEGV, "bad_recursion"},
    {"stack", SIGSEGV, "bad_store"},
    {"registers", SIGSEGV, "bad_registers"},
    {"handler", SIGSEGV, "bad_store"},
    {"pointer", SIGSEGV, "bad_pointer"},
    {"heap", SIGABRT, "bad_heap"},
    {"constructor", SIGSEGV, "bad_store"},
    {"code", SIGILL, "bad_code"},
    {"own-segv-abort", SIGABRT, "bad_abort"},
    {"own-segv-registers", SIGILL, "own_segv_then_bad_registers"},
};

#define FAULTS (sizeof(faults) / sizeof(faults[0]))

static void test_signature_leads_to_the_function(void **state)
{
    for (size_t i = 0; i < FAULTS; i++) {
        check(*state, CRASHER, faults[i].way, faults[i].sig,
              faults[i].function);
    }
}

static void test_signature_of_a_program_at_a_fixed_place(void **state)
{
    for (size_t i = 0; i < FAULTS; i++) {
        check(*state, CRASHER_FIXED, faults[i].way, faults[i].sig,
              faults[i].function);
    }
}

static void test_signature_of_a_stripped_program_is_the_same(void **state)
{
    for (size_t i = 0; i < FAULTS; i++) {
        struct tel_event whole =
            crash(*state, CRASHER, faults[i].way, faults[i].sig);
        struct tel_event stripped =
            crash(*state, CRASHER_BARE, faults[i].way, faults[i].sig);

        assert_string_equal(stripped.crash, whole.crash);
    }
}

static void test_signature_is_one_in_100_runs(void **state)
{
    static const char *const ways[] = {"store", "abort", "library", "thread",
                                       "recursion"};

    for (size_t w = 0; w < sizeof(ways) / sizeof(ways[0]); w++) {
        int sig = strcmp(ways[w], "abort") == 0 ? SIGABRT : SIGSEGV;
        struct tel_event first = crash(*state, CRASHER, ways[w], sig);

        assert_true(first.crash[0] != '\0');
        for (int i = 1; i < 100; i++) {
            struct tel_event next = crash(*state, CRASHER, ways[w], sig);

            assert_string_equal(next.crash, first.crash);
        }
    }
}

/* Another function, and the same function reached in another way. */
static void test_signature_of_another_fault_is_another(void **state)
{
    static const char *const ways[] = {"store", "load", "callback", "thread",
                                       "handler"};
    struct tel_event events[sizeof(ways) / sizeof(ways[0])];

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        events[i] = crash(*state, CRASHER, ways[i], SIGSEGV);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(events[i].crash, events[j].crash);
        }
    }
    /* ... whose offset is one, though. */
    assert_memory_equal(events[0].crash, events[2].crash,
                        strcspn(events[0].crash + 9, "-") + 9);
}

static void test_signature_begins_with_the_build_id(void **state)
{
    struct recorded *r = *state;
    struct tel_event event = crash(r, CRASHER, "store", SIGSEGV);
    char *id;

    crashed_preload(r, false);
    id = build_id(r->scratch, CRASHER);
    assert_memory_equal(event.crash, id, TEL_BUILD_LEN);
    free(id);
}

static void test_signature_sixteen_digits_list_a_program(void **state)
{
    struct recorded *r = *state;
    char fields[] = "crash = on\nbuild-ids = 00000000000000000000 XXXXXXXXXXXX"
                    "XXXX\nbuild-ids = 1111111111111111\n";
    char *id = build_id(r->scratch, CRASHER);

    memcpy(strchr(fields, 'X'), id, 16);
    free(id);
    crashed_tool(r, CRASHER, fields);
    assert_true(crash(r, CRASHER, "store", SIGSEGV).crash[0] != '\0');
    crashed_tool(r, CRASHER, NULL);
}

static void test_signature_of_a_program_not_listed_is_none(void **state)
{
    static const char *const fields[] = {
        "crash = on\n", "crash = on\nbuild-ids = 0000000000000000\n"};
    struct recorded *r = *state;

    for (size_t i = 0; i < 2; i++) {
        crashed_preload(r, false);
        crashed_tool(r, CRASHER, fields[i]);
        assert_string_equal(crash(r, CRASHER, "store", SIGSEGV).crash, "");
        assert_string_equal(crash(r, CRASHER, "abort", SIGABRT).crash, "");
    }
    crashed_preload(r, false);
    crashed_tool(r, CRASHER, NULL);
}

static bool is_ready(void *scratch)
{
    char *said = file_read(scratch_path(scratch, "said"), NULL);
    bool ready = said != NULL && strstr(said, "ready\n") != NULL;

    free(said);
    return ready;
}

/* The wrapper claims the run, and the tool that it becomes goes on with it. */
static void test_signature_of_a_wrapped_program_is_the_same(void **state)
{
    struct recorded *r = *state;
    struct tel_event bare = crash(r, CRASHER, "store", SIGSEGV);
    struct result result;
    struct tel_finished run;

    skip_unless(tel_pidfd_tells(),
                "before Linux 6.15 the wrapper does not become the "
                "tool, so its tool is not recorded itself");
    result = scratch_run(r->scratch, TEL_WRAP, CRASHER, "store", NULL);
    assert_int_equal(result.status, -SIGSEGV);
    result_clear(&result);
    run = recorded_next(r);
    assert_string_equal(run.event.crash, bare.crash);
    recorded_nothing_more(r);
}

/* Nothing on the way leads into the program: only the signal is known. */
static void test_signature_without_a_way_into_the_program_is_none(void **state)
{
    assert_string_equal(crash(*state, CRASHER, "jump", SIGSEGV).crash, "");
    assert_string_equal(crash(*state, CRASHER, "own-segv-code", SIGILL).crash,
                        "");
}

/* Sent by another process, it says nothing about the program. */
static void test_signature_of_a_signal_from_outside_is_none(void **state)
{
    struct recorded *r = *state;
    char *argv[] = {(char *)(uintptr_t)CRASHER, (char *)(uintptr_t) "wait",
                    NULL};
    static const int signals[] = {SIGSEGV, SIGABRT, SIGBUS};

    for (size_t i = 0; i < 3; i++) {
        struct tel_finished run;
        pid_t pid;

        (void)unlink(scratch_path(r->scratch, "said"));
        crashed_preload(r, true);
        pid = scratch_start(r->scratch, "said", argv);
        until(is_ready, r->scratch);
        assert_int_equal(scratch_stop(r->scratch, pid, signals[i]),
                         -signals[i]);
        run = recorded_next(r);
        assert_int_equal(run.event.end, TEL_END_SIGNAL);
        assert_int_equal(run.event.code, signals[i]);
        assert_string_equal(run.event.crash, "");
    }
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_signature_leads_to_the_function),
        EACH(test_signature_of_a_program_at_a_fixed_place),
        EACH(test_signature_of_a_stripped_program_is_the_same),
        EACH(test_signature_is_one_in_100_runs),
        EACH(test_signature_of_another_fault_is_another),
        EACH(test_signature_begins_with_the_build_id),
        EACH(test_signature_sixteen_digits_list_a_program),
        EACH(test_signature_of_a_program_not_listed_is_none),
        EACH(test_signature_of_a_wrapped_program_is_the_same),
        EACH(test_signature_without_a_way_into_the_program_is_none),
        EACH(test_signature_of_a_signal_from_outside_is_none),
    };

    return cmocka_run_group_tests_name("crash_signature", tests, NULL, NULL);
}
