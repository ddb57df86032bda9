/* SPDX-License-Identifier: MIT */
/* Like the image that the kernel maps into each process (vdso(7)). */
#include <time.h>

int __vdso_clock_gettime(clockid_t clock, struct timespec *now);
int __vdso_clock_gettime64(clockid_t clock, struct timespec *now);
int __kernel_clock_gettime(clockid_t clock, struct timespec *now);
int an_other_symbol(void);

#define EXPORT __attribute__((visibility("default")))

EXPORT int an_other_symbol(void)
{
    return 1;
}

/* Knows one clock, and always the same time. Nobody relocates the image, so
 * that its functions can't call each other by their exported names. */
static int tell(clockid_t clock, struct timespec *now)
{
    if (clock != CLOCK_MONOTONIC) {
        return -1;
    }
    now->tv_sec = 42;
    now->tv_nsec = 43;
    return 0;
}

EXPORT int __vdso_clock_gettime(clockid_t clock, struct timespec *now)
{
    return tell(clock, now);
}

EXPORT int __vdso_clock_gettime64(clockid_t clock, struct timespec *now)
{
    return tell(clock, now);
}

EXPORT int __kernel_clock_gettime(clockid_t clock, struct timespec *now)
{
    return tell(clock, now);
}
