/* SPDX-License-Identifier: MIT */
/* store: transactions, two generations of keys, and databases of others: the
 * same on each kind of store. */
#include "postgres.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "store/store.h"

struct fixture {
    struct scratch *scratch;
    const char *path;
    struct tel_store *store;
};

static const struct tel_sum once = {
    .cell = {"git", "2.39.5", "commit", "runs", ""}, .n = 1};
static const struct tel_store_key key = {"0123456789abcdef"};
static const struct tel_store_key other_key = {"fedcba9876543210"};

/* Of all tests on PostgreSQL; NULL where it can't run. */
static struct postgres *postgres;

static int open_store(void **state, const char *path)
{
    static struct fixture fixture;
    struct tel_err err = {""};

    fixture.scratch = scratch_new();
    fixture.path =
        path != NULL ? path : scratch_path(fixture.scratch, "totals.db");
    fixture.store = NULL;
    if (tel_store_open(fixture.path, &fixture.store, &err) < 0)
        fail_msg("%s", err.text);
    *state = &fixture;
    return 0;
}

static int setup_sqlite(void **state)
{
    return open_store(state, NULL);
}

static int setup_postgres(void **state)
{
    return open_store(state, postgres_schema(postgres));
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    tel_store_close(fixture->store);
    scratch_free(fixture->scratch);
    return 0;
}

static int add_up(void *context, int64_t day, const struct tel_cell *found,
                  uint64_t n)
{
    assert_int_equal(day, -1);
    assert_string_equal(found->tool, "git");
    *(uint64_t *)context += n;
    return 0;
}

static uint64_t sum(const struct fixture *fixture, const char *tool)
{
    struct tel_store *reader = NULL;
    const struct tel_store_range range = {.tool = tool};
    uint64_t total = 0;

    assert_int_equal(tel_store_open_reader(fixture->path, &reader, NULL), 0);
    assert_int_equal(tel_store_each_total(reader, &range, add_up, &total), 0);
    tel_store_close(reader);
    return total;
}

static void add(struct tel_store *store, int64_t day)
{
    assert_int_equal(tel_store_begin(store, day), 0);
    assert_int_equal(tel_store_add(store, &once, 1), 0);
    assert_int_equal(tel_store_commit(store), 0);
}

static void remember(struct tel_store *store, int64_t day,
                     const struct tel_store_key *which)
{
    bool fresh = false;

    assert_int_equal(tel_store_begin(store, day), 0);
    assert_int_equal(tel_store_claim(store, which, 1, &fresh), 0);
    assert_true(fresh);
    assert_int_equal(tel_store_commit(store), 0);
}

/* Asks, and leaves no trace of the question but the day's. */
static bool seen(struct tel_store *store, int64_t day,
                 const struct tel_store_key *which)
{
    bool fresh = true;

    assert_int_equal(tel_store_begin(store, day), 0);
    assert_int_equal(tel_store_claim(store, which, 1, &fresh), 0);
    if (fresh)
        assert_int_equal(tel_store_release(store, which, 1), 0);
    assert_int_equal(tel_store_commit(store), 0);
    return !fresh;
}

static void test_store_commit_is_seen_by_readers(void **state)
{
    const struct fixture *fixture = *state;

    add(fixture->store, 20000);
    add(fixture->store, 20000);
    add(fixture->store, 20001);
    assert_int_equal(sum(fixture, "git"), 3);
    assert_int_equal(sum(fixture, NULL), 3);
    assert_int_equal(sum(fixture, "gi"), 0);
}

static void test_store_rollback_keeps_nothing(void **state)
{
    const struct fixture *fixture = *state;
    bool fresh = false;

    assert_int_equal(tel_store_begin(fixture->store, 20000), 0);
    assert_int_equal(tel_store_add(fixture->store, &once, 1), 0);
    assert_int_equal(tel_store_claim(fixture->store, &key, 1, &fresh), 0);
    assert_true(fresh);
    tel_store_rollback(fixture->store);
    assert_int_equal(sum(fixture, "git"), 0);
    assert_false(seen(fixture->store, 20000, &key));
    add(fixture->store, 20000);
    assert_int_equal(sum(fixture, "git"), 1);
}

static uint64_t runs_on(const struct fixture *fixture, int64_t day)
{
    const struct tel_store_range range = {.first = day, .last = day};
    struct tel_store *reader = NULL;
    uint64_t total = 0;

    assert_int_equal(tel_store_open_reader(fixture->path, &reader, NULL), 0);
    assert_int_equal(tel_store_each_total(reader, &range, add_up, &total), 0);
    tel_store_close(reader);
    return total;
}

/* As an import of a file from the past does, between those of today. */
static void test_store_totals_of_another_day_leave_keys_alone(void **state)
{
    const struct fixture *fixture = *state;
    struct tel_store_memo memo = {0};
    struct tel_sum sum = once;

    sum.memo = &memo;
    remember(fixture->store, 20000, &key);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(tel_store_begin(fixture->store, 20000), 0);
        tel_store_date(fixture->store, 19000 + i / 2);
        assert_int_equal(tel_store_add(fixture->store, &sum, 1), 0);
        assert_int_equal(tel_store_refuse(fixture->store, "form", 1), 0);
        assert_int_equal(tel_store_commit(fixture->store), 0);
        assert_int_equal(tel_store_begin(fixture->store, 20000), 0);
        assert_int_equal(tel_store_add(fixture->store, &sum, 1), 0);
        assert_int_equal(tel_store_commit(fixture->store), 0);
    }
    assert_int_equal(runs_on(fixture, 19000), 2);
    assert_int_equal(runs_on(fixture, 19001), 1);
    assert_int_equal(runs_on(fixture, 20000), 3);
    assert_true(seen(fixture->store, 20000, &key));
    assert_true(seen(fixture->store, 20000 + TEL_KEY_WINDOW_DAYS, &key));
}

static void test_store_key_is_known_within_its_transaction(void **state)
{
    const struct fixture *fixture = *state;
    const struct tel_store_key keys[] = {key, other_key, key};
    bool fresh[3] = {false, false, true};

    assert_int_equal(tel_store_begin(fixture->store, 20000), 0);
    assert_int_equal(tel_store_claim(fixture->store, keys, 3, fresh), 0);
    assert_true(fresh[0]);
    assert_true(fresh[1]);
    assert_false(fresh[2]);
    assert_int_equal(tel_store_release(fixture->store, &other_key, 1), 0);
    assert_int_equal(tel_store_commit(fixture->store), 0);
    assert_true(seen(fixture->store, 20000, &key));
    assert_false(seen(fixture->store, 20000, &other_key));
}

/* Wherever in its generation a key comes, it lives through the window. */
static void test_store_key_is_remembered_through_the_window(void **state)
{
    struct fixture *fixture = *state;
    struct tel_store *store = fixture->store;

    remember(store, 20000, &other_key);
    for (int64_t came = 0; came <= TEL_KEY_WINDOW_DAYS; came++) {
        struct tel_store_key late = {{(uint8_t)came, 1}};

        remember(store, 20000 + came, &late);
    }
    for (int64_t came = 0; came <= TEL_KEY_WINDOW_DAYS; came++) {
        struct tel_store_key late = {{(uint8_t)came, 1}};

        assert_true(seen(store, 20000 + came + TEL_KEY_WINDOW_DAYS, &late));
    }
}

static void test_store_key_is_forgotten_after_two_generations(void **state)
{
    const struct fixture *fixture = *state;
    const int64_t generation = TEL_KEY_WINDOW_DAYS + 1;

    remember(fixture->store, 20000, &key);
    assert_true(seen(fixture->store, 20000 + generation, &key));
    assert_false(seen(fixture->store, 20000 + 2 * generation, &key));
}

static void test_store_clock_that_jumps_forgets_one_step_only(void **state)
{
    const struct fixture *fixture = *state;

    remember(fixture->store, 20000, &key);
    assert_true(seen(fixture->store, 29000, &key));
    /* Put right again: the generation begins anew, with its keys. */
    assert_true(seen(fixture->store, 20001, &key));
    assert_true(seen(fixture->store, 20001 + TEL_KEY_WINDOW_DAYS, &key));
    /* And it ends in its time, not when the jumped clock would have had it. */
    remember(fixture->store, 20001, &other_key);
    assert_true(seen(fixture->store, 20002 + TEL_KEY_WINDOW_DAYS, &other_key));
    assert_false(
        seen(fixture->store, 20003 + 2 * TEL_KEY_WINDOW_DAYS, &other_key));
}

struct bounded {
    unsigned cells;
    uint64_t counted;
    uint64_t others;
};

static int take_cell(void *context, int64_t day, const struct tel_cell *found,
                     uint64_t n)
{
    struct bounded *bounded = context;

    (void)day;
    bounded->cells++;
    bounded->counted += n;
    if (strcmp(found->value, TEL_STORE_OTHER) == 0)
        bounded->others += n;
    return 0;
}

static struct bounded bounded_of(const struct fixture *fixture)
{
    struct bounded bounded = {0};
    const struct tel_store_range range = {.tool = "git", .by_version = true};
    struct tel_store *reader = NULL;

    assert_int_equal(tel_store_open_reader(fixture->path, &reader, NULL), 0);
    assert_int_equal(tel_store_each_total(reader, &range, take_cell, &bounded),
                     0);
    tel_store_close(reader);
    return bounded;
}

static void add_many(struct tel_store *store, int64_t day, const char *version,
                     unsigned first, unsigned count)
{
    char value[16];
    const struct tel_sum crash = {
        .cell = {"git", version, "", "crash", value}, .n = 1, .bound = 10};

    assert_int_equal(tel_store_begin(store, day), 0);
    for (unsigned i = first; i < first + count; i++) {
        (void)snprintf(value, sizeof(value), "%u", i);
        assert_int_equal(tel_store_add(store, &crash, 1), 0);
    }
    assert_int_equal(tel_store_commit(store), 0);
}

/* Anybody may send values: the number of them has a bound, their sum has
 * none. Each day and version has its own. */
static void test_store_bounded_values_end_as_other(void **state)
{
    struct fixture *fixture = *state;
    struct bounded bounded;

    add_many(fixture->store, 20000, "1", 0, 10);
    bounded = bounded_of(fixture);
    assert_int_equal(bounded.cells, 10);
    assert_int_equal(bounded.others, 0);
    /* One that is there still counts as itself. */
    add_many(fixture->store, 20000, "1", 5, 100);
    bounded = bounded_of(fixture);
    assert_int_equal(bounded.cells, 11);
    assert_int_equal(bounded.counted, 110);
    assert_int_equal(bounded.others, 95);
    add_many(fixture->store, 20000, "2", 0, 10);
    add_many(fixture->store, 20001, "1", 1000, 10);
    bounded = bounded_of(fixture);
    assert_int_equal(bounded.counted, 130);
    assert_int_equal(bounded.others, 95);
}

static void test_store_reopened_remembers(void **state)
{
    struct fixture *fixture = *state;

    add(fixture->store, 20000);
    remember(fixture->store, 20000, &key);
    tel_store_close(fixture->store);
    fixture->store = NULL;
    assert_int_equal(tel_store_open(fixture->path, &fixture->store, NULL), 0);
    assert_true(seen(fixture->store, 20000, &key));
    assert_int_equal(sum(fixture, "git"), 1);
}

static void test_store_reader_leaves_no_files(void **state)
{
    struct fixture *fixture = *state;

    add(fixture->store, 20000);
    tel_store_close(fixture->store);
    fixture->store = NULL;
    assert_int_equal(sum(fixture, "git"), 1);
    assert_null(
        file_read(scratch_path(fixture->scratch, "totals.db-wal"), NULL));
    assert_null(
        file_read(scratch_path(fixture->scratch, "totals.db-shm"), NULL));
}

static void test_store_of_others_is_left_alone(void **state)
{
    const struct fixture *fixture = *state;
    const char *path = scratch_path(fixture->scratch, "other.db");
    struct tel_store *store = NULL;
    struct tel_err err = {""};
    sqlite3 *db = NULL;
    size_t before_len = 0;
    size_t after_len = 0;
    char *before = NULL;
    char *after = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "CREATE TABLE notes(text)", NULL, NULL, NULL),
        SQLITE_OK);
    (void)sqlite3_close(db);
    before = file_read(path, &before_len);
    assert_int_equal(tel_store_open(path, &store, &err), -EBADMSG);
    assert_non_null(strstr(err.text, "not a database of tel-collect"));
    assert_int_equal(tel_store_open_reader(path, &store, &err), -EBADMSG);
    assert_null(store);
    after = file_read(path, &after_len);
    assert_int_equal(before_len, after_len);
    assert_memory_equal(before, after, before_len);
    free(before);
    free(after);
}

static void test_store_that_is_no_database_is_refused(void **state)
{
    const struct fixture *fixture = *state;
    const char *path = scratch_path(fixture->scratch, "notes.txt");
    struct tel_store *store = NULL;
    struct tel_err err = {""};

    scratch_write(fixture->scratch, "notes.txt",
                  "This is a text of more than sixteen bytes.\n");
    assert_true(tel_store_open(path, &store, &err) < 0);
    assert_non_null(strstr(err.text, "notes.txt: "));
    assert_true(tel_store_open_reader(path, &store, &err) < 0);
    assert_int_equal(tel_store_open(":memory:", &store, &err), -EINVAL);
    assert_int_equal(tel_store_open("", &store, &err), -EINVAL);
    assert_null(store);
}

static void test_store_missing_is_not_made_by_a_reader(void **state)
{
    const struct fixture *fixture = *state;
    const char *path = scratch_path(fixture->scratch, "none.db");
    struct tel_store *store = NULL;
    struct tel_err err = {""};

    assert_int_equal(tel_store_open_reader(path, &store, &err), -ENOENT);
    assert_null(file_read(path, NULL));
}

static int end_postgres(void **state)
{
    (void)state;
    postgres_free(postgres);
    postgres = NULL;
    return 0;
}

static void test_store_postgres_is_here(void **state)
{
    (void)state;
    skip_unless(false, "the same tests on PostgreSQL, which is not here");
}

#define SQLITE(name) \
    cmocka_unit_test_setup_teardown(name, setup_sqlite, teardown)
#define POSTGRES(name) \
    cmocka_unit_test_setup_teardown(name, setup_postgres, teardown)

/* What every kind of store does. */
#define SAME(TEST)                                               \
    TEST(test_store_commit_is_seen_by_readers),                  \
        TEST(test_store_rollback_keeps_nothing),                 \
        TEST(test_store_totals_of_another_day_leave_keys_alone), \
        TEST(test_store_key_is_known_within_its_transaction),    \
        TEST(test_store_key_is_remembered_through_the_window),   \
        TEST(test_store_key_is_forgotten_after_two_generations), \
        TEST(test_store_clock_that_jumps_forgets_one_step_only), \
        TEST(test_store_bounded_values_end_as_other),            \
        TEST(test_store_reopened_remembers)

static int run_on_postgres(void)
{
    const struct CMUnitTest tests[] = {SAME(POSTGRES)};
    const struct CMUnitTest none[] = {
        cmocka_unit_test(test_store_postgres_is_here)};

    postgres = postgres_new();
    if (postgres == NULL)
        return cmocka_run_group_tests_name("store on PostgreSQL", none, NULL,
                                           NULL);
    return cmocka_run_group_tests_name("store on PostgreSQL", tests, NULL,
                                       end_postgres);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SAME(SQLITE),
        SQLITE(test_store_reader_leaves_no_files),
        SQLITE(test_store_of_others_is_left_alone),
        SQLITE(test_store_that_is_no_database_is_refused),
        SQLITE(test_store_missing_is_not_made_by_a_reader),
    };
    int failed =
        cmocka_run_group_tests_name("store on SQLite", tests, NULL, NULL);

    return failed + run_on_postgres();
}
