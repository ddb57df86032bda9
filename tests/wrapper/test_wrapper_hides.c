/* SPDX-License-Identifier: MIT */
/*
 * What supervision can't hide: each line of that table in tel-wrap(1). In
 * place it is as with the bare tool, supervised it is what the table says.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ways.h"

/* Compares the notes with what is expected of the way. */
static void check(void **state, void (*act)(struct play *), const char *bare,
                  const char *supervised)
{
    if (!terminal_works()) {
        skip();
    }
    for (enum way way = WAY_BARE; way < WAYS; way++) {
        char *notes = one_way(state, way, act);

        if (notes != NULL) {
            assert_string_equal(notes,
                                way == WAY_SUPERVISED ? supervised : bare);
        }
        free(notes);
    }
}

/* Runs a script of which only the output is noted. */
static void run(struct play *play, const char *script)
{
    char *out = scratch_ok(play->scratch, 0, "bash", "-c", script, NULL);

    text_add(&play->notes, "%s", out);
    free(out);
}

/* The lines that the terminal has shown from a mark on. */
static void note_shown(struct play *play, size_t from)
{
    text_add(&play->notes, "%s", play->terminal->shown + from);
}

static void its_parent(struct play *play)
{
    run(play, "$W puppet parent 'exit 0' </dev/null; true");
    play_expect(play, TEL_END_CODE, 0);
}

static void test_hides_not_the_parent(void **state)
{
    check(state, its_parent, "bash\n", "tel-wrap\n");
}

static void its_pid(struct play *play)
{
    run(play, "$W puppet pid 'exit 0' </dev/null >\"$HOME/pid\" & wait; "
              "[ \"pid $!\" = \"$(cat \"$HOME/pid\")\" ] && echo same "
              "|| echo other");
    play_expect(play, TEL_END_CODE, 0);
}

static void test_hides_not_the_process_id(void **state)
{
    check(state, its_pid, "same\n", "other\n");
}

static void to_its_parent(struct play *play)
{
    run(play, "trap 'echo heard' USR1; "
              "$W puppet 'send-parent 10' 'exit 0' </dev/null; echo done");
    play_expect(play, TEL_END_CODE, 0);
}

static void test_hides_not_signals_to_the_parent(void **state)
{
    check(state, to_its_parent, "heard\ndone\n", "done\n");
}

static void its_sender(struct play *play)
{
    size_t mark;

    play_shell(play, "dash");
    play_type(play, "$W puppet 'sender 10' 'exit 0'\n", "ready\r\n");
    mark = play->terminal->seen;
    assert_int_equal(kill(play_known(play), SIGUSR1), 0);
    terminal_wait(play->terminal, "sh> ");
    note_shown(play, mark);
    play_expect(play, TEL_END_CODE, 0);
}

static void test_hides_not_the_sender_of_a_signal(void **state)
{
    check(state, its_sender, "from another\r\nsh> ", "from its parent\r\nsh> ");
}

/* One of those that queue, so that two never become one; a libc keeps the
 * first of them for itself. */
static void to_its_group(struct play *play)
{
    pid_t known;

    play_shell(play, "dash");
    play_type(play, "$W puppet 'catch 40' 'catch 41' pause\n", "ready\r\n");
    known = play_known(play);
    assert_int_equal(kill(-known, 40), 0);
    terminal_wait(play->terminal, "<40>\r\n");
    if (play->way == WAY_SUPERVISED) {
        terminal_wait(play->terminal, "<40>\r\n");
    }
    assert_int_equal(kill(known, 41), 0);
    terminal_wait(play->terminal, "<41>\r\n");
    text_add(&play->notes, "%zu", count_of(play->terminal->shown, "<40>"));
    assert_int_equal(kill(known, SIGTERM), 0);
    terminal_wait(play->terminal, "sh> ");
    play_expect(play, TEL_END_SIGNAL, SIGTERM);
}

static void test_hides_not_a_signal_to_the_group(void **state)
{
    check(state, to_its_group, "1", "2");
}

static void stop_its_pid(struct play *play)
{
    pid_t known;

    play_lead(play, "size", NULL);
    terminal_wait(play->terminal, "> ");
    known = play_known(play);
    assert_int_equal(kill(known, SIGSTOP), 0);
    play_until_state(known, 'T');
    terminal_send(play->terminal, "size\n");
    if (play->way == WAY_SUPERVISED) {
        terminal_wait(play->terminal, "size 24x80\r\n> ");
        text_add(&play->notes, "goes on");
    } else {
        play_until_state(play_tool(play), 'T');
        text_add(&play->notes, "stopped");
    }
    assert_int_equal(kill(known, SIGCONT), 0);
    if (play->way != WAY_SUPERVISED) {
        terminal_wait(play->terminal, "size 24x80\r\n> ");
    }
    terminal_send(play->terminal, "exit 3\n");
    assert_int_equal(terminal_end(play->terminal), 3);
    play_expect(play, TEL_END_CODE, 3);
}

static void test_hides_not_a_stop_of_its_pid_alone(void **state)
{
    check(state, stop_its_pid, "stopped", "goes on");
}

static void what_it_leads(struct play *play)
{
    size_t mark;

    play_shell(play, "dash");
    play_type(play, "$W puppet leads setsid 'exit 0'\n", "'exit 0'\r\n");
    mark = play->terminal->seen;
    terminal_wait(play->terminal, "sh> ");
    note_shown(play, mark);
    play_expect(play, TEL_END_CODE, 0);
}

static void test_hides_not_that_it_leads_no_group(void **state)
{
    check(state, what_it_leads,
          "leads its group\r\nis in a session\r\nno session\r\nsh> ",
          "is in a group\r\nis in a session\r\na session\r\nsh> ");
}

static void lead_the_session(struct play *play)
{
    play_lead(play, "leads", "exit 0", NULL);
    assert_int_equal(terminal_end(play->terminal), 0);
    note_shown(play, 0);
    play_expect(play, TEL_END_CODE, 0);
}

static void test_hides_not_that_it_leads_no_session(void **state)
{
    check(state, lead_the_session, "leads its group\r\nleads its session\r\n",
          "is in a group\r\nis in a session\r\n");
}

/* setsid(1) forks where it leads a group, and then does not wait. */
static void run_setsid(struct play *play)
{
    size_t mark;

    play_shell(play, "dash");
    play_type(play, "$W setsid sh -c 'exit 3'; echo status $?\n", "$?\r\n");
    mark = play->terminal->seen;
    terminal_wait(play->terminal, "sh> ");
    note_shown(play, mark);
    play_expect_one(play);
}

static void test_hides_not_that_setsid_does_not_fork(void **state)
{
    struct recorded *r = *state;

    recorded_tool(r, "setsid", "[command]\nverbs = none\n");
    check(state, run_setsid, "status 0\r\nsh> ", "status 3\r\nsh> ");
}

/* timeout(1) makes a group, and does not stop when its child does. */
static void run_timeout(struct play *play)
{
    play_shell(play, "bash");
    play_type(play, "$W timeout 60 puppet\n", "\n> ");
    if (play->way == WAY_SUPERVISED) {
        play_until_state(play_tool(play), 'T');
        text_add(&play->notes, "child stops");
        play_type(play, "\3", "sh> ");
    } else {
        play_type(play, "size\n", "size 24x80\r\n> ");
        text_add(&play->notes, "child reads");
        play_type(play, "exit 0\n", "sh> ");
    }
    play_until_none(play);
    play_expect_one(play);
}

static void test_hides_not_that_children_of_timeout_stop(void **state)
{
    struct recorded *r = *state;

    recorded_tool(r, "timeout", "[command]\nverbs = none\n");
    check(state, run_timeout, "child reads", "child stops");
}

static void child_from_before(struct play *play)
{
    /* It ends once its parent is bash no more, who would reap it. */
    run(play, "(until grep -q -e puppet -e tel-wrap /proc/$$/comm; do :; "
              "done; exit 7) & exec $W puppet reap 'exit 0' </dev/null");
    play_expect(play, TEL_END_CODE, 0);
}

static void test_hides_not_children_from_before(void **state)
{
    check(state, child_from_before, "child 7\n", "no child\n");
}

static void its_death_signal(struct play *play)
{
    run(play, "$W puppet death-signal 'exit 0' </dev/null");
    play_expect(play, TEL_END_CODE, 0);
}

static void test_hides_not_the_parent_death_signal(void **state)
{
    check(state, its_death_signal, "parent-death signal 0\n",
          "parent-death signal 9\n");
}

/* The kernel clears the parent-death signal of a setuid tool. */
static void kill_setuid(struct play *play)
{
    pid_t known;
    pid_t tool;

    play_shell(play, "dash");
    play_type(play, "$W ../setuid/puppet user pause\n",
              "user 65534\r\nready\r\n");
    tool = play_tool(play);
    known = play_known(play);
    assert_int_equal(kill(known, SIGKILL), 0);
    terminal_wait(play->terminal, "sh> ");
    play_until_gone(known);
    if (play->way == WAY_SUPERVISED) {
        play_until_state(tool, 'S');
        text_add(&play->notes, "lives");
        assert_int_equal(kill(tool, SIGKILL), 0);
    } else {
        text_add(&play->notes, "ended");
    }
    play_until_gone(tool);
    play_expect_one(play);
}

static void test_hides_not_that_a_setuid_tool_outlives_it(void **state)
{
    struct recorded *r = *state;

    skip_unless(geteuid() == 0, "only root can make a tool setuid to another");
    scratch_write(r->scratch, "setuid/keep", "");
    free(scratch_ok(r->scratch, 0, "cp", PUPPET,
                    scratch_path(r->scratch, "setuid/puppet"), NULL));
    assert_int_equal(chmod(scratch_path(r->scratch, "."), 0755), 0);
    assert_int_equal(
        chown(scratch_path(r->scratch, "setuid/puppet"), 65534, 65534), 0);
    assert_int_equal(chmod(scratch_path(r->scratch, "setuid/puppet"), 04755),
                     0);
    check(state, kill_setuid, "ended", "lives");
}

/* The tool's core is there either way, and no second one in its place. */
static void dump_core(struct play *play)
{
    size_t mark;

    play_shell(play, "dash");
    play_type(play, "mkdir core; cd core; ulimit -c unlimited\n", "sh> ");
    play_type(play, "$W puppet 'send 11'\n", "11'\r\n");
    mark = play->terminal->seen;
    terminal_wait(play->terminal, "sh> ");
    note_shown(play, mark);
    play_expect(play, TEL_END_SIGNAL, SIGSEGV);
    run(play, "cd core; echo *; grep -q XDG_STATE_HOME core && echo its own; "
              "rm -r ../core");
}

static void test_hides_not_the_core_flag(void **state)
{
    char *pattern = file_read("/proc/sys/kernel/core_pattern", NULL);
    bool plain = pattern != NULL && strcmp(pattern, "core\n") == 0;
    struct rlimit limit;

    free(pattern);
    assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
    skip_unless(plain && limit.rlim_max >= 64L << 20,
                "no cores in the working directory here");
    check(state, dump_core,
          "Segmentation fault (core dumped)\r\nsh> core\nits own\n",
          "Segmentation fault\r\nsh> core\nits own\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WAYS_TEST(test_hides_not_the_parent),
        WAYS_TEST(test_hides_not_the_process_id),
        WAYS_TEST(test_hides_not_signals_to_the_parent),
        WAYS_TEST(test_hides_not_the_sender_of_a_signal),
        WAYS_TEST(test_hides_not_a_signal_to_the_group),
        WAYS_TEST(test_hides_not_a_stop_of_its_pid_alone),
        WAYS_TEST(test_hides_not_that_it_leads_no_group),
        WAYS_TEST(test_hides_not_that_it_leads_no_session),
        WAYS_TEST(test_hides_not_that_setsid_does_not_fork),
        WAYS_TEST(test_hides_not_that_children_of_timeout_stop),
        WAYS_TEST(test_hides_not_children_from_before),
        WAYS_TEST(test_hides_not_the_parent_death_signal),
        WAYS_TEST(test_hides_not_that_a_setuid_tool_outlives_it),
        WAYS_TEST(test_hides_not_the_core_flag),
    };

    return cmocka_run_group_tests_name("wrapper_hides", tests, NULL, NULL);
}
