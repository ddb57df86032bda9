/* SPDX-License-Identifier: MIT */
/* What of a stored crash a sender believes: nothing in the table is trusted. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "harvest.h"
#include "recorded.h"

#define GOOD "1a2b3c4d-4f10-9c0ffee1"

static int setup(void **state)
{
    struct recorded *r = recorded_new();

    recorded_tool(r, "host", "crash = on\n[command]\nverbs = none\n");
    scratch_set(r->scratch, "LD_PRELOAD", TEL_STAGE_SHIM);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    recorded_free(*state);
    return 0;
}

/* A run that is over, as if this signal had ended it: its slot's number. */
static unsigned ended(struct recorded *r, int sig)
{
    struct result result = scratch_run(r->scratch, HOST, "return", "5", NULL);
    unsigned found = TABLE_SLOTS;

    assert_int_equal(result.status, 5);
    for (unsigned i = 0; i < TABLE_SLOTS; i++) {
        uint64_t *word = &r->table->head->words[i];

        /* Under musl it is noted only, and its word still says RUNNING. */
        if (word_state(*word) >= SLOT_RUNNING &&
            word_pid(*word) == result.pid) {
            *word &= ~(3ULL << WORD_END_AT | 0xffULL << WORD_CODE_AT);
            *word |= (uint64_t)END_SIGNAL << WORD_END_AT | (uint64_t)sig
                                                               << WORD_CODE_AT;
            found = i;
        }
    }
    result_clear(&result);
    assert_true(found < TABLE_SLOTS);
    return found;
}

static struct tel_run run_of(struct recorded *r, unsigned slot)
{
    uint64_t *word = &r->table->head->words[slot];

    return (struct tel_run){.word = word, .claim = *word & WORD_CLAIM_MASK};
}

/* Stores a good crash into the slot, as the crash object does. */
static struct table_crash *store(struct recorded *r, unsigned slot, int sig)
{
    const struct tel_crash crash = {0x1a2b3c4d, 0x9c0ffee1, 0x4f10};
    struct tel_run run = run_of(r, slot);
    struct tel_crash_place place = {&r->table->slots[slot].crash};

    tel_crash_store(&place, &run, sig, &crash);
    return &r->table->slots[slot].crash;
}

static void expect(struct recorded *r, int sig, const char *crash)
{
    struct tel_finished run = recorded_next(r);

    assert_int_equal(run.event.end, TEL_END_SIGNAL);
    assert_int_equal(run.event.code, sig);
    assert_string_equal(run.event.crash, crash);
}

static void test_crash_stored_is_told(void **state)
{
    (void)store(*state, ended(*state, SIGSEGV), SIGSEGV);
    expect(*state, SIGSEGV, GOOD);
}

static void test_crash_not_stored_is_none(void **state)
{
    (void)ended(*state, SIGSEGV);
    expect(*state, SIGSEGV, "");
}

static void test_crash_of_another_signal_is_none(void **state)
{
    (void)store(*state, ended(*state, SIGABRT), SIGSEGV);
    expect(*state, SIGABRT, "");
}

static void test_crash_of_a_run_that_exits_is_none(void **state)
{
    struct recorded *r = *state;
    struct tel_run run;
    unsigned slot = ended(r, SIGSEGV);
    struct tel_finished finished;

    (void)store(r, slot, SIGSEGV);
    run = run_of(r, slot);
    tel_run_end(&run, TEL_RAW_EXIT, 3);
    finished = recorded_next(r);
    assert_int_equal(finished.event.end, TEL_END_CODE);
    assert_string_equal(finished.event.crash, "");
}

/* Each bit of it wrong, one after the other. */
static void test_crash_torn_anywhere_is_none(void **state)
{
    struct recorded *r = *state;

    for (size_t bit = 0; bit < 8 * sizeof(struct table_crash); bit += 5) {
        unsigned slot = ended(r, SIGSEGV);
        unsigned char *bytes = (unsigned char *)store(r, slot, SIGSEGV);

        bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
        expect(r, SIGSEGV, "");
    }
}

static void test_crash_with_an_offset_that_is_none_is_left_out(void **state)
{
    struct recorded *r = *state;
    struct table_crash *crash = store(r, ended(r, SIGSEGV), SIGSEGV);

    crash->offset = TEL_CRASH_OFFSET_TOP;
    crash->check = crash_check(crash);
    expect(r, SIGSEGV, "");
}

static void test_crash_of_a_policy_that_asks_for_none_is_none(void **state)
{
    struct recorded *r = *state;
    unsigned slot;

    recorded_tool(r, "host", "[command]\nverbs = none\n");
    slot = ended(r, SIGSEGV);
    (void)store(r, slot, SIGSEGV);
    expect(r, SIGSEGV, "");
}

/* A thread that was slow to store finds the slot to be another run's. */
static void test_crash_stored_late_is_not_another_runs(void **state)
{
    struct recorded *r = *state;
    unsigned slot = ended(r, SIGSEGV);
    struct tel_run old = run_of(r, slot);
    struct tel_crash_place place = {&r->table->slots[slot].crash};
    const struct tel_crash crash = {1, 2, 3};
    struct table_crash before;

    old.claim ^= 1ULL << WORD_GENERATION_AT;
    before = *store(r, slot, SIGSEGV);
    tel_crash_store(&place, &old, SIGSEGV, &crash);
    assert_memory_equal(&before, place.at, sizeof(before));
    tel_run_restore(&old, 0);
    expect(r, SIGSEGV, GOOD);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_crash_stored_is_told),
        EACH(test_crash_not_stored_is_none),
        EACH(test_crash_of_another_signal_is_none),
        EACH(test_crash_of_a_run_that_exits_is_none),
        EACH(test_crash_torn_anywhere_is_none),
        EACH(test_crash_with_an_offset_that_is_none_is_left_out),
        EACH(test_crash_of_a_policy_that_asks_for_none_is_none),
        EACH(test_crash_stored_late_is_not_another_runs),
    };

    return cmocka_run_group_tests_name("crash", tests, NULL, NULL);
}
