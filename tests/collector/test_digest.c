/* SPDX-License-Identifier: MIT */
/* digest: what coreutils' b2sum -l 128 says of the same bytes. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/digest.h"

static void assert_told(const struct tel_digest *digest, const char *expected)
{
    uint8_t told[TEL_DIGEST_BYTES];
    char text[2 * TEL_DIGEST_BYTES + 1];

    tel_digest_told(digest, told);
    for (size_t i = 0; i < TEL_DIGEST_BYTES; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", told[i]);
    assert_string_equal(text, expected);
}

static void test_digest_is_that_of_others(void **state)
{
    static const uint8_t zeros[1000];
    static const struct {
        const void *bytes;
        size_t len;
        const char *expected;
    } known[] = {
        {"", 0, "cae66941d9efbd404e4d88758ea67670"},
        {"abc", 3, "cf4ab791c62b8d2b2109c90275287816"},
        {zeros, 128, "40d697295c01d2312035c1fa7d884b8d"},
        {zeros, 129, "dcd04926f5dafbeb0bb326f1915d1066"},
        {zeros, 1000, "8c4f87abd07f9bf325b52dac4a399466"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        struct tel_digest digest;

        tel_digest_start(&digest);
        tel_digest_add(&digest, known[i].bytes, known[i].len);
        assert_told(&digest, known[i].expected);
    }
}

/* Told in between, and given in pieces of any size. */
static void test_digest_goes_on_after_it_was_told(void **state)
{
    static const uint8_t zeros[1000];

    (void)state;
    for (size_t piece = 1; piece < 300; piece++) {
        struct tel_digest digest;
        uint8_t told[TEL_DIGEST_BYTES];

        tel_digest_start(&digest);
        for (size_t at = 0; at < 1000; at += piece) {
            tel_digest_told(&digest, told);
            tel_digest_add(&digest, zeros,
                           at + piece < 1000 ? piece : 1000 - at);
        }
        assert_told(&digest, "8c4f87abd07f9bf325b52dac4a399466");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digest_is_that_of_others),
        cmocka_unit_test(test_digest_goes_on_after_it_was_told),
    };

    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
