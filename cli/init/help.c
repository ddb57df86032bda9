/* SPDX-License-Identifier: MIT */
/* What a tool printed, as lines without control bytes. */
#include "init.h"

#include <string.h>

#include <tel/text.h>

bool piece_is(struct piece piece, const char *string)
{
    return piece.len == strlen(string) &&
           memcmp(piece.at, string, piece.len) == 0;
}

bool piece_has(struct piece piece, const char *string)
{
    return memmem(piece.at, piece.len, string, strlen(string)) != NULL;
}

bool piece_begins(struct piece piece, const char *string)
{
    return piece.len >= strlen(string) &&
           memcmp(piece.at, string, strlen(string)) == 0;
}

struct piece piece_strip(struct piece piece, const char *edges)
{
    while (piece.len > 0 && strchr(edges, piece.at[0]) != NULL) {
        piece.at++;
        piece.len--;
    }
    while (piece.len > 0 && strchr(edges, piece.at[piece.len - 1]) != NULL)
        piece.len--;
    return piece;
}

struct piece piece_trim(struct piece piece)
{
    return piece_strip(piece, " ");
}

struct piece piece_word(struct piece *rest)
{
    struct piece word = piece_trim(*rest);
    const char *end = memchr(word.at, ' ', word.len);
    const char *stop = word.at + word.len;

    if (end != NULL)
        word.len = (size_t)(end - word.at);
    rest->at = word.at + word.len;
    rest->len = (size_t)(stop - rest->at);
    return word;
}

/*
 * The length of the escape sequence at s (ECMA-48: CSI, OSC, or two bytes);
 * an unfinished one reaches to the end.
 */
static size_t escape_length(const char *s, size_t len)
{
    size_t i = 2;

    if (len < 2 || (s[1] != '[' && s[1] != ']'))
        return len < 2 ? len : 2;
    for (; i < len; i++) {
        if (s[1] == '[' && s[i] >= 0x40 && s[i] <= 0x7e)
            return i + 1;
        if (s[1] == ']' && (s[i] == '\a' || s[i] == '\n'))
            return i + 1;
        if (s[1] == ']' && s[i] == '\033' && i + 1 < len && s[i + 1] == '\\')
            return i + 2;
    }
    return len;
}

/* Takes back the last character of the line, for "b\bb" and "_\bb". */
static void backspace(struct init_help *help, size_t start)
{
    while (help->len > start) {
        unsigned char byte = (unsigned char)help->text[--help->len];

        if (byte < 0x80 || byte >= 0xc0)
            return;
    }
}

static void add_line(struct init_help *help, size_t start)
{
    struct init_line *line = &help->lines[help->count];
    struct piece whole = {help->text + start, help->len - start};

    if (help->count == INIT_LINES_MAX)
        return;
    line->text = piece_trim(whole);
    line->indent = line->text.len > 0 ? (size_t)(line->text.at - whole.at) : 0;
    help->count++;
}

/*
 * One character of the bytes, appended as it may stand in a file and on a
 * terminal. Returns how many bytes it was.
 */
static size_t take(struct init_help *help, size_t start, const char *bytes,
                   size_t len)
{
    uint32_t point = 0;
    size_t n;

    if (bytes[0] == '\033')
        return escape_length(bytes, len);
    if (bytes[0] == '\b')
        backspace(help, start);
    /* A tab is a wide gap, also where only one column is left of it. */
    if (bytes[0] == '\t') {
        size_t from = help->len;

        do {
            help->text[help->len++] = ' ';
        } while ((help->len - start) % 8 != 0 || help->len - from < 2);
        return 1;
    }
    n = tel_text_character(bytes, len, &point);
    if (n == 0 || tel_text_control(point))
        return n > 0 ? n : 1;
    memcpy(help->text + help->len, bytes, n);
    help->len += n;
    return n;
}

void init_help_read(struct init_help *ret_help, const char *bytes, size_t len)
{
    size_t start = 0;

    ret_help->len = ret_help->count = 0;
    /* Room for one more tab. */
    for (size_t i = 0;
         i < len && ret_help->len + 16 < sizeof(ret_help->text);) {
        if (bytes[i] == '\n' || bytes[i] == '\f') {
            add_line(ret_help, start);
            start = ret_help->len;
            i++;
        } else {
            i += take(ret_help, start, bytes + i, len - i);
        }
    }
    if (ret_help->len > start)
        add_line(ret_help, start);
}

size_t init_help_next(const struct init_help *help, size_t i)
{
    while (i < help->count && help->lines[i].text.len == 0)
        i++;
    return i;
}

bool init_help_empty(const struct init_help *help)
{
    return init_help_next(help, 0) == help->count;
}
