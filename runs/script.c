/* SPDX-License-Identifier: MIT */
/* The interpreter that a script's first line names. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <tel/text.h>

#include "table.h"

/* What the kernel reads of a program (BINPRM_BUF_SIZE, linux/binfmts.h). */
#define LINE_BYTES 256

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

static const char *skip_blanks(const char *at)
{
    while (is_blank(*at)) {
        at++;
    }
    return at;
}

static size_t word_len(const char *at)
{
    size_t len = 0;

    while (at[len] != '\0' && !is_blank(at[len])) {
        len++;
    }
    return len;
}

/* The line behind "#!", without what blanks end it; or an error. */
static int read_line(const char *path, char line[LINE_BYTES + 1])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    char *end;
    ssize_t n;

    if (fd < 0) {
        return -errno;
    }
    n = read(fd, line, LINE_BYTES);
    (void)close(fd);
    if (n < 2 || line[0] != '#' || line[1] != '!') {
        return -ENOEXEC;
    }
    line[n] = '\0';
    end = strchr(line, '\n');
    end = end != NULL ? end : line + n;
    while (end > line + 2 && is_blank(end[-1])) {
        end--;
    }
    *end = '\0';
    return 0;
}

const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

static bool is_env(const char *program)
{
    return strcmp(name_of(program), "env") == 0;
}

int tel_script_interpreter(const char *path, char *buf, size_t size)
{
    char line[LINE_BYTES + 1] = "";
    char *interpreter;
    const char *argument;
    struct tel_text text;
    int r = read_line(path, line);

    if (r < 0) {
        return r;
    }
    interpreter = line + (skip_blanks(line + 2) - line);
    argument = skip_blanks(interpreter + word_len(interpreter));
    interpreter[word_len(interpreter)] = '\0';
    tel_text_start(&text, buf, size);
    tel_text_add(&text, name_of(*argument != '\0' && is_env(interpreter)
                                    ? argument
                                    : interpreter));
    return text.len == 0 ? -ENOEXEC : tel_text_end(&text) < 0 ? -E2BIG : 0;
}
