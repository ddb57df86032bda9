/* SPDX-License-Identifier: MIT */
/*
 * The notice of an opt-out tool, in a build that has it (OPTOUT), at a
 * terminal: shown once, before anything is recorded; and that other builds
 * have none.
 */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "demo.h"
#include "recorded.h"
#include "terminal.h"

#define OPTOUT_TEL OPTOUT "/bin/tel"
#define OPTOUT_WRAP OPTOUT "/bin/tel-wrap"
#define OPTOUT_SHIM OPTOUT "/lib/libtel_shim.so"
#define INSTALLED OPTOUT "/share/tel/tools.d"

#define OPT_OUT DEMO_TOOL "consent = opt-out\ncontroller = Example Org\n"
#define FIRST_WORDS "tel: from the next run on, usage statistics of demo"

/* A policy of the machine's, of the tool NAME. */
static void install(const char *name, const char *text)
{
    char path[512];
    FILE *file;

    (void)mkdir(OPTOUT "/share", 0755);
    (void)mkdir(OPTOUT "/share/tel", 0755);
    (void)mkdir(INSTALLED, 0755);
    (void)snprintf(path, sizeof(path), INSTALLED "/%s.conf", name);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static int setup(void **state)
{
    struct recorded *r = recorded_new();

    demo_install(r->scratch);
    install("demo", OPT_OUT DEMO_REST);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    recorded_free(*state);
    remove_tree(INSTALLED);
    return 0;
}

/* What a program shows at a terminal; it has to end with this status. */
static char *shown_by(struct scratch *s, int status, const char *program, ...)
{
    char *argv[16] = {(char *)(uintptr_t)program};
    struct terminal *t;
    size_t n = 1;
    va_list args;
    char *shown;
    int ended;

    va_start(args, program);
    while (n < COUNT(argv) - 1 && (argv[n] = va_arg(args, char *)) != NULL)
        n++;
    va_end(args);
    t = terminal_start(s, argv);
    ended = terminal_end(t);
    shown = strdup(t->shown != NULL ? t->shown : "");
    terminal_free(t);
    if (ended != status)
        fail_msg("%s: %d, %s", program, ended, shown);
    return shown;
}

static char *wrap_at_terminal(struct recorded *r)
{
    return shown_by(r->scratch, 0, OPTOUT_WRAP, "demo", NULL);
}

static void expect_notice(struct recorded *r, bool shown)
{
    char *text = wrap_at_terminal(r);

    if (shown)
        assert_non_null(strstr(text, FIRST_WORDS));
    else
        assert_string_equal(text, "");
    free(text);
}

/* Without a terminal; wrapped and preloaded. */
static void run_unseen(struct recorded *r, bool recorded)
{
    for (int preloaded = 0; preloaded < 2; preloaded++) {
        struct result result;

        scratch_set(r->scratch, "LD_PRELOAD", preloaded ? OPTOUT_SHIM : NULL);
        result = preloaded ? scratch_run(r->scratch, "demo", NULL)
                           : scratch_run(r->scratch, OPTOUT_WRAP, "demo", NULL);
        scratch_set(r->scratch, "LD_PRELOAD", NULL);
        assert_int_equal(result.status, 0);
        assert_int_equal(result.out_len + result.err_len, 0);
        result_clear(&result);
        if (recorded)
            (void)recorded_next(r);
        recorded_nothing_more(r);
    }
}

static void skip_without_terminal(void)
{
    skip_unless(terminal_works(), "no terminal");
}

static void test_notice_is_shown_once_and_then_it_is_recorded(void **state)
{
    struct recorded *r = *state;
    char *text;

    skip_without_terminal();
    run_unseen(r, false);
    text = wrap_at_terminal(r);
    recorded_nothing_more(r);
    assert_string_equal(
        text, FIRST_WORDS
        " are recorded by default.\r\n"
        "  what  that it ran, with which of 1 listed options, how long it "
        "took, how it ended, 1 field;\r\n"
        "        never an argument, a path or a name\r\n"
        "  to    http://127.0.0.1:9/in (Example Org)\r\n"
        "  see   tel disclose demo, tel preview demo ARG...\r\n"
        "  stop  tel off demo, or set DEMO_NO_TELEMETRY=1 or "
        "DO_NOT_TRACK=1\r\n");
    free(text);
    run_unseen(r, true);
    expect_notice(r, false);
    (void)recorded_next(r);
    recorded_nothing_more(r);
}

static void test_notice_by_status_and_preview_counts_too(void **state)
{
    static const char *const commands[] = {"status", "preview"};
    struct recorded *r = *state;

    skip_without_terminal();
    for (size_t i = 0; i < COUNT(commands); i++) {
        char *text = shown_by(r->scratch, i == 0 ? 0 : 1, OPTOUT_TEL,
                              commands[i], "demo", NULL);
        char *notice = strstr(text, FIRST_WORDS);

        /* Below the answer, which is still what held before it. */
        assert_non_null(notice);
        assert_non_null(strstr(text, "its notice has not been shown yet"));
        assert_true(strstr(text, "not been shown") < notice);
        free(text);
        run_unseen(r, true);
        expect_notice(r, false);
        (void)recorded_next(r);
        assert_int_equal(unlink(scratch_path(r->scratch, "config/tel/consent")),
                         0);
    }
}

/* Their answer is the same; the notice waits for a person. */
static void test_notice_is_not_shown_without_a_terminal(void **state)
{
    struct recorded *r = *state;

    for (int i = 0; i < 2; i++) {
        struct result result =
            scratch_run(r->scratch, OPTOUT_TEL, i == 0 ? "status" : "preview",
                        "demo", NULL);

        assert_int_equal(result.status, i);
        assert_int_equal(result.err_len, 0);
        assert_null(strstr(result.out, FIRST_WORDS));
        result_clear(&result);
    }
    assert_int_not_equal(
        access(scratch_path(r->scratch, "config/tel/consent"), F_OK), 0);
    run_unseen(r, false);
}

/* A background job would be stopped by its own notice. */
static void test_notice_waits_for_the_foreground(void **state)
{
    struct recorded *r = *state;
    char *text;

    skip_without_terminal();
    text = shown_by(
        r->scratch, 0, "bash", "-c",
        "stty tostop; set -m; " OPTOUT_WRAP " demo & wait $!; echo $?", NULL);
    assert_null(strstr(text, FIRST_WORDS));
    assert_non_null(strstr(text, "\n0\r\n"));
    free(text);
    run_unseen(r, false);
    expect_notice(r, true);
}

/* Output to a file, and the notice to the person; and the other way round. */
static void test_notice_goes_to_stderr_alone(void **state)
{
    struct recorded *r = *state;
    char *text;

    skip_without_terminal();
    text = shown_by(r->scratch, 0, "sh", "-c", OPTOUT_WRAP " demo 2>err", NULL);
    assert_string_equal(text, "");
    free(text);
    text = file_read(scratch_path(r->scratch, "home/err"), NULL);
    assert_string_equal(text, "");
    free(text);
    run_unseen(r, false);
    text = shown_by(r->scratch, 0, "sh", "-c",
                    OPTOUT_WRAP " demo >out </dev/null", NULL);
    assert_non_null(strstr(text, FIRST_WORDS));
    free(text);
    text = file_read(scratch_path(r->scratch, "home/out"), NULL);
    assert_string_equal(text, "");
    free(text);
}

/* Where that it was shown can't be kept, it is not shown: else it were so at
 * each run. And nothing is recorded. */
static void test_notice_that_cannot_be_kept_is_never_shown(void **state)
{
    struct recorded *r = *state;

    skip_without_terminal();
    assert_int_equal(rmdir(scratch_path(r->scratch, "config")), 0);
    scratch_write(r->scratch, "config", "no folder");
    for (int i = 0; i < 2; i++) {
        expect_notice(r, false);
        run_unseen(r, false);
    }
    assert_int_equal(unlink(scratch_path(r->scratch, "config")), 0);
    scratch_set(r->scratch, "XDG_CONFIG_HOME", NULL);
    scratch_set(r->scratch, "HOME", NULL);
    expect_notice(r, false);
    run_unseen(r, false);
}

/* A call of the wrapper's that fails: what was not shown in full, or could not
 * be kept after all, counts as not shown. */
static void test_notice_that_fails_half_way_is_shown_again(void **state)
{
    static const char *const failures[] = {"write:error=EIO:when=2",
                                           "/^rename:error=EROFS"};
    struct recorded *r = *state;

    skip_without_terminal();
    skip_unless(!SANITIZED, "a sanitized wrapper makes other calls");
    for (size_t i = 0; i < COUNT(failures); i++) {
        char inject[64];
        char *text;

        (void)snprintf(inject, sizeof(inject), "inject=%s", failures[i]);
        text = shown_by(r->scratch, 0, "strace", "-o", "/dev/null", "-e",
                        inject, OPTOUT_WRAP, "demo", NULL);
        assert_int_equal(count_of(text, FIRST_WORDS), i);
        free(text);
        run_unseen(r, false);
        assert_int_not_equal(
            access(scratch_path(r->scratch, "config/tel/consent.new"), F_OK),
            0);
    }
    expect_notice(r, true);
    run_unseen(r, true);
}

/* It is bound to what it said, as a yes is. */
static void test_notice_of_other_data_is_shown_again(void **state)
{
    static const char *const changes[] = {
        OPT_OUT DEMO_REST "[fields]\nn = count\n",
        OPT_OUT DEMO_REST "[fields]\nn = count\n[modifiers]\n-x = x\n",
        "[tool]\nid = demo\nconsent = opt-out\nmethod = POST\n"
        "endpoint = http://127.0.0.1:9/else\n" DEMO_REST,
    };
    struct recorded *r = *state;

    skip_without_terminal();
    expect_notice(r, true);
    for (size_t i = 0; i < COUNT(changes); i++) {
        char *out;

        install("demo", changes[i]);
        run_unseen(r, false);
        out = scratch_ok(r->scratch, 0, OPTOUT_TEL, "status", "demo", NULL);
        assert_non_null(strstr(out, "changed since its notice was shown"));
        free(out);
        expect_notice(r, true);
        recorded_nothing_more(r);
        run_unseen(r, true);
    }
}

static void test_notice_is_not_shown_where_another_rule_says_off(void **state)
{
    static const char *const names[] = {
        "DO_NOT_TRACK", "DEMO_NO_TELEMETRY", "CI",        "SUDO_UID",
        "SUDO_USER",    "DOAS_USER",         "PKEXEC_UID"};
    struct recorded *r = *state;

    skip_without_terminal();
    for (size_t i = 0; i < COUNT(names); i++) {
        scratch_set(r->scratch, names[i], "1");
        expect_notice(r, false);
        run_unseen(r, false);
        scratch_set(r->scratch, names[i], NULL);
    }
    free(scratch_ok(r->scratch, 0, OPTOUT_TEL, "off", "demo", NULL));
    expect_notice(r, false);
    free(scratch_ok(r->scratch, 0, OPTOUT_TEL, "off", "--all", NULL));
    assert_int_equal(unlink(scratch_path(r->scratch, "config/tel/consent")), 0);
    free(scratch_ok(r->scratch, 0, OPTOUT_TEL, "off", "--all", NULL));
    expect_notice(r, false);
    run_unseen(r, false);
}

/* Shown once, but a shell that the person becomes by sudo is not told. */
static void test_notice_shown_holds_not_under_sudo(void **state)
{
    struct recorded *r = *state;

    skip_without_terminal();
    expect_notice(r, true);
    scratch_set(r->scratch, "SUDO_UID", "1000");
    run_unseen(r, false);
    scratch_set(r->scratch, "SUDO_UID", NULL);
    run_unseen(r, true);
}

/* Policies that the machine's administrator did not install are opt-in. */
static void test_notice_is_for_installed_policies_only(void **state)
{
    struct recorded *r = *state;

    skip_without_terminal();
    scratch_write(r->scratch, "config/tel/tools.d/demo.conf",
                  OPT_OUT DEMO_REST);
    expect_notice(r, false);
    run_unseen(r, false);
    remove_tree(scratch_path(r->scratch, "config/tel"));
    scratch_write(r->scratch, "own/demo.conf", OPT_OUT DEMO_REST);
    scratch_set(r->scratch, "TEL_CONFIG_PATH", scratch_path(r->scratch, "own"));
    expect_notice(r, false);
    run_unseen(r, false);
    free(scratch_ok(r->scratch, 0, OPTOUT_TEL, "on", "demo", NULL));
    run_unseen(r, true);
}

static bool is_drained(void *context)
{
    struct recorded *r = context;
    struct tel_table_counts counts;
    struct tel_finished run;

    tel_table_look(r->table);
    while (tel_table_finished(r->table, &run, 1) > 0) {
        tel_table_free(r->table, &run);
        tel_table_look(r->table);
    }
    tel_table_count(r->table, &counts);
    return counts.running + counts.finished + counts.pending == 0;
}

/* As make -j starts them: one shows it, and only those that begin after that
 * may be recorded. */
static void test_notice_of_many_at_once_is_shown_once(void **state)
{
    struct recorded *r = *state;
    char *text;

    skip_without_terminal();
    text = shown_by(r->scratch, 0, "sh", "-c",
                    "i=0; while [ $i -lt 12 ]; do " OPTOUT_WRAP
                    " demo & i=$((i+1)); done; wait",
                    NULL);
    assert_int_equal(count_of(text, FIRST_WORDS), 1);
    free(text);
    until(is_drained, r);
    run_unseen(r, true);
}

/* Whoever writes the person's words just now may be writing a no. */
static void test_notice_waits_while_somebody_writes(void **state)
{
    struct recorded *r = *state;
    int fd;

    skip_without_terminal();
    scratch_write(r->scratch, "config/tel/x", "");
    fd = open(scratch_path(r->scratch, "config/tel"), O_RDONLY | O_DIRECTORY);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    expect_notice(r, false);
    run_unseen(r, false);
    close(fd);
    expect_notice(r, true);
}

/* More than a screenful in one go would not have been shown. */
static void test_notice_of_many_tools_comes_in_parts(void **state)
{
    struct recorded *r = *state;
    char *text;

    skip_without_terminal();
    for (char name[] = "a"; name[0] <= 'd'; name[0]++) {
        char policy[512];

        (void)snprintf(policy, sizeof(policy),
                       "[tool]\nid = %s\nendpoint = http://127.0.0.1:9/\n"
                       "consent = opt-out\n",
                       name);
        install(name, policy);
    }
    text = shown_by(r->scratch, 0, OPTOUT_TEL, "status", NULL);
    assert_int_equal(count_of(text, "tel: from the next run on"), 3);
    assert_non_null(strstr(text, "tel: 2 more tools stay off"));
    free(text);
    text = shown_by(r->scratch, 0, OPTOUT_TEL, "status", NULL);
    assert_int_equal(count_of(text, "tel: from the next run on"), 2);
    assert_null(strstr(text, "more tools stay off"));
    free(text);
    text = shown_by(r->scratch, 0, OPTOUT_TEL, "status", NULL);
    assert_null(strstr(text, "tel: from"));
    free(text);
}

static void test_notice_carries_no_control_bytes(void **state)
{
    struct recorded *r = *state;
    char *text;

    skip_without_terminal();
    install("demo", DEMO_TOOL "consent = opt-out\n"
                              "controller = A\033[2JB\xc2\x9b"
                              "2J\n" DEMO_REST);
    text = wrap_at_terminal(r);
    assert_non_null(strstr(text, "(A?[2JB?2J)"));
    assert_null(strchr(text, '\033'));
    free(text);
}

/* Neither the words nor what would write them. */
static void test_notice_is_not_in_other_builds(void **state)
{
    static const char *const programs[] = {TEL, TEL_WRAP, TEL_STAGE_SHIM};
    static const char *const with_it[] = {OPTOUT_TEL, OPTOUT_WRAP};

    (void)state;
#ifdef TEL_OPT_OUT
    skip_unless(false, "this build has the notice");
#endif
    for (size_t i = 0; i < COUNT(programs); i++) {
        size_t len;
        char *bytes = file_read(programs[i], &len);

        assert_non_null(bytes);
        assert_null(memmem(bytes, len, "usage statistics of", 19));
        assert_null(memmem(bytes, len, "notice has not been", 19));
        assert_null(memmem(bytes, len, "tel_notice", 10));
        free(bytes);
    }
    for (size_t i = 0; i < COUNT(with_it); i++) {
        size_t len;
        char *bytes = file_read(with_it[i], &len);

        assert_non_null(bytes);
        assert_non_null(memmem(bytes, len, "usage statistics of", 19));
        free(bytes);
    }
}

/* Not even in a build that has the notice: the shim never prints. */
static void test_notice_is_not_in_the_shim(void **state)
{
    size_t len;
    char *bytes = file_read(OPTOUT_SHIM, &len);

    (void)state;
    assert_non_null(bytes);
    assert_null(memmem(bytes, len, "usage statistics of", 19));
    free(bytes);
}

/* What other builds do with a policy that asks for opt-out. */
static void test_notice_other_builds_are_opt_in(void **state)
{
    struct recorded *r = *state;
    char *text;

    skip_without_terminal();
    scratch_write(r->scratch, "config/tel/tools.d/demo.conf",
                  OPT_OUT DEMO_REST);
    text = shown_by(r->scratch, 0, TEL_WRAP, "demo", NULL);
    assert_string_equal(text, "");
    free(text);
    for (size_t i = 0; i < COUNT(demo_ways); i++)
        demo_run(r->scratch, &demo_ways[i]);
    recorded_nothing_more(r);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_notice_is_shown_once_and_then_it_is_recorded),
        TEST(test_notice_by_status_and_preview_counts_too),
        TEST(test_notice_is_not_shown_without_a_terminal),
        TEST(test_notice_waits_for_the_foreground),
        TEST(test_notice_goes_to_stderr_alone),
        TEST(test_notice_that_cannot_be_kept_is_never_shown),
        TEST(test_notice_that_fails_half_way_is_shown_again),
        TEST(test_notice_of_other_data_is_shown_again),
        TEST(test_notice_is_not_shown_where_another_rule_says_off),
        TEST(test_notice_shown_holds_not_under_sudo),
        TEST(test_notice_is_for_installed_policies_only),
        TEST(test_notice_of_many_at_once_is_shown_once),
        TEST(test_notice_waits_while_somebody_writes),
        TEST(test_notice_of_many_tools_comes_in_parts),
        TEST(test_notice_carries_no_control_bytes),
        TEST(test_notice_is_not_in_other_builds),
        TEST(test_notice_is_not_in_the_shim),
        TEST(test_notice_other_builds_are_opt_in),
    };

    return cmocka_run_group_tests_name("consent_notice", tests, NULL, NULL);
}
