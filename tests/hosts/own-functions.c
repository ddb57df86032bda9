/* SPDX-License-Identifier: MIT */
/* It has functions of its own that are named like those of libc. */
#include <asm/unistd.h>

/*
 * Each as an ordinary program may have it: with a meaning of its own. It says
 * so when it is called, be it before main or after. No header of libc is
 * included, as none would allow this.
 */
#define OWN(name)    \
    void name(void); \
    void name(void)  \
    {                \
        say(#name);  \
    }

/* write(2) to stdout, by the instruction itself. */
static void put(const char *text, long len)
{
#if defined(__x86_64__)
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"((long)__NR_write), "D"(1L), "S"(text), "d"(len)
                     : "rcx", "r11", "memory");
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = __NR_write;
    register long x0 __asm__("x0") = 1;
    register const char *x1 __asm__("x1") = text;
    register long x2 __asm__("x2") = len;

    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
#endif
}

static void say(const char *name)
{
    long len = 0;

    while (name[len] != '\0') {
        len++;
    }
    put(name, len);
    put(" was called\n", 12);
}

OWN(clock_gettime)
OWN(clone)
OWN(close)
OWN(execve)
OWN(fork)
OWN(fstat)
OWN(getpid)
OWN(getppid)
OWN(kill)
OWN(madvise)
OWN(mmap)
OWN(munmap)
OWN(on_exit)
OWN(open)
OWN(prctl)
OWN(pread)
OWN(pwrite)
OWN(quick_exit)
OWN(read)
OWN(stat)
OWN(syscall)
OWN(waitpid)
OWN(write)

int main(void)
{
    put("main\n", 5);
    return 7;
}
