/* SPDX-License-Identifier: MIT */
/* sums: what a group of events adds to each total, gathered in memory. */
#include "sums.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_FIRST 256U /* a power of two */
#define BLOCK_BYTES 16384U

/* Values with a bound are anybody's: a group remembers this many of them, by
 * far more than any store takes, so that a flood does not fill the memory. */
#define BOUND_MAX 4096U

/* Strings live in blocks, which are kept for the next group. */
struct block {
    struct block *next;
    size_t used;
    char bytes[BLOCK_BYTES];
};

/* A slot holds 1 + the index of a sum; 0 is free. */
struct tel_sums {
    struct tel_sum *list;
    uint64_t *hashes; /* of each in list */
    size_t count;
    size_t nbound; /* of these, how many have a bound */
    uint32_t *slots;
    size_t nslots; /* a power of two, at least twice count */
    struct block *first;
    struct block *last; /* where strings are put now */
};

static uint64_t hash_string(uint64_t hash, const char *string)
{
    /* FNV-1a; the closing NUL parts one string from the next. */
    do {
        hash = (hash ^ (unsigned char)*string) * 1099511628211ULL;
    } while (*string++ != '\0');
    return hash;
}

static uint64_t hash_cell(const struct tel_cell *cell)
{
    uint64_t hash = 14695981039346656037ULL;

    hash = hash_string(hash, cell->tool);
    hash = hash_string(hash, cell->version);
    hash = hash_string(hash, cell->event);
    hash = hash_string(hash, cell->item);
    hash = hash_string(hash, cell->value);
    return hash ^ hash >> 32;
}

static bool same(const struct tel_cell *a, const struct tel_cell *b)
{
    return strcmp(a->value, b->value) == 0 && strcmp(a->item, b->item) == 0 &&
           strcmp(a->event, b->event) == 0 &&
           strcmp(a->version, b->version) == 0 && strcmp(a->tool, b->tool) == 0;
}

/* The slot of the cell, or the free one where it belongs. */
static uint32_t *find(const struct tel_sums *sums, const struct tel_cell *cell,
                      uint64_t hash)
{
    size_t at = hash & (sums->nslots - 1);

    while (sums->slots[at] != 0) {
        size_t i = sums->slots[at] - 1;

        if (sums->hashes[i] == hash && same(&sums->list[i].cell, cell))
            break;
        at = (at + 1) & (sums->nslots - 1);
    }
    return &sums->slots[at];
}

static int resize(struct tel_sums *sums, size_t nslots)
{
    struct tel_sum *list = NULL;
    uint64_t *hashes = NULL;
    uint32_t *slots = calloc(nslots, sizeof(*slots));

    list = reallocarray(sums->list, nslots / 2, sizeof(*list));
    if (list != NULL)
        sums->list = list;
    hashes = reallocarray(sums->hashes, nslots / 2, sizeof(*hashes));
    if (hashes != NULL)
        sums->hashes = hashes;
    if (slots == NULL || list == NULL || hashes == NULL) {
        free(slots);
        return -ENOMEM;
    }
    free(sums->slots);
    sums->slots = slots;
    sums->nslots = nslots;
    for (size_t i = 0; i < sums->count; i++)
        *find(sums, &list[i].cell, hashes[i]) = (uint32_t)i + 1;
    return 0;
}

static struct block *next_block(struct tel_sums *sums)
{
    struct block *block = sums->last->next;

    if (block == NULL) {
        block = malloc(sizeof(*block));
        if (block == NULL)
            return NULL;
        block->next = NULL;
        sums->last->next = block;
    }
    block->used = 0;
    sums->last = block;
    return block;
}

static const char *keep(struct tel_sums *sums, const char *string)
{
    size_t size = strlen(string) + 1;
    struct block *block = sums->last;
    char *kept = NULL;

    if (size == 1)
        return "";
    if (size > BLOCK_BYTES)
        return NULL;
    if (block->used + size > BLOCK_BYTES)
        block = next_block(sums);
    if (block == NULL)
        return NULL;
    kept = memcpy(block->bytes + block->used, string, size);
    block->used += size;
    return kept;
}

static int append(struct tel_sums *sums, const struct tel_cell *cell,
                  uint64_t hash, unsigned bound)
{
    struct tel_sum *sum = &sums->list[sums->count];

    sum->cell = (struct tel_cell){
        .tool = keep(sums, cell->tool),
        .version = keep(sums, cell->version),
        .event = keep(sums, cell->event),
        .item = keep(sums, cell->item),
        .value = keep(sums, cell->value),
    };
    if (sum->cell.tool == NULL || sum->cell.version == NULL ||
        sum->cell.event == NULL || sum->cell.item == NULL ||
        sum->cell.value == NULL)
        return -ENOMEM;
    sum->n = 1;
    sum->bound = bound;
    sums->nbound += bound != 0;
    sums->hashes[sums->count++] = hash;
    return 0;
}

int tel_sums_new(struct tel_sums **ret_sums)
{
    struct tel_sums *sums = calloc(1, sizeof(*sums));

    if (sums != NULL)
        sums->first = calloc(1, sizeof(*sums->first));
    if (sums == NULL || sums->first == NULL || resize(sums, SLOTS_FIRST) < 0) {
        tel_sums_free(sums);
        return -ENOMEM;
    }
    sums->last = sums->first;
    *ret_sums = sums;
    return 0;
}

void tel_sums_free(struct tel_sums *sums)
{
    if (sums == NULL)
        return;
    while (sums->first != NULL) {
        struct block *block = sums->first;

        sums->first = block->next;
        free(block);
    }
    free(sums->slots);
    free(sums->hashes);
    free(sums->list);
    free(sums);
}

int tel_sums_add(struct tel_sums *sums, const struct tel_cell *cell,
                 unsigned bound)
{
    uint64_t hash = hash_cell(cell);
    uint32_t *slot = find(sums, cell, hash);
    int r;

    if (*slot != 0) {
        sums->list[*slot - 1].n++;
        return 0;
    }
    if (bound != 0 && sums->nbound >= BOUND_MAX) {
        struct tel_cell other = *cell;

        other.value = TEL_STORE_OTHER;
        return tel_sums_add(sums, &other, 0);
    }
    if (sums->count >= sums->nslots / 2) {
        r = resize(sums, 2 * sums->nslots);
        if (r < 0)
            return r;
        slot = find(sums, cell, hash);
    }
    r = append(sums, cell, hash, bound);
    if (r == 0)
        *slot = (uint32_t)sums->count;
    return r;
}

static int by_order(const void *a, const void *b)
{
    return tel_sum_order(a, b);
}

void tel_sums_list(struct tel_sums *sums, const struct tel_sum **ret_list,
                   size_t *ret_count)
{
    /* From here on the slots are wrong, until they are cleared. */
    qsort(sums->list, sums->count, sizeof(*sums->list), by_order);
    *ret_list = sums->list;
    *ret_count = sums->count;
}

void tel_sums_clear(struct tel_sums *sums)
{
    for (struct block *block = sums->first; block != NULL;
         block = block->next) {
        explicit_bzero(block->bytes, block->used);
        block->used = 0;
    }
    memset(sums->slots, 0, sums->nslots * sizeof(*sums->slots));
    sums->count = 0;
    sums->nbound = 0;
    sums->last = sums->first;
}
