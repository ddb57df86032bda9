/* SPDX-License-Identifier: MIT */
/* The process that starts a helper is waited for, and never for long. */
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tel/runs.h>

#include "support.h"

/* A child as sender_start makes it, which a stop signal meets as late as one
 * for the host's group can. */
static pid_t start_stopped(void)
{
    pid_t pid = (pid_t)syscall(SYS_clone, 0L, 0L, 0L, 0L, 0L);

    if (pid == 0) {
        (void)setsid();
        (void)kill((pid_t)syscall(SYS_getpid), SIGSTOP);
        (void)syscall(SYS_exit_group, 0);
    }
    return pid;
}

/* Nobody else continues it: a plain wait ends by the alarm. */
static void test_start_helper_stopped_in_its_session_goes_on(void **state)
{
    pid_t pid;

    (void)state;
    if (emulator_lacks("a clone without an exit signal")) {
        skip();
    }
    pid = start_stopped();
    assert_true(pid > 0);
    (void)alarm(20);
    tel_await_helper(pid);
    (void)alarm(0);
    assert_int_equal(waitpid(pid, NULL, __WALL), -1);
}

static void test_start_helper_that_is_none_is_not_waited_for(void **state)
{
    (void)state;
    (void)alarm(20);
    tel_await_helper(getppid());
    (void)alarm(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start_helper_stopped_in_its_session_goes_on),
        cmocka_unit_test(test_start_helper_that_is_none_is_not_waited_for),
    };

    return cmocka_run_group_tests_name("start", tests, NULL, NULL);
}
