/* SPDX-License-Identifier: MIT */
/*
 * unit_filter: the seccomp filter that the unit's SystemCallFilter= lines
 * mean, made of the lists that systemd-analyze prints. What the filter
 * forbids kills here, so that no forbidden call is passed over.
 */
#ifndef TEL_TEST_UNIT_FILTER_H
#define TEL_TEST_UNIT_FILTER_H

#include <stddef.h>

/* Reads systemd-analyze's lists and the unit's lines (the values of
 * SystemCallFilter=, in order): how many calls are allowed. */
size_t unit_filter_make(const char *lists, const char *const *lines,
                        size_t count);

/* Whether it allows the call of this name. */
int unit_filter_allows(const char *name);

/* Puts this process under what was made: 0 or -1. */
int unit_filter_install(void);

#endif
