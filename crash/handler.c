/* SPDX-License-Identifier: MIT */
/*
 * The handler: the signal is stored, then where it happened, and then the
 * default action takes its course.
 *
 * What must hold, in this order:
 *
 *   - The host ends as it would have: by this signal, with this siginfo, at
 *     this instruction. SA_RESETHAND has put the default action back when the
 *     handler begins, so a fault happens again on return, and all that could
 *     go wrong here leads there too.
 *   - It ends now. Other signals wait; frames have a bound; and a second
 *     fault ends the walk (of SIGSEGV itself by the default action, since it
 *     is blocked here; of the others by a jump back).
 *   - The store of the signal needs no system call, and comes first.
 */
#include "crash.h"

#include <errno.h>
#include <string.h>
#include <sys/single_threaded.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define STACK_BYTES 65536
/* A fault this near to the stack pointer is the stack's own end. */
#define STACK_END_BYTES 65536
#define WALK_S 2
/* arch/x86/include/asm/trapnr.h */
#define TRAP_GENERAL_PROTECTION 13

const int crash_signals[CRASH_SIGNALS] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE,
                                          SIGABRT};
bool crash_ours[CRASH_SIGNALS];

static struct armed armed;
static char stack[STACK_BYTES] __attribute__((aligned(4096)));
static bool stack_is_set;

/* The thread that is being walked, by the address of its errno: asking for a
 * thread's number would be a system call. */
static void *walker;
static volatile sig_atomic_t jump_is_set;
static void *jump[5]; /* of __builtin_setjmp */
static int walked_signal;

static void on_signal(int sig, siginfo_t *info, void *context);

/*
 * Whether the same instruction will raise the same signal once more. Where
 * the kernel does not say why (SI_KERNEL), one that the processor refuses
 * does, as it does a pointer that can't be one; but SIGSEGV also comes in the
 * place of a signal whose handler has no stack to run on.
 */
static bool is_fault(int sig, const siginfo_t *info, const ucontext_t *context)
{
    if (info->si_code == SI_KERNEL) {
        return sig == SIGSEGV && context->uc_mcontext.gregs[REG_TRAPNO] ==
                                     TRAP_GENERAL_PROTECTION;
    }
    if (info->si_code <= 0) {
        return false;
    }
    switch (sig) {
    case SIGSEGV:
        return info->si_code <= SEGV_PKUERR;
    case SIGBUS:
        return info->si_code <= BUS_MCEERR_AR;
    case SIGILL:
    case SIGFPE:
        return true;
    default:
        return false;
    }
}

static bool is_stack_end(int sig, const siginfo_t *info,
                         const ucontext_t *context)
{
    uintptr_t sp = (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
    uintptr_t at = (uintptr_t)info->si_addr;

    return sig == SIGSEGV && is_fault(sig, info, context) &&
           (at > sp ? at - sp : sp - at) < STACK_END_BYTES;
}

static void tell(const struct tel_crash *crash)
{
    tel_crash_store(&armed.place, armed.run, walked_signal, crash);
}

/*
 * libunwind takes the dynamic linker's lock. A thread that holds it while it
 * waits for this one would keep the host from ending: then the kernel sends
 * this signal, whose action is the default by now.
 */
static bool start_watch(int sig, int *ret_timer)
{
    const struct itimerspec limit = {.it_value.tv_sec = WALK_S};
    struct sigevent event;

    if (__libc_single_threaded) {
        return false;
    }
    memset(&event, 0, sizeof(event));
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = sig;
    return syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, ret_timer) == 0 &&
           syscall(SYS_timer_settime, *ret_timer, 0, &limit, NULL) == 0;
}

static void fill_action(struct sigaction *ret_action)
{
    memset(ret_action, 0, sizeof(*ret_action));
    ret_action->sa_sigaction = on_signal;
    ret_action->sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND;
    /* No handler of the host's runs in a host that is over. The five stay
     * open for a second fault. */
    (void)sigfillset(&ret_action->sa_mask);
    for (unsigned i = 0; i < CRASH_SIGNALS; i++) {
        (void)sigdelset(&ret_action->sa_mask, crash_signals[i]);
    }
}

/* Where the host has its own handler for a bad address, a walk that meets one
 * must not end there. */
static void lend(struct sigaction lent[2], bool back)
{
    struct sigaction action;

    fill_action(&action);
    for (unsigned i = 0; i < 2; i++) {
        if (!crash_ours[i] && crash_signals[i] != walked_signal) {
            (void)crash_next.sigaction(crash_signals[i],
                                       back ? &lent[i] : &action,
                                       back ? NULL : &lent[i]);
        }
    }
}

static void walk(int sig, const siginfo_t *info, const ucontext_t *context)
{
    struct walk found = {
        .image = &armed.image,
        .crash = {.build = armed.build},
        .by_function = is_stack_end(sig, info, context),
    };
    struct sigaction lent[2];
    int timer = 0;
    bool watched = start_watch(sig, &timer);

    walked_signal = sig;
    errno = 0; /* libunwind repeats calls for as long as it is EINTR */
    lend(lent, false);
    if (__builtin_setjmp(jump) == 0) {
        jump_is_set = 1;
        frames_walk(&found, context, tell);
    }
    jump_is_set = 0;
    lend(lent, true);
    if (watched) {
        (void)syscall(SYS_timer_delete, timer);
    }
}

/* The default action, for a signal that was sent or may not come again: the
 * same once more, for the moment at which the handler returns. */
static void send_again(int sig, siginfo_t *info, pid_t pid)
{
    long thread = syscall(SYS_gettid);

    /* What raise and abort have just used is not forbidden. */
    if (armed.filtered || (info->si_code == SI_TKILL && info->si_pid == pid) ||
        syscall(SYS_rt_tgsigqueueinfo, pid, thread, sig, info) < 0) {
        (void)syscall(SYS_tgkill, pid, thread, sig);
    }
}

/* A second fault of the thread that is being walked. */
static void leave_walk(void)
{
    if (jump_is_set) {
        jump_is_set = 0;
        __builtin_longjmp(jump, 1);
    }
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
    int saved = errno;
    bool fault = is_fault(sig, info, context);
    bool own = fault;
    void *nobody = NULL;
    uint64_t state;
    pid_t pid = 0;

    if (__atomic_load_n(&walker, __ATOMIC_ACQUIRE) == &errno) {
        leave_walk();
        return;
    }
    state = tel_run_state(armed.run);
    tel_run_end(armed.run, TEL_RAW_SIGNAL, sig);
    if (!fault) {
        pid = (pid_t)syscall(SYS_getpid);
        own = info->si_code == SI_KERNEL ||
              (info->si_code <= 0 && info->si_pid == pid);
        if (pid != tel_run_pid(armed.run)) {
            tel_run_restore(armed.run, state);
            own = false;
        }
    }
    if (armed.listed && !armed.filtered && armed.run->word != NULL && own &&
        __atomic_compare_exchange_n(&walker, &nobody, &errno, false,
                                    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        walk(sig, info, context);
    }
    if (!fault) {
        send_again(sig, info, pid);
    }
    errno = saved;
}

bool handler_is(const struct sigaction *action)
{
    return (action->sa_flags & SA_SIGINFO) != 0 &&
           action->sa_sigaction == on_signal;
}

bool handler_stack_is(const stack_t *other)
{
    return other->ss_sp == stack && (other->ss_flags & SS_DISABLE) == 0;
}

void handler_drop_stack(void)
{
    const stack_t none = {.ss_flags = SS_DISABLE};
    stack_t old;

    /* No call that the host did not make, where there is nothing to drop. */
    if (stack_is_set && crash_next.sigaltstack(NULL, &old) == 0 &&
        handler_stack_is(&old)) {
        stack_is_set = crash_next.sigaltstack(&none, NULL) < 0;
    }
}

void handler_install(const struct armed *given)
{
    const stack_t own = {.ss_sp = stack, .ss_size = sizeof(stack)};
    struct sigaction action;
    struct sigaction old;
    stack_t other;

    armed = *given;
    if (crash_next.sigaltstack(NULL, &other) == 0 &&
        (other.ss_flags & SS_DISABLE) != 0) {
        stack_is_set = crash_next.sigaltstack(&own, NULL) == 0;
    }
    fill_action(&action);
    for (unsigned i = 0; i < CRASH_SIGNALS; i++) {
        crash_ours[i] =
            crash_next.sigaction(crash_signals[i], NULL, &old) == 0 &&
            (old.sa_flags & SA_SIGINFO) == 0 && old.sa_handler == SIG_DFL &&
            crash_next.sigaction(crash_signals[i], &action, NULL) == 0;
    }
}
