/* SPDX-License-Identifier: MIT */
/*
 * call: a system call, by the instruction itself.
 *
 * bare/ is what stands in for libc where libc costs too much: in the shim,
 * each import is a look-up in every program that starts; in tel-wrap, the
 * start of a static glibc takes ten times as long as all the rest. Only the
 * functions that the rooms call are here, and only for the architectures
 * below; elsewhere libc's own are used.
 *
 * Context: child.
 */
#ifndef TEL_CALL_H
#define TEL_CALL_H

/* Types that the two libraries declare differently. */
#ifdef __GLIBC__
#define RESOURCE __rlimit_resource_t
#define IOCTL_REQUEST unsigned long
#else
#define RESOURCE int
#define IOCTL_REQUEST int
#endif

#if defined(__x86_64__)

/* syscall(2): number in rax, arguments in rdi rsi rdx r10 r8 r9. */
static inline long call(long number, long a, long b, long c, long d, long e,
                        long f)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8),
                       "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

#elif defined(__aarch64__)

/* syscall(2): number in x8, arguments in x0 to x5. */
static inline long call(long number, long a, long b, long c, long d, long e,
                        long f)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;

    __asm__ volatile("svc 0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
}

#elif defined(__i386__)

/* syscall(2): number in eax, arguments in ebx ecx edx esi edi ebp. ebp may be
 * what everything else is found by, so it is changed for the call alone. */
static inline long call(long number, long a, long b, long c, long d, long e,
                        long f)
{
    long result;

    __asm__ volatile("push %[f]\n"
                     "push %%ebp\n"
                     "mov 4(%%esp), %%ebp\n"
                     "int $0x80\n"
                     "pop %%ebp\n"
                     "add $4, %%esp\n"
                     : "=a"(result)
                     : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d),
                       "D"(e), [f] "g"(f)
                     : "memory", "cc");
    return result;
}

#else
#error "bare/ knows x86_64, aarch64 and i386"
#endif

#endif
