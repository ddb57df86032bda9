/* SPDX-License-Identifier: MIT */
/*
 * terminal: a program on a pseudo-terminal of its own, as the leader of a
 * session: keys are sent to it, and what it shows is waited for.
 *
 *     struct terminal *t = terminal_start(scratch, argv);
 *     terminal_wait(t, "sh> ");
 *     terminal_send(t, "sleep 9\n\3");      3 is Ctrl-C
 *     terminal_wait(t, "sh> ");
 *     status = terminal_end(t);             read to its end, and reap
 *     ... terminal_shown(t) ...
 *     terminal_free(t);
 *
 * The terminal is 24 lines of 80 columns until it is resized, and echoes.
 * Every function fails the running test where it cannot do what it says; the
 * programs of a test that failed end with its scratch.
 */
#ifndef TEL_TERMINAL_H
#define TEL_TERMINAL_H

#include <termios.h>

#include "support.h"

struct terminal {
    int master;
    pid_t leader;
    char *shown; /* all that came, NUL-terminated */
    size_t len;
    size_t size;
    size_t seen;       /* up to here terminal_wait has gone */
    const char *label; /* named where something fails */
};

/* Whether this machine gives out pseudo-terminals; says so where not. */
bool terminal_works(void);

struct terminal *terminal_start(struct scratch *scratch, char *const *argv);
void terminal_free(struct terminal *terminal); /* accepts NULL */

void terminal_send(struct terminal *terminal, const char *keys);
/* Reads until text comes behind all that has been waited for so far. */
void terminal_wait(struct terminal *terminal, const char *text);
void terminal_resize(struct terminal *terminal, unsigned rows,
                     unsigned columns);
/* The terminal's line drops, as when its window is closed. */
void terminal_hang_up(struct terminal *terminal);

/* The foreground process group. */
pid_t terminal_foreground(const struct terminal *terminal);
void terminal_modes(const struct terminal *terminal,
                    struct termios *ret_termios);

/* Reads to the end and waits for the leader: exit status, or -signal. */
int terminal_end(struct terminal *terminal);

#endif
