/* SPDX-License-Identifier: MIT */
/* A program that starts without libc: what it is given, and its clone. */
#include <stdlib.h>

#include "support.h"

static void test_bare_program_starts_and_clones(void **state)
{
    struct scratch *s = scratch_new();

    (void)state;
    free(scratch_ok(s, 0, BARE_HOST, "a b", "", NULL));
    scratch_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bare_program_starts_and_clones),
    };

    return cmocka_run_group_tests_name("bare", tests, NULL, NULL);
}
