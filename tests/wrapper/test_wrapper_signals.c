/* SPDX-License-Identifier: MIT */
/* Signals sent to the pid that the starter knows reach the tool, as sent. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "ways.h"

/* Real-time signals as the kernel counts them; a libc keeps the first ones for
 * itself (two or three), and none keeps the one that plays name by number. */
#define FIRST_REAL_TIME SIGRTMIN
#define LAST_REAL_TIME 64
#define REAL_TIME 40

static void stop_tool(struct play *play)
{
    assert_int_equal(kill(play_tool(play), SIGKILL), 0);
    play_end(play);
    play_expect(play, TEL_END_SIGNAL, SIGKILL);
}

/* ---- every signal, once ------------------------------------------------ */

/* One that ends the tool ends what the starter knows, in the same way. */
static void every_signal_kills(struct play *play)
{
    for (int sig = 1; sig <= LAST_REAL_TIME; sig++) {
        if (sig == SIGCHLD || sig == SIGCONT || sig == SIGSTOP ||
            sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU ||
            sig == SIGURG || sig == SIGWINCH || sig == SIGKILL ||
            (sig > SIGSYS && sig < FIRST_REAL_TIME)) {
            continue;
        }
        play_lead(play, "pause", NULL);
        terminal_wait(play->terminal, "ready\r\n");
        assert_int_equal(kill(play_known(play), sig), 0);
        play_end(play);
        play_expect(play, TEL_END_SIGNAL, sig);
    }
}

static void test_signals_each_kills_as_bare(void **state)
{
    each_way(state, every_signal_kills);
}

static void every_signal_is_caught(struct play *play)
{
    pid_t known;

    play_lead(play, "catch-all", "pause", NULL);
    terminal_wait(play->terminal, "ready\r\n");
    known = play_known(play);
    for (int sig = 1; sig <= LAST_REAL_TIME; sig++) {
        char told[16];

        if (sig == SIGKILL || sig == SIGSTOP ||
            (sig > SIGSYS && sig < FIRST_REAL_TIME)) {
            continue;
        }
        (void)snprintf(told, sizeof(told), "<%d>\r\n", sig);
        assert_int_equal(kill(known, sig), 0);
        terminal_wait(play->terminal, told);
    }
    stop_tool(play);
}

static void test_signals_each_is_caught_once(void **state)
{
    each_way(state, every_signal_is_caught);
}

static void every_signal_is_ignored(struct play *play)
{
    pid_t known;

    play_lead(play, "ignore-all", "catch 40", "pause", NULL);
    terminal_wait(play->terminal, "ready\r\n");
    known = play_known(play);
    for (int sig = 1; sig <= SIGSYS; sig++) {
        if (sig != SIGKILL && sig != SIGSTOP) {
            assert_int_equal(kill(known, sig), 0);
        }
    }
    assert_int_equal(kill(known, REAL_TIME), 0);
    terminal_wait(play->terminal, "<40>\r\n");
    stop_tool(play);
}

static void test_signals_tool_that_ignores_them_goes_on(void **state)
{
    each_way(state, every_signal_is_ignored);
}

/* ---- queues and values ------------------------------------------------- */

static void queue_values(struct play *play)
{
    pid_t known;

    play_lead(play, "block 40", "catch 40", "catch 10", "block 10", "await 41",
              "unblock 40", "unblock 10", "pause", NULL);
    terminal_wait(play->terminal, "ready\r\n");
    known = play_known(play);
    for (int i = 1; i <= 20; i++) {
        union sigval value = {.sival_int = i};

        assert_int_equal(sigqueue(known, REAL_TIME, value), 0);
    }
    /* A signal that doesn't queue keeps its first value. */
    assert_int_equal(sigqueue(known, SIGUSR1, (union sigval){.sival_int = 77}),
                     0);
    /* Taken last, as the highest: then the tool has got all the others. */
    assert_int_equal(
        sigqueue(known, REAL_TIME + 1, (union sigval){.sival_int = 99}), 0);
    terminal_wait(play->terminal, "<10=77>\r\n");
    terminal_wait(play->terminal, "ready\r\n");
    stop_tool(play);
}

static void test_signals_queued_values_arrive_in_order(void **state)
{
    each_way(state, queue_values);
}

/* What the tool sends to its group or its parent doesn't come back to it. */
static void send_away(struct play *play)
{
    play_shell(play, "bash");
    play_type(play, "trap : USR1\n", "sh> ");
    play_type(play,
              "$W puppet 'catch 10' 'send-parent 10' 'send-group 10' "
              "'await 12' 'exit 0'\n",
              "ready\r\n");
    assert_int_equal(kill(play_known(play), SIGUSR2), 0);
    terminal_wait(play->terminal, "<12>\r\nsh> ");
    play_leave(play);
    play_expect(play, TEL_END_CODE, 0);
}

static void test_signals_of_the_tool_itself_come_once(void **state)
{
    each_way(state, send_away);
}

/* ---- what is inherited ------------------------------------------------- */

/* Masks, ignored signals, even one that is pending already. */
static void inherit(struct play *play)
{
    play_run(play, "trap '' HUP USR1 CHLD TSTP; exec env "
                   "--block-signal=USR2,TERM,RTMIN+3 $W puppet signals "
                   "'exit 0' </dev/null");
    play_expect(play, TEL_END_CODE, 0);
    play_run(play, "$W puppet signals 'exit 0' </dev/null");
    play_expect(play, TEL_END_CODE, 0);
    play_run(play, "puppet 'block 12' 'send 12' become signals "
                   "'await 12' 'exit 3' </dev/null");
    play_expect(play, TEL_END_CODE, 3);
    play_run(play, "env --ignore-signal=INT --default-signal=QUIT $W puppet "
                   "'send 2' 'send 3' </dev/null");
    play_expect(play, TEL_END_SIGNAL, SIGQUIT);
}

static void test_signals_dispositions_and_mask_are_inherited(void **state)
{
    each_way(state, inherit);
}

/* With SIGCHLD ignored, nothing is there to be waited for. */
static void ignore_children(struct play *play)
{
    play_run(play, "env --ignore-signal=CHLD $W puppet 'spawn 3' reap 'exit 4' "
                   "</dev/null");
    play_expect(play, TEL_END_CODE, 4);
    play_run(play, "$W puppet 'spawn 3' reap 'exit 5' </dev/null");
    play_expect(play, TEL_END_CODE, 5);
}

static void test_signals_ignored_sigchld_stays_ignored(void **state)
{
    each_way(state, ignore_children);
}

/* An alarm that was set before outlives the exec. */
static void set_alarm(struct play *play)
{
    play_run(play, "puppet 'alarm 1' become pause </dev/null");
    play_expect(play, TEL_END_SIGNAL, SIGALRM);
}

static void test_signals_alarm_set_before_ends_the_tool(void **state)
{
    each_way(state, set_alarm);
}

/* ---- other wrappers around it ------------------------------------------ */

static void around(struct play *play, const char *before, const char *words,
                   enum tel_end end, int code)
{
    char script[256];

    (void)snprintf(script, sizeof(script),
                   "%s $W puppet %s </dev/null; echo status $?", before, words);
    play_run(play, script);
    play_expect(play, end, code);
}

static void in_timeout(struct play *play)
{
    around(play, "timeout 0.2", "pause", TEL_END_SIGNAL, SIGTERM);
    around(play, "timeout --foreground 0.2", "pause", TEL_END_SIGNAL, SIGTERM);
    around(play, "timeout -s USR1 0.2", "pause", TEL_END_SIGNAL, SIGUSR1);
    around(play, "timeout -k 0.2 0.2", "'ignore 15' pause", TEL_END_SIGNAL,
           SIGKILL);
    around(play, "timeout 60", "'exit 3'", TEL_END_CODE, 3);
    around(play, "timeout 60", "'send 11'", TEL_END_SIGNAL, SIGSEGV);
    around(play, "timeout --preserve-status 0.2", "'leave 7' pause",
           TEL_END_CODE, 7);
}

static void test_signals_within_timeout_as_bare(void **state)
{
    each_way(state, in_timeout);
}

/* Nobody is left to say how it ended; the kernel may tell. */
static void killed_by_timeout(struct play *play)
{
    pid_t tool;

    play_run(play,
             "timeout -s KILL --foreground 0.2 $W puppet pause </dev/null; "
             "echo status $?");
    play_expect_one(play);
    play_lead(play, "ignore 15", "pause", NULL);
    terminal_wait(play->terminal, "ready\r\n");
    tool = play_tool(play);
    assert_int_equal(kill(play_known(play), SIGKILL), 0);
    play_end(play);
    play_until_gone(tool);
    play_expect_one(play);
}

static void test_signals_kill_of_its_pid_leaves_no_tool(void **state)
{
    each_way(state, killed_by_timeout);
}

static void in_others(struct play *play)
{
    around(play, "nohup", "signals 'exit 2'", TEL_END_CODE, 2);
    around(play, "nohup", "'send-parent 0' 'send 1' 'exit 2'", TEL_END_CODE, 2);
    around(play, "setsid -w", "'exit 6'", TEL_END_CODE, 6);
    around(play, "setsid -w", "'send 9'", TEL_END_SIGNAL, SIGKILL);
    around(play, "nice -n 5", "'exit 1'", TEL_END_CODE, 1);
    around(play, "setpriv --pdeathsig TERM", "'exit 1'", TEL_END_CODE, 1);
}

static void test_signals_within_nohup_setsid_nice_as_bare(void **state)
{
    each_way(state, in_others);
}

/* Once the starter is gone, its death signal ends the tool. */
static void starter_dies(struct play *play)
{
    play_run(play, "setpriv --pdeathsig TERM $W puppet pause </dev/null "
                   ">\"$HOME/ready\" 2>&1 & "
                   "until [ -s \"$HOME/ready\" ]; do :; done; "
                   "rm \"$HOME/ready\"");
    play_until_none(play);
    play_expect(play, TEL_END_SIGNAL, SIGTERM);
}

static void test_signals_parent_death_signal_reaches_the_tool(void **state)
{
    each_way(state, starter_dies);
}

/* Traced and followed, it ends as ever, and the tracer with it. */
static void in_strace(struct play *play)
{
    around(play, "strace -f -o /dev/null", "'exit 4'", TEL_END_CODE, 4);
    around(play, "strace -f -o /dev/null", "'send 15'", TEL_END_SIGNAL,
           SIGTERM);
    around(play, "strace -o /dev/null", "'exit 5'", TEL_END_CODE, 5);
}

static void test_signals_within_strace_as_bare(void **state)
{
    skip_unless(access("/usr/bin/strace", X_OK) == 0, "no strace here");
    each_way(state, in_strace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WAYS_TEST(test_signals_each_kills_as_bare),
        WAYS_TEST(test_signals_each_is_caught_once),
        WAYS_TEST(test_signals_tool_that_ignores_them_goes_on),
        WAYS_TEST(test_signals_queued_values_arrive_in_order),
        WAYS_TEST(test_signals_of_the_tool_itself_come_once),
        WAYS_TEST(test_signals_dispositions_and_mask_are_inherited),
        WAYS_TEST(test_signals_ignored_sigchld_stays_ignored),
        WAYS_TEST(test_signals_alarm_set_before_ends_the_tool),
        WAYS_TEST(test_signals_within_timeout_as_bare),
        WAYS_TEST(test_signals_kill_of_its_pid_leaves_no_tool),
        WAYS_TEST(test_signals_within_nohup_setsid_nice_as_bare),
        WAYS_TEST(test_signals_parent_death_signal_reaches_the_tool),
        WAYS_TEST(test_signals_within_strace_as_bare),
    };

    return cmocka_run_group_tests_name("wrapper_signals", tests, NULL, NULL);
}
