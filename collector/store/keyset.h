/* SPDX-License-Identifier: MIT */
/*
 * keyset: a set of 64-bit fingerprints, as small and as quick as it can be.
 *
 *     tel_keyset_new(&set);
 *     tel_keyset_add(set, fingerprint, &is_new);
 *     tel_keyset_remove(set, fingerprint);
 *     tel_keyset_free(set);
 *
 * It takes 11 to 22 bytes a member: for 10 million, 128 MiB. It is made of
 * many small tables, so that no growth of one keeps anybody waiting for the
 * rest, and none needs much more memory while it grows. Fingerprints must be
 * evenly spread, whoever chose what they are made of.
 *
 * Errors: -ENOMEM. Context: normal; one thread.
 */
#ifndef TEL_COLLECTOR_KEYSET_H
#define TEL_COLLECTOR_KEYSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tel_keyset;

int tel_keyset_new(struct tel_keyset **ret_set);
void tel_keyset_free(struct tel_keyset *set); /* accepts NULL */

bool tel_keyset_has(const struct tel_keyset *set, uint64_t fingerprint);

/* ret_new says whether it was not there before. */
int tel_keyset_add(struct tel_keyset *set, uint64_t fingerprint, bool *ret_new);

/* Does nothing where it is not there. */
void tel_keyset_remove(struct tel_keyset *set, uint64_t fingerprint);

size_t tel_keyset_count(const struct tel_keyset *set);

#endif
