/* SPDX-License-Identifier: MIT */
/*
 * filters: seccomp filters, each a list of calls and what happens to them.
 * Nothing that is listed may be made; or nothing else, where it says so.
 * Needs no cmocka. -1 where this machine's calls have no filter here.
 */
#ifndef TEL_FILTERS_H
#define TEL_FILTERS_H

/*
 * Puts the process under the filter of that name: 0 or -1. "docker",
 * "service" and "bubblewrap" are like those of today's programs; "little"
 * allows what a small program needs to start and end, "last" what it needs to
 * end; "no-pid" kills who asks for its pid, "pid-denied" gives no answer.
 */
int filter_install(const char *name);

/* Writes the filter of that name to a file, as bwrap --seccomp reads it: 0,
 * or -1. */
int filter_write(const char *name, const char *path);

#endif
