/* SPDX-License-Identifier: MIT */
/* Finding the tool along PATH, past the wrapper itself. */
#include <errno.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tel/text.h>

#include "wrap.h"

/* What execvp(3) searches where PATH is not set (confstr _CS_PATH). */
#define DEFAULT_PATH "/bin:/usr/bin"

static const char *executed_as(void)
{
    const char *path = (const char *)getauxval(AT_EXECFN);

    return path != NULL ? path : "";
}

static bool is_this_program(const struct stat *st)
{
    struct stat self;

    if (stat("/proc/self/exe", &self) < 0 &&
        stat(executed_as(), &self) < 0) { /* no /proc in a chroot */
        return false;
    }
    return self.st_dev == st->st_dev && self.st_ino == st->st_ino;
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

/*
 * What is left of search behind the folder that this program was found in.
 * Another tel-wrap under the same name further on then goes on from there,
 * and two of them never execute each other for ever.
 */
static const char *behind_itself(const char *name, const char *search,
                                 char *buf, size_t size)
{
    struct stat self;
    struct stat st;

    if (lstat(executed_as(), &self) < 0) {
        return search;
    }
    for (const char *at = search;;) {
        size_t len = strcspn(at, ":");

        if (join(at, len, name, buf, size) >= 0 && lstat(buf, &st) == 0 &&
            st.st_dev == self.st_dev && st.st_ino == self.st_ino) {
            return at[len] == ':' ? at + len + 1 : NULL;
        }
        if (at[len] == '\0') {
            return search;
        }
        at += len + 1;
    }
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
    if (past_itself) {
        search = behind_itself(name, search, buf, size);
        if (search == NULL) {
            return -ENOENT;
        }
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
