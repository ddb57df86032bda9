/* SPDX-License-Identifier: MIT */
/*
 * alone: a mount namespace of the test program's own, in which memory and the
 * machine-wide folders of the build are empty, so that it meets neither other
 * tests nor the user's own, and can write what root would.
 */
#ifndef TEL_ALONE_H
#define TEL_ALONE_H

#include <stdbool.h>

/* Puts this process into namespaces of its own (CLONE_NEW...), with the same
 * ids as before; false where the kernel does not let it. */
bool alone_from(int namespaces);

/*
 * A /dev/shm of the program's own, from now on, with the same user as before.
 * Once; before any scratch is made. False, and says why, where the kernel does
 * not let it: then the program goes on in the one that all see.
 */
bool alone_in_memory(void);

/*
 * That, and empty machine-wide folders: ALONE_ETC for tel.conf and tools.d,
 * ALONE_SHARE for tools.d. ALONE_SHM is where a table of runs goes that has no
 * runtime folder.
 */
bool alone_on_machine(void);

/* Writes ALONE_MACHINE; skips the test where alone_on_machine could not. */
void alone_machine_says(const char *text);

#define ALONE_MACHINE ALONE_ETC "/tel.conf"
#define ALONE_ETC TEL_SYSCONFDIR "/tel"
#define ALONE_SHARE TEL_DATADIR "/tel"
#define ALONE_SHM TEL_SHMDIR

#endif
