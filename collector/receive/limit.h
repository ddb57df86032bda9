/* SPDX-License-Identifier: MIT */
/*
 * limit: the defaults of struct tel_collector_limits, and what the system
 * has to allow for them.
 */
#ifndef TEL_COLLECTOR_LIMIT_H
#define TEL_COLLECTOR_LIMIT_H

#include <tel/collector.h>

/* The defaults, which are also the limits of the hosted variants. */
#define TEL_LIMIT_TARGET 4096
#define TEL_LIMIT_BODY 1048576
#define TEL_LIMIT_EVENTS 1000

/* Each 0 becomes the default. */
struct tel_collector_limits
tel_limits_of(const struct tel_collector_limits *asked);

/* Sees to descriptors for so many connections and all else: 0, or -EMFILE. */
int tel_limits_reserve(const struct tel_collector_limits *limits,
                       struct tel_err *err);

#endif
