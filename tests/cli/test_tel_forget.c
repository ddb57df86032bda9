/* SPDX-License-Identifier: MIT */
/* tel log, tel flush and tel purge: what left, what leaves, what goes. */
#include "person.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_log_is_byte_for_byte(void **state)
{
    static const char text[] = "== 2024-05-06 demo-id GET http://127.0.0.1/\n"
                               "GET /?t=demo HTTP/1.1\r\nHost: x\r\n\r\n"
                               "== 204 accepted\n";
    struct scratch *s = scratch_new();
    char *out;

    (void)state;
    scratch_write(s, "state/tel/sent.log", text);
    out = scratch_ok(s, 0, TEL, "log", NULL);
    assert_string_equal(out, text);
    free(out);
    scratch_free(s);
}

static void test_log_empty_is_silent_in_a_pipe(void **state)
{
    struct scratch *s = scratch_new();

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct result r = scratch_run(s, TEL, "log", NULL);

        assert_int_equal(r.status, 0);
        assert_string_equal(r.out, "");
        assert_string_equal(r.err, "");
        result_clear(&r);
        scratch_write(s, "state/tel/sent.log", "");
    }
    scratch_free(s);
}

static void test_log_empty_says_so_on_a_terminal(void **state)
{
    struct scratch *s = scratch_new();
    char *out =
        scratch_ok(s, 0, "script", "-qec", TEL " log", "/dev/null", NULL);

    (void)state;
    assert_non_null(strstr(out, "Nothing has left"));
    free(out);
    scratch_free(s);
}

static void test_log_that_cannot_be_read_is_told(void **state)
{
    struct scratch *s = scratch_new();

    (void)state;
    scratch_write(s, "secret", "x");
    scratch_write(s, "state/tel/x", "");
    assert_int_equal(symlink(scratch_path(s, "secret"),
                             scratch_path(s, "state/tel/sent.log")),
                     0);
    person_refused(s, "sent.log: ", "log", NULL);
    scratch_free(s);
}

static void test_flush_without_anything_is_done(void **state)
{
    struct scratch *s = scratch_new();
    struct result r = scratch_run(s, TEL, "flush", NULL);

    (void)state;
    assert_int_equal(r.status, 0);
    assert_string_equal(r.err, "");
    result_clear(&r);
    scratch_free(s);
}

static void test_purge_leaves_consent_only(void **state)
{
    struct scratch *s = person_consenting(DEMO_POST);
    char *args[] = {(char *)(uintptr_t) "commit"};
    char table[256];
    char *before;
    char *after;
    char *out;

    (void)state;
    person_run(s, "demo", args, 1);
    person_run(s, "demo", args, 1);
    snprintf(table, sizeof(table), "%s/tel/runs-1", s->runtime);
    assert_int_equal(access(table, F_OK), 0);
    scratch_write(s, "state/tel/outbox/00000000000000aa-demo.new",
                  "0123456789abcdef0123456789abcdef {\"t\":\"demo-id\","
                  "\"e\":\"commit\",\"v\":1,\"tv\":\"1.2\",\"os\":\"linux\","
                  "\"libc\":\"glibc-2.36\",\"ms\":12,\"exit\":0,"
                  "\"quiet\":\"no\"}\n");
    scratch_write(s, "state/tel/sent.log", "== x\n");
    scratch_write(s, "state/tel/due", "demo-id 1 1\n");
    scratch_write(s, "state/tel/dropped", "demo-id 17\n");
    before = file_read(scratch_path(s, "config/tel/consent"), NULL);
    out = scratch_ok(s, 0, TEL, "purge", NULL);
    after = file_read(scratch_path(s, "config/tel/consent"), NULL);
    assert_non_null(strstr(out, "Events forgotten: 3."));
    assert_non_null(strstr(out, scratch_path(s, "state/tel")));
    assert_non_null(strstr(out, table));
    assert_int_not_equal(access(table, F_OK), 0);
    assert_int_not_equal(access(scratch_path(s, "state/tel"), F_OK), 0);
    assert_string_equal(before, after);
    free(before);
    free(after);
    free(out);
    out = scratch_ok(s, 0, TEL, "purge", NULL);
    assert_non_null(strstr(out, "Events forgotten: 0."));
    assert_null(strstr(out, "Removed"));
    free(out);
    scratch_free(s);
}

static void test_purge_makes_nothing(void **state)
{
    struct scratch *s = scratch_new();
    char *before = person_files(s);
    char *after;

    (void)state;
    free(scratch_ok(s, 0, TEL, "purge", NULL));
    after = person_files(s);
    assert_string_equal(before, after);
    free(before);
    free(after);
    scratch_free(s);
}

static const char *leave(struct scratch *s, pid_t maker)
{
    static char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s/tel", s->runtime);
    (void)mkdir(path, 0700);
    snprintf(path, sizeof(path), "%s/tel/new-%d", s->runtime, (int)maker);
    file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    return path;
}

/* A host that is killed just before it links its table into place. */
static void kill_a_maker(struct scratch *s)
{
    const char *demo = scratch_path(s, "bin/demo");
    struct result r;

    scratch_write(s, "bin/x", "");
    free(scratch_ok(s, 0, "cp", "/bin/true", demo, NULL));
    r = scratch_run(s, "strace", "-qq", "-o", "/dev/null", "-e",
                    "inject=linkat:signal=KILL", "-E",
                    "LD_PRELOAD=" TEL_STAGE_SHIM, demo, "commit", NULL);
    assert_int_equal(r.status, -SIGKILL);
    result_clear(&r);
}

static size_t left_in_runtime(struct scratch *s)
{
    char *out =
        scratch_ok(s, 0, "find", s->runtime, "-name", "new-*", "-print", NULL);
    size_t count = count_of(out, "\n");

    free(out);
    return count;
}

static void test_purge_and_off_all_remove_what_dead_makers_left(void **state)
{
    static const char *const commands[][2] = {{"purge", NULL},
                                              {"off", "--all"}};

    (void)state;
    for (size_t i = 0; i < COUNT(commands); i++) {
        struct scratch *s = person_consenting(DEMO_POST);
        char *out;

        kill_a_maker(s);
        assert_int_equal(left_in_runtime(s), 1);
        out = scratch_ok(s, 0, TEL, commands[i][0], commands[i][1], NULL);
        assert_non_null(strstr(out, "/tel, never used: 1\n"));
        assert_int_equal(left_in_runtime(s), 0);
        free(out);
        scratch_free(s);
    }
}

static void test_purge_leaves_what_is_being_made(void **state)
{
    struct scratch *s = scratch_new();
    const struct timespec old[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    const char *path = leave(s, getpid());

    (void)state;
    free(scratch_ok(s, 0, TEL, "purge", NULL));
    assert_int_equal(access(path, F_OK), 0);
    /* Nobody makes a table for a minute: the pid is another's by now. */
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    free(scratch_ok(s, 0, TEL, "purge", NULL));
    assert_int_not_equal(access(path, F_OK), 0);
    scratch_free(s);
}

/* Another name, and what is no file: not made by a maker of tables. */
static void test_purge_leaves_what_no_maker_made(void **state)
{
    struct scratch *s = scratch_new();
    char paths[2][256];

    (void)state;
    (void)leave(s, getpid());
    snprintf(paths[0], sizeof(paths[0]), "%s/tel/new-2147483647x", s->runtime);
    snprintf(paths[1], sizeof(paths[1]), "%s/tel/new-2147483647", s->runtime);
    scratch_write(s, "x", "x");
    free(scratch_ok(s, 0, "cp", scratch_path(s, "x"), paths[0], NULL));
    assert_int_equal(symlink(scratch_path(s, "x"), paths[1]), 0);
    free(scratch_ok(s, 0, TEL, "purge", NULL));
    for (int i = 0; i < 2; i++)
        assert_int_equal(access(paths[i], F_OK), 0);
    scratch_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_is_byte_for_byte),
        cmocka_unit_test(test_log_empty_is_silent_in_a_pipe),
        cmocka_unit_test(test_log_empty_says_so_on_a_terminal),
        cmocka_unit_test(test_log_that_cannot_be_read_is_told),
        cmocka_unit_test(test_flush_without_anything_is_done),
        cmocka_unit_test(test_purge_leaves_consent_only),
        cmocka_unit_test(test_purge_makes_nothing),
        cmocka_unit_test(test_purge_and_off_all_remove_what_dead_makers_left),
        cmocka_unit_test(test_purge_leaves_what_is_being_made),
        cmocka_unit_test(test_purge_leaves_what_no_maker_made),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
