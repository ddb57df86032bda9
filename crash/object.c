/* SPDX-License-Identifier: MIT */
/*
 * libtel_crash.so: where a recorded run was when a signal ended it.
 *
 * Loaded beside the shim by those who want it. It does nothing but for a run
 * that the shim has just recorded, and whose policy says crash = on; then it
 * takes the default actions of five signals, and hides that it has from a
 * host that asks. A host that sets an action of its own gets exactly that,
 * and the signal is its own from then on.
 */
#include "crash.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>

#define EXPORT __attribute__((visibility("default")))

typedef void (*action_fn)(int);

/* The shim's run; weak, as another version of it may have none. Its name
 * changes with the form of struct tel_run. */
extern const struct tel_run *tel_shim_run_1(void) __attribute__((weak));

struct next crash_next;

static struct tel_policy policy;

EXPORT int sigaction(int sig, const struct sigaction *restrict action,
                     struct sigaction *restrict ret_old);
EXPORT int __sigaction(int sig, const struct sigaction *action,
                       struct sigaction *ret_old);
EXPORT action_fn signal(int sig, action_fn action);
EXPORT action_fn bsd_signal(int sig, action_fn action);
EXPORT action_fn ssignal(int sig, action_fn action);
EXPORT action_fn sysv_signal(int sig, action_fn action);
EXPORT action_fn __sysv_signal(int sig, action_fn action);
EXPORT action_fn sigset(int sig, action_fn action);
EXPORT int sigaltstack(const stack_t *restrict given,
                       stack_t *restrict ret_old);

/* dlsym gives an object pointer where a function is meant (dlsym(3)). */
static void look_up(void *ret_function, const char *name)
{
    void *symbol = dlsym(RTLD_NEXT, name);

    memcpy(ret_function, &symbol, sizeof(symbol));
}

/*
 * At start, because these functions are called from signal handlers, where
 * looking up may not happen; or by whichever constructor comes earlier.
 */
static void look_up_all(void)
{
    if (crash_next.sigset != NULL) {
        return;
    }
    look_up(&crash_next.sigaction, "sigaction");
    look_up(&crash_next.sigaltstack, "sigaltstack");
    look_up(&crash_next.signal, "signal");
    look_up(&crash_next.sysv_signal, "sysv_signal");
    look_up(&crash_next.sigset, "sigset");
}

/* The first digits of the build-id, as a number. */
static uint32_t first_digits(const char *digits)
{
    uint32_t number = 0;

    for (unsigned i = 0; i < TEL_BUILD_LEN; i++) {
        char digit = digits[i];

        number = number << 4 |
                 (uint32_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
    }
    return number;
}

/* Whether the policy of the run lists the program's build-id. */
static bool is_listed(const struct tel_env *env, const char *name,
                      const struct image *image)
{
    size_t len = strlen(image->build);

    return len >= TEL_BUILD_ID_MIN &&
           tel_policy_find(env, name, &policy, NULL) == 0 && policy.crash &&
           tel_policy_has_build(&policy, image->build, len);
}

static void arm(const struct tel_run *run, char *const *envp)
{
    char name[TEL_NAME_MAX + 1];
    struct armed armed = {.run = run};
    struct tel_env env;

    tel_env_read(&env, envp, getauxval(AT_SECURE) != 0,
                 (uid_t)getauxval(AT_EUID));
    /* Go's runtime asks the kernel itself for the actions that it finds, and
     * what a signal without one does to process 1 is the kernel's secret. */
    if (!image_read(&armed.image) || armed.image.go || tel_run_pid(run) == 1 ||
        tel_crash_open(&env, run, &armed.place, name) < 0) {
        return;
    }
    armed.filtered = prctl(PR_GET_SECCOMP, 0UL) > 0;
    armed.listed = is_listed(&env, name, &armed.image);
    if (armed.listed) {
        armed.build = first_digits(armed.image.build);
    }
    handler_install(&armed);
}

/* After the shim's: the linker runs a dependency's constructors first. */
__attribute__((constructor)) static void start(int argc, char **argv,
                                               char **envp)
{
    int saved = errno;
    const struct tel_run *run;

    (void)argc;
    (void)argv;
    look_up_all();
    run = tel_shim_run_1 != NULL ? tel_shim_run_1() : NULL;
    if (run != NULL && run->word != NULL && run->crashes &&
        crash_next.sigaction != NULL && crash_next.sigaltstack != NULL) {
        arm(run, envp);
    }
    errno = saved;
}

/* The host has set an action for a signal: it is the host's for good. */
static void give_up(int sig)
{
    for (unsigned i = 0; i < CRASH_SIGNALS; i++) {
        if (crash_signals[i] == sig) {
            crash_ours[i] = false;
        }
    }
}

static int set_action(int sig, const struct sigaction *action,
                      struct sigaction *ret_old)
{
    int result;

    look_up_all();
    if (crash_next.sigaction == NULL) {
        errno = ENOSYS;
        return -1;
    }
    if (action != NULL && (action->sa_flags & SA_ONSTACK) != 0) {
        handler_drop_stack();
    }
    result = crash_next.sigaction(sig, action, ret_old);
    if (result == 0 && action != NULL) {
        give_up(sig);
    }
    if (result == 0 && ret_old != NULL && handler_is(ret_old)) {
        memset(ret_old, 0, sizeof(*ret_old));
        ret_old->sa_handler = SIG_DFL;
    }
    return result;
}

int sigaction(int sig, const struct sigaction *restrict action,
              struct sigaction *restrict ret_old)
{
    return set_action(sig, action, ret_old);
}

int __sigaction(int sig, const struct sigaction *action,
                struct sigaction *ret_old)
{
    return set_action(sig, action, ret_old);
}

/* The old action that one of the older functions gave, as the host knows it. */
static action_fn shown(action_fn old)
{
    struct sigaction action = {.sa_flags = SA_SIGINFO};

    memcpy(&action.sa_sigaction, &old, sizeof(old));
    return handler_is(&action) ? SIG_DFL : old;
}

static action_fn set_by(action_fn (*next)(int, action_fn), int sig,
                        action_fn action)
{
    action_fn old;

    if (next == NULL) {
        errno = ENOSYS;
        return SIG_ERR;
    }
    old = next(sig, action);
    if (old != SIG_ERR && action != SIG_HOLD) {
        give_up(sig);
    }
    return shown(old);
}

action_fn signal(int sig, action_fn action)
{
    look_up_all();
    return set_by(crash_next.signal, sig, action);
}

action_fn bsd_signal(int sig, action_fn action)
{
    return signal(sig, action);
}

action_fn ssignal(int sig, action_fn action)
{
    return signal(sig, action);
}

action_fn sysv_signal(int sig, action_fn action)
{
    look_up_all();
    return set_by(crash_next.sysv_signal, sig, action);
}

action_fn __sysv_signal(int sig, action_fn action)
{
    return sysv_signal(sig, action);
}

action_fn sigset(int sig, action_fn action)
{
    look_up_all();
    return set_by(crash_next.sigset, sig, action);
}

int sigaltstack(const stack_t *restrict given, stack_t *restrict ret_old)
{
    int result;

    look_up_all();
    if (crash_next.sigaltstack == NULL) {
        errno = ENOSYS;
        return -1;
    }
    result = crash_next.sigaltstack(given, ret_old);
    if (result == 0 && ret_old != NULL && handler_stack_is(ret_old)) {
        memset(ret_old, 0, sizeof(*ret_old));
        ret_old->ss_flags = SS_DISABLE;
    }
    return result;
}
