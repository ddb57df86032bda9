/* SPDX-License-Identifier: MIT */
/* The sender in the background: it moves at once, sends when due, and goes. */
#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <tel/outbox.h>

#include "box.h"

#define LATER "3600"

static unsigned counts[256];

static int setup(void **state)
{
    struct box *box = box_new();

    box_make_table(box);
    *state = box;
    return 0;
}

static int teardown(void **state)
{
    box_free(*state);
    return 0;
}

struct expected {
    struct box *box;
    uint64_t number;
};

static bool waits(void *context)
{
    struct expected *expected = context;

    return box_waiting(expected->box, NULL) == expected->number;
}

static bool came(void *context)
{
    struct expected *expected = context;

    return server_tally(expected->box->server, "exit", counts, 256) ==
           expected->number;
}

static bool tried(void *context)
{
    struct expected *expected = context;

    return server_count(expected->box->server) >= expected->number;
}

static void test_background_without_table_ends_at_once(void **state)
{
    struct box *box = box_new();

    (void)state;
    free(scratch_ok(box->scratch, 0, TEL_SEND, "--background", NULL));
    box_free(box);
}

static void test_background_second_ends_at_once(void **state)
{
    struct box *box = *state;
    pid_t pid = box_start(box, LATER, "60");

    free(scratch_ok(box->scratch, 0, TEL_SEND, "--background", NULL));
    assert_int_equal(kill(pid, 0), 0);
    scratch_stop(box->scratch, pid, SIGTERM);
}

static void test_background_off_by_environment_ends_at_once(void **state)
{
    struct box *box = *state;

    scratch_set(box->scratch, "DO_NOT_TRACK", "1");
    free(scratch_ok(box->scratch, 0, TEL_SEND, "--background", NULL));
    assert_int_equal(box_files(box, ""), 0);
}

static void test_background_moves_what_ended_and_sends_nothing_yet(void **state)
{
    struct box *box = *state;
    struct expected expected = {box, 3};
    pid_t pid;

    box_tool(box, "probe", "POST");
    pid = box_start(box, LATER, "60");
    for (int i = 0; i < 3; i++)
        box_recorded(box, "probe", i);
    until(waits, &expected);
    assert_int_equal(server_connections(box->server), 0);
    assert_int_equal(scratch_stop(box->scratch, pid, SIGTERM), -SIGTERM);
    box_flush(box, 0, "3 sent, 0 waiting\n");
    assert_int_equal(server_tally(box->server, "exit", counts, 256), 3);
    assert_int_equal(counts[0] + counts[1] + counts[2], 3);
}

static void test_background_sends_when_due(void **state)
{
    struct box *box = *state;
    struct expected expected = {box, 20};
    pid_t pid;

    box_tool(box, "probe", "POST");
    pid = box_start(box, "1", "60");
    for (int i = 0; i < 20; i++)
        box_recorded(box, "probe", i);
    until(came, &expected);
    for (int i = 0; i < 20; i++)
        assert_int_equal(counts[i], 1);
    expected.number = 0;
    until(waits, &expected);
    scratch_stop(box->scratch, pid, SIGTERM);
}

static void test_background_leaves_when_nothing_runs(void **state)
{
    struct box *box = *state;
    struct tel_table *table;
    pid_t pid;

    box_tool(box, "probe", "POST");
    pid = box_launch(box, LATER, "0");
    assert_int_equal(scratch_stop(box->scratch, pid, 0), 0);
    assert_int_equal(tel_table_open(box->table, geteuid(), &table), 0);
    assert_int_equal(tel_lease_holder(table), 0);
    tel_table_close(table);
}

static void test_background_stays_while_a_run_goes_on(void **state)
{
    struct box *box = *state;
    struct expected expected = {box, 1};
    struct tel_program program = {.envp = box->scratch->vars,
                                  .path = "/nowhere/probe",
                                  .euid = geteuid()};
    pid_t sender;
    pid_t pid;
    int pipes[2];

    box_tool(box, "probe", "POST");
    sender = box_start(box, LATER, "1");
    assert_int_equal(pipe(pipes), 0);
    pid = fork();
    if (pid == 0) {
        struct tel_run run;
        char byte;

        setpgid(0, 0);
        close(pipes[1]);
        if (tel_run_begin(&program, &run) != TEL_BEGIN_RECORDED)
            _exit(255);
        _exit(read(pipes[0], &byte, 1) == 0 ? 0 : 1);
    }
    close(pipes[0]);
    /* More than it lingers. */
    nanosleep(&(struct timespec){.tv_sec = 2}, NULL);
    assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
    assert_int_equal(kill(sender, 0), 0);
    assert_int_equal(waitpid(sender, NULL, WNOHANG), 0);
    close(pipes[1]);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    until(waits, &expected);
    assert_int_equal(scratch_stop(box->scratch, sender, 0), 0);
}

/* Descriptors of a process that lie in the scratch's folders on disk. */
static size_t held(struct box *box, pid_t pid)
{
    char path[64];
    struct dirent *entry;
    size_t found = 0;
    DIR *dir;

    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    dir = opendir(path);
    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        char target[4096];
        ssize_t len =
            readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

        target[len > 0 ? len : 0] = '\0';
        found += strncmp(target, box->scratch->root,
                         strlen(box->scratch->root)) == 0 &&
                 strstr(target, "sender.log") == NULL;
    }
    closedir(dir);
    return found;
}

struct idle {
    struct box *box;
    pid_t pid;
};

static bool is_asleep(void *context)
{
    struct idle *idle = context;
    char *text = proc_read(idle->pid, "wchan", NULL);
    /* In poll(), and not in the short rest after a pass. */
    bool asleep = text != NULL && strstr(text, "poll") != NULL;

    free(text);
    return asleep;
}

static bool maps_curl(pid_t pid)
{
    char *maps = proc_read(pid, "maps", NULL);
    bool found;

    assert_non_null(maps);
    found = strstr(maps, "curl") != NULL || strstr(maps, "ssl") != NULL;
    free(maps);
    return found;
}

static void test_background_idle_holds_nothing_in_a_home(void **state)
{
    struct box *box = *state;
    struct expected expected = {box, 1};
    struct idle idle = {box, 0};
    char path[64];
    char target[64];
    ssize_t len;

    box_tool(box, "probe", "POST");
    idle.pid = box_start(box, LATER, "60");
    box_recorded(box, "probe", 0);
    until(waits, &expected);
    until(is_asleep, &idle);
    assert_int_equal(held(box, idle.pid), 0);
    assert_false(maps_curl(idle.pid));
    snprintf(path, sizeof(path), "/proc/%d/cwd", (int)idle.pid);
    len = readlink(path, target, sizeof(target));
    assert_int_equal(len, 1);
    assert_int_equal(target[0], '/');
    scratch_stop(box->scratch, idle.pid, SIGTERM);
}

/* A host in real time must not make a sender that others wait for. */
static void test_background_started_in_real_time_leaves_it(void **state)
{
    const struct sched_param none = {0};
    struct sched_param lowest = {.sched_priority = 1};
    struct box *box = *state;
    pid_t pid;

    if (sched_setscheduler(0, SCHED_FIFO, &lowest) < 0) {
        print_message("           skipped: no real time for this user\n");
        skip();
    }
    pid = box_start(box, LATER, "60");
    assert_int_equal(sched_setscheduler(0, SCHED_OTHER, &none), 0);
    assert_int_equal(sched_getscheduler(pid), SCHED_OTHER);
    scratch_stop(box->scratch, pid, SIGTERM);
}

static void test_background_goes_on_moving_while_a_collector_hangs(void **state)
{
    struct box *box = *state;
    struct expected hanging = {box, 1};
    struct expected expected = {box, 2};
    pid_t pid;

    box_tool(box, "probe", "POST");
    server_answers(box->server, SERVER_HANGS);
    pid = box_start(box, "1", "60");
    box_recorded(box, "probe", 1);
    until(tried, &hanging);
    box_recorded(box, "probe", 2);
    until(waits, &expected);
    /* The child goes with it. */
    scratch_stop(box->scratch, pid, SIGTERM);
    server_answers(box->server, 204);
    box_flush(box, 0, "2 sent, 0 waiting\n");
    assert_int_equal(server_tally(box->server, "exit", counts, 256), 2);
}

static void test_background_moment_that_passed_is_drawn_again(void **state)
{
    struct box *box = *state;
    long long when = 0;
    char due[64];
    char *now;
    pid_t pid;

    box_tool(box, "probe", "POST");
    box_new_file(box, "probe", 0, 3);
    snprintf(due, sizeof(due), "probe %lld 0\n", (long long)time(NULL) - 5);
    scratch_write(box->scratch, "state/tel/due", due);
    pid = box_launch(box, "1000000", "0");
    assert_int_equal(scratch_stop(box->scratch, pid, 0), 0);
    assert_int_equal(server_connections(box->server), 0);
    now = box_text(box, "due");
    assert_int_equal(sscanf(now, "probe %lld 0\n", &when), 1);
    /* 1 in 10^5 that the moment is so near. */
    assert_true(when > (long long)time(NULL) + 10);
    assert_true(when <= (long long)time(NULL) + 1000000);
    free(now);
}

static bool one_is_dropped(void *context)
{
    return box_dropped(context, "probe") == 1;
}

/* Waited for before the sender is ended: a SIGTERM may come between freeing
 * the slot and counting it. */
static void test_background_off_since_is_forgotten(void **state)
{
    struct box *box = *state;
    pid_t pid;

    box_tool(box, "probe", "POST");
    pid = box_start(box, LATER, "60");
    kill(pid, SIGSTOP);
    box_recorded(box, "probe", 0);
    box_consent(box, "probe", TEL_ANSWER_NO);
    kill(pid, SIGCONT);
    until(one_is_dropped, box);
    scratch_stop(box->scratch, pid, SIGTERM);
    free(scratch_ok(box->scratch, 0, TEL_SEND, "--flush", NULL));
    assert_int_equal(box_waiting(box, NULL), 0);
    assert_int_equal(box_dropped(box, "probe"), 1);
    assert_int_equal(server_connections(box->server), 0);
}

static void test_background_local_runs_are_kept(void **state)
{
    struct box *box = *state;
    struct tel_outbox_counts kept;

    box_tool(box, "probe", "POST");
    box_consent(box, "probe", TEL_ANSWER_LOCAL);
    scratch_stop(box->scratch, box_start(box, LATER, "60"), SIGTERM);
    box_recorded(box, "probe", 7);
    box_flush(box, 0, "0 sent, 0 waiting\n");
    assert_int_equal(tel_outbox_count(box->state, "probe", &kept), 0);
    assert_int_equal(kept.local, 1);
    assert_int_equal(server_connections(box->server), 0);
}

static void test_background_foreign_home_is_left_alone(void **state)
{
    struct box *box = *state;
    struct tel_table_counts table_counts;
    struct tel_table *table;
    pid_t pid;

    skip_unless(geteuid() == 0, "only root can give a folder away");
    box_tool(box, "probe", "POST");
    assert_int_equal(chown(scratch_path(box->scratch, "state"), 12345, 12345),
                     0);
    pid = box_start(box, LATER, "1");
    box_recorded(box, "probe", 0);
    /* It doesn't stay for what it can't move. */
    assert_int_equal(scratch_stop(box->scratch, pid, 0), 0);
    assert_int_equal(box_files(box, ""), 0);
    assert_int_equal(tel_table_open(box->table, geteuid(), &table), 0);
    tel_table_look(table);
    tel_table_count(table, &table_counts);
    assert_int_equal(table_counts.finished, 1);
    tel_table_close(table);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_background_without_table_ends_at_once),
        CASE(test_background_second_ends_at_once),
        CASE(test_background_off_by_environment_ends_at_once),
        CASE(test_background_moves_what_ended_and_sends_nothing_yet),
        CASE(test_background_sends_when_due),
        CASE(test_background_leaves_when_nothing_runs),
        CASE(test_background_stays_while_a_run_goes_on),
        CASE(test_background_idle_holds_nothing_in_a_home),
        CASE(test_background_goes_on_moving_while_a_collector_hangs),
        CASE(test_background_moment_that_passed_is_drawn_again),
        CASE(test_background_off_since_is_forgotten),
        CASE(test_background_local_runs_are_kept),
        CASE(test_background_started_in_real_time_leaves_it),
        CASE(test_background_foreign_home_is_left_alone),
    };

    return cmocka_run_group_tests_name("background", tests, NULL, NULL);
}
