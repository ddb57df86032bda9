/* SPDX-License-Identifier: MIT */
/* Claiming a slot, and finding the one of a pid. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <tel/text.h>

#include "table.h"

uint32_t hash_name(const char *name)
{
    return tel_text_hash(name) | 1; /* 0 means free */
}

void count_drop(struct table_head *head, const char *name)
{
    uint32_t hash = hash_name(name);
    unsigned i;

    for (i = 0; i < TABLE_DROPS - 1; i++) {
        uint32_t free = 0;

        if (__atomic_compare_exchange_n(&head->drops[i].name, &free, hash,
                                        false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE) ||
            free == hash) {
            break;
        }
    }
    (void)__atomic_fetch_add(&head->drops[i].count, 1, __ATOMIC_ACQ_REL);
}

static bool is_run_of(uint64_t word, pid_t pid)
{
    return word_pid(word) == pid &&
           (word_state(word) == SLOT_RUNNING || word_state(word) == SLOT_ENDED);
}

int bucket_find(const uint64_t *bucket, pid_t pid)
{
    for (int i = 0; i < TABLE_BUCKET; i++) {
        if (is_run_of(word_load(&bucket[i]), pid)) {
            return i;
        }
    }
    return -1;
}

/* Reads the body of a slot, up to its key: whether it is of this process. */
static bool read_own(int fd, unsigned slot, uint64_t word, uint64_t proc_dev,
                     uint64_t process_start_ns, struct table_slot *body)
{
    size_t len = offsetof(struct table_slot, key);

    return pread(fd, body, len, slot_offset(slot)) == (ssize_t)len &&
           body->claim == (word & WORD_CLAIM_MASK) &&
           body->proc_dev == proc_dev && body->claim_ns >= 0 &&
           process_start_ns <= (uint64_t)body->claim_ns;
}

int slot_of(int fd, const uint64_t *words, pid_t pid, uint64_t proc_dev,
            uint64_t process_start_ns, struct table_slot *ret_body)
{
    unsigned first = table_bucket(pid);

    for (unsigned i = first; i < first + TABLE_BUCKET; i++) {
        uint64_t word = word_load(&words[i]);

        if (is_run_of(word, pid) &&
            read_own(fd, i, word, proc_dev, process_start_ns, ret_body)) {
            return (int)i;
        }
    }
    return -1;
}

/* Takes a free word of the bucket; its number, or -EBUSY. */
static int take_word(struct table_head *head, pid_t pid, uint64_t *ret_word)
{
    unsigned first = table_bucket(pid);

    for (unsigned i = first; i < first + TABLE_BUCKET; i++) {
        uint64_t word = word_load(&head->words[i]);
        uint64_t mine;

        if (word_state(word) != SLOT_FREE) {
            continue;
        }
        mine = (word + (1ULL << WORD_GENERATION_AT)) & WORD_GENERATION_MASK;
        mine |= (uint64_t)pid & WORD_PID_MASK;
        mine |= (uint64_t)SLOT_CLAIMING << WORD_STATE_AT;
        if (word_swap(&head->words[i], word, mine)) {
            *ret_word = mine;
            return (int)i;
        }
    }
    return -EBUSY;
}

int slot_claim(int fd, struct table_head *head, struct table_slot *slot,
               pid_t pid)
{
    uint64_t word = 0;
    uint64_t running;
    int i = take_word(head, pid, &word);

    if (i < 0) {
        count_drop(head, slot->name);
        return i;
    }
    slot->claim = word & WORD_CLAIM_MASK;
    running = slot->claim | (uint64_t)SLOT_RUNNING << WORD_STATE_AT;
    if (pwrite(fd, slot, sizeof(*slot), slot_offset((unsigned)i)) !=
            (ssize_t)sizeof(*slot) ||
        !word_swap(&head->words[i], word, running)) {
        (void)word_swap(&head->words[i], word, word & WORD_GENERATION_MASK);
        return -EIO;
    }
    return i;
}
