/* SPDX-License-Identifier: MIT */
/* Lines of a configuration file, read in place. */
#include <tel/ini.h>

#include <errno.h>
#include <string.h>

static bool blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

static struct tel_span trim(struct tel_span span)
{
    while (span.len > 0 && blank(span.at[0])) {
        span.at++;
        span.len--;
    }
    while (span.len > 0 && blank(span.at[span.len - 1])) {
        span.len--;
    }
    return span;
}

static struct tel_span next_line(struct tel_ini *ini)
{
    struct tel_span line = {ini->text + ini->next, ini->len - ini->next};
    const char *end = memchr(line.at, '\n', line.len);

    if (end != NULL) {
        line.len = (size_t)(end - line.at);
        ini->next += line.len + 1;
    } else {
        ini->next = ini->len;
    }
    ini->line++;
    return trim(line);
}

static int split(struct tel_ini *ini, struct tel_span line,
                 const char **ret_what)
{
    const char *equals = memchr(line.at, '=', line.len);

    if (equals == NULL) {
        *ret_what = "expected 'name = value' or '[section]'";
        return -EINVAL;
    }
    ini->key = trim((struct tel_span){line.at, (size_t)(equals - line.at)});
    ini->value = trim((struct tel_span){
        equals + 1, line.len - (size_t)(equals - line.at) - 1});
    if (ini->key.len == 0) {
        *ret_what = "there is no name before '='";
        return -EINVAL;
    }
    return 1;
}

void tel_ini_start(struct tel_ini *ini, const char *text, size_t len)
{
    memset(ini, 0, sizeof(*ini));
    ini->text = text;
    ini->len = len;
}

int tel_ini_next(struct tel_ini *ini, const char **ret_what)
{
    while (ini->next < ini->len) {
        struct tel_span line = next_line(ini);

        if (line.len == 0 || line.at[0] == '#' || line.at[0] == ';') {
            continue;
        }
        if (memchr(line.at, '\0', line.len) != NULL) {
            *ret_what = "a NUL byte";
            return -EINVAL;
        }
        if (line.at[0] != '[') {
            return split(ini, line, ret_what);
        }
        if (line.at[line.len - 1] != ']') {
            *ret_what = "a section ends with ']'";
            return -EINVAL;
        }
        ini->section = trim((struct tel_span){line.at + 1, line.len - 2});
        ini->section_line = ini->line;
    }
    return 0;
}

bool tel_span_is(struct tel_span span, const char *string)
{
    return strlen(string) == span.len && memcmp(span.at, string, span.len) == 0;
}

struct tel_span tel_span_word(struct tel_span *rest)
{
    struct tel_span word = trim(*rest);
    size_t len = 0;

    while (len < word.len && !blank(word.at[len])) {
        len++;
    }
    rest->at = word.at + len;
    rest->len = word.len - len;
    word.len = len;
    return word;
}
