/* SPDX-License-Identifier: MIT */
/* From a recorded program to the collector, with the sender that the program
 * itself starts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "box.h"

#define RUNS 20

static unsigned counts[256];

static int setup(void **state)
{
    struct box *box = box_new();

    box_tool(box, "tool", "POST");
    scratch_write(box->scratch, "bin/tool", "#!/bin/sh\nexit $1\n");
    tend(box->scratch);
    *state = box;
    return 0;
}

static int teardown(void **state)
{
    box_free(*state);
    return 0;
}

static void run(struct box *box, const char *wrapper, unsigned status)
{
    const char *tool = scratch_path(box->scratch, "bin/tool");
    char number[16];

    snprintf(number, sizeof(number), "%u", status);
    if (wrapper != NULL)
        free(
            scratch_ok(box->scratch, (int)status, wrapper, tool, number, NULL));
    else
        free(scratch_ok(box->scratch, (int)status, tool, number, NULL));
}

static void all_came(struct box *box)
{
    char said[64];

    snprintf(said, sizeof(said), "%d sent, 0 waiting\n", RUNS);
    box_flush(box, 0, said);
    assert_int_equal(server_tally(box->server, "exit", counts, 256), RUNS);
    for (unsigned i = 0; i < RUNS; i++)
        assert_int_equal(counts[i], 1);
}

static void test_journey_through_the_wrapper(void **state)
{
    for (unsigned i = 0; i < RUNS; i++)
        run(*state, TEL_WRAP, i);
    all_came(*state);
}

static void test_journey_through_the_preload(void **state)
{
    struct box *box = *state;

    scratch_set(box->scratch, "LD_PRELOAD", TEL_STAGE_SHIM);
    for (unsigned i = 0; i < RUNS; i++)
        run(box, NULL, i);
    scratch_set(box->scratch, "LD_PRELOAD", NULL);
    all_came(box);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_journey_through_the_wrapper),
        CASE(test_journey_through_the_preload),
    };

    return cmocka_run_group_tests_name("journey", tests, NULL, NULL);
}
