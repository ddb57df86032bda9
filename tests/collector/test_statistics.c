/* SPDX-License-Identifier: MIT */
/* statistics: intervals hold as often as they say. */
#include "support.h"

#include <math.h>
#include <string.h>

#include "count/histogram.h"
#include "month/chance.h"
#include "report/publish.h"
#include "report/statistics.h"

#define ROUNDS 2000
#define BUCKETS 200

static void assert_near(double seen, double wanted, double off)
{
    if (fabs(seen - wanted) > off)
        fail_msg("%g is not %g", seen, wanted);
}

static struct tel_amount exactly(double n)
{
    return (struct tel_amount){n, n, n};
}

/* As a report has it. */
static struct tel_amount rounded(uint64_t n, uint64_t k)
{
    struct tel_published count = tel_publish_count(n, k);

    return (struct tel_amount){tel_published_least(&count, k),
                               tel_published_middle(&count, k),
                               tel_published_most(&count, k)};
}

static void test_statistics_z_is_the_normal_one(void **state)
{
    (void)state;
    assert_near(tel_normal_z(0.05), 1.959964, 1e-6);
    assert_near(tel_normal_z(0.01), 2.575829, 1e-6);
    assert_near(tel_normal_z(0.001), 3.290527, 1e-6);
    assert_near(tel_normal_z(1), 0, 1e-6);
}

/* The example of Newcombe's paper of 1998: 56 of 70 and 48 of 80. */
static void test_statistics_difference_is_newcombe_s(void **state)
{
    struct tel_share before = {exactly(48), exactly(80)};
    struct tel_share after = {exactly(56), exactly(70)};
    struct tel_change change = tel_share_change(&before, &after, 1.959964);

    (void)state;
    assert_near(change.before, 0.6, 1e-9);
    assert_near(change.after, 0.8, 1e-9);
    assert_near(change.change, 0.2, 1e-9);
    assert_near(change.low, 0.0524, 5e-5);
    assert_near(change.high, 0.3339, 5e-5);
}

static void test_statistics_none_and_all_have_an_interval(void **state)
{
    struct tel_share none = {exactly(0), exactly(100)};
    struct tel_share all = {exactly(100), exactly(100)};
    struct tel_change same = tel_share_change(&none, &none, 1.96);
    struct tel_change change = tel_share_change(&none, &all, 1.96);

    (void)state;
    assert_true(same.low < 0 && same.high > 0);
    assert_true(change.low > 0.9 && change.low < 1);
    assert_near(change.high, 1, 1e-9);
}

static void test_statistics_rounding_makes_it_wider(void **state)
{
    struct tel_share exact = {exactly(22), exactly(1002)};
    struct tel_share blurred = {rounded(22, 5), rounded(1002, 5)};
    struct tel_change sharp = tel_share_change(&exact, &exact, 1.96);
    struct tel_change wide = tel_share_change(&blurred, &blurred, 1.96);

    (void)state;
    assert_true(wide.low < sharp.low);
    assert_true(wide.high > sharp.high);
}

static uint64_t draw(struct chance *chance, uint64_t of, double p)
{
    uint64_t n = 0;

    for (uint64_t i = 0; i < of; i++)
        n += chance_unit(chance) < p;
    return n;
}

/* How often of 1000 the interval holds the true difference. */
static unsigned cover_shares(struct chance *chance, const uint64_t of[2],
                             const double p[2], uint64_t k)
{
    double z = tel_normal_z(0.05);
    unsigned held = 0;

    for (int i = 0; i < ROUNDS; i++) {
        struct tel_share before = {rounded(draw(chance, of[0], p[0]), k),
                                   rounded(of[0], k)};
        struct tel_share after = {rounded(draw(chance, of[1], p[1]), k),
                                  rounded(of[1], k)};
        struct tel_change change = tel_share_change(&before, &after, z);

        held += change.low <= p[1] - p[0] && change.high >= p[1] - p[0];
    }
    return held * 1000 / ROUNDS;
}

static void test_statistics_share_intervals_hold(void **state)
{
    static const struct {
        uint64_t of[2];
        double p[2];
    } all[] = {
        {{60, 60}, {0.5, 0.5}},    {{80, 300}, {0.05, 0.1}},
        {{200, 200}, {0.1, 0.3}},  {{500, 100}, {0.02, 0.02}},
        {{400, 400}, {0.9, 0.95}},
    };
    struct chance chance;

    (void)state;
    chance_begin(&chance, 20261125, 0, 0);
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        assert_in_range(cover_shares(&chance, all[i].of, all[i].p, 1), 930,
                        990);
        assert_in_range(cover_shares(&chance, all[i].of, all[i].p, 5), 930,
                        1000);
    }
}

/* Durations around middle in the buckets of a report, each told by itself or
 * together with its neighbours, as there. */
static struct tel_logs measure(struct chance *chance, unsigned runs,
                               double middle, uint64_t k)
{
    static uint64_t counts[BUCKETS];
    static uint32_t lowers[BUCKETS];
    struct tel_log_bin bins[BUCKETS];
    struct tel_logs logs = {0};
    uint64_t n = 0;
    size_t used = 0;
    size_t nbins = 0;
    double lower = 0;

    memset(counts, 0, sizeof(counts));
    for (uint32_t at = 0; at < 100000 && used < BUCKETS;
         at = tel_bucket_next(at))
        lowers[used++] = at;
    for (unsigned i = 0; i < runs; i++) {
        double ms = middle * exp(0.7 * chance_normal(chance));
        uint32_t bucket = tel_bucket_of((uint32_t)(ms + 0.5));

        for (size_t j = 0; j < used; j++)
            counts[j] += lowers[j] == bucket;
    }
    for (size_t i = 0; i < used; i++) {
        lower = n == 0 ? lowers[i] : lower;
        n += counts[i];
        if (n >= k || (i + 1 == used && n > 0))
            bins[nbins++] = (struct tel_log_bin){
                lower, tel_bucket_next(lowers[i]), rounded(n, k)};
        if (n >= k)
            n = 0;
    }
    assert_true(tel_logs_of(bins, nbins, &logs));
    return logs;
}

static unsigned cover_ratios(struct chance *chance, const unsigned runs[2],
                             double middle, double ratio, uint64_t k)
{
    double z = tel_normal_z(0.05);
    unsigned held = 0;

    for (int i = 0; i < ROUNDS / 4; i++) {
        struct tel_logs before = measure(chance, runs[0], middle, k);
        struct tel_logs after = measure(chance, runs[1], middle * ratio, k);
        struct tel_change change = tel_logs_change(&before, &after, z);

        held += change.low <= ratio && change.high >= ratio;
    }
    return held * 1000 / (ROUNDS / 4);
}

static void test_statistics_ratio_intervals_hold(void **state)
{
    static const unsigned runs[][2] = {{60, 60}, {60, 400}, {500, 500}};
    struct chance chance;

    (void)state;
    chance_begin(&chance, 7, 0, 0);
    for (size_t i = 0; i < 3; i++) {
        assert_in_range(cover_ratios(&chance, runs[i], 300, 1, 1), 930, 990);
        assert_in_range(cover_ratios(&chance, runs[i], 300, 1, 5), 930, 1000);
        assert_in_range(cover_ratios(&chance, runs[i], 300, 1.3, 5), 930, 1000);
    }
}

static void test_statistics_few_values_have_no_mean(void **state)
{
    struct tel_log_bin one = {10, 11, exactly(1)};
    struct tel_logs logs = {.n = 42};

    (void)state;
    assert_false(tel_logs_of(&one, 1, &logs));
    assert_false(tel_logs_of(NULL, 0, &logs));
    assert_true(logs.n == 42);
}

static void test_statistics_distance_grows(void **state)
{
    (void)state;
    assert_near(tel_share_distance(0.3, 0.3), 0, 1e-12);
    assert_near(tel_share_distance(0, 1), 3.14159265, 1e-6);
    assert_true(tel_share_distance(0.01, 0.02) < tel_share_distance(0.1, 0.2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statistics_z_is_the_normal_one),
        cmocka_unit_test(test_statistics_difference_is_newcombe_s),
        cmocka_unit_test(test_statistics_none_and_all_have_an_interval),
        cmocka_unit_test(test_statistics_rounding_makes_it_wider),
        cmocka_unit_test(test_statistics_share_intervals_hold),
        cmocka_unit_test(test_statistics_ratio_intervals_hold),
        cmocka_unit_test(test_statistics_few_values_have_no_mean),
        cmocka_unit_test(test_statistics_distance_grows),
    };

    return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
