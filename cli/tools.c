/* SPDX-License-Identifier: MIT */
/* Which tools are known: the policies along the search path. */
#include "cli.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SUFFIX ".conf"

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

static int add_name(struct tel_names *names, size_t *room, const char *name,
                    size_t len)
{
    if (names->count == *room) {
        size_t more = *room == 0 ? 32 : *room * 2;
        void *bigger =
            reallocarray(names->names, more, sizeof(names->names[0]));

        if (bigger == NULL)
            return -ENOMEM;
        names->names = bigger;
        *room = more;
    }
    memcpy(names->names[names->count], name, len);
    names->names[names->count][len] = '\0';
    names->count++;
    return 0;
}

static int scan(const char *path, struct tel_names *names, size_t *room)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    int rc = 0;

    if (dir == NULL)
        return 0;
    while (rc == 0 && (entry = readdir(dir)) != NULL) {
        size_t len = strlen(entry->d_name);

        if (len <= strlen(SUFFIX))
            continue;
        len -= strlen(SUFFIX);
        if (strcmp(entry->d_name + len, SUFFIX) == 0 &&
            tel_name_valid(entry->d_name, len))
            rc = add_name(names, room, entry->d_name, len);
    }
    closedir(dir);
    return rc;
}

static void drop_doubles(struct tel_names *names)
{
    size_t kept = 0;

    if (names->count == 0)
        return;
    qsort(names->names, names->count, sizeof(names->names[0]), compare_names);
    for (size_t i = 1; i < names->count; i++) {
        if (strcmp(names->names[i], names->names[kept]) != 0)
            memmove(names->names[++kept], names->names[i],
                    sizeof(names->names[0]));
    }
    names->count = kept + 1;
}

int tel_cli_names(const struct tel_env *env, struct tel_names *ret_names)
{
    struct tel_names names = {NULL, 0};
    char path[TEL_PATH_MAX];
    size_t room = 0;
    bool installed;

    for (size_t i = 0;; i++) {
        int rc = tel_policy_dir(env, i, path, sizeof(path), &installed);

        if (rc == -ENOENT)
            break;
        if (rc == 0)
            rc = scan(path, &names, &room);
        if (rc == -ENOMEM) {
            free(names.names);
            return rc;
        }
    }
    drop_doubles(&names);
    *ret_names = names;
    return 0;
}

int tel_cli_names_add(struct tel_names *names, const char *name)
{
    size_t room = names->count; /* of what is there, at least that much */
    int rc;

    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->names[i], name) == 0)
            return 0;
    }
    rc = add_name(names, &room, name, strlen(name));
    if (rc == 0)
        drop_doubles(names);
    return rc;
}

void tel_cli_names_free(struct tel_names *names)
{
    free(names->names);
    names->names = NULL;
    names->count = 0;
}

static bool find_id(const struct tel_env *env, const char *id,
                    struct tel_policy *ret_policy)
{
    struct tel_names names;
    bool found = false;

    if (tel_cli_names(env, &names) < 0)
        return false;
    for (size_t i = 0; i < names.count && !found; i++) {
        found = tel_policy_find(env, names.names[i], ret_policy, NULL) == 0 &&
                strcmp(tel_cli_str(ret_policy, ret_policy->id), id) == 0;
    }
    tel_cli_names_free(&names);
    return found;
}

static int say_missing(const char *tool, int rc, const struct tel_err *err)
{
    if (rc != -ENOENT)
        return tel_cli_bad("%s",
                           err->text[0] != '\0' ? err->text : strerror(-rc));
    tel_cli_bad("no tool named %s is known (tel status lists those that are)",
                tool);
    return TEL_NO;
}

int tel_cli_named(const struct tel_env *env, const char *name,
                  struct tel_policy *ret_policy)
{
    struct tel_err err = {""};
    int rc = tel_policy_find(env, name, ret_policy, &err);

    return rc == 0 ? TEL_DONE : say_missing(name, rc, &err);
}

int tel_cli_find(const struct tel_env *env, const char *tool,
                 struct tel_policy *ret_policy, struct tel_err *err)
{
    int rc = tel_policy_find(env, tool, ret_policy, err);

    return rc == -ENOENT && find_id(env, tool, ret_policy) ? 0 : rc;
}

int tel_cli_tool(const struct tel_env *env, const char *tool,
                 struct tel_policy *ret_policy)
{
    struct tel_err err = {""};
    int rc = tel_cli_find(env, tool, ret_policy, &err);

    return rc == 0 ? TEL_DONE : say_missing(tool, rc, &err);
}

const struct tel_purpose *tel_cli_purpose(const struct tel_policy *policy,
                                          const char *key)
{
    for (uint16_t i = 0; i < policy->npurposes; i++) {
        const struct tel_purpose *purpose = &policy->purposes[i];

        if (purpose->key.len == strlen(key) &&
            memcmp(tel_str_at(policy, purpose->key), key, purpose->key.len) ==
                0)
            return purpose;
    }
    return NULL;
}

const char *tel_cli_str(const struct tel_policy *policy, struct tel_str str)
{
    static char ring[16][TEL_ENDPOINT_MAX + 1];
    static unsigned next;
    char *buf = ring[next++ % 16];

    if (tel_str_copy(policy, str, buf, sizeof(ring[0])) < 0)
        return "(too long to show)";
    return buf;
}

bool tel_cli_has_settings(const struct tel_env *env)
{
    char path[TEL_PATH_MAX];

    if (tel_path_config(env, path, sizeof(path)) == 0)
        return true;
    tel_cli_bad("neither XDG_CONFIG_HOME nor HOME says where your settings "
                "are");
    return false;
}

bool tel_cli_has_state(const struct tel_env *env, char *path, size_t size)
{
    if (tel_path_state(env, path, size) == 0)
        return true;
    tel_cli_bad("neither XDG_STATE_HOME nor HOME says where your log and "
                "what waits are");
    return false;
}
