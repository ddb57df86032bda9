/* SPDX-License-Identifier: MIT */
/* Which interpreter a tool would run under, as the recorder will see it. */
#include "cli.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_program(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
           access(path, X_OK) == 0;
}

/* The file that a shell would execute for tool. */
static bool find_file(const struct tel_env *env, const char *tool, char *buf,
                      size_t size)
{
    const char *search = tel_env_get(env, "PATH");

    if (strchr(tool, '/') != NULL)
        return (size_t)snprintf(buf, size, "%s", tool) < size;
    while (search != NULL) {
        size_t len = strcspn(search, ":");

        /* An empty part is the working directory. */
        if ((size_t)snprintf(buf, size, "%.*s/%s", len > 0 ? (int)len : 1,
                             len > 0 ? search : ".", tool) < size &&
            is_program(buf))
            return true;
        search = search[len] == ':' ? search + len + 1 : NULL;
    }
    return false;
}

bool tel_cli_interpreter(const struct tel_env *env, const char *tool, char *buf,
                         size_t size)
{
    char path[TEL_PATH_MAX];

    return find_file(env, tool, path, sizeof(path)) &&
           tel_script_interpreter(path, buf, size) == 0;
}
