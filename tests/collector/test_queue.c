/* SPDX-License-Identifier: MIT */
/* queue: each work is done once, whoever writes it, and old totals go. */
#include "support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include <sqlite3.h>

#include "count/queue.h"

#define POLICY                                                            \
    "[tool]\nid = git\nversion = 1\nendpoint = https://t.example.org/t\n" \
    "purpose = Decide\nsource = https://example.org/source\n"             \
    "controller = Example Org\ncontact = privacy@example.org\n"           \
    "retention = 30 days\n[verbs]\ncommit = record a change\n"            \
    "[fields]\nms = off\nexit = off\n"

#define WORKS 8U

struct fixture {
    struct scratch *scratch;
    struct tel_store *store;
    struct tel_tools *tools;
    struct tel_work works[WORKS];
};

static atomic_uint ended;

static void done(struct tel_work *group)
{
    while (group != NULL) {
        struct tel_work *work = group;

        group = work->next;
        assert_int_equal(work->intake.status, 204);
        atomic_fetch_add(&ended, 1);
    }
}

static int setup(void **state)
{
    static const char query[] = "t=git&e=commit&v=1&tv=1&os=linux&libc=musl";
    static struct fixture fixture;

    memset(&fixture, 0, sizeof(fixture));
    fixture.scratch = scratch_new();
    scratch_write(fixture.scratch, "tools/git.conf", POLICY);
    assert_int_equal(tel_tools_load(scratch_path(fixture.scratch, "tools"),
                                    &fixture.tools, NULL),
                     0);
    assert_int_equal(tel_store_open(scratch_path(fixture.scratch, "totals.db"),
                                    &fixture.store, NULL),
                     0);
    for (unsigned i = 0; i < WORKS; i++)
        fixture.works[i] = (struct tel_work){
            .next = i + 1 < WORKS ? &fixture.works[i + 1] : NULL,
            .intake = {.method = TEL_GET, .text = query, .len = strlen(query)},
        };
    atomic_store(&ended, 0);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    tel_store_close(fixture->store);
    tel_tools_free(fixture->tools);
    scratch_free(fixture->scratch);
    return 0;
}

static sqlite3 *open_db(const struct fixture *fixture)
{
    sqlite3 *db = NULL;

    assert_int_equal(
        sqlite3_open(scratch_path(fixture->scratch, "totals.db"), &db),
        SQLITE_OK);
    return db;
}

static int64_t number(const struct fixture *fixture, const char *sql)
{
    sqlite3 *db = open_db(fixture);
    sqlite3_stmt *statement = NULL;
    int64_t found;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    found = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    return found;
}

static bool have_ended(void *context)
{
    return atomic_load(&ended) == *(const unsigned *)context;
}

static void test_queue_writes_at_once_where_it_can(void **state)
{
    struct fixture *fixture = *state;
    struct tel_queue *queue = NULL;

    assert_int_equal(
        tel_queue_start(fixture->tools, fixture->store, 0, done, NULL, &queue),
        0);
    assert_int_equal(tel_queue_put(queue, fixture->works), 0);
    assert_int_equal(atomic_load(&ended), WORKS);
    tel_queue_stop(queue);
    tel_queue_free(queue);
    assert_int_equal(number(fixture, "SELECT n FROM total"), WORKS);
}

static void test_queue_does_not_wait_for_another_process(void **state)
{
    unsigned all = WORKS;
    struct fixture *fixture = *state;
    struct tel_queue *queue = NULL;
    sqlite3 *db = open_db(fixture);

    fixture->works[0].next = NULL;
    assert_int_equal(
        tel_queue_start(fixture->tools, fixture->store, 0, done, NULL, &queue),
        0);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(tel_queue_put(queue, &fixture->works[0]), 0);
    assert_int_equal(tel_queue_put(queue, &fixture->works[1]), 0);
    assert_int_equal(atomic_load(&ended), 0);
    assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(db);
    until(have_ended, &all);
    tel_queue_stop(queue);
    tel_queue_free(queue);
    assert_int_equal(number(fixture, "SELECT n FROM total"), WORKS);
}

static bool are_two_days_left(void *context)
{
    return number(context, "SELECT count(DISTINCT day) FROM total") == 2;
}

/* At its start, also where nothing comes; all but today's and yesterday's. */
static void test_queue_forgets_old_totals(void **state)
{
    struct fixture *fixture = *state;
    const struct tel_sum once = {.cell = {"git", "1", "commit", "runs", ""},
                                 .n = 1};
    struct tel_queue *queue = NULL;
    int64_t today = (int64_t)(time(NULL) / 86400);

    for (int64_t ago = 0; ago < 20; ago++) {
        assert_int_equal(tel_store_begin(fixture->store, today - ago), 0);
        assert_int_equal(tel_store_add(fixture->store, &once, 1), 0);
        assert_int_equal(tel_store_commit(fixture->store), 0);
    }
    assert_int_equal(
        tel_queue_start(fixture->tools, fixture->store, 1, done, NULL, &queue),
        0);
    until(are_two_days_left, fixture);
    assert_int_equal(tel_queue_put(queue, fixture->works), 0);
    tel_queue_stop(queue);
    tel_queue_free(queue);
    assert_int_equal(number(fixture, "SELECT sum(n) FROM total"), WORKS + 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_queue_writes_at_once_where_it_can),
        TEST(test_queue_does_not_wait_for_another_process),
        TEST(test_queue_forgets_old_totals),
    };

    return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
