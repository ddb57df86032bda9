/* SPDX-License-Identifier: MIT */
/* options_file: the configuration file of tel-collect serve. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tel/ini.h>

#include "main.h"
#include "options.h"

/* The file's text, which the options point into to the end. */
static char text[16384];
static char values[sizeof(text)]; /* an entry is longer than its value */

struct file {
    const char *path;
    struct tel_ini ini;
    bool open_to_all;
    unsigned lines[OPTIONS_MAX]; /* where each row was said */
    size_t kept;                 /* bytes of values */
};

/* Whether "scheme://user:password@host" or "?password=" is in a URL. */
static bool holds_password(const char *value)
{
    const char *user = strstr(value, "://");
    const char *at = user != NULL ? strchr(user + 3, '@') : NULL;
    const char *colon = user != NULL ? strchr(user + 3, ':') : NULL;

    return (at != NULL && colon != NULL && colon < at) ||
           (user != NULL && strstr(user, "password=") != NULL);
}

static const struct tel_option *find(struct tel_span name, size_t *ret_index)
{
    const struct tel_option *row = NULL;

    for (size_t i = 0; (row = options_row(i)) != NULL; i++) {
        if (tel_span_is(name, row->name)) {
            *ret_index = i;
            return row;
        }
    }
    return NULL;
}

static int take_entry(struct file *file, struct tel_collector_options *options)
{
    const struct tel_ini *ini = &file->ini;
    char where[512];
    size_t index = 0;
    const struct tel_option *row = find(ini->key, &index);
    char *value = values + file->kept;

    if (row == NULL)
        return complain("%s:%u: unknown option '%.*s'", file->path, ini->line,
                        (int)ini->key.len, ini->key.at);
    if (file->lines[index] != 0)
        return complain("%s:%u: %s was given in line %u already", file->path,
                        ini->line, row->name, file->lines[index]);
    file->lines[index] = ini->line;
    memcpy(value, ini->value.at, ini->value.len);
    value[ini->value.len] = '\0';
    file->kept += ini->value.len + 1;
    if (file->open_to_all && holds_password(value))
        return complain("%s:%u: %s has a password, and everybody may read "
                        "this file (chmod o-r)",
                        file->path, ini->line, row->name);
    (void)snprintf(where, sizeof(where), "%s:%u: %s = %s", file->path,
                   ini->line, row->name, value);
    return options_take(row, value, where, options);
}

/* Reads the whole file into text: its length, or -errno. */
static ssize_t read_text(struct file *file)
{
    int fd = open(file->path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    ssize_t len = 0;
    ssize_t got = 0;

    if (fd < 0)
        return -errno;
    if (fstat(fd, &status) == 0)
        file->open_to_all = (status.st_mode & S_IROTH) != 0;
    while ((size_t)len < sizeof(text) &&
           (got = read(fd, text + len, sizeof(text) - (size_t)len)) > 0)
        len += got;
    if (got < 0)
        len = -errno;
    else if ((size_t)len == sizeof(text))
        len = -EFBIG;
    (void)close(fd);
    return len;
}

int options_file(const char *path, struct tel_collector_options *options)
{
    struct file file = {.path = path};
    ssize_t len = read_text(&file);
    const char *what = NULL;
    int r;

    if (len < 0)
        return complain("--config %s: %s", path, strerror((int)-len));
    tel_ini_start(&file.ini, text, (size_t)len);
    do {
        r = tel_ini_next(&file.ini, &what);
        if (file.ini.section_line != 0)
            return complain("%s:%u: this file has no sections", path,
                            file.ini.section_line);
        if (r < 0)
            return complain("%s:%u: %s", path, file.ini.line, what);
        if (r > 0 && take_entry(&file, options) != 0)
            return EXIT_BAD;
    } while (r > 0);
    return 0;
}
