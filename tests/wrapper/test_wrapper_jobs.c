/* SPDX-License-Identifier: MIT */
/* Job control with tel-wrap is job control with the tool itself. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ways.h"

/*
 * Ctrl-Z, once what the shell knows is awake. A wrapper that was continued and
 * has not run since stops before its tool does, which may then take the line
 * that the shell is to read: see "a stop right behind a continue" in
 * tel-wrap(1).
 */
static void press_stop(struct play *play, const char *wait)
{
    play_until_state(play_known(play), 'S');
    play_type(play, "\032", wait);
}

/* What bash and dash say of a job depends on the very signal that stopped it,
 * and 128 + that signal is its status. */
static void stop_and_go_on(struct play *play, const char *shell)
{
    play_shell(play, shell);
    play_type(play, "$W puppet\n", "\n> ");
    for (int i = 0; i < 3; i++) {
        press_stop(play, "sh> ");
        play_type(play, "echo status $?\n", "status 148\r\nsh> ");
        play_type(play, "jobs\n", "sh> ");
        play_type(play, "fg\n", "puppet\r\n");
        play_type(play, "foreground\n", "foreground\r\n> ");
    }
    play_type(play, "exit 3\n", "sh> ");
    play_type(play, "echo status $?\n", "status 3\r\nsh> ");
    play_leave(play);
    play_expect(play, TEL_END_CODE, 3);
}

static void bash_stops(struct play *play)
{
    stop_and_go_on(play, "bash");
}

static void dash_stops(struct play *play)
{
    stop_and_go_on(play, "dash");
}

static void test_jobs_stop_and_foreground_in_bash_as_bare(void **state)
{
    each_way(state, bash_stops);
}

static void test_jobs_stop_and_foreground_in_dash_as_bare(void **state)
{
    each_way(state, dash_stops);
}

/* In the background it goes on, until it reads: then SIGTTIN stops it. */
static void read_in_background(struct play *play)
{
    play_shell(play, "dash");
    play_type(play, "$W puppet 'await 12'\n", "ready\r\n");
    play_type(play, "\032", "sh> ");
    play_type(play, "bg\n", "sh> ");
    assert_int_equal(kill(play_known(play), SIGUSR2), 0);
    terminal_wait(play->terminal, "<12>\r\n> ");
    play_until_state(play_known(play), 'T');
    play_type(play, "jobs\n", "tty input");
    terminal_wait(play->terminal, "sh> ");
    terminal_send(play->terminal, "fg\n");
    terminal_wait(play->terminal, "\r\n"); /* of fg itself */
    terminal_wait(play->terminal, "\r\n");
    play_type(play, "foreground\n", "foreground\r\n> ");
    play_type(play, "exit 4\n", "sh> ");
    play_leave(play);
    play_expect(play, TEL_END_CODE, 4);
}

static void test_jobs_background_read_stops_as_bare(void **state)
{
    each_way(state, read_in_background);
}

/* With "stty tostop", writing is enough: SIGTTOU. */
static void write_in_background(struct play *play)
{
    play_shell(play, "dash");
    play_type(play, "stty tostop\n", "sh> ");
    play_type(play,
              "env --block-signal=USR2 $W puppet 'take 12' 'write 1' "
              "'exit 5' &\n",
              "sh> ");
    assert_int_equal(kill(play_known(play), SIGUSR2), 0);
    play_until_state(play_known(play), 'T');
    play_until_state(play_tool(play), 'T');
    play_type(play, "jobs\n", "tty output");
    terminal_wait(play->terminal, "sh> ");
    play_type(play, "fg\n", "written 1\r\n");
    terminal_wait(play->terminal, "sh> ");
    play_type(play, "echo status $?\n", "status 5\r\nsh> ");
    play_leave(play);
    play_expect(play, TEL_END_CODE, 5);
}

static void test_jobs_background_write_stops_as_bare(void **state)
{
    each_way(state, write_in_background);
}

/* An editor catches SIGTSTP, puts the terminal back and stops its group. */
static void stop_an_editor(struct play *play)
{
    play_shell(play, "dash");
    play_type(play, "$W puppet editor\n", "\n> ");
    for (int i = 0; i < 3; i++) {
        press_stop(play, "[restored]\r\n");
        terminal_wait(play->terminal, "sh> ");
        play_until_state(play_tool(play), 'T');
        play_type(play, "echo status $?\n", "status 148\r\nsh> ");
        play_type(play, "fg\n", "[drawn]\r\n");
        play_type(play, "foreground\n", "foreground\r\n> ");
    }
    play_type(play, "exit 0\n", "sh> ");
    play_leave(play);
    play_expect(play, TEL_END_CODE, 0);
}

static void test_jobs_editor_stops_once_and_draws_again(void **state)
{
    each_way(state, stop_an_editor);
}

/* "kill -STOP $$" in a tool: the shell hears of SIGSTOP. */
static void stop_itself(struct play *play)
{
    play_shell(play, "dash");
    play_type(play, "$W puppet 'send 19'\n", "sh> ");
    play_type(play, "echo status $?; jobs\n", "status 147\r\n");
    terminal_wait(play->terminal, "sh> ");
    play_type(play, "fg\n", "\n> ");
    play_type(play, "exit 6\n", "sh> ");
    play_leave(play);
    play_expect(play, TEL_END_CODE, 6);
}

static void test_jobs_tool_that_stops_itself_stops_the_job(void **state)
{
    each_way(state, stop_itself);
}

/* fg tells the tool once that it goes on, and of a size that changed. */
static void hear_of_going_on(struct play *play)
{
    play_shell(play, "bash");
    play_type(play, "$W puppet 'catch 18' 'catch 28'\n", "\n> ");
    play_type(play, "size\n", "size 24x80\r\n> ");
    for (int i = 0; i < 10; i++) {
        press_stop(play, "sh> ");
        play_type(play, "fg\n", "<18>\r\n");
        play_type(play, "size\n", "size 24x80\r\n> ");
    }
    press_stop(play, "sh> ");
    terminal_resize(play->terminal, 30, 100);
    play_type(play, "fg\n", "<18>\r\n");
    play_type(play, "size\n", "size 30x100\r\n> ");
    play_type(play, "exit 0\n", "sh> ");
    play_leave(play);
    play_expect(play, TEL_END_CODE, 0);
}

static void test_jobs_sigcont_comes_once(void **state)
{
    each_way(state, hear_of_going_on);
}

/* kill -CONT to the pid that the shell knows. */
static void go_on_by_pid(struct play *play)
{
    play_shell(play, "dash");
    play_type(play,
              "env --block-signal=USR2 $W puppet 'catch 18' 'take 12' "
              "'send 20' 'exit 7' &\n",
              "sh> ");
    assert_int_equal(kill(play_known(play), SIGUSR2), 0);
    play_until_state(play_known(play), 'T');
    play_type(play, "kill -CONT $!; wait $!; echo status $?\n", "status 7\r\n");
    terminal_wait(play->terminal, "sh> ");
    play_leave(play);
    play_expect(play, TEL_END_CODE, 7);
}

static void test_jobs_sigcont_to_its_pid_continues_the_tool(void **state)
{
    each_way(state, go_on_by_pid);
}

static void kill_job(struct play *play)
{
    play_shell(play, "bash");
    play_type(play, "$W puppet pause >/dev/null &\n", "sh> ");
    play_until_state(play_tool(play), 'S');
    play_type(play, "jobs\n", "Running");
    terminal_wait(play->terminal, "sh> ");
    play_type(play, "kill %1; wait %1\n", "sh> ");
    play_type(play, "echo status $?\n", "status 143\r\nsh> ");
    play_leave(play);
    play_expect(play, TEL_END_SIGNAL, SIGTERM);
}

static void test_jobs_kill_ends_a_background_job(void **state)
{
    each_way(state, kill_job);
}

/* A stopped job of a shell that is gone gets SIGHUP and SIGCONT. */
static void orphan(struct play *play)
{
    pid_t tool;

    play_shell(play, "bash");
    play_type(play, "$W puppet\n", "\n> ");
    play_type(play, "\032", "sh> ");
    tool = play_tool(play);
    play_type(play, "kill -KILL $$\n", "$$\r\n");
    play_end(play);
    play_until_gone(tool);
    play_expect(play, TEL_END_SIGNAL, SIGHUP);
}

static void test_jobs_orphaned_and_stopped_is_hung_up(void **state)
{
    each_way(state, orphan);
}

static pid_t child_of(pid_t pid)
{
    pid_t child = proc_child(pid);

    assert_true(child > 1);
    return child;
}

/* What the tool starts is in the group that it made, and part of the job. */
static void stop_its_own_group(struct play *play)
{
    pid_t known;
    pid_t tool;
    pid_t child;

    play_shell(play, "dash");
    play_type(play, "$W puppet setpgid leave-child pause\n", "ready\r\n");
    terminal_wait(play->terminal, "ready\r\n");
    known = play_known(play);
    tool = play->way == WAY_SUPERVISED ? child_of(known) : known;
    child = child_of(tool);
    play_type(play, "\032", "sh> ");
    play_until_state(child, 'T');
    play_type(play, "bg\n", "sh> ");
    play_until_state(tool, 'S');
    play_until_state(child, 'S');
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(kill(known, SIGKILL), 0);
    play_until_none(play);
    play_end_unseen((terminal_send(play->terminal, "exit 0\n"), play));
    play_expect_one(play);
}

static void test_jobs_group_of_the_tools_own_stops_and_goes_on(void **state)
{
    each_way(state, stop_its_own_group);
}

/* A group that is stopped and continued at once goes on, wrapper and tool. */
static void stop_and_continue_fast(struct play *play)
{
    static const int signals[] = {SIGSTOP, SIGTSTP};
    pid_t known;
    pid_t tool;

    play_shell(play, "dash");
    play_type(play, "$W puppet pause >/dev/null &\n", "sh> ");
    tool = play_tool(play);
    known = play_known(play);
    for (int i = 0; i < 400; i++) {
        assert_int_equal(kill(-known, signals[i % 2]), 0);
        assert_int_equal(kill(-known, SIGCONT), 0);
    }
    play_until_state(tool, 'S');
    play_until_state(known, 'S');
    /* And it still does what it is told. */
    assert_int_equal(kill(known, SIGUSR1), 0);
    play_until_gone(tool);
    play_until_gone(known);
    play_type(play, "wait %1; echo status $?\n", "status 138\r\n");
    terminal_send(play->terminal, "exit 0\n");
    text_add(&play->notes, "%d", terminal_end(play->terminal));
    play_expect(play, TEL_END_SIGNAL, SIGUSR1);
}

static void test_jobs_stop_and_continue_at_once_goes_on(void **state)
{
    each_way(state, stop_and_continue_fast);
}

/*
 * Stopped after its signals were let in and before it became the tool: strace
 * holds it there for a while. The wrapper has to see that too.
 */
static void stop_early(struct play *play)
{
    play_run(play,
             "log=\"$HOME/log\"; : >\"$log\"; strace -f -o \"$log\" "
             "-e trace=rt_sigprocmask,prctl "
             "-e inject=rt_sigprocmask:delay_exit=300000 "
             "$W puppet pause </dev/null >/dev/null & "
             "until grep -q 'PR_SET_PDEATHSIG' \"$log\"; do :; done; "
             "pids=$(cut -d ' ' -f 1 \"$log\" | sort -u); "
             "kill -TSTP $(sed -n 's/ .*PDEATHSIG.*//p' \"$log\"); "
             "until [ $(grep -c 'stopped by SIGTSTP' \"$log\") = 2 ]; do :; "
             "done; kill -KILL $pids; wait $! 2>&-; echo both stopped");
    play_drain(play);
}

static void test_jobs_stop_while_starting_is_seen(void **state)
{
    char *notes;

    skip_unless(access("/usr/bin/strace", X_OK) == 0, "no strace here");
    notes = one_way(state, WAY_SUPERVISED, stop_early);
    assert_string_equal(notes, "out:\nboth stopped\nerr:\nstatus: 0\n");
    free(notes);
}

static bool is_ready(void *context)
{
    const struct play *play = context;
    char *log = file_read(scratch_path(play->scratch, "home/log"), NULL);
    bool ready = log != NULL && strcmp(log, "ready\n") == 0;

    free(log);
    return ready;
}

/*
 * Continued after the wrapper has heard that the tool stopped, and before it
 * stops itself: strace holds it there. It must not stop then.
 */
static void continue_early(struct play *play)
{
    pid_t tool;
    pid_t known;

    play_shell(play, "dash");
    play_type(play,
              "strace -f -o /dev/null -e trace=wait4 "
              "-e inject=wait4:delay_exit=500000 $W puppet pause >log &\n",
              "sh> ");
    until(is_ready, play);
    tool = play_tool(play);
    known = play_known(play);
    assert_int_equal(kill(tool, SIGTSTP), 0);
    play_until_state(known, 't');
    assert_int_equal(kill(tool, SIGCONT), 0);
    assert_int_equal(kill(known, SIGCONT), 0);
    play_until_state(known, 'S');
    assert_int_equal(kill(known, SIGUSR1), 0);
    play_until_gone(tool);
    play_until_gone(known);
    play_expect(play, TEL_END_SIGNAL, SIGUSR1);
}

static void test_jobs_continue_while_stopping_is_seen(void **state)
{
    skip_unless(access("/usr/bin/strace", X_OK) == 0, "no strace here");
    free(one_way(state, WAY_SUPERVISED, continue_early));
}

/*
 * Stopped again after the wrapper has heard that it goes on, and before it
 * looks whether the tool does: strace, in a session of its own, holds it
 * there. The stop is the newer.
 */
static void stop_again(struct play *play)
{
    pid_t tool;
    pid_t known;

    play_shell(play, "dash");
    play_type(play,
              "strace -DDD -o /dev/null -e trace=waitid "
              "-e inject=waitid:delay_enter=500000 $W puppet pause\n",
              "ready\r\n");
    tool = play_tool(play);
    known = play_known(play);
    assert_int_equal(kill(known, SIGCONT), 0);
    play_until_state(known, 't');
    play_type(play, "\032", "sh> ");
    play_until_state(tool, 'T');
    assert_int_equal(kill(tool, SIGKILL), 0);
    assert_int_equal(kill(known, SIGCONT), 0);
    play_until_gone(known);
    play_expect(play, TEL_END_SIGNAL, SIGKILL);
}

static void test_jobs_stop_while_continuing_is_seen(void **state)
{
    skip_unless(terminal_works(), "no terminals");
    skip_unless(access("/usr/bin/strace", X_OK) == 0, "no strace here");
    free(one_way(state, WAY_SUPERVISED, stop_again));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WAYS_TEST(test_jobs_stop_and_foreground_in_bash_as_bare),
        WAYS_TEST(test_jobs_stop_and_foreground_in_dash_as_bare),
        WAYS_TEST(test_jobs_background_read_stops_as_bare),
        WAYS_TEST(test_jobs_background_write_stops_as_bare),
        WAYS_TEST(test_jobs_editor_stops_once_and_draws_again),
        WAYS_TEST(test_jobs_tool_that_stops_itself_stops_the_job),
        WAYS_TEST(test_jobs_sigcont_comes_once),
        WAYS_TEST(test_jobs_sigcont_to_its_pid_continues_the_tool),
        WAYS_TEST(test_jobs_kill_ends_a_background_job),
        WAYS_TEST(test_jobs_orphaned_and_stopped_is_hung_up),
        WAYS_TEST(test_jobs_group_of_the_tools_own_stops_and_goes_on),
        WAYS_TEST(test_jobs_stop_and_continue_at_once_goes_on),
        WAYS_TEST(test_jobs_stop_while_starting_is_seen),
        WAYS_TEST(test_jobs_continue_while_stopping_is_seen),
        WAYS_TEST(test_jobs_stop_while_continuing_is_seen),
    };

    return cmocka_run_group_tests_name("wrapper_jobs", tests, NULL, NULL);
}
