/* SPDX-License-Identifier: MIT */
/*
 * known: which part of a file has been imported before. At the end of each
 * block, and so at the end of the file, the digest of all bytes before is
 * remembered among the store's keys.
 */
#ifndef TEL_COLLECTOR_KNOWN_H
#define TEL_COLLECTOR_KNOWN_H

#include "blocks.h"
#include "digest.h"
#include "store/store.h"

/*
 * How much of a block of whole lines is known, given the digests of all up to
 * its beginning and to its end: all of it, or up to the end of the import that
 * came last. Remembers nothing. 0, -EIO, -ENOMEM.
 */
int tel_known_part(struct tel_store *store, int64_t today,
                   const struct tel_digest *before,
                   const struct tel_digest *after,
                   const struct tel_block *block, size_t *ret_len);

/* Remembers the keys in the store's transaction, in an order of its own, and
 * says whether all were new. 0, -EIO, -ENOMEM. */
int tel_known_keep(struct tel_store *store, struct tel_store_key *keys,
                   size_t count, bool *ret_fresh);

/* tel_store_begin, for longer than a store that is busy waits by itself. */
int tel_known_begin(struct tel_store *store, int64_t today);

#endif
