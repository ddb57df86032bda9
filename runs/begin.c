/* SPDX-License-Identifier: MIT */
/* A run's begin and end: find the policy, decide, match, claim; then store. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "table.h"

/* 40 KiB that only a configured program touches, and of that a few pages. */
static struct tel_policy policy __attribute__((aligned(4096)));

_Static_assert(offsetof(struct tel_policy, verbs) <= 4096, "one page");

/* A table that is open, and its first page mapped. */
struct place {
    int fd;
    struct table_head *head;
};

/* place->head stays NULL where it is no table. */
static void map_head(struct place *place)
{
    struct table_head *head = mmap(NULL, TABLE_HEAD, PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_POPULATE, place->fd, 0);

    if (head == MAP_FAILED) {
        return;
    }
    if (!head_valid(head)) {
        (void)munmap(head, TABLE_HEAD);
        return;
    }
    place->head = head;
}

static void leave(struct place *place)
{
    if (place->head != NULL) {
        (void)munmap(place->head, TABLE_HEAD);
    }
    if (place->fd >= 0) {
        (void)close(place->fd);
    }
}

/* The table, made where there is none; the second place where the first is
 * not one that may be used. Without one, place->head stays NULL. */
static void enter(const struct tel_env *env, struct place *place)
{
    char dir[TEL_PATH_MAX];
    int r;

    for (size_t i = 0; place->fd < 0 && i < 2; i++) {
        if (tel_table_dir(env, i, dir, sizeof(dir)) < 0) {
            continue;
        }
        r = table_open(dir, env->euid, O_RDWR);
        if (r == -ENOENT) {
            r = table_make(dir, env->euid);
            if (r == 0) {
                r = table_open(dir, env->euid, O_RDWR);
            }
        }
        place->fd = r >= 0 ? r : -1;
    }
    if (place->fd >= 0) {
        map_head(place);
    }
}

static void arm(struct tel_run *run, struct table_head *head, unsigned slot,
                const struct table_slot *body)
{
    run->word = &head->words[slot];
    run->claim = body->claim;
    run->start_ns = body->start_ns;
    run->crashes = body->crashes == 1;
    run->clock = (int)head->clock;
}

/* The run of this pid in the table goes on in this program. */
static bool resume(struct place *place, pid_t pid, struct tel_run *ret_run)
{
    struct table_slot body;
    struct process self;
    int slot;

    /* The same test as for every pid: was it this process that claimed? */
    if (process_read(pid, &self) < 0) {
        return false;
    }
    slot = slot_of(place->fd, place->head->words, pid, process_device(pid),
                   self.start_ns, &body);
    if (slot < 0) {
        return false;
    }
    arm(ret_run, place->head, (unsigned)slot, &body);
    return true;
}

/*
 * Whether this pid has a run already: "#!/usr/bin/env node", launchers that
 * exec. All that an unconfigured program pays: open, getpid, pread, close.
 */
static enum tel_begin resume_run(const struct tel_env *env,
                                 enum tel_begin otherwise,
                                 struct tel_run *ret_run)
{
    uint64_t bucket[TABLE_BUCKET];
    char dir[TEL_PATH_MAX];
    enum tel_begin result = otherwise;
    struct place place = {.fd = -1};
    unsigned first;
    pid_t pid;
    int i = -1;

    for (size_t n = 0; place.fd < 0 && n < 2; n++) {
        if (tel_table_dir(env, n, dir, sizeof(dir)) < 0) {
            return otherwise;
        }
        place.fd = table_open_any(dir, O_RDONLY);
    }
    if (place.fd < 0) {
        return otherwise;
    }
    pid = getpid();
    first = table_bucket(pid);
    if (pread(place.fd, bucket, sizeof(bucket),
              (off_t)(TABLE_WORDS_AT + first * sizeof(bucket[0]))) ==
        (ssize_t)sizeof(bucket)) {
        i = bucket_find(bucket, pid);
    }
    (void)close(place.fd);
    if (i < 0) {
        return otherwise;
    }
    place.fd = table_open(dir, env->euid, O_RDWR);
    if (place.fd >= 0) {
        map_head(&place);
    }
    if (place.head != NULL && resume(&place, pid, ret_run)) {
        place.head = NULL; /* stays mapped */
        result = TEL_BEGIN_CONTINUED;
    }
    leave(&place);
    return result;
}

static void add_runtime(const struct tel_program *program,
                        struct tel_match *match)
{
    char found[TEL_PATH_MAX];
    const char *interpreter = program->interpreter;

    for (unsigned i = 0; i < policy.nfields; i++) {
        if (policy.fields[i].kind != TEL_FIELD_RUNTIME) {
            continue;
        }
        if (interpreter == NULL && program->look &&
            tel_script_interpreter(program->path, found, sizeof(found)) == 0) {
            interpreter = found;
        }
        if (interpreter != NULL) {
            match->values[i] = tel_match_runtime(&policy, &policy.fields[i],
                                                 name_of(interpreter));
        }
    }
}

static int describe(const struct tel_program *program, struct table_slot *slot)
{
    struct tel_event event;
    struct tel_match match;
    char libc[TEL_LIBC_MAX + 1];
    int r = tel_match(&policy, program->args, program->nargs, &match);

    if (r < 0) {
        return r;
    }
    add_runtime(program, &match);
    r = tel_event_begin(&policy, &match, tel_event_libc(libc, sizeof(libc)),
                        &event);
    if (r == 0) {
        r = tel_event_to_query(&event, slot->query, sizeof(slot->query));
    }
    if (r < 0) {
        return r;
    }
    memcpy(slot->name, policy.name, sizeof(slot->name));
    slot->coarse = policy.coarse;
    slot->crashes = policy.crash;
    slot->watched = program->watched;
    return 0;
}

/* A write beyond RLIMIT_FSIZE would end the host by SIGXFSZ. */
static bool may_write(void)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
           limit.rlim_cur >= TABLE_BYTES;
}

/*
 * Whether the table comes from outside of this container. Then a run that no
 * sender of this /proc will ever judge would keep its slot for ever.
 */
static bool is_others(const struct table_head *head, uint64_t proc_dev)
{
    return head->proc_dev != 0 && head->proc_dev != (uint32_t)proc_dev;
}

static enum tel_begin claim(const struct tel_program *program,
                            const struct tel_env *env, struct place *place,
                            struct tel_run *ret_run)
{
    struct table_slot slot;
    pid_t pid = getpid();
    unsigned first = table_bucket(pid);
    int i;
    int r;

    /* A seccomp filter may answer for the kernel. */
    if (pid <= 0) {
        return TEL_BEGIN_NOT_RECORDED;
    }
    i = bucket_find(&place->head->words[first], pid);
    if (i >= 0 && resume(place, pid, ret_run)) {
        return TEL_BEGIN_CONTINUED;
    }
    memset(&slot, 0, sizeof(slot));
    slot.proc_dev = process_device(pid);
    if (slot.proc_dev == 0 || !may_write() ||
        is_inside(place->fd, place->head, policy.name, pid, slot.proc_dev) ||
        describe(program, &slot) < 0) {
        return TEL_BEGIN_NOT_RECORDED;
    }
    slot.claim_ns = clock_ns(CLOCK_BOOTTIME);
    slot.start_ns = clock_ns((int)place->head->clock);
    i = slot_claim(place->fd, place->head, &slot, pid);
    /* A sender also where the table is full: it is what makes room. */
    r = sender_start(env, place->head, slot.proc_dev, pid);
    if (i < 0) {
        return TEL_BEGIN_NOT_RECORDED;
    }
    arm(ret_run, place->head, (unsigned)i, &slot);
    if (r == -EPERM && is_others(place->head, slot.proc_dev)) {
        tel_run_abandon(ret_run);
        ret_run->word = NULL;
        return TEL_BEGIN_NOT_RECORDED;
    }
    return TEL_BEGIN_RECORDED;
}

static enum tel_begin begin(const struct tel_program *program,
                            struct tel_run *ret_run)
{
    struct place place = {.fd = -1};
    struct tel_verdict verdict;
    enum tel_begin result = TEL_BEGIN_NOT_RECORDED;
    struct tel_env env;
    int r;

    tel_env_read(&env, program->envp, program->secure, program->euid);
    if (tel_decide_early(&env, &verdict)) {
        return TEL_BEGIN_OFF;
    }
    r = tel_policy_find(&env, name_of(program->path), &policy, NULL);
    if (r < 0) {
        return resume_run(&env,
                          r == -ENOENT ? TEL_BEGIN_UNCONFIGURED
                                       : TEL_BEGIN_NOT_RECORDED,
                          ret_run);
    }
    tel_decide(&env, &policy, &verdict);
    if (!verdict.on) {
        return resume_run(
            &env, verdict.untold ? TEL_BEGIN_UNTOLD : TEL_BEGIN_OFF, ret_run);
    }
    enter(&env, &place);
    if (place.head != NULL) {
        result = claim(program, &env, &place, ret_run);
        if (ret_run->word != NULL) {
            place.head = NULL; /* stays mapped */
        }
    }
    leave(&place);
    return result;
}

enum tel_begin tel_run_begin(const struct tel_program *program,
                             struct tel_run *ret_run)
{
    int saved = errno;
    enum tel_begin result;

    memset(ret_run, 0, sizeof(*ret_run));
    result = begin(program, ret_run);
    errno = saved;
    return result;
}

/* Swaps the word while it is still this run's. */
static void store(const struct tel_run *run, enum slot_state state,
                  uint64_t rest)
{
    uint64_t to = run->claim | (uint64_t)state << WORD_STATE_AT | rest;
    uint64_t from;

    do {
        from = word_load(run->word);
        if ((from & WORD_CLAIM_MASK) != run->claim ||
            (word_state(from) != SLOT_RUNNING &&
             word_state(from) != SLOT_ENDED)) {
            return;
        }
    } while (!word_swap(run->word, from, to));
}

static void store_end(const struct tel_run *run, enum slot_state state,
                      enum tel_raw_end end, int code)
{
    uint64_t kind = end == TEL_RAW_EXIT     ? END_EXIT
                    : end == TEL_RAW_SIGNAL ? END_SIGNAL
                                            : END_LOST;
    int64_t ms;

    if (run->word == NULL) {
        return;
    }
    ms = (clock_ns(run->clock) - run->start_ns) / 1000000;
    ms = ms < 0 ? 0 : ms > TEL_MS_TOP ? TEL_MS_TOP : ms;
    store(run, state,
          (uint64_t)ms << WORD_MS_AT | (uint64_t)(code & 0xff) << WORD_CODE_AT |
              kind << WORD_END_AT);
}

void tel_run_note(const struct tel_run *run, enum tel_raw_end end, int code)
{
    store_end(run, SLOT_RUNNING, end, code);
}

void tel_run_end(const struct tel_run *run, enum tel_raw_end end, int code)
{
    store_end(run, SLOT_ENDED, end, code);
}

void tel_run_abandon(const struct tel_run *run)
{
    uint64_t from;

    if (run->word == NULL) {
        return;
    }
    do {
        from = word_load(run->word);
        if ((from & WORD_CLAIM_MASK) != run->claim) {
            return;
        }
    } while (!word_swap(run->word, from, from & WORD_GENERATION_MASK));
}
