/* SPDX-License-Identifier: MIT */
/* The lease: one sender for a table and a /proc. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harvest.h"
#include "recorded.h"

static int setup(void **state)
{
    struct recorded *r = recorded_new();

    tel_lease_drop(r->table);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    recorded_free(*state);
    return 0;
}

/* What another process gets that asks for the lease. */
static int ask_elsewhere(struct recorded *r)
{
    pid_t pid = fork();
    int status = 0;

    if (pid == 0) {
        _exit(-tel_lease_take(r->table));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return -WEXITSTATUS(status);
}

static void test_lease_is_held_by_one(void **state)
{
    struct recorded *r = *state;

    assert_int_equal(tel_lease_holder(r->table), 0);
    assert_int_equal(tel_lease_take(r->table), 0);
    assert_int_equal(tel_lease_holder(r->table), getpid());
    assert_int_equal(tel_lease_take(r->table), 0);
    assert_int_equal(ask_elsewhere(r), -EBUSY);
    tel_lease_drop(r->table);
    assert_int_equal(tel_lease_holder(r->table), 0);
}

static void test_lease_of_a_dead_sender_is_free(void **state)
{
    struct recorded *r = *state;

    assert_int_equal(ask_elsewhere(r), 0);
    assert_int_equal(tel_lease_holder(r->table), 0);
    assert_int_equal(tel_lease_take(r->table), 0);
}

static void test_lease_that_has_run_out_is_free(void **state)
{
    struct recorded *r = *state;

    assert_int_equal(tel_lease_take(r->table), 0);
    for (unsigned i = 0; i < TABLE_LEASES; i++) {
        r->table->head->leases[i].until_ns = 1;
    }
    assert_int_equal(tel_lease_holder(r->table), 0);
    assert_int_equal(ask_elsewhere(r), 0);
}

static void test_lease_of_another_proc_is_apart(void **state)
{
    struct recorded *r = *state;

    assert_int_equal(tel_lease_take(r->table), 0);
    r->table->proc_dev++;
    assert_int_equal(tel_lease_holder(r->table), 0);
    assert_int_equal(tel_lease_take(r->table), 0);
    tel_lease_drop(r->table);
    r->table->proc_dev--;
    assert_int_equal(tel_lease_holder(r->table), getpid());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lease_is_held_by_one, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_lease_of_a_dead_sender_is_free,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_lease_that_has_run_out_is_free,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_lease_of_another_proc_is_apart,
                                        setup, teardown),
    };

    return cmocka_run_group_tests_name("lease", tests, NULL, NULL);
}
