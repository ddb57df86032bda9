/* SPDX-License-Identifier: MIT */
/* A host's children, signals and parents are its own; and who lives, lives. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harvest.h"
#include "trial.h"

#define SAYS_7 .status = 7, .end = TEL_END_CODE, .code = 7
#define SEES_CHILD "starts its helper by fork: the host sees a child"
#define NEEDS_UNSHARE \
    .possible = can_unshare, .impossible = "no namespaces can be made here"

static const struct trial trials[] = {
    {"counts-children", .naive = "forks", SAYS_7, .sender = STARTS,
     .because = SEES_CHILD " that it never started"},
    {"counts-children", .naive = "forks", SAYS_7, .sender = STARTS,
     .without_table = true, .because = SEES_CHILD " that it never started"},
    {"waits-for-all", .naive = "forks", SAYS_7, .sender = STARTS,
     .because = SEES_CHILD " when it waits for all"},
    {"waits-for-all", .naive = "takes-children", SAYS_7, .under = "child",
     .sender = STARTS,
     .because = "waits for any child, and takes one that the host was "
                "executed with"},
    {"shows-its-state", .naive = "changes-handler", SAYS_7,
     .under = "sigchld-ignored", .sender = STARTS,
     .because = "sets a signal's action, and leaves it so"},
    {"shows-signals", .naive = "forks-or-aborts", SAYS_7, .under = "signals",
     .sender = STARTS, .because = SEES_CHILD "'s SIGCHLD wait for it"},
    {"shows-signals", .naive = "changes-mask", SAYS_7, .under = "signals",
     .because = "blocks a signal and leaves it so"},
    {"adopts", .naive = "helper", SAYS_7, .sender = STARTS,
     .because = "leaves a helper behind, which falls to the host"},
    {"waits-for-all", .naive = "helper", SAYS_7, .under = "alone",
     .sender = STAYS_AWAY,
     .because = "leaves a helper behind, which falls to the host"},
    {"waits-for-all", .naive = "helper", SAYS_7, .sender = STAYS_AWAY,
     .via = "unshare -p -f --mount-proc", NEEDS_UNSHARE,
     .because = "leaves a helper behind, which falls to the host as pid 1"},
    {"forks-and-ends", "exit", .naive = "helper", SAYS_7, .sender = STAYS_AWAY,
     .via = "unshare -p", NEEDS_UNSHARE,
     .because = "its helper is process 1 where the host's children are born: "
                "with it that namespace ends, and no fork succeeds"},
};

static const struct trial traced = {
    "says-hello", .naive = "helper", .via = "strace -f -q -o trace",
    .because = "its helper is traced too, and the tracer waits for it"};
static const struct trial examined = {
    "says-hello", .naive = "helper", .under = "valgrind",
    .because = "its helper is examined too, and valgrind reports on it"};
static const struct trial plain = {
    "says-hello", .naive = "helper-holds-output",
    .because = "its helper holds the host's output: $(host) never returns"};

static int setup(void **state)
{
    struct recorded *r = recorded_new();

    recorded_tool(r, "says-hello", "[command]\nverbs = none\n");
    recorded_tool(r, "waits-for-a-file", "[command]\nverbs = none\n");
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    recorded_free(*state);
    return 0;
}

/* How many processes a tracer that follows all saw end. */
static size_t traced_ends(struct recorded *r, const char *object,
                          const char *naive)
{
    struct result result = trial_run(r, &traced, object, naive);
    char *trace = file_read(scratch_path(r->scratch, "home/trace"), NULL);
    size_t ends;

    assert_int_equal(result.status, 7);
    assert_string_equal(result.out, "hello\n");
    assert_string_equal(result.err, "");
    assert_non_null(trace);
    ends = count_of(trace, "+++ exited with ");
    free(trace);
    result_clear(&result);
    return ends;
}

static void test_processes_tracer_sees_the_host_only(void **state)
{
    struct recorded *r = *state;

    tel_lease_drop(r->table);
    assert_int_equal(traced_ends(r, NULL, NULL), 1);
    assert_int_equal(traced_ends(r, TEL_STAGE_SHIM, NULL), 1);
    assert_int_equal(scratch_processes(r->scratch), 0);
    assert_int_equal(traced_ends(r, naive_object, "helper"), 3);
}

/* How many processes valgrind reports on. */
static size_t reported(struct recorded *r, const char *object,
                       const char *naive)
{
    struct result result = trial_run(r, &examined, object, naive);
    size_t reports = count_of(result.err, "ERROR SUMMARY: 0 errors");

    assert_int_equal(result.status, 7);
    assert_string_equal(result.out, "hello\n");
    result_clear(&result);
    return reports;
}

static void test_processes_valgrind_sees_the_host_only(void **state)
{
    struct recorded *r = *state;

    skip_unless(access("/usr/bin/valgrind", X_OK) == 0, "there is no valgrind");
    tel_lease_drop(r->table);
    assert_int_equal(reported(r, NULL, NULL), 1);
    assert_int_equal(reported(r, TEL_STAGE_SHIM, NULL), 1);
    assert_int_equal(scratch_processes(r->scratch), 0);
    recorded_expect(r, "run", TEL_END_CODE, 7);
    assert_int_equal(reported(r, naive_object, "helper"), 3);
}

static bool is_closed(void *pipe)
{
    struct pollfd polled = {.fd = *(int *)pipe, .events = POLLIN};
    char said[64];

    while (poll(&polled, 1, 0) == 1) {
        if (read(polled.fd, said, sizeof(said)) <= 0) {
            return true;
        }
    }
    return false;
}

/* Runs the host with a pipe as its output, which is left open in *ret. */
static void run_into_pipe(struct recorded *r, const char *object, int *ret)
{
    int ends[2];
    int status = 0;
    pid_t pid;

    scratch_set(r->scratch, "LD_PRELOAD", object);
    scratch_set(r->scratch, "NAIVE", plain.naive);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid = fork();
    if (pid == 0) {
        char *argv[] = {(char *)(uintptr_t)host_path(plain.host), NULL};

        if (dup2(ends[1], 1) < 0 || dup2(ends[1], 2) < 0) {
            _exit(1);
        }
        execve(argv[0], argv, r->scratch->vars);
        _exit(127);
    }
    close(ends[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 7 << 8);
    scratch_set(r->scratch, "LD_PRELOAD", NULL);
    *ret = ends[0];
}

static bool sender_is_there(void *table)
{
    return tel_lease_holder(table) != 0;
}

static void test_processes_output_ends_with_the_host(void **state)
{
    struct recorded *r = *state;
    int output;

    tel_lease_drop(r->table);
    run_into_pipe(r, TEL_STAGE_SHIM, &output);
    until(sender_is_there, r->table);
    until(is_closed, &output);
    close(output);
    run_into_pipe(r, naive_object, &output);
    assert_false(is_closed(&output));
    close(output);
}

/* Starts a host below one who waits for all; its own output is its last. */
static pid_t start_waited_for(struct recorded *r, const char *object)
{
    char *argv[] = {(char *)(uintptr_t)UNDER, (char *)(uintptr_t) "waited-for",
                    (char *)(uintptr_t)host_path("waits-for-a-file"), NULL};
    pid_t pid;

    (void)unlink(scratch_path(r->scratch, "said"));
    (void)unlink(scratch_path(r->scratch, "home/go"));
    scratch_set(r->scratch, "OBJECT", object);
    scratch_set(r->scratch, "NAIVE", plain.naive);
    pid = scratch_start(r->scratch, "said", argv);
    trial_until_ready(r);
    scratch_write(r->scratch, "home/go", "");
    return pid;
}

static bool one_is_left(void *context)
{
    struct recorded *r = context;

    /* The one that waits, and the helper. */
    return scratch_processes(r->scratch) == 2;
}

static void test_processes_who_waits_for_all_waits_for_the_host(void **state)
{
    struct recorded *r = *state;
    pid_t pid;

    tel_lease_drop(r->table);
    pid = start_waited_for(r, TEL_STAGE_SHIM);
    assert_int_equal(scratch_stop(r->scratch, pid, 0), 7);
    recorded_expect(r, "run", TEL_END_CODE, 7);
    recorded_nothing_more(r);
    pid = start_waited_for(r, naive_object);
    until(one_is_left, r);
    assert_int_equal(kill(pid, 0), 0);
    (void)scratch_stop(r->scratch, pid, SIGKILL);
}

static bool is_running(struct recorded *r)
{
    struct tel_table_counts counts;

    tel_table_look(r->table);
    tel_table_count(r->table, &counts);
    return counts.running == 1;
}

static bool is_foreign(struct recorded *r)
{
    struct tel_table_counts counts;

    tel_table_look(r->table);
    tel_table_count(r->table, &counts);
    return counts.foreign == 1 && counts.running == 0;
}

/* Runs the host with a lock that nobody else holds: whether the lock is gone
 * with the host, at once. */
static bool frees_lock(struct recorded *r, const char *object)
{
    char *argv[] = {(char *)(uintptr_t)host_path(plain.host), NULL};
    const char *path = scratch_path(r->scratch, "lock");
    int lock = open(path, O_RDWR | O_CREAT, 0600);
    int other = open(path, O_RDWR | O_CLOEXEC);
    int status = 0;
    bool is_free;
    pid_t pid;

    assert_int_equal(flock(lock, LOCK_EX), 0);
    scratch_set(r->scratch, "LD_PRELOAD", object);
    scratch_set(r->scratch, "NAIVE", plain.naive);
    pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);

        dup2(null, 1);
        execve(argv[0], argv, r->scratch->vars);
        _exit(127);
    }
    close(lock);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    is_free = flock(other, LOCK_EX | LOCK_NB) == 0;
    assert_int_equal(status, 7 << 8);
    close(other);
    scratch_set(r->scratch, "LD_PRELOAD", NULL);
    return is_free;
}

static void test_processes_lock_is_free_when_the_host_is_gone(void **state)
{
    struct recorded *r = *state;

    tel_lease_drop(r->table);
    assert_true(frees_lock(r, NULL));
    assert_true(frees_lock(r, TEL_STAGE_SHIM));
    until(sender_is_there, r->table);
    assert_false(frees_lock(r, naive_object));
}

/* Starts the host that waits, by a command that executes its arguments. */
static pid_t start_waiting(struct recorded *r, const char *command)
{
    char script[256];
    char *argv[] = {(char *)(uintptr_t) "/bin/sh",
                    (char *)(uintptr_t) "-c",
                    script,
                    (char *)(uintptr_t) "sh",
                    (char *)(uintptr_t)host_path("waits-for-a-file"),
                    NULL};
    pid_t pid;

    (void)snprintf(script, sizeof(script), "exec %s " UNDER " none \"$@\"",
                   command);
    scratch_set(r->scratch, "OBJECT", TEL_STAGE_SHIM);
    pid = scratch_start(r->scratch, "said", argv);
    trial_until_ready(r);
    return pid;
}

/* Lets it end, and expects 7. */
static void end_waiting(struct recorded *r, pid_t pid)
{
    scratch_write(r->scratch, "home/go", "");
    assert_int_equal(scratch_stop(r->scratch, pid, 0), 7);
}

static bool is_stopped(void *pid)
{
    struct process process;

    return process_read(*(pid_t *)pid, &process) == 0 && process.state == 'T';
}

static void test_processes_suspended_host_is_alive(void **state)
{
    struct recorded *r = *state;
    pid_t pid = start_waiting(r, "");

    /* Stopped when it is first looked at. */
    assert_int_equal(kill(pid, SIGSTOP), 0);
    until(is_stopped, &pid);
    assert_true(is_running(r));
    assert_true(is_running(r));
    assert_int_equal(kill(pid, SIGCONT), 0);
    end_waiting(r, pid);
    recorded_expect(r, "run", TEL_END_CODE, 7);
    recorded_nothing_more(r);
}

/* A container that shares the table: its pids mean nothing out here. */
static void test_processes_host_of_another_proc_is_not_judged(void **state)
{
    struct recorded *r = *state;
    pid_t pid;

    skip_unless(can_unshare(), "no namespaces can be made here");
    scratch_write(r->scratch, "home/init", "#!/bin/sh\n\"$@\"\nexit $?\n");
    pid = start_waiting(r, "unshare -p -f --mount-proc ./init");
    assert_true(is_foreign(r));
    end_waiting(r, pid);
}

/* A sandbox in which no sender may be: nobody would ever take the run out. */
static void test_processes_host_alone_in_its_proc_is_not_recorded(void **state)
{
    struct recorded *r = *state;
    pid_t pid;

    skip_unless(can_unshare(), "no namespaces can be made here");
    pid = start_waiting(r, "unshare -p -f --mount-proc");
    recorded_nothing_more(r);
    end_waiting(r, pid);
    recorded_nothing_more(r);
}

/* Its claim seems older than it is itself. */
static void test_processes_host_of_another_time_is_alive(void **state)
{
    struct recorded *r = *state;
    pid_t pid;

    skip_unless(can_unshare() && access("/proc/self/ns/time", F_OK) == 0 &&
                    clock_ns(CLOCK_BOOTTIME) > 120 * 1000000000LL,
                "no time namespaces here, or the machine has just started");
    pid = start_waiting(r, "unshare -T --boottime -100 -f");
    assert_true(is_running(r));
    end_waiting(r, pid);
    recorded_expect(r, "run", TEL_END_CODE, 7);
    recorded_nothing_more(r);
}

/* In a child: whether a run of this test's own process, which a mount with
 * hidepid=2 doesn't show to somebody else, is held for running. */
static int look_without_seeing(const char *dir)
{
    struct table_slot slot = {.name = "t"};
    struct tel_table *table = NULL;
    struct tel_table_counts counts;
    struct process hidden;

    if (unshare(CLONE_NEWNS) < 0 ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("proc", "/proc", "proc", 0, "hidepid=2") < 0 ||
        tel_table_open(dir, geteuid(), &table) < 0) {
        return 1;
    }
    slot.proc_dev = table->proc_dev;
    slot.claim_ns = clock_ns(CLOCK_BOOTTIME);
    if (slot_claim(table->fd, table->head, &slot, getppid()) < 0 ||
        setgid(4242) < 0 || setuid(4242) < 0) {
        return 2;
    }
    if (process_read(getppid(), &hidden) == 0) {
        return 3;
    }
    tel_table_look(table);
    tel_table_count(table, &counts);
    return counts.running == 1 && counts.finished == 0 ? 0 : 4;
}

static void test_processes_hidden_host_is_alive(void **state)
{
    struct recorded *r = *state;
    char dir[192];
    int status = -1;
    pid_t pid;

    skip_unless(is_root() && can_unshare(), "only root can mount a /proc");
    (void)snprintf(dir, sizeof(dir), "%s/tel", r->scratch->runtime);
    pid = fork();
    if (pid == 0) {
        _exit(look_without_seeing(dir));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_processes_tracer_sees_the_host_only, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_processes_valgrind_sees_the_host_only, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_processes_output_ends_with_the_host, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_processes_who_waits_for_all_waits_for_the_host, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            test_processes_lock_is_free_when_the_host_is_gone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_processes_suspended_host_is_alive,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_processes_host_of_another_proc_is_not_judged, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_processes_host_alone_in_its_proc_is_not_recorded, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            test_processes_host_of_another_time_is_alive, setup, teardown),
        cmocka_unit_test_setup_teardown(test_processes_hidden_host_is_alive,
                                        setup, teardown),
    };

    return trials_run("hosts_processes", trials, COUNT(trials), tests,
                      COUNT(tests));
}
