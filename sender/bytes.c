/* SPDX-License-Identifier: MIT */
/* A piece of memory that grows. */
#include "bytes.h"

#include <stdlib.h>
#include <string.h>

#include <tel/text.h>

void bytes_clear(struct bytes *bytes)
{
    free(bytes->at);
    *bytes = (struct bytes)BYTES_EMPTY;
}

char *bytes_reserve(struct bytes *bytes, size_t len)
{
    if (bytes->failed)
        return NULL;
    if (bytes->room < bytes->len + len + 1) {
        size_t room = 2 * bytes->room + len + 64;
        char *at = realloc(bytes->at, room);
        if (!at) {
            bytes->failed = true;
            return NULL;
        }
        bytes->at = at;
        bytes->room = room;
        bytes->at[bytes->len] = '\0';
    }
    return bytes->at + bytes->len;
}

void bytes_add_len(struct bytes *bytes, const char *at, size_t len)
{
    char *end = bytes_reserve(bytes, len);
    if (!end)
        return;
    memcpy(end, at, len);
    end[len] = '\0';
    bytes->len += len;
}

void bytes_add(struct bytes *bytes, const char *string)
{
    bytes_add_len(bytes, string, strlen(string));
}

void bytes_add_number(struct bytes *bytes, uint64_t number)
{
    char buf[24];
    struct tel_text text;
    tel_text_start(&text, buf, sizeof(buf));
    tel_text_number(&text, number);
    bytes_add(bytes, buf);
}

void string_copy(char *to, size_t size, const char *from)
{
    size_t len = strnlen(from, size - 1);
    memcpy(to, from, len);
    to[len] = '\0';
}
