/* SPDX-License-Identifier: MIT */
/* wipe_stack: what returned functions left on the stack is cleared. */
#include "wipe.h"

#include <string.h>

/* More than reading an event takes, with all that it calls. */
#define BYTES 16384

__attribute__((noinline)) void tel_wipe_stack(void)
{
    char below[BYTES];

    explicit_bzero(below, sizeof(below));
}
