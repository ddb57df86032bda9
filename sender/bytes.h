/* SPDX-License-Identifier: MIT */
/*
 * bytes: a piece of memory that grows. Private to sender/.
 *
 *     _cleanup_bytes_ struct bytes text = BYTES_EMPTY;
 *     bytes_add(&text, "from");
 *     if (bytes_failed(&text)) return -ENOMEM;
 *
 * at is NULL or NUL-terminated. Once memory ran out nothing more is added.
 */
#ifndef TEL_BYTES_H
#define TEL_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    char *at;
    size_t len;
    size_t room;
    bool failed;
};

#define BYTES_EMPTY       \
    {                     \
        NULL, 0, 0, false \
    }
#define _cleanup_bytes_ __attribute__((cleanup(bytes_clear)))

void bytes_clear(struct bytes *bytes);
/* Makes room for len bytes more and their NUL: where they go, or NULL. */
char *bytes_reserve(struct bytes *bytes, size_t len);
void bytes_add_len(struct bytes *bytes, const char *at, size_t len);
void bytes_add(struct bytes *bytes, const char *string);
void bytes_add_number(struct bytes *bytes, uint64_t number);
static inline bool bytes_failed(const struct bytes *bytes)
{
    return bytes->failed;
}

/* Copies what fits, and always ends it. */
void string_copy(char *to, size_t size, const char *from);

#endif
