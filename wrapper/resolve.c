/* SPDX-License-Identifier: MIT */
/* Finding the tool along PATH, past the wrapper itself. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tel/text.h>

#include "wrap.h"

/* What execvp(3) searches where PATH is not set (confstr _CS_PATH). */
#define DEFAULT_PATH "/bin:/usr/bin"

static bool is_this_program(const struct stat *st)
{
    struct stat self;

    return stat("/proc/self/exe", &self) == 0 && self.st_dev == st->st_dev &&
           self.st_ino == st->st_ino;
}

/* 0, or why this file is not what a shell would execute. */
static int check(const char *path, bool past_itself)
{
    struct stat st;

    if (stat(path, &st) < 0) {
        return -errno;
    }
    if (!S_ISREG(st.st_mode) || access(path, X_OK) < 0) {
        return -EACCES;
    }
    return past_itself && is_this_program(&st) ? -ENOENT : 0;
}

static int join(const char *dir, size_t len, const char *name, char *buf,
                size_t size)
{
    struct tel_text text;

    tel_text_start(&text, buf, size);
    tel_text_bytes(&text, dir, len);
    if (len > 0) { /* an empty part of PATH is the working directory */
        tel_text_add(&text, "/");
    }
    tel_text_add(&text, name);
    return tel_text_end(&text);
}

int resolve(const char *name, const char *search, bool past_itself, char *buf,
            size_t size)
{
    int result = -ENOENT;

    if (strchr(name, '/') != NULL) {
        int r = join("", 0, name, buf, size);

        return r < 0 ? r : 0; /* execve itself says what is wrong */
    }
    if (name[0] == '\0') {
        return -ENOENT;
    }
    if (search == NULL) {
        search = DEFAULT_PATH;
    }
    for (;;) {
        size_t len = strcspn(search, ":");

        if (join(search, len, name, buf, size) >= 0) {
            int r = check(buf, past_itself);

            if (r == 0) {
                return 0;
            }
            if (r == -EACCES) {
                result = r;
            }
        }
        if (search[len] == '\0') {
            return result;
        }
        search += len + 1;
    }
}
