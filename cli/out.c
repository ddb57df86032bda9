/* SPDX-License-Identifier: MIT */
/* What is printed: errors, colours, JSON strings, shell words. */
#include "cli.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <tel/text.h>

/* Text of a file must not move the cursor of the terminal it is shown on. */
static void print_still(FILE *to, const char *at, size_t len)
{
    for (size_t i = 0, size = 0; i < len; i += size) {
        if (tel_text_still(at + i, len - i, &size))
            fwrite(at + i, 1, size, to);
        else
            putc('?', to);
    }
}

int tel_cli_bad(const char *format, ...)
{
    char line[1024];
    size_t shown = 0;
    va_list list;

    va_start(list, format);
    vsnprintf(line, sizeof(line), format, list);
    va_end(list);
    /* One line, whatever a name or a path was made of; and one call, for
     * nothing is buffered on stderr. */
    for (size_t i = 0, size = 0, len = strlen(line); i < len; i += size) {
        bool still = tel_text_still(line + i, len - i, &size);

        memmove(line + shown, still ? line + i : "?", still ? size : 1);
        shown += still ? size : 1;
    }
    fprintf(stderr, "tel: %.*s\n", (int)shown, line);
    return TEL_BAD;
}

bool tel_cli_colours(const struct tel_env *env, FILE *to)
{
    const char *none = tel_env_get(env, "NO_COLOR");
    const char *term = tel_env_get(env, "TERM");

    if (none != NULL && none[0] != '\0')
        return false;
    return term != NULL && strcmp(term, "dumb") != 0 && isatty(fileno(to));
}

void tel_cli_json(FILE *to, const char *string)
{
    size_t len = strlen(string);

    putc('"', to);
    while (len > 0) {
        uint32_t point = 0;
        size_t size = tel_text_character(string, len, &point);

        if (size == 0)
            fputs("\\ufffd", to);
        else if (point == '"' || point == '\\')
            fprintf(to, "\\%c", (char)point);
        else if (tel_text_control(point))
            fprintf(to, "\\u%04x", point);
        else
            fwrite(string, 1, size, to);
        string += size > 0 ? size : 1;
        len -= size > 0 ? size : 1;
    }
    putc('"', to);
}

void tel_cli_print_bytes(FILE *to, const char *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        putc(at[i] >= ' ' && at[i] <= '~' ? at[i] : '?', to);
}

void tel_cli_print(FILE *to, const struct tel_policy *policy,
                   struct tel_str str)
{
    print_still(to, tel_str_at(policy, str), str.len);
}

void tel_cli_plain(FILE *to, const char *string)
{
    print_still(to, string, strlen(string));
}

void tel_cli_quote(FILE *to, const char *string)
{
    putc('\'', to);
    for (; *string != '\0'; string++) {
        if (*string == '\'')
            fputs("'\\''", to);
        else
            putc(*string, to);
    }
    putc('\'', to);
}
