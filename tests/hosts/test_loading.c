/* SPDX-License-Identifier: MIT */
/* Loaded late, twice, or beside functions of the host's own: no harm. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trial.h"

#define SAYS_7 .status = 7, .end = TEL_END_CODE, .code = 7
#define UNLOADED                                                              \
    "leaves its exit handler registered when it is unloaded: the host jumps " \
    "to where it was, and dies"
#define TWICE_COUNTED "counts the run once for each time that it is loaded"

static const struct trial trials[] = {
    {"opens-the-object", "now", .naive = "writes-at-exit", SAYS_7,
     .under = "opened", .because = UNLOADED},
    {"opens-the-object", "global", .naive = "writes-at-exit", SAYS_7,
     .under = "opened", .because = UNLOADED},
    {"opens-the-object", "thread", .naive = "writes-at-exit", SAYS_7,
     .under = "opened", .because = UNLOADED},
    {"opens-the-object", "thread16", .naive = "needs-stack", SAYS_7,
     .under = "opened",
     .because = "puts its buffers on the stack, which is a thread's of 16 KB"},
    {"opens-the-object", "twice", .naive = "writes-at-exit", SAYS_7,
     .under = "opened", .because = UNLOADED},
    {"opens-the-object", "closed", .naive = "keeps-descriptor", SAYS_7,
     .under = "opened",
     .because = "keeps one of the numbers that the host has closed"},
    {"opens-the-object", "cleared", .naive = "reads-home", .status = 7,
     .end = NO_RUN, .under = "opened",
     .because = "reads HOME where there is no environment any more"},
    {"opens-the-object", "raw-exit", .naive = "keeps-descriptor", .status = 7,
     .end = TEL_END_LOST, .under = "opened",
     .because = "keeps a descriptor, and the host's file "
                "gets another number"},
    {"says-hello", .naive = "counts-all", SAYS_7, .record_wrong = true,
     .loaded = COPIED, .because = TWICE_COUNTED},
    {"opens-data", .naive = "keeps-descriptor", SAYS_7, .loaded = TWICE,
     .because = "keeps a descriptor for each time that it is named"},
    {"opens-data", .naive = "keeps-descriptor", SAYS_7, .loaded = LINKED,
     .because = "keeps a descriptor for each path that it is named by"},
    {"opens-data", .naive = "keeps-descriptor", SAYS_7, .loaded = COPIED,
     .because = "keeps a descriptor for each copy"},
    {"opens-data", .naive = "keeps-descriptor", SAYS_7, .loaded = COPIED,
     .sender = STARTS, .because = "keeps a descriptor for each copy"},
    {"own-functions", .naive = "calls-libc", SAYS_7,
     .because = "calls functions of the host's that are named like libc's"},
    {"own-exit", .naive = "reports-zero", .status = 7, .end = TEL_END_LOST,
     .record_wrong = true,
     .because = "sees no end, as its own _exit is never called"},
};

static int setup(void **state)
{
    struct recorded *r = recorded_new();

    recorded_tool(r, "says-hello", "[command]\nverbs = none\n");
    recorded_tool(r, "is-static", "[command]\nverbs = none\n");
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    recorded_free(*state);
    return 0;
}

static void expect_7(struct result result, const char *out)
{
    assert_int_equal(result.status, 7);
    assert_string_equal(result.out, out);
    assert_string_equal(result.err, "");
    result_clear(&result);
}

/* Not loadable: the shim is silent and records nothing, no object sees the
 * run; the wrapper does. */
static void check_not_loadable(struct recorded *r, const char *program,
                               const char *out)
{
    char record[256];

    (void)snprintf(record, sizeof(record), "%s/naive", r->scratch->runtime);
    scratch_set(r->scratch, "NAIVE", "counts-all");
    scratch_set(r->scratch, "NAIVE_RECORD", record);
    scratch_set(r->scratch, "LD_PRELOAD", TEL_STAGE_SHIM);
    expect_7(scratch_run(r->scratch, program, NULL), out);
    recorded_nothing_more(r);
    scratch_set(r->scratch, "LD_PRELOAD", naive_object);
    expect_7(scratch_run(r->scratch, program, NULL), out);
    assert_int_equal(access(record, F_OK), -1);
    scratch_set(r->scratch, "LD_PRELOAD", NULL);
    expect_7(scratch_run(r->scratch, TEL_WRAP, program, NULL), out);
    recorded_expect(r, "run", TEL_END_CODE, 7);
    recorded_nothing_more(r);
}

static void test_loading_static_host_is_left_to_the_wrapper(void **state)
{
    check_not_loadable(*state, host_path("is-static"), "static\n");
}

static void test_loading_setuid_host_is_left_to_the_wrapper(void **state)
{
    struct recorded *r = *state;
    const char *program = scratch_path(r->scratch, "says-hello");

    skip_unless(is_root(), "only root can make it setuid");
    free(scratch_ok(r->scratch, 0, "cp", host_path("says-hello"), program,
                    NULL));
    assert_int_equal(chmod(r->scratch->root, 0711), 0);
    assert_int_equal(chown(program, 4242, (gid_t)-1), 0);
    assert_int_equal(chmod(program, 04755), 0);
    check_not_loadable(r, program, "hello\n");
}

/* Copies a file to the same path below root, and what it is linked with. */
static void copy_into(struct recorded *r, const char *root, const char *file)
{
    free(scratch_ok(r->scratch, 0, "/bin/sh", "-c",
                    "cp -L --parents \"$2\" \"$1\" && "
                    "ldd \"$2\" | grep -o '/[^ )]*' | while read -r lib; do "
                    "cp -L --parents \"$lib\" \"$1\" || exit 1; done",
                    "sh", root, file, NULL));
}

static struct result run_in_root(struct recorded *r, const char *root,
                                 const char *object)
{
    scratch_set(r->scratch, "OBJECT", object);
    return scratch_run(r->scratch, "/usr/sbin/chroot", root, UNDER, "none",
                       host_path("says-hello"), NULL);
}

/* A root with nothing but the program, its libraries and the object: no
 * /proc, no /dev, no /sys. Policy and yes are there, and memory. */
static void test_loading_in_an_empty_root_host_is_as_ever(void **state)
{
    struct recorded *r = *state;
    char root[192];
    const char *files[] = {host_path("says-hello"), UNDER, TEL_STAGE_SHIM,
                           naive_object, NULL};

    skip_unless(is_root(), "only root can change the root");
    (void)snprintf(root, sizeof(root), "%s/root", r->scratch->runtime);
    assert_int_equal(mkdir(root, 0755), 0);
    for (size_t i = 0; files[i] != NULL; i++) {
        copy_into(r, root, files[i]);
    }
    free(scratch_ok(r->scratch, 0, "cp", "-r", "--parents",
                    scratch_path(r->scratch, "config"), root, NULL));
    free(scratch_ok(r->scratch, 0, "/bin/sh", "-c",
                    "mkdir -p \"$0$XDG_RUNTIME_DIR\" && "
                    "chmod 700 \"$0$XDG_RUNTIME_DIR\"",
                    root, NULL));
    expect_7(run_in_root(r, root, NULL), "hello\n");
    expect_7(run_in_root(r, root, TEL_STAGE_SHIM), "hello\n");
    recorded_nothing_more(r);
    expect_7(run_in_root(r, root, naive_object), "hello\n");
    scratch_set(r->scratch, "NAIVE", "needs-descriptor");
    struct result result = run_in_root(r, root, naive_object);

    assert_int_equal(result.status, -SIGABRT);
    result_clear(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_loading_static_host_is_left_to_the_wrapper, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_loading_setuid_host_is_left_to_the_wrapper, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_loading_in_an_empty_root_host_is_as_ever, setup, teardown),
    };

    return trials_run("hosts_loading", trials, COUNT(trials), tests,
                      COUNT(tests));
}
