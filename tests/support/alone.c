/* SPDX-License-Identifier: MIT */
/* A mount namespace of the test program's own. */
#include "alone.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

static void say_id(const char *file, const char *line)
{
    int fd = open(file, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, line, strlen(line)) < 0)
        print_message("%s: %s\n", file, strerror(errno));
    if (fd >= 0)
        close(fd);
}

/* The same ids inside a user namespace as outside. */
static void keep_ids(unsigned uid, unsigned gid)
{
    char line[64];

    say_id("/proc/self/setgroups", "deny");
    snprintf(line, sizeof(line), "%u %u 1\n", uid, uid);
    say_id("/proc/self/uid_map", line);
    snprintf(line, sizeof(line), "%u %u 1\n", gid, gid);
    say_id("/proc/self/gid_map", line);
}

bool alone_from(int namespaces)
{
    unsigned uid = geteuid();
    unsigned gid = getegid();

    if (unshare(namespaces) == 0)
        return true;
    if (unshare(CLONE_NEWUSER | namespaces) < 0)
        return false;
    keep_ids(uid, gid);
    /* Else what it forks is not to be looked at in /proc. */
    prctl(PR_SET_DUMPABLE, 1);
    return true;
}

static bool leave_the_others(void)
{
    return alone_from(CLONE_NEWNS) &&
           mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static bool cover(const char *path, const char *options)
{
    return mount("tmpfs", path, "tmpfs", 0, options) == 0;
}

bool alone_in_memory(void)
{
    static bool done;
    static bool alone;

    if (!done) {
        done = true;
        alone = leave_the_others() && cover("/dev/shm", "mode=1777");
        if (!alone)
            print_message("/dev/shm is shared: %s\n", strerror(errno));
    }
    return alone;
}

static void make_folders(const char *path)
{
    char part[512];

    for (const char *slash = strchr(path + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
        (void)mkdir(part, 0755);
    }
    (void)mkdir(path, 0755);
}

static bool on_machine;

bool alone_on_machine(void)
{
    on_machine = alone_in_memory();
    if (on_machine) {
        make_folders(ALONE_ETC);
        make_folders(ALONE_SHARE);
        make_folders(ALONE_SHM);
        on_machine =
            cover(ALONE_ETC, "mode=0755") && cover(ALONE_SHARE, "mode=0755");
        if (!on_machine)
            print_message("%s: %s\n", ALONE_ETC, strerror(errno));
    }
    return on_machine;
}

void alone_machine_says(const char *text)
{
    FILE *file;

    skip_unless(on_machine, "no namespace for a machine policy of its own");
    file = fopen(ALONE_MACHINE, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}
