/* SPDX-License-Identifier: MIT */
/*
 * The database's size follows the days and what was seen on them, never the
 * number of events.
 *
 * test_collect_size --long [MILLIONS] counts a month of 10 million events of
 * three tools, a tenth of it also by serve, and prints the sizes on the way
 * and the report's time.
 */
#include "importing.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <sqlite3.h>

#include "store/store.h"

#define DAYS 30
#define KEYS 20000
#define BATCH 1000 /* events of a request */
/* Of tel_store_claim at once. */
#define KEYS_A_GROUP 500

static int setup(void **state)
{
    static struct collect c;

    collect_setup(&c);
    *state = &c;
    return 0;
}

static int teardown(void **state)
{
    collect_teardown(*state);
    return 0;
}

static long size_of(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 ? (long)status.st_size : 0;
}

/* The database with its journal, as it lies there. */
static long size_in(const struct collect *c)
{
    return size_of(scratch_path(c->scratch, "totals.db")) +
           size_of(scratch_path(c->scratch, "totals.db-wal"));
}

static int count_row(void *context, int64_t day, const struct tel_cell *cell,
                     uint64_t n)
{
    (void)day;
    (void)cell;
    (void)n;
    ++*(uint64_t *)context;
    return 0;
}

static uint64_t cells_in(const struct collect *c)
{
    const struct tel_store_range range = {.by_day = true, .by_version = true};
    struct tel_store *store = NULL;
    uint64_t rows = 0;

    assert_int_equal(tel_store_open_reader(
                         scratch_path(c->scratch, "totals.db"), &store, NULL),
                     0);
    assert_int_equal(tel_store_each_total(store, &range, count_row, &rows), 0);
    tel_store_close(store);
    return rows;
}

/* Runs a command of the shell in the scratch, which must do. */
static void shell(const struct collect *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void shell(const struct collect *c, const char *format, ...)
{
    char *command = NULL;
    va_list args;

    va_start(args, format);
    assert_true(vasprintf(&command, format, args) > 0);
    va_end(args);
    free(scratch_ok(c->scratch, 0, "sh", "-c", command, c->scratch->root,
                    TEL_MONTH, TEL_COLLECT, NULL));
    free(command);
}

static void test_size_does_not_grow_with_events(void **state)
{
    struct collect *c = *state;
    uint64_t cells;
    long bytes;

    shell(c, "\"$1\" --days 3 --events 6000 \"$0\"");
    for (int i = 0; i < 10; i++) {
        shell(c, "cd \"$0/days\" && for day in *; do"
                 " \"$2\" import --db ../totals.db --tools ../tools --again"
                 " --day $day $day || exit; done");
        if (i == 0) {
            cells = cells_in(c);
            bytes = size_in(c);
        }
    }
    assert_int_equal(store_runs(scratch_path(c->scratch, "totals.db"), NULL),
                     60000);
    assert_int_equal(cells_in(c), cells);
    /* SQLite writes a number of more digits into more bytes. */
    assert_in_range(size_in(c), bytes, bytes + bytes / 5);
}

/* Remembers this many keys, in groups: how many bytes each has taken. */
static double bytes_of_a_key(const struct collect *c, unsigned count)
{
    struct tel_store *store = NULL;
    const char *path = scratch_path(c->scratch, "totals.db");
    uint64_t number = 0;
    bool fresh[KEYS_A_GROUP];
    long before;

    assert_int_equal(tel_store_open(path, &store, NULL), 0);
    tel_store_close(store);
    before = size_in(c);
    assert_int_equal(tel_store_open(path, &store, NULL), 0);
    for (unsigned i = 0; i < count; i += KEYS_A_GROUP) {
        struct tel_store_key keys[KEYS_A_GROUP];

        for (unsigned n = 0; n < KEYS_A_GROUP; n++) {
            /* Any bijection that looks like chance, in the order of bytes. */
            uint64_t mixed = (++number * 0x9e3779b97f4a7c15ULL) >> 16;

            memset(&keys[n], 0, sizeof(keys[n]));
            keys[n].bytes[0] = (uint8_t)(n * 256 / KEYS_A_GROUP);
            keys[n].bytes[1] = (uint8_t)(n * 65536 / KEYS_A_GROUP);
            memcpy(&keys[n].bytes[8], &mixed, sizeof(mixed));
            memcpy(&keys[n].bytes[2], &number, 6);
        }
        assert_int_equal(tel_store_begin(store, 20000), 0);
        assert_int_equal(tel_store_claim(store, keys, KEYS_A_GROUP, fresh), 0);
        assert_int_equal(tel_store_commit(store), 0);
    }
    tel_store_close(store);
    return (double)(size_in(c) - before) / count;
}

static void test_size_of_a_key_is_bounded(void **state)
{
    double bytes = bytes_of_a_key(*state, KEYS);

    /* 16 of its own, and what a page is not filled with. */
    if (bytes < 16 || bytes > 64)
        fail_msg("a key takes %.1f bytes", bytes);
}

static double now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* Adds a month of its own seed: the same days, other events. */
static void import_month(const struct collect *c, unsigned long events,
                         unsigned seed)
{
    shell(c, "\"$1\" --days %d --events 0 \"$0\"", DAYS);
    for (int day = 1; day <= DAYS; day++)
        shell(c,
              "day=2026-09-%02d;"
              " \"$1\" --days %d --events %lu --seed %u --print $day |"
              " \"$2\" import --db \"$0/totals.db\" --tools \"$0/tools\""
              " --day $day -",
              day, DAYS, events, seed);
}

static void compact(const struct collect *c)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(scratch_path(c->scratch, "totals.db"), &db),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "VACUUM", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void time_report(const struct collect *c, const char *form)
{
    double start = now();

    shell(c, "\"$2\" report --db \"$0/totals.db\" %s >\"$0/report\"", form);
    print_message("    report %-12s %6.2f s\n", form, now() - start);
}

static void show_size(const struct collect *c, unsigned long events,
                      double seconds)
{
    uint64_t cells = cells_in(c);
    long before = size_in(c);
    long after;

    compact(c);
    after = size_in(c);
    print_message("%9lu events (%.0f s): %" PRIu64 " cells on %d days, %" PRIu64
                  " a day; %ld KiB, after VACUUM %ld KiB, %.0f bytes a cell\n",
                  events, seconds, cells, DAYS, cells / DAYS, before / 1024,
                  after / 1024, (double)after / (double)cells);
    time_report(c, "");
    time_report(c, "--json");
    time_report(c, "--html \"$0/page\"");
}

/* Posts a file's lines in batches of BATCH, each with a key of its own. */
static unsigned long post_file(struct collect *c, const char *path)
{
    static unsigned batches;
    char *body = malloc(BATCH * TEL_EVENT_TEXT_MAX);
    char line[TEL_EVENT_TEXT_MAX];
    FILE *in = fopen(path, "re");
    unsigned long sent = 0;
    bool more = true;

    if (in == NULL || body == NULL)
        fail_msg("%s cannot be read", path);
    while (more && in != NULL && body != NULL) {
        char key[TEL_IDEMPOTENCY_LEN + 1];
        size_t len = 0;
        unsigned count = 0;

        while (count < BATCH && fgets(line, sizeof(line), in) != NULL) {
            len += strlen(strcpy(body + len, line));
            count++;
        }
        more = count == BATCH;
        (void)snprintf(key, sizeof(key), "%032x", ++batches);
        if (count > 0)
            assert_int_equal(collect_post(c, body, key), 204);
        sent += count;
    }
    if (in != NULL)
        (void)fclose(in);
    free(body);
    return sent;
}

/* As many events to serve, on the day on which this runs. */
static void serve_month(struct collect *c, unsigned long events)
{
    char *path = strdup(scratch_path(c->scratch, "lines"));
    unsigned long sent = 0;
    double spent = 0;

    collect_start(c, "127.0.0.1:0");
    for (int day = 1; day <= DAYS; day++) {
        double start;

        shell(c,
              "\"$1\" --days %d --events %lu --seed 9 --form json"
              " --print 2026-09-%02d >\"$0/lines\"",
              DAYS, events, day);
        start = now();
        sent += post_file(c, path);
        spent += now() - start;
    }
    collect_stop(c);
    free(path);
    print_message("serve took %lu events in batches of %d in %.0f s; with that"
                  " day: %" PRIu64 " cells, %ld KiB\n",
                  sent, BATCH, spent, cells_in(c), size_in(c) / 1024);
}

static void measure(unsigned long millions)
{
    const unsigned long steps[] = {millions * 100000, millions * 500000,
                                   millions * 1000000};
    unsigned long done = 0;
    struct collect *c = NULL;

    (void)setup((void **)&c);
    for (unsigned i = 0; i < 3; i++) {
        double start = now();

        import_month(c, steps[i] - done, i + 1);
        done = steps[i];
        show_size(c, done, now() - start);
    }
    serve_month(c, steps[0]);
    print_message("a key, kept for two generations (14 to 30 days): %.1f"
                  " bytes\n",
                  bytes_of_a_key(c, 1000000));
    (void)teardown((void **)&c);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(test_size_does_not_grow_with_events),
        TEST(test_size_of_a_key_is_bounded),
    };

    if (argc > 1 && strcmp(argv[1], "--long") == 0) {
        measure(argc > 2 ? strtoul(argv[2], NULL, 10) : 10);
        return 0;
    }
    return cmocka_run_group_tests_name("size", tests, NULL, NULL);
}
