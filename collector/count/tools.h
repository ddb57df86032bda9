/* SPDX-License-Identifier: MIT */
/*
 * tools: the policies that a collector accepts events of.
 *
 * Every *.conf of one directory; several versions of one tool stand side by
 * side. Never changed once they are loaded, so any thread may look.
 */
#ifndef TEL_COLLECTOR_TOOLS_H
#define TEL_COLLECTOR_TOOLS_H

#include <tel/event.h>

struct tel_tools;

/*
 * Loads the directory. -ENOENT where it is missing or holds no policy;
 * otherwise as tel_policy_load and opendir(3). The caller frees it.
 */
int tel_tools_load(const char *directory, struct tel_tools **ret_tools,
                   struct tel_err *err);
void tel_tools_free(struct tel_tools *tools); /* accepts NULL */

/* The policy at index, in the order of their files' names; NULL past the
 * last. */
const struct tel_policy *tel_tools_at(const struct tel_tools *tools,
                                      size_t index);

/*
 * Whether any policy of the event's tool explains it. Where none does: the
 * refusal of the one that came furthest.
 */
enum tel_refusal tel_tools_allowed(const struct tel_tools *tools,
                                   const struct tel_event *event);

#endif
