/* SPDX-License-Identifier: MIT */
/* What is printed: errors, colours, JSON strings, shell words. */
#include "cli.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <tel/text.h>

/* RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
size_t tel_cli_utf8(const char *string)
{
    const unsigned char *s = (const unsigned char *)string;
    size_t len;

    if (s[0] < 0x80)
        return 1;
    if (s[0] < 0xc2 || s[0] > 0xf4)
        return 0;
    len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    }
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return len;
}

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
    va_list list;

    va_start(list, format);
    vsnprintf(line, sizeof(line), format, list);
    va_end(list);
    /* One line, whatever a name or a path was made of. */
    fputs("tel: ", stderr);
    print_still(stderr, line, strlen(line));
    putc('\n', stderr);
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
    const unsigned char *s = (const unsigned char *)string;

    putc('"', to);
    while (*s != '\0') {
        size_t len = tel_cli_utf8((const char *)s);

        if (len == 0) {
            fputs("\\ufffd", to);
            s++;
        } else if (*s == '"' || *s == '\\') {
            fprintf(to, "\\%c", *s++);
        } else if (*s < ' ' || *s == 0x7f) {
            fprintf(to, "\\u%04x", *s++);
        } else if (s[0] == 0xc2 && s[1] < 0xa0) { /* U+0080 to U+009F */
            fprintf(to, "\\u%04x", s[1]);
            s += 2;
        } else {
            fwrite(s, 1, len, to);
            s += len;
        }
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
