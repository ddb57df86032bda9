/* SPDX-License-Identifier: MIT */
/* Says what is not tested here, and why, where all can count it. */
#include "support.h"

static void test_libc_needs_what_is_not_here(void **state)
{
    (void)state;
    skip_unless(false, "%s", REASON);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_libc_needs_what_is_not_here),
    };

    return cmocka_run_group_tests_name("absent", tests, NULL, NULL);
}
