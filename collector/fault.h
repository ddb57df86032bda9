/* SPDX-License-Identifier: MIT */
/*
 * fault: an error and the sentence that explains it, in one step.
 */
#ifndef TEL_COLLECTOR_FAULT_H
#define TEL_COLLECTOR_FAULT_H

#include <tel/config.h>

/* Writes the sentence into err, which may be NULL, and returns r. */
int tel_fault(struct tel_err *err, int r, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
