/* SPDX-License-Identifier: MIT */
/* publish: what is held back can't be worked out from what is told. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "report/publish.h"

static void assert_told(uint64_t n, uint64_t k, const char *expected)
{
    char text[TEL_PUBLISHED_TEXT_MAX + 1];
    struct tel_published count = tel_publish_count(n, k);

    size_t len = tel_published_text(&count, k, text);

    assert_string_equal(text, expected);
    assert_int_equal(len, strlen(expected));
    if (n > 0) {
        assert_true(tel_published_least(&count, k) <= (double)n);
        assert_true(tel_published_most(&count, k) >= (double)n);
    }
}

static void test_publish_counts_are_rounded_down_or_held_back(void **state)
{
    (void)state;
    assert_told(0, 5, "0");
    assert_told(1, 5, "<5");
    assert_told(4, 5, "<5");
    assert_told(5, 5, "5");
    assert_told(9, 5, "5");
    assert_told(10, 5, "10");
    assert_told(1234, 5, "1230");
    assert_told(UINT64_MAX, 5, "18446744073709551615");
    assert_told(999, 1000, "<1000");
}

static void test_publish_k_of_one_tells_all(void **state)
{
    struct tel_published seven = tel_publish_count(7, 1);

    (void)state;
    assert_told(0, 1, "0");
    assert_told(1, 1, "1");
    assert_told(7, 1, "7");
    assert_true(tel_published_middle(&seven, 1) == 7);
}

static void test_publish_a_count_stands_for_its_middle(void **state)
{
    struct tel_published held = tel_publish_count(1, 5);
    struct tel_published ten = tel_publish_count(13, 5);
    struct tel_published none = tel_publish_count(0, 5);

    (void)state;
    assert_true(tel_published_middle(&held, 5) == 2.5);
    assert_true(tel_published_middle(&ten, 5) == 12);
    assert_true(tel_published_middle(&none, 5) == 0);
}

/*
 * The reader below knows all: the rule, the guard, and how many parts there
 * are. For each table that can be told he has every split that is told so. A
 * part that is held back must be one number in one of them and another in
 * another.
 */
#define PARTS_MAX 6

struct split {
    uint64_t k;
    size_t parts;
    uint64_t top; /* of a part */
    uint64_t n[PARTS_MAX];
};

/* What is told of a split, and of its parts which numbers were seen. */
struct told {
    uint64_t total;
    uint64_t parts[PARTS_MAX]; /* UINT64_MAX: held back */
    unsigned seen[PARTS_MAX];  /* a bit a number from 1 to k - 1 */
    bool used;
};

#define TOLD_MAX 65536

static struct told *table; /* by hash, open */

static bool tell(const struct split *split, bool guarded, struct told *ret_told)
{
    struct tel_published parts[PARTS_MAX];
    const struct tel_published *pointers[PARTS_MAX];
    struct tel_published total;
    uint64_t sum = 0;

    memset(ret_told, 0, sizeof(*ret_told));
    for (size_t i = 0; i < split->parts; i++) {
        parts[i] = tel_publish_count(split->n[i], split->k);
        pointers[i] = &parts[i];
        sum += split->n[i];
    }
    total = tel_publish_count(sum, split->k);
    /* Of a total that is held back, so are all parts. */
    if (total.held)
        return false;
    if (guarded)
        (void)tel_publish_guard(&total, pointers, split->parts, 0, split->k);
    ret_told->total = total.n;
    for (size_t i = 0; i < split->parts; i++)
        ret_told->parts[i] = parts[i].held ? UINT64_MAX : parts[i].n;
    ret_told->used = true;
    return true;
}

static void remember(const struct split *split, bool guarded)
{
    struct told told;
    uint64_t hash;
    size_t place;

    if (!tell(split, guarded, &told))
        return;
    hash = told.total;
    for (size_t i = 0; i < PARTS_MAX; i++)
        hash = (hash ^ told.parts[i]) * 0x9e3779b97f4a7c15U;
    place = (hash >> 40) % TOLD_MAX;
    while (table[place].used &&
           (table[place].total != told.total ||
            memcmp(table[place].parts, told.parts, sizeof(told.parts)) != 0))
        place = (place + 1) % TOLD_MAX;
    if (!table[place].used)
        table[place] = told;
    for (size_t i = 0; i < split->parts; i++) {
        if (told.parts[i] == UINT64_MAX)
            table[place].seen[i] |= 1U << split->n[i];
    }
}

/* Every split, as a number whose digits the parts are. Parts after the second
 * are sorted: in another order they say the same of the first two. */
static bool next(struct split *split)
{
    size_t i = split->parts;

    while (i-- > 0) {
        if (split->n[i] < split->top) {
            split->n[i]++;
            for (size_t j = i + 1; j < split->parts; j++)
                split->n[j] = j > 2 ? split->n[j - 1] : 0;
            return true;
        }
    }
    return false;
}

/* Whether the number is so near the end of what was tried that what it was
 * told beside may not have been. */
static bool is_near_the_top(const struct told *told, const struct split *split)
{
    uint64_t whole = (split->top + 1) / split->k * split->k;

    for (size_t i = 0; i < split->parts; i++) {
        if (told->parts[i] != UINT64_MAX && told->parts[i] + split->k > whole)
            return true;
    }
    return false;
}

/* How many parts a reader knows though they are held back. */
static unsigned count_known(uint64_t k, size_t parts, uint64_t top,
                            bool guarded)
{
    struct split split = {.k = k, .parts = parts, .top = top};
    unsigned known = 0;

    memset(table, 0, TOLD_MAX * sizeof(*table));
    do
        remember(&split, guarded);
    while (next(&split));
    for (size_t i = 0; i < TOLD_MAX; i++) {
        if (!table[i].used || is_near_the_top(&table[i], &split))
            continue;
        for (size_t j = 0; j < 2 && j < parts; j++)
            known += __builtin_popcount(table[i].seen[j]) == 1;
    }
    return known;
}

static int make_table(void **state)
{
    table = calloc(TOLD_MAX, sizeof(*table));
    *state = table;
    return table == NULL;
}

static int free_table(void **state)
{
    free(*state);
    return 0;
}

static void test_publish_no_split_gives_away_what_is_held_back(void **state)
{
    static const struct {
        uint64_t k;
        size_t parts;
        uint64_t top;
    } all[] = {
        {3, 2, 17}, {3, 3, 17}, {3, 4, 14}, {3, 5, 11}, {3, 6, 8},
        {4, 2, 23}, {4, 3, 19}, {4, 4, 15}, {4, 5, 11}, {4, 6, 7},
        {5, 2, 29}, {5, 3, 24}, {5, 4, 19}, {5, 5, 14}, {5, 6, 9},
        {6, 2, 35}, {6, 3, 23}, {6, 4, 17}, {6, 5, 11},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        assert_int_equal(count_known(all[i].k, all[i].parts, all[i].top, true),
                         0);
}

/* The reader is not blind: without the guard he finds what it is for. */
static void test_publish_unguarded_splits_give_away(void **state)
{
    (void)state;
    assert_int_not_equal(count_known(3, 3, 17, false), 0);
    assert_int_not_equal(count_known(5, 5, 14, false), 0);
}

static void test_publish_one_part_may_be_any_number(void **state)
{
    (void)state;
    /* Each of 1 to k - 1, whatever else is told. */
    for (uint64_t k = 3; k < 9; k++) {
        struct split split = {.k = k, .parts = 2, .top = 6 * k - 1};

        memset(table, 0, TOLD_MAX * sizeof(*table));
        do
            remember(&split, true);
        while (next(&split));
        for (size_t i = 0; i < TOLD_MAX; i++) {
            if (table[i].used && !is_near_the_top(&table[i], &split) &&
                table[i].parts[0] == UINT64_MAX &&
                table[i].parts[1] != UINT64_MAX && table[i].parts[1] > 0)
                assert_int_equal(__builtin_popcount(table[i].seen[0]), k - 1);
        }
    }
}

static void test_publish_guard_moves_by_one_step(void **state)
{
    /* 40 = 4 + 4 * 9, and 9 = 5 + 4 * 1. */
    struct tel_published nines = tel_publish_count(9, 5);
    struct tel_published five = tel_publish_count(5, 5);
    struct tel_published held = tel_publish_nothing();
    const struct tel_published *high[] = {&held, &nines, &nines, &nines,
                                          &nines};
    const struct tel_published *low[] = {&five, &held, &held, &held, &held};
    struct tel_published total = tel_publish_count(40, 5);

    (void)state;
    assert_true(tel_publish_guard(&total, high, 5, 0, 5));
    assert_int_equal(total.n, 35);
    assert_false(tel_publish_guard(&total, high, 5, 0, 5));
    total = tel_publish_count(9, 5);
    assert_true(tel_publish_guard(&total, low, 5, 0, 5));
    assert_int_equal(total.n, 10);
    assert_false(tel_publish_guard(&total, low, 5, 0, 5));
    /* One that is not named is as good as one that is. */
    total = tel_publish_count(40, 5);
    assert_true(tel_publish_guard(&total, high + 1, 4, 1, 5));
    /* Nothing is held back, and nothing moves. */
    total = tel_publish_count(40, 5);
    assert_false(tel_publish_guard(&total, high + 1, 4, 0, 5));
    assert_int_equal(total.n, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_publish_counts_are_rounded_down_or_held_back),
        cmocka_unit_test(test_publish_k_of_one_tells_all),
        cmocka_unit_test(test_publish_a_count_stands_for_its_middle),
        cmocka_unit_test(test_publish_no_split_gives_away_what_is_held_back),
        cmocka_unit_test(test_publish_unguarded_splits_give_away),
        cmocka_unit_test(test_publish_one_part_may_be_any_number),
        cmocka_unit_test(test_publish_guard_moves_by_one_step),
    };

    return cmocka_run_group_tests_name("publish", tests, make_table,
                                       free_table);
}
