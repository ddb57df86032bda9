/* SPDX-License-Identifier: MIT */
/* histogram: every duration has its bucket, and is near its middle. */
#include "support.h"

#include <tel/event.h>

#include "count/histogram.h"

static void assert_near(uint32_t value)
{
    uint32_t middle = tel_bucket_middle(tel_bucket_of(value));
    uint32_t distance = value > middle ? value - middle : middle - value;

    if (distance > 0 && (uint64_t)distance * 20 > value)
        fail_msg("%u is told as %u", value, middle);
}

static void test_histogram_tells_each_value_within_five_percent(void **state)
{
    (void)state;
    for (uint32_t value = 0; value <= 100000; value++)
        assert_near(value);
    for (uint32_t value = 100000; value <= TEL_MS_TOP; value += 97)
        assert_near(value);
    assert_near(TEL_MS_TOP);
}

static void test_histogram_buckets_follow_each_other(void **state)
{
    uint32_t lower = 0;
    unsigned count = 1;

    (void)state;
    while (tel_bucket_next(lower) <= TEL_MS_TOP) {
        uint32_t next = tel_bucket_next(lower);

        assert_int_equal(tel_bucket_of(next - 1), lower);
        assert_int_equal(tel_bucket_of(next), next);
        assert_true(tel_bucket_middle(lower) >= lower);
        assert_true(tel_bucket_middle(lower) < next);
        lower = next;
        count++;
    }
    assert_int_equal(count, 150);
}

static void test_histogram_small_values_are_told_exactly(void **state)
{
    (void)state;
    for (uint32_t value = 0; value < 20; value++)
        assert_int_equal(tel_bucket_middle(tel_bucket_of(value)), value);
}

static void test_histogram_beyond_the_top_is_the_last(void **state)
{
    (void)state;
    assert_int_equal(tel_bucket_of(UINT32_MAX), tel_bucket_of(TEL_MS_TOP));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_histogram_tells_each_value_within_five_percent),
        cmocka_unit_test(test_histogram_buckets_follow_each_other),
        cmocka_unit_test(test_histogram_small_values_are_told_exactly),
        cmocka_unit_test(test_histogram_beyond_the_top_is_the_last),
    };

    return cmocka_run_group_tests_name("histogram", tests, NULL, NULL);
}
