/* SPDX-License-Identifier: MIT */
/* report --html: what stands in the page, and how its file is made. */
#include "collect.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pages.h"

#define PYTHON "/usr/bin/python3"

/* Holds the month's database, which is read only. */
static struct scratch *shared;

static int make_month(void **state)
{
    (void)state;
    shared = scratch_new();
    pages_month(scratch_path(shared, "totals.db"));
    return 0;
}

static int forget_month(void **state)
{
    (void)state;
    scratch_free(shared);
    return 0;
}

static int setup(void **state)
{
    *state = scratch_new();
    return 0;
}

static int teardown(void **state)
{
    scratch_free(*state);
    return 0;
}

/* Of a test's own scratch, or of the shared one. */
static const char *db(const struct scratch *scratch)
{
    return scratch_path(scratch, "totals.db");
}

static const char *page(const struct scratch *scratch)
{
    return scratch_path(scratch, "page.html");
}

/* Makes a page of a database, and returns it. */
static char *write_page_of(struct scratch *scratch, const char *of)
{
    char *text = scratch_ok(scratch, 0, TEL_COLLECT, "report", "--db", of,
                            "--html", page(scratch), NULL);

    assert_string_equal(text, "");
    free(text);
    text = file_read(page(scratch), NULL);
    assert_non_null(text);
    return text;
}

static char *write_page(struct scratch *scratch)
{
    return write_page_of(scratch, db(shared));
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("the page does not say \"%s\"", part);
}

static void assert_sound(struct scratch *scratch)
{
    char *faults =
        scratch_ok(scratch, 0, PYTHON, TEL_SOURCE "/tests/collector/page.py",
                   page(scratch), NULL);

    assert_string_equal(faults, "");
    free(faults);
}

static void test_html_page_is_well_formed_and_leads_nowhere(void **state)
{
    void (*const makers[])(const char *) = {pages_odd, pages_long,
                                            pages_hostile, pages_empty};
    struct scratch *scratch = *state;

    skip_unless(access(PYTHON, X_OK) == 0, "there is no python3");
    free(write_page(scratch));
    assert_sound(scratch);
    for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
        (void)unlink(db(scratch));
        makers[i](db(scratch));
        free(write_page_of(scratch, db(scratch)));
        assert_sound(scratch);
    }
}

/* What a vendor has to know within a minute. */
static void test_html_names_the_regression_first(void **state)
{
    struct scratch *scratch = *state;
    char *text = NULL;
    const char *finding = NULL;

    text = write_page(scratch);
    finding = strstr(text, "<article");
    assert_non_null(finding);
    assert_has(finding, "<code>push</code> in 2.41.0 fails twice as often as"
                        " in 2.40.0");
    assert_has(finding, "takes 3");
    /* And nothing else changed. */
    assert_int_equal(count_of(text, "<article"), 1);
    free(text);
}

static void test_html_says_what_its_numbers_are(void **state)
{
    struct scratch *scratch = *state;
    char *text = NULL;

    text = write_page(scratch);
    assert_has(text, "runs and not people");
    assert_has(text, "unauthenticated");
    assert_has(text, "under 5 are held back");
    assert_has(text, "multiple of 5");
    free(text);
}

static void test_html_without_counts_says_so(void **state)
{
    struct scratch *scratch = *state;
    char *text = NULL;

    pages_empty(db(scratch));
    text = write_page_of(scratch, db(scratch));
    assert_has(text, "Nothing was counted.");
    assert_int_equal(count_of(text, "<svg"), 0);
    free(text);
}

static void test_html_is_the_same_each_time(void **state)
{
    struct scratch *scratch = *state;
    char *first = NULL;
    char *second = NULL;

    first = write_page(scratch);
    second = write_page(scratch);
    assert_string_equal(first, second);
    free(second);
    second = scratch_ok(scratch, 0, TEL_COLLECT, "report", "--db", db(shared),
                        "--html", "-", NULL);
    assert_string_equal(first, second);
    free(second);
    free(first);
}

static unsigned mode_of(const char *path)
{
    struct stat st;

    assert_int_equal(lstat(path, &st), 0);
    return st.st_mode;
}

/* Files of root, beside the page. */
static unsigned leftovers(struct scratch *scratch)
{
    char *list = scratch_ok(scratch, 0, "ls", scratch_path(scratch, "."), NULL);
    unsigned count = (unsigned)count_of(list, "page.html.");

    free(list);
    return count;
}

static void test_html_file_is_replaced_as_a_whole(void **state)
{
    struct scratch *scratch = *state;
    mode_t mask = umask(0);

    scratch_write(scratch, "real.html", "old");
    assert_int_equal(symlink(scratch_path(scratch, "real.html"), page(scratch)),
                     0);
    free(write_page(scratch));
    assert_int_equal(mode_of(page(scratch)) & S_IFMT, S_IFLNK);
    assert_int_equal(mode_of(scratch_path(scratch, "real.html")),
                     S_IFREG | 0644);
    assert_int_equal(unlink(page(scratch)), 0);
    (void)umask(077);
    free(write_page(scratch));
    (void)umask(mask);
    assert_int_equal(mode_of(page(scratch)), S_IFREG | 0600);
    assert_int_equal(leftovers(scratch), 0);
}

static void test_html_failure_keeps_the_old_page(void **state)
{
    struct scratch *scratch = *state;
    struct result result;
    char *text = NULL;

    scratch_write(scratch, "page.html", "old");
    result = scratch_run(scratch, TEL_COLLECT, "report", "--db",
                         scratch_path(scratch, "none.db"), "--html",
                         page(scratch), NULL);
    assert_int_equal(result.status, 2);
    result_clear(&result);
    text = file_read(page(scratch), NULL);
    assert_string_equal(text, "old");
    free(text);
    assert_int_equal(leftovers(scratch), 0);
}

static void test_html_file_that_can_not_be_written_is_said(void **state)
{
    struct scratch *scratch = *state;
    struct result result;

    result = scratch_run(scratch, TEL_COLLECT, "report", "--db", db(shared),
                         "--html", "/nowhere/page.html", NULL);
    assert_int_equal(result.status, 2);
    assert_string_equal(result.err,
                        "tel-collect: --html /nowhere/page.html: No such file"
                        " or directory\n");
    result_clear(&result);
    result = scratch_run(scratch, TEL_COLLECT, "report", "--db", db(shared),
                         "--html", scratch->root, NULL);
    assert_int_equal(result.status, 2);
    assert_non_null(strstr(result.err, ": Is a directory\n"));
    result_clear(&result);
    result = scratch_run(scratch, "sh", "-c", "exec \"$@\" >/dev/full", "sh",
                         TEL_COLLECT, "report", "--db", db(shared), "--html",
                         "-", NULL);
    assert_int_equal(result.status, 2);
    assert_string_equal(result.err, "tel-collect: --html -: No space left on"
                                    " device\n");
    result_clear(&result);
}

static void test_html_day_of_no_calendar_is_said(void **state)
{
    struct scratch *scratch = *state;
    struct result result;

    pages_far(db(scratch));
    result = scratch_run(scratch, TEL_COLLECT, "report", "--db", db(scratch),
                         "--html", page(scratch), NULL);
    assert_int_equal(result.status, 2);
    assert_non_null(strstr(result.err, "holds what tel-collect never wrote\n"));
    result_clear(&result);
}

/* Not even a share of what is held back. */
static void test_html_tool_under_k_says_nothing_else(void **state)
{
    struct scratch *scratch = *state;
    char *text = NULL;
    char *section = NULL;

    pages_odd(db(scratch));
    text = write_page_of(scratch, db(scratch));
    section = strstr(text, "<h2>under</h2>");
    assert_non_null(section);
    *strstr(section, "</section>") = '\0';
    assert_string_equal(section,
                        "<h2>under</h2>\n<p class=\"muted\">It ran under 5"
                        " times, so all else is held back.</p>\n");
    free(text);
}

/* A pipe is written to, and stays one. */
static void test_html_pipe_is_not_replaced(void **state)
{
    struct scratch *scratch = *state;
    const char *pipe = scratch_path(scratch, "pipe");
    char *argv[] = {strdup("cat"), strdup(pipe), NULL};
    pid_t reader;
    char *text = NULL;
    char *read = NULL;

    text = write_page(scratch);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    reader = scratch_start(scratch, "read.html", argv);
    free(scratch_ok(scratch, 0, TEL_COLLECT, "report", "--db", db(shared),
                    "--html", pipe, NULL));
    assert_int_equal(scratch_stop(scratch, reader, 0), 0);
    assert_int_equal(mode_of(pipe) & S_IFMT, S_IFIFO);
    read = file_read(scratch_path(scratch, "read.html"), NULL);
    assert_string_equal(read, text);
    free(read);
    free(text);
    free(argv[0]);
    free(argv[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_html_page_is_well_formed_and_leads_nowhere),
        TEST(test_html_names_the_regression_first),
        TEST(test_html_says_what_its_numbers_are),
        TEST(test_html_without_counts_says_so),
        TEST(test_html_is_the_same_each_time),
        TEST(test_html_file_is_replaced_as_a_whole),
        TEST(test_html_failure_keeps_the_old_page),
        TEST(test_html_file_that_can_not_be_written_is_said),
        TEST(test_html_day_of_no_calendar_is_said),
        TEST(test_html_tool_under_k_says_nothing_else),
        TEST(test_html_pipe_is_not_replaced),
    };

    return cmocka_run_group_tests_name("report --html", tests, make_month,
                                       forget_month);
}
