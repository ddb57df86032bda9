/* SPDX-License-Identifier: MIT */
/*
 * dump: all that a store holds, as text, so that two stores can be compared.
 */
#ifndef TEL_TEST_DUMP_H
#define TEL_TEST_DUMP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A line a total and refusal, "day tool version event item value n", in the
 * store's order; the caller frees it. Fails the running test where the store
 * can't be read.
 */
char *store_dump(const char *where, bool with_days);

/* The sum of a tool's runs (NULL: of all); 0 where there is no store. */
uint64_t store_runs(const char *where, const char *tool);

#endif
