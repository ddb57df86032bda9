/* SPDX-License-Identifier: MIT */
/*
 * A day with git, bare, under the shim and by tel-wrap: the same output and
 * the same repositories, and each typed command counted once.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "served.h"

#define DAY TEL_SOURCE "/tests/foreign/used/git-day.sh"
#define RUNS_MAX 200

static const char policy[] =
    "[command]\nvalue-options = -C -c\n"
    "[aliases]\nci = commit\n"
    "[verbs]\n"
    "add = a\nam = a\narchive = a\nbisect = b\nblame = b\nbranch = b\n"
    "bundle = b\ncheckout = c\ncherry-pick = c\nclean = c\nclone = c\n"
    "commit = c\nconfig = c\ncount-objects = c\ncredential = c\n"
    "describe = d\ndiff = d\nfast-export = f\nfast-import = f\nfetch = f\n"
    "filter-branch = f\nformat-patch = f\nfsck = f\ngc = g\ngrep = g\n"
    "init = i\nlog = l\nmaintenance = m\nmerge = m\nmv = m\nnotes = n\n"
    "pull = p\npush = p\nrebase = r\nreflog = r\nremote = r\nrepack = r\n"
    "reset = r\nrev-parse = r\nrevert = r\nrm = r\nshow = s\nstash = s\n"
    "status = s\nsubmodule = s\nswitch = s\ntag = t\nupdate-index = u\n"
    "worktree = w\n";

static const char *const chapters[] = {"beginning", "branches", "hooks",
                                       "others", "packing"};
#define CHAPTERS (sizeof(chapters) / sizeof(chapters[0]))

static const char *const variables[][2] = {
    {"GIT_AUTHOR_NAME", "A"},
    {"GIT_AUTHOR_EMAIL", "a@example.org"},
    {"GIT_AUTHOR_DATE", "1700000000 +0100"},
    {"GIT_COMMITTER_NAME", "C"},
    {"GIT_COMMITTER_EMAIL", "c@example.org"},
    {"GIT_COMMITTER_DATE", "1700000001 +0100"},
    {"GIT_CONFIG_NOSYSTEM", "1"},
    {"GIT_TERMINAL_PROMPT", "0"},
    {"GIT_MERGE_AUTOEDIT", "no"},
    {"FILTER_BRANCH_SQUELCH_WARNING", "1"},
    {"TERM", "xterm"},
    {"TZ", "UTC"},
};

/* How git is typed: with this object preloaded, as this command. */
struct way {
    const char *preload;
    const char *git;
    bool recorded;
};

static const struct way bare = {NULL, "git", false};

static struct recorded *r;
static struct text bare_day;

static struct result run_chapter(const struct way *way, const char *chapter)
{
    struct scratch *s = r->scratch;
    struct result result;

    scratch_set(s, "DAY", scratch_path(s, "day"));
    scratch_set(s, "GIT", way->git);
    scratch_set(s, "LD_PRELOAD", way->preload);
    result =
        scratch_run(s, "/bin/sh", DAY, scratch_path(s, "day"), chapter, NULL);
    scratch_set(s, "LD_PRELOAD", NULL);
    return result;
}

static int by_text(const void *one, const void *two)
{
    return strcmp(*(char *const *)one, *(char *const *)two);
}

/* Sorts the lines of a text in place. */
static void sort_lines(struct text *text)
{
    char *lines[RUNS_MAX] = {NULL};
    struct text sorted = {0};
    size_t count = 0;

    for (char *line = strtok(text->bytes, "\n"); line != NULL;
         line = strtok(NULL, "\n")) {
        assert_true(count < RUNS_MAX);
        lines[count++] = line;
    }
    qsort(lines, count, sizeof(lines[0]), by_text);
    for (size_t i = 0; i < count; i++) {
        text_add(&sorted, "%s\n", lines[i]);
    }
    text_clear(text);
    *text = sorted;
}

/* What the script has noted as typed: an event and a status in each line. */
static struct text typed_in(const char *path)
{
    struct text typed = {0};
    char *bytes = file_read(path, NULL);

    assert_non_null(bytes);
    text_add(&typed, "%s", bytes);
    free(bytes);
    (void)unlink(path);
    return typed;
}

/* As many runs as were typed, in the same words. A death by signal that the
 * kernel did not tell is lost: typed, it is 141 here, and nothing else is. */
static void check_recorded(struct text *typed)
{
    struct text runs = {0};
    size_t count = text_count(typed, "\n");

    for (size_t i = 0; i < count; i++) {
        struct tel_finished run = recorded_next(r);
        int status = run.event.end == TEL_END_CODE     ? run.event.code
                     : run.event.end == TEL_END_SIGNAL ? 128 + run.event.code
                                                       : 128 + SIGPIPE;

        text_add(&runs, "%s %d\n", run.event.event, status);
    }
    sort_lines(&runs);
    sort_lines(typed);
    assert_same_text(typed, &runs);
    text_clear(&runs);
}

/* The whole day: what was printed, and what is left. */
static struct text live(const struct way *way, size_t *ret_typed)
{
    struct text said = {0};
    struct text typed;
    struct result result;

    remove_tree(scratch_path(r->scratch, "day"));
    scratch_write(r->scratch, "day/out", "");
    *ret_typed = 0;
    for (size_t i = 0; i < CHAPTERS; i++) {
        result = run_chapter(way, chapters[i]);
        text_add(&said, "== %s\n%s-- errors\n%s-- %d\n", chapters[i],
                 result.out, result.err, result.status);
        result_clear(&result);
        typed = typed_in(scratch_path(r->scratch, "day/typed"));
        text_add(&said, "-- typed\n%s", typed.bytes);
        *ret_typed += text_count(&typed, "\n");
        if (way->recorded) {
            check_recorded(&typed);
        }
        text_clear(&typed);
        recorded_nothing_more(r);
    }
    result = run_chapter(&bare, "inventory");
    text_add(&said, "== left\n%s-- errors\n%s", result.out, result.err);
    result_clear(&result);
    return said;
}

static int setup(void **state)
{
    size_t typed;

    (void)state;
    r = recorded_new();
    recorded_tool(r, "git", policy);
    scratch_write(r->scratch, "home/.gitconfig",
                  "[pack]\nthreads = 1\n[advice]\ndetachedHead = false\n");
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        scratch_set(r->scratch, variables[i][0], variables[i][1]);
    }
    bare_day = live(&bare, &typed);
    print_message("           %zu commands typed, %zu bytes printed\n", typed,
                  bare_day.len);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    recorded_free(r);
    text_clear(&bare_day);
    return 0;
}

static void check_same(const struct way *way)
{
    size_t typed;
    struct text day = live(way, &typed);

    assert_same_text(&bare_day, &day);
    assert_true(typed > 100);
    text_clear(&day);
}

static void test_git_bare_twice_is_the_same(void **state)
{
    (void)state;
    check_same(&bare);
}

static void test_git_under_the_shim_is_the_same_each_counts_once(void **state)
{
    (void)state;
    check_same(&(struct way){TEL_STAGE_SHIM, "git", true});
}

static void test_git_wrapped_in_place_is_the_same_each_counts_once(void **state)
{
    (void)state;
    check_same(&(struct way){NULL, TEL_WRAP " --mode=in-place git", true});
}

static void
test_git_wrapped_supervised_is_the_same_each_counts_once(void **state)
{
    (void)state;
    check_same(&(struct way){NULL, TEL_WRAP " --mode=supervise git", true});
}

/* The comparison sees an object that is not harmless. */
static void test_git_under_a_naive_object_is_not_the_same(void **state)
{
    struct way naive = {NAIVE, "git", false};
    struct result one;
    struct result two;

    (void)state;
    remove_tree(scratch_path(r->scratch, "day"));
    scratch_write(r->scratch, "day/out", "");
    one = run_chapter(&bare, chapters[0]);
    remove_tree(scratch_path(r->scratch, "day"));
    scratch_write(r->scratch, "day/out", "");
    two = run_chapter(&naive, chapters[0]);
    assert_int_equal(one.status, two.status);
    assert_string_equal(one.out, two.out);
    assert_string_not_equal(one.err, two.err);
    result_clear(&one);
    result_clear(&two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_git_bare_twice_is_the_same),
        cmocka_unit_test(test_git_under_the_shim_is_the_same_each_counts_once),
        cmocka_unit_test(
            test_git_wrapped_in_place_is_the_same_each_counts_once),
        cmocka_unit_test(
            test_git_wrapped_supervised_is_the_same_each_counts_once),
        cmocka_unit_test(test_git_under_a_naive_object_is_not_the_same),
    };

    return cmocka_run_group_tests_name("foreign_git", tests, setup, teardown);
}
