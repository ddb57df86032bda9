/* SPDX-License-Identifier: MIT */
/* Coarse numbers, against references that are slow and obvious. */
#include "support.h"

#include <stdlib.h>
#include <tel/event.h>

/* The nearest number of two digits and zeros; of two as near, the larger. */
static uint64_t slow_rounded(uint64_t number)
{
    uint64_t best = 0;

    for (uint64_t scale = 1; scale <= 1000000; scale *= 10) {
        for (uint64_t digits = 0; digits < 100; digits++) {
            uint64_t near = digits * scale;
            uint64_t far_best = best > number ? best - number : number - best;
            uint64_t far_near = near > number ? near - number : number - near;

            if (far_near < far_best || (far_near == far_best && near > best))
                best = near;
        }
    }
    return best < TEL_MS_TOP ? best : TEL_MS_TOP;
}

static uint64_t slow_series(uint64_t number)
{
    static const uint64_t steps[] = {1, 2, 5};
    uint64_t best = 0;

    for (uint64_t scale = 1; scale <= 1000000000; scale *= 10) {
        for (int i = 0; i < 3; i++) {
            if (steps[i] * scale <= number && steps[i] * scale <= 2000000000)
                best = steps[i] * scale;
        }
    }
    return best;
}

static void test_coarse_rounded_all_numbers_equal_the_reference(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 12000; n++)
        assert_int_equal(tel_coarse_rounded(n), slow_rounded(n));
    srandom(1);
    for (int i = 0; i < 3000; i++) {
        uint64_t n = (uint64_t)random() % 4000000;

        assert_int_equal(tel_coarse_rounded(n), slow_rounded(n));
    }
}

static void test_coarse_rounded_examples(void **state)
{
    static const uint64_t table[][2] = {
        {0, 0},
        {9, 9},
        {99, 99},
        {100, 100},
        {104, 100},
        {105, 110},
        {994, 990},
        {995, 1000},
        {9950, 10000},
        {123456, 120000},
        {125000, 130000},
        {3549999, 3500000},
        {3550000, 3600000},
        {3599999, 3600000},
        {3600000, 3600000},
        {3600001, 3600000},
        {UINT64_MAX, 3600000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        assert_int_equal(tel_coarse_rounded(table[i][0]), table[i][1]);
}

static void test_coarse_series_all_numbers_equal_the_reference(void **state)
{
    static const uint64_t edges[] = {999999999,  1000000000, 1999999999,
                                     2000000000, UINT32_MAX, UINT64_MAX};

    (void)state;
    for (uint64_t n = 0; n < 25000; n++)
        assert_int_equal(tel_coarse_series(n), slow_series(n));
    for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++)
        assert_int_equal(tel_coarse_series(edges[i]), slow_series(edges[i]));
}

static void test_coarse_twice_is_as_once(void **state)
{
    (void)state;
    srandom(2);
    for (int i = 0; i < 20000; i++) {
        uint64_t n = (uint64_t)random() >> (random() % 31);
        uint32_t rounded = tel_coarse_rounded(n);
        uint32_t step = tel_coarse_series(n);

        assert_int_equal(tel_coarse_rounded(rounded), rounded);
        assert_int_equal(tel_coarse_series(step), step);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_coarse_rounded_all_numbers_equal_the_reference),
        cmocka_unit_test(test_coarse_rounded_examples),
        cmocka_unit_test(test_coarse_series_all_numbers_equal_the_reference),
        cmocka_unit_test(test_coarse_twice_is_as_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
