/* SPDX-License-Identifier: MIT */
/* Finding the tool, becoming it, and saying why that failed. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recorded.h"

static const char *const modes[] = {"--mode=in-place", "--mode=supervise"};

static int setup(void **state)
{
    *state = recorded_new();
    return 0;
}

static int teardown(void **state)
{
    recorded_free(*state);
    return 0;
}

/* Runs a script with tel-wrap as $0: its status, and stderr as a whole. */
static void check(struct recorded *r, const char *script, int status,
                  const char *out, const char *err)
{
    struct result result =
        scratch_run(r->scratch, "/bin/sh", "-c", script, TEL_WRAP, NULL);

    assert_string_equal(result.err, err);
    assert_string_equal(result.out, out);
    assert_int_equal(result.status, status);
    result_clear(&result);
}

static void test_start_missing_tool_is_127(void **state)
{
    check(*state, "\"$0\" no-such-tool x", 127, "",
          "tel-wrap: no-such-tool: not found\n");
    check(*state, "\"$0\" /no/such/tool", 127, "",
          "tel-wrap: /no/such/tool: not found\n");
    recorded_nothing_more(*state);
}

static void test_start_file_that_is_no_program_is_126(void **state)
{
    struct recorded *r = *state;

    scratch_write(r->scratch, "bin/plain", "text\n");
    scratch_set(r->scratch, "PATH", scratch_path(r->scratch, "bin"));
    check(r, "\"$0\" plain", 126, "", "tel-wrap: plain: cannot be executed\n");
    recorded_nothing_more(r);
}

/* Configured and consented, and yet it does not start: nothing is recorded. */
static void
test_start_recorded_tool_fails_to_start_nothing_is_recorded(void **state)
{
    struct recorded *r = *state;

    recorded_tool(r, "broken", "[command]\nverbs = none\n");
    scratch_write(r->scratch, "bin/broken", "#!/no/such/interpreter\n");
    scratch_set(r->scratch, "TOOL", scratch_path(r->scratch, "bin/broken"));
    for (size_t i = 0; i < 2; i++) {
        scratch_set(r->scratch, "MODE", modes[i]);
        check(r, "\"$0\" $MODE \"$TOOL\" 2>/dev/null", 127, "", "");
        recorded_nothing_more(r);
    }
}

static void test_start_script_without_interpreter_runs_by_sh(void **state)
{
    struct recorded *r = *state;

    recorded_tool(r, "bare", "[command]\nverbs = none\n");
    scratch_write(r->scratch, "bin/bare", "#!\n");
    scratch_write(r->scratch, "bin/bare", "echo \"$1\"; exit 4\n");
    assert_int_equal(chmod(scratch_path(r->scratch, "bin/bare"), 0755), 0);
    scratch_set(r->scratch, "TOOL", scratch_path(r->scratch, "bin/bare"));
    for (size_t i = 0; i < 2; i++) {
        scratch_set(r->scratch, "MODE", modes[i]);
        check(r, "\"$0\" $MODE \"$TOOL\" hello", 4, "hello\n", "");
        recorded_expect(r, "run", TEL_END_CODE, 4);
        recorded_nothing_more(r);
    }
}

static void test_start_bad_usage_is_2(void **state)
{
    check(*state, "\"$0\"", 2, "", "tel-wrap: which tool? (try --help)\n");
    check(*state, "\"$0\" --nonsense true", 2, "",
          "tel-wrap: unknown option --nonsense (try --help)\n");
    check(*state, "\"$0\" --help >/dev/null; \"$0\" --version", 0,
          "tel-wrap " TEL_RELEASE "\n", "");
}

/* What isn't recorded is exec'd: the same process, nothing else changed. */
static void test_start_unrecorded_tool_is_simply_execd(void **state)
{
    check(*state,
          "out=$(exec \"$0\" -- /bin/sh -c 'echo $$ $PPID' x); "
          "set -- $out; [ \"$2\" = \"$$\" ] || echo \"$out\"",
          0, "", "");
    recorded_nothing_more(*state);
}

static void test_start_options_of_the_tool_are_its_own(void **state)
{
    check(*state, "\"$0\" echo --help --mode=auto -- x", 0,
          "--help --mode=auto -- x\n", "");
}

/* Installed under a tool's name, before the tool, as ccache is. */
static void test_start_symlink_runs_the_tool_behind_it(void **state)
{
    struct recorded *r = *state;
    char path[512];

    recorded_tool(r, "expr", "[command]\nverbs = none\n");
    scratch_write(r->scratch, "bin/keep", "");
    assert_int_equal(symlink(TEL_WRAP, scratch_path(r->scratch, "bin/expr")),
                     0);
    (void)snprintf(path, sizeof(path), "%s:/usr/bin:/bin",
                   scratch_path(r->scratch, "bin"));
    scratch_set(r->scratch, "PATH", path);
    check(r, "expr 1 + 1", 0, "2\n", "");
    recorded_expect(r, "run", TEL_END_CODE, 0);
    check(r, "expr 1 - 1", 1, "0\n", "");
    recorded_expect(r, "run", TEL_END_CODE, 1);
    recorded_nothing_more(r);
}

/* Two installations under the tool's name must not execute each other. */
static void test_start_two_wrappers_in_path_find_the_tool(void **state)
{
    struct recorded *r = *state;
    char path[512];

    recorded_tool(r, "expr", "[command]\nverbs = none\n");
    scratch_write(r->scratch, "a/keep", "");
    scratch_write(r->scratch, "b/keep", "");
    assert_int_equal(symlink(TEL_WRAP, scratch_path(r->scratch, "a/expr")), 0);
    free(scratch_ok(r->scratch, 0, "cp", TEL_WRAP,
                    scratch_path(r->scratch, "b/expr"), NULL));
    (void)snprintf(path, sizeof(path), "%s:%s:/usr/bin:/bin",
                   scratch_path(r->scratch, "a"),
                   scratch_path(r->scratch, "b"));
    scratch_set(r->scratch, "PATH", path);
    check(r, "expr 1 + 1", 0, "2\n", "");
    recorded_expect(r, "run", TEL_END_CODE, 0);
    recorded_nothing_more(r);
    *strstr(path, ":/usr/bin") = '\0';
    scratch_set(r->scratch, "PATH", path);
    check(r, "expr 1 + 1", 127, "", "tel-wrap: expr: not found\n");
}

/* A watcher that fell back to the tool would be waited for, for ever. */
static void test_start_subreaper_waits_for_no_watcher(void **state)
{
    struct recorded *r = *state;

    recorded_tool(r, "host", "[command]\nverbs = none\n");
    for (size_t i = 0; i < 2; i++) {
        free(scratch_ok(r->scratch, 0, HOST, "subreap", TEL_WRAP, modes[i],
                        HOST, "wait-for-all", NULL));
        (void)recorded_next(r);
        recorded_nothing_more(r);
    }
}

/* Whether a process other than pid shows this among its arguments. */
static bool is_shown_by_another(pid_t pid, const char *wanted)
{
    DIR *proc = opendir("/proc");
    bool shown = false;
    struct dirent *entry;

    assert_non_null(proc);
    while (!shown && (entry = readdir(proc)) != NULL) {
        pid_t other = atoi(entry->d_name);
        char *text;
        size_t len = 0;

        if (other <= 0 || other == pid) {
            continue;
        }
        text = proc_read(other, "cmdline", &len);
        shown = text != NULL && memmem(text, len, wanted, strlen(wanted));
        free(text);
    }
    closedir(proc);
    return shown;
}

struct child {
    pid_t parent;
    pid_t pid;
};

static bool has_child(void *context)
{
    struct child *child = context;

    child->pid = proc_child(child->parent);
    return child->pid > 0;
}

struct sight {
    pid_t tool;
    char argument[32]; /* of this test alone */
};

static bool tool_has_begun(void *context)
{
    const struct sight *sight = context;
    char *comm = proc_read(sight->tool, "comm", NULL);
    bool begun = comm != NULL && strcmp(comm, "host\n") == 0;

    free(comm);
    return begun;
}

static bool nobody_else_shows_it(void *context)
{
    const struct sight *sight = context;

    return !is_shown_by_another(sight->tool, sight->argument);
}

/* What a tool hides of its arguments must not be seen elsewhere. */
static void test_start_arguments_are_seen_in_the_tool_only(void **state)
{
    struct recorded *r = *state;
    struct sight sight;

    (void)snprintf(sight.argument, sizeof(sight.argument), "hidden-by-%d",
                   (int)getpid());
    recorded_tool(r, "host", "[command]\nverbs = none\n");
    for (size_t i = 0; i < 2; i++) {
        char *argv[] = {(char *)(uintptr_t)TEL_WRAP,
                        (char *)(uintptr_t)modes[i],
                        (char *)(uintptr_t)HOST,
                        (char *)(uintptr_t) "wait",
                        sight.argument,
                        NULL};
        pid_t pid = scratch_start(r->scratch, NULL, argv);
        struct child child = {.parent = pid, .pid = pid};

        if (i == 1) { /* supervised: the tool is another process */
            until(has_child, &child);
        }
        sight.tool = child.pid;
        until(tool_has_begun, &sight);
        assert_true(is_shown_by_another(1, sight.argument));
        until(nobody_else_shows_it, &sight);
        assert_int_equal(scratch_stop(r->scratch, pid, SIGTERM), -SIGTERM);
        (void)recorded_next(r);
    }
    recorded_nothing_more(r);
}

/* A command substitution ends when the tool does, not when a watcher does. */
static void test_start_pipe_closes_with_the_tool(void **state)
{
    struct recorded *r = *state;

    recorded_tool(r, "env", "[command]\nverbs = none\n");
    for (size_t i = 0; i < 2; i++) {
        scratch_set(r->scratch, "MODE", modes[i]);
        check(r, "x=$(\"$0\" $MODE env echo a); echo \"$x\"", 0, "a\n", "");
        (void)recorded_next(r);
        /* The tool closes its output and goes on: the reader sees the end,
         * and only then lets it end. */
        check(r,
              "mkfifo \"$HOME/$MODE\"; { \"$0\" $MODE env sh -c "
              "'echo b; exec >&- 2>&-; read x <\"$0\"' \"$HOME/$MODE\"; } "
              "| { cat; echo >\"$HOME/$MODE\"; }",
              0, "b\n", "");
        (void)recorded_next(r);
        recorded_nothing_more(r);
    }
}

/* No child of the wrapper's is left for the tool to find. */
static void test_start_tool_has_no_children(void **state)
{
    struct recorded *r = *state;

    recorded_tool(r, "env", "[command]\nverbs = none\n");
    for (size_t i = 0; i < 2; i++) {
        scratch_set(r->scratch, "MODE", modes[i]);
        check(r,
              "\"$0\" $MODE env sh -c 'read x </proc/$$/task/$$/children; "
              "echo \"[$x]\" /proc/$$/fd/*' | sed s,/proc/[0-9]*/fd/,,g",
              0, "[] 0 1 2 3\n", "");
        (void)recorded_next(r);
    }
    recorded_nothing_more(r);
}

/* Runs a tool by the wrapper with a lock that nobody else holds: whether the
 * lock is gone with the tool, at once. The wrapper itself is that tool, as
 * few programs end as soon. */
static bool frees_lock(struct recorded *r, const char *mode)
{
    const char *path = scratch_path(r->scratch, "lock");
    int lock = open(path, O_RDWR | O_CREAT, 0600);
    int other = open(path, O_RDWR | O_CLOEXEC);
    int status = 0;
    bool is_free;
    pid_t pid;

    assert_int_equal(flock(lock, LOCK_EX), 0);
    pid = fork();
    if (pid == 0) {
        const char *argv[] = {TEL_WRAP, mode, TEL_WRAP, "--version", NULL};

        dup2(open("/dev/null", O_RDWR | O_CLOEXEC), 1);
        execve(argv[0], (char **)(uintptr_t)argv, r->scratch->vars);
        _exit(127);
    }
    close(lock);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    is_free = flock(other, LOCK_EX | LOCK_NB) == 0;
    assert_int_equal(status, 0);
    close(other);
    return is_free;
}

/* A watcher that closes what it was given a moment later is seen in one of
 * ten runs. */
static void test_start_lock_is_free_when_the_tool_is_gone(void **state)
{
    struct recorded *r = *state;

    recorded_tool(r, "tel-wrap", "[command]\nverbs = none\n");
    for (int i = 0; i < 200; i++) {
        assert_true(frees_lock(r, modes[i % 2]));
        (void)recorded_next(r);
    }
}

/* After unshare(1) -p: whoever is born first is process 1 there, and with it
 * all ends. It must be a child of the tool, not one of the wrapper's. */
static void test_start_first_child_in_a_namespace_is_the_tools(void **state)
{
    struct recorded *r = *state;
    struct result able = scratch_run(r->scratch, "unshare", "-p", "true", NULL);

    if (able.status != 0) {
        print_message("           skipped: no namespaces can be made here\n");
        result_clear(&able);
        skip();
    }
    result_clear(&able);
    recorded_tool(r, "env", "[command]\nverbs = none\n");
    for (size_t i = 0; i < 2; i++) {
        scratch_set(r->scratch, "MODE", modes[i]);
        check(r,
              "unshare -p \"$0\" $MODE env sh -c "
              "'sh -c \"echo \\$\\$\"; exit 3'",
              3, "1\n", "");
        (void)recorded_next(r);
    }
    recorded_nothing_more(r);
}

/* Where valgrind follows the wrapper, it has nothing to say of it. */
static void test_start_under_valgrind_is_silent(void **state)
{
    struct recorded *r = *state;

    skip_unless(access("/usr/bin/valgrind", X_OK) == 0, "there is no valgrind");
    skip_unless(!SANITIZED, "valgrind can't run what AddressSanitizer checks");
    recorded_tool(r, "expr", "[command]\nverbs = none\n");
    for (size_t i = 0; i < 2; i++) {
        scratch_set(r->scratch, "MODE", modes[i]);
        check(r, "valgrind -q --trace-children=yes env \"$0\" $MODE expr 0 + 0",
              1, "0\n", "");
        (void)recorded_next(r);
    }
    recorded_nothing_more(r);
}

static void test_start_ignored_sigchld_is_inherited_and_harmless(void **state)
{
    struct recorded *r = *state;

    recorded_tool(r, "grep", "[command]\nverbs = none\n");
    for (size_t i = 0; i < 2; i++) {
        scratch_set(r->scratch, "MODE", modes[i]);
        check(r,
              "trap '' CHLD; exec env --ignore-signal=CHLD \"$0\" $MODE "
              "grep -c '^SigIgn:.*[1-9a-f]....$' /proc/self/status",
              0, "1\n", "");
        recorded_expect(r, "run", TEL_END_CODE, 0);
    }
    recorded_nothing_more(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_start_missing_tool_is_127, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_start_file_that_is_no_program_is_126, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_start_recorded_tool_fails_to_start_nothing_is_recorded, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            test_start_script_without_interpreter_runs_by_sh, setup, teardown),
        cmocka_unit_test_setup_teardown(test_start_bad_usage_is_2, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_start_unrecorded_tool_is_simply_execd, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_start_options_of_the_tool_are_its_own, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_start_symlink_runs_the_tool_behind_it, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_start_two_wrappers_in_path_find_the_tool, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_start_subreaper_waits_for_no_watcher, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_start_arguments_are_seen_in_the_tool_only, setup, teardown),
        cmocka_unit_test_setup_teardown(test_start_pipe_closes_with_the_tool,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_start_tool_has_no_children, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_start_lock_is_free_when_the_tool_is_gone, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_start_first_child_in_a_namespace_is_the_tools, setup,
            teardown),
        cmocka_unit_test_setup_teardown(test_start_under_valgrind_is_silent,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_start_ignored_sigchld_is_inherited_and_harmless, setup,
            teardown),
    };

    return cmocka_run_group_tests_name("wrapper_start", tests, NULL, NULL);
}
