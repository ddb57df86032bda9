/* SPDX-License-Identifier: MIT */
/* Commands that the sweep leaves out, each with its reason: twenty at most. */
#ifndef TEL_SWEEP_EXCLUSIONS_H
#define TEL_SWEEP_EXCLUSIONS_H

#include <stddef.h>

#define EXCLUSIONS_MAX 20

struct exclusion {
    const char *name;
    const char *reason;
};

static const struct exclusion exclusions[] = {
    {NULL, NULL},
};

_Static_assert(sizeof(exclusions) / sizeof(exclusions[0]) - 1 <= EXCLUSIONS_MAX,
               "too many exclusions prove nothing");

#endif
