/* SPDX-License-Identifier: MIT */
/*
 * text: bytes appended to a fixed buffer, for code that may use neither
 * malloc nor stdio.
 *
 *     struct tel_text t;
 *     tel_text_start(&t, buf, sizeof(buf));
 *     tel_text_add(&t, "runs-");
 *     tel_text_number(&t, 1);
 *     if (tel_text_end(&t) < 0) ...
 *
 * The buffer is the caller's and is always NUL-terminated. Once something did
 * not fit, nothing more is added and tel_text_end says so.
 *
 * Context: child (and so preload): no libc function is called but strlen and
 * memcpy.
 */
#ifndef TEL_TEXT_H
#define TEL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tel_text {
    char *buf;
    size_t size; /* of buf in bytes, at least 1 */
    size_t len;
    bool full;
};

void tel_text_start(struct tel_text *text, char *buf, size_t size);
void tel_text_add(struct tel_text *text, const char *string);
void tel_text_bytes(struct tel_text *text, const char *bytes, size_t len);
void tel_text_number(struct tel_text *text, uint64_t number);

/* number as 16 hexadecimal digits. */
void tel_text_hex(struct tel_text *text, uint64_t number);

/* The length in bytes, or -ENAMETOOLONG where something did not fit. */
int tel_text_end(const struct tel_text *text);

/* FNV-1a of a string, for tables of names. */
uint32_t tel_text_hash(const char *string);

/*
 * Reads a decimal number of len bytes, digits only, at most max. True and
 * *ret_number, or false.
 */
bool tel_text_parse(const char *bytes, size_t len, uint64_t max,
                    uint64_t *ret_number);

/*
 * How many bytes the UTF-8 character has that the len bytes begin with, and
 * *ret_point is which it is; 0 where they begin with none.
 */
size_t tel_text_character(const char *bytes, size_t len, uint32_t *ret_point);

/* Whether a terminal may take the character for an order: C0, DEL and C1. */
static inline bool tel_text_control(uint32_t point)
{
    return point < ' ' || (point >= 0x7f && point < 0xa0);
}

/*
 * Whether the character that begins the len > 0 bytes may be shown on a
 * terminal: UTF-8, and nothing that moves the cursor or what was written.
 * *ret_size is how many bytes it has, 1 where it is none.
 */
bool tel_text_still(const char *bytes, size_t len, size_t *ret_size);

#endif
