/* SPDX-License-Identifier: MIT */
/* A crash, stored into the slot of the run that it ended. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include "table.h"

uint32_t crash_check(const struct table_crash *crash)
{
    const uint64_t words[] = {crash->claim, crash->offset,
                              (uint64_t)crash->build << 32 | crash->frames,
                              crash->signal};
    uint64_t hash = 0xcbf29ce484222325ULL; /* FNV-1a */

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        for (unsigned bit = 0; bit < 64; bit += 8) {
            hash = (hash ^ (words[i] >> bit & 0xff)) * 0x100000001b3ULL;
        }
    }
    return (uint32_t)(hash ^ hash >> 32);
}

/* The number of the run's slot: its word lies on the mapped first page. */
static unsigned slot_number(const struct tel_run *run)
{
    size_t at = (uintptr_t)run->word % TABLE_HEAD;

    return (unsigned)((at - TABLE_WORDS_AT) / sizeof(*run->word));
}

/* Maps the pages that hold the slot's crash; where it is in them, or NULL. */
static void *map_crash(int fd, unsigned slot)
{
    size_t page = getauxval(AT_PAGESZ);
    size_t at = (size_t)slot_offset(slot) + offsetof(struct table_slot, crash);
    size_t before = at % (page > 0 ? page : TABLE_HEAD);
    void *map =
        mmap(NULL, before + sizeof(struct table_crash), PROT_READ | PROT_WRITE,
             MAP_SHARED, fd, (off_t)(at - before));

    return map == MAP_FAILED ? NULL : (char *)map + before;
}

/* Whether the table behind fd is the one that holds the run. */
static bool holds(int fd, const struct tel_run *run, struct table_slot *body)
{
    return pread(fd, body, sizeof(*body), slot_offset(slot_number(run))) ==
               (ssize_t)sizeof(*body) &&
           body->claim == run->claim && body->start_ns == run->start_ns &&
           memchr(body->name, '\0', sizeof(body->name)) != NULL;
}

int tel_crash_open(const struct tel_env *env, const struct tel_run *run,
                   struct tel_crash_place *ret_place, char *ret_name)
{
    struct table_slot body;
    char dir[TEL_PATH_MAX];
    void *at = NULL;

    for (size_t i = 0; at == NULL && i < 2; i++) {
        int fd = -1;

        if (tel_table_dir(env, i, dir, sizeof(dir)) == 0) {
            fd = table_open(dir, env->euid, O_RDWR);
        }
        if (fd < 0) {
            continue;
        }
        if (holds(fd, run, &body)) {
            at = map_crash(fd, slot_number(run));
        }
        (void)close(fd);
    }
    if (at == NULL) {
        return -ENOENT;
    }
    memcpy(ret_name, body.name, sizeof(body.name));
    ret_place->at = at;
    return 0;
}

void tel_crash_store(const struct tel_crash_place *place,
                     const struct tel_run *run, int sig,
                     const struct tel_crash *crash)
{
    struct table_crash stored = {
        .claim = run->claim,
        .offset = crash->offset,
        .build = crash->build,
        .frames = crash->frames,
        .signal = (uint32_t)sig,
    };

    /* Read again at the last moment: the slot may be another run's by now. */
    if (place->at == NULL || run->word == NULL ||
        (word_load(run->word) & WORD_CLAIM_MASK) != run->claim) {
        return;
    }
    stored.check = crash_check(&stored);
    memcpy(place->at, &stored, sizeof(stored));
}

uint64_t tel_run_state(const struct tel_run *run)
{
    return run->word != NULL ? word_load(run->word) : 0;
}

void tel_run_restore(const struct tel_run *run, uint64_t state)
{
    uint64_t now;

    if (run->word == NULL || (state & WORD_CLAIM_MASK) != run->claim) {
        return;
    }
    now = word_load(run->word);
    if ((now & WORD_CLAIM_MASK) == run->claim) {
        (void)word_swap(run->word, now, state);
    }
}

pid_t tel_run_pid(const struct tel_run *run)
{
    return word_pid(run->claim);
}
