/* SPDX-License-Identifier: MIT */
/*
 * A program's start without libc, and the functions that only tel-wrap calls.
 *
 * What is missing on purpose: threads, thread-local storage (so whatever is
 * linked with this is compiled without the stack protector), stdio, malloc.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h> /* rename(2) is declared there */
#include <string.h>
#include <sys/auxv.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <fcntl.h>

#include "call.h"

#define TEXT_OF(number) #number
#define TEXT(macro) TEXT_OF(macro)

int main(int argc, char **argv);
void bare_start(long *stack) __attribute__((used, noreturn));

char **environ;
static const unsigned long *auxiliary; /* pairs of type and value */
static int error;

/* The kernel leaves argc, argv, NULL, envp, NULL, auxv on the stack. */
#if defined(__x86_64__)
__asm__(".pushsection .text\n"
        ".globl _start\n"
        ".type _start, @function\n"
        "_start:\n"
        "    xor %ebp, %ebp\n"
        "    mov %rsp, %rdi\n"
        "    and $-16, %rsp\n"
        "    call bare_start\n"
        ".popsection\n");
#elif defined(__i386__)
__asm__(".pushsection .text\n"
        ".globl _start\n"
        ".type _start, @function\n"
        "_start:\n"
        "    xor %ebp, %ebp\n"
        "    mov %esp, %eax\n"
        "    and $-16, %esp\n"
        "    sub $12, %esp\n"
        "    push %eax\n"
        "    call bare_start\n"
        ".popsection\n");
#else
__asm__(".pushsection .text\n"
        ".globl _start\n"
        ".type _start, %function\n"
        "_start:\n"
        "    mov x29, #0\n"
        "    mov x30, #0\n"
        "    mov x0, sp\n"
        "    bl bare_start\n"
        ".popsection\n");
#endif

void bare_start(long *stack)
{
    int argc = (int)*stack;
    char **argv = (char **)(stack + 1);
    char **end = argv + argc + 1;

    environ = end;
    while (*end != NULL) {
        end++;
    }
    auxiliary = (const unsigned long *)(end + 1);
    _exit(main(argc, argv));
}

int *__errno_location(void)
{
    return &error;
}

unsigned long getauxval(unsigned long type)
{
    for (const unsigned long *pair = auxiliary; pair[0] != AT_NULL; pair += 2) {
        if (pair[0] == type) {
            return pair[1];
        }
    }
    return 0;
}

/* Without a libc at run time, the one that this was built for is named. */
size_t confstr(int name, char *buf, size_t size)
{
#ifdef __GLIBC__
    static const char version[] =
        "glibc " TEXT(__GLIBC__) "." TEXT(__GLIBC_MINOR__);

    if (name == _CS_GNU_LIBC_VERSION) {
        if (size >= sizeof(version)) {
            memcpy(buf, version, sizeof(version));
        }
        return sizeof(version);
    }
#endif
    (void)name;
    (void)buf;
    (void)size;
    return 0;
}

void _exit(int status)
{
    for (;;) {
        (void)call(SYS_exit_group, status, 0, 0, 0, 0, 0);
    }
}

ssize_t write(int fd, const void *buf, size_t size)
{
    return syscall(SYS_write, fd, buf, size);
}

/* These three: only where a notice is shown (TEL_OPT_OUT). */
int fsync(int fd)
{
    return (int)syscall(SYS_fsync, fd);
}

int flock(int fd, int operation)
{
    return (int)syscall(SYS_flock, fd, operation);
}

int rename(const char *from, const char *to)
{
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int access(const char *path, int mode)
{
    return (int)syscall(SYS_faccessat, AT_FDCWD, path, mode);
}

int pipe2(int fds[2], int flags)
{
    return (int)syscall(SYS_pipe2, fds, flags);
}

int ioctl(int fd, IOCTL_REQUEST request, ...)
{
    void *arg;
    va_list args;

    va_start(args, request);
    arg = va_arg(args, void *);
    va_end(args);
    return (int)syscall(SYS_ioctl, fd, request, arg);
}

int poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
#ifdef SYS_poll
    return (int)syscall(SYS_poll, fds, n, timeout_ms);
#else
    struct timespec limit = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L};

    return (int)syscall(SYS_ppoll, fds, n, timeout_ms < 0 ? NULL : &limit, NULL,
                        8L);
#endif
}

int uname(struct utsname *name)
{
    return (int)syscall(SYS_uname, name);
}

pid_t fork(void)
{
    return (pid_t)syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L);
}

int sigfillset(sigset_t *set)
{
    memset(set, 0xff, sizeof(*set));
    return 0;
}

int sigaddset(sigset_t *set, int signal)
{
    const unsigned bits = 8 * sizeof(unsigned long);
    unsigned bit = (unsigned)signal - 1;

    ((unsigned long *)set)[bit / bits] |= 1UL << bit % bits;
    return 0;
}

/* The kernel's own form. Only for actions without a handler: one would need
 * a way back (SA_RESTORER). */
struct kernel_action {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
};

int sigaction(int signal, const struct sigaction *action, struct sigaction *old)
{
    struct kernel_action to = {0};
    struct kernel_action from = {0};

    if (action != NULL) {
        to.handler = action->sa_handler;
    }
    if (syscall(SYS_rt_sigaction, signal, action != NULL ? &to : NULL,
                old != NULL ? &from : NULL, 8L) < 0) {
        return -1;
    }
    if (old != NULL) {
        memset(old, 0, sizeof(*old));
        old->sa_handler = from.handler;
    }
    return 0;
}

int sigwaitinfo(const sigset_t *set, siginfo_t *info)
{
    return (int)syscall(SYS_rt_sigtimedwait, set, info, NULL, 8L);
}

/*
 * clone(2) onto another stack: the child calls function(argument) there and
 * ends with its result. The child's registers are the parent's, but for the
 * stack, on which both have been left.
 */
#if defined(__x86_64__)

static long clone_onto(void **top, long flags, void *function, void *argument)
{
    long result;

    *--top = argument;
    *--top = function;
    __asm__ volatile("xor %%r10d, %%r10d\n"
                     "xor %%r8d, %%r8d\n"
                     "syscall\n"
                     "test %%rax, %%rax\n"
                     "jnz 1f\n"
                     "xor %%ebp, %%ebp\n"
                     "pop %%rax\n"
                     "pop %%rdi\n"
                     "call *%%rax\n"
                     "mov %%eax, %%edi\n"
                     "mov %[exit], %%eax\n"
                     "syscall\n"
                     "hlt\n"
                     "1:\n"
                     : "=a"(result)
                     : "a"((long)SYS_clone), "D"(flags), "S"(top),
                       "d"(0L), [exit] "i"(SYS_exit)
                     : "rcx", "r8", "r10", "r11", "memory");
    return result;
}

#elif defined(__i386__)

static long clone_onto(void **top, long flags, void *function, void *argument)
{
    long result;

    top -= 4; /* the argument is where a call finds its first one */
    top[0] = argument;
    top[-1] = function;
    __asm__ volatile("int $0x80\n"
                     "test %%eax, %%eax\n"
                     "jnz 1f\n"
                     "xor %%ebp, %%ebp\n"
                     "pop %%eax\n"
                     "call *%%eax\n"
                     "mov %%eax, %%ebx\n"
                     "mov %[exit], %%eax\n"
                     "int $0x80\n"
                     "hlt\n"
                     "1:\n"
                     : "=a"(result)
                     : "a"((long)SYS_clone), "b"(flags), "c"(top - 1), "d"(0L),
                       "S"(0L), "D"(0L), [exit] "i"(SYS_exit)
                     : "cc", "memory");
    return result;
}

#else

static long clone_onto(void **top, long flags, void *function, void *argument)
{
    register long x8 __asm__("x8") = SYS_clone;
    register long x0 __asm__("x0") = flags;
    register void **x1 __asm__("x1") = top - 2;
    register long x2 __asm__("x2") = 0;
    register long x3 __asm__("x3") = 0;
    register long x4 __asm__("x4") = 0;

    top[-2] = function;
    top[-1] = argument;
    __asm__ volatile("svc 0\n"
                     "cbnz x0, 1f\n"
                     "mov x29, #0\n"
                     "ldp x1, x0, [sp], #16\n"
                     "blr x1\n"
                     "mov x8, %[exit]\n"
                     "svc 0\n"
                     "brk #0\n"
                     "1:\n"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3),
                       "r"(x4), [exit] "i"(SYS_exit)
                     : "x30", "memory");
    return x0;
}

#endif

int clone(int (*function)(void *), void *stack, int flags, void *argument, ...)
{
    void **top = (void **)((uintptr_t)stack & ~(uintptr_t)15);
    long result = clone_onto(top, flags, (void *)(uintptr_t)function, argument);

    if (result < 0) {
        errno = (int)-result;
        return -1;
    }
    return (int)result;
}
