/* SPDX-License-Identifier: MIT */
/* In which line two texts differ. */
#include <stdlib.h>
#include <string.h>

#include "sweep.h"

void *grow(void *old, size_t bytes)
{
    void *grown = realloc(old, bytes);

    if (grown == NULL) {
        abort();
    }
    return grown;
}

char *copy_of(const char *string)
{
    size_t size = strlen(string) + 1;

    return memcpy(grow(NULL, size), string, size);
}

static size_t line_end(const struct text *text, size_t at)
{
    while (at < text->len && text->bytes[at] != '\n') {
        at++;
    }
    return at;
}

static void print_line(FILE *out, char mark, const struct text *text, size_t at)
{
    size_t end = line_end(text, at);

    if (at >= text->len) {
        fprintf(out, "      %c (ends)\n", mark);
        return;
    }
    if (end - at > 240) {
        end = at + 240;
    }
    fprintf(out, "      %c ", mark);
    for (; at < end; at++) {
        unsigned char byte = (unsigned char)text->bytes[at];

        if (byte >= ' ' && byte < 0x7f) {
            fputc(byte, out);
        } else {
            fprintf(out, "\\x%02x", byte);
        }
    }
    fputc('\n', out);
}

/* The number of the first line that differs, and where it begins. */
static unsigned find_difference(const struct text *a, const struct text *b,
                                size_t *ret_start)
{
    size_t shared = a->len < b->len ? a->len : b->len;
    unsigned line = 1;

    *ret_start = 0;
    for (size_t i = 0; i < shared && a->bytes[i] == b->bytes[i]; i++) {
        if (a->bytes[i] == '\n') {
            line++;
            *ret_start = i + 1;
        }
    }
    return line;
}

/* The two texts line by line; false where they have not as many lines. */
static bool each_line(const struct text *a, const struct text *b,
                      bool (*visit)(struct text *marks, size_t line, bool same),
                      struct text *marks)
{
    size_t at_a = 0;
    size_t at_b = 0;
    size_t line = 0;

    for (; at_a < a->len && at_b < b->len; line++) {
        size_t len_a = line_end(a, at_a) - at_a;
        size_t len_b = line_end(b, at_b) - at_b;
        bool same = len_a == len_b &&
                    memcmp(a->bytes + at_a, b->bytes + at_b, len_a) == 0;

        if (!visit(marks, line, same)) {
            return false;
        }
        at_a += len_a + 1;
        at_b += len_b + 1;
    }
    return at_a >= a->len && at_b >= b->len;
}

static bool mark(struct text *marks, size_t line, bool same)
{
    while (marks->len <= line) {
        text_add_bytes(marks, "", 1);
    }
    if (!same) {
        marks->bytes[line] = 1;
    }
    return true;
}

void text_mark_differences(const struct text *a, const struct text *b,
                           struct text *marks)
{
    (void)each_line(a, b, mark, marks);
}

static bool is_marked(struct text *marks, size_t line, bool same)
{
    return same || (line < marks->len && marks->bytes[line] != 0);
}

bool text_differs_within(const struct text *a, const struct text *b,
                         const struct text *marks)
{
    struct text borrowed = *marks;

    return each_line(a, b, is_marked, &borrowed);
}

void text_print_difference(FILE *out, const char *what, const struct text *a,
                           const struct text *b)
{
    size_t start = 0;
    unsigned line = find_difference(a, b, &start);

    fprintf(out, "    %s, line %u (%zu and %zu bytes):\n", what, line, a->len,
            b->len);
    print_line(out, '-', a, start);
    print_line(out, '+', b, start);
}
