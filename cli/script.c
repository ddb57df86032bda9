/* SPDX-License-Identifier: MIT */
/* Which interpreter a tool would run under, as the recorder will see it. */
#include "cli.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the kernel reads of a "#!" line (fs/binfmt_script.c). */
#define LINE_MAX_BYTES 256

#define BLANK " \t"

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

static bool read_line(const char *path, char line[LINE_MAX_BYTES + 1])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t len;

    if (fd < 0)
        return false;
    len = read(fd, line, LINE_MAX_BYTES);
    close(fd);
    if (len < 2 || line[0] != '#' || line[1] != '!')
        return false;
    line[len] = '\0';
    line[strcspn(line, "\n")] = '\0';
    return true;
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

bool tel_cli_interpreter(const struct tel_env *env, const char *tool, char *buf,
                         size_t size)
{
    char path[TEL_PATH_MAX];
    char line[LINE_MAX_BYTES + 1];
    char *interpreter;
    char *argument;
    size_t len;

    if (!find_file(env, tool, path, sizeof(path)) || !read_line(path, line))
        return false;
    interpreter = line + 2 + strspn(line + 2, BLANK);
    len = strcspn(interpreter, BLANK);
    argument = interpreter + len + strspn(interpreter + len, BLANK);
    interpreter[len] = '\0';
    len = strlen(argument);
    while (len > 0 && strchr(BLANK, argument[len - 1]) != NULL)
        argument[--len] = '\0';
    if (strcmp(name_of(interpreter), "env") == 0 && len > 0)
        interpreter = argument;
    return (size_t)snprintf(buf, size, "%s", name_of(interpreter)) < size;
}
