/* SPDX-License-Identifier: MIT */
/*
 * ways: the same play three times, with the bare tool, with tel-wrap in place
 * and with tel-wrap supervising, and whether anybody could tell them apart.
 *
 *     static void act(struct play *play)
 *     {
 *         play_shell(play, "bash");
 *         play_type(play, "$W puppet 'exit 3'; echo $?\n", "3\r\n");
 *         play_leave(play);
 *         play_expect(play, TEL_END_CODE, 3);
 *     }
 *     each_way(state, act);
 *
 * What a play notes, and all that its terminal showed, has to be the same in
 * each way but for process ids. W, in the environment of what a play runs,
 * holds the wrapper with its mode, or nothing. The tool is puppet, along PATH.
 */
#ifndef TEL_WAYS_H
#define TEL_WAYS_H

#include "recorded.h"
#include "terminal.h"
#include "text.h"

enum way { WAY_BARE, WAY_IN_PLACE, WAY_SUPERVISED, WAYS };

struct play {
    struct recorded *recorded;
    struct scratch *scratch;
    struct terminal *terminal;
    enum way way;
    struct text notes;
};

/* The setup and teardown of each test: a scratch in which puppet is known. */
int ways_setup(void **state);
int ways_teardown(void **state);

#define WAYS_TEST(test) \
    cmocka_unit_test_setup_teardown(test, ways_setup, ways_teardown)

/* Skips the test where there are no terminals. Context: a test. */
void each_way(void **state, void (*act)(struct play *));
/* One way alone: its notes, which the caller frees; NULL where it can't be. */
char *one_way(void **state, enum way way, void (*act)(struct play *));

/* Runs a script to its end, without a terminal, and notes output, error
 * output and status. */
void play_run(struct play *play, const char *script);

/* Starts a program on a terminal; play_shell: an interactive shell there,
 * "bash" or "dash", with the prompt "sh> ". */
void play_start(struct play *play, const char *program, ...)
    __attribute__((sentinel));
void play_shell(struct play *play, const char *shell);

/* Starts the tool itself, in its way, as the leader of the session. */
void play_lead(struct play *play, const char *word, ...)
    __attribute__((sentinel));

/* Sends keys and waits for what they bring. */
void play_type(struct play *play, const char *keys, const char *wait);

/* At the prompt: leaves the shell and notes what was shown. */
void play_leave(struct play *play);
/* Waits for the end of what was started and notes how it ended. */
void play_end(struct play *play);
/* The same without noting what was shown, where that is never twice alike. */
void play_end_unseen(struct play *play);

/* The tool's process: the only one of that name in this scratch. */
pid_t play_tool(struct play *play);
/* What the starter of the tool knows it by: the tool, or its wrapper. */
pid_t play_known(struct play *play);
/* Waits until pid is in this state (the letter of /proc/PID/stat). */
void play_until_state(pid_t pid, char state);
/* Waits until nothing runs under this id (a zombie does not). */
void play_until_gone(pid_t pid);

/* Waits until no puppet of this scratch is left. */
void play_until_none(struct play *play);

/* One run of puppet is recorded, with this end; bare: none. */
void play_expect(struct play *play, enum tel_end end, int code);
/* One run, however it ended. */
void play_expect_one(struct play *play);
/* Any number of runs that are over, or were killed before they began. */
void play_drain(struct play *play);

#endif
