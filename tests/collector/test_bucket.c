/* SPDX-License-Identifier: MIT */
/* bucket: so many tokens a second, whatever the clock does between. */
#include "support.h"

#include "receive/bucket.h"

static void test_bucket_without_a_rate_is_never_empty(void **state)
{
    struct tel_bucket bucket;

    (void)state;
    tel_bucket_start(&bucket, 0, 5);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(tel_bucket_take(&bucket, UINT32_MAX, 5), 0);
}

static void test_bucket_holds_one_second(void **state)
{
    struct tel_bucket bucket;

    (void)state;
    tel_bucket_start(&bucket, 3, 1000);
    for (int i = 0; i < 3; i++)
        assert_int_equal(tel_bucket_take(&bucket, 1, 1000), 0);
    assert_int_equal(tel_bucket_take(&bucket, 1, 1000), 1);
    assert_int_equal(tel_bucket_take(&bucket, 1, 1333), 1);
    assert_int_equal(tel_bucket_take(&bucket, 1, 1334), 0);
    assert_int_equal(tel_bucket_take(&bucket, 1, 1334), 1);
    /* Three and no more, after any time. */
    for (int i = 0; i < 3; i++)
        assert_int_equal(tel_bucket_take(&bucket, 1, UINT64_MAX), 0);
    assert_int_equal(tel_bucket_take(&bucket, 1, UINT64_MAX), 1);
}

static void test_bucket_debt_is_paid_first(void **state)
{
    struct tel_bucket bucket;

    (void)state;
    tel_bucket_start(&bucket, 10, 0);
    assert_int_equal(tel_bucket_take(&bucket, 1000, 0), 0);
    assert_int_equal(tel_bucket_take(&bucket, 1, 0), 100);
    assert_int_equal(tel_bucket_take(&bucket, 1, 99000), 1);
    assert_int_equal(tel_bucket_take(&bucket, 1, 99099), 1);
    assert_int_equal(tel_bucket_take(&bucket, 1, 99100), 0);
    assert_int_equal(tel_bucket_take(&bucket, 1, 99100), 1);
}

/* In no stretch of time more than the rate allows, and never much less. */
static void test_bucket_keeps_the_rate_over_time(void **state)
{
    struct tel_bucket bucket;
    unsigned taken = 0;

    (void)state;
    tel_bucket_start(&bucket, 7, 0);
    for (uint64_t ms = 0; ms < 60000; ms += 11)
        taken += tel_bucket_take(&bucket, 1, ms) == 0;
    assert_in_range(taken, 60 * 7, 60 * 7 + 7);
}

static void test_bucket_largest_numbers_do_not_overflow(void **state)
{
    struct tel_bucket bucket;

    (void)state;
    tel_bucket_start(&bucket, UINT32_MAX, 0);
    assert_int_equal(tel_bucket_take(&bucket, UINT32_MAX, 0), 0);
    assert_int_equal(tel_bucket_take(&bucket, UINT32_MAX, 0), 1);
    assert_int_equal(tel_bucket_take(&bucket, 1, UINT64_MAX), 0);
    tel_bucket_start(&bucket, 1, 0);
    assert_int_equal(tel_bucket_take(&bucket, UINT32_MAX, 0), 0);
    assert_int_equal(tel_bucket_take(&bucket, 1, 0), UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bucket_without_a_rate_is_never_empty),
        cmocka_unit_test(test_bucket_holds_one_second),
        cmocka_unit_test(test_bucket_debt_is_paid_first),
        cmocka_unit_test(test_bucket_keeps_the_rate_over_time),
        cmocka_unit_test(test_bucket_largest_numbers_do_not_overflow),
    };

    return cmocka_run_group_tests_name("bucket", tests, NULL, NULL);
}
