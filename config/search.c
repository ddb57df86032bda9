/* SPDX-License-Identifier: MIT */
/* Where policies lie: the search path, and how a file is read. */
#include <errno.h>
#include <string.h>

#include <tel/text.h>

#include "trusted.h"

static void say(struct tel_err *err, const char *path, const char *what)
{
    struct tel_text text;

    if (err == NULL) {
        return;
    }
    tel_text_start(&text, err->text, sizeof(err->text));
    tel_text_add(&text, path);
    tel_text_add(&text, what);
}

/* The directory at index of a colon list; empty and relative ones count as
 * too long, and so are passed over. */
static int listed_dir(const char *list, size_t index, char *buf, size_t size)
{
    size_t len;

    for (; index > 0; index--) {
        list = strchr(list, ':');
        if (list == NULL) {
            return -ENOENT;
        }
        list++;
    }
    len = strcspn(list, ":");
    if (list[0] != '/' || len >= size) {
        return -ENAMETOOLONG;
    }
    memcpy(buf, list, len);
    buf[len] = '\0';
    return 0;
}

int tel_policy_dir(const struct tel_env *env, size_t index, char *buf,
                   size_t size, bool *ret_installed)
{
    struct tel_text text;
    int r;

    if (env->config_path != NULL && !env->secure) {
        *ret_installed = false;
        return listed_dir(env->config_path, index, buf, size);
    }
    if (index > 2) {
        return -ENOENT;
    }
    *ret_installed = index > 0;
    if (index == 0) {
        r = env->secure ? -ENAMETOOLONG : tel_path_config(env, buf, size);
        if (r < 0) {
            return -ENAMETOOLONG;
        }
        tel_text_start(&text, buf + strlen(buf), size - strlen(buf));
        tel_text_add(&text, "/tools.d");
    } else {
        tel_text_start(&text, buf, size);
        tel_text_add(&text, index == 1 ? TEL_SYSCONFDIR "/tel/tools.d"
                                       : TEL_DATADIR "/tel/tools.d");
    }
    return tel_text_end(&text) < 0 ? -ENAMETOOLONG : 0;
}

void tel_policy_name(const char *path, char ret_name[TEL_NAME_MAX + 1])
{
    const char *last = strrchr(path, '/');
    size_t len;

    last = last != NULL ? last + 1 : path;
    len = strlen(last);
    if (len > 5 && strcmp(last + len - 5, ".conf") == 0) {
        len -= 5;
    }
    ret_name[0] = '\0';
    if (tel_name_valid(last, len)) {
        memcpy(ret_name, last, len);
        ret_name[len] = '\0';
    }
}

int tel_policy_load(struct tel_policy *ret_policy, const char *path, uid_t euid,
                    struct tel_err *err)
{
    char name[TEL_NAME_MAX + 1];
    int len = tel_trusted_read(path, euid, ret_policy->text, TEL_POLICY_MAX);

    if (len == -EFBIG) {
        say(err, path, ":1: longer than 32768 bytes");
    } else if (len == -EPERM) {
        say(err, path,
            ": not a file of yours or of root, or anybody may write it");
    } else if (len < 0) {
        say(err, path, ": cannot be read");
    }
    if (len < 0) {
        return len;
    }
    tel_policy_name(path, name);
    return tel_policy_parse(ret_policy, name, path, ret_policy->text,
                            (size_t)len, err);
}

/* As tel_policy_load, and the folder has to be somebody trusted's, too: path
 * is its first folder_len bytes, and a name. */
static int load_from(struct tel_policy *ret_policy, char *path,
                     size_t folder_len, uid_t euid, struct tel_err *err)
{
    int r = tel_policy_load(ret_policy, path, euid, err);

    if (r < 0) {
        return r;
    }
    path[folder_len] = '\0';
    r = tel_trusted_folder(path, euid);
    if (r < 0) {
        say(err, path,
            ": not a folder of yours or of root, or anybody may write it");
    }
    return r < 0 ? -EPERM : 0;
}

static bool is_absent(int error)
{
    return error == -ENOENT || error == -ENOTDIR || error == -EACCES;
}

int tel_policy_find(const struct tel_env *env, const char *name,
                    struct tel_policy *ret_policy, struct tel_err *err)
{
    char path[TEL_PATH_MAX];
    bool installed = false;
    struct tel_text text;
    size_t folder_len;
    int r;

    if (!tel_name_valid(name, strlen(name))) {
        return -ENOENT;
    }
    for (size_t i = 0;; i++) {
        r = tel_policy_dir(env, i, path, sizeof(path), &installed);
        if (r == -ENOENT) {
            return -ENOENT;
        }
        if (r < 0) {
            continue;
        }
        folder_len = strlen(path);
        tel_text_start(&text, path + folder_len, sizeof(path) - folder_len);
        tel_text_add(&text, "/");
        tel_text_add(&text, name);
        tel_text_add(&text, ".conf");
        if (tel_text_end(&text) < 0) {
            continue;
        }
        r = load_from(ret_policy, path, folder_len, env->euid, err);
        if (!is_absent(r)) {
            ret_policy->installed = installed;
            return r;
        }
    }
}
