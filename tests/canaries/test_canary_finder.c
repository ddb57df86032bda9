/* SPDX-License-Identifier: MIT */
/* The finder: what somebody else has encoded is found, and nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canary.h"
#include "support.h"

/* Each line on its own, in hexadecimal so that any byte gets here: its name,
 * then what a leak in this encoding would be, in the midst of something. */
static const char script[] =
    "import sys, base64, json, urllib.parse\n"
    "canary = sys.argv[1]\n"
    "def say(name, data):\n"
    "    print(name.replace(' ', '-'), data.hex())\n"
    "for case, word in (('', canary), ('capitals ', canary.upper())):\n"
    "    for n in range(4):\n"
    "        text = ('/home/'[:n] + word + '/.x')\n"
    "        raw = text.encode()\n"
    "        say(case + 'as it is', raw)\n"
    "        say(case + 'backwards', raw[::-1])\n"
    "        say(case + 'utf-16 le', text.encode('utf-16-le'))\n"
    "        say(case + 'utf-16 be', text.encode('utf-16-be'))\n"
    "        say(case + 'utf-32', text.encode('utf-32'))\n"
    "        say(case + 'hex', raw.hex().encode())\n"
    "        say(case + 'HEX', raw.hex().upper().encode())\n"
    "        say(case + 'percent', urllib.parse.quote(text).encode())\n"
    "        say(case + 'all percent',\n"
    "            ''.join('%%%02X' % b for b in raw).encode())\n"
    "        say(case + 'json', json.dumps(text).encode())\n"
    "        say(case + 'all u',\n"
    "            ''.join('\\\\u%04x' % b for b in raw).encode())\n"
    "        say(case + 'all x',\n"
    "            ''.join('\\\\x%02x' % b for b in raw).encode())\n"
    "        say(case + 'base64', base64.b64encode(raw))\n"
    "        say(case + 'base64 url', base64.urlsafe_b64encode(raw))\n"
    "        say(case + 'cut after 15 bytes', word[:15].encode())\n"
    "        say(case + 'cut to its end', word[-12:].encode())\n";

static size_t from_hex(char *text)
{
    size_t len = 0;

    for (unsigned byte; sscanf(text + 2 * len, "%2x", &byte) == 1;)
        text[len++] = (char)byte;
    return len;
}

static void test_finder_any_encoding_is_found(void **state)
{
    struct scratch *scratch = scratch_new();
    struct dice dice = {4};
    char stem[STEM_LEN + 1];
    char other[STEM_LEN + 1];
    unsigned lines = 0;

    (void)state;
    stem_draw(&dice, stem);
    stem_draw(&dice, other);
    for (int i = 0; i < 5; i++) {
        struct finder finder = {0};
        struct finder blind = {0};
        char canary[CANARY_MAX + 1];
        char *out;
        char *rest = NULL;

        canary_draw(&dice, stem, canary);
        finder_add(&blind, other);
        finder_add(&finder, other);
        finder_add(&finder, stem);
        out = scratch_ok(scratch, 0, "/usr/bin/python3", "-c", script, canary,
                         NULL);
        for (char *line = strtok_r(out, "\n", &rest); line != NULL;
             line = strtok_r(NULL, "\n", &rest)) {
            char *bytes = strchr(line, ' ') + 1;
            size_t len = from_hex(bytes);
            struct found found;

            if (!finder_find(&finder, bytes, len, &found))
                fail_msg("not found: %s", line);
            assert_false(finder_find(&blind, bytes, len, &found));
            lines++;
        }
        free(out);
    }
    assert_int_equal(lines, 5 * 2 * 4 * 16);
    scratch_free(scratch);
}

static void test_finder_nothing_is_found_where_no_canary_is(void **state)
{
    static unsigned char noise[1 << 20];
    struct finder finder = {0};
    struct dice dice = {5};
    char stem[STEM_LEN + 1];
    char almost[STEM_LEN + 1];
    struct found found;

    (void)state;
    stem_draw(&dice, stem);
    finder_add(&finder, stem);
    for (size_t i = 0; i < sizeof(noise); i++)
        noise[i] = (unsigned char)dice_below(&dice, 256);
    assert_false(finder_find(&finder, noise, sizeof(noise), &found));
    for (size_t i = 0; i < STEM_LEN; i++) {
        memcpy(almost, stem, sizeof(almost));
        almost[i] = almost[i] == '7' ? '8' : '7';
        assert_false(finder_find(&finder, almost, STEM_LEN, &found));
    }
    assert_false(finder_find(&finder, stem, STEM_LEN - 1, &found));
    assert_false(finder_find(&finder, "", 0, &found));
    memcpy(noise + sizeof(noise) - STEM_LEN, stem, STEM_LEN);
    assert_true(finder_find(&finder, noise, sizeof(noise), &found));
    assert_int_equal(found.at, sizeof(noise) - STEM_LEN);
    assert_string_equal(found.encoding, "as it is");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finder_any_encoding_is_found),
        cmocka_unit_test(test_finder_nothing_is_found_where_no_canary_is),
    };

    return cmocka_run_group_tests_name("canary_finder", tests, NULL, NULL);
}
