/* SPDX-License-Identifier: MIT */
/*
 * filters: seccomp filters, each a list of calls and what happens to them.
 * Nothing that is listed may be made; or nothing else, where it says so.
 */
#ifndef TEL_FILTERS_H
#define TEL_FILTERS_H

#include <stdint.h>

/* Puts the process under the filter of that name: 0 or -1. */
int filter_install(const char *name);

/*
 * From now on nothing but write and the two exits: any other call kills.
 * Without a pid, getpid is forbidden and everything else allowed.
 */
int filter_install_late(int without_pid);

#endif
