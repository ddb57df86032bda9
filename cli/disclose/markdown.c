/* SPDX-License-Identifier: MIT */
/* A document as GitHub's Markdown, to be pasted into a README. */
#include "doc.h"

#include <string.h>

/*
 * '<', '>' and '&' become entities and not "\<", so that no policy can make
 * the bytes of the comment that marks the end. The rest are those that mean
 * something within a line; none of the policy's bytes begins one.
 */
static void put_escaped(char byte, FILE *to)
{
    switch (byte) {
    case '<':
        fputs("&lt;", to);
        break;
    case '>':
        fputs("&gt;", to);
        break;
    case '&':
        fputs("&amp;", to);
        break;
    default:
        if (strchr("\\`*_[]|~$#!", byte) != NULL)
            putc('\\', to);
        putc(byte, to);
    }
}

static void put_text(const char *at, size_t len, FILE *to)
{
    for (size_t i = 0; i < len; i++)
        put_escaped(at[i], to);
}

/* Nothing can be escaped in code, and a table's '|' would end its cell. */
static bool may_be_code(const char *at, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (strchr("`|\\<>&", at[i]) != NULL)
            return false;
    }
    return len > 0 && at[0] != ' ' && at[len - 1] != ' ';
}

/* Of a link the same must not end it, and no blank may be in it. */
static bool may_be_link(const char *at, size_t len)
{
    return may_be_code(at, len) && memchr(at, ' ', len) == NULL;
}

static void put_cell(const char *text, FILE *to)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\001\002");
        const char *inner = text + len + 1;
        bool code = text[len] == DOC_CODE;
        size_t inside;

        put_text(text, len, to);
        if (text[len] == '\0')
            return;
        inside = strcspn(inner, code ? "\001" : "\002");
        if (code ? may_be_code(inner, inside) : may_be_link(inner, inside))
            fprintf(to, code ? "`%.*s`" : "<%.*s>", (int)inside, inner);
        else
            put_text(inner, inside, to);
        text = inner + inside + 1;
    }
}

static void put_row(const struct doc *doc, const struct doc_block *block,
                    FILE *to)
{
    for (unsigned i = 0; i < block->cells; i++) {
        fputs("| ", to);
        put_cell(doc_at(doc, block, i), to);
        putc(' ', to);
    }
    fputs("|\n", to);
}

static void put_block(const struct doc *doc, const struct doc_block *block,
                      bool first, FILE *to)
{
    static const char *const starts[] = {
        [DOC_HEADING] = "### ", [DOC_PARAGRAPH] = "", [DOC_ITEM] = "- "};

    if (block->kind == DOC_ROW) {
        put_row(doc, block, to);
        for (unsigned i = 0; first && i < block->cells; i++)
            fputs(i + 1 < block->cells ? "|---" : "|---|\n", to);
        return;
    }
    fputs(starts[block->kind], to);
    put_cell(doc_at(doc, block, 0), to);
    putc('\n', to);
}

void doc_markdown(const struct doc *doc, FILE *to)
{
    char mark[128];

    disclose_mark(doc->name, "begin", mark, sizeof(mark));
    fprintf(to, "%s\n## What tel records of `%s`\n", mark, doc->name);
    for (size_t i = 0; i < doc->count; i++) {
        const struct doc_block *block = &doc->blocks[i];
        bool follows = i > 0 && block[-1].kind == block->kind &&
                       (block->kind == DOC_ITEM || block->kind == DOC_ROW);

        if (!follows)
            putc('\n', to);
        put_block(doc, block, !follows, to);
    }
    disclose_mark(doc->name, "end", mark, sizeof(mark));
    fprintf(to, "\n%s\n", mark);
}
