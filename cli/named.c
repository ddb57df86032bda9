/* SPDX-License-Identifier: MIT */
/* A policy that is named by its path, or by its tool. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_file(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool tel_cli_policy_file(const struct tel_env *env, const char *name, char *buf,
                         size_t size)
{
    char dir[TEL_PATH_MAX];
    bool installed;
    int rc;

    if (!tel_name_valid(name, strlen(name)))
        return false;
    for (size_t i = 0;
         (rc = tel_policy_dir(env, i, dir, sizeof(dir), &installed)) != -ENOENT;
         i++) {
        if (rc == 0 &&
            (size_t)snprintf(buf, size, "%s/%s.conf", dir, name) < size &&
            access(buf, F_OK) == 0)
            return true;
    }
    return false;
}

int tel_cli_policy_path(const struct tel_env *env, const char *word, char *buf,
                        size_t size)
{
    static struct tel_policy policy;
    size_t len = strlen(word);
    int status;

    if (strchr(word, '/') != NULL || is_file(word) ||
        (len > 5 && strcmp(word + len - 5, ".conf") == 0)) {
        if (len >= size)
            return tel_cli_bad("%s: %s", word, strerror(ENAMETOOLONG));
        memcpy(buf, word, len + 1);
        return TEL_DONE;
    }
    if (tel_cli_policy_file(env, word, buf, size))
        return TEL_DONE;
    status = tel_cli_tool(env, word, &policy);
    if (status == TEL_DONE && !tel_cli_policy_file(env, policy.name, buf, size))
        return tel_cli_bad("%s.conf: %s", policy.name, strerror(ENOENT));
    return status;
}

/* Up to size bytes, or up to the end: how many, or -errno. */
static ssize_t read_up_to(int fd, char *buf, size_t size)
{
    size_t len = 0;

    while (len < size) {
        ssize_t n = read(fd, buf + len, size - len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        len += (size_t)n;
    }
    return (ssize_t)len;
}

int tel_cli_read_file(const char *path, size_t max, char **ret_text,
                      size_t *ret_len)
{
    char *text = malloc(max + 2);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    ssize_t len = fd >= 0 ? 0 : -errno;

    if (text == NULL)
        len = -ENOMEM;
    if (len == 0)
        len = read_up_to(fd, text, max + 1);
    if (fd >= 0)
        close(fd);
    if (len > (ssize_t)max)
        len = -EFBIG;
    if (text == NULL || len < 0) {
        free(text);
        return (int)len;
    }
    text[len] = '\0';
    *ret_text = text;
    *ret_len = (size_t)len;
    return 0;
}

int tel_cli_read_policy(const char *path, struct tel_policy *ret_policy,
                        unsigned *ret_line, struct tel_err *err)
{
    char name[TEL_NAME_MAX + 1];
    struct tel_err told = {""};
    char *text = NULL;
    char *what;
    size_t len = 0;
    int rc = tel_cli_read_file(path, TEL_POLICY_MAX, &text, &len);

    if (rc == -EFBIG) {
        *ret_line = 1;
        snprintf(err->text, sizeof(err->text), "longer than %d bytes",
                 TEL_POLICY_MAX);
        return -EINVAL;
    }
    if (rc < 0) {
        snprintf(err->text, sizeof(err->text), "%s", strerror(-rc));
        return rc;
    }
    tel_policy_name(path, name);
    /* Without a file's name the sentence is ":LINE: what". */
    rc = tel_policy_parse(ret_policy, name, "", text, len, &told);
    free(text);
    if (rc == 0)
        return 0;
    *ret_line = (unsigned)strtoul(told.text + 1, &what, 10);
    what += strspn(what, ": ");
    snprintf(err->text, sizeof(err->text), "%s", what);
    return -EINVAL;
}

/* "id = VALUE" into buf, if the line is that and the value may be an id. */
static bool take_id(const char *line, char *buf, size_t size)
{
    const char *at = line + strspn(line, " \t");
    size_t len;

    if (strncmp(at, "id", 2) != 0)
        return false;
    at += 2;
    at += strspn(at, " \t");
    if (*at++ != '=')
        return false;
    at += strspn(at, " \t");
    len = strcspn(at, " \t\r");
    if (!tel_name_valid(at, len) || len >= size)
        return false;
    memcpy(buf, at, len);
    buf[len] = '\0';
    return true;
}

void tel_cli_raw_id(const char *path, char *buf, size_t size)
{
    struct stat st;
    char *text = NULL;
    char *rest = NULL;
    size_t len = 0;

    /* Nothing that a reader could wait for. */
    if (stat(path, &st) < 0 || !S_ISREG(st.st_mode) ||
        tel_cli_read_file(path, TEL_POLICY_MAX, &text, &len) < 0)
        return;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        if (take_id(line, buf, size))
            break;
    }
    free(text);
}
