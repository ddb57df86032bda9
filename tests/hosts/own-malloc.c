/* SPDX-License-Identifier: MIT */
/* Its malloc is its own, and aborts where it is called before main. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool in_main;
static unsigned calls;
static _Alignas(16) unsigned char arena[1 << 20];
static size_t used;

void *malloc(size_t size)
{
    void *memory = arena + used;

    if (!in_main) {
        abort();
    }
    calls++;
    used += (size + 31) / 16 * 16;
    return used < sizeof(arena) ? memory : NULL;
}

void *calloc(size_t count, size_t size)
{
    return malloc(count * size);
}

void *realloc(void *old, size_t size)
{
    void *memory = malloc(size);

    if (old != NULL && memory != NULL) {
        memcpy(memory, old, size);
    }
    return memory;
}

void free(void *memory)
{
    (void)memory;
}

static void last_words(void)
{
    char line[32];
    int len = snprintf(line, sizeof(line), "%u calls\n", calls);

    (void)!write(1, line, (size_t)len);
}

int main(void)
{
    in_main = true;
    (void)atexit(last_words);
    (void)puts("hello");
    free(malloc(10));
    return 7;
}
