/* SPDX-License-Identifier: MIT */
/*
 * wipe: what the memory of a collector keeps of requests: nothing.
 *
 * Context: normal.
 */
#ifndef TEL_COLLECTOR_WIPE_H
#define TEL_COLLECTOR_WIPE_H

#include <stdbool.h>

/* Whether free(3) clears what it gives back in this program. NULL where it
 * has no wipe.c: then what is freed has to be cleared, or unmapped, by who
 * frees it. */
bool tel_wipe_heap(void) __attribute__((weak));

/* Clears what functions that have returned left on the stack and in vector
 * registers. */
void tel_wipe_traces(void);

#endif
