/* SPDX-License-Identifier: MIT */
/* Where policies are looked for, in which order, and whose are believed. */
#include "example.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define STRANGER 54321

static struct tel_policy policy;

static int setup(void **state)
{
    *state = scratch_new();
    return 0;
}

static int teardown(void **state)
{
    scratch_free(*state);
    remove_tree(TEL_SYSCONFDIR "/tel/tools.d");
    remove_tree(TEL_DATADIR "/tel/tools.d");
    return 0;
}

static struct tel_env env_of(struct scratch *scratch, bool secure)
{
    struct tel_env env;

    tel_env_read(&env, scratch->vars, secure, geteuid());
    return env;
}

/* A policy of this id at an absolute path, with its folders. */
static void put(const char *path, const char *id)
{
    char folder[512];
    FILE *file;

    for (const char *slash = strchr(path + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
        mkdir(folder, 0755);
    }
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "[tool]\nid = %s\nendpoint = https://x/\n", id);
    assert_int_equal(fclose(file), 0);
}

static const char *found(struct scratch *scratch, const char *name)
{
    static char id[TEL_NAME_MAX + 1];
    struct tel_env env = env_of(scratch, false);

    if (tel_policy_find(&env, name, &policy, NULL) < 0)
        return NULL;
    assert_string_equal(policy.name, name);
    assert_int_equal(tel_str_copy(&policy, policy.id, id, sizeof(id)), 0);
    return id;
}

static void test_search_first_found_wins(void **state)
{
    put(TEL_DATADIR "/tel/tools.d/x.conf", "packaged");
    assert_string_equal(found(*state, "x"), "packaged");
    assert_true(policy.installed);
    put(TEL_SYSCONFDIR "/tel/tools.d/x.conf", "machine");
    assert_string_equal(found(*state, "x"), "machine");
    assert_true(policy.installed);
    put(scratch_path(*state, "config/tel/tools.d/x.conf"), "own");
    assert_string_equal(found(*state, "x"), "own");
    assert_false(policy.installed);
}

static void test_search_without_xdg_looks_below_home(void **state)
{
    put(scratch_path(*state, "home/.config/tel/tools.d/x.conf"), "own");
    assert_null(found(*state, "x"));
    scratch_set(*state, "XDG_CONFIG_HOME", NULL);
    assert_string_equal(found(*state, "x"), "own");
    scratch_set(*state, "XDG_CONFIG_HOME", "");
    assert_string_equal(found(*state, "x"), "own");
    scratch_set(*state, "XDG_CONFIG_HOME", "config");
    assert_string_equal(found(*state, "x"), "own");
}

static void test_search_without_any_home_finds_installed_ones(void **state)
{
    put(TEL_SYSCONFDIR "/tel/tools.d/x.conf", "machine");
    scratch_set(*state, "XDG_CONFIG_HOME", NULL);
    scratch_set(*state, "HOME", NULL);
    assert_string_equal(found(*state, "x"), "machine");
}

static void test_search_bad_first_one_hides_the_next(void **state)
{
    struct tel_env env = env_of(*state, false);
    struct tel_err err = {""};
    char expected[512];

    put(TEL_SYSCONFDIR "/tel/tools.d/x.conf", "machine");
    scratch_write(*state, "config/tel/tools.d/x.conf", "[tool]\nid = a/b\n");
    assert_int_equal(tel_policy_find(&env, "x", &policy, &err), -EINVAL);
    snprintf(expected, sizeof(expected),
             "%s:2: ", scratch_path(*state, "config/tel/tools.d/x.conf"));
    assert_int_equal(strncmp(err.text, expected, strlen(expected)), 0);
}

static void test_search_list_of_directories_replaces_it(void **state)
{
    struct scratch *scratch = *state;
    char list[1024];

    put(TEL_SYSCONFDIR "/tel/tools.d/x.conf", "machine");
    put(scratch_path(scratch, "config/tel/tools.d/x.conf"), "own");
    put(scratch_path(scratch, "a/x.conf"), "a");
    put(scratch_path(scratch, "b/x.conf"), "b");
    put(scratch_path(scratch, "b/y.conf"), "b");
    snprintf(list, sizeof(list), ":relative:%s/none::%s/a:%s/b:", scratch->root,
             scratch->root, scratch->root);
    scratch_set(scratch, "TEL_CONFIG_PATH", list);
    assert_string_equal(found(scratch, "x"), "a");
    assert_false(policy.installed);
    assert_string_equal(found(scratch, "y"), "b");
    scratch_set(scratch, "TEL_CONFIG_PATH", "/nonexistent");
    assert_null(found(scratch, "x"));
    scratch_set(scratch, "TEL_CONFIG_PATH", "");
    assert_string_equal(found(scratch, "x"), "own");
}

static void test_search_relative_directory_is_passed_over(void **state)
{
    struct scratch *scratch = *state;
    char *before = getcwd(NULL, 0);

    assert_non_null(before);
    put(scratch_path(scratch, "a/x.conf"), "a");
    scratch_set(scratch, "TEL_CONFIG_PATH", "a:./a:.");
    assert_int_equal(chdir(scratch->root), 0);
    assert_null(found(scratch, "x"));
    assert_int_equal(chdir(before), 0);
    free(before);
}

static void test_search_list_may_be_longer_than_any_path(void **state)
{
    struct scratch *scratch = *state;
    char list[3 * TEL_PATH_MAX];

    put(scratch_path(scratch, "a/x.conf"), "a");
    memset(list, 'y', sizeof(list));
    list[0] = '/';
    snprintf(list + 2 * TEL_PATH_MAX, TEL_PATH_MAX, ":%s/a", scratch->root);
    scratch_set(scratch, "TEL_CONFIG_PATH", list);
    assert_string_equal(found(scratch, "x"), "a");
}

static void test_search_privileged_reads_installed_ones_only(void **state)
{
    struct tel_env env;

    put(scratch_path(*state, "config/tel/tools.d/x.conf"), "own");
    put(scratch_path(*state, "a/x.conf"), "a");
    scratch_set(*state, "TEL_CONFIG_PATH", scratch_path(*state, "a"));
    env = env_of(*state, true);
    assert_int_equal(tel_policy_find(&env, "x", &policy, NULL), -ENOENT);
    put(TEL_DATADIR "/tel/tools.d/x.conf", "packaged");
    assert_int_equal(tel_policy_find(&env, "x", &policy, NULL), 0);
    assert_true(policy.installed);
}

static void test_search_names_that_no_tool_has_are_not_looked_for(void **state)
{
    static const char *const names[] = {"",     ".",   "..", ".x",
                                        "../x", "a/x", "x y"};
    struct tel_env env = env_of(*state, false);

    put(scratch_path(*state, "config/tel/tools.d/.conf"), "own");
    put(scratch_path(*state, "config/tel/tools.d/.x.conf"), "own");
    put(scratch_path(*state, "config/tel/x.conf"), "own");
    put(scratch_path(*state, "config/tel/tools.d/a/x.conf"), "own");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_int_equal(tel_policy_find(&env, names[i], &policy, NULL),
                         -ENOENT);
}

/* Who the file belongs to, and who asks: strangers to each other. */
static uid_t make_foreign(const char *path)
{
    if (geteuid() != 0)
        return geteuid() + 1;
    assert_int_equal(chown(path, STRANGER, (gid_t)-1), 0);
    return 0;
}

static void test_search_file_of_somebody_else_is_refused(void **state)
{
    const char *path = scratch_path(*state, "config/tel/tools.d/x.conf");
    struct tel_err err = {""};
    struct tel_env env = env_of(*state, false);

    put(path, "own");
    assert_int_equal(tel_policy_load(&policy, path, geteuid(), &err), 0);
    env.euid = make_foreign(path);
    assert_int_equal(tel_policy_load(&policy, path, env.euid, &err), -EPERM);
    assert_int_equal(strncmp(err.text, path, strlen(path)), 0);
    assert_int_equal(tel_policy_find(&env, "x", &policy, NULL), -EPERM);
}

static void test_search_file_of_root_is_believed(void **state)
{
    const char *path = scratch_path(*state, "config/tel/tools.d/x.conf");

    put(path, "own");
    skip_unless(geteuid() == 0, "only root has files of root's");
    assert_int_equal(tel_policy_load(&policy, path, STRANGER, NULL), 0);
}

static void refuses(const struct tel_env *env, const char *path)
{
    struct tel_err err = {""};

    assert_int_equal(tel_policy_find(env, "x", &policy, &err), -EPERM);
    assert_int_equal(strncmp(err.text, path, strlen(path)), 0);
}

static void test_search_folder_of_somebody_else_is_refused(void **state)
{
    static const char *const own = "config/tel/tools.d";
    struct tel_env env = env_of(*state, false);
    const char *folders[] = {TEL_DATADIR "/tel/tools.d",
                             TEL_SYSCONFDIR "/tel/tools.d",
                             scratch_path(*state, "%s", own)};

    skip_unless(geteuid() == 0, "only root can give a folder away");
    /* The last in the search first, as the first found wins. */
    for (size_t i = 0; i < 3; i++) {
        char path[512];

        snprintf(path, sizeof(path), "%s/x.conf", folders[i]);
        put(path, "own");
        assert_string_equal(found(*state, "x"), "own");
        assert_int_equal(chown(folders[i], STRANGER, (gid_t)-1), 0);
        refuses(&env, folders[i]);
    }
}

static void test_search_what_anybody_may_write_is_refused(void **state)
{
    const char *folder = scratch_path(*state, "config/tel/tools.d");
    const char *path = scratch_path(*state, "config/tel/tools.d/x.conf");
    struct tel_env env = env_of(*state, false);

    put(path, "own");
    assert_int_equal(chmod(path, 0666), 0);
    refuses(&env, path);
    assert_int_equal(chmod(path, 0644), 0);
    assert_string_equal(found(*state, "x"), "own");
    assert_int_equal(chmod(folder, 0757), 0);
    refuses(&env, folder);
    assert_int_equal(chmod(folder, 01777), 0);
    refuses(&env, folder);
}

static void test_search_what_the_group_may_write_is_believed(void **state)
{
    const char *path = scratch_path(*state, "config/tel/tools.d/x.conf");

    put(path, "own");
    assert_int_equal(chmod(path, 0664), 0);
    assert_int_equal(chmod(scratch_path(*state, "config/tel/tools.d"), 0775),
                     0);
    assert_string_equal(found(*state, "x"), "own");
}

static void test_search_what_is_no_regular_file_is_refused(void **state)
{
    const char *path = scratch_path(*state, "config/tel/tools.d/x.conf");
    struct tel_env env = env_of(*state, false);

    put(path, "own");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(tel_policy_find(&env, "x", &policy, NULL), -EPERM);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_true(tel_policy_find(&env, "x", &policy, NULL) < 0);
    assert_int_equal(tel_policy_find(&env, "x", &policy, NULL), -EPERM);
}

static void test_search_too_large_a_file_is_refused(void **state)
{
    const char *path = scratch_path(*state, "config/tel/tools.d/x.conf");
    struct tel_err err = {""};

    put(path, "own");
    assert_int_equal(truncate(path, TEL_POLICY_MAX + 1), 0);
    assert_int_equal(tel_policy_load(&policy, path, geteuid(), &err), -EFBIG);
    assert_int_equal(strncmp(err.text, path, strlen(path)), 0);
}

static void test_search_leaves_no_descriptor_open(void **state)
{
    int before = dup(0);
    int after;

    close(before);
    put(scratch_path(*state, "config/tel/tools.d/x.conf"), "own");
    scratch_write(*state, "config/tel/tools.d/y.conf", "bad");
    assert_non_null(found(*state, "x"));
    assert_null(found(*state, "y"));
    assert_null(found(*state, "z"));
    after = dup(0);
    close(after);
    assert_int_equal(before, after);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_search_first_found_wins),
        TEST(test_search_without_xdg_looks_below_home),
        TEST(test_search_without_any_home_finds_installed_ones),
        TEST(test_search_bad_first_one_hides_the_next),
        TEST(test_search_list_of_directories_replaces_it),
        TEST(test_search_relative_directory_is_passed_over),
        TEST(test_search_list_may_be_longer_than_any_path),
        TEST(test_search_privileged_reads_installed_ones_only),
        TEST(test_search_names_that_no_tool_has_are_not_looked_for),
        TEST(test_search_file_of_somebody_else_is_refused),
        TEST(test_search_file_of_root_is_believed),
        TEST(test_search_folder_of_somebody_else_is_refused),
        TEST(test_search_what_anybody_may_write_is_refused),
        TEST(test_search_what_the_group_may_write_is_believed),
        TEST(test_search_what_is_no_regular_file_is_refused),
        TEST(test_search_too_large_a_file_is_refused),
        TEST(test_search_leaves_no_descriptor_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
