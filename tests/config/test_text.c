/* SPDX-License-Identifier: MIT */
/* Text in a fixed buffer: what fits, what does not, and numbers read back. */
#include "support.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tel/text.h>

static void test_text_parts_are_joined(void **state)
{
    char buf[64];
    struct tel_text text;

    (void)state;
    tel_text_start(&text, buf, sizeof(buf));
    tel_text_add(&text, "a");
    tel_text_add(&text, "");
    tel_text_bytes(&text, "bcd", 2);
    tel_text_number(&text, 0);
    tel_text_number(&text, UINT64_MAX);
    tel_text_hex(&text, 0xdeadbeefULL);
    assert_int_equal(tel_text_end(&text), 40);
    assert_string_equal(buf, "abc01844674407370955161500000000deadbeef");
}

static void test_text_full_buffer_adds_nothing_more(void **state)
{
    (void)state;
    for (size_t size = 1; size < 12; size++) {
        char *buf = malloc(size);
        struct tel_text text;

        assert_non_null(buf);
        tel_text_start(&text, buf, size);
        tel_text_add(&text, "abcde");
        tel_text_add(&text, "fghij");
        tel_text_add(&text, "");
        assert_int_equal(tel_text_end(&text), size == 11 ? 10 : -ENAMETOOLONG);
        assert_string_equal(buf, size == 11  ? "abcdefghij"
                                 : size >= 6 ? "abcde"
                                             : "");
        free(buf);
    }
}

static void test_text_after_a_part_that_did_not_fit_stays_closed(void **state)
{
    char buf[4];
    struct tel_text text;

    (void)state;
    tel_text_start(&text, buf, sizeof(buf));
    tel_text_add(&text, "abcdef");
    tel_text_add(&text, "x");
    assert_string_equal(buf, "");
    assert_int_equal(tel_text_end(&text), -ENAMETOOLONG);
}

static void test_text_numbers_are_those_of_printf(void **state)
{
    char buf[32];
    char expected[32];
    struct tel_text text;
    uint64_t back;

    (void)state;
    for (unsigned shift = 0; shift < 64; shift++) {
        for (uint64_t n = (UINT64_C(1) << shift) - 1; n <= UINT64_C(1) << shift;
             n++) {
            tel_text_start(&text, buf, sizeof(buf));
            tel_text_number(&text, n);
            snprintf(expected, sizeof(expected), "%" PRIu64, n);
            assert_string_equal(buf, expected);
            assert_true(tel_text_parse(buf, strlen(buf), UINT64_MAX, &back));
            assert_true(back == n);
            tel_text_start(&text, buf, sizeof(buf));
            tel_text_hex(&text, n);
            snprintf(expected, sizeof(expected), "%016" PRIx64, n);
            assert_string_equal(buf, expected);
        }
    }
}

static void test_text_parse_refuses_what_is_no_number(void **state)
{
    static const struct {
        const char *text;
        uint64_t max;
    } table[] = {
        {"", 9},
        {"-1", 9},
        {"+1", 9},
        {" 1", 9},
        {"1 ", 9},
        {"10", 9},
        {"0x1", 99},
        {"1.0", 99},
        {"256", 255},
        {"18446744073709551616", UINT64_MAX},
        {"99999999999999999999", UINT64_MAX},
    };
    uint64_t number = 77;

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        assert_false(tel_text_parse(table[i].text, strlen(table[i].text),
                                    table[i].max, &number));
    assert_int_equal(number, 77);
    assert_true(tel_text_parse("255x", 3, 255, &number));
    assert_int_equal(number, 255);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_parts_are_joined),
        cmocka_unit_test(test_text_full_buffer_adds_nothing_more),
        cmocka_unit_test(test_text_after_a_part_that_did_not_fit_stays_closed),
        cmocka_unit_test(test_text_numbers_are_those_of_printf),
        cmocka_unit_test(test_text_parse_refuses_what_is_no_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
