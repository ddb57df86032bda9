/* SPDX-License-Identifier: MIT */
/*
 * tel init with tools: how many of the commands of real ones it finds, held
 * against lists written by hand, and that no tool can do harm by it.
 */
#include "drafts.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CORPUS TEL_SOURCE "/tests/cli/corpus/init"
#define TRUTHS_MAX 512
#define FOUND_MIN 90 /* percent */
#define TOOLS_MIN 12

/* ---- real tools ------------------------------------------------------------------ */

struct truth {
    char words[64];
    bool optional; /* real, but not counted */
    bool alias;
    char target[64]; /* of an alias */
};

static struct truth truths[TRUTHS_MAX];
static size_t ntruths;

static void add_truth(const char *words, const char *target, bool optional)
{
    struct truth *truth = &truths[ntruths++];

    assert_true(ntruths <= TRUTHS_MAX);
    snprintf(truth->words, sizeof(truth->words), "%s", words);
    snprintf(truth->target, sizeof(truth->target), "%s",
             target != NULL ? target : "");
    truth->alias = target != NULL;
    truth->optional = optional;
}

/* Adds what the corpus has in this file, if it has it. */
static bool read_truths(const char *folder, const char *tool, const char *kind)
{
    char path[512];
    char *text;
    char *line;
    char *rest;

    snprintf(path, sizeof(path), "%s/%s.%s", folder, tool, kind);
    text = rest = file_read(path, NULL);
    if (text == NULL)
        return false;
    while ((line = strsep(&rest, "\n")) != NULL) {
        bool optional = strncmp(line, "? ", 2) == 0;
        char *aliases = strchr(line, ':');
        char *alias;
        char *words = optional ? line + 2 : line;

        if (line[0] == '\0' || line[0] == '#')
            continue;
        if (aliases != NULL)
            *aliases++ = '\0';
        add_truth(words, NULL, optional);
        while (aliases != NULL && (alias = strsep(&aliases, " ")) != NULL) {
            /* "?" is svn's other name for help, and none for a policy. */
            if (alias[0] != '\0')
                add_truth(alias, words, alias[0] == '?');
        }
    }
    free(text);
    return true;
}

static const struct truth *find_truth(const char *words, bool alias)
{
    for (size_t i = 0; i < ntruths; i++) {
        if (truths[i].alias == alias && strcmp(truths[i].words, words) == 0)
            return &truths[i];
    }
    return NULL;
}

/* Each verb and alias of the draft is true. Returns how many are not. */
static unsigned count_false(const char *tool, const struct tel_policy *policy)
{
    unsigned wrong = 0;
    char words[TEL_EVENT_MAX + 1];
    char target[TEL_EVENT_MAX + 1];

    for (unsigned i = 0; i < policy->nverbs; i++) {
        (void)tel_str_copy(policy, policy->verbs[i].words, words,
                           sizeof(words));
        if (find_truth(words, false) == NULL) {
            print_error("%s: no command: %s\n", tool, words);
            wrong++;
        }
    }
    for (unsigned i = 0; i < policy->naliases; i++) {
        const struct truth *truth;

        (void)tel_str_copy(policy, policy->aliases[i].words, words,
                           sizeof(words));
        (void)tel_str_copy(policy, policy->aliases[i].target, target,
                           sizeof(target));
        truth = find_truth(words, true);
        if (truth == NULL || strcmp(truth->target, target) != 0) {
            print_error("%s: not another name: %s = %s\n", tool, words, target);
            wrong++;
        }
    }
    return wrong;
}

static bool has_alias(const struct tel_policy *policy, const char *words)
{
    char found[TEL_EVENT_MAX + 1];

    for (unsigned i = 0; i < policy->naliases; i++) {
        if (tel_str_copy(policy, policy->aliases[i].words, found,
                         sizeof(found)) == 0 &&
            strcmp(found, words) == 0)
            return true;
    }
    return false;
}

/* The share found of the first words or of the second, in percent. */
static unsigned count_found(const char *tool, const struct tel_policy *policy,
                            bool second)
{
    unsigned all = 0;
    unsigned found = 0;

    for (size_t i = 0; i < ntruths; i++) {
        const struct truth *truth = &truths[i];

        if (truth->optional || (strchr(truth->words, ' ') != NULL) != second)
            continue;
        all++;
        if (truth->alias ? has_alias(policy, truth->words)
                         : draft_has(policy, truth->words))
            found++;
        else
            print_message("%s: not found: %s\n", tool, truth->words);
    }
    if (all == 0)
        return 100;
    print_message("%s: %u of %u %s found\n", tool, found, all,
                  second ? "commands of two words" : "commands");
    return found * 100 / all;
}

/*
 * The path of a tool, or NULL where it is not installed. The docker client is
 * unpacked, not installed, beside the servers of the other tests.
 */
static const char *find_tool(const char *tool)
{
    static const char unpacked[] = TEL_SOURCE "/build/servers/unpacked/usr/bin";
    static const char *const places[] = {unpacked, "/usr/bin", "/usr/sbin",
                                         "/bin", "/sbin"};
    static char path[512];

    for (size_t i = 0; i < COUNT(places); i++) {
        snprintf(path, sizeof(path), "%s/%s", places[i], tool);
        if (access(path, X_OK) == 0)
            return path;
    }
    return NULL;
}

static void expect_checked(struct scratch *s, const char *tool,
                           const char *draft)
{
    const char *file = scratch_path(s, "drafts/%s.conf", tool);
    char *filled = draft_fill(draft);
    struct result r;

    scratch_write(s, file + strlen(s->root) + 1, filled);
    r = scratch_run(s, TEL, "check", file, NULL);
    if (r.status != 0)
        fail_msg("tel check of the draft for %s:\n%s%s", tool, r.out, r.err);
    result_clear(&r);
    free(filled);
}

/* Whether the tool is here, and then holds its draft against the truth. */
static bool measure(struct scratch *s, const char *folder, const char *tool,
                    unsigned *failures)
{
    const char *path = find_tool(tool);
    const struct tel_policy *policy;
    struct result r;
    bool second;

    if (path == NULL) {
        print_message("%s: SKIPPED, not installed\n", tool);
        return false;
    }
    ntruths = 0;
    assert_true(read_truths(folder, tool, "verbs"));
    second = read_truths(folder, tool, "second");
    r = second ? scratch_run(s, TEL, "init", path, NULL)
               : scratch_run(s, TEL, "init", "--shallow", path, NULL);
    if (r.status != 0)
        fail_msg("%s: %s", tool, r.err);
    policy = draft_parse(r.out);
    *failures += count_false(tool, policy);
    *failures += count_found(tool, policy, false) < FOUND_MIN;
    *failures += second && count_found(tool, policy, true) < FOUND_MIN;
    expect_checked(s, tool, r.out);
    result_clear(&r);
    return true;
}

static void measure_all(const char *folder, const char *const *tools,
                        size_t count, size_t least)
{
    struct scratch *s = scratch_new();
    unsigned failures = 0;
    size_t measured = 0;

    for (size_t i = 0; i < count; i++)
        measured += measure(s, folder, tools[i], &failures);
    scratch_free(s);
    assert_int_equal(failures, 0);
    skip_unless(measured >= least, "only %zu of the %zu tools are installed",
                measured, least);
}

static void test_init_of_real_tools_finds_their_commands(void **state)
{
    static const char *const tools[] = {
        "git",    "apt", "apt-get", "apt-cache", "cargo", "go",
        "docker", "gh",  "skopeo",  "meson",     "borg",  "flask",
        "svn",    "ip",  "openssl", "systemctl",
    };

    (void)state;
    measure_all(CORPUS, tools, COUNT(tools), TOOLS_MIN);
}

/* Their lists were written, and nothing was fitted to them. */
static void test_init_of_tools_held_out_finds_their_commands(void **state)
{
    static const char *const tools[] = {"hg", "restic", "pipx", "ostree",
                                        "quilt"};

    (void)state;
    measure_all(CORPUS "/heldout", tools, COUNT(tools), COUNT(tools));
}

/* Where there is no list, none is made up. */
static void test_init_of_tools_without_commands_finds_none(void **state)
{
    static const char *const tools[] = {"ls",   "grep", "sed", "tar",
                                        "find", "gzip", "env", "sort"};
    struct scratch *s = scratch_new();

    (void)state;
    for (size_t i = 0; i < COUNT(tools); i++) {
        struct result r = scratch_run(s, TEL, "init", tools[i], NULL);

        if (r.status != 1 || strstr(r.out, "\nverbs = none\n") == NULL)
            fail_msg("%s: %d\n%s%s", tools[i], r.status, r.err, r.out);
        assert_int_equal(draft_parse(r.out)->nverbs, 0);
        assert_non_null(strstr(r.err, "no commands found"));
        expect_checked(s, tools[i], r.out);
        result_clear(&r);
    }
    scratch_free(s);
}

/* ---- tools made for the purpose ----------------------------------------------------- */

/* Says in a file what it was called with. */
#define TOOL_HEAD               \
    "#!/bin/sh\n"               \
    "me=$(dirname -- \"$0\")\n" \
    "echo \"$*\" >>\"$me/calls\"\n"

static struct scratch *tool_new(const char *body)
{
    struct scratch *s = scratch_new();
    char text[8192];

    snprintf(text, sizeof(text), TOOL_HEAD "%s", body);
    scratch_write(s, "bin/x", text);
    return s;
}

static void expect_calls(struct scratch *s, const char *calls)
{
    char *text = file_read(scratch_path(s, "bin/calls"), NULL);

    assert_string_equal(text != NULL ? text : "", calls);
    free(text);
}

/* The processes that have the scratch's root on their command line. */
static unsigned count_processes(const struct scratch *s)
{
    DIR *proc = opendir("/proc");
    const struct dirent *item;
    unsigned found = 0;

    assert_non_null(proc);
    while ((item = readdir(proc)) != NULL) {
        pid_t pid = (pid_t)strtol(item->d_name, NULL, 10);
        size_t len = 0;
        char *line =
            pid > 1 && pid != getpid() ? proc_read(pid, "cmdline", &len) : NULL;

        found +=
            line != NULL && memmem(line, len, s->root, strlen(s->root)) != NULL;
        free(line);
    }
    closedir(proc);
    return found;
}

/* The folder that the tool said was its home; the caller frees it. */
static char *said_home(const struct scratch *s)
{
    char *home = file_read(scratch_path(s, "bin/home"), NULL);

    assert_non_null(home);
    assert_true(strncmp(home, "/tmp/tel-init-", 14) == 0);
    home[strcspn(home, "\n")] = '\0';
    return home;
}

static void test_init_calls_only_what_the_help_names(void **state)
{
    static const struct {
        const char *help;
        const char *calls;
        int status;
    } cases[] = {
        /* "shutdown -h" is no help: nothing is tried that is not named. */
        {"echo 'Usage: x [-h] [help]'", "--help\n", 1},
        {"echo 'unknown option, try \"x -help\"'", "--help\n-help\n", 1},
        {"echo 'Usage: x -h HOST'", "--help\n", 1},
        {"echo \"Try 'x -h' for help.\"", "--help\n-h\n", 1},
        {"echo 'Type x help.'", "--help\nhelp\n", 1},
        {"printf 'Commands:\\n  sow  Put\\n  --version  Print\\n'",
         "--help\n--version\n", 0},
        {"printf 'Commands (see all commands with --list):\\n  sow  Put\\n'",
         "--help\n--list\n", 0},
        {"printf 'Commands:\\n  sow  Put\\n\\nSee x help -a.\\n'",
         "--help\nhelp -a\n", 0},
        {"printf 'Commands:\\n  sow  Put\\n\\n  x help commands\\n'",
         "--help\nhelp commands\n", 0},
        {"printf 'Commands:\\n  sow  Put\\n\\nRun \"x COMMAND --help\".\\n'",
         "--help\nsow --help\n", 0},
        {"printf 'Commands:\\n  sow  Put\\n\\nUse \"x help <command>\".\\n'",
         "--help\nhelp sow\n", 0},
        {"printf 'Commands:\\n  sow  Put\\n\\nx <command> --force\\n'",
         "--help\n", 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scratch *s = tool_new(cases[i].help);

        char *draft = scratch_ok(s, cases[i].status, TEL, "init",
                                 scratch_path(s, "bin/x"), NULL);

        /* It always gives its own help, also where asked about a command. */
        assert_null(strstr(draft, "sow sow"));
        free(draft);
        expect_calls(s, cases[i].calls);
        scratch_free(s);
    }
}

static void test_init_shallow_and_dry_run_do_less(void **state)
{
    struct scratch *s = tool_new(
        "printf 'Commands:\\n  sow  Put\\n\\nRun \"x COMMAND --help\".\\n'");
    const char *tool = scratch_path(s, "bin/x");
    char *out;

    (void)state;
    out = scratch_ok(s, 0, TEL, "init", "--dry-run", tool, NULL);
    assert_non_null(strstr(out, "/bin/x --help\n"));
    expect_calls(s, "");
    free(out);
    free(scratch_ok(s, 0, TEL, "init", "--shallow", tool, NULL));
    expect_calls(s, "--help\n");
    scratch_free(s);
}

static void test_init_says_every_call(void **state)
{
    struct scratch *s = tool_new(
        "printf 'Commands:\\n  sow  Put\\n\\nRun \"x COMMAND --help\".\\n'");
    struct result r =
        scratch_run(s, TEL, "init", scratch_path(s, "bin/x"), NULL);
    char said[512];

    (void)state;
    snprintf(said, sizeof(said),
             "running %s/bin/x --help\nrunning %s/bin/x sow --help\n", s->root,
             s->root);
    assert_string_equal(r.err, said);
    result_clear(&r);
    scratch_free(s);
}

static void test_init_second_words_are_read(void **state)
{
    struct scratch *s = tool_new(
        "case $1 in\n"
        "bed) printf 'Commands:\\n  add  Make one\\nFlags:\\n  -n, --nr N  "
        "Which\\n' ;;\n"
        "sow) echo 'sow (s): Put seeds' ;;\n"
        "path) printf 'usage: x path [-v]\\n   or: x path add [-t <n>] <a>\\n"
        "   or: x path [-v] rm\\n   or: x path (up|down)\\n' ;;\n"
        "wait) echo 'usage: x wait [options] start url [end]' ;;\n"
        "*) printf 'Commands:\\n  bed  Beds\\n  sow\\n  path  Paths\\n"
        "  wait  Wait\\n  odd  Odd\\n\\nRun \"x COMMAND --help\".\\n' ;;\n"
        "esac\n");
    char *draft = scratch_ok(s, 0, TEL, "init", scratch_path(s, "bin/x"), NULL);
    const struct tel_policy *policy = draft_parse(draft);

    (void)state;
    assert_string_equal(draft_verbs(policy),
                        "bed=Beds|sow=Put seeds|path=Paths|wait=Wait|odd=Odd|"
                        "bed add=Make one|path add=x path add|"
                        "path rm=x path rm|path up=x path up|"
                        "path down=x path down");
    assert_string_equal(draft_options(policy), "bed:-n|bed:--nr");
    free(draft);
    scratch_free(s);
}

static void test_init_environment_is_made_from_nothing(void **state)
{
    struct scratch *s = tool_new("env | sort >\"$me/env\"\n"
                                 "echo \"$HOME\" >\"$me/home\"\n"
                                 "pwd >\"$me/pwd\"\n"
                                 "cat >\"$me/stdin\"\n"
                                 "echo text >\"$HOME/file\"\n"
                                 "mkdir -p \"$HOME/a/b/c\"\n"
                                 "chmod 0 \"$HOME/a/b\" \"$HOME/a\"\n"
                                 "echo Commands:; echo '  sow  Put'\n");
    char *home;
    char *text;
    char *files;

    (void)state;
    scratch_set(s, "SECRET_TOKEN", "hunter2");
    scratch_set(s, "LD_PRELOAD", TEL_STAGE_SHIM);
    files = person_files(s);
    free(scratch_ok(s, 0, "sh", "-c", "echo me | \"$0\" init \"$1\"", TEL,
                    scratch_path(s, "bin/x"), NULL));
    home = said_home(s);
    assert_int_equal(access(home, F_OK), -1);
    text = file_read(scratch_path(s, "bin/env"), NULL);
    assert_null(strstr(text, "hunter2"));
    assert_null(strstr(text, "LD_PRELOAD"));
    assert_null(strstr(text, "XDG_"));
    assert_non_null(strstr(text, "\nDO_NOT_TRACK=1\n"));
    assert_non_null(strstr(text, "\nX_NO_TELEMETRY=1\n"));
    assert_non_null(strstr(text, "\nNO_COLOR=1\n"));
    assert_non_null(strstr(text, "\nPAGER=cat\n"));
    free(text);
    text = file_read(scratch_path(s, "bin/pwd"), NULL);
    assert_non_null(strstr(text, home));
    free(text);
    text = file_read(scratch_path(s, "bin/stdin"), NULL);
    assert_string_equal(text, "");
    free(text);
    /* bin/ aside nothing has changed. */
    free(scratch_ok(s, 0, "rm", "-r", scratch_path(s, "bin"), NULL));
    text = person_files(s);
    assert_null(strstr(text, "bin/x"));
    assert_non_null(strstr(files, "bin/x"));
    free(text);
    free(files);
    free(home);
    scratch_free(s);
}

/* All at once: two of them take as long as a call may. */
static void test_init_hostile_tools_leave_nothing(void **state)
{
    static const struct {
        const char *body;
        int status;
        const char *said; /* on stdout or stderr */
    } cases[] = {
        {"exec yes Commands:", 1, "printed too much, and was killed"},
        {"\"$0\" child & \"$0\" child >/dev/null & exec sleep 1000", 1,
         "took too long, and was killed"},
        {"exec >/dev/null 2>&1; \"$0\" child", 1,
         "took too long, and was killed"},
        {"kill -STOP $$", 1, "took too long, and was killed"},
        /* Those that end leave others behind, which hold the pipe. */
        {"echo Commands:; echo '  sow  Put'; \"$0\" child &", 0, "sow = Put"},
        {"echo Commands:; echo '  sow  Put'; setsid \"$0\" child &", 0,
         "sow = Put"},
        {"echo Commands:; echo '  sow  Put'\n"
         "(setsid setsid \"$0\" child </dev/null >/dev/null 2>&1 &)",
         0, "sow = Put"},
        {"echo Commands:; echo '  sow  Put'; trap '' TERM; kill -SEGV $$", 0,
         "sow = Put"},
        {"exit 3", 1, "printed nothing"},
        {"printf '\\033]0;x\\007\\001text%10000s\\n' x", 1, "verbs = none"},
    };
    struct scratch *tools[COUNT(cases)];
    pid_t pids[COUNT(cases)];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char body[1024];
        char *argv[] = {(char *)(uintptr_t)TEL, (char *)(uintptr_t) "init",
                        NULL, NULL};

        snprintf(body, sizeof(body),
                 "if [ \"$1\" = child ]; then while :; do sleep 1000; done; "
                 "fi\necho \"$HOME\" >\"$me/home\"\n%s\n",
                 cases[i].body);
        tools[i] = tool_new(body);
        argv[2] = (char *)(uintptr_t)scratch_path(tools[i], "bin/x");
        pids[i] = scratch_start(tools[i], "log", argv);
    }
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *home;
        char *log;

        assert_int_equal(scratch_stop(tools[i], pids[i], 0), cases[i].status);
        log = file_read(scratch_path(tools[i], "log"), NULL);
        if (strstr(log, cases[i].said) == NULL)
            fail_msg("%s\n%s", cases[i].body, log);
        assert_null(strchr(log, '\033'));
        free(log);
        if (count_processes(tools[i]) > 0)
            fail_msg("processes are left: %s", cases[i].body);
        home = said_home(tools[i]);
        assert_int_equal(access(home, F_OK), -1);
        free(home);
        scratch_free(tools[i]);
    }
}

static bool is_called(void *context)
{
    struct scratch *s = context;
    char *home = file_read(scratch_path(s, "bin/home"), NULL);
    bool called = home != NULL && strchr(home, '\n') != NULL;

    free(home);
    return called;
}

static void test_init_that_is_stopped_leaves_nothing(void **state)
{
    struct scratch *s = tool_new("[ \"$1\" = child ] && exec sleep 1000\n"
                                 "\"$0\" child &\n"
                                 "echo \"$HOME\" >\"$me/home\"\n"
                                 "exec sleep 1000\n");
    char *argv[] = {(char *)(uintptr_t)TEL, (char *)(uintptr_t) "init",
                    (char *)(uintptr_t)scratch_path(s, "bin/x"), NULL};
    pid_t pid = scratch_start(s, NULL, argv);
    char *home;

    (void)state;
    until(is_called, s);
    assert_int_equal(scratch_stop(s, pid, SIGTERM), -SIGTERM);
    assert_int_equal(count_processes(s), 0);
    home = said_home(s);
    assert_int_equal(access(home, F_OK), -1);
    free(home);
    scratch_free(s);
}

/* ---- the command line ------------------------------------------------------------------ */

static void test_init_output_file_is_never_overwritten(void **state)
{
    struct scratch *s = tool_new("echo Commands:; echo '  sow  Put'\n");
    const char *tool = scratch_path(s, "bin/x");
    const char *file = scratch_path(s, "x.conf");
    char *shown = scratch_ok(s, 0, TEL, "init", tool, NULL);
    char *out = scratch_ok(s, 0, TEL, "init", tool, "-o", file, NULL);
    char *text = file_read(file, NULL);

    (void)state;
    assert_string_equal(out, "");
    assert_string_equal(text, shown);
    free(text);
    scratch_write(s, "x.conf", "mine");
    person_refused(s, "is there already", "init", "-o", file, tool, NULL);
    text = file_read(file, NULL);
    assert_string_equal(text, "mine");
    person_refused(s, "nowhere/x.conf: No such", "init", "--from",
                   scratch_path(s, "bin/x"), "-o",
                   scratch_path(s, "nowhere/x.conf"), "x", NULL);
    free(text);
    free(shown);
    free(out);
    scratch_free(s);
}

static void test_init_help_may_come_from_stdin(void **state)
{
    struct scratch *s = scratch_new();
    char *draft = scratch_ok(s, 0, "sh", "-c",
                             "printf 'Commands:\\n  sow  Put\\n' | " TEL
                             " init not-installed --from -",
                             NULL);

    (void)state;
    assert_string_equal(draft_verbs(draft_parse(draft)), "sow=Put");
    free(draft);
    scratch_free(s);
}

static void test_init_bad_usage_is_refused(void **state)
{
    struct scratch *s = scratch_new();

    (void)state;
    scratch_write(s, "bin/plain", "no program\n");
    scratch_write(s, "empty", "\n \n");
    person_refused(s, "which tool?", "init", NULL);
    person_refused(s, "one too many: b", "init", "a", "b", NULL);
    person_refused(s, "no such program", "init", "not-installed-anywhere",
                   NULL);
    person_refused(s, "no such program", "init", scratch_path(s, "bin/missing"),
                   NULL);
    person_refused(s, "Permission denied", "init", scratch_path(s, "bin/plain"),
                   NULL);
    person_refused(s, "not a name that a tool may have: x?y", "init", "x\ny",
                   NULL);
    person_refused(s, "needs a value: --from", "init", "x", "--from", NULL);
    person_refused(s, "missing: No such file", "init", "x", "--from",
                   scratch_path(s, "missing"), NULL);
    person_refused(s, "no help in it", "init", "x", "--from",
                   scratch_path(s, "empty"), NULL);
    person_refused(s, "Is a directory", "init", "x", "--from", s->root, NULL);
    scratch_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_init_of_real_tools_finds_their_commands),
        cmocka_unit_test(test_init_of_tools_held_out_finds_their_commands),
        cmocka_unit_test(test_init_of_tools_without_commands_finds_none),
        cmocka_unit_test(test_init_calls_only_what_the_help_names),
        cmocka_unit_test(test_init_shallow_and_dry_run_do_less),
        cmocka_unit_test(test_init_says_every_call),
        cmocka_unit_test(test_init_second_words_are_read),
        cmocka_unit_test(test_init_environment_is_made_from_nothing),
        cmocka_unit_test(test_init_hostile_tools_leave_nothing),
        cmocka_unit_test(test_init_that_is_stopped_leaves_nothing),
        cmocka_unit_test(test_init_output_file_is_never_overwritten),
        cmocka_unit_test(test_init_help_may_come_from_stdin),
        cmocka_unit_test(test_init_bad_usage_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
