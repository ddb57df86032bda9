/* SPDX-License-Identifier: MIT */
/*
 * Pairs of runs that differ in nothing but what is personal leave the same
 * bytes, in the table and in the outbox: so nothing of it is there, be it
 * hashed, shortened or encoded in a way that nobody thought of.
 *
 * The shim and the wrapper are those of the product, linked with another
 * clock. Of a slot two things are left out of the comparison, which say which
 * process it was and not what it did: where the slot is, and its claim (pid
 * and generation; in the word, and at offset 0 of the body). Of a line in the
 * outbox its random key is left out. The rest is compared to the last byte,
 * the padding too.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../runs/table.h"
#include "chosen.h"
#include "shapes.h"

/* About when all claims are made, by the clocks of these tests. */
#define STEADY_NS ((1LL << 30) * 1000000000LL)

#define BATCH 100
#define AT_ONCE 3

/* What a run has left in the table. */
struct taken {
    bool recorded;
    uint64_t word;
    struct table_slot body;
};

/* The runs of one side of some pairs. */
struct side {
    struct taken taken[BATCH];
    pid_t pids[BATCH];
    size_t started;
    size_t kept; /* of them, how many were taken from the table */
    char *lines[BATCH];
    size_t nlines;
};

struct course {
    struct nest *nest;
    struct tel_table *table;
    struct table_head *head; /* the same table's */
    const struct table_slot *slots;
    int said;
    uint64_t next; /* number of the next shape */
    uint64_t shapes[BATCH];
    struct side sides[2];
    unsigned pairs;
    unsigned watched; /* of them: in place, with a watcher */
    unsigned ignored;
    unsigned slots_differ;
    unsigned lines_differ;
};

static struct chosen chosen;

/* Keeps runs from starting a sender, by whatever clock they look at it. */
static void hold_lease(struct course *course)
{
    assert_int_equal(tel_lease_take(course->table), 0);
    for (unsigned i = 0; i < TABLE_LEASES; i++) {
        if (course->head->leases[i].holder != 0)
            course->head->leases[i].until_ns = UINT64_MAX;
    }
}

static void open_table(struct course *course)
{
    char dir[512];
    char path[600];
    void *map;
    int fd;

    (void)snprintf(dir, sizeof(dir), "%s/tel", course->nest->runtime);
    (void)snprintf(path, sizeof(path), "%s/" TEL_TABLE_FILE, dir);
    assert_int_equal(table_make(dir, geteuid()), 0);
    assert_int_equal(tel_table_open(dir, geteuid(), &course->table), 0);
    fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    map = mmap(NULL, TABLE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)close(fd);
    assert_true(map != MAP_FAILED);
    course->head = map;
    course->slots = (const void *)((char *)map + TABLE_HEAD);
    hold_lease(course);
}

static struct course *course_new(const char *shim, const char *wrap)
{
    struct course *course = calloc(1, sizeof(*course));
    const struct nest_choice choice = {.stem = chosen.stems[0],
                                       .place_stem = chosen.stems[1],
                                       .shim = shim,
                                       .wrap = wrap,
                                       .port = 9}; /* nothing is sent */

    assert_non_null(course);
    course->nest = nest_new(&choice);
    course->next = chosen.seed << 32;
    course->said = open("/dev/null", O_WRONLY | O_CLOEXEC);
    open_table(course);
    return course;
}

static void side_clear(struct side *side)
{
    while (side->nlines > 0)
        free(side->lines[--side->nlines]);
    memset(side, 0, sizeof(*side));
}

static int teardown(void **state)
{
    struct course *course = *state;

    side_clear(&course->sides[0]);
    side_clear(&course->sides[1]);
    (void)munmap(course->head, TABLE_BYTES);
    tel_lease_drop(course->table);
    tel_table_close(course->table);
    nest_free(course->nest);
    (void)close(course->said);
    free(course);
    return 0;
}

/* The slot of a run that is over, but for what tells which process it was. */
static struct taken take(const struct course *course, pid_t pid)
{
    unsigned first = table_bucket(pid);
    int i = bucket_find(&course->head->words[first], pid);
    struct taken taken = {0};

    if (i < 0)
        return taken;
    taken.recorded = true;
    taken.word = word_load(&course->head->words[first + (unsigned)i]);
    taken.body = course->slots[first + (unsigned)i];
    assert_true(taken.body.claim == (taken.word & WORD_CLAIM_MASK));
    taken.word &= ~WORD_CLAIM_MASK;
    taken.body.claim = 0;
    return taken;
}

/* Waits for all that was started, the wrapper's watchers too, which fall to
 * this process; then takes what they have left. */
static void settle(struct course *course, struct side *side)
{
    while (waitpid(-1, NULL, __WALL) > 0)
        continue;
    for (; side->kept < side->started; side->kept++)
        side->taken[side->kept] = take(course, side->pids[side->kept]);
}

/* From the table to the outbox; the moment to send comes in a year. */
static void move(struct course *course, struct side *side)
{
    settle(course, side);
    tel_lease_drop(course->table);
    free(scratch_ok(course->nest->scratch, 0, TEL_SEND, "--once", "--interval",
                    "31536000", NULL));
    hold_lease(course);
    for (unsigned i = 0; i < TABLE_SLOTS; i++)
        assert_int_equal(word_state(course->head->words[i]), SLOT_FREE);
}

static bool is_crowded(const struct course *course)
{
    for (unsigned i = 0; i < TABLE_SLOTS; i += TABLE_BUCKET) {
        unsigned taken = 0;

        for (unsigned j = i; j < i + TABLE_BUCKET; j++)
            taken +=
                word_state(word_load(&course->head->words[j])) != SLOT_FREE;
        if (taken > TABLE_BUCKET / 2)
            return true;
    }
    return false;
}

/* Runs each shape of the batch, filled for this side. */
static void run_side(struct course *course, unsigned which, size_t count)
{
    struct side *side = &course->sides[which];
    unsigned running = 0;

    for (size_t i = 0; i < count; i++) {
        struct shape shape;

        if (running == AT_ONCE) {
            assert_true(waitpid(-1, NULL, __WALL) > 0);
            running--;
        }
        if (is_crowded(course)) {
            move(course, side);
            running = 0;
        }
        shape_draw(course->nest, course->shapes[i],
                   course->shapes[i] * 2 + which, false, &shape);
        side->pids[side->started++] = shape_start(&shape, course->said);
        running++;
    }
    move(course, side);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void read_lines(struct side *side, const char *path)
{
    char *text = file_read(path, NULL);
    char *rest = NULL;

    assert_non_null(text);
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        const char *json = strchr(line, ' ');

        assert_non_null(json);
        assert_int_equal(json - line, TEL_IDEMPOTENCY_LEN);
        assert_true(side->nlines < BATCH);
        side->lines[side->nlines++] = strdup(json + 1);
    }
    free(text);
}

/* Takes the events out of the outbox, without their keys, in order. */
static void take_lines(struct course *course, struct side *side)
{
    const char *folder =
        scratch_path(course->nest->scratch, "state/tel/outbox");
    DIR *dir = opendir(folder);
    struct dirent *entry;

    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        if (strstr(entry->d_name, ".new") != NULL)
            read_lines(side,
                       scratch_path(course->nest->scratch,
                                    "state/tel/outbox/%s", entry->d_name));
    }
    closedir(dir);
    remove_tree(scratch_path(course->nest->scratch, "state/tel"));
    qsort(side->lines, side->nlines, sizeof(side->lines[0]), by_text);
}

static bool is_same(const struct taken *a, const struct taken *b)
{
    return a->recorded == b->recorded && a->word == b->word &&
           memcmp(&a->body, &b->body, sizeof(a->body)) == 0;
}

static void compare(struct course *course, size_t count)
{
    const struct side *a = &course->sides[0];
    const struct side *b = &course->sides[1];
    unsigned recorded = 0;

    for (size_t i = 0; i < count; i++) {
        course->slots_differ += !is_same(&a->taken[i], &b->taken[i]);
        recorded += a->taken[i].recorded;
        course->watched += a->taken[i].body.watched;
        if (a->taken[i].recorded)
            assert_int_equal(a->taken[i].body.claim_ns >> 30, STEADY_NS >> 30);
    }
    assert_int_equal(a->nlines, recorded);
    assert_int_equal(b->nlines, recorded);
    for (size_t i = 0; i < recorded; i++)
        course->lines_differ += strcmp(a->lines[i], b->lines[i]) != 0;
    course->pairs += recorded;
    course->ignored += (unsigned)count - recorded;
}

/* Pairs until at least this many were recorded. */
static void run_pairs(struct course *course, unsigned pairs)
{
    while (course->pairs < pairs) {
        size_t count =
            pairs - course->pairs < BATCH ? pairs - course->pairs : BATCH;

        for (size_t i = 0; i < count; i++)
            course->shapes[i] = course->next++;
        for (unsigned which = 0; which < 2; which++) {
            side_clear(&course->sides[which]);
            run_side(course, which, count);
            take_lines(course, &course->sides[which]);
        }
        compare(course, count);
    }
    assert_int_equal(tel_table_dropped(course->table, NULL), 0);
}

static int setup_steady(void **state)
{
    *state = course_new(STEADY_SHIM, STEADY_WRAP);
    return 0;
}

static int setup_leaky(void **state)
{
    *state = course_new(LEAKY_SHIM, LEAKY_WRAP);
    return 0;
}

static void test_pairs_leave_the_same_bytes(void **state)
{
    struct course *course = *state;

    run_pairs(course, chosen.count);
    print_message("           %u pairs were recorded, %u were not to be\n",
                  course->pairs, course->ignored);
    assert_true(course->watched > 0 || !tel_pidfd_tells());
    assert_int_equal(course->slots_differ, 0);
    assert_int_equal(course->lines_differ, 0);
}

/* One bit, of some pairs, is all that leaks here. */
static void test_pairs_with_a_leak_do_not(void **state)
{
    struct course *course = *state;

    run_pairs(course, 100);
    assert_true(course->slots_differ > 10);
    assert_true(course->slots_differ < 90);
    assert_true(course->lines_differ > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pairs_with_a_leak_do_not,
                                        setup_leaky, teardown),
        cmocka_unit_test_setup_teardown(test_pairs_leave_the_same_bytes,
                                        setup_steady, teardown),
    };

    choose("TEL_CANARY_PAIRS", SANITIZED ? 200 : 5000, &chosen);
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
    return cmocka_run_group_tests_name("canary_pairs", tests, NULL, NULL);
}
