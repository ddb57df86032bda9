/* SPDX-License-Identifier: MIT */
/* Whatever became of the table, or of what a person wrote: no host minds. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harvest.h"
#include "trial.h"

/* What may stand at the place of a file or of a folder. */
enum instead {
    NOTHING_IN_IT,
    CUT_OFF,
    HUGE_FILE,
    FIFO,
    FOLDER,
    LINK_ELSEWHERE,
    LINK_NOWHERE,
    SOMEBODY_ELSES,
    OPEN_TO_ALL,
    ALL_KINDS
};

static const char *const kinds[] = {
    "empty file", "cut-off file",         "huge file",       "FIFO",
    "folder",     "link to another file", "link to nowhere", "somebody else's",
    "open to all"};

static const struct trial waiting = {
    "waits-for-a-file", .naive = "maps-table",
    .because = "maps a table on disk: it is cut off, and the host dies by "
               "SIGBUS when it ends"};

static int setup(void **state)
{
    struct recorded *r = recorded_new();

    recorded_tool(r, "says-hello", "[command]\nverbs = none\n");
    recorded_tool(r, "ends-as-told", "[command]\nverbs = none\n");
    recorded_tool(r, "waits-for-a-file", "[command]\nverbs = none\n");
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    recorded_free(*state);
    return 0;
}

/* Context: child. No sender shall come of it, even where no lease is left. */
static void become_host(struct recorded *r, int output)
{
    char *argv[] = {(char *)(uintptr_t)host_path("ends-as-told"), NULL};

    if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0 || dup2(output, 1) < 0 ||
        dup2(output, 2) < 0) {
        _exit(1);
    }
    execve(argv[0], argv, r->scratch->vars);
    _exit(127);
}

/* A slot of this process, of which one byte is wrong. */
static void claim_wrongly(struct recorded *r, size_t at)
{
    struct table_slot slot = {.name = "ends-as-told"};
    int i;

    slot.proc_dev = r->table->proc_dev;
    slot.claim_ns = clock_ns(CLOCK_BOOTTIME);
    slot.start_ns = clock_ns((int)r->table->head->clock);
    (void)snprintf(slot.query, sizeof(slot.query),
                   "t=t&e=run&v=1&tv=devel&os=linux&libc=musl");
    i = slot_claim(r->table->fd, r->table->head, &slot, getpid());
    if (i < 0) {
        _exit(2);
    }
    ((unsigned char *)&r->table->slots[i])[at] ^= 0xff;
}

/* How the host ends, where the byte at this offset (of its own slot: beyond
 * the head) is wrong when it starts. */
static int status_with_wrong(struct recorded *r, size_t at, int output)
{
    unsigned char *bytes = (unsigned char *)r->table->head;
    bool in_head = at < TABLE_HEAD;
    int status = -1;
    pid_t pid = fork();

    if (pid == 0) {
        if (in_head) {
            bytes[at] ^= 0xff;
        } else {
            claim_wrongly(r, at - TABLE_HEAD);
        }
        become_host(r, output);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void test_table_every_wrong_byte_is_survived(void **state)
{
    static unsigned char good[TABLE_HEAD];
    struct recorded *r = *state;
    unsigned recorded = 0;
    struct stat st;
    int output = open(scratch_path(r->scratch, "output"),
                      O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    assert_true(output >= 0);
    scratch_set(r->scratch, "LD_PRELOAD", TEL_STAGE_SHIM);
    memcpy(good, r->table->head, sizeof(good));
    for (size_t at = 0; at < TABLE_HEAD + sizeof(struct table_slot); at++) {
        int status = status_with_wrong(r, at, output);

        if (status != 7 << 8) {
            fail_msg("byte %zu: wait status %x", at, (unsigned)status);
        }
        recorded += memcmp(good + TABLE_WORDS_AT,
                           (char *)r->table->head + TABLE_WORDS_AT,
                           sizeof(good) - TABLE_WORDS_AT) != 0;
        memcpy(r->table->head, good, sizeof(good));
    }
    assert_int_equal(fstat(output, &st), 0);
    assert_int_equal(st.st_size, 0);
    /* The shim did look: most of these hosts were recorded all the same. */
    assert_true(recorded > TABLE_HEAD / 2);
    close(output);
}

/* What the naive one believes is in the same four bytes. */
static void test_table_naive_dies_of_a_wrong_byte(void **state)
{
    static const struct trial trusting = {"ends-as-told"};
    struct recorded *r = *state;
    const char *path = scratch_path(r->scratch, "naive.table");
    struct result result;

    scratch_set(r->scratch, "NAIVE_TABLE", path);
    for (size_t at = 8; at < 12; at++) {
        unsigned char bytes[TABLE_HEAD];
        int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

        memcpy(bytes, r->table->head, sizeof(bytes));
        assert_int_equal(write(fd, bytes, sizeof(bytes)), sizeof(bytes));
        result = trial_run(r, &trusting, naive_object, "trusts-table");
        assert_int_equal(result.status, 7);
        result_clear(&result);
        bytes[at] ^= 0xff;
        assert_int_equal(pwrite(fd, bytes, sizeof(bytes), 0), sizeof(bytes));
        close(fd);
        result = trial_run(r, &trusting, naive_object, "trusts-table");
        if (at > 8) { /* 63 slots too far is still the same page */
            assert_int_equal(result.status, -SIGSEGV);
        }
        result_clear(&result);
    }
}

static void make_file(const char *path, off_t size, mode_t mode)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, size), 0);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

/* Puts something else at path; what was there is kept beside it. */
static void put(enum instead kind, const char *path)
{
    char kept[256];
    struct stat st;

    (void)snprintf(kept, sizeof(kept), "%s.kept", path);
    assert_int_equal(stat(path, &st), 0);
    if (kind == SOMEBODY_ELSES) {
        assert_int_equal(chown(path, 4242, 4242), 0);
        return;
    }
    if (kind == OPEN_TO_ALL) {
        assert_int_equal(chmod(path, 0777), 0);
        return;
    }
    assert_int_equal(rename(path, kept), 0);
    switch (kind) {
    case NOTHING_IN_IT:
        make_file(path, 0, 0600);
        break;
    case CUT_OFF:
        make_file(path, 1000, 0600);
        break;
    case HUGE_FILE:
        make_file(path, 4 << 20, 0600);
        break;
    case FIFO:
        assert_int_equal(mkfifo(path, 0600), 0);
        break;
    case FOLDER:
        assert_int_equal(mkdir(path, 0700), 0);
        break;
    case LINK_ELSEWHERE:
        assert_int_equal(symlink(kept, path), 0);
        break;
    default:
        assert_int_equal(symlink("/nowhere/at/all", path), 0);
        break;
    }
}

/* Puts back what was there. */
static void put_back(enum instead kind, const char *path, mode_t mode)
{
    char kept[256];

    (void)snprintf(kept, sizeof(kept), "%s.kept", path);
    if (kind == SOMEBODY_ELSES || kind == OPEN_TO_ALL) {
        assert_int_equal(chown(path, geteuid(), getegid()), 0);
        assert_int_equal(chmod(path, mode), 0);
        return;
    }
    remove_tree(path);
    assert_int_equal(rename(kept, path), 0);
}

/* The byte where a naive object stores; -1 where no file is there. */
static int byte_at_store(const char *path)
{
    unsigned char byte = 0;
    struct stat st;
    int fd;

    if (stat(path, &st) < 0 || !S_ISREG(st.st_mode)) {
        return -1;
    }
    fd = open(path, O_RDONLY | O_CLOEXEC);
    (void)!pread(fd, &byte, 1, TABLE_WORDS_AT);
    close(fd);
    return byte;
}

/* A sum over all of a file, or what stands for none. */
static uint64_t sum_of(const char *path)
{
    uint64_t sum = 14695981039346656037ULL;
    struct stat st;
    size_t len = 0;
    char *bytes;

    if (stat(path, &st) < 0 || !S_ISREG(st.st_mode)) {
        return 0;
    }
    bytes = file_read(path, &len);
    for (size_t i = 0; bytes != NULL && i < len && i < TABLE_BYTES; i++) {
        sum = (sum ^ (unsigned char)bytes[i]) * 1099511628211ULL;
    }
    free(bytes);
    return sum;
}

static void restore_byte(const char *path, int byte)
{
    unsigned char old = (unsigned char)byte;
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    assert_int_equal(pwrite(fd, &old, 1, TABLE_WORDS_AT), 1);
    close(fd);
}

/*
 * Alone, so that no sender comes; and where another place for a table is
 * tried, it is one of its own.
 */
#define ELSEWHERE                                 \
    "unshare -m /bin/sh -c 'mkdir -p " TEL_SHMDIR \
    " && mount -t tmpfs -o mode=1777 none " TEL_SHMDIR " && exec \"$@\"' sh"

static const struct trial elsewhere = {
    "says-hello", .naive = "maps-table", .under = "alone", .via = ELSEWHERE,
    .because = "opens what is there, and writes into it or dies of it"};
static const struct trial without_policy = {"says-hello-too", .under = "alone",
                                            .via = ELSEWHERE};

static void check_bare(struct result result, const char *what)
{
    if (result.status != 7 || strcmp(result.out, "hello\n") != 0 ||
        result.err_len != 0) {
        fail_msg("%s: status %d, stdout %.200s, stderr %.200s", what,
                 result.status, result.out, result.err);
    }
    result_clear(&result);
}

static bool is_well(struct recorded *r, const char *object, const char *naive)
{
    struct result result = trial_run(r, &elsewhere, object, naive);
    bool well = result.status == 7;

    result_clear(&result);
    return well;
}

/* The host with each kind of thing at path. file: what the naive one opens,
 * path itself or a file in it. */
static void check_each(struct recorded *r, const char *path, const char *file)
{
    char what[512];
    struct stat st;
    int good = byte_at_store(file);

    scratch_set(r->scratch, "NAIVE_TABLE", file);
    assert_int_equal(stat(path, &st), 0);
    for (enum instead kind = NOTHING_IN_IT; kind < ALL_KINDS; kind++) {
        uint64_t sum;
        int byte;

        (void)snprintf(what, sizeof(what), "%s: %s", path, kinds[kind]);
        put(kind, path);
        check_bare(trial_run(r, &elsewhere, naive_object, NULL), what);
        sum = sum_of(file);
        check_bare(trial_run(r, &elsewhere, TEL_STAGE_SHIM, NULL), what);
        check_bare(trial_run(r, &without_policy, TEL_STAGE_SHIM, NULL), what);
        if (sum != 0 && sum_of(file) != sum) {
            fail_msg("%s: the shim wrote into it", what);
        }
        byte = byte_at_store(file);
        if (kind == FOLDER && path != file && byte >= 0) {
            put_back(kind, path, st.st_mode & 07777);
            continue; /* the shim has made what the naive one opens */
        }
        if (is_well(r, naive_object, "maps-table") &&
            byte_at_store(file) == byte) {
            fail_msg("%s: a naive object does no harm there", what);
        }
        put_back(kind, path, st.st_mode & 07777);
        restore_byte(file, good);
    }
}

static void require_root(void)
{
    skip_unless(is_root() && can_unshare(),
                "only root can give files away and hide the other place");
}

static void test_table_replaced_or_opened_is_left_alone(void **state)
{
    struct recorded *r = *state;
    char dir[192];
    char file[208];

    require_root();
    (void)snprintf(dir, sizeof(dir), "%s/tel", r->scratch->runtime);
    (void)snprintf(file, sizeof(file), "%s/" TEL_TABLE_FILE, dir);
    check_each(r, file, file);
    check_each(r, dir, file);
}

/* Comments until it reaches the place where a naive object stores. */
static void lengthen(const char *path)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

    assert_true(fd >= 0);
    for (int i = 0; i < 40; i++) {
        (void)dprintf(fd, "# a comment of a person or a packager\n");
    }
    close(fd);
}

static void
test_table_policy_and_word_replaced_or_opened_are_left_alone(void **state)
{
    struct recorded *r = *state;
    char folder[192];
    char word[224];
    char policy[256];

    require_root();
    (void)snprintf(folder, sizeof(folder), "%s/config/tel", r->scratch->root);
    (void)snprintf(word, sizeof(word), "%s/consent", folder);
    (void)snprintf(policy, sizeof(policy), "%s/tools.d/says-hello.conf",
                   folder);
    lengthen(word);
    lengthen(policy);
    check_each(r, word, word);
    check_each(r, policy, policy);
    check_each(r, folder, word);
}

static void test_table_full_of_live_runs_drops_one_and_counts(void **state)
{
    struct recorded *r = *state;
    uint64_t busy = (uint64_t)getpid() | (uint64_t)SLOT_RUNNING
                                             << WORD_STATE_AT;

    for (unsigned i = 0; i < TABLE_SLOTS; i++) {
        r->table->head->words[i] = busy;
    }
    scratch_set(r->scratch, "LD_PRELOAD", TEL_STAGE_SHIM);
    check_bare(scratch_run(r->scratch, host_path("says-hello"), NULL), "full");
    assert_int_equal(tel_table_dropped(r->table, "says-hello"), 1);
    assert_int_equal(tel_table_dropped(r->table, NULL), 1);
    for (unsigned i = 0; i < TABLE_SLOTS; i++) {
        assert_int_equal(r->table->head->words[i], busy);
    }
}

static void test_table_read_only_is_left_alone(void **state)
{
    struct recorded *r = *state;
    struct trial nobody = elsewhere;
    char paths[3][256];

    require_root();
    nobody.as_nobody = true;
    (void)snprintf(paths[0], sizeof(paths[0]), "%s/tel/" TEL_TABLE_FILE,
                   r->scratch->runtime);
    (void)snprintf(paths[1], sizeof(paths[1]), "%s/config/tel/consent",
                   r->scratch->root);
    (void)snprintf(paths[2], sizeof(paths[2]),
                   "%s/config/tel/tools.d/says-hello.conf", r->scratch->root);
    for (size_t i = 0; i < COUNT(paths); i++) {
        struct result result;

        assert_int_equal(chmod(paths[i], 0400), 0);
        scratch_set(r->scratch, "NAIVE_TABLE", paths[i]);
        check_bare(trial_run(r, &nobody, NULL, NULL), paths[i]);
        check_bare(trial_run(r, &nobody, TEL_STAGE_SHIM, NULL), paths[i]);
        result = trial_run(r, &nobody, naive_object, "maps-table");
        assert_int_equal(result.status, -SIGSEGV);
        result_clear(&result);
        assert_int_equal(chmod(paths[i], 0600), 0);
    }
}

static pid_t start_waiting(struct recorded *r, const char *object)
{
    char *argv[] = {(char *)(uintptr_t)host_path(waiting.host), NULL};
    pid_t pid;

    (void)unlink(scratch_path(r->scratch, "said"));
    (void)unlink(scratch_path(r->scratch, "home/go"));
    scratch_set(r->scratch, "LD_PRELOAD", object);
    scratch_set(r->scratch, "NAIVE", waiting.naive);
    pid = scratch_start(r->scratch, "said", argv);
    scratch_set(r->scratch, "LD_PRELOAD", NULL);
    trial_until_ready(r);
    return pid;
}

static int end_waiting(struct recorded *r, pid_t pid)
{
    scratch_write(r->scratch, "home/go", "");
    return scratch_stop(r->scratch, pid, 0);
}

/* "tel purge" while a recorded host runs; and all of the memory removed. */
static void test_table_purged_while_mapped_is_only_unlinked(void **state)
{
    struct recorded *r = *state;
    char path[208];
    struct stat before;
    struct stat after;
    pid_t pid = start_waiting(r, TEL_STAGE_SHIM);

    (void)snprintf(path, sizeof(path), "%s/tel/" TEL_TABLE_FILE,
                   r->scratch->runtime);
    assert_int_equal(stat(path, &before), 0);
    free(scratch_ok(r->scratch, 0, TEL, "purge", NULL));
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(fstat(r->table->fd, &after), 0);
    assert_int_equal(after.st_size, before.st_size);
    remove_tree(r->scratch->runtime);
    assert_int_equal(end_waiting(r, pid), 7);
}

static void test_table_naive_dies_of_a_cut_off_one(void **state)
{
    struct recorded *r = *state;
    const char *path = scratch_path(r->scratch, "naive.table");
    pid_t pid;

    make_file(path, TABLE_HEAD, 0600);
    scratch_set(r->scratch, "NAIVE_TABLE", path);
    pid = start_waiting(r, naive_object);
    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(end_waiting(r, pid), -SIGBUS);
}

/* When the next run began, on the clock that the head names. */
static int64_t start_of_run(struct recorded *r)
{
    int64_t start = 0;

    check_bare(scratch_run(r->scratch, host_path("says-hello"), NULL), "clock");
    for (unsigned i = 0; i < TABLE_SLOTS; i++) {
        if (word_state(r->table->head->words[i]) == SLOT_ENDED) {
            start = r->table->slots[i].start_ns;
        }
    }
    (void)recorded_next(r);
    return start;
}

/* The coarse clock stands still between two ticks: where it did so all the
 * while, a run on it began at the very same nanosecond. */
static bool is_on_coarse_clock(void *context)
{
    struct recorded *r = context;
    int64_t before = clock_ns(CLOCK_MONOTONIC_COARSE);
    int64_t start = start_of_run(r);

    return start == before;
}

static void test_table_clock_of_the_head_is_the_one_that_is_read(void **state)
{
    struct recorded *r = *state;

    scratch_set(r->scratch, "LD_PRELOAD", TEL_STAGE_SHIM);
    r->table->head->clock = CLOCK_MONOTONIC;
    for (int i = 0; i < 20; i++) {
        assert_false(is_on_coarse_clock(r));
    }
    r->table->head->clock = CLOCK_MONOTONIC_COARSE;
    until(is_on_coarse_clock, r);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(test_table_##name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_wrong_byte_is_survived),
        TEST(naive_dies_of_a_wrong_byte),
        TEST(replaced_or_opened_is_left_alone),
        TEST(policy_and_word_replaced_or_opened_are_left_alone),
        TEST(read_only_is_left_alone),
        TEST(full_of_live_runs_drops_one_and_counts),
        TEST(purged_while_mapped_is_only_unlinked),
        TEST(naive_dies_of_a_cut_off_one),
        TEST(clock_of_the_head_is_the_one_that_is_read),
    };

    return trials_run("hosts_table", NULL, 0, tests, COUNT(tests));
}
