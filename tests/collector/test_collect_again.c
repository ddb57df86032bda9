/* SPDX-License-Identifier: MIT */
/* import: each event of a file once, whatever is imported again, grows, is
 * killed, or goes on at the same time; the same on each kind of store. */
#include "importing.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "postgres.h"

/* Of a block of the reader. */
#define MEGABYTE 1048576

#define CLIENTS 3
#define REQUESTS 150

/* Of all tests on PostgreSQL; NULL where it can't run. */
static struct postgres *postgres;

static int setup_sqlite(void **state)
{
    static struct collect c;

    collect_setup(&c);
    *state = &c;
    return 0;
}

static int setup_postgres(void **state)
{
    struct collect *c = NULL;

    (void)setup_sqlite(state);
    c = *state;
    (void)snprintf(c->db, sizeof(c->db), "%s", postgres_schema(postgres));
    return 0;
}

static int teardown(void **state)
{
    collect_teardown(*state);
    return 0;
}

/* Whether all that the database holds, without days, has this line. */
static bool holds(const struct collect *c, const char *line)
{
    char *dump = store_dump(c->db, false);
    bool found = strstr(dump, line) != NULL;

    free(dump);
    return found;
}

static void test_import_twice_is_noticed(void **state)
{
    static const char events[] =
        QUERY("commit", "ms=1&exit=0") "\n" QUERY("log", "ms=1&exit=0") "\n";
    static const char said[] = "2 counted, 0 refused, 0 unreadable\n";
    struct collect *c = *state;

    scratch_write(c->scratch, "events", events);
    scratch_write(c->scratch, "moved", events);
    assert_says(IMPORT(c, "/events"), 0, said, "");
    assert_says(IMPORT(c, "/events"), 1, "",
                "/events: was imported before (--again counts it again)");
    assert_says(IMPORT(c, "/moved"), 1, "", "/moved: was imported before");
    assert_int_equal(runs_in(c), 2);
    assert_says(IMPORT(c, "--again", "/events"), 0, said, "");
    assert_int_equal(runs_in(c), 4);
    assert_says(IMPORT(c, "--continue", "/events"), 0,
                "0 counted, 0 refused, 0 unreadable, 2 lines imported before\n",
                "");
    assert_int_equal(runs_in(c), 4);
    /* Of several files, the others are counted all the same. */
    scratch_write(c->scratch, "new", QUERY("commit", "ms=2&exit=0") "\n");
    assert_says(IMPORT(c, "/events", "/new"), 1,
                "1 counted, 0 refused, 0 unreadable\n", "/events: was");
    assert_int_equal(runs_in(c), 5);
}

static void test_import_goes_on_in_a_file_that_has_grown(void **state)
{
    static const char one[] = QUERY("commit", "ms=1&exit=0") "\n";
    struct collect *c = *state;
    char text[4096] = "";

    strcpy(text, one);
    strcat(text, QUERY("commit", "ms=1&exit=1")); /* of exit=128 */
    scratch_write(c->scratch, "events", text);
    assert_says(IMPORT(c, "/events"), 0,
                "1 counted, 0 refused, 1 unreadable"
                " (the last line has no end)\n",
                "");
    assert_false(holds(c, "refused"));
    strcat(text, "28\n");
    strcat(text, one);
    scratch_write(c->scratch, "events", text);
    assert_says(IMPORT(c, "/events"), 1, "",
                "its first 1 lines were imported before"
                " (--continue counts the rest, --again all)");
    assert_int_equal(runs_in(c), 1);
    assert_says(IMPORT(c, "--continue", "/events"), 0,
                "2 counted, 0 refused, 0 unreadable, 1 lines imported before\n",
                "");
    assert_int_equal(runs_in(c), 3);
    assert_true(holds(c, "commit exit 128 1\n"));
    assert_says(IMPORT(c, "/events"), 1, "", "was imported before");
}

/* A log that grows by all lengths, around the ends of the reader's blocks. */
static void test_import_goes_on_over_megabytes(void **state)
{
    static const char one[] = QUERY("commit", "ms=1&exit=0") "\n";
    static const size_t steps[] = {
        1, MEGABYTE / (sizeof(one) - 1) - 1, 1, 1, 2, 14000, 1};
    struct collect *c = *state;
    size_t lines = 0;

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        append_lines(c, "events", one, steps[i]);
        lines += steps[i];
        assert_imported(IMPORT(c, "--continue", "/events"));
        assert_int_equal(runs_in(c), lines);
    }
    assert_imported(IMPORT(c, "--again", "/events"));
    assert_int_equal(runs_in(c), 2 * lines);
}

/* An import that is to have read this much. */
struct reader {
    pid_t pid;
    unsigned long long bytes;
};

static bool has_read(void *context)
{
    const struct reader *reader = context;
    char *io = proc_read(reader->pid, "io", NULL);
    unsigned long long bytes = 0;
    /* It may have come to its end, too. */
    bool enough =
        io == NULL || io[0] == '\0' ||
        (sscanf(io, "rchar: %llu", &bytes) == 1 && bytes >= reader->bytes);

    free(io);
    return enough;
}

/* Ended at any moment, it has counted nothing, and can be begun again. */
static void test_import_that_was_killed_begins_again(void **state)
{
    static const char one[] = QUERY("commit", "ms=1&exit=0") "\n";
    static const char *const files[] = {"/events", NULL};
    struct collect *c = *state;
    char **argv = import_argv(c, files);
    struct result last;

    append_lines(c, "events", one, 26000);
    for (unsigned i = 0; i < 6; i++) {
        struct reader reader = {.bytes = i * (MEGABYTE / 3)};
        uint64_t runs;

        reader.pid = scratch_start(c->scratch, "import.log", argv);
        until(has_read, &reader);
        (void)scratch_stop(c->scratch, reader.pid, SIGKILL);
        runs = runs_in(c);
        if (runs != 0 && runs != 26000)
            fail_msg("%llu were counted", (unsigned long long)runs);
    }
    last = IMPORT(c, "/events");
    result_clear(&last);
    assert_int_equal(runs_in(c), 26000);
    import_forget(argv);
}

/* Two at once have one that counts, and one that says that it came late. */
static void test_import_twice_at_once_counts_once(void **state)
{
    static const char *const files[] = {"/events", NULL};
    struct collect *c = *state;
    char **argv = import_argv(c, files);

    append_lines(c, "events", QUERY("commit", "ms=1&exit=0") "\n", 5000);
    for (int i = 0; i < 3; i++) {
        pid_t first = scratch_start(c->scratch, "import.log", argv);
        pid_t second = scratch_start(c->scratch, "import.log", argv);
        int statuses = scratch_stop(c->scratch, first, 0) +
                       scratch_stop(c->scratch, second, 0);

        assert_int_equal(statuses, i == 0 ? 1 : 2);
        assert_int_equal(runs_in(c), 5000);
    }
    import_forget(argv);
}

struct client {
    struct collect *c;
    unsigned number;
    unsigned counted;
};

/* Until it is counted: an import may hold the database for so long that serve
 * has to say so, and then a sender comes again with its key. */
static bool send_one(const struct client *client, const char *bytes)
{
    char answer[512];
    int status = 0;

    for (int tries = 0; status != 204 && tries < 20; tries++) {
        int fd = collect_connect(client->c);

        if (fd < 0)
            return false;
        send_bytes(fd, bytes, strlen(bytes));
        status = read_answer(fd, answer, sizeof(answer));
        (void)close(fd);
        if (status != 204 && status != 503)
            return false;
    }
    return status == 204;
}

static void *send_all(void *context)
{
    struct client *client = context;

    for (unsigned i = 0; i < REQUESTS; i++) {
        char bytes[512];

        (void)snprintf(
            bytes, sizeof(bytes),
            "GET /t?" QUERY(
                "log", "ms=1&exit=0") " HTTP/1.1\r\n"
                                      "Host: localhost\r\nIdempotency-Key: "
                                      "%016x%016x\r\n\r\n",
            client->number, i);
        client->counted += send_one(client, bytes);
    }
    return NULL;
}

static void test_import_beside_serve_keeps_both_exact(void **state)
{
    struct collect *c = *state;
    struct client clients[CLIENTS];
    pthread_t threads[CLIENTS];

    collect_start(c, "127.0.0.1:0");
    for (unsigned i = 0; i < CLIENTS; i++) {
        clients[i] = (struct client){c, i, 0};
        assert_int_equal(
            pthread_create(&threads[i], NULL, send_all, &clients[i]), 0);
    }
    for (int i = 0; i < 5; i++) {
        append_lines(c, "events", QUERY("commit", "ms=1&exit=0") "\n", 300);
        assert_imported(IMPORT(c, "--continue", "/events"));
    }
    for (unsigned i = 0; i < CLIENTS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(clients[i].counted, REQUESTS);
    }
    collect_stop(c);
    assert_true(holds(c, " commit runs  1500\n"));
    assert_true(holds(c, " log runs  450\n"));
}

static int end_postgres(void **state)
{
    (void)state;
    postgres_free(postgres);
    postgres = NULL;
    return 0;
}

static void test_import_postgres_is_here(void **state)
{
    (void)state;
    skip_unless(false, "the same tests on PostgreSQL, which is not here");
}

#define SQLITE(name) \
    cmocka_unit_test_setup_teardown(name, setup_sqlite, teardown)
#define POSTGRES(name) \
    cmocka_unit_test_setup_teardown(name, setup_postgres, teardown)

#define SAME(TEST)                                          \
    TEST(test_import_twice_is_noticed),                     \
        TEST(test_import_goes_on_in_a_file_that_has_grown), \
        TEST(test_import_twice_at_once_counts_once),        \
        TEST(test_import_beside_serve_keeps_both_exact)

static int run_on_postgres(void)
{
    const struct CMUnitTest tests[] = {SAME(POSTGRES)};
    const struct CMUnitTest none[] = {
        cmocka_unit_test(test_import_postgres_is_here)};

    postgres = postgres_new();
    if (postgres == NULL)
        return cmocka_run_group_tests_name("again on PostgreSQL", none, NULL,
                                           NULL);
    return cmocka_run_group_tests_name("again on PostgreSQL", tests, NULL,
                                       end_postgres);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SAME(SQLITE),
        SQLITE(test_import_goes_on_over_megabytes),
        SQLITE(test_import_that_was_killed_begins_again),
    };
    int failed =
        cmocka_run_group_tests_name("again on SQLite", tests, NULL, NULL);

    return failed + run_on_postgres();
}
