/* SPDX-License-Identifier: MIT */
/* blocks: a file in pieces of whole lines, each of about a megabyte. */
#include "blocks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Fills the buffer, also from a pipe, which gives less at a time. */
static int fill(struct tel_blocks *blocks)
{
    while (!blocks->ended && blocks->have < TEL_BLOCK_BYTES) {
        ssize_t got = read(blocks->fd, blocks->buffer + blocks->have,
                           TEL_BLOCK_BYTES - blocks->have);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            blocks->failed = true;
            return -errno;
        }
        blocks->ended = got == 0;
        blocks->have += (size_t)got;
    }
    return 0;
}

int tel_blocks_open(struct tel_blocks *blocks, int fd)
{
    *blocks = (struct tel_blocks){.fd = fd};
    blocks->buffer = malloc(TEL_BLOCK_BYTES);
    return blocks->buffer != NULL ? 0 : -ENOMEM;
}

void tel_blocks_close(struct tel_blocks *blocks)
{
    if (blocks->buffer != NULL)
        explicit_bzero(blocks->buffer, TEL_BLOCK_BYTES);
    free(blocks->buffer);
    blocks->buffer = NULL;
}

int tel_blocks_next(struct tel_blocks *blocks, struct tel_block *ret_block)
{
    const char *newline = NULL;
    int r;

    blocks->have -= blocks->gone;
    memmove(blocks->buffer, blocks->buffer + blocks->gone, blocks->have);
    blocks->gone = 0;
    r = fill(blocks);
    if (r < 0)
        return r;
    if (blocks->have == 0)
        return 0;
    /* The end of a line that is too long is a block of its own. */
    newline = blocks->inside ? memchr(blocks->buffer, '\n', blocks->have)
                             : memrchr(blocks->buffer, '\n', blocks->have);
    blocks->gone =
        newline != NULL ? (size_t)(newline + 1 - blocks->buffer) : blocks->have;
    *ret_block = (struct tel_block){
        .at = blocks->buffer,
        .len = blocks->gone,
        .whole = newline != NULL,
        .rest = blocks->inside,
        .last = blocks->ended && blocks->gone == blocks->have,
    };
    blocks->inside = newline == NULL;
    return 1;
}
