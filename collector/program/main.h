/* SPDX-License-Identifier: MIT */
/*
 * main: the commands of the program tel-collect. Each takes the arguments
 * from its own name on and returns the exit status.
 */
#ifndef TEL_COLLECTOR_MAIN_H
#define TEL_COLLECTOR_MAIN_H

enum { EXIT_DONE = 0, EXIT_NO = 1, EXIT_BAD = 2 };

int command_serve(int argc, char **argv);
int command_import(int argc, char **argv);
int command_report(int argc, char **argv);
int command_export(int argc, char **argv);

/* No core file, and no look from outside, from here on. */
void keep_private(void);

/* One line on stderr, after the program's name; returns EXIT_BAD. */
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes text to stdout: the exit status. */
int say(const char *text);

/* Complains about the option that getopt_long has just refused. */
int complain_option(const char *command, int refused, char *const *argv);

#endif
