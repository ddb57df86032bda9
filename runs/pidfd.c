/* SPDX-License-Identifier: MIT */
/* How a process ended, from a pidfd, after its parent has reaped it. */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "table.h"

/*
 * PIDFD_GET_INFO, Linux 6.13; its exit_code, 6.15 (include/uapi/linux/pidfd.h;
 * "pidfs: allow to retrieve exit information"). Declared here because the
 * headers of Debian 12 are older.
 */
struct pidfd_info {
    uint64_t mask;
    uint64_t cgroupid;
    uint32_t ids[11];
    int32_t exit_code;
};
_Static_assert(sizeof(struct pidfd_info) == 64, "PIDFD_INFO_SIZE_VER0");

#define INFO_EXIT (1ULL << 3)
#define GET_INFO _IOWR(0xFF, 11, struct pidfd_info)

int tel_pidfd_status(int pidfd, int *ret_wait_status)
{
    struct pidfd_info info;

    memset(&info, 0, sizeof(info));
    info.mask = INFO_EXIT;
    if (ioctl(pidfd, GET_INFO, &info) < 0) {
        return -errno;
    }
    if ((info.mask & INFO_EXIT) == 0) {
        return -EAGAIN;
    }
    *ret_wait_status = info.exit_code;
    return 0;
}

static bool is_since_6_15(void)
{
    struct utsname name;
    unsigned version[2] = {0, 0};
    const char *at = name.release;

    if (uname(&name) < 0) {
        return false;
    }
    for (unsigned i = 0; i < 2; i++) {
        for (; *at >= '0' && *at <= '9'; at++) {
            version[i] = version[i] * 10 + (unsigned)(*at - '0');
        }
        at += *at == '.';
    }
    return version[0] > 6 || (version[0] == 6 && version[1] >= 15);
}

/*
 * The version alone is not the kernel's word: emulators (qemu-user) and
 * sandboxes pass it on and know no such question.
 */
bool tel_pidfd_tells(void)
{
    struct pidfd_info info;
    int pidfd;
    bool answers;

    if (!is_since_6_15()) {
        return false;
    }
    pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
    if (pidfd < 0) {
        return false;
    }
    memset(&info, 0, sizeof(info));
    answers = ioctl(pidfd, GET_INFO, &info) == 0;
    (void)close(pidfd);
    return answers;
}
