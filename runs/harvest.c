/* SPDX-License-Identifier: MIT */
/* The sender's half of the table: noticing what is over, and taking it. */
#include "harvest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <tel/text.h>

/* How long a watcher has to tell how its run ended. */
#define WATCHER_NS 2000000000LL
/* How long a claim may stay half-made before its pid is looked at. */
#define CLAIMING_NS 1000000000LL

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
    }
    *fd = -1;
}

static void forget(struct watch *watch)
{
    close_fd(&watch->pidfd);
    memset(watch, 0, sizeof(*watch));
    watch->pidfd = -1;
}

/* Wakes the sender when a recorder writes a slot, where the kernel can. */
static void watch_file(struct tel_table *table, const char *dir)
{
    char path[TEL_PATH_MAX];
    struct epoll_event event = {.events = EPOLLIN};

    table->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (table->inotify < 0) {
        return;
    }
    event.data.fd = table->inotify;
    if (table_path(dir, path, sizeof(path)) < 0 ||
        inotify_add_watch(table->inotify, path, IN_MODIFY) < 0 ||
        epoll_ctl(table->epoll, EPOLL_CTL_ADD, table->inotify, &event) < 0) {
        close_fd(&table->inotify);
    }
}

static int map_table(struct tel_table *table)
{
    void *map = mmap(NULL, TABLE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
                     table->fd, 0);

    if (map == MAP_FAILED) {
        return -errno;
    }
    table->head = map;
    table->slots = (struct table_slot *)((char *)map + TABLE_HEAD);
    return head_valid(table->head) ? 0 : -EBADMSG;
}

int tel_table_open(const char *dir, uid_t euid, struct tel_table **ret_table)
{
    struct tel_table *table = calloc(1, sizeof(*table));
    int r;

    if (table == NULL) {
        return -ENOMEM;
    }
    table->epoll = table->inotify = -1;
    for (unsigned i = 0; i < TABLE_SLOTS; i++) {
        table->watches[i].pidfd = -1;
    }
    r = table->fd = table_open(dir, euid, O_RDWR);
    if (r >= 0) {
        r = map_table(table);
    }
    if (r >= 0) {
        table->proc_dev = process_device(getpid());
        table->epoll = epoll_create1(EPOLL_CLOEXEC);
        r = table->epoll < 0 ? -errno : 0;
    }
    if (r < 0) {
        tel_table_close(table);
        return r;
    }
    watch_file(table, dir);
    *ret_table = table;
    return 0;
}

void tel_table_close(struct tel_table *table)
{
    if (table == NULL) {
        return;
    }
    for (unsigned i = 0; i < TABLE_SLOTS; i++) {
        close_fd(&table->watches[i].pidfd);
    }
    close_fd(&table->inotify);
    close_fd(&table->epoll);
    if (table->head != NULL) {
        (void)munmap(table->head, TABLE_BYTES);
    }
    close_fd(&table->fd);
    free(table);
}

int tel_table_fd(const struct tel_table *table)
{
    return table->epoll;
}

/*
 * Whether a process that started later than the claim is another one. Start
 * times are told in the reader's time namespace and claims are taken in the
 * owner's: where the two differ, nothing follows from them.
 */
static bool started_later(const struct process *process, pid_t pid,
                          int64_t claim_ns)
{
    char path[48];
    char own[64];
    char other[64];
    struct tel_text text;
    ssize_t n;

    if (claim_ns < 0 || process->start_ns <= (uint64_t)claim_ns) {
        return false;
    }
    tel_text_start(&text, path, sizeof(path));
    tel_text_add(&text, "/proc/");
    tel_text_number(&text, (uint64_t)pid);
    tel_text_add(&text, "/ns/time");
    n = readlink(path, other, sizeof(other));
    return n < 0 || (readlink("/proc/self/ns/time", own, sizeof(own)) == n &&
                     memcmp(own, other, (size_t)n) == 0);
}

static void set_told(struct watch *watch, int wait_status)
{
    watch->told = true;
    watch->wait_status = wait_status;
}

/* The test for gone, by what /proc and kill tell. */
static bool is_gone(struct watch *watch, pid_t pid,
                    const struct table_slot *slot)
{
    struct process process;

    if (pid <= 0 || (kill(pid, 0) < 0 && errno == ESRCH)) {
        return true;
    }
    if (process_read(pid, &process) < 0) {
        return false;
    }
    if (started_later(&process, pid, slot->claim_ns)) {
        return true;
    }
    /* A zombie leader whose threads go on is alive. */
    if (process.state != 'Z' || process.threads > 1) {
        return false;
    }
    if (process_may_be_read(pid)) {
        set_told(watch, process.wait_status);
    }
    return true;
}

/* Begins to watch the run of a slot: a pidfd, if the pid is still its own. */
static void start_watch(struct tel_table *table, unsigned i, uint64_t word)
{
    struct watch *watch = &table->watches[i];
    pid_t pid = word_pid(word);
    struct epoll_event event = {.events = EPOLLIN};

    forget(watch);
    watch->claim = word & WORD_CLAIM_MASK;
    watch->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    /* The look after opening: what was alive then is what the pidfd holds. */
    watch->gone = is_gone(watch, pid, &table->slots[i]);
    if (watch->gone) {
        close_fd(&watch->pidfd);
    } else if (watch->pidfd >= 0) {
        event.data.fd = watch->pidfd;
        (void)epoll_ctl(table->epoll, EPOLL_CTL_ADD, watch->pidfd, &event);
    }
}

/* The same for a run that is watched already. */
static void continue_watch(struct tel_table *table, unsigned i, uint64_t word)
{
    struct watch *watch = &table->watches[i];
    struct pollfd pidfd = {.fd = watch->pidfd, .events = POLLIN};
    struct process process;
    int wait_status;
    bool told;

    if (watch->pidfd < 0) {
        watch->gone = is_gone(watch, word_pid(word), &table->slots[i]);
        return;
    }
    if (poll(&pidfd, 1, 0) <= 0) {
        return;
    }
    watch->gone = true;
    (void)epoll_ctl(table->epoll, EPOLL_CTL_DEL, watch->pidfd, NULL);
    told = tel_pidfd_status(watch->pidfd, &wait_status) == 0;
    if (!told && process_read(word_pid(word), &process) == 0 &&
        process.state == 'Z' && process_may_be_read(word_pid(word))) {
        wait_status = process.wait_status;
        told = true;
    }
    /* Or it was reaped between the two. */
    if (told || tel_pidfd_status(watch->pidfd, &wait_status) == 0) {
        set_told(watch, wait_status);
    }
    close_fd(&watch->pidfd);
}

/* Over, but its watcher may still tell how. */
static bool is_pending(const struct tel_table *table, unsigned i, uint64_t word)
{
    const struct watch *watch = &table->watches[i];

    return table->slots[i].watched && !watch->told &&
           word_state(word) == SLOT_RUNNING &&
           clock_ns(CLOCK_BOOTTIME) - watch->gone_boot_ns < WATCHER_NS;
}

static void look_at_run(struct tel_table *table, unsigned i, uint64_t word)
{
    struct watch *watch = &table->watches[i];

    if (table->slots[i].claim == (word & WORD_CLAIM_MASK) &&
        table->slots[i].proc_dev != table->proc_dev) {
        table->counts.foreign++;
        return;
    }
    if (watch->claim != (word & WORD_CLAIM_MASK)) {
        start_watch(table, i, word);
    } else if (!watch->gone) {
        continue_watch(table, i, word);
    }
    if (!watch->gone) {
        table->counts.running++;
        return;
    }
    if (watch->gone_boot_ns == 0) {
        watch->noticed_ns = clock_ns((int)table->head->clock);
        watch->gone_boot_ns = clock_ns(CLOCK_BOOTTIME);
    }
    /* Looked at after the owner was gone: no more stores but a watcher's. */
    word = word_load(&table->head->words[i]);
    if (is_pending(table, i, word)) {
        table->counts.pending++;
    } else {
        table->counts.finished++;
    }
}

/*
 * Wipes a slot whose word is this one, and frees it: what a run was, and when
 * it began, is not kept for longer than it waits. Meanwhile the slot is
 * claimed by this process, and is nobody else's; should it die, the next one
 * that looks does the rest. False where the word has changed.
 */
static bool wipe(struct tel_table *table, unsigned i, uint64_t word)
{
    uint64_t *place = &table->head->words[i];
    uint64_t freed = word & WORD_GENERATION_MASK;
    uint64_t mine = freed | ((uint64_t)getpid() & WORD_PID_MASK) |
                    (uint64_t)SLOT_CLAIMING << WORD_STATE_AT;

    if (!word_swap(place, word, mine)) {
        return false;
    }
    memset(&table->slots[i], 0, sizeof(table->slots[i]));
    (void)word_swap(place, mine, freed);
    return true;
}

/* What a run that did not begin after all has left. */
static void look_at_free(struct tel_table *table, unsigned i, uint64_t word)
{
    if (table->watches[i].claim != 0) {
        forget(&table->watches[i]);
    }
    if (table->slots[i].claim != 0) {
        (void)wipe(table, i, word);
    }
}

/* A claim that stays half-made: freed when its pid is gone. */
static void look_at_claim(struct tel_table *table, unsigned i, uint64_t word)
{
    struct watch *watch = &table->watches[i];
    int64_t now = clock_ns(CLOCK_BOOTTIME);

    table->counts.pending++;
    if (watch->claim != (word & WORD_CLAIM_MASK) || watch->claiming_ns == 0) {
        forget(watch);
        watch->claim = word & WORD_CLAIM_MASK;
        watch->claiming_ns = now;
        return;
    }
    if (now - watch->claiming_ns > CLAIMING_NS && kill(word_pid(word), 0) < 0 &&
        errno == ESRCH) {
        (void)wipe(table, i, word);
    }
}

static void drain(int inotify)
{
    char events[4096];

    while (inotify >= 0 && read(inotify, events, sizeof(events)) > 0) {
    }
}

void tel_table_look(struct tel_table *table)
{
    drain(table->inotify);
    memset(&table->counts, 0, sizeof(table->counts));
    for (unsigned i = 0; i < TABLE_SLOTS; i++) {
        uint64_t word = word_load(&table->head->words[i]);

        switch (word_state(word)) {
        case SLOT_FREE:
            look_at_free(table, i, word);
            break;
        case SLOT_CLAIMING:
            look_at_claim(table, i, word);
            break;
        case SLOT_RUNNING:
        case SLOT_ENDED:
            if (table->watches[i].claiming_ns != 0) {
                forget(&table->watches[i]);
            }
            look_at_run(table, i, word);
            break;
        }
    }
}

void tel_table_count(const struct tel_table *table,
                     struct tel_table_counts *ret_counts)
{
    *ret_counts = table->counts;
}

/* Where it crashed, if the run ended by the signal that this is of. */
static void add_crash(const struct table_slot *slot, uint64_t word,
                      struct tel_event *event)
{
    const struct table_crash *stored = &slot->crash;
    struct tel_crash crash = {stored->build, stored->frames, stored->offset};

    if (slot->crashes == 1 && event->end == TEL_END_SIGNAL &&
        stored->signal == event->code &&
        stored->claim == (word & WORD_CLAIM_MASK) &&
        stored->check == crash_check(stored) &&
        tel_crash_text(&crash, event->crash, sizeof(event->crash)) < 0) {
        event->crash[0] = '\0';
    }
}

/* Duration and end: the kernel's word before the recorder's. */
static void finish(const struct tel_table *table, unsigned i, uint64_t word,
                   const struct table_slot *slot, struct tel_event *event)
{
    const struct watch *watch = &table->watches[i];
    int64_t ms = (watch->noticed_ns - slot->start_ns) / 1000000;
    enum tel_raw_end end = TEL_RAW_LOST;
    int code = word_code(word);

    if (word_end(word) != END_NONE) {
        ms = (int64_t)word_ms(word);
    }
    if (watch->told && WIFSIGNALED(watch->wait_status)) {
        end = TEL_RAW_SIGNAL;
        code = WTERMSIG(watch->wait_status);
    } else if (watch->told && WIFEXITED(watch->wait_status)) {
        end = TEL_RAW_EXIT;
        code = WEXITSTATUS(watch->wait_status);
    } else if (word_end(word) == END_EXIT) {
        end = TEL_RAW_EXIT;
    } else if (word_end(word) == END_SIGNAL) {
        end = TEL_RAW_SIGNAL;
    }
    tel_event_finish(event, &slot->coarse, ms < 0 ? 0 : (uint64_t)ms, end,
                     code);
    add_crash(slot, word, event);
}

/* Reads a slot that any process of the user may have scribbled on. */
static int read_slot(const struct tel_table *table, unsigned i, uint64_t word,
                     struct tel_finished *ret_finished)
{
    struct table_slot slot = table->slots[i];
    struct tel_finished finished = {.slot = i, .word = word, .key = slot.key};
    size_t len = strnlen(slot.name, sizeof(slot.name));

    if (slot.claim != (word & WORD_CLAIM_MASK) || len >= sizeof(slot.name) ||
        !tel_name_valid(slot.name, len) || slot.coarse.ms > TEL_MS_OFF ||
        slot.coarse.exit > TEL_EXIT_OFF ||
        tel_event_from_query(slot.query,
                             strnlen(slot.query, sizeof(slot.query)),
                             &finished.event, NULL) < 0) {
        return -EBADMSG;
    }
    memcpy(finished.name, slot.name, sizeof(finished.name));
    finish(table, i, word, &slot, &finished.event);
    *ret_finished = finished;
    return 0;
}

size_t tel_table_finished(struct tel_table *table, struct tel_finished *list,
                          size_t max)
{
    size_t n = 0;

    for (unsigned i = 0; i < TABLE_SLOTS && n < max; i++) {
        const struct watch *watch = &table->watches[i];
        uint64_t word = word_load(&table->head->words[i]);

        if ((word_state(word) != SLOT_RUNNING &&
             word_state(word) != SLOT_ENDED) ||
            !watch->gone || watch->claim != (word & WORD_CLAIM_MASK) ||
            is_pending(table, i, word)) {
            continue;
        }
        if (read_slot(table, i, word, &list[n]) == 0) {
            n++;
        } else {
            (void)wipe(table, i, word);
        }
    }
    return n;
}

void tel_table_mark(struct tel_table *table,
                    const struct tel_finished *finished, uint64_t key)
{
    __atomic_store_n(&table->slots[finished->slot].key, key, __ATOMIC_RELEASE);
}

void tel_table_free(struct tel_table *table,
                    const struct tel_finished *finished)
{
    uint64_t word;

    do {
        word = word_load(&table->head->words[finished->slot]);
        if ((word & WORD_CLAIM_MASK) != (finished->word & WORD_CLAIM_MASK)) {
            return;
        }
    } while (!wipe(table, finished->slot, word));
    forget(&table->watches[finished->slot]);
}

uint64_t tel_table_dropped(const struct tel_table *table, const char *name)
{
    uint32_t hash = name != NULL ? hash_name(name) : 0;
    uint64_t dropped = 0;

    for (unsigned i = 0; i < TABLE_DROPS; i++) {
        const struct table_drop *drop = &table->head->drops[i];

        if (name == NULL || drop->name == hash) {
            dropped += drop->count;
        }
    }
    return dropped;
}
