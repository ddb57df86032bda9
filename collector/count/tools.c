/* SPDX-License-Identifier: MIT */
/* tools: the policies that a collector accepts events of. */
#include "tools.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"

struct tel_tools {
    size_t count;
    struct tel_policy *policies[];
};

static int is_policy(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return entry->d_name[0] != '.' && len > strlen(".conf") &&
           strcmp(entry->d_name + len - strlen(".conf"), ".conf") == 0;
}

static int load(const char *directory, const char *file,
                struct tel_policy **ret_policy, struct tel_err *err)
{
    struct tel_policy *policy = NULL;
    char path[TEL_PATH_MAX + 256];
    int len = snprintf(path, sizeof(path), "%s/%s", directory, file);
    int r;

    if (len < 0 || (size_t)len >= sizeof(path))
        return tel_fault(err, -ENAMETOOLONG, "%s: the path is too long",
                         directory);
    policy = calloc(1, sizeof(*policy));
    if (policy == NULL)
        return tel_fault(err, -ENOMEM, "%s: out of memory", path);
    /* Loading says nothing of its own about a file it may not read. */
    (void)tel_fault(err, 0, "%s", "");
    r = tel_policy_load(policy, path, geteuid(), err);
    if (r < 0) {
        free(policy);
        if (err != NULL && err->text[0] == '\0')
            (void)tel_fault(err, r, "%s: %s", path, strerror(-r));
        return r;
    }
    *ret_policy = policy;
    return 0;
}

static int load_all(const char *directory, struct dirent *const *entries,
                    size_t count, struct tel_tools **ret_tools,
                    struct tel_err *err)
{
    struct tel_tools *tools = NULL;

    tools = calloc(1, sizeof(*tools) + count * sizeof(tools->policies[0]));
    if (tools == NULL)
        return tel_fault(err, -ENOMEM, "%s: out of memory", directory);
    for (; tools->count < count; tools->count++) {
        int r = load(directory, entries[tools->count]->d_name,
                     &tools->policies[tools->count], err);

        if (r < 0) {
            tel_tools_free(tools);
            return r;
        }
    }
    *ret_tools = tools;
    return 0;
}

int tel_tools_load(const char *directory, struct tel_tools **ret_tools,
                   struct tel_err *err)
{
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, is_policy, alphasort);
    int r;

    if (count < 0) {
        r = -errno;
        return tel_fault(err, r, "--tools %s: %s", directory, strerror(-r));
    }
    if (count == 0)
        r = tel_fault(err, -ENOENT, "--tools %s: holds no policy (*.conf)",
                      directory);
    else
        r = load_all(directory, entries, (size_t)count, ret_tools, err);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return r;
}

void tel_tools_free(struct tel_tools *tools)
{
    if (tools == NULL)
        return;
    for (size_t i = 0; i < tools->count; i++)
        free(tools->policies[i]);
    free(tools);
}

const struct tel_policy *tel_tools_at(const struct tel_tools *tools,
                                      size_t index)
{
    return index < tools->count ? tools->policies[index] : NULL;
}

enum tel_refusal tel_tools_allowed(const struct tel_tools *tools,
                                   const struct tel_event *event)
{
    enum tel_refusal furthest = TEL_REFUSED_TOOL;

    for (size_t i = 0; i < tools->count; i++) {
        enum tel_refusal refusal = tel_event_allowed(event, tools->policies[i]);

        if (refusal == TEL_ACCEPTED)
            return TEL_ACCEPTED;
        if (refusal > furthest)
            furthest = refusal;
    }
    return furthest;
}
