/* SPDX-License-Identifier: MIT */
/* Bytes that grow. */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_add_bytes(struct text *text, const void *bytes, size_t len)
{
    if (text->len + len + 1 > text->size) {
        text->size = 2 * (text->len + len + 1);
        text->bytes = realloc(text->bytes, text->size);
        if (text->bytes == NULL) {
            abort();
        }
    }
    memcpy(text->bytes + text->len, bytes, len);
    text->len += len;
    text->bytes[text->len] = '\0';
}

void text_add(struct text *text, const char *format, ...)
{
    char *more = NULL;
    va_list args;
    int len;

    va_start(args, format);
    len = vasprintf(&more, format, args);
    va_end(args);
    if (len < 0) {
        abort();
    }
    text_add_bytes(text, more, (size_t)len);
    free(more);
}

void text_clear(struct text *text)
{
    free(text->bytes);
    memset(text, 0, sizeof(*text));
}

bool text_same(const struct text *a, const struct text *b)
{
    return a->len == b->len &&
           (a->len == 0 || memcmp(a->bytes, b->bytes, a->len) == 0);
}

size_t text_count(const struct text *text, const char *needle)
{
    const char *at = text->bytes;
    const char *end = at + text->len;
    size_t count = 0;

    while ((at = memmem(at, (size_t)(end - at), needle, strlen(needle)))) {
        at += strlen(needle);
        count++;
    }
    return count;
}
