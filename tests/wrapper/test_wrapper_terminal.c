/* SPDX-License-Identifier: MIT */
/* At a terminal, nothing tells tel-wrap from the tool: keys, modes, sizes. */
#include <signal.h>
#include <stdio.h>

#include "ways.h"

/* ---- Ctrl-C, Ctrl-\, Ctrl-D -------------------------------------------- */

/* Waits for the tool to be ready, and for bash to wait for it, then types
 * Ctrl-C. */
static void interrupt(struct play *play)
{
    terminal_wait(play->terminal, "> ");
    play_until_state(play->terminal->leader, 'S');
    terminal_send(play->terminal, "\3");
}

/* bash waits for its child and dies of SIGINT only where the child did. */
static void interrupt_dies(struct play *play)
{
    play_start(play, "bash", "-c",
               "for i in 1 2; do $W puppet; echo round $i; done", NULL);
    interrupt(play);
    play_end(play);
    play_expect(play, TEL_END_SIGNAL, SIGINT);
}

static void test_terminal_interrupt_that_kills_ends_the_loop(void **state)
{
    each_way(state, interrupt_dies);
}

static void interrupt_leaves(struct play *play)
{
    play_start(play, "bash", "-c",
               "for i in 130 0; do $W puppet \"leave $i\"; "
               "echo \"round $?\"; done",
               NULL);
    interrupt(play);
    terminal_wait(play->terminal, "round 130\r\n");
    play_expect(play, TEL_END_CODE, 130);
    interrupt(play);
    terminal_wait(play->terminal, "round 0\r\n");
    play_end(play);
    play_expect(play, TEL_END_CODE, 0);
}

static void test_terminal_interrupt_that_is_handled_goes_on(void **state)
{
    each_way(state, interrupt_leaves);
}

static void interrupt_is_caught(struct play *play)
{
    play_shell(play, "bash");
    play_type(play, "$W puppet 'catch 2' 'catch 3'\n", "\n> ");
    for (int i = 0; i < 5; i++) {
        play_type(play, "\3", "<2>\r\n");
        play_type(play, "\34", "<3>\r\n");
        play_type(play, "size\n", "\n> ");
    }
    play_type(play, "exit 9\n", "sh> ");
    play_type(play, "echo status $?\n", "status 9\r\nsh> ");
    play_leave(play);
    play_expect(play, TEL_END_CODE, 9);
}

static void test_terminal_interrupt_comes_once_for_each_key(void **state)
{
    each_way(state, interrupt_is_caught);
}

static void keys_kill(struct play *play)
{
    play_shell(play, "bash");
    play_type(play, "$W puppet\n", "\n> ");
    play_type(play, "\3", "sh> ");
    play_type(play, "echo status $?\n", "status 130\r\nsh> ");
    play_expect(play, TEL_END_SIGNAL, SIGINT);
    play_type(play, "$W puppet\n", "\n> ");
    play_type(play, "\34", "sh> ");
    play_type(play, "echo status $?\n", "status 131\r\nsh> ");
    play_expect(play, TEL_END_SIGNAL, SIGQUIT);
    play_type(play, "$W puppet\n", "\n> ");
    play_type(play, "\4", "end\r\nsh> ");
    play_type(play, "echo status $?\n", "status 0\r\nsh> ");
    play_leave(play);
    play_expect(play, TEL_END_CODE, 0);
}

static void test_terminal_interrupt_quit_and_end_of_file_as_bare(void **state)
{
    each_way(state, keys_kill);
}

/* ---- sizes and modes --------------------------------------------------- */

static void resize(struct play *play)
{
    play_shell(play, "bash");
    play_type(play, "$W puppet 'catch 28'\n", "\n> ");
    for (unsigned i = 1; i < 5; i++) {
        char size[32];

        terminal_resize(play->terminal, 20 + i, 70 + i);
        terminal_wait(play->terminal, "<28>\r\n");
        (void)snprintf(size, sizeof(size), "size %ux%u\r\n", 20 + i, 70 + i);
        play_type(play, "size\n", size);
        terminal_wait(play->terminal, "> ");
    }
    play_type(play, "exit 0\n", "sh> ");
    play_leave(play);
    play_expect(play, TEL_END_CODE, 0);
}

static void test_terminal_size_change_is_told_once(void **state)
{
    each_way(state, resize);
}

/* Whatever the tool leaves the modes at, they are left at. */
static void leave_modes(struct play *play)
{
    play_shell(play, "dash");
    play_type(play, "$W puppet raw 'exit 1'\n", "sh> ");
    play_type(play, "stty -g; stty sane; echo done\n", "done\r\nsh> ");
    play_expect(play, TEL_END_CODE, 1);
    play_type(play, "$W puppet raw 'send 9'\n", "sh> ");
    play_type(play, "stty -g; stty sane; echo done\n", "done\r\nsh> ");
    play_expect(play, TEL_END_SIGNAL, SIGKILL);
    play_leave(play);
}

static void test_terminal_modes_are_left_as_the_tool_leaves_them(void **state)
{
    each_way(state, leave_modes);
}

/* ---- passwords --------------------------------------------------------- */

static void note_echo(struct play *play)
{
    struct termios modes;

    terminal_modes(play->terminal, &modes);
    text_add(&play->notes, "echo %d\n", (modes.c_lflag & ECHO) != 0);
}

/* getpass(3) reads Ctrl-C as any other key; it is there to be seen. */
static void password(struct play *play)
{
    play_shell(play, "bash");
    play_type(play, "$W puppet password\n", "Password: ");
    note_echo(play);
    play_type(play, "secret\3\n", "length 7\r\n> ");
    note_echo(play);
    play_type(play, "exit 0\n", "sh> ");
    play_leave(play);
    play_expect(play, TEL_END_CODE, 0);
}

static void test_terminal_password_is_read_as_bare(void **state)
{
    each_way(state, password);
}

/* bash puts the modes back where a signal ended its job; dash does not. */
static void interrupt_password(struct play *play, const char *shell)
{
    play_shell(play, shell);
    play_type(play, "$W puppet hide\n", "Word: > ");
    note_echo(play);
    play_type(play, "wor\3", "sh> ");
    play_expect(play, TEL_END_SIGNAL, SIGINT);
    note_echo(play);
    play_type(play, "stty sane; $W puppet hide\n", "Word: > ");
    play_type(play, "\032", "sh> ");
    note_echo(play);
    play_type(play, "stty -g; stty sane; fg\n", "puppet hide\r\n");
    note_echo(play);
    play_type(play, "exit 2\n", "sh> ");
    play_type(play, "stty sane; echo done\n", "done\r\nsh> ");
    play_leave(play);
    play_expect(play, TEL_END_CODE, 2);
}

static void password_in_bash(struct play *play)
{
    interrupt_password(play, "bash");
}

static void password_in_dash(struct play *play)
{
    interrupt_password(play, "dash");
}

static void test_terminal_interrupted_password_in_bash_as_bare(void **state)
{
    each_way(state, password_in_bash);
}

static void test_terminal_interrupted_password_in_dash_as_bare(void **state)
{
    each_way(state, password_in_dash);
}

static void read_silently(struct play *play)
{
    play_shell(play, "dash");
    play_type(play, "$W bash -c 'read -s -p Word: x; echo ${#x}'\n", "Word:");
    terminal_wait(play->terminal, "Word:");
    play_type(play, "four\n", "4\r\nsh> ");
    play_expect(play, TEL_END_CODE, 0);
    play_type(play, "$W bash -c 'read -s -p Word: x; echo not'\n", "Word:");
    terminal_wait(play->terminal, "Word:");
    play_type(play, "\3", "sh> ");
    play_expect(play, TEL_END_SIGNAL, SIGINT);
    play_type(play, "stty -g\n", "sh> ");
    play_leave(play);
}

/* As ssh asks for a password when its input is a pipe. */
static void read_from_the_terminal(struct play *play)
{
    play_shell(play, "dash");
    play_type(play,
              "echo x | $W bash -c 'read y; read -s -p Word: x </dev/tty; "
              "echo $y${#x}' | cat\n",
              "Word:");
    terminal_wait(play->terminal, "Word:");
    note_echo(play);
    play_type(play, "four\n", "x4\r\nsh> ");
    note_echo(play);
    play_leave(play);
    play_expect_one(play);
}

static void test_terminal_read_past_a_pipe_as_bare(void **state)
{
    struct recorded *r = *state;

    recorded_tool(r, "bash", "[command]\nverbs = none\n");
    each_way(state, read_from_the_terminal);
}

static void test_terminal_read_without_echo_as_bare(void **state)
{
    struct recorded *r = *state;

    recorded_tool(r, "bash", "[command]\nverbs = none\n");
    each_way(state, read_silently);
}

/* ---- who leads and who hangs up ---------------------------------------- */

static void become_login_shell(struct play *play)
{
    play_start(play, "bash", "--norc", "--noprofile", "--noediting", "-l", "-i",
               NULL);
    terminal_wait(play->terminal, "sh> ");
    play_type(play, "exec $W puppet\n", "\n> ");
    play_type(play, "foreground\n", "foreground\r\n> ");
    play_type(play, "exit 5\n", "exit 5\r\n");
    play_end(play);
    play_expect(play, TEL_END_CODE, 5);
}

static void test_terminal_exec_from_a_login_shell_as_bare(void **state)
{
    each_way(state, become_login_shell);
}

/* The kernel tells of a hang-up the session's leader alone. */
static void hang_up_on_leader(struct play *play)
{
    pid_t tool;

    play_lead(play, "size", "pause", NULL);
    terminal_wait(play->terminal, "size 24x80\r\nready\r\n");
    tool = play_tool(play);
    terminal_hang_up(play->terminal);
    play_end(play);
    play_until_gone(tool);
    play_expect(play, TEL_END_SIGNAL, SIGHUP);
}

static void test_terminal_hang_up_reaches_a_tool_that_leads(void **state)
{
    each_way(state, hang_up_on_leader);
}

/* It hears of it, and may go on: no death of another's makes it end. */
static void hang_up_is_ignored(struct play *play)
{
    pid_t tool;

    play_lead(play, "ignore 1", "await 12", "exit 6", NULL);
    terminal_wait(play->terminal, "ready\r\n");
    tool = play_tool(play);
    terminal_hang_up(play->terminal);
    play_until_state(tool, 'S');
    text_add(&play->notes, "goes on\n");
    assert_int_equal(kill(play_known(play), SIGKILL), 0);
    play_end(play);
    play_until_gone(tool);
    play_expect_one(play);
}

static void test_terminal_hang_up_may_be_ignored(void **state)
{
    each_way(state, hang_up_is_ignored);
}

static void hang_up_on_shell(struct play *play)
{
    pid_t tool;

    play_shell(play, "bash");
    play_type(play, "$W puppet pause\n", "ready\r\n");
    tool = play_tool(play);
    terminal_hang_up(play->terminal);
    play_until_gone(tool);
    play_end_unseen(play);
    play_expect(play, TEL_END_SIGNAL, SIGHUP);
}

static void test_terminal_hang_up_reaches_the_job(void **state)
{
    each_way(state, hang_up_on_shell);
}

/* Its children keep the terminal when it ends. */
static void leave_child(struct play *play)
{
    pid_t child;

    play_shell(play, "bash");
    play_type(play, "$W puppet leave-child pause\n", "ready\r\n");
    terminal_wait(play->terminal, "ready\r\n");
    assert_int_equal(kill(play_known(play), SIGTERM), 0);
    terminal_wait(play->terminal, "sh> ");
    child = play_tool(play);
    play_type(play, "echo status $?\n", "status 143\r\nsh> ");
    assert_int_equal(kill(child, SIGKILL), 0);
    play_until_gone(child);
    play_end_unseen((terminal_send(play->terminal, "exit 0\n"), play));
    play_expect(play, TEL_END_SIGNAL, SIGTERM);
}

static void test_terminal_child_that_stays_keeps_nobody_waiting(void **state)
{
    each_way(state, leave_child);
}

/* Alone, a job leads its group already, and this changes nothing. */
static void make_a_group(struct play *play)
{
    play_shell(play, "bash");
    play_type(play, "$W puppet setpgid\n", "\n> ");
    play_type(play, "foreground\n", "foreground\r\n> ");
    play_type(play, "\032", "sh> ");
    play_type(play, "echo status $?\n", "status 148\r\nsh> ");
    play_type(play, "fg\n", "puppet setpgid\r\n");
    play_type(play, "foreground\n", "foreground\r\n> ");
    play_type(play, "\3", "sh> ");
    play_type(play, "echo status $?\n", "status 130\r\nsh> ");
    play_leave(play);
    play_expect(play, TEL_END_SIGNAL, SIGINT);
}

static void test_terminal_tool_with_its_own_group_keeps_it(void **state)
{
    each_way(state, make_a_group);
}

/* ---- other programs around it and in it -------------------------------- */

static void in_script(struct play *play)
{
    play_shell(play, "bash");
    play_type(play, "script -qec \"$W puppet\" /dev/null\n", "\n> ");
    play_type(play, "foreground\n", "foreground\r\n> ");
    play_type(play, "exit 3\n", "sh> ");
    play_type(play, "echo status $?\n", "status 3\r\nsh> ");
    play_expect(play, TEL_END_CODE, 3);
    play_type(play, "script -qec \"$W puppet\" /dev/null\n", "\n> ");
    play_type(play, "\3", "sh> ");
    play_type(play, "echo status $?\n", "status 130\r\nsh> ");
    play_leave(play);
    play_expect(play, TEL_END_SIGNAL, SIGINT);
}

static void test_terminal_within_script_as_bare(void **state)
{
    each_way(state, in_script);
}

/* A shell as the tool does job control of its own inside the job. */
static void shell_as_tool(struct play *play)
{
    play_shell(play, "bash");
    play_type(play, "PS1='in> ' $W dash -i\n", "\nin> ");
    play_type(play, "puppet\n", "\n> ");
    play_type(play, "\032", "in> ");
    play_type(play, "jobs\n", "in> ");
    play_type(play, "fg\n", "puppet\r\n");
    play_type(play, "foreground\n", "foreground\r\n> ");
    play_type(play, "\3", "in> ");
    play_type(play, "echo status $?\n", "status 130\r\nin> ");
    play_type(play, "exit 8\n", "sh> ");
    play_type(play, "echo status $?\n", "status 8\r\nsh> ");
    play_leave(play);
    play_expect(play, TEL_END_CODE, 8);
}

static void test_terminal_interactive_shell_as_the_tool_as_bare(void **state)
{
    struct recorded *r = *state;

    recorded_tool(r, "dash", "[command]\nverbs = none\n");
    each_way(state, shell_as_tool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WAYS_TEST(test_terminal_interrupt_that_kills_ends_the_loop),
        WAYS_TEST(test_terminal_interrupt_that_is_handled_goes_on),
        WAYS_TEST(test_terminal_interrupt_comes_once_for_each_key),
        WAYS_TEST(test_terminal_interrupt_quit_and_end_of_file_as_bare),
        WAYS_TEST(test_terminal_size_change_is_told_once),
        WAYS_TEST(test_terminal_modes_are_left_as_the_tool_leaves_them),
        WAYS_TEST(test_terminal_password_is_read_as_bare),
        WAYS_TEST(test_terminal_interrupted_password_in_bash_as_bare),
        WAYS_TEST(test_terminal_interrupted_password_in_dash_as_bare),
        WAYS_TEST(test_terminal_read_without_echo_as_bare),
        WAYS_TEST(test_terminal_read_past_a_pipe_as_bare),
        WAYS_TEST(test_terminal_exec_from_a_login_shell_as_bare),
        WAYS_TEST(test_terminal_hang_up_reaches_a_tool_that_leads),
        WAYS_TEST(test_terminal_hang_up_may_be_ignored),
        WAYS_TEST(test_terminal_hang_up_reaches_the_job),
        WAYS_TEST(test_terminal_child_that_stays_keeps_nobody_waiting),
        WAYS_TEST(test_terminal_tool_with_its_own_group_keeps_it),
        WAYS_TEST(test_terminal_within_script_as_bare),
        WAYS_TEST(test_terminal_interactive_shell_as_the_tool_as_bare),
    };

    return cmocka_run_group_tests_name("wrapper_terminal", tests, NULL, NULL);
}
