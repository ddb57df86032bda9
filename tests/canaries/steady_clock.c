/* SPDX-License-Identifier: MIT */
/*
 * A clock for pairs of runs, in the place of bare/clock.c: the time stands
 * still, but for a step with each question. It is later than any process
 * began, as a run's claim has to be.
 */
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
    static long asked;

    (void)clock;
    now->tv_sec = 1L << 30;
    now->tv_nsec = 7000000L * ++asked;
    return 0;
}
