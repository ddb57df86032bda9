/* SPDX-License-Identifier: MIT */
/*
 * crasher: a program that ends by a fault, in the way that it is told:
 * crasher WAY. Its functions are named for what happens in them.
 *
 * All that clang-tidy and cppcheck find here is meant.
 */
/* NOLINTBEGIN */
#include <assert.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crasher.h"

#define APART __attribute__((noinline))

static const int five[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
static volatile int zero;
static char own_stack[65536];
static int *volatile nowhere;

APART static void bad_store(void)
{
    *nowhere = 1;
}

APART static void bad_load(void)
{
    zero = *nowhere;
}

APART static void bad_call(void)
{
    void (*volatile function)(void) = NULL;

    function();
    zero++;
}

APART static void bad_page(void)
{
    char name[] = "/tmp/crasher-XXXXXX";
    int fd = mkstemp(name);
    volatile char *map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);

    unlink(name);
    zero = *map;
}

APART static void bad_division(void)
{
    static volatile int many = 1000;

    zero = many / zero;
}

APART static void bad_instruction(void)
{
    __builtin_trap();
}

APART static void bad_abort(void)
{
    abort();
}

APART static void bad_assert(void)
{
    assert(zero == 1);
}

APART static void bad_raise(void)
{
    raise(SIGSEGV);
    zero++;
}

APART static void bad_kill(void)
{
    kill(getpid(), SIGFPE);
    zero++;
}

APART static void bad_library(void)
{
    crasher_library(nowhere);
    zero++;
}

APART static void bad_callback(void)
{
    crasher_call_back(bad_store);
    zero++;
}

static void *in_thread(void *nothing)
{
    bad_store();
    return nothing;
}

APART static void bad_thread(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, in_thread, NULL);
    pthread_join(thread, NULL);
}

APART static int bad_recursion(int depth)
{
    volatile char room[512];

    room[0] = (char)depth;
    return zero == depth + 1 ? depth : bad_recursion(depth + 1) + room[0];
}

static void *recursion_in_thread(void *nothing)
{
    zero = bad_recursion(0);
    return nothing;
}

APART static void bad_thread_recursion(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, recursion_in_thread, NULL);
    pthread_join(thread, NULL);
}

/* The frame pointer and all of the stack above are overwritten. */
APART static void bad_stack(void)
{
    volatile char room[16];
    volatile char *at = room;

    for (int i = 0; i < 512; i++) {
        at[i] = 'x';
    }
    bad_store();
    zero++;
}

/* Both registers that a walk could begin with are worthless. */
APART static void bad_registers(void)
{
    __asm__ volatile("xor %%rsp, %%rsp\n\t"
                     "mov $0x1234567, %%rbp\n\t"
                     "movl $1, 0\n\t" ::
                         : "memory");
}

static void do_nothing(int signal)
{
    (void)signal;
}

/* A signal whose handler has no stack to run on: SIGSEGV in its place, which
 * no instruction would raise once more. */
APART static void bad_delivery(void)
{
    struct sigaction action = {.sa_handler = do_nothing};

    sigaction(SIGUSR1, &action, NULL);
    __asm__ volatile("mov %%rsp, %%r12\n\t"
                     "mov $8, %%esp\n\t"
                     "syscall\n\t"
                     "mov %%r12, %%rsp" ::"a"((long)SYS_kill),
                     "D"((long)getpid()), "S"((long)SIGUSR1)
                     : "rcx", "r11", "r12", "memory");
}

/* A pointer that can't be one, which the kernel tells without an address. */
APART static void bad_pointer(void)
{
    *(volatile int *)(uintptr_t)0x5a5a5a5a5a5a5a5aULL = 1;
}

static void crash_in_handler(int signal)
{
    (void)signal;
    bad_store();
}

APART static void bad_handler(void)
{
    signal(SIGUSR1, crash_in_handler);
    raise(SIGUSR1);
    zero++;
}

static void *sleep_for_ever(void *nothing)
{
    for (;;) {
        pause();
    }
    return nothing;
}

static volatile int locked;

static int hold_lock(struct dl_phdr_info *info, size_t size, void *nothing)
{
    (void)info;
    (void)size;
    (void)nothing;
    locked = 1;
    (void)sleep_for_ever(NULL);
    return 0;
}

static void *lock_linker(void *nothing)
{
    dl_iterate_phdr(hold_lock, nothing);
    return nothing;
}

/* Another thread holds the dynamic linker's lock, and never lets it go. */
APART static void bad_lock(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, lock_linker, NULL);
    while (locked == 0) {
        sched_yield();
    }
    bad_store();
}

/* With a second thread the heap is locked while malloc finds it damaged. */
APART static void bad_heap(void)
{
    pthread_t thread;
    void *chunk = malloc(2000);
    volatile uintptr_t stale = (uintptr_t)chunk;
    void *volatile behind = malloc(16);

    pthread_create(&thread, NULL, sleep_for_ever, NULL);
    free(chunk);
    ((void *volatile *)stale)[0] = own_stack;
    ((void *volatile *)stale)[1] = own_stack;
    behind = malloc(3000);
    zero = behind != NULL;
}

static void handled(int signal)
{
    static const char text[] = "handled\n";

    (void)signal;
    if (write(1, text, sizeof(text) - 1) > 0) {
        _exit(7);
    }
}

static void own_handler(void)
{
    for (unsigned i = 0; i < 5; i++) {
        signal(five[i], handled);
    }
    bad_store();
}

static void again_by_default(int signo)
{
    signal(signo, SIG_DFL);
}

static void own_handler_then_default(void)
{
    signal(SIGSEGV, again_by_default);
    bad_store();
}

static void own_segv_then_abort(void)
{
    signal(SIGSEGV, handled);
    signal(SIGBUS, handled);
    bad_abort();
}

/* The stack that a walk needs is worthless, and a bad address is the host's. */
static void own_segv_then_bad_registers(void)
{
    signal(SIGSEGV, handled);
    signal(SIGBUS, handled);
    __asm__ volatile("mov $0x1234, %%rsp\n\t"
                     "mov $0x1234567, %%rbp\n\t"
                     "ud2\n\t" ::
                         : "memory");
}

/* Code that lies in no object, as a compiler at run time makes it. */
static void *code_of_no_object(void)
{
    static const unsigned char ud2[] = {0x0f, 0x0b};
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    memcpy(page, ud2, sizeof(ud2));
    mprotect(page, 4096, PROT_READ | PROT_EXEC);
    return page;
}

APART static void bad_code(void)
{
    void (*function)(void) = NULL;
    void *page = code_of_no_object();

    memcpy(&function, &page, sizeof(page));
    function();
    zero++;
}

/* A walk can only fault, and faults are the host's. */
static void own_segv_then_bad_code(void)
{
    void *page = code_of_no_object();

    signal(SIGSEGV, handled);
    signal(SIGBUS, handled);
    __asm__ volatile("mov $0x1234, %%rsp\n\t"
                     "jmp *%0\n\t" ::"r"(page)
                     : "memory");
}

/* Neither an instruction nor a stack. */
static void bad_jump(void)
{
    __asm__ volatile("mov $0x1234, %%rsp\n\t"
                     "xor %%rax, %%rax\n\t"
                     "jmp *%%rax\n\t" ::
                         : "rax", "memory");
}

static void print_action(const char *how, int sig, const struct sigaction *old)
{
    unsigned blocked = 0;

    for (int i = 1; i < 65; i++) {
        blocked += sigismember(&old->sa_mask, i) == 1;
    }
    printf("%s %d: %d flags %x mask %u\n", how, sig,
           old->sa_handler == SIG_DFL   ? 0
           : old->sa_handler == SIG_IGN ? 1
                                        : 2,
           (unsigned)old->sa_flags, blocked);
}

/* What a host is told that asks. */
static void ask(void)
{
    stack_t old = {0};

    for (unsigned i = 0; i < 5; i++) {
        struct sigaction action;

        sigaction(five[i], NULL, &action);
        print_action("sigaction", five[i], &action);
    }
    sigaltstack(NULL, &old);
    printf("stack %d %p %zu\n", old.ss_flags, old.ss_sp, old.ss_size);
    printf("signal %d\n", signal(SIGSEGV, SIG_DFL) == SIG_DFL);
    printf("signal %d\n", sysv_signal(SIGBUS, SIG_IGN) == SIG_DFL);
    printf("signal %d\n", signal(SIGBUS, SIG_DFL) == SIG_IGN);
    printf("sigset %d\n", sigset(SIGFPE, handled) == SIG_DFL);
    printf("sigset %d\n", sigset(SIGFPE, SIG_HOLD) == handled);
    printf("signal %d\n", signal(SIGFPE, SIG_DFL) == handled);
}

static void on_own_stack(int signal)
{
    char here;

    printf("%d on the own stack: %d\n", signal,
           &here > own_stack && &here < own_stack + sizeof(own_stack));
    fflush(stdout);
    _exit(8);
}

static void own_altstack(void)
{
    const stack_t own = {.ss_sp = own_stack, .ss_size = sizeof(own_stack)};
    struct sigaction action = {.sa_handler = on_own_stack,
                               .sa_flags = SA_ONSTACK};
    stack_t old;

    printf("set %d", sigaltstack(&own, &old));
    printf(" was %d %p %zu\n", old.ss_flags, old.ss_sp, old.ss_size);
    sigaltstack(NULL, &old);
    printf("is %d %d %zu\n", old.ss_flags, old.ss_sp == own_stack, old.ss_size);
    sigaction(SIGSEGV, &action, NULL);
    zero = bad_recursion(0);
}

static uintptr_t main_stack;

static void on_main_stack(int signal)
{
    char here;
    uintptr_t away = main_stack - (uintptr_t)&here;

    printf("%d on the main stack: %d\n", signal, away < 65536);
}

/* Wants an alternate stack, but has none. */
static void onstack_without_stack(void)
{
    struct sigaction action = {.sa_handler = on_main_stack,
                               .sa_flags = SA_ONSTACK};
    char here;

    main_stack = (uintptr_t)&here;
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
}

static void print_child(pid_t pid)
{
    int status;

    waitpid(pid, &status, 0);
    printf("child: signal %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

static void fork_child(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        bad_store();
    }
    print_child(pid);
}

static void fork_child_abort(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        abort();
    }
    print_child(pid);
}

static void vfork_child(void)
{
    pid_t pid = vfork();

    if (pid == 0) {
        bad_store();
    }
    print_child(pid);
}

static void vfork_child_abort_then_killed(void)
{
    pid_t pid = vfork();

    if (pid == 0) {
        abort();
    }
    print_child(pid);
    fflush(stdout);
    raise(SIGKILL);
}

static void wait_for_signal(void)
{
    if (write(1, "ready\n", 6) == 6) {
        for (;;) {
            pause();
        }
    }
}

static void nothing_bad(void)
{
}

static void bad_recursion_here(void)
{
    zero = bad_recursion(0);
}

static const struct {
    const char *name;
    void (*go)(void);
} ways[] = {
    {"store", bad_store},
    {"load", bad_load},
    {"call", bad_call},
    {"page", bad_page},
    {"division", bad_division},
    {"instruction", bad_instruction},
    {"abort", bad_abort},
    {"assert", bad_assert},
    {"raise", bad_raise},
    {"kill", bad_kill},
    {"library", bad_library},
    {"callback", bad_callback},
    {"thread", bad_thread},
    {"recursion", bad_recursion_here},
    {"thread-recursion", bad_thread_recursion},
    {"stack", bad_stack},
    {"registers", bad_registers},
    {"handler", bad_handler},
    {"delivery", bad_delivery},
    {"pointer", bad_pointer},
    {"heap", bad_heap},
    {"lock", bad_lock},
    {"own-handler", own_handler},
    {"own-then-default", own_handler_then_default},
    {"own-segv-abort", own_segv_then_abort},
    {"own-segv-registers", own_segv_then_bad_registers},
    {"own-segv-code", own_segv_then_bad_code},
    {"code", bad_code},
    {"jump", bad_jump},
    {"ask", ask},
    {"own-altstack", own_altstack},
    {"onstack", onstack_without_stack},
    {"fork", fork_child},
    {"fork-abort", fork_child_abort},
    {"vfork", vfork_child},
    {"vfork-abort-killed", vfork_child_abort_then_killed},
    {"wait", wait_for_signal},
    {"nothing", nothing_bad},
};

__attribute__((constructor)) static void before_main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "constructor") == 0) {
        bad_store();
    }
}

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < sizeof(ways) / sizeof(ways[0]); i++) {
        if (strcmp(argv[1], ways[i].name) == 0) {
            ways[i].go();
            return 0;
        }
    }
    fprintf(stderr, "no such way\n");
    return 99;
}
/* NOLINTEND */
