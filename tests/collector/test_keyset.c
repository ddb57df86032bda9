/* SPDX-License-Identifier: MIT */
/* keyset: what was added is in, and nothing else, whatever was removed. */
#include "support.h"

#include <stdlib.h>

#include "store/keyset.h"
#include "store/siphash.h"

/* Few enough that they meet often, in long rows without a gap. */
#define VALUES 4096U
#define ROUNDS 200000U

static uint64_t state = 88172645463325252ULL;

static uint64_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* In two of the tables, four for each fourth place in them, so that rows of
 * all lengths form and part; 0 and 1 are twins. */
static uint64_t fingerprint(unsigned value)
{
    uint64_t number = value / 2;

    return (uint64_t)(value & 1) << 56 | (number / 512) << 20 |
           (2 + number % 512 * 4);
}

static void test_keyset_agrees_with_an_array(void **unused)
{
    static bool in[VALUES];
    struct tel_keyset *set = NULL;
    size_t count = 0;

    (void)unused;
    assert_int_equal(tel_keyset_new(&set), 0);
    for (unsigned i = 0; i < ROUNDS; i++) {
        unsigned value = (unsigned)(draw() % VALUES);
        bool is_new = false;

        assert_int_equal(tel_keyset_has(set, fingerprint(value)), in[value]);
        /* The lowest bit follows from the last number's lower ones. */
        if ((draw() >> 40) % 2 == 0) {
            assert_int_equal(tel_keyset_add(set, fingerprint(value), &is_new),
                             0);
            assert_int_equal(is_new, !in[value]);
            count += is_new;
            in[value] = true;
        } else {
            tel_keyset_remove(set, fingerprint(value));
            count -= in[value];
            in[value] = false;
        }
        assert_int_equal(tel_keyset_count(set), count);
    }
    for (unsigned value = 0; value < VALUES; value++)
        assert_int_equal(tel_keyset_has(set, fingerprint(value)), in[value]);
    tel_keyset_free(set);
}

static void test_keyset_takes_many(void **unused)
{
    struct tel_keyset *set = NULL;
    uint64_t first = state;
    bool is_new = false;

    (void)unused;
    assert_int_equal(tel_keyset_new(&set), 0);
    for (unsigned i = 0; i < ROUNDS; i++) {
        assert_int_equal(tel_keyset_add(set, draw(), &is_new), 0);
        assert_true(is_new);
    }
    state = first;
    for (unsigned i = 0; i < ROUNDS; i++)
        assert_true(tel_keyset_has(set, draw()));
    for (unsigned i = 0; i < ROUNDS; i++)
        assert_false(tel_keyset_has(set, draw()));
    assert_int_equal(tel_keyset_count(set), ROUNDS);
    tel_keyset_free(set);
}

static void test_keyset_knows_zero(void **unused)
{
    struct tel_keyset *set = NULL;
    bool is_new = false;

    (void)unused;
    assert_int_equal(tel_keyset_new(&set), 0);
    assert_false(tel_keyset_has(set, 0));
    tel_keyset_remove(set, 0);
    assert_int_equal(tel_keyset_add(set, 0, &is_new), 0);
    assert_true(is_new);
    assert_true(tel_keyset_has(set, 0));
    tel_keyset_remove(set, 0);
    assert_false(tel_keyset_has(set, 0));
    tel_keyset_free(set);
}

/* As Python's hash() of bytes with a seed of 0, which is the same function. */
static void test_siphash_is_the_known_one(void **unused)
{
    static const uint64_t zero[2] = {0, 0};
    static const uint64_t one[2] = {1, 0};
    static const uint8_t digits[17] = "0123456789abcdef";
    uint8_t bytes[16];

    (void)unused;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)i;
    assert_true(tel_siphash(zero, bytes) == 0x8972188433a5c5b7ULL);
    assert_true(tel_siphash(zero, digits) == 0x1d42b30f7e060c24ULL);
    assert_false(tel_siphash(one, digits) == 0x1d42b30f7e060c24ULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keyset_agrees_with_an_array),
        cmocka_unit_test(test_keyset_takes_many),
        cmocka_unit_test(test_keyset_knows_zero),
        cmocka_unit_test(test_siphash_is_the_known_one),
    };

    return cmocka_run_group_tests_name("keyset", tests, NULL, NULL);
}
