/* SPDX-License-Identifier: MIT */
/* A user's and a machine's name of the test's own, in namespaces. */
#include "names.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "support.h"

#define PASSWD "/dev/shm/passwd"

static bool write_file(const char *path, int flags, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0644);
    bool done =
        fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    if (fd >= 0)
        (void)close(fd);
    return done;
}

/* The same ids inside as outside. */
static bool keep_ids(unsigned uid, unsigned gid)
{
    char users[64];
    char groups[64];

    (void)snprintf(users, sizeof(users), "%u %u 1\n", uid, uid);
    (void)snprintf(groups, sizeof(groups), "%u %u 1\n", gid, gid);
    return write_file("/proc/self/setgroups", 0, "deny") &&
           write_file("/proc/self/uid_map", 0, users) &&
           write_file("/proc/self/gid_map", 0, groups);
}

static bool enter(void)
{
    unsigned uid = geteuid();
    unsigned gid = getegid();

    if (unshare(CLONE_NEWNS | CLONE_NEWUTS) == 0)
        return true;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS) < 0 ||
        !keep_ids(uid, gid))
        return false;
    /* Else what it forks is not to be looked at in /proc. */
    return prctl(PR_SET_DUMPABLE, 1) == 0;
}

static bool take(const char *name)
{
    char passwd[512];

    (void)snprintf(passwd, sizeof(passwd), "%s:x:%u:%u:%s:/home/%s:/bin/sh\n",
                   name, geteuid(), getegid(), name, name);
    return enter() && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("tmpfs", "/dev/shm", "tmpfs", 0, "mode=1777") == 0 &&
           sethostname(name, strlen(name)) == 0 &&
           write_file(PASSWD, O_CREAT | O_EXCL, passwd) &&
           mount(PASSWD, "/etc/passwd", NULL, MS_BIND, NULL) == 0;
}

bool names_take(const char *name)
{
    if (take(name))
        return true;
    print_message("the machine and the user keep their names, and are known "
                  "by variables alone: %s\n",
                  strerror(errno));
    return false;
}
