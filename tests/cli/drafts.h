/* SPDX-License-Identifier: MIT */
/*
 * drafts: what tel init prints, read as the policy that it becomes once the
 * endpoint, the source and those responsible are filled in.
 */
#ifndef TEL_DRAFTS_H
#define TEL_DRAFTS_H

#include "person.h"

/* Fills a draft in; the caller frees it. */
char *draft_fill(const char *draft);

/* The draft, filled in and parsed: fails the test where it does not parse.
 * A static one, until the next call. */
const struct tel_policy *draft_parse(const char *draft);

/*
 * What the policy says, for comparison with one string: "a=purpose|b=...",
 * "b>build|...", and "-C remote:-t" with the scope in front.
 */
const char *draft_verbs(const struct tel_policy *policy);
const char *draft_aliases(const struct tel_policy *policy);
const char *draft_options(const struct tel_policy *policy);

/* Whether a listed verb has these words. */
bool draft_has(const struct tel_policy *policy, const char *words);

#endif
