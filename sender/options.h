/* SPDX-License-Identifier: MIT */
/* options: the command line of tel-send. Private to sender/. */
#ifndef TEL_OPTIONS_H
#define TEL_OPTIONS_H

#include "sender.h"

/*
 * 1 where there is something to run; 0 where help or version was printed; or
 * 2, the exit status, after one line on stderr.
 */
int options_read(int argc, char **argv, struct sender *sender);
#define OPTIONS_RUN 1

#endif
