/* SPDX-License-Identifier: MIT */
/* Slots: claimed, ended, taken out; and never by the wrong one. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harvest.h"
#include "recorded.h"

static int setup(void **state)
{
    *state = recorded_new();
    return 0;
}

static int teardown(void **state)
{
    recorded_free(*state);
    return 0;
}

/* A slot's body as a recorder would write it. */
static struct table_slot body(const struct tel_table *table)
{
    struct table_slot slot;

    memset(&slot, 0, sizeof(slot));
    slot.proc_dev = table->proc_dev;
    slot.claim_ns = clock_ns(CLOCK_BOOTTIME);
    slot.start_ns = clock_ns((int)table->head->clock);
    memcpy(slot.name, "t", 2);
    (void)snprintf(slot.query, sizeof(slot.query),
                   "t=t&e=run&v=1&tv=devel&os=linux&libc=musl");
    return slot;
}

/* Claims a slot for pid, as that process would. */
static struct tel_run claim(struct tel_table *table, pid_t pid)
{
    struct table_slot slot = body(table);
    int i = slot_claim(table->fd, table->head, &slot, pid);

    assert_true(i >= 0);
    return (struct tel_run){.word = &table->head->words[i],
                            .claim = slot.claim,
                            .start_ns = slot.start_ns,
                            .clock = (int)table->head->clock};
}

/* A pid that was just given back to the kernel. */
static pid_t gone_pid(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        _exit(0);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    return pid;
}

static size_t finished(struct tel_table *table, struct tel_finished *run)
{
    tel_table_look(table);
    return tel_table_finished(table, run, 1);
}

static void test_table_run_of_a_live_process_is_not_finished(void **state)
{
    struct recorded *r = *state;
    struct tel_run run = claim(r->table, getpid());
    struct tel_finished over;

    tel_run_end(&run, TEL_RAW_EXIT, 0);
    assert_int_equal(finished(r->table, &over), 0);
    tel_run_abandon(&run);
    recorded_nothing_more(r);
}

static void test_table_last_store_wins(void **state)
{
    struct recorded *r = *state;
    struct tel_run run = claim(r->table, gone_pid());

    tel_run_note(&run, TEL_RAW_EXIT, 127);
    tel_run_end(&run, TEL_RAW_EXIT, 3);
    recorded_expect(r, "run", TEL_END_CODE, 3);
    recorded_nothing_more(r);
}

static void test_table_late_writer_changes_nothing(void **state)
{
    struct recorded *r = *state;
    pid_t pid = gone_pid();
    struct tel_run old = claim(r->table, pid);
    struct tel_run young;
    uint64_t word;

    tel_run_end(&old, TEL_RAW_EXIT, 1);
    (void)recorded_next(r);
    tel_run_end(&old, TEL_RAW_EXIT, 2);
    recorded_nothing_more(r);
    young = claim(r->table, pid);
    assert_ptr_equal(young.word, old.word);
    word = word_load(young.word);
    tel_run_end(&old, TEL_RAW_EXIT, 2);
    tel_run_note(&old, TEL_RAW_EXIT, 2);
    tel_run_abandon(&old);
    assert_int_equal(word_load(young.word), word);
    tel_run_abandon(&young);
}

static void test_table_full_bucket_drops_and_counts(void **state)
{
    struct recorded *r = *state;
    struct tel_run runs[TABLE_BUCKET];
    struct table_slot slot = body(r->table);
    pid_t pid = getpid();

    for (int i = 0; i < TABLE_BUCKET; i++) {
        runs[i] = claim(r->table, pid);
    }
    assert_true(slot_claim(r->table->fd, r->table->head, &slot, pid) < 0);
    assert_true(slot_claim(r->table->fd, r->table->head, &slot, pid) < 0);
    assert_int_equal(tel_table_dropped(r->table, NULL), 2);
    assert_int_equal(tel_table_dropped(r->table, "t"), 2);
    assert_int_equal(tel_table_dropped(r->table, "u"), 0);
    for (int i = 0; i < TABLE_BUCKET; i++) {
        tel_run_abandon(&runs[i]);
    }
}

static void test_table_every_slot_can_be_claimed(void **state)
{
    struct recorded *r = *state;
    unsigned claimed = 0;

    for (pid_t pid = 100000; pid < 100000 + TABLE_SLOTS; pid++) {
        struct table_slot slot = body(r->table);

        claimed += slot_claim(r->table->fd, r->table->head, &slot, pid) >= 0;
    }
    assert_int_equal(claimed, TABLE_SLOTS);
    assert_int_equal(tel_table_dropped(r->table, NULL), 0);
}

static void test_table_slot_of_another_proc_is_left_alone(void **state)
{
    struct recorded *r = *state;
    struct table_slot slot = body(r->table);
    struct tel_table_counts counts;
    struct tel_finished over;

    slot.proc_dev++;
    assert_true(slot_claim(r->table->fd, r->table->head, &slot, gone_pid()) >=
                0);
    assert_int_equal(finished(r->table, &over), 0);
    tel_table_count(r->table, &counts);
    assert_int_equal(counts.foreign, 1);
    assert_int_equal(counts.running, 0);
}

/* A slot of the same pid in another /proc stands before one's own. */
static void test_table_own_slot_is_found_behind_a_foreign_one(void **state)
{
    struct recorded *r = *state;
    struct table_slot slot = body(r->table);
    struct table_slot found;
    pid_t pid = getpid();
    int own;

    slot.proc_dev++;
    assert_true(slot_claim(r->table->fd, r->table->head, &slot, pid) >= 0);
    assert_int_equal(slot_of(r->table->fd, r->table->head->words, pid,
                             r->table->proc_dev, 0, &found),
                     -1);
    slot.proc_dev--;
    own = slot_claim(r->table->fd, r->table->head, &slot, pid);
    assert_true(own >= 0);
    assert_int_equal(slot_of(r->table->fd, r->table->head->words, pid,
                             r->table->proc_dev, 0, &found),
                     own);
}

/* The pid lives, but it is another process that started later. */
static void test_table_reused_pid_is_gone(void **state)
{
    struct recorded *r = *state;
    struct table_slot slot = body(r->table);

    slot.claim_ns = 1;
    assert_true(slot_claim(r->table->fd, r->table->head, &slot, getpid()) >= 0);
    (void)recorded_next(r);
    recorded_nothing_more(r);
}

/* A zombie that nobody has reaped: over, and its status can be read. */
static void test_table_zombie_is_gone_and_tells(void **state)
{
    struct recorded *r = *state;
    struct table_slot slot = body(r->table);
    struct tel_finished run;
    siginfo_t info;
    pid_t pid = fork();

    if (pid == 0) {
        _exit(33);
    }
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    slot.claim_ns = clock_ns(CLOCK_BOOTTIME);
    slot.coarse.exit = TEL_EXIT_CODE;
    assert_true(slot_claim(r->table->fd, r->table->head, &slot, pid) >= 0);
    run = recorded_next(r);
    assert_int_equal(run.event.end, TEL_END_CODE);
    assert_int_equal(run.event.code, 33);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
test_table_half_made_claim_is_freed_when_its_pid_is_gone(void **state)
{
    struct recorded *r = *state;
    pid_t pid = gone_pid();
    unsigned slot = table_bucket(pid);
    struct tel_table_counts counts;

    r->table->head->words[slot] = (uint64_t)pid | (uint64_t)SLOT_CLAIMING
                                                      << WORD_STATE_AT;
    tel_table_look(r->table);
    tel_table_count(r->table, &counts);
    assert_int_equal(counts.pending, 1);
    /* As if it had been so for long. */
    r->table->watches[slot].claiming_ns -= 10000000000LL;
    tel_table_look(r->table);
    tel_table_look(r->table);
    recorded_nothing_more(r);
}

/* Marked, and then the sender died: the next one finds the mark. */
static void test_table_mark_survives_the_sender(void **state)
{
    struct recorded *r = *state;
    struct tel_run run = claim(r->table, gone_pid());
    struct tel_finished over;
    struct tel_table *other;
    char dir[192];

    tel_run_end(&run, TEL_RAW_EXIT, 0);
    assert_int_equal(finished(r->table, &over), 1);
    assert_int_equal(over.key, 0);
    tel_table_mark(r->table, &over, 0x1234);
    (void)snprintf(dir, sizeof(dir), "%s/tel", r->scratch->runtime);
    assert_int_equal(tel_table_open(dir, geteuid(), &other), 0);
    assert_int_equal(finished(other, &over), 1);
    assert_int_equal(over.key, 0x1234);
    tel_table_free(other, &over);
    tel_table_close(other);
    recorded_nothing_more(r);
}

static bool all_blank(const struct tel_table *table)
{
    const unsigned char *at = (const void *)table->slots;
    const unsigned char *end = at + TABLE_SLOTS * sizeof(struct table_slot);

    while (at < end && *at == 0) {
        at++;
    }
    return at == end;
}

/* When a run began is not kept once it is over and moved, nor what it was. */
static void test_table_freed_slot_is_wiped(void **state)
{
    struct recorded *r = *state;
    struct tel_run run = claim(r->table, gone_pid());

    tel_run_end(&run, TEL_RAW_EXIT, 0);
    assert_false(all_blank(r->table));
    (void)recorded_next(r);
    assert_true(all_blank(r->table));
}

static void test_table_abandoned_slot_is_wiped_by_the_next_look(void **state)
{
    struct recorded *r = *state;
    struct tel_run run = claim(r->table, getpid());

    tel_run_abandon(&run);
    assert_false(all_blank(r->table));
    tel_table_look(r->table);
    assert_true(all_blank(r->table));
    recorded_nothing_more(r);
}

/* The sender, or the recorder, was killed in the midst of it. */
static void test_table_half_made_claim_is_wiped(void **state)
{
    struct recorded *r = *state;
    pid_t pid = gone_pid();
    struct tel_run run = claim(r->table, pid);

    *run.word = run.claim | (uint64_t)SLOT_CLAIMING << WORD_STATE_AT;
    tel_table_look(r->table);
    assert_false(all_blank(r->table));
    r->table->watches[table_bucket(pid)].claiming_ns -= 10000000000LL;
    tel_table_look(r->table);
    assert_true(all_blank(r->table));
    tel_table_look(r->table);
    recorded_nothing_more(r);
}

/* Freed by another process already, and claimed anew. */
static void test_table_late_free_does_not_wipe_the_next_run(void **state)
{
    struct recorded *r = *state;
    struct tel_run old = claim(r->table, gone_pid());
    struct tel_run young;
    struct tel_finished over;
    struct tel_finished same;

    tel_run_end(&old, TEL_RAW_EXIT, 0);
    assert_int_equal(finished(r->table, &over), 1);
    same = over;
    tel_table_free(r->table, &same);
    young = claim(r->table, (pid_t)(old.claim & WORD_PID_MASK));
    assert_ptr_equal(young.word, old.word);
    tel_table_free(r->table, &over);
    assert_false(all_blank(r->table));
    (void)recorded_next(r);
    recorded_nothing_more(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_table_run_of_a_live_process_is_not_finished, setup, teardown),
        cmocka_unit_test_setup_teardown(test_table_last_store_wins, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_table_late_writer_changes_nothing,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_table_full_bucket_drops_and_counts,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_table_every_slot_can_be_claimed,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_table_slot_of_another_proc_is_left_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_table_own_slot_is_found_behind_a_foreign_one, setup, teardown),
        cmocka_unit_test_setup_teardown(test_table_reused_pid_is_gone, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_table_zombie_is_gone_and_tells,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_table_half_made_claim_is_freed_when_its_pid_is_gone, setup,
            teardown),
        cmocka_unit_test_setup_teardown(test_table_mark_survives_the_sender,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_table_freed_slot_is_wiped, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_table_abandoned_slot_is_wiped_by_the_next_look, setup,
            teardown),
        cmocka_unit_test_setup_teardown(test_table_half_made_claim_is_wiped,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_table_late_free_does_not_wipe_the_next_run, setup, teardown),
    };

    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
