/* SPDX-License-Identifier: MIT */
/*
 * Sandboxes and namespaces: the host is as bare, nothing hangs, and a run is
 * judged by nobody but a sender with the same /proc. The program itself plays
 * that sender, inside: "test_foreign_sandboxes --inside TOOL ...".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "filters.h"
#include "foreign.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What is in the table after a run, as seen from outside: the run, or nothing,
 * as nobody outside could judge it. */
enum seen { EXACT, NOTHING };

/* Words in front of a tool; "@runtime" is the folder of the table. */
struct sandbox {
    const char *words;
    enum seen seen;
};

#define BWRAP "/usr/bin/bwrap --bind / / --dev-bind /dev /dev "
#define BWRAP_DEV "/usr/bin/bwrap --bind / / --dev /dev "

static const struct sandbox bubbles[] = {
    {BWRAP, EXACT},
    {BWRAP "--unshare-user --unshare-ipc --unshare-net --unshare-uts", EXACT},
    {BWRAP "--cap-drop ALL --new-session --die-with-parent", EXACT},
    {BWRAP "--unshare-user --uid 1000 --gid 1000", EXACT},
    {BWRAP "--unshare-all --proc /proc", NOTHING},
    {BWRAP "--unshare-all --proc /proc --as-pid-1", NOTHING},
    {BWRAP "--unshare-all --proc /proc --new-session --die-with-parent",
     NOTHING},
    /* The outer /proc, in which its pid is another process. */
    {BWRAP "--unshare-pid", NOTHING},
    {BWRAP "--unshare-all --tmpfs /proc", NOTHING},
    /* No memory, memory that may not be written, and a place of its own. */
    {BWRAP_DEV "--unshare-all --proc /proc", NOTHING},
    {BWRAP_DEV, NOTHING},
    {BWRAP "--ro-bind /dev/shm /dev/shm", NOTHING},
    {BWRAP_DEV "--unshare-all --proc /proc --dir @runtime", NOTHING},
    {BWRAP_DEV "--unshare-all --proc /proc --dir @runtime --as-pid-1", NOTHING},
};

static const struct sandbox namespaces[] = {
    {"/usr/bin/unshare --user --map-root-user", EXACT},
    {"/usr/bin/unshare --mount --ipc --uts --net --cgroup", EXACT},
    {"/usr/bin/unshare --pid --fork --mount-proc", NOTHING},
    {"/usr/bin/unshare --user --map-root-user --pid --fork --mount-proc "
     "--kill-child",
     NOTHING},
    {"/usr/bin/unshare --pid --fork", NOTHING},
    {"/usr/bin/unshare --time --boottime 5000000 --monotonic 5000000", EXACT},
};

static const struct sandbox privileges[] = {
    {"/usr/bin/setpriv --no-new-privs", EXACT},
    {"/usr/bin/setpriv --bounding-set -all --inh-caps -all", EXACT},
    {"/usr/sbin/capsh --drop=cap_sys_ptrace,cap_kill --shell=/usr/bin/env --",
     EXACT},
};

static const struct way ways[] = {{"exit 77", 77}, {"subshell", 6}};

/* Replaces "@runtime", for which there is only one, at the end. */
static void compose(char line[2048], const struct recorded *r,
                    const char *words, const char *tool)
{
    const char *at = strstr(words, "@runtime");
    int len = at != NULL ? (int)(at - words) : (int)strlen(words);

    (void)snprintf(line, 2048, "%.*s%s%s %s", len, words,
                   at != NULL ? r->scratch->runtime : "",
                   at != NULL ? at + strlen("@runtime") : "", tool);
}

/* The machine may forbid it altogether, as containers do. */
static bool works(struct recorded *r, const char *words)
{
    char line[2048];
    char *argv[FOREIGN_ARGS];
    struct result result;
    bool works;

    compose(line, r, words, "/bin/true");
    foreign_words(argv, 0, line);
    if (access(argv[0], X_OK) < 0) {
        print_message("           skipped: no %s\n", argv[0]);
        return false;
    }
    result = scratch_runv(r->scratch, argv);
    works = result.status == 0;
    if (!works) {
        print_message("           skipped: not permitted here: %s: %s\n", words,
                      result.err);
    }
    result_clear(&result);
    return works;
}

/* By env, so that the run has to be found again by its pid. */
static void check_way(const struct sandbox *sandbox, const struct way *way)
{
    const struct sides sides = {.with = TEL_STAGE_SHIM};
    char *argv[FOREIGN_ARGS];
    char line[2048];
    char verb[64];
    struct recorded *r;
    void *state;

    foreign_setup(&state);
    r = state;
    foreign_tool(r, "ways.bash", ways, COUNT(ways));
    compose(line, r, sandbox->words, foreign_copy(r, "ways.bash"));
    if (!works(r, sandbox->words)) {
        foreign_teardown(&state);
        return;
    }
    foreign_words(argv, 0, line);
    for (size_t n = 0; argv[n] != NULL; n++) {
        if (argv[n + 1] == NULL) {
            foreign_words(argv, n + 1, way->line);
            (void)snprintf(verb, sizeof(verb), "%s", argv[n + 1]);
            break;
        }
    }
    foreign_same(r, &sides, argv, way->status);
    if (sandbox->seen == EXACT) {
        foreign_recorded(r, "ways.bash", verb, way->status);
    } else {
        recorded_nothing_more(r);
    }
    foreign_teardown(&state);
}

static void check(const struct sandbox *sandboxes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        print_message("           %s\n", sandboxes[i].words);
        for (size_t w = 0; w < COUNT(ways); w++) {
            check_way(&sandboxes[i], &ways[w]);
        }
    }
}

static void test_sandboxes_bwrap_as_bare(void **state)
{
    (void)state;
    foreign_need("/usr/bin/bwrap", "bubblewrap");
    check(bubbles, COUNT(bubbles));
}

static void test_sandboxes_namespaces_as_bare(void **state)
{
    (void)state;
    check(namespaces, COUNT(namespaces));
}

static void test_sandboxes_privileges_as_bare(void **state)
{
    (void)state;
    check(privileges, COUNT(privileges));
}

/* A filter from before the start: with errors, and with death. */
static void test_sandboxes_seccomp_as_bare_and_recorded(void **state)
{
    static const char *const filters[] = {"docker", "service", "bubblewrap"};
    struct recorded *r = *state;
    const struct sides sides = {.with = TEL_STAGE_SHIM};
    char line[1024];
    char *argv[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", line,
                    NULL};

    foreign_need("/usr/bin/bwrap", "bubblewrap");
    if (!works(r, BWRAP)) {
        skip();
    }
    foreign_tool(r, "ways.sh", ways, COUNT(ways));
    for (size_t i = 0; i < COUNT(filters); i++) {
        const char *path = scratch_path(r->scratch, "filter");

        skip_unless(filter_write(filters[i], path) == 0,
                    "no filter for this machine");
        (void)snprintf(line, sizeof(line),
                       "exec " BWRAP "--seccomp 9 %s exit 77 9<%s",
                       foreign_copy(r, "ways.sh"), path);
        foreign_same(r, &sides, argv, 77);
        foreign_recorded(r, "ways.sh", "exit", 77);
    }
}

static unsigned count_foreign(struct recorded *r)
{
    struct tel_table_counts counts;

    tel_table_look(r->table);
    tel_table_count(r->table, &counts);
    assert_int_equal(counts.running, 0);
    assert_int_equal(counts.finished, 0);
    return counts.foreign;
}

/* Taken out by a sender inside; left alone by the one outside. */
static void test_sandboxes_run_is_judged_by_its_own_proc_only(void **state)
{
    struct recorded *r = *state;
    const char *words = BWRAP "--unshare-all --proc /proc";
    char line[2048];
    char *argv[FOREIGN_ARGS];
    struct result result;

    foreign_need("/usr/bin/bwrap", "bubblewrap");
    if (!works(r, words)) {
        skip();
    }
    foreign_tool(r, "ways.sh", ways, COUNT(ways));
    for (int keep = 0; keep < 2; keep++) {
        (void)snprintf(line, sizeof(line), "%s %s %s %s exit 77", words, SELF,
                       keep == 1 ? "--keep" : "--inside",
                       foreign_copy(r, "ways.sh"));
        foreign_words(argv, 0, line);
        result = scratch_runv(r->scratch, argv);
        assert_string_equal(result.err, "");
        assert_string_equal(result.out, keep == 1 ? "" : "ways.sh exit 77\n");
        assert_int_equal(result.status, 77);
        result_clear(&result);
        assert_int_equal(count_foreign(r), keep);
    }
}

/* A namespace of pids that is a whole system, by the name of its process 1,
 * has a sender of its own, started by the run. */
static void test_sandboxes_whole_system_starts_its_sender(void **state)
{
    static const char init[] =
        "#!/bin/sh\n\"$@\"; status=$?\n"
        "until grep -qs tel-send /proc/[0-9]*/comm; do :; done\n"
        "exit $status\n";
    struct recorded *r = *state;
    const char *words = BWRAP "--unshare-all --proc /proc --as-pid-1";
    char line[2048];
    char *argv[FOREIGN_ARGS];
    struct result result;

    foreign_need("/usr/bin/bwrap", "bubblewrap");
    if (!works(r, words)) {
        skip();
    }
    foreign_tool(r, "ways.sh", ways, COUNT(ways));
    scratch_write(r->scratch, "bin/init", init);
    (void)snprintf(line, sizeof(line), "%s %s %s exit 77", words,
                   scratch_path(r->scratch, "bin/init"),
                   foreign_copy(r, "ways.sh"));
    scratch_set(r->scratch, "LD_PRELOAD", TEL_STAGE_SHIM);
    foreign_words(argv, 0, line);
    result = scratch_runv(r->scratch, argv);
    assert_int_equal(result.status, 77);
    assert_string_equal(result.err, "");
    result_clear(&result);
}

/* The wrapper below them: it leaves nothing that somebody waits for. */
static void test_sandboxes_wrapper_ends_as_its_tool(void **state)
{
    static const char *const modes[] = {"--mode=supervise", "--mode=in-place"};
    static const struct sandbox sandboxes[] = {
        {BWRAP, EXACT},
        {BWRAP "--unshare-all --proc /proc", NOTHING},
        {BWRAP "--unshare-all --proc /proc --as-pid-1", NOTHING},
        {BWRAP "--unshare-pid", NOTHING},
        {"/usr/bin/unshare --pid --fork --mount-proc", NOTHING},
    };
    struct recorded *r = *state;
    const char *tool = foreign_copy(r, "ways.sh");

    foreign_tool(r, "ways.sh", ways, COUNT(ways));
    for (size_t i = 0; i < COUNT(sandboxes); i++) {
        if (!works(r, sandboxes[i].words)) {
            continue;
        }
        for (size_t m = 0; m < (tel_pidfd_tells() ? 2 : 1); m++) {
            char line[2048];
            char *argv[FOREIGN_ARGS];
            struct result result;

            (void)snprintf(line, sizeof(line), "%s %s %s %s exit 77",
                           sandboxes[i].words, TEL_WRAP, modes[m], tool);
            foreign_words(argv, 0, line);
            result = scratch_runv(r->scratch, argv);
            assert_int_equal(result.status, 77);
            assert_string_equal(result.out, "");
            assert_string_equal(result.err, "");
            result_clear(&result);
            if (sandboxes[i].seen == EXACT) {
                foreign_recorded(r, "ways.sh", "exit", 77);
            }
            recorded_nothing_more(r);
        }
    }
}

/* A tree with nothing in it but a shell, its libraries and the shim; then
 * with the table, the policy and /proc. */
static void test_sandboxes_chroot_as_bare(void **state)
{
    static const char tree[] =
        "tree=$HOME/tree; mkdir -p $tree && cd $tree &&\n"
        "mkdir -p proc dev/shm && copy() { mkdir -p .${1%/*} && cp $1 .$1; } &&"
        " copy " TEL_STAGE_SHIM " && copy /bin/sh && copy $0 &&\n"
        "ldd /bin/sh | grep -o '/[^ ]*' | while read -r f; do copy $f; done";
    static const char with_places[] =
        "cd $HOME/tree && mkdir -p .$XDG_CONFIG_HOME && cp -r "
        "$XDG_CONFIG_HOME/*"
        " .$XDG_CONFIG_HOME && mount --rbind /dev/shm dev/shm && "
        "mount --bind /proc proc && exec chroot . $0 exit 77";
    struct recorded *r = *state;
    const struct sides sides = {.with = TEL_STAGE_SHIM};
    const char *tool = foreign_copy(r, "ways.sh");
    char *bare[] = {(char *)(uintptr_t) "chroot",
                    (char *)(uintptr_t)scratch_path(r->scratch, "home/tree"),
                    (char *)(uintptr_t)tool,
                    (char *)(uintptr_t) "exit",
                    (char *)(uintptr_t) "77",
                    NULL};
    char *full[] = {(char *)(uintptr_t) "unshare",
                    (char *)(uintptr_t) "-m",
                    (char *)(uintptr_t) "sh",
                    (char *)(uintptr_t) "-c",
                    (char *)(uintptr_t)with_places,
                    (char *)(uintptr_t)tool,
                    NULL};

    skip_unless(geteuid() == 0, "chroot needs root");
    foreign_tool(r, "ways.sh", ways, COUNT(ways));
    free(scratch_ok(r->scratch, 0, "sh", "-c", tree, tool, NULL));
    foreign_same(r, &sides, bare, 77);
    recorded_nothing_more(r);
    if (works(r, "/usr/bin/unshare -m")) {
        foreign_same(r, &sides, full, 77);
        foreign_recorded(r, "ways.sh", "exit", 77);
    }
}

/* Another user, for whom nobody has said yes, with the first one's variables:
 * nothing is recorded, and nothing made. */
static void test_sandboxes_other_user_as_bare_and_silent(void **state)
{
    static const char *const lines[] = {
        "/usr/bin/setpriv --reuid 65534 --clear-groups /bin/sh -c ls",
        "/usr/sbin/runuser -u nobody -- /bin/sh -c ls",
        "/usr/bin/setpriv --reuid 65534 --keep-groups /bin/sh -c ls"};
    struct recorded *r = *state;
    const struct sides sides = {.with = TEL_STAGE_SHIM};

    skip_unless(geteuid() == 0, "becoming another user needs root");
    recorded_tool(r, "sh", "[command]\nverbs = none\n");
    for (size_t i = 0; i < COUNT(lines); i++) {
        char *argv[FOREIGN_ARGS];

        foreign_words(argv, 0, lines[i]);
        foreign_same(r, &sides, argv, 2);
        recorded_nothing_more(r);
    }
}

/* ---- inside ------------------------------------------------------------ */

static int run_tool(char **argv)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        setenv("LD_PRELOAD", TEL_STAGE_SHIM, 1);
        execv(argv[0], argv);
        _exit(99);
    }
    waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
}

/* Holds the lease of this /proc, runs the tool and, unless it is to be kept,
 * takes the run out and prints it. */
static int inside(bool keep, char **argv)
{
    struct tel_finished run;
    struct tel_table *table;
    struct tel_env env;
    char dir[TEL_PATH_MAX];
    int status;

    tel_env_read(&env, environ, false, geteuid());
    if (tel_table_dir(&env, 0, dir, sizeof(dir)) < 0 ||
        tel_table_open(dir, geteuid(), &table) < 0 ||
        tel_lease_take(table) < 0) {
        return 98;
    }
    status = run_tool(argv);
    if (!keep) {
        tel_table_look(table);
        while (tel_table_finished(table, &run, 1) > 0) {
            printf("%s %s %d\n", run.name, run.event.event, run.event.code);
            tel_table_free(table, &run);
        }
    }
    tel_lease_drop(table);
    tel_table_close(table);
    return status;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, foreign_setup, foreign_teardown)
        cmocka_unit_test(test_sandboxes_bwrap_as_bare),
        cmocka_unit_test(test_sandboxes_namespaces_as_bare),
        cmocka_unit_test(test_sandboxes_privileges_as_bare),
        TEST(test_sandboxes_seccomp_as_bare_and_recorded),
        TEST(test_sandboxes_run_is_judged_by_its_own_proc_only),
        TEST(test_sandboxes_wrapper_ends_as_its_tool),
        TEST(test_sandboxes_whole_system_starts_its_sender),
        TEST(test_sandboxes_chroot_as_bare),
        TEST(test_sandboxes_other_user_as_bare_and_silent),
    };

    if (argc > 2 &&
        (strcmp(argv[1], "--inside") == 0 || strcmp(argv[1], "--keep") == 0)) {
        return inside(strcmp(argv[1], "--keep") == 0, argv + 2);
    }
    return cmocka_run_group_tests_name("foreign_sandboxes", tests, NULL, NULL);
}
