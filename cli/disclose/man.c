/* SPDX-License-Identifier: MIT */
/* A document as a manual page, in roff with the man macros. */
#include "doc.h"

#include <string.h>

#include <tel/text.h>

/* Lines of the source, so that it can be read and compared. */
#define LINE_MAX_BYTES 72

/* Where in its line of source the writing stands. */
struct line {
    FILE *to;
    unsigned used;
    bool whole; /* never broken: the tag of an entry is one line */
};

/*
 * A backslash begins every request within a line; the others are ASCII that
 * roff sets as typographic signs, so that what is copied would not be what
 * was meant.
 */
static unsigned put_ascii(struct line *line, char byte, bool code)
{
    static const struct {
        char byte;
        const char *roff;
    } signs[] = {{'\\', "\\(rs"}, {'\'', "\\(aq"}, {'"', "\\(dq"},
                 {'`', "\\(ga"},  {'^', "\\(ha"},  {'~', "\\(ti"}};

    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (signs[i].byte == byte) {
            fputs(signs[i].roff, line->to);
            return 4;
        }
    }
    if (code && byte == '-') {
        fputs("\\-", line->to);
        return 2;
    }
    putc(byte, line->to);
    return 1;
}

/* One word; a dot at the begin of a line would make a request of it. (A quote
 * would too, but is never written as itself.) */
static void put_word(struct line *line, const char *at, size_t len, bool code)
{
    if (line->used == 0 && *at == '.')
        line->used += (unsigned)fprintf(line->to, "\\&");
    for (size_t i = 0; i < len;) {
        uint32_t point = 0;
        size_t size = tel_text_character(at + i, len - i, &point);

        /* Any character but ASCII by its number: roff has no encoding. */
        line->used += size > 1 ? (unsigned)fprintf(line->to, "\\[u%04X]", point)
                               : put_ascii(line, at[i], code);
        i += size > 0 ? size : 1;
    }
}

/* The blank before a word: a new line where the old one is long enough. */
static void put_blank(struct line *line)
{
    if (line->used == 0)
        return;
    if (line->used >= LINE_MAX_BYTES - 12 && !line->whole) {
        putc('\n', line->to);
        line->used = 0;
    } else {
        putc(' ', line->to);
        line->used++;
    }
}

static void put_words(struct line *line, const char *at, size_t len, bool code)
{
    const char *end = at + len;

    while (at < end) {
        size_t word = 0;

        if (*at == ' ') {
            put_blank(line);
            at++;
            continue;
        }
        while (at + word < end && at[word] != ' ')
            word++;
        put_word(line, at, word, code);
        at += word;
    }
}

/* The text of a cell, code in bold, up to the end of a line. */
static void put_cell(struct line *line, const char *text)
{
    bool inside = false;

    while (*text != '\0') {
        size_t len = strcspn(text, "\001\002");

        put_words(line, text, len, inside);
        if (text[len] == '\0')
            break;
        inside = !inside;
        if (text[len] == DOC_CODE)
            line->used += (unsigned)fprintf(line->to, inside ? "\\fB" : "\\fR");
        text += len + 1;
    }
}

static void put_line(FILE *to, const char *text, bool whole)
{
    struct line line = {.to = to, .whole = whole};

    put_cell(&line, text);
    putc('\n', to);
}

/* A row is an entry of a list: the first cell its tag, and the others below
 * it, each behind the name of its column. */
static void put_row(const struct doc *doc, const struct doc_block *head,
                    const struct doc_block *block, FILE *to)
{
    fputs(".TP\n", to);
    put_line(to, doc_at(doc, block, 0), true);
    for (unsigned i = 1; i < block->cells; i++) {
        struct line line = {.to = to};

        if (i > 1)
            fputs(".br\n", to);
        put_cell(&line, doc_at(doc, head, i));
        line.used += (unsigned)fprintf(to, ": ");
        put_cell(&line, doc_at(doc, block, i));
        putc('\n', to);
    }
}

static void put_upper(const char *text, FILE *to)
{
    for (; *text != '\0'; text++)
        putc(*text >= 'a' && *text <= 'z' ? *text - 'a' + 'A' : *text, to);
}

static void put_block(const struct doc *doc, const struct doc_block *block,
                      bool after_heading, FILE *to)
{
    switch (block->kind) {
    case DOC_HEADING:
        fputs(".SH ", to);
        put_upper(doc_at(doc, block, 0), to);
        putc('\n', to);
        break;
    case DOC_PARAGRAPH:
        if (!after_heading)
            fputs(".PP\n", to);
        put_line(to, doc_at(doc, block, 0), false);
        break;
    case DOC_ITEM:
        fputs(".IP \\(bu 2\n", to);
        put_line(to, doc_at(doc, block, 0), false);
        break;
    case DOC_ROW:
        break;
    }
}

void doc_man(const struct doc *doc, FILE *to)
{
    const struct doc_block *head = NULL;
    struct line line = {.to = to};

    fputs(".TH ", to);
    put_upper(doc->name, to);
    fputs("\\-TELEMETRY 7\n.SH NAME\n", to);
    put_word(&line, doc->name, strlen(doc->name), true);
    fputs("\\-telemetry \\- what tel records of ", to);
    put_word(&line, doc->name, strlen(doc->name), true);
    fputs("\n.SH DESCRIPTION\n", to);
    for (size_t i = 0; i < doc->count; i++) {
        const struct doc_block *block = &doc->blocks[i];
        bool first = i == 0 || block[-1].kind != block->kind;

        if (block->kind == DOC_ROW && first)
            head = block;
        else if (block->kind == DOC_ROW)
            put_row(doc, head, block, to);
        else
            put_block(doc, block, i == 0 || block[-1].kind == DOC_HEADING, to);
    }
}
