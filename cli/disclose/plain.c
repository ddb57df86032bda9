/* SPDX-License-Identifier: MIT */
/* A document as plain text of 80 columns. */
#include "doc.h"

#include <string.h>

#include <tel/text.h>

#define COLUMNS 80U
#define GAP 2U         /* between the cells of a row */
#define CELL_LEAST 12U /* columns of a cell that is wrapped */
#define CELL_MOST 26U  /* of one that is not the last */

/* A place in a cell's text, and the columns that are left of a line of it. */
struct cursor {
    const char *at;
    unsigned width;
};

static bool is_mark(char byte)
{
    return byte == DOC_CODE || byte == DOC_LINK;
}

/* The bytes of the character at s: it is UTF-8, as doc_policy has seen to. */
static size_t bytes_of(const char *s)
{
    uint32_t point;
    size_t len = tel_text_character(s, 4, &point);

    return len > 0 ? len : 1;
}

/* Columns that a terminal gives it: two for those of East Asia and for
 * pictures, by ranges; none for what combines and for tel's own marks. */
static unsigned columns_of(const char *s)
{
    static const uint32_t wide[][2] = {
        {0x1100, 0x115f}, {0x2e80, 0xa4cf},   {0xac00, 0xd7a3},
        {0xf900, 0xfaff}, {0xfe30, 0xfe6f},   {0xff00, 0xff60},
        {0xffe0, 0xffe6}, {0x1f300, 0x1faff}, {0x20000, 0x3fffd}};
    uint32_t point = 0;

    (void)tel_text_character(s, 4, &point);
    if (is_mark(*s) || (point >= 0x300 && point < 0x370) ||
        (point >= 0xfe00 && point < 0xfe10))
        return 0;
    for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
        if (point >= wide[i][0] && point <= wide[i][1])
            return 2;
    }
    return 1;
}

static unsigned columns(const char *text)
{
    unsigned sum = 0;

    for (; *text != '\0'; text += bytes_of(text))
        sum += columns_of(text);
    return sum;
}

/*
 * The bytes of the next line: as many words as fit, or a part of one that
 * does not. *ret_skip is how many more end the line.
 */
static size_t next_line(const struct cursor *cursor, size_t *ret_skip)
{
    unsigned used = 0;
    size_t blank = 0;
    size_t i = 0;

    *ret_skip = 0;
    while (cursor->at[i] != '\0') {
        const char *s = cursor->at + i;

        if (used + columns_of(s) > cursor->width) {
            if (blank == 0 && *s != ' ')
                return i;
            *ret_skip = 1;
            return *s == ' ' ? i : blank;
        }
        if (*s == ' ')
            blank = i;
        used += columns_of(s);
        i += bytes_of(s);
    }
    return i;
}

/* Prints the next line without tel's marks: the columns it took. */
static unsigned put_line(struct cursor *cursor, FILE *to)
{
    size_t skip;
    size_t len = next_line(cursor, &skip);
    const char *end = cursor->at + len;
    unsigned used = 0;

    for (const char *s = cursor->at; s < end; s += bytes_of(s)) {
        used += columns_of(s);
        if (!is_mark(*s))
            fwrite(s, 1, bytes_of(s), to);
    }
    cursor->at = end + skip;
    return used;
}

static void put_spaces(unsigned count, FILE *to)
{
    fprintf(to, "%*s", (int)count, "");
}

static void put_wrapped(const char *text, const char *first, unsigned indent,
                        FILE *to)
{
    struct cursor cursor = {text, COLUMNS - indent};
    bool begun = false;

    while (*cursor.at != '\0') {
        if (begun)
            put_spaces(indent, to);
        else
            fputs(first, to);
        begun = true;
        put_line(&cursor, to);
        putc('\n', to);
    }
}

static void put_heading(const char *text, FILE *to)
{
    fprintf(to, "%s\n", text);
    for (unsigned i = columns(text); i > 0; i--)
        putc('-', to);
    putc('\n', to);
}

/* ---- tables -------------------------------------------------------------- */

struct table {
    const struct doc_block *rows;
    size_t count;
    unsigned cells;
    unsigned widths[DOC_CELLS];
};

/* Each cell but the last is as wide as its widest text, within bounds; the
 * last has the rest. */
static void measure(const struct doc *doc, struct table *table)
{
    unsigned left = COLUMNS;

    for (unsigned cell = 0; cell + 1 < table->cells; cell++) {
        unsigned most = CELL_LEAST;

        for (size_t row = 0; row < table->count; row++) {
            unsigned width = columns(doc_at(doc, &table->rows[row], cell));

            most = width > most ? width : most;
        }
        table->widths[cell] = most < CELL_MOST ? most : CELL_MOST;
        left -= table->widths[cell] + GAP;
    }
    table->widths[table->cells - 1] = left;
}

static bool is_over(const struct cursor *cursors, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (*cursors[i].at != '\0')
            return false;
    }
    return true;
}

static void put_row(const struct doc *doc, const struct table *table,
                    const struct doc_block *row, FILE *to)
{
    struct cursor cursors[DOC_CELLS];

    for (unsigned i = 0; i < table->cells; i++)
        cursors[i] = (struct cursor){doc_at(doc, row, i), table->widths[i]};
    while (!is_over(cursors, table->cells)) {
        unsigned owed = 0; /* blanks, printed only before something */

        for (unsigned i = 0; i < table->cells; i++) {
            if (*cursors[i].at != '\0') {
                put_spaces(owed, to);
                owed = table->widths[i] + GAP - put_line(&cursors[i], to);
            } else {
                owed += table->widths[i] + GAP;
            }
        }
        putc('\n', to);
    }
}

static void put_rule(const struct table *table, FILE *to)
{
    for (unsigned i = 0; i < table->cells; i++) {
        for (unsigned n = table->widths[i]; n > 0; n--)
            putc('-', to);
        put_spaces(i + 1 < table->cells ? GAP : 0, to);
    }
    putc('\n', to);
}

/* How many rows there are from here on. */
static size_t put_table(const struct doc *doc, const struct doc_block *rows,
                        FILE *to)
{
    struct table table = {.rows = rows, .cells = rows[0].cells};
    const struct doc_block *end = doc->blocks + doc->count;

    while (rows + table.count < end && rows[table.count].kind == DOC_ROW)
        table.count++;
    measure(doc, &table);
    for (size_t i = 0; i < table.count; i++) {
        put_row(doc, &table, &rows[i], to);
        if (i == 0)
            put_rule(&table, to);
    }
    return table.count;
}

void doc_plain(const struct doc *doc, FILE *to)
{
    fprintf(to, "What tel records of %s\n", doc->name);
    for (size_t i = strlen("What tel records of ") + strlen(doc->name); i > 0;
         i--)
        putc('=', to);
    putc('\n', to);
    for (size_t i = 0; i < doc->count; i++) {
        const struct doc_block *block = &doc->blocks[i];
        const char *text = doc_at(doc, block, 0);

        if (block->kind != DOC_ITEM || i == 0 || block[-1].kind != DOC_ITEM)
            putc('\n', to);
        if (block->kind == DOC_ROW)
            i += put_table(doc, block, to) - 1;
        else if (block->kind == DOC_HEADING)
            put_heading(text, to);
        else
            put_wrapped(text, block->kind == DOC_ITEM ? "- " : "",
                        block->kind == DOC_ITEM ? 2 : 0, to);
    }
}
