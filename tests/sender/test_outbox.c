/* SPDX-License-Identifier: MIT */
/* What tel counts, forgets and purges, without the sender. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tel/outbox.h>

#include "box.h"

static int setup(void **state)
{
    *state = box_new();
    return 0;
}

static int teardown(void **state)
{
    box_free(*state);
    return 0;
}

static void test_outbox_missing_is_empty(void **state)
{
    struct box *box = *state;
    uint64_t forgotten = 7;

    assert_int_equal(box_waiting(box, NULL), 0);
    assert_int_equal(box_dropped(box, NULL), 0);
    assert_int_equal(tel_outbox_forget(box->state, NULL, &forgotten), 0);
    assert_int_equal(forgotten, 0);
    assert_int_equal(tel_outbox_purge(box->state), 0);
    /* Nothing was made by asking. */
    assert_int_equal(access(box->state, F_OK), -1);
}

static void test_outbox_forget_one_leaves_the_others(void **state)
{
    struct box *box = *state;
    uint64_t forgotten;

    box_tool(box, "probe", "POST");
    server_answers(box->server, 500);
    box_new_file(box, "probe", 0, 3);
    box_new_file(box, "other", 0, 5);
    free(scratch_ok(box->scratch, 1, TEL_SEND, "--flush", NULL));
    box_new_file(box, "probe", 3, 4);
    assert_int_equal(box_files(box, ".batch"), 1);
    assert_int_equal(box_waiting(box, "probe"), 7);
    assert_int_equal(box_waiting(box, NULL), 12);
    assert_int_equal(tel_outbox_forget(box->state, "probe", &forgotten), 0);
    assert_int_equal(forgotten, 7);
    assert_int_equal(box_waiting(box, "probe"), 0);
    assert_int_equal(box_waiting(box, "other"), 5);
    assert_int_equal(box_dropped(box, "probe"), 7);
    assert_int_equal(box_dropped(box, "other"), 0);
    assert_int_equal(tel_outbox_forget(box->state, NULL, NULL), 0);
    assert_int_equal(box_dropped(box, NULL), 12);
    assert_int_equal(box_files(box, ""), 0);
}

static void test_outbox_forget_local_is_not_dropped(void **state)
{
    struct box *box = *state;
    uint64_t forgotten;

    scratch_write(box->scratch, "state/tel/outbox/0123456789abcdef-probe.local",
                  "0123456789abcdef0123456789abcdef {\"t\":\"probe\"}\n");
    assert_int_equal(tel_outbox_forget(box->state, "probe", &forgotten), 0);
    assert_int_equal(forgotten, 1);
    assert_int_equal(box_dropped(box, "probe"), 0);
}

static void test_outbox_dropped_goes_by_id(void **state)
{
    struct box *box = *state;

    /* NAME and id of a tool may differ. */
    scratch_write(box->scratch, "state/tel/outbox/0123456789abcdef-probe3.new",
                  "0123456789abcdef0123456789abcdef {\"t\":\"probe\"}\n");
    assert_int_equal(tel_outbox_forget(box->state, "probe3", NULL), 0);
    assert_int_equal(box_dropped(box, "probe"), 1);
    assert_int_equal(box_dropped(box, "probe3"), 0);
}

static void test_outbox_line_cut_short_does_not_count(void **state)
{
    struct box *box = *state;

    scratch_write(box->scratch, "state/tel/outbox/0123456789abcdef-probe.new",
                  "0123456789abcdef0123456789abcdef {\"t\":\"probe\"}\n"
                  "0123456789abcdef0123456789abcdef {\"t\":");
    assert_int_equal(box_waiting(box, "probe"), 1);
}

static void test_outbox_purge_leaves_nothing(void **state)
{
    struct box *box = *state;

    box_tool(box, "probe", "POST");
    box_new_file(box, "probe", 0, 3);
    box_flush(box, 0, "3 sent, 0 waiting\n");
    server_answers(box->server, 500);
    box_new_file(box, "probe", 0, 3);
    box_flush(box, 1, "0 sent, 3 waiting\n");
    assert_int_equal(tel_outbox_purge(box->state), 0);
    assert_int_equal(access(box->state, F_OK), -1);
    box_flush(box, 0, "0 sent, 0 waiting\n");
}

static void test_outbox_purge_leaves_other_peoples_files(void **state)
{
    struct box *box = *state;

    box_new_file(box, "probe", 0, 3);
    scratch_write(box->scratch, "state/tel/mine", "kept");
    assert_int_equal(tel_outbox_purge(box->state), 0);
    assert_int_equal(access(scratch_path(box->scratch, "state/tel/mine"), F_OK),
                     0);
    assert_int_equal(
        access(scratch_path(box->scratch, "state/tel/outbox"), F_OK), -1);
}

static void test_outbox_symlinked_files_are_not_followed(void **state)
{
    struct box *box = *state;
    struct tel_outbox_counts counts;

    box_new_file(box, "probe", 0, 3);
    scratch_write(box->scratch, "elsewhere",
                  "0123456789abcdef0123456789abcdef {\"t\":\"probe\"}\n");
    assert_int_equal(
        symlink(scratch_path(box->scratch, "elsewhere"),
                scratch_path(box->scratch,
                             "state/tel/outbox/0123456789abcdef-probe.new")),
        0);
    assert_int_equal(tel_outbox_count(box->state, NULL, &counts), 0);
    assert_int_equal(counts.waiting, 3);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_outbox_missing_is_empty),
        CASE(test_outbox_forget_one_leaves_the_others),
        CASE(test_outbox_forget_local_is_not_dropped),
        CASE(test_outbox_dropped_goes_by_id),
        CASE(test_outbox_line_cut_short_does_not_count),
        CASE(test_outbox_purge_leaves_nothing),
        CASE(test_outbox_purge_leaves_other_peoples_files),
        CASE(test_outbox_symlinked_files_are_not_followed),
    };

    return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}
