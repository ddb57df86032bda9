/* SPDX-License-Identifier: MIT */
/*
 * Consent is asked again at sending: what is off by then does not leave; and
 * nobody is told that somebody has opted out.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alone.h"
#include "box.h"

#define NOBODY 65534
#define LATER "3600"

static bool on_machine;

static int group_setup(void **state)
{
    (void)state;
    on_machine = alone_on_machine();
    return 0;
}

static int setup(void **state)
{
    struct box *box = box_new();

    box_make_table(box);
    box_tool(box, "probe", "POST");
    *state = box;
    return 0;
}

static int teardown(void **state)
{
    box_free(*state);
    if (on_machine)
        (void)unlink(ALONE_MACHINE);
    return 0;
}

struct expected {
    struct box *box;
    uint64_t number;
};

static bool waits(void *context)
{
    struct expected *expected = context;

    return box_waiting(expected->box, NULL) == expected->number;
}

static bool dropped(void *context)
{
    struct expected *expected = context;

    return box_dropped(expected->box, "probe") == expected->number;
}

static bool alone_again(void *context)
{
    return scratch_processes(context) == 0;
}

/* What waits of probe is forgotten, whoever asks, and nobody was called. */
static void expect_forgotten(struct box *box, const char *said, uint64_t number)
{
    box_flush(box, 0, said);
    assert_int_equal(box_dropped(box, "probe"), number);
    assert_int_equal(box_files(box, ""), 0);
    assert_int_equal(server_connections(box->server), 0);
}

static void test_withdrawn_by_the_machine_is_forgotten(void **state)
{
    struct box *box = *state;

    box_new_file(box, "probe", 0, 3);
    alone_machine_says("collect = no\n");
    expect_forgotten(box, "0 sent, 0 waiting, 3 dropped\n", 3);
    /* Allowed again, it does not come back. */
    alone_machine_says("collect = ask\n");
    box_flush(box, 0, "0 sent, 0 waiting\n");
    box_new_file(box, "probe", 3, 1);
    box_flush(box, 0, "1 sent, 0 waiting\n");
}

static void test_withdrawn_by_a_bad_machine_policy_is_forgotten(void **state)
{
    box_new_file(*state, "probe", 0, 3);
    alone_machine_says("collect = yes\n");
    expect_forgotten(*state, "0 sent, 0 waiting, 3 dropped\n", 3);
}

/* It stands between a run and its move into the outbox, too. */
static void test_withdrawn_by_the_machine_while_a_sender_lives(void **state)
{
    struct box *box = *state;
    struct expected one = {box, 1};
    pid_t pid = box_start(box, LATER, "60");

    kill(pid, SIGSTOP);
    box_recorded(box, "probe", 0);
    alone_machine_says("collect = no\n");
    kill(pid, SIGCONT);
    until(dropped, &one);
    scratch_stop(box->scratch, pid, SIGTERM);
    expect_forgotten(box, "0 sent, 0 waiting\n", 1);
}

static void test_withdrawn_by_an_added_field_is_forgotten(void **state)
{
    struct box *box = *state;
    char text[512];

    box_new_file(box, "probe", 0, 3);
    (void)snprintf(text, sizeof(text),
                   "[tool]\nid = probe\nversion = 1.2\nmethod = POST\n"
                   "endpoint = http://127.0.0.1:%u/t\n[command]\n"
                   "verbs = none\n[fields]\nms = rounded\nexit = code\n"
                   "n = count\n",
                   server_port(box->server));
    scratch_write(box->scratch, "config/tel/tools.d/probe.conf", text);
    expect_forgotten(box, "0 sent, 0 waiting, 3 dropped\n", 3);
}

/* A variable speaks for a process: what waits goes on waiting. */
static void test_withdrawn_by_the_environment_waits(void **state)
{
    static const char *const names[] = {"DO_NOT_TRACK", "CF_PAGES"};
    static const char *const modes[] = {"--flush", "--once", "--background"};
    struct box *box = *state;

    box_new_file(box, "probe", 0, 3);
    for (size_t i = 0; i < 2; i++) {
        scratch_set(box->scratch, names[i], "false");
        for (size_t j = 0; j < 3; j++)
            free(scratch_ok(box->scratch, j == 0 ? 1 : 0, TEL_SEND, modes[j],
                            NULL));
        scratch_set(box->scratch, names[i], NULL);
    }
    assert_int_equal(server_connections(box->server), 0);
    assert_int_equal(box_dropped(box, "probe"), 0);
    box_flush(box, 0, "3 sent, 0 waiting\n");
}

/* A policy that is not to be believed says nothing: not where to send, and
 * not that nothing is wanted any more. */
static void test_withdrawn_by_a_foreign_policy_waits(void **state)
{
    struct box *box = *state;
    const char *path =
        scratch_path(box->scratch, "config/tel/tools.d/probe.conf");

    box_new_file(box, "probe", 0, 3);
    assert_int_equal(chmod(path, 0646), 0);
    box_flush(box, 1, "0 sent, 3 waiting\n");
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(server_connections(box->server), 0);
    box_flush(box, 0, "3 sent, 0 waiting\n");
}

static void test_withdrawn_by_a_foreign_consent_is_forgotten(void **state)
{
    struct box *box = *state;

    skip_unless(geteuid() == 0, "only root can give a file away");
    box_new_file(box, "probe", 0, 3);
    assert_int_equal(chown(scratch_path(box->scratch, "config/tel/consent"),
                           NOBODY, (gid_t)-1),
                     0);
    expect_forgotten(box, "0 sent, 0 waiting, 3 dropped\n", 3);
}

/* One run in the table, of which no sender knows any more. */
static void leave_in_table(struct box *box, const char *name)
{
    pid_t pid = box_start(box, LATER, "60");

    kill(pid, SIGSTOP);
    box_recorded(box, name, 0);
    scratch_stop(box->scratch, pid, SIGKILL);
}

/* 3 in a batch that was tried, 4 not tried yet, 1 in the table. */
static void leave_everywhere(struct box *box)
{
    server_answers(box->server, 500);
    box_new_file(box, "probe", 0, 3);
    box_flush(box, 1, "0 sent, 3 waiting\n");
    box_new_file(box, "probe", 3, 4);
    leave_in_table(box, "probe");
    assert_int_equal(box_files(box, ".batch"), 1);
    assert_int_equal(box_files(box, ".new"), 1);
    server_answers(box->server, 204);
}

/* Runs that are over, or about to be, in the table. */
static unsigned in_table(struct box *box)
{
    struct tel_table_counts counts;
    struct tel_table *table = NULL;

    assert_int_equal(tel_table_open(box->table, geteuid(), &table), 0);
    tel_table_look(table);
    tel_table_count(table, &counts);
    tel_table_close(table);
    return counts.finished + counts.pending + counts.running;
}

static void test_withdrawn_by_off_is_gone_wherever_it_was(void **state)
{
    static const char *const words[] = {"probe", "--all"};
    struct box *box = *state;

    for (size_t i = 0; i < 2; i++) {
        char *out;

        box_consent(box, "probe", TEL_ANSWER_YES);
        leave_everywhere(box);
        assert_int_equal(in_table(box), 1);
        out = scratch_ok(box->scratch, 0, TEL, "off", words[i], NULL);
        assert_non_null(strstr(out, "Events forgotten: 8."));
        free(out);
        assert_int_equal(in_table(box), 0);
        assert_int_equal(box_files(box, ""), 0);
        box_flush(box, 0, "0 sent, 0 waiting\n");
        assert_int_equal(server_count(box->server), i + 1);
    }
}

/* What waits of another tool is not touched. */
static void test_withdrawn_from_one_tool_leaves_the_others(void **state)
{
    struct box *box = *state;

    box_tool(box, "other", "POST");
    box_new_file(box, "other", 0, 2);
    box_new_file(box, "probe", 0, 2);
    free(scratch_ok(box->scratch, 0, TEL, "off", "probe", NULL));
    box_flush(box, 0, "2 sent, 0 waiting\n");
    assert_non_null(strstr(server_payload(box->server, 0), "\"t\":\"other\""));
    assert_null(strstr(server_payload(box->server, 0), "probe"));
}

/* tel itself asks the kernel for no socket and no process, and the sender that
 * is alive has nothing to say. */
static void opt_out_beside_a_sender(struct box *box, const char *word)
{
    const char *trace = scratch_path(box->scratch, "trace");
    struct expected waiting = {box, 3};
    pid_t pid = box_start(box, LATER, "60");
    char *text;

    for (int i = 0; i < 3; i++)
        box_recorded(box, "probe", i);
    until(waits, &waiting);
    /* A sanitized tel can't look for leaks when it is traced. */
    scratch_set(box->scratch, "ASAN_OPTIONS", "detect_leaks=0");
    free(scratch_ok(box->scratch, 0, "strace", "-f", "-qq", "-e", "signal=none",
                    "-e", "trace=%network,%process", "-o", trace, TEL, "off",
                    word, NULL));
    text = file_read(trace, NULL);
    assert_non_null(text);
    /* It was started, and it ended. */
    assert_int_equal(count_of(text, "\n"), 2);
    assert_int_equal(count_of(text, "execve("), 1);
    assert_int_equal(count_of(text, "exit_group("), 1);
    free(text);
    assert_int_equal(box_waiting(box, NULL), 0);
    assert_int_equal(scratch_stop(box->scratch, pid, SIGTERM), -SIGTERM);
    box_flush(box, 0, "0 sent, 0 waiting\n");
    assert_int_equal(box_files(box, ""), 0);
    assert_int_equal(server_connections(box->server), 0);
}

static void test_withdrawn_is_not_reported(void **state)
{
    opt_out_beside_a_sender(*state, "probe");
}

static void test_withdrawn_from_all_is_not_reported(void **state)
{
    opt_out_beside_a_sender(*state, "--all");
}

/* A sender to which a moment to send comes each second finds nothing, until
 * it leaves. */
static void test_withdrawn_before_the_moment_is_not_sent(void **state)
{
    struct box *box = *state;
    pid_t pid = box_start(box, "1", "2");

    kill(pid, SIGSTOP);
    for (int i = 0; i < 3; i++)
        box_recorded(box, "probe", i);
    free(scratch_ok(box->scratch, 0, TEL, "off", "probe", NULL));
    kill(pid, SIGCONT);
    until(alone_again, box->scratch);
    assert_int_equal(server_connections(box->server), 0);
    assert_int_equal(box_waiting(box, NULL), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_withdrawn_by_the_machine_is_forgotten),
        TEST(test_withdrawn_by_a_bad_machine_policy_is_forgotten),
        TEST(test_withdrawn_by_the_machine_while_a_sender_lives),
        TEST(test_withdrawn_by_an_added_field_is_forgotten),
        TEST(test_withdrawn_by_the_environment_waits),
        TEST(test_withdrawn_by_a_foreign_policy_waits),
        TEST(test_withdrawn_by_a_foreign_consent_is_forgotten),
        TEST(test_withdrawn_by_off_is_gone_wherever_it_was),
        TEST(test_withdrawn_from_one_tool_leaves_the_others),
        TEST(test_withdrawn_is_not_reported),
        TEST(test_withdrawn_from_all_is_not_reported),
        TEST(test_withdrawn_before_the_moment_is_not_sent),
    };

    return cmocka_run_group_tests_name("consent_withdrawn", tests, group_setup,
                                       NULL);
}
