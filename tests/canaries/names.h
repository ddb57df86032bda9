/* SPDX-License-Identifier: MIT */
/*
 * names: a user's and a machine's name of the test's own, where the kernel
 * lets it have them: in namespaces, so that no file of the system changes.
 */
#ifndef TEL_TEST_NAMES_H
#define TEL_TEST_NAMES_H

#include <stdbool.h>

/*
 * For this process and all that it starts, from here on: name is what the
 * machine is called, and what /etc/passwd calls the user; and /dev/shm is
 * empty, so that no table of the user's own is met. Returns false, having
 * said why, where that can't be. Context: one thread, before any scratch.
 */
bool names_take(const char *name);

#endif
