/* SPDX-License-Identifier: MIT */
/* percentile: nearest rank over counted values. */
#include "support.h"

#include <errno.h>

#include "report/percentile.h"

static uint32_t percentile(struct tel_bin *bins, size_t count, unsigned percent)
{
    uint32_t value = 4242;

    assert_int_equal(tel_percentile(bins, count, percent, &value), 0);
    return value;
}

static void test_percentile_nothing_is_refused(void **state)
{
    struct tel_bin empty = {7, 0};
    uint32_t value = 4242;

    (void)state;
    assert_int_equal(tel_percentile(NULL, 0, 50, &value), -ENODATA);
    assert_int_equal(tel_percentile(&empty, 1, 50, &value), -ENODATA);
    assert_int_equal(value, 4242);
}

static void test_percentile_one_value_is_itself(void **state)
{
    struct tel_bin one = {12, 1};

    (void)state;
    assert_int_equal(percentile(&one, 1, 1), 12);
    assert_int_equal(percentile(&one, 1, 50), 12);
    assert_int_equal(percentile(&one, 1, 100), 12);
}

static void test_percentile_even_count_takes_the_lower_middle(void **state)
{
    struct tel_bin bins[] = {{10, 2}, {20, 2}};

    (void)state;
    assert_int_equal(percentile(bins, 2, 50), 10);
    assert_int_equal(percentile(bins, 2, 51), 20);
}

static void test_percentile_rank_is_rounded_up(void **state)
{
    struct tel_bin bins[] = {{1, 19}, {2, 1}};
    struct tel_bin more[] = {{1, 18}, {2, 1}};

    (void)state;
    /* Rank 19 of 20, then rank 18.05, so 19, of 19. */
    assert_int_equal(percentile(bins, 2, 95), 1);
    assert_int_equal(percentile(more, 2, 95), 2);
}

static void test_percentile_unordered_bins_are_sorted(void **state)
{
    struct tel_bin bins[] = {{900, 1}, {5, 3}, {40, 2}, {0, 4}};

    (void)state;
    assert_int_equal(percentile(bins, 4, 40), 0);
    assert_int_equal(percentile(bins, 4, 50), 5);
    assert_int_equal(percentile(bins, 4, 90), 40);
    assert_int_equal(percentile(bins, 4, 91), 900);
}

static void test_percentile_every_rank_of_a_hundred_is_right(void **state)
{
    struct tel_bin bins[100];

    (void)state;
    for (uint32_t i = 0; i < 100; i++)
        bins[i] = (struct tel_bin){i + 1, 1};
    for (unsigned percent = 1; percent <= 100; percent++)
        assert_int_equal(percentile(bins, 100, percent), percent);
}

static void test_percentile_huge_counts_do_not_overflow(void **state)
{
    struct tel_bin bins[] = {{1, UINT64_MAX / 2}, {2, UINT64_MAX / 2}};

    (void)state;
    assert_int_equal(percentile(bins, 2, 50), 1);
    assert_int_equal(percentile(bins, 2, 95), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_percentile_nothing_is_refused),
        cmocka_unit_test(test_percentile_one_value_is_itself),
        cmocka_unit_test(test_percentile_even_count_takes_the_lower_middle),
        cmocka_unit_test(test_percentile_rank_is_rounded_up),
        cmocka_unit_test(test_percentile_unordered_bins_are_sorted),
        cmocka_unit_test(test_percentile_every_rank_of_a_hundred_is_right),
        cmocka_unit_test(test_percentile_huge_counts_do_not_overflow),
    };

    return cmocka_run_group_tests_name("percentile", tests, NULL, NULL);
}
