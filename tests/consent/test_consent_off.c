/* SPDX-License-Identifier: MIT */
/* Off is off: under each rule, in each way, a run leaves nothing behind. */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "alone.h"
#include "demo.h"
#include "traces.h"

#define NOBODY 65534

static bool on_machine;

static int group_setup(void **state)
{
    (void)state;
    on_machine = alone_on_machine();
    return 0;
}

/* A person who said yes to demo, and nothing that keeps it off. */
static int setup(void **state)
{
    struct traces *t = calloc(1, sizeof(*t));

    assert_non_null(t);
    t->scratch = scratch_new();
    t->notes = scratch_new();
    t->alone = on_machine;
    t->may_open = MAY_READ;
    demo_install(t->scratch);
    scratch_write(t->scratch, "config/tel/tools.d/demo.conf", DEMO);
    free(scratch_ok(t->scratch, 0, TEL, "on", "demo", NULL));
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    struct traces *t = *state;

    scratch_free(t->scratch);
    scratch_free(t->notes);
    free(t);
    if (on_machine)
        (void)unlink(ALONE_MACHINE);
    return 0;
}

/* Once with a runtime folder and once without, when a table would lie
 * elsewhere. */
static void expect_no_change(struct traces *t, const struct demo_way *way)
{
    char *before = traces_picture(t);

    for (int i = 0; i < 2; i++) {
        char *after;

        demo_run(t->scratch, way);
        assert_int_equal(scratch_processes(t->scratch), 0);
        after = traces_picture(t);
        if (strcmp(before, after) != 0)
            fail_msg("%s: before\n%s\nafter\n%s", way->name, before, after);
        free(after);
        scratch_set(t->scratch, "XDG_RUNTIME_DIR",
                    i == 0 ? NULL : t->scratch->runtime);
    }
    free(before);
}

static void expect_nothing(struct traces *t)
{
    for (size_t i = 0; i < COUNT(demo_ways); i++) {
        const struct demo_way *way = &demo_ways[i];
        const char *argv[] = {way->words[0], way->words[1], way->words[2],
                              way->words[3], NULL};
        char *line;

        expect_no_change(t, way);
        line = traces_call(t, way->preload, argv);
        if (line != NULL)
            fail_msg("%s: %s", way->name, line);
    }
}

/* The rule that tel itself names, too. */
static void expect_off(struct traces *t, int rule)
{
    char text[16];
    char *out = scratch_ok(t->scratch, 1, TEL, "preview", "demo", NULL);

    (void)snprintf(text, sizeof(text), "by rule %d:", rule);
    if (strstr(out, text) == NULL)
        fail_msg("not %s %s", text, out);
    free(out);
    expect_nothing(t);
}

/* What is looked for below is found where nothing says off. */
static void test_off_is_told_from_on(void **state)
{
    struct traces *t = *state;

    for (size_t i = 0; i < COUNT(demo_ways); i++) {
        const struct demo_way *way = &demo_ways[i];
        const char *argv[] = {way->words[0], way->words[1], way->words[2],
                              way->words[3], NULL};
        char *before = traces_picture(t);
        char *after;
        char *line;

        demo_run(t->scratch, way);
        after = traces_picture(t);
        assert_string_not_equal(before, after);
        line = traces_call(t, way->preload, argv);
        assert_non_null(line);
        free(line);
        t->may_open = MAY_NOTHING;
        line = traces_call(t, way->preload, argv);
        assert_non_null(line);
        assert_non_null(strstr(line, "tools.d"));
        t->may_open = MAY_READ;
        free(line);
        free(before);
        free(after);
    }
}

/* As a timer, or a host whose environment has changed, starts it. */
static void expect_sender_opens_nothing(struct traces *t)
{
    static const char *const modes[] = {"--background", "--once"};

    for (size_t i = 0; i < COUNT(modes); i++) {
        const char *argv[] = {TEL_SEND, modes[i], NULL};
        char *line = traces_call(t, NULL, argv);

        if (line != NULL)
            fail_msg("tel-send %s: %s", modes[i], line);
    }
}

static void test_off_by_rule_2_opens_nothing(void **state)
{
    struct traces *t = *state;

    t->may_open = MAY_NOTHING;
    scratch_set(t->scratch, "DO_NOT_TRACK", "0");
    expect_off(t, 2);
    expect_sender_opens_nothing(t);
}

static void test_off_by_rule_3_leaves_nothing(void **state)
{
    struct traces *t = *state;

    scratch_set(t->scratch, "DEMO_NO_TELEMETRY", "1");
    expect_off(t, 3);
}

static void test_off_by_rule_4_opens_nothing(void **state)
{
    struct traces *t = *state;

    t->may_open = MAY_NOTHING;
    scratch_set(t->scratch, "CI", "false");
    expect_off(t, 4);
    expect_sender_opens_nothing(t);
}

static void test_off_by_rule_5_leaves_nothing(void **state)
{
    alone_machine_says("collect = no\n");
    expect_off(*state, 5);
}

static void test_off_by_a_bad_machine_policy_leaves_nothing(void **state)
{
    alone_machine_says("collect = perhaps\n");
    expect_off(*state, 5);
}

static void test_off_by_rule_6_leaves_nothing(void **state)
{
    struct traces *t = *state;

    free(scratch_ok(t->scratch, 0, TEL, "off", "demo", NULL));
    expect_off(t, 6);
}

static void test_off_by_a_no_to_all_leaves_nothing(void **state)
{
    struct traces *t = *state;

    free(scratch_ok(t->scratch, 0, TEL, "off", "--all", NULL));
    expect_off(t, 6);
}

static void test_off_by_a_changed_endpoint_leaves_nothing(void **state)
{
    struct traces *t = *state;

    scratch_write(
        t->scratch, "config/tel/tools.d/demo.conf",
        "[tool]\nid = demo\nendpoint = http://127.0.0.1:8/\n" DEMO_REST);
    expect_off(t, 6);
}

static void test_off_by_a_foreign_consent_leaves_nothing(void **state)
{
    struct traces *t = *state;

    skip_unless(geteuid() == 0, "only root can give a file away");
    assert_int_equal(chown(scratch_path(t->scratch, "config/tel/consent"),
                           NOBODY, (gid_t)-1),
                     0);
    expect_off(t, 6);
}

static void test_off_by_rule_7_leaves_nothing(void **state)
{
    struct traces *t = *state;

    assert_int_equal(unlink(scratch_path(t->scratch, "config/tel/consent")), 0);
    expect_off(t, 7);
}

static void test_off_by_a_foreign_policy_leaves_nothing(void **state)
{
    static const char *const paths[] = {"config/tel/tools.d/demo.conf",
                                        "config/tel/tools.d"};
    struct traces *t = *state;

    skip_unless(geteuid() == 0, "only root can give a file away");
    for (size_t i = 0; i < COUNT(paths); i++) {
        const char *path = scratch_path(t->scratch, "%s", paths[i]);

        assert_int_equal(chown(path, NOBODY, (gid_t)-1), 0);
        free(scratch_ok(t->scratch, 2, TEL, "preview", "demo", NULL));
        expect_nothing(t);
        assert_int_equal(chown(path, 0, (gid_t)-1), 0);
    }
}

/* The person's folders, but for where the program could write. */
static void test_off_by_a_foreign_table_folder_leaves_nothing(void **state)
{
    struct traces *t = *state;
    char folder[256];

    skip_unless(geteuid() == 0, "only root can give a folder away");
    skip_unless(on_machine, "no /dev/shm of its own");
    (void)snprintf(folder, sizeof(folder), "%s/tel", t->scratch->runtime);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(chown(folder, NOBODY, (gid_t)-1), 0);
    assert_int_equal(mkdir(ALONE_SHM "/tel-0", 0700), 0);
    assert_int_equal(chown(ALONE_SHM "/tel-0", NOBODY, (gid_t)-1), 0);
    for (size_t i = 0; i < COUNT(demo_ways); i++)
        expect_no_change(t, &demo_ways[i]);
    assert_int_equal(rmdir(ALONE_SHM "/tel-0"), 0);
}

/* ---- rule 1 ------------------------------------------------------------- */

/* A copy of the program that is root's, whoever runs it. */
static const char *make_privileged(struct scratch *s, const char *program,
                                   const char *name)
{
    const char *path = scratch_path(s, "bin/%s", name);
    struct statvfs fs;

    free(scratch_ok(s, 0, "cp", program, path, NULL));
    assert_int_equal(chmod(path, 04755), 0);
    assert_int_equal(statvfs(path, &fs), 0);
    skip_unless((fs.f_flag & ST_NOSUID) == 0, "no setuid here: %s", path);
    return path;
}

/* All that the program believes is root's, and nobody may look at it. */
static void open_to_nobody(struct traces *t)
{
    free(
        scratch_ok(t->notes, 0, "chmod", "-R", "a+rX", t->scratch->root, NULL));
}

/* A program that is root's runs for somebody else, as AT_SECURE tells it. */
static void expect_nothing_privileged(struct traces *t, const char *preload,
                                      const char *const *words)
{
    char *before = traces_picture(t);
    char *after;
    char *line;

    t->user = "nobody";
    line = traces_call(t, preload, words);
    t->user = NULL;
    if (line != NULL)
        fail_msg("%s: %s", words[0], line);
    after = traces_picture(t);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

/* Run by root itself, the same program is not privileged, and records. */
static void expect_recorded(struct traces *t, const char *preload,
                            const char *const *words)
{
    char *line = traces_call(t, preload, words);

    assert_non_null(line);
    free(line);
    remove_tree(t->scratch->runtime);
    assert_int_equal(mkdir(t->scratch->runtime, 0700), 0);
}

static void test_off_by_rule_1_wrapper_opens_nothing(void **state)
{
    struct traces *t = *state;
    char path[256];

    skip_unless(geteuid() == 0, "only root can make a privileged program");
    skip_unless(!SANITIZED, "a sanitized program is not made for it");
    (void)snprintf(path, sizeof(path), "%s",
                   make_privileged(t->scratch, TEL_WRAP, "tel-wrap"));
    open_to_nobody(t);
    for (size_t i = 0; i < COUNT(demo_ways); i++) {
        const char *words[] = {path, demo_ways[i].words[1], "--", "demo", NULL};

        if (demo_ways[i].preload != NULL)
            continue;
        t->may_open = MAY_READ;
        expect_recorded(t, NULL, words);
        t->may_open = MAY_NOTHING;
        expect_nothing_privileged(t, NULL, words);
    }
}

/*
 * The linker loads a preload into a privileged program only by a name without
 * a folder, from its own folders, and with the set-user-ID bit. So the object
 * takes the place of one that lies there, within this test's namespace.
 */
static void test_off_by_rule_1_preload_opens_nothing(void **state)
{
    static const char name[] = "libmemusage.so";
    static const char place[] = "/usr/lib/" MULTIARCH "/libmemusage.so";
    struct traces *t = *state;
    char demo[256];
    const char *words[] = {demo, NULL};
    char *trace;

    skip_unless(geteuid() == 0, "only root can make a privileged program");
    skip_unless(on_machine, "no namespace to mount in");
    skip_unless(access(place, F_OK) == 0, "there is no %s", place);
    (void)snprintf(demo, sizeof(demo), "%s",
                   make_privileged(t->scratch, "/bin/true", "demo"));
    open_to_nobody(t);
    assert_int_equal(mount(make_privileged(t->scratch, TEL_STAGE_SHIM, "shim"),
                           place, NULL, MS_BIND, NULL),
                     0);
    expect_recorded(t, name, words);
    t->may_open = MAY_NOTHING;
    expect_nothing_privileged(t, name, words);
    assert_int_equal(umount(place), 0);
    trace = file_read(scratch_path(t->notes, "trace"), NULL);
    assert_non_null(strstr(trace, "/"
                                  "libmemusage.so\", O_RDONLY|O_CLOEXEC) = 3"));
    free(trace);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_off_is_told_from_on),
        TEST(test_off_by_rule_1_wrapper_opens_nothing),
        TEST(test_off_by_rule_1_preload_opens_nothing),
        TEST(test_off_by_rule_2_opens_nothing),
        TEST(test_off_by_rule_3_leaves_nothing),
        TEST(test_off_by_rule_4_opens_nothing),
        TEST(test_off_by_rule_5_leaves_nothing),
        TEST(test_off_by_a_bad_machine_policy_leaves_nothing),
        TEST(test_off_by_rule_6_leaves_nothing),
        TEST(test_off_by_a_no_to_all_leaves_nothing),
        TEST(test_off_by_a_changed_endpoint_leaves_nothing),
        TEST(test_off_by_a_foreign_consent_leaves_nothing),
        TEST(test_off_by_rule_7_leaves_nothing),
        TEST(test_off_by_a_foreign_policy_leaves_nothing),
        TEST(test_off_by_a_foreign_table_folder_leaves_nothing),
    };

    return cmocka_run_group_tests_name("consent_off", tests, group_setup, NULL);
}
