/* SPDX-License-Identifier: MIT */
/*
 * logged: the two kinds of lines of sent.log that are tel's own, told apart
 * for who writes it and who reads it. Private to sender/.
 */
#ifndef TEL_LOGGED_H
#define TEL_LOGGED_H

#include <stdbool.h>
#include <stddef.h>

#define LOGGED_NO_ANSWER "== no answer, waits"
#define LOGGED_NOT_LEFT "== did not leave, waits"

/* "== 2026-01-31 ...": a record begins. len is without the line's end. */
bool logged_begins(const char *line, size_t len);

/* "== 204 accepted", one of the two above, perhaps with blanks behind: it
 * ends. No line of a request begins so. */
bool logged_answers(const char *line, size_t len);

#endif
