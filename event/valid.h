/* SPDX-License-Identifier: MIT */
/*
 * valid: what the values of an event look like, asked alike before one is
 * written and after one was read. Private to event/. Context: preload.
 */
#ifndef TEL_VALID_H
#define TEL_VALID_H

#include <tel/event.h>

/* Whether the len bytes are 1 to max of [A-Za-z0-9._+:-] and '_'. */
bool tel_event_token(const char *at, size_t len, size_t max);

/* A released version, or "devel". */
bool tel_event_version(const char *at, size_t len);

/*
 * Whether some policy could lead to event. Its strings need not be
 * NUL-terminated: it may come from memory that anybody could write.
 */
bool tel_event_valid(const struct tel_event *event);

#endif
