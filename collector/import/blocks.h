/* SPDX-License-Identifier: MIT */
/*
 * blocks: a file in pieces of whole lines, each of about a megabyte. Where a
 * piece ends depends on nothing but the file's bytes before that; so a file
 * that has grown has the same pieces again, but for the last.
 *
 *     tel_blocks_open(&blocks, fd)
 *     while ((r = tel_blocks_next(&blocks, &block)) > 0) ...
 *     tel_blocks_close(&blocks)
 */
#ifndef TEL_COLLECTOR_BLOCKS_H
#define TEL_COLLECTOR_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEL_BLOCK_BYTES 1048576

struct tel_blocks {
    int fd; /* the caller's */
    char *buffer;
    size_t have; /* bytes in it */
    size_t gone; /* of these, what the last block held */
    bool ended;
    bool failed; /* to be read */
    bool inside; /* of a line that is longer than a block */
};

struct tel_block {
    const char *at;
    size_t len;
    bool whole; /* its last byte is a newline; else it is a part of one line,
                   too long for any event, or the torn end of the file */
    bool rest;  /* it begins within a line that began in a block before */
    bool last;  /* nothing follows */
};

int tel_blocks_open(struct tel_blocks *blocks, int fd); /* 0, -ENOMEM */

/* Wipes the memory, since lines may tell more than events. */
void tel_blocks_close(struct tel_blocks *blocks);

/* 1 and the next block, 0 at the end, or -errno of read(2). */
int tel_blocks_next(struct tel_blocks *blocks, struct tel_block *ret_block);

#endif
