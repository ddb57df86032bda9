/* SPDX-License-Identifier: MIT */
/* handover: when what has gathered is passed on. */
#include "support.h"

#include "receive/handover.h"

#define CLIENTS 4U

struct fixture {
    struct tel_handover handover;
    struct tel_work works[CLIENTS];
    uint64_t numbers[CLIENTS];
    uint64_t now_us;
};

/* Stands before the room's own: a queue that takes all and does nothing. */
int tel_queue_put(struct tel_queue *queue, struct tel_work *works)
{
    (void)queue;
    assert_non_null(works);
    return 0;
}

static int setup(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){0};
    tel_handover_start(&fixture.handover, NULL);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    tel_handover_end(&fixture->handover);
    return 0;
}

static void ask(struct fixture *fixture, unsigned client)
{
    tel_handover_add(&fixture->handover, &fixture->works[client],
                     &fixture->numbers[client], fixture->now_us);
}

static bool is_due(const struct fixture *fixture)
{
    return tel_handover_is_due(&fixture->handover, fixture->now_us);
}

/* Passes on what has gathered, has it done, and takes it back: how many. */
static unsigned answer(struct fixture *fixture)
{
    struct tel_work *group = fixture->handover.first;
    unsigned count = 0;

    assert_null(tel_handover_pass(&fixture->handover));
    assert_false(is_due(fixture));
    tel_handover_done(&fixture->handover, group);
    group = tel_handover_take(&fixture->handover, fixture->now_us);
    for (; group != NULL; group = group->next)
        count++;
    return count;
}

static void test_handover_one_alone_never_waits(void **state)
{
    struct fixture *fixture = *state;

    for (unsigned i = 0; i < 3; i++) {
        assert_false(is_due(fixture));
        ask(fixture, 0);
        assert_true(is_due(fixture));
        assert_int_equal(answer(fixture), 1);
    }
}

static void test_handover_halves_of_a_crowd_become_one_group(void **state)
{
    struct fixture *fixture = *state;

    ask(fixture, 0);
    ask(fixture, 1);
    assert_int_equal(answer(fixture), 2);
    /* As many as before, but none of those who were answered just now. */
    ask(fixture, 2);
    ask(fixture, 3);
    assert_false(is_due(fixture));
    ask(fixture, 0);
    assert_false(is_due(fixture));
    ask(fixture, 1);
    assert_true(is_due(fixture));
    assert_int_equal(answer(fixture), 4);
}

static void test_handover_those_who_stay_away_are_waited_for_once(void **state)
{
    struct fixture *fixture = *state;

    ask(fixture, 0);
    ask(fixture, 1);
    assert_int_equal(answer(fixture), 2);
    ask(fixture, 2);
    ask(fixture, 3);
    fixture->now_us += TEL_HANDOVER_GATHER_US - 1;
    assert_false(is_due(fixture));
    fixture->now_us++;
    assert_true(is_due(fixture));
    assert_int_equal(answer(fixture), 2);
    ask(fixture, 2);
    ask(fixture, 3);
    assert_true(is_due(fixture));
}

static void test_handover_those_who_left_are_not_waited_for(void **state)
{
    struct fixture *fixture = *state;

    ask(fixture, 0);
    ask(fixture, 1);
    /* One while its request gathers, and one after its answer. */
    tel_handover_leave(&fixture->handover, fixture->numbers[0]);
    assert_int_equal(answer(fixture), 2);
    ask(fixture, 2);
    ask(fixture, 3);
    assert_false(is_due(fixture));
    tel_handover_leave(&fixture->handover, fixture->numbers[1]);
    assert_true(is_due(fixture));
    assert_int_equal(answer(fixture), 2);
}

static void test_handover_who_never_asked_may_leave(void **state)
{
    struct fixture *fixture = *state;

    tel_handover_leave(&fixture->handover, fixture->numbers[3]);
    ask(fixture, 0);
    assert_true(is_due(fixture));
    assert_int_equal(answer(fixture), 1);
    tel_handover_leave(&fixture->handover, fixture->numbers[3]);
    ask(fixture, 0);
    assert_true(is_due(fixture));
}

static void test_handover_fewer_than_before_wait_a_little(void **state)
{
    struct fixture *fixture = *state;

    ask(fixture, 0);
    ask(fixture, 1);
    assert_int_equal(answer(fixture), 2);
    tel_handover_leave(&fixture->handover, fixture->numbers[0]);
    tel_handover_leave(&fixture->handover, fixture->numbers[1]);
    fixture->now_us += UINT64_C(60000000);
    ask(fixture, 2);
    assert_false(is_due(fixture));
    fixture->now_us += TEL_HANDOVER_GATHER_US;
    assert_true(is_due(fixture));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_handover_one_alone_never_waits,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_handover_halves_of_a_crowd_become_one_group, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_handover_those_who_stay_away_are_waited_for_once, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            test_handover_those_who_left_are_not_waited_for, setup, teardown),
        cmocka_unit_test_setup_teardown(test_handover_who_never_asked_may_leave,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_handover_fewer_than_before_wait_a_little, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
