/* SPDX-License-Identifier: MIT */
/* main_private: no image of the process is left behind or looked into. */
#include "main.h"

#include <sys/prctl.h>
#include <sys/resource.h>

void keep_private(void)
{
    const struct rlimit none = {0, 0};

    /* The first where core files are written by the process's own limits, the
     * second where they are piped to a program, which heeds no limit; it also
     * keeps other processes of this user from looking in. */
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0);
}
