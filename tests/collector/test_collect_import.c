/* SPDX-License-Identifier: MIT */
/* import: files of a plain endpoint give the totals that serve would have. */
#include "importing.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "terminal.h"

#define CLF(query, status)                                         \
    "203.0.113.7 - - [25/Nov/2026:10:20:30 +0000] \"GET /t?" query \
    " HTTP/1.1\" " status " 0 \"https://a.example/?t=x\" \"spy/1\"\n"

/* Longer than a block of the reader. */
#define MEGABYTE 1048576

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

/* Events, and the same once more in a shape that a log or handler has. */
static const struct {
    const char *event; /* a query, or a line of JSON */
    const char *line;
} mixed[] = {
    {QUERY("commit", "ms=120&exit=0&fmt=json"), NULL},
    {QUERY("log", "ms=12&exit=1"), "?" QUERY("log", "ms=12&exit=1") "\r\n"},
    {LINE("commit", "\"ms\":13,\"exit\":0"), NULL},
    {QUERY("remote_add", "ms=5&sig=9"),
     "/t?" QUERY("remote_add", "ms=5&sig=9") "\n"},
    {QUERY("commit_amend", "end=lost"),
     "https://t.example.org/t?" QUERY("commit_amend", "end=lost") "\n"},
    {QUERY("none", "ms=0&exit=128"),
     "GET /t?" QUERY("none", "ms=0&exit=128") " HTTP/1.1\n"},
    {QUERY("other", "ms=990&exit=0&quiet=yes"),
     CLF(QUERY("other", "ms=990&exit=0&quiet=yes"), "204")},
    {"t=dock&e=pull&v=1&tv=1&os=linux&libc=musl&exit=ok",
     "2026-11-25 10:20:30 INFO "
     "t=dock&e=pull&v=1&tv=1&os=linux&libc=musl&exit=ok\n"},
    {"t=lister&e=run&v=1&tv=1.2&os=linux&libc=musl&ms=20&sig=11"
     "&crash=1a2b3c4d-4f10-9c0ffee1",
     NULL},
    /* And what no policy allows, or nobody can read. */
    {QUERY("pull", "ms=1&exit=0"), CLF(QUERY("pull", "ms=1&exit=0"), "204")},
    {QUERY("commit", "ms=123&exit=0"), NULL},
    {QUERY("commit", "ms=1&exit=0&fmt=xml"), NULL},
    {QUERY("commit", "ms=1&exit=0&user=joe"), NULL},
    {"t=cat&e=run&v=1&tv=1&os=linux&libc=musl&ms=1&exit=0", NULL},
    {"t=git&e=commit&v=1&tv=9&os=linux&libc=musl&ms=1&exit=0", NULL},
    {QUERY("commit", "ms=1&exit=0&exit=0"), NULL},
    {"nonsense", NULL},
    {"{\"t\":\"git\"", NULL},
};
#define MIXED (sizeof(mixed) / sizeof(mixed[0]))

static void write_mixed(struct collect *c, const char *path)
{
    char text[16384] = "\n";

    for (size_t i = 0; i < MIXED; i++) {
        if (mixed[i].line != NULL) {
            strcat(text, mixed[i].line);
            continue;
        }
        strcat(text, mixed[i].event);
        strcat(text, "\n \n");
    }
    scratch_write(c->scratch, path, text);
}

static void test_import_gives_the_totals_of_serve(void **state)
{
    struct collect *c = *state;
    char *served = NULL;
    char *imported = NULL;

    write_mixed(c, "events");
    collect_start(c, "127.0.0.1:0");
    for (size_t i = 0; i < MIXED; i++)
        (void)(mixed[i].event[0] == '{' ? collect_post(c, mixed[i].event, NULL)
                                        : collect_get(c, mixed[i].event, NULL));
    collect_stop(c);
    served = store_dump(c->db, true);
    use_database(c, "other.db");
    assert_says(IMPORT(c, "/events"), 0,
                "9 counted, 6 refused (tool 1, version 1, event 1, field 1, "
                "value 2), 3 unreadable\n",
                "");
    imported = store_dump(c->db, true);
    assert_string_equal(imported, served);
    assert_non_null(strstr(served, "lister 1.2  crash 1a2b3c4d-4f10"));
    free(served);
    free(imported);
}

static void test_import_summary_as_json_and_refused_lines(void **state)
{
    struct collect *c = *state;
    struct result result;

    scratch_write(
        c->scratch, "a b",
        QUERY("commit", "ms=1&exit=0") "\n\nnonsense\n" QUERY(
            "commit",
            "ms=1&exit=0&user=joe") "\n" CLF(QUERY("log", "ms=1&exit=0"),
                                             "503"));
    result = IMPORT(c, "--json", "--refused", "/a b");
    assert_int_equal(result.status, 0);
    assert_string_equal(
        result.out,
        "{\"counted\":1,\"refused\":{\"tool\":0,\"version\":0,\"event\":0,"
        "\"field\":1,\"value\":0},\"unreadable\":1,\"torn\":false,"
        "\"unanswered\":1,\"before\":0}\n");
    assert_non_null(strstr(result.err, "/a b:3: form\n"));
    assert_non_null(strstr(result.err, "/a b:4: field\n"));
    assert_non_null(strstr(result.err, "/a b:5: not answered\n"));
    assert_int_equal(count_of(result.err, "\n"), 3);
    assert_null(strstr(result.err, "joe"));
    result_clear(&result);
}

/* Addresses, agents and refused values: nowhere in the database. */
static void test_import_keeps_nothing_else(void **state)
{
    static const char *const canaries[] = {"203.0.113.7", "spy/1", "a.example",
                                           "10:20:30",    "joe",   "xml"};
    struct collect *c = *state;
    size_t len = 0;
    char *bytes = NULL;

    write_mixed(c, "events");
    assert_imported(IMPORT(c, "/events"));
    bytes = file_read(c->db, &len);
    assert_non_null(bytes);
    assert_non_null(memmem(bytes, len, "remote_add", 10));
    for (size_t i = 0; i < sizeof(canaries) / sizeof(canaries[0]); i++)
        assert_null(memmem(bytes, len, canaries[i], strlen(canaries[i])));
    free(bytes);
}

static void test_import_of_another_day_forgets_no_key(void **state)
{
    struct collect *c = *state;

    scratch_write(c->scratch, "events", QUERY("commit", "ms=1&exit=0") "\n");
    collect_start(c, "127.0.0.1:0");
    assert_int_equal(collect_get(c, QUERY("log", "ms=1&exit=0"), KEY), 204);
    for (int i = 0; i < 3; i++) {
        assert_imported(IMPORT(c, "--again", "--day",
                               i == 1 ? "2025-12-31" : "2026-01-01",
                               "/events"));
        assert_int_equal(collect_get(c, QUERY("log", "ms=1&exit=0"), KEY), 204);
    }
    collect_stop(c);
    assert_int_equal(collect_sql(c, "SELECT n FROM total WHERE item = 'runs'"
                                    " AND day = '2026-01-01'"),
                     2);
    assert_int_equal(collect_sql(c, "SELECT n FROM total WHERE item = 'runs'"
                                    " AND day = '2025-12-31'"),
                     1);
    assert_int_equal(collect_sql(c, "SELECT sum(n) FROM total WHERE"
                                    " item = 'runs' AND event = 'log'"),
                     1);
}

static void test_import_bad_usage_is_one_line(void **state)
{
    static const struct {
        const char *arguments[5];
        const char *complaint;
    } bad[] = {
        {{NULL}, "which FILE?"},
        {{"--day", "yesterday", "/events"}, "--day yesterday: not a day"},
        {{"--day", "2026-02-30", "/events"}, "--day 2026-02-30: not a day"},
        {{"--day", "2999-01-01", "/events"}, "has not come yet"},
        {{"--day"}, "--day needs a value"},
        {{"--again", "--continue", "/events"}, "--again or --continue?"},
        {{"--all", "/events"}, "unknown option --all"},
        {{"/events", "/missing"}, "/missing: No such file"},
        {{"/events", "/tools"}, "/tools: Is a directory"},
        {{"--tools", "nowhere", "/events"}, "--tools nowhere: No such file"},
        {{"--db", ":memory:", "/events"}, "--db :memory:: not the name"},
    };
    struct collect *c = *state;

    scratch_write(c->scratch, "events", QUERY("commit", "ms=1&exit=0") "\n");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_says(import_run(c, bad[i].arguments), 2, "", bad[i].complaint);
    assert_null(file_read(c->db, NULL));
}

static void test_import_stores_nothing_of_what_cannot_be_read(void **state)
{
    static const char *const files[] = {"/events", "/memory", NULL};
    struct collect *c = *state;

    /* A file whose first byte can't be read; and of a process that keeps
     * itself private, only root may open it. */
    assert_int_equal(
        symlink("/proc/self/mem", scratch_path(c->scratch, "memory")), 0);
    scratch_write(c->scratch, "events", QUERY("commit", "ms=1&exit=0") "\n");
    assert_says(import_run(c, files), 2, "1 counted, 0 refused, 0 unreadable\n",
                geteuid() == 0
                    ? "/memory: Input/output error, nothing of it was counted"
                    : "/memory: Permission denied");
    assert_int_equal(runs_in(c), 1);
}

/* Whether a process may leave no core file. */
static bool has_no_core(void *context)
{
    char *limits = proc_read(*(pid_t *)context, "limits", NULL);
    const char *line =
        limits != NULL ? strstr(limits, "Max core file size") : NULL;
    char soft[16] = "";
    char hard[16] = "";
    bool none = line != NULL &&
                sscanf(line, "Max core file size %15s %15s", soft, hard) == 2 &&
                strcmp(soft, "0") == 0 && strcmp(hard, "0") == 0;

    free(limits);
    return none;
}

/* Logs have addresses in them, and so has the memory that they are read to. */
static void test_import_leaves_no_core_image(void **state)
{
    static const char *const files[] = {"/pipe", NULL};
    struct collect *c = *state;
    char **argv = import_argv(c, files);
    struct terminal *terminal = NULL;
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
    skip_unless(limit.rlim_max > 0, "no process here may leave a core file");
    skip_unless(terminal_works(), "no pseudo-terminal");
    /* It waits for somebody who writes. */
    assert_int_equal(mkfifo(scratch_path(c->scratch, "pipe"), 0600), 0);
    terminal = terminal_start(c->scratch, argv);
    until(has_no_core, &terminal->leader);
    assert_int_equal(kill(terminal->leader, SIGKILL), 0);
    assert_int_equal(terminal_end(terminal), -SIGKILL);
    terminal_free(terminal);
    import_forget(argv);
}

static void test_import_where_nothing_counts_is_a_no(void **state)
{
    static const char said[] = "0 counted, 1 refused (tool 1), 0 unreadable\n";
    struct collect *c = *state;

    scratch_write(c->scratch, "events",
                  "t=cat&e=run&v=1&tv=1&os=linux&libc=musl&ms=1&exit=0\n");
    scratch_write(c->scratch, "empty", "");
    assert_says(IMPORT(c, "/empty"), 0, "0 counted, 0 refused, 0 unreadable\n",
                "");
    /* Not remembered: its policy may come yet. */
    for (int i = 0; i < 2; i++)
        assert_says(IMPORT(c, "/events"), 1, said,
                    "/events: nothing in it counted");
    assert_int_equal(collect_refused(c, "tool"), 2);
}

/* Lines that no handler writes. */
static void test_import_hostile_lines_are_unreadable(void **state)
{
    static const char good[] = QUERY("commit", "ms=1&exit=0") "\n";
    static const size_t lengths[] = {65536,    65537,        MEGABYTE - 1,
                                     MEGABYTE, MEGABYTE + 1, 2 * MEGABYTE + 17};
    struct collect *c = *state;
    char *path = strdup(scratch_path(c->scratch, "events"));
    FILE *out = fopen(path, "we");

    assert_non_null(out);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        (void)fputs(good, out);
        for (size_t n = 0; n < lengths[i]; n++)
            (void)fputc("t=?\"{"[n % 5], out);
        (void)fputc('\n', out);
    }
    (void)fwrite("t=git\0&e=commit\n\0\0\n\xff\xfe\n\x1b[31m\n", 1, 28, out);
    (void)fputs(good, out);
    assert_int_equal(fclose(out), 0);
    assert_says(IMPORT(c, "/events"), 0,
                "7 counted, 0 refused, 10 unreadable\n", "");
    assert_says(IMPORT(c, "/events"), 1, "", "imported before");
    assert_int_equal(collect_refused(c, "form"), 10);
    free(path);
}

/* Signatures of crashes are anybody's: neither memory nor table fills. */
static void test_import_flood_of_crashes_is_bounded(void **state)
{
    struct collect *c = *state;
    char *path = strdup(scratch_path(c->scratch, "events"));
    FILE *out = fopen(path, "we");

    assert_non_null(out);
    for (int i = 0; i < 6000; i++)
        (void)fprintf(out,
                      "t=lister&e=run&v=1&tv=1.2&os=linux&libc=musl&ms=20"
                      "&sig=11&crash=1a2b3c4d-%x-9c0ffee1\n",
                      4096 + i);
    assert_int_equal(fclose(out), 0);
    assert_says(IMPORT(c, "/events"), 0,
                "6,000 counted, 0 refused, 0 unreadable\n", "");
    assert_int_equal(
        collect_sql(c, "SELECT count(*) FROM total WHERE item = 'crash'"),
        1001);
    assert_int_equal(
        collect_sql(c, "SELECT sum(n) FROM total WHERE item = 'crash'"), 6000);
    free(path);
}

static void test_import_shows_progress_on_a_terminal_only(void **state)
{
    static const char *const files[] = {"--again", "/events", NULL};
    struct collect *c = *state;
    char **argv = import_argv(c, files);
    struct terminal *terminal = NULL;

    skip_unless(terminal_works(), "no pseudo-terminal");
    scratch_write(c->scratch, "events", QUERY("commit", "ms=1&exit=0") "\n");
    assert_says(IMPORT(c, "/events"), 0, "1 counted, 0 refused, 0 unreadable\n",
                "");
    terminal = terminal_start(c->scratch, argv);
    assert_int_equal(terminal_end(terminal), 0);
    assert_non_null(strstr(terminal->shown, "100 %, 1 lines\r\033[K1 counted"));
    terminal_free(terminal);
    import_forget(argv);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_import_gives_the_totals_of_serve),
        TEST(test_import_summary_as_json_and_refused_lines),
        TEST(test_import_keeps_nothing_else),
        TEST(test_import_of_another_day_forgets_no_key),
        TEST(test_import_bad_usage_is_one_line),
        TEST(test_import_stores_nothing_of_what_cannot_be_read),
        TEST(test_import_leaves_no_core_image),
        TEST(test_import_where_nothing_counts_is_a_no),
        TEST(test_import_hostile_lines_are_unreadable),
        TEST(test_import_flood_of_crashes_is_bounded),
        TEST(test_import_shows_progress_on_a_terminal_only),
    };

    return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
