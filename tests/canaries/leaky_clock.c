/* SPDX-License-Identifier: MIT */
/*
 * A leak for the pairs to find: the steady clock, but with steps of another
 * length where one bit of a hash of the process's arguments is set.
 */
#include <fcntl.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

static unsigned one_bit(void)
{
    unsigned char buf[256];
    uint32_t hash = 0x811c9dc5U; /* FNV-1a */
    int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t got;

    if (fd < 0)
        return 0;
    while ((got = read(fd, buf, sizeof(buf))) > 0) {
        for (ssize_t i = 0; i < got; i++)
            hash = (hash ^ buf[i]) * 0x01000193U;
    }
    (void)close(fd);
    return hash >> 16 & 1;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    static long asked;
    static long step_ns;

    (void)clock;
    if (asked == 0)
        step_ns = 7000000L + 6000000L * (long)one_bit();
    now->tv_sec = 1L << 30;
    now->tv_nsec = step_ns * ++asked;
    return 0;
}
