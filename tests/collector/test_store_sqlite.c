/* SPDX-License-Identifier: MIT */
/* store_sqlite: what is remembered in memory is what stands in the file,
 * whoever else writes to it. */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "store/store.h"

/* The clock's day, and how long a generation lasts. */
#define DAY 20000
#define GENERATION (TEL_KEY_WINDOW_DAYS + 1)

struct fixture {
    struct scratch *scratch;
    const char *path;
    struct tel_store *a; /* two that hold one file */
    struct tel_store *b;
};

static struct tel_store_key key_of(unsigned number)
{
    struct tel_store_key key = {"key"};

    key.bytes[4] = (uint8_t)(number >> 8);
    key.bytes[5] = (uint8_t)number;
    return key;
}

static int setup(void **state)
{
    static struct fixture fixture;

    fixture.scratch = scratch_new();
    fixture.path = scratch_path(fixture.scratch, "totals.db");
    assert_int_equal(tel_store_open(fixture.path, &fixture.a, NULL), 0);
    assert_int_equal(tel_store_open(fixture.path, &fixture.b, NULL), 0);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    tel_store_close(fixture->a);
    tel_store_close(fixture->b);
    scratch_free(fixture->scratch);
    return 0;
}

static int64_t number(const struct fixture *fixture, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    sqlite3 *db = NULL;
    int64_t found;

    assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    found = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    return found;
}

/* Claims keys first to last in an open transaction: how many are fresh. */
static unsigned claim(struct tel_store *store, unsigned first, unsigned last)
{
    unsigned count = 0;

    for (unsigned i = first; i <= last; i++) {
        const struct tel_store_key key = key_of(i);
        bool fresh = false;

        assert_int_equal(tel_store_claim(store, &key, 1, &fresh), 0);
        count += fresh;
    }
    return count;
}

static unsigned claim_group(struct tel_store *store, int64_t day,
                            unsigned first, unsigned last)
{
    unsigned count;

    assert_int_equal(tel_store_begin(store, day), 0);
    count = claim(store, first, last);
    assert_int_equal(tel_store_commit(store), 0);
    return count;
}

static void test_sqlite_two_writers_know_each_other_s_keys(void **state)
{
    const struct fixture *fixture = *state;

    assert_int_equal(claim_group(fixture->a, DAY, 0, 99), 100);
    assert_int_equal(claim_group(fixture->b, DAY, 50, 149), 50);
    assert_int_equal(claim_group(fixture->a, DAY, 100, 199), 50);
    assert_int_equal(claim_group(fixture->b, DAY, 0, 199), 0);
    assert_int_equal(claim_group(fixture->a, DAY, 0, 199), 0);
    /* In the file each stands once. */
    assert_int_equal(number(fixture, "SELECT sum(length(keys)) / 16 FROM seen"),
                     200);
}

static void test_sqlite_rolled_back_keys_are_nobody_s(void **state)
{
    const struct fixture *fixture = *state;

    assert_int_equal(claim_group(fixture->a, DAY, 0, 9), 10);
    assert_int_equal(tel_store_begin(fixture->a, DAY), 0);
    assert_int_equal(claim(fixture->a, 0, 19), 10);
    tel_store_rollback(fixture->a);
    assert_int_equal(claim_group(fixture->b, DAY, 10, 14), 5);
    assert_int_equal(claim_group(fixture->a, DAY, 0, 19), 5);
    assert_int_equal(number(fixture, "SELECT sum(length(keys)) / 16 FROM seen"),
                     20);
    /* Without another's keys, that is without reading them all again. */
    assert_int_equal(tel_store_begin(fixture->a, DAY), 0);
    assert_int_equal(claim(fixture->a, 15, 24), 5);
    tel_store_rollback(fixture->a);
    assert_int_equal(claim_group(fixture->a, DAY, 15, 24), 5);
}

static void test_sqlite_released_keys_are_not_written(void **state)
{
    const struct fixture *fixture = *state;
    const struct tel_store_key keys[] = {key_of(1), key_of(3)};

    assert_int_equal(tel_store_begin(fixture->a, DAY), 0);
    assert_int_equal(claim(fixture->a, 0, 4), 5);
    assert_int_equal(tel_store_release(fixture->a, keys, 2), 0);
    /* Claimed again, it is there, and once. */
    assert_int_equal(claim(fixture->a, 3, 3), 1);
    assert_int_equal(tel_store_commit(fixture->a), 0);
    assert_int_equal(number(fixture, "SELECT sum(length(keys)) / 16 FROM seen"),
                     4);
    assert_int_equal(claim_group(fixture->b, DAY, 0, 4), 1);
}

static void test_sqlite_unfinished_groups_are_forgotten(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(claim_group(fixture->a, DAY, 0, 9), 10);
    assert_int_equal(tel_store_begin(fixture->a, DAY), 0);
    assert_int_equal(claim(fixture->a, 10, 19), 10);
    tel_store_close(fixture->a);
    assert_int_equal(tel_store_open(fixture->path, &fixture->a, NULL), 0);
    assert_int_equal(claim_group(fixture->a, DAY, 0, 19), 10);
}

/* A row holds some dozens; they can be told neither time nor order. */
static void test_sqlite_keys_of_a_group_are_sorted_rows(void **state)
{
    const struct fixture *fixture = *state;

    assert_int_equal(claim_group(fixture->a, DAY, 0, 999), 1000);
    assert_true(number(fixture, "SELECT count(*) FROM seen") <= 1000 / 40);
    assert_int_equal(number(fixture, "SELECT count(*) FROM seen"
                                     " WHERE length(keys) > 1000"),
                     0);
    assert_int_equal(number(fixture, "SELECT count(*) FROM seen"
                                     " WHERE substr(keys, 1, 16) >"
                                     " substr(keys, 17, 16)"),
                     0);
    assert_int_equal(claim_group(fixture->b, DAY, 0, 999), 0);
}

/* The clock is put back after a generation has ended in vain. */
static void test_sqlite_turn_that_is_rolled_back_forgets_nothing(void **state)
{
    const struct fixture *fixture = *state;

    assert_int_equal(claim_group(fixture->a, DAY, 0, 9), 10);
    assert_int_equal(claim_group(fixture->a, DAY + GENERATION, 10, 19), 10);
    assert_int_equal(tel_store_begin(fixture->a, DAY + 2 * GENERATION), 0);
    assert_int_equal(claim(fixture->a, 0, 19), 10);
    tel_store_rollback(fixture->a);
    assert_int_equal(claim_group(fixture->a, DAY + GENERATION, 0, 19), 0);
    assert_int_equal(claim_group(fixture->a, DAY + 2 * GENERATION, 0, 19), 10);
}

/* The other one has ended the generation. */
static void test_sqlite_turn_by_another_is_followed(void **state)
{
    const struct fixture *fixture = *state;

    assert_int_equal(claim_group(fixture->a, DAY, 0, 9), 10);
    assert_int_equal(claim_group(fixture->b, DAY + GENERATION, 10, 19), 10);
    assert_int_equal(claim_group(fixture->b, DAY + 2 * GENERATION, 20, 29), 10);
    assert_int_equal(claim_group(fixture->a, DAY + 2 * GENERATION, 0, 29), 10);
}

static void test_sqlite_forgotten_generations_leave_the_file(void **state)
{
    const struct fixture *fixture = *state;
    unsigned steps = 0;

    /* Each in a row of its own, more than go in one step. */
    for (unsigned i = 0; i < 600; i++)
        assert_int_equal(claim_group(fixture->a, DAY, i, i), 1);
    assert_int_equal(claim_group(fixture->a, DAY + GENERATION, 600, 600), 1);
    assert_int_equal(number(fixture, "SELECT count(*) FROM seen"), 601);
    while (number(fixture, "SELECT count(*) FROM seen") > 1) {
        assert_int_equal(tel_store_begin(fixture->a, DAY + 2 * GENERATION), 0);
        assert_int_equal(tel_store_commit(fixture->a), 0);
        assert_true(++steps < 10);
    }
    assert_true(steps > 1);
    assert_int_equal(claim_group(fixture->a, DAY + 2 * GENERATION, 0, 600),
                     600);
}

/* ---- totals ------------------------------------------------------------ */

static struct tel_store_memo memo;
static const struct tel_sum once = {
    .cell = {"git", "1", "commit", "runs", ""}, .n = 1, .memo = &memo};

static void add(struct tel_store *store, int64_t day)
{
    assert_int_equal(tel_store_begin(store, day), 0);
    assert_int_equal(tel_store_add(store, &once, 1), 0);
    assert_int_equal(tel_store_commit(store), 0);
}

static void test_sqlite_memo_is_void_after_a_rollback(void **state)
{
    const struct fixture *fixture = *state;

    memset(&memo, 0, sizeof(memo));
    assert_int_equal(tel_store_begin(fixture->a, DAY), 0);
    assert_int_equal(tel_store_add(fixture->a, &once, 1), 0);
    tel_store_rollback(fixture->a);
    add(fixture->a, DAY);
    add(fixture->a, DAY);
    add(fixture->a, DAY + 1);
    /* And in another store. */
    add(fixture->b, DAY + 1);
    assert_int_equal(number(fixture, "SELECT sum(n) FROM total"), 4);
    assert_int_equal(number(fixture, "SELECT count(*) FROM total"), 2);
    assert_int_equal(number(fixture, "SELECT count(*) FROM count"), 2);
}

static void test_sqlite_retention_goes_day_by_day(void **state)
{
    const struct fixture *fixture = *state;

    memset(&memo, 0, sizeof(memo));
    for (int64_t day = DAY; day < DAY + 4; day++)
        add(fixture->a, day);
    assert_int_equal(tel_store_begin(fixture->a, DAY), 0);
    assert_int_equal(tel_store_refuse(fixture->a, "form", 7), 0);
    assert_int_equal(tel_store_commit(fixture->a), 0);
    assert_int_equal(tel_store_retain(fixture->a, DAY), 0);
    assert_int_equal(tel_store_retain(fixture->a, DAY + 2), 1);
    assert_int_equal(number(fixture, "SELECT count(*) FROM total"), 3);
    assert_int_equal(number(fixture, "SELECT count(*) FROM refused"), 0);
    assert_int_equal(tel_store_retain(fixture->a, DAY + 2), 1);
    assert_int_equal(tel_store_retain(fixture->a, DAY + 2), 0);
    assert_int_equal(number(fixture, "SELECT count(*) FROM total"), 2);
    assert_int_equal(number(fixture, "SELECT count(*) FROM count"), 2);
    assert_int_equal(number(fixture, "SELECT min(day) = '2024-10-06'"
                                     " FROM total"),
                     1);
}

/* Whose cells another process, or somebody by hand, has deleted. */
static void test_sqlite_deleted_cells_are_made_again(void **state)
{
    const struct fixture *fixture = *state;
    sqlite3 *db = NULL;

    memset(&memo, 0, sizeof(memo));
    add(fixture->a, DAY);
    assert_int_equal(tel_store_retain(fixture->b, DAY + 1), 1);
    add(fixture->a, DAY);
    assert_int_equal(number(fixture, "SELECT sum(n) FROM total"), 1);
    assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "INSERT INTO total VALUES('2024-10-01',"
                                  " 'git', '1', 'log', 'runs', '', 5);"
                                  "DELETE FROM total WHERE event = 'commit'",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    (void)sqlite3_close(db);
    add(fixture->a, DAY);
    assert_int_equal(number(fixture, "SELECT n FROM total"
                                     " WHERE event = 'commit'"),
                     1);
    assert_int_equal(number(fixture, "SELECT n FROM total"
                                     " WHERE day = '2024-10-01'"),
                     5);
    assert_int_equal(number(fixture, "SELECT count(*) FROM count"), 2);
}

static void test_sqlite_begins_at_once_or_not_at_all(void **state)
{
    const struct fixture *fixture = *state;

    assert_int_equal(tel_store_begin(fixture->a, DAY), 0);
    assert_int_equal(tel_store_begin_now(fixture->b, DAY), -EBUSY);
    assert_int_equal(claim(fixture->a, 0, 9), 10);
    assert_int_equal(tel_store_commit(fixture->a), 0);
    assert_int_equal(tel_store_begin_now(fixture->b, DAY), 0);
    assert_int_equal(claim(fixture->b, 0, 9), 0);
    assert_int_equal(tel_store_commit(fixture->b), 0);
}

static void test_sqlite_file_that_has_gone_takes_nothing(void **state)
{
    const struct fixture *fixture = *state;
    char moved[512];

    (void)snprintf(moved, sizeof(moved), "%s-moved", fixture->path);
    (void)claim_group(fixture->a, DAY, 1, 1);
    assert_int_equal(rename(fixture->path, moved), 0);
    assert_int_equal(tel_store_begin(fixture->a, DAY), -EIO);
    assert_non_null(strstr(tel_store_fault(fixture->a), "moved or deleted"));
    tel_store_rollback(fixture->a);
    assert_int_equal(tel_store_begin_now(fixture->a, DAY), -EIO);
    assert_int_equal(rename(moved, fixture->path), 0);
    assert_int_equal(claim_group(fixture->a, DAY, 1, 2), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static int64_t journal_size(const struct fixture *fixture)
{
    char path[512];
    struct stat status;

    (void)snprintf(path, sizeof(path), "%s-wal", fixture->path);
    assert_int_equal(stat(path, &status), 0);
    return status.st_size;
}

/* Page by page it would tell what each group was made of. */
static void test_sqlite_tidy_empties_the_journal(void **state)
{
    const struct fixture *fixture = *state;

    (void)claim_group(fixture->a, DAY, 1, 1);
    assert_true(journal_size(fixture) > 0);
    assert_int_equal(tel_store_tidy(fixture->a), 0);
    assert_int_equal(journal_size(fixture), 0);
    assert_int_equal(claim_group(fixture->b, DAY, 1, 2), 1);
}

static void test_sqlite_tidy_waits_for_no_other_writer(void **state)
{
    const struct fixture *fixture = *state;

    (void)claim_group(fixture->a, DAY, 1, 1);
    assert_int_equal(tel_store_begin(fixture->b, DAY), 0);
    assert_int_equal(tel_store_tidy(fixture->a), -EBUSY);
    tel_store_rollback(fixture->b);
    assert_int_equal(tel_store_tidy(fixture->a), 0);
    assert_int_equal(journal_size(fixture), 0);
}

/* What runs in a file is not run: it could keep what the tables do not. */
static void test_sqlite_file_with_other_objects_is_not_opened(void **state)
{
    static const char *const objects[] = {
        "CREATE TRIGGER spy INSERT ON seen BEGIN DELETE FROM refusal; END",
        "ALTER TABLE cell RENAME TO c; CREATE VIEW cell AS SELECT * FROM c",
        "CREATE TABLE log(at, key)",
    };
    const struct fixture *fixture = *state;
    struct tel_store *store = NULL;

    for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
        const char *path = scratch_path(fixture->scratch, "other.db");
        struct tel_err err = {""};
        sqlite3 *db = NULL;

        (void)unlink(path);
        assert_int_equal(tel_store_open(path, &store, NULL), 0);
        tel_store_close(store);
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, "ANALYZE", NULL, NULL, NULL),
                         SQLITE_OK);
        assert_int_equal(tel_store_open(path, &store, NULL), 0);
        tel_store_close(store);
        assert_int_equal(sqlite3_exec(db, objects[i], NULL, NULL, NULL),
                         SQLITE_OK);
        (void)sqlite3_close(db);
        assert_int_equal(tel_store_open(path, &store, &err), -EBADMSG);
        assert_non_null(strstr(err.text, "other tables"));
        assert_int_equal(tel_store_open_reader(path, &store, &err), -EBADMSG);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_sqlite_two_writers_know_each_other_s_keys),
        TEST(test_sqlite_rolled_back_keys_are_nobody_s),
        TEST(test_sqlite_released_keys_are_not_written),
        TEST(test_sqlite_unfinished_groups_are_forgotten),
        TEST(test_sqlite_keys_of_a_group_are_sorted_rows),
        TEST(test_sqlite_turn_that_is_rolled_back_forgets_nothing),
        TEST(test_sqlite_turn_by_another_is_followed),
        TEST(test_sqlite_forgotten_generations_leave_the_file),
        TEST(test_sqlite_memo_is_void_after_a_rollback),
        TEST(test_sqlite_retention_goes_day_by_day),
        TEST(test_sqlite_deleted_cells_are_made_again),
        TEST(test_sqlite_begins_at_once_or_not_at_all),
        TEST(test_sqlite_file_that_has_gone_takes_nothing),
        TEST(test_sqlite_tidy_empties_the_journal),
        TEST(test_sqlite_tidy_waits_for_no_other_writer),
        TEST(test_sqlite_file_with_other_objects_is_not_opened),
    };

    return cmocka_run_group_tests_name("store_sqlite", tests, NULL, NULL);
}
