/* SPDX-License-Identifier: MIT */
/* save: a file that is there as a whole or not at all. */
#include "save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault.h"

#define MODE 0644 /* less what the umask takes */
#define TRIES 100 /* names that others may have left behind */

static int fail(const struct tel_save *save, int r, struct tel_err *err)
{
    return tel_fault(err, r, "--html %s: %s", save->name, strerror(-r));
}

/* Where the file will be: 0; 1 where something is that can't be replaced. */
static int find_place(struct tel_save *save)
{
    struct stat st;

    if (stat(save->name, &st) == 0) {
        if (!S_ISREG(st.st_mode))
            return 1;
        return realpath(save->name, save->path) != NULL ? 0 : -errno;
    }
    if (strlen(save->name) >= sizeof(save->path))
        return -ENAMETOOLONG;
    memcpy(save->path, save->name, strlen(save->name) + 1);
    return 0;
}

static int open_beside(struct tel_save *save)
{
    int fd = -1;

    for (unsigned i = 0; i < TRIES && fd < 0; i++) {
        (void)snprintf(save->temporary, sizeof(save->temporary), "%s.%d-%u",
                       save->path, (int)getpid(), i);
        fd = open(save->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                  MODE);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    return fd >= 0 ? fd : -errno;
}

static int open_place(struct tel_save *save)
{
    int r = find_place(save);
    int fd;

    if (r == 0)
        return open_beside(save);
    if (r < 0)
        return r;
    fd = open(save->name, O_WRONLY | O_CLOEXEC);
    return fd >= 0 ? fd : -errno;
}

int tel_save_begin(struct tel_save *save, const char *name, struct tel_err *err)
{
    int fd;

    memset(save, 0, sizeof(*save));
    save->name = name;
    if (strcmp(name, "-") == 0) {
        save->out = stdout;
        return 0;
    }
    fd = open_place(save);
    if (fd < 0)
        return fail(save, fd, err);
    save->out = fdopen(fd, "w");
    if (save->out == NULL) {
        int r = -errno;

        (void)close(fd);
        tel_save_undo(save);
        return fail(save, r, err);
    }
    return 0;
}

int tel_save_end(struct tel_save *save, struct tel_err *err)
{
    bool failed = ferror(save->out) != 0;
    int r;

    errno = EIO;
    failed = fflush(save->out) != 0 || failed;
    if (save->temporary[0] != '\0')
        failed = fsync(fileno(save->out)) < 0 || failed;
    r = -errno;
    if (save->out != stdout)
        failed = fclose(save->out) != 0 || failed;
    save->out = NULL;
    if (!failed && save->temporary[0] != '\0' &&
        rename(save->temporary, save->path) < 0) {
        r = -errno;
        failed = true;
    }
    if (!failed)
        return 0;
    tel_save_undo(save);
    return fail(save, r, err);
}

void tel_save_undo(struct tel_save *save)
{
    if (save->out != NULL && save->out != stdout)
        (void)fclose(save->out);
    save->out = NULL;
    if (save->temporary[0] != '\0')
        (void)unlink(save->temporary);
}
