/* SPDX-License-Identifier: MIT */
/*
 * text: bytes that grow. Zeroed means empty; its owner clears it. The process
 * aborts where memory runs out. Needs no cmocka.
 */
#ifndef TEL_TEXT_H
#define TEL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
    char *bytes; /* NULL until something is added, then NUL-terminated */
    size_t len;
    size_t size;
};

void text_add(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void text_add_bytes(struct text *text, const void *bytes, size_t len);
void text_clear(struct text *text);

bool text_same(const struct text *a, const struct text *b);

/* How often needle is there. */
size_t text_count(const struct text *text, const char *needle);

#endif
