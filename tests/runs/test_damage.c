/* SPDX-License-Identifier: MIT */
/* A damaged table harms neither a host nor the sender. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harvest.h"
#include "recorded.h"

#define ROUNDS 300

static int setup(void **state)
{
    struct recorded *r = recorded_new();

    recorded_tool(r, "host", "[command]\nverbs = none\n");
    scratch_set(r->scratch, "LD_PRELOAD", TEL_STAGE_SHIM);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    recorded_free(*state);
    return 0;
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return *seed >> 8;
}

/* Overwrites the words and some bodies, and keeps the lease, so that no
 * sender is started. */
static void scribble(struct tel_table *table, uint32_t *seed)
{
    unsigned char *bytes = (unsigned char *)table->head;

    for (size_t i = TABLE_WORDS_AT; i < TABLE_HEAD; i++) {
        bytes[i] = (unsigned char)next_random(seed);
    }
    for (unsigned i = 0; i < 2000; i++) {
        size_t at = TABLE_HEAD + next_random(seed) % (TABLE_BYTES - TABLE_HEAD);

        bytes[at] = (unsigned char)next_random(seed);
    }
}

static void check_host(struct recorded *r)
{
    struct result result = scratch_run(r->scratch, HOST, "return", "5", NULL);

    assert_int_equal(result.status, 5);
    assert_string_equal(result.out, "");
    assert_string_equal(result.err, "");
    result_clear(&result);
}

static void test_damage_of_slots_is_survived(void **state)
{
    struct recorded *r = *state;
    struct tel_finished list[16];
    uint32_t seed = 1;

    for (unsigned round = 0; round < ROUNDS; round++) {
        scribble(r->table, &seed);
        if (round % 10 == 0) {
            check_host(r);
        }
        tel_table_look(r->table);
        for (size_t n = tel_table_finished(r->table, list, 16); n > 0; n--) {
            tel_table_mark(r->table, &list[n - 1], 1);
            tel_table_free(r->table, &list[n - 1]);
        }
    }
}

/* Each byte of the head wrong, one after the other: recorded or not, the host
 * is as ever. */
static void test_damage_of_the_head_is_survived(void **state)
{
    struct recorded *r = *state;
    unsigned char *bytes = (unsigned char *)r->table->head;

    for (size_t i = 0; i < 24; i++) {
        unsigned char old = bytes[i];

        bytes[i] ^= 0xff;
        check_host(r);
        bytes[i] = old;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_damage_of_slots_is_survived, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_damage_of_the_head_is_survived,
                                        setup, teardown),
    };

    return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
