/* SPDX-License-Identifier: MIT */
/* sums: what a group of events adds to each total, gathered in memory. */
#include "sums.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_FIRST 256U /* a power of two */
#define BLOCK_BYTES 16384U

/* Cells that are known from one group to the next. Policies make some
 * thousands; beyond are values that anybody may send. */
#define CELLS_KEPT 65536U

/* Values with a bound are anybody's: so many are known from one group to the
 * next, and so many at all, by far more than any store takes, so that a flood
 * does not fill the memory. */
#define BOUND_KEPT 1024U
#define BOUND_MAX 4096U

/* Strings live in blocks. */
struct block {
    struct block *next;
    size_t used;
    char bytes[BLOCK_BYTES];
};

/* What a search compares comes first. */
struct known {
    uint64_t hash;
    struct tel_sum sum; /* but for n, which is in hits */
    struct tel_store_memo memo;
};

/* A cell that is looked for. */
struct wanted {
    struct tel_cell cell;
    uint64_t event_hash;
    uint64_t hash;
    bool event_kept; /* the event's strings are kept ones */
};

/* A slot holds 1 + the index of a known cell; 0 is free. */
struct tel_sums {
    struct known *known;
    uint64_t *hits; /* of each known cell in this group, often 0; apart, since
                     * each group goes through all of them */
    size_t count;
    size_t nbound; /* of these, how many have a bound */
    uint32_t *slots;
    size_t nslots;   /* a power of two, at least twice count */
    uint32_t *order; /* indices of known, sorted, all but the latest */
    size_t sorted;
    struct tel_sum *list; /* of this group */
    size_t touched;
    struct tel_cell latest; /* its event's strings are kept, or NULL */
    uint64_t latest_hash;   /* of its event */
    struct block *first;
    struct block *last; /* where strings are put now */
};

/* What comes first in the hash of a string, or of a cell. */
#define HASH_FIRST 14695981039346656037ULL

static uint64_t hash_string(uint64_t hash, const char *string)
{
    /* FNV-1a; the closing NUL parts one string from the next. */
    do {
        hash = (hash ^ (unsigned char)*string) * 1099511628211ULL;
    } while (*string++ != '\0');
    return hash;
}

/* Of what all cells of one event share. */
static uint64_t hash_event(const struct tel_cell *cell)
{
    uint64_t hash = hash_string(HASH_FIRST, cell->tool);

    return hash_string(hash_string(hash, cell->version), cell->event);
}

static uint64_t hash_cell(uint64_t hash, const struct tel_cell *cell)
{
    hash = hash_string(hash_string(hash, cell->item), cell->value);
    return hash ^ hash >> 32;
}

/* Strings that are kept are mostly the same ones. */
static bool equal(const char *a, const char *b)
{
    return a == b || strcmp(a, b) == 0;
}

static bool same_event(const struct tel_cell *a, const struct tel_cell *b)
{
    return equal(a->event, b->event) && equal(a->version, b->version) &&
           equal(a->tool, b->tool);
}

static bool same(const struct tel_cell *a, const struct tel_cell *b)
{
    return equal(a->value, b->value) && equal(a->item, b->item) &&
           same_event(a, b);
}

/* The slot of the cell, or the free one where it belongs. */
static uint32_t *find(const struct tel_sums *sums, const struct tel_cell *cell,
                      uint64_t hash)
{
    size_t at = hash & (sums->nslots - 1);

    while (sums->slots[at] != 0) {
        const struct known *known = &sums->known[sums->slots[at] - 1];

        if (known->hash == hash && same(&known->sum.cell, cell))
            break;
        at = (at + 1) & (sums->nslots - 1);
    }
    return &sums->slots[at];
}

/* reallocarray, to count members of size bytes each. */
static bool widen(void **array, size_t count, size_t size)
{
    void *wider = reallocarray(*array, count, size);

    if (wider != NULL)
        *array = wider;
    return wider != NULL;
}

static int resize(struct tel_sums *sums, size_t nslots)
{
    size_t room = nslots / 2;
    void *known = sums->known;
    void *hits = sums->hits;
    void *order = sums->order;
    void *list = sums->list;
    uint32_t *slots = calloc(nslots, sizeof(*slots));
    bool wide = widen(&known, room, sizeof(*sums->known)) &&
                widen(&hits, room, sizeof(*sums->hits)) &&
                widen(&order, room, sizeof(*sums->order)) &&
                widen(&list, room, sizeof(*sums->list));

    sums->known = known;
    sums->hits = hits;
    sums->order = order;
    sums->list = list;
    if (slots == NULL || !wide) {
        free(slots);
        return -ENOMEM;
    }
    free(sums->slots);
    sums->slots = slots;
    sums->nslots = nslots;
    for (size_t i = 0; i < sums->count; i++)
        *find(sums, &sums->known[i].sum.cell, sums->known[i].hash) =
            (uint32_t)i + 1;
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

static int append(struct tel_sums *sums, const struct wanted *wanted,
                  unsigned bound)
{
    const struct tel_cell *cell = &wanted->cell;
    bool kept = wanted->event_kept;
    const struct known known = {
        .sum = {.cell = {.tool = kept ? cell->tool : keep(sums, cell->tool),
                         .version =
                             kept ? cell->version : keep(sums, cell->version),
                         .event = kept ? cell->event : keep(sums, cell->event),
                         .item = keep(sums, cell->item),
                         .value = keep(sums, cell->value)},
                .bound = bound},
        .hash = wanted->hash,
    };
    const struct tel_cell *new = &known.sum.cell;

    if (new->tool == NULL || new->version == NULL || new->event == NULL ||
        new->item == NULL || new->value == NULL)
        return -ENOMEM;
    sums->hits[sums->count] = 1;
    sums->known[sums->count++] = known;
    sums->nbound += bound != 0;
    sums->touched++;
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
    free(sums->order);
    free(sums->list);
    free(sums->hits);
    free(sums->known);
    free(sums);
}

/*
 * The cells of one event come one after the other: what they share is hashed
 * once, and compared by its address after that.
 */
static struct wanted want(const struct tel_sums *sums,
                          const struct tel_cell *cell)
{
    struct wanted wanted = {.cell = *cell};

    wanted.event_kept =
        sums->latest.tool != NULL && same_event(&sums->latest, cell);
    if (wanted.event_kept) {
        wanted.cell.tool = sums->latest.tool;
        wanted.cell.version = sums->latest.version;
        wanted.cell.event = sums->latest.event;
    }
    wanted.event_hash =
        wanted.event_kept ? sums->latest_hash : hash_event(cell);
    wanted.hash = hash_cell(wanted.event_hash, cell);
    return wanted;
}

static int add_new(struct tel_sums *sums, const struct wanted *wanted,
                   unsigned bound)
{
    int r = 0;

    if (sums->count >= sums->nslots / 2)
        r = resize(sums, 2 * sums->nslots);
    if (r == 0)
        r = append(sums, wanted, bound);
    if (r == 0)
        *find(sums, &wanted->cell, wanted->hash) = (uint32_t)sums->count;
    return r;
}

int tel_sums_add(struct tel_sums *sums, const struct tel_cell *cell,
                 unsigned bound)
{
    const struct wanted wanted = want(sums, cell);
    uint32_t at = *find(sums, &wanted.cell, wanted.hash);
    int r = 0;

    if (at == 0 && bound != 0 && sums->nbound >= BOUND_MAX) {
        struct tel_cell other = *cell;

        other.value = TEL_STORE_OTHER;
        return tel_sums_add(sums, &other, 0);
    }
    if (at != 0) {
        sums->touched += sums->hits[at - 1]++ == 0;
    } else {
        r = add_new(sums, &wanted, bound);
        at = (uint32_t)sums->count;
    }
    if (r == 0) {
        sums->latest = sums->known[at - 1].sum.cell;
        sums->latest_hash = wanted.event_hash;
    }
    return r;
}

static int by_cell(const void *a, const void *b, void *context)
{
    const struct known *known = context;

    return tel_sum_order(&known[*(const uint32_t *)a].sum,
                         &known[*(const uint32_t *)b].sum);
}

/* Sorts the latest, then merges them from the end into the others. */
static void sort(struct tel_sums *sums)
{
    size_t olds = sums->sorted;
    size_t news = sums->count - olds;
    uint32_t *latest = (void *)sums->list; /* there is room, see resize */
    size_t at = sums->count;

    if (news == 0)
        return;
    for (size_t i = 0; i < news; i++)
        latest[i] = (uint32_t)(olds + i);
    qsort_r(latest, news, sizeof(*latest), by_cell, sums->known);
    while (news > 0) {
        bool old = olds > 0 && by_cell(&sums->order[olds - 1],
                                       &latest[news - 1], sums->known) > 0;

        sums->order[--at] = old ? sums->order[--olds] : latest[--news];
    }
    sums->sorted = sums->count;
}

void tel_sums_list(struct tel_sums *sums, const struct tel_sum **ret_list,
                   size_t *ret_count)
{
    size_t listed = 0;

    sort(sums);
    for (size_t i = 0; listed < sums->touched; i++) {
        uint64_t hits = sums->hits[sums->order[i]];
        struct known *known = &sums->known[sums->order[i]];

        if (hits == 0)
            continue;
        sums->list[listed] = known->sum;
        sums->list[listed].n = hits;
        sums->list[listed++].memo = &known->memo;
    }
    *ret_list = sums->list;
    *ret_count = listed;
}

static void forget(struct tel_sums *sums)
{
    for (struct block *block = sums->first; block != NULL;
         block = block->next) {
        explicit_bzero(block->bytes, block->used);
        block->used = 0;
    }
    memset(sums->slots, 0, sums->nslots * sizeof(*sums->slots));
    sums->count = 0;
    sums->nbound = 0;
    sums->sorted = 0;
    sums->latest = (struct tel_cell){0};
    sums->last = sums->first;
}

void tel_sums_clear(struct tel_sums *sums)
{
    if (sums->count > CELLS_KEPT || sums->nbound > BOUND_KEPT)
        forget(sums);
    if (sums->touched > 0)
        memset(sums->hits, 0, sums->count * sizeof(*sums->hits));
    sums->touched = 0;
}
