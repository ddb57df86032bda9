/* SPDX-License-Identifier: MIT */
/* sums: every cell once, with all that was counted of it, in order. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "count/sums.h"

#define EVENTS 700
#define VALUES 10

static int setup(void **state)
{
    struct tel_sums *sums = NULL;

    assert_int_equal(tel_sums_new(&sums), 0);
    *state = sums;
    return 0;
}

static int teardown(void **state)
{
    tel_sums_free(*state);
    return 0;
}

static void add(struct tel_sums *sums, unsigned event, unsigned value)
{
    char name[16];
    char number[16];
    const struct tel_cell cell = {"git", "1", name, "exit", number};

    (void)snprintf(name, sizeof(name), "event%u", event);
    (void)snprintf(number, sizeof(number), "%u", value);
    assert_int_equal(tel_sums_add(sums, &cell, 0), 0);
}

static void assert_list(struct tel_sums *sums, uint64_t each)
{
    const struct tel_sum *list = NULL;
    size_t count = 0;

    tel_sums_list(sums, &list, &count);
    assert_int_equal(count, EVENTS * VALUES);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(list[i].n, each);
        assert_true(i == 0 || tel_sum_order(&list[i - 1], &list[i]) < 0);
    }
}

static void test_sums_are_exact_and_in_order(void **state)
{
    struct tel_sums *sums = *state;

    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < EVENTS * VALUES; i++)
            add(sums, i % EVENTS, i / EVENTS);
    }
    assert_list(sums, 3);
}

static void test_sums_cleared_begin_anew(void **state)
{
    struct tel_sums *sums = *state;
    const struct tel_sum *list = NULL;
    size_t count = 1;

    for (unsigned i = 0; i < EVENTS * VALUES; i++)
        add(sums, i % EVENTS, i / EVENTS);
    assert_list(sums, 1);
    tel_sums_clear(sums);
    tel_sums_list(sums, &list, &count);
    assert_int_equal(count, 0);
    tel_sums_clear(sums);
    for (unsigned i = 0; i < 2 * EVENTS * VALUES; i++)
        add(sums, i % EVENTS, i / EVENTS % VALUES);
    assert_list(sums, 2);
}

/* Where one part ends and the next begins matters. */
static void test_sums_parts_are_told_apart(void **state)
{
    static const struct tel_cell cells[] = {
        {"a", "b", "", "", ""},
        {"ab", "", "", "", ""},
        {"", "ab", "", "", ""},
        {"a", "", "b", "", ""},
    };
    const struct tel_sum *list = NULL;
    size_t count = 0;

    for (size_t i = 0; i < 4; i++)
        assert_int_equal(tel_sums_add(*state, &cells[i], 0), 0);
    tel_sums_list(*state, &list, &count);
    assert_int_equal(count, 4);
    assert_string_equal(list[0].cell.tool, "");
    assert_string_equal(list[3].cell.tool, "ab");
}

/* What anybody may send does not fill the memory, and is counted all the
 * same. */
static void test_sums_of_bounded_values_are_bounded(void **state)
{
    const struct tel_sum *list = NULL;
    size_t count = 0;
    uint64_t all = 0;

    for (unsigned i = 0; i < 30000; i++) {
        char value[16];
        const struct tel_cell cell = {"git", "1", "", "crash", value};

        (void)snprintf(value, sizeof(value), "%x", i);
        assert_int_equal(tel_sums_add(*state, &cell, 1000), 0);
    }
    tel_sums_list(*state, &list, &count);
    assert_in_range(count, 1001, 10000);
    for (size_t i = 0; i < count; i++)
        all += list[i].n;
    assert_int_equal(all, 30000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_sums_are_exact_and_in_order),
        TEST(test_sums_cleared_begin_anew),
        TEST(test_sums_parts_are_told_apart),
        TEST(test_sums_of_bounded_values_are_bounded),
    };

    return cmocka_run_group_tests_name("sums", tests, NULL, NULL);
}
