/* SPDX-License-Identifier: MIT */
/* Where the table may be: private memory of one's own, or nowhere. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recorded.h"
#include "table.h"

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

/* RUNTIME/tel, and in file, where it isn't NULL, the table's own path. */
static void paths(const struct scratch *s, char dir[192], char file[208])
{
    (void)snprintf(dir, 192, "%s/tel", s->runtime);
    (void)snprintf(file, 208, "%s/tel/" TEL_TABLE_FILE, s->runtime);
}

static void test_place_made_is_private_and_whole(void **state)
{
    char dir[192];
    char file[208];
    struct stat st;
    int fd;

    paths(*state, dir, file);
    assert_int_equal(table_make(dir, geteuid()), 0);
    assert_int_equal(stat(dir, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_size, TABLE_BYTES);
    assert_true(st.st_blocks * 512 >= (blkcnt_t)TABLE_BYTES);
    fd = table_open(dir, geteuid(), O_RDWR);
    assert_true(fd >= 0);
    close(fd);
}

static void test_place_umask_of_the_host_does_not_matter(void **state)
{
    char dir[192];
    char file[208];
    mode_t old = umask(0777);
    struct stat st;

    paths(*state, dir, file);
    assert_int_equal(table_make(dir, geteuid()), 0);
    umask(old);
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
}

static void test_place_made_twice_keeps_the_first(void **state)
{
    char dir[192];
    char file[208];
    struct stat first;
    struct stat second;

    paths(*state, dir, file);
    assert_int_equal(table_make(dir, geteuid()), 0);
    assert_int_equal(stat(file, &first), 0);
    assert_int_equal(table_make(dir, geteuid()), 0);
    assert_int_equal(stat(file, &second), 0);
    assert_int_equal(first.st_ino, second.st_ino);
}

static void test_place_not_in_memory_is_refused(void **state)
{
    struct scratch *s = *state;

    assert_int_equal(table_make(scratch_path(s, "state/tel-table"), geteuid()),
                     -EMEDIUMTYPE);
    assert_int_equal(access(scratch_path(s, "state/tel-table"), F_OK), -1);
}

static void test_place_open_to_others_is_refused(void **state)
{
    char dir[192];
    char file[208];

    paths(*state, dir, file);
    assert_int_equal(table_make(dir, geteuid()), 0);
    assert_int_equal(chmod(dir, 0755), 0);
    assert_int_equal(table_open(dir, geteuid(), O_RDWR), -EPERM);
    assert_int_equal(chmod(dir, 0700), 0);
    assert_int_equal(chmod(file, 0644), 0);
    assert_int_equal(table_open(dir, geteuid(), O_RDWR), -EPERM);
}

static void test_place_of_somebody_else_is_refused(void **state)
{
    char dir[192];
    char file[208];

    paths(*state, dir, file);
    assert_int_equal(table_make(dir, geteuid()), 0);
    assert_int_equal(table_open(dir, geteuid() + 1, O_RDWR), -EPERM);
    assert_int_equal(table_make(dir, geteuid() + 1), -EPERM);
}

static void test_place_link_fifo_or_cut_file_is_refused(void **state)
{
    char dir[192];
    char file[208];
    char other[256];

    paths(*state, dir, file);
    assert_int_equal(table_make(dir, geteuid()), 0);
    (void)snprintf(other, sizeof(other), "%s/elsewhere", dir);
    assert_int_equal(rename(file, other), 0);
    assert_int_equal(symlink(other, file), 0);
    assert_int_equal(table_open(dir, geteuid(), O_RDWR), -ELOOP);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(mkfifo(file, 0600), 0);
    assert_int_equal(table_open(dir, geteuid(), O_RDWR), -EPERM);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(truncate(other, 8192), 0);
    assert_int_equal(rename(other, file), 0);
    assert_int_equal(table_open(dir, geteuid(), O_RDWR), -EPERM);
}

/* A write beyond RLIMIT_FSIZE would end the host by SIGXFSZ. */
static void test_place_is_not_made_beyond_the_limit(void **state)
{
    char dir[192];
    char file[208];
    struct rlimit old;
    struct rlimit low = {4096, RLIM_INFINITY};
    int r;

    paths(*state, dir, file);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    low.rlim_max = old.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    r = table_make(dir, geteuid());
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(r, -EFBIG);
    assert_int_equal(access(dir, F_OK), -1);
}

static void test_place_runtime_dir_of_another_user_is_passed_over(void **state)
{
    static char *const vars[] = {
        (char *)(uintptr_t) "XDG_RUNTIME_DIR=/run/user/99", NULL};
    struct tel_env env;
    char dir[TEL_PATH_MAX];

    (void)state;
    tel_env_read(&env, vars, false, 99);
    assert_int_equal(tel_table_dir(&env, 0, dir, sizeof(dir)), 0);
    assert_string_equal(dir, "/run/user/99/tel");
    assert_int_equal(tel_table_dir(&env, 1, dir, sizeof(dir)), 0);
    assert_string_equal(dir, TEL_SHMDIR "/tel-99");
    assert_int_equal(tel_table_dir(&env, 2, dir, sizeof(dir)), -ENOENT);
    tel_env_read(&env, vars, false, 9);
    assert_int_equal(tel_table_dir(&env, 0, dir, sizeof(dir)), 0);
    assert_string_equal(dir, TEL_SHMDIR "/tel-9");
    tel_env_read(&env, vars, false, 999);
    assert_int_equal(tel_table_dir(&env, 0, dir, sizeof(dir)), 0);
    assert_string_equal(dir, TEL_SHMDIR "/tel-999");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_place_made_is_private_and_whole,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_place_umask_of_the_host_does_not_matter, setup, teardown),
        cmocka_unit_test_setup_teardown(test_place_made_twice_keeps_the_first,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_place_not_in_memory_is_refused,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_place_open_to_others_is_refused,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_place_of_somebody_else_is_refused,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_place_link_fifo_or_cut_file_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_place_is_not_made_beyond_the_limit,
                                        setup, teardown),
        cmocka_unit_test(test_place_runtime_dir_of_another_user_is_passed_over),
    };

    return cmocka_run_group_tests_name("place", tests, NULL, NULL);
}
