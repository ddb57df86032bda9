/* SPDX-License-Identifier: MIT */
/* Bytes and pieces of a line, looked at as ASCII whatever the locale is. */
#ifndef TEL_AUDIT_PIECES_H
#define TEL_AUDIT_PIECES_H

#include <string.h>

#include "audit.h"

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static inline bool is_alpha(char c)
{
    return is_upper(c) || is_lower(c);
}

static inline bool is_alnum(char c)
{
    return is_alpha(c) || is_digit(c);
}

static inline bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' ||
           c == '\f';
}

static inline char lower(char c)
{
    return (char)(is_upper(c) ? c + ('a' - 'A') : c);
}

/* NUL is never one. */
static inline bool one_of(char c, const char *list)
{
    while (*list != '\0') {
        if (*list++ == c)
            return true;
    }
    return false;
}

static inline struct tel_piece piece(const char *at, size_t len)
{
    return (struct tel_piece){at, len};
}

static inline struct tel_piece piece_of(const char *string)
{
    return piece(string, strlen(string));
}

static inline struct tel_piece piece_from(struct tel_piece p, size_t from)
{
    return piece(p.at + from, p.len - from);
}

/* The byte at i, or NUL past the end. */
static inline char byte_at(struct tel_piece p, size_t i)
{
    if (i < p.len)
        return p.at[i];
    return 0;
}

/* Upper and lower case are the same in all that follows. */
static inline bool piece_begins(struct tel_piece p, const char *with)
{
    size_t i;

    for (i = 0; with[i] != '\0'; i++) {
        if (i == p.len || lower(p.at[i]) != lower(with[i]))
            return false;
    }
    return true;
}

static inline bool piece_is(struct tel_piece p, const char *string)
{
    return p.len == strlen(string) && piece_begins(p, string);
}

static inline bool piece_ends(struct tel_piece p, const char *with)
{
    size_t len = strlen(with);

    return p.len >= len && piece_begins(piece_from(p, p.len - len), with);
}

/* Where needle begins, or p.len. */
static inline size_t piece_find(struct tel_piece p, const char *needle)
{
    char first = lower(needle[0]);

    for (size_t i = 0; i < p.len; i++) {
        if (lower(p.at[i]) == first && piece_begins(piece_from(p, i), needle))
            return i;
    }
    return p.len;
}

static inline bool piece_has(struct tel_piece p, const char *needle)
{
    return piece_find(p, needle) < p.len;
}

/* Where the byte c is from i on, or p.len. */
static inline size_t piece_byte(struct tel_piece p, char c, size_t i)
{
    const char *found;

    if (i >= p.len)
        return p.len;
    found = memchr(p.at + i, c, p.len - i);
    return found != NULL ? (size_t)(found - p.at) : p.len;
}

static inline struct tel_piece piece_trim(struct tel_piece p)
{
    while (p.len > 0 && is_blank(p.at[0]))
        p = piece_from(p, 1);
    while (p.len > 0 && is_blank(p.at[p.len - 1]))
        p.len--;
    return p;
}

/* How many bytes from i on satisfy the test. */
static inline size_t piece_run(struct tel_piece p, size_t i, bool (*test)(char))
{
    size_t n = 0;

    while (i + n < p.len && test(p.at[i + n]))
        n++;
    return n;
}

/* Whether a character of it is from where Chinese and its like begin, on. */
static inline bool piece_is_east_asian(struct tel_piece p)
{
    for (size_t i = 0; i < p.len; i++) {
        if ((unsigned char)p.at[i] >= 0xe3)
            return true;
    }
    return false;
}

/* Whether p is one of the words of a list that single blanks separate. */
static inline bool piece_in(struct tel_piece p, const char *list)
{
    char first = lower(byte_at(p, 0));

    if (p.len == 0)
        return false;
    for (;;) {
        if (lower(*list) == first) {
            size_t i = 1;

            while (i < p.len && list[i] != '\0' && list[i] != ' ' &&
                   lower(p.at[i]) == lower(list[i]))
                i++;
            if (i == p.len && (list[i] == '\0' || list[i] == ' '))
                return true;
        }
        while (*list != ' ') {
            if (*list++ == '\0')
                return false;
        }
        list++;
    }
}

#endif
