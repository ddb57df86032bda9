/* SPDX-License-Identifier: MIT */
/* A user's and a machine's name of the test's own, in namespaces. */
#include "names.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "alone.h"
#include "support.h"

/* What covers /etc/passwd. */
#define PASSWD "/dev/shm/passwd"

static bool write_passwd(const char *name)
{
    FILE *file = fopen(PASSWD, "wxe");

    if (file == NULL)
        return false;
    (void)fprintf(file, "%s:x:%u:%u:%s:/home/%s:/bin/sh\n", name, geteuid(),
                  getegid(), name, name);
    return fclose(file) == 0;
}

bool names_take(const char *name)
{
    if (alone_in_memory() && alone_from(CLONE_NEWUTS) &&
        sethostname(name, strlen(name)) == 0 && write_passwd(name) &&
        mount(PASSWD, "/etc/passwd", NULL, MS_BIND, NULL) == 0)
        return true;
    print_message("the machine and the user keep their names, and are known "
                  "by variables alone: %s\n",
                  strerror(errno));
    return false;
}
