/* SPDX-License-Identifier: MIT */
/*
 * wipe: free and realloc of this program clear what they give back.
 *
 * The HTTP library keeps a request's head in memory of its own, as other
 * libraries do with what passes through them. None of it may lie in the heap
 * once it is of no use. mallopt(M_PERTURB) does not reach what glibc keeps for
 * the thread (tcache), so these two stand before glibc's own, which the
 * allocator's other functions and all libraries then use as well.
 *
 * Linked into the program alone, never into the room: whoever else uses it
 * has a heap of their own to decide over.
 */
#include "wipe.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* The libraries have to find them. */
#define EXPORT __attribute__((visibility("default")))

/* glibc's names for what is replaced here. */
extern void __libc_free(void *memory);
extern void *__libc_realloc(void *memory, size_t size);

bool tel_wipe_heap(void)
{
    return true;
}

EXPORT void free(void *memory)
{
    if (memory == NULL)
        return;
    explicit_bzero(memory, malloc_usable_size(memory));
    __libc_free(memory);
}

/* Never moved by glibc, which would free the old place by itself. */
EXPORT void *realloc(void *memory, size_t size)
{
    size_t old = memory != NULL ? malloc_usable_size(memory) : 0;
    void *moved = NULL;

    if (memory == NULL || size == 0)
        return __libc_realloc(memory, size);
    if (size <= old) {
        explicit_bzero((char *)memory + size, old - size);
        return memory;
    }
    moved = malloc(size);
    if (moved == NULL)
        return NULL;
    memcpy(moved, memory, old);
    free(memory);
    return moved;
}
