/* SPDX-License-Identifier: MIT */
/* A document as a list of blocks. */
#include "doc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tel/text.h>

static void put(struct doc *doc, const char *bytes, size_t len)
{
    if (doc->failed)
        return;
    if (doc->len + len + 1 > doc->text_room) {
        size_t room = (doc->len + len + 1) * 2;
        char *more = realloc(doc->text, room);

        if (more == NULL) {
            doc->failed = true;
            return;
        }
        doc->text = more;
        doc->text_room = room;
    }
    memcpy(doc->text + doc->len, bytes, len);
    doc->len += len;
    doc->text[doc->len] = '\0';
}

/* A cell begins behind the NUL of the one before. */
static void begin_cell(struct doc *doc, struct doc_block *block)
{
    if (doc->len > 0)
        put(doc, "", 1);
    block->at[block->cells++] = doc->len;
    put(doc, "", 0);
}

static void begin(struct doc *doc, enum doc_kind kind)
{
    if (doc->count == doc->room) {
        size_t room = doc->room > 0 ? doc->room * 2 : 64;
        void *more = reallocarray(doc->blocks, room, sizeof(doc->blocks[0]));

        if (more == NULL) {
            doc->failed = true;
            return;
        }
        doc->blocks = more;
        doc->room = room;
    }
    doc->blocks[doc->count] = (struct doc_block){.kind = kind};
    begin_cell(doc, &doc->blocks[doc->count++]);
}

void doc_heading(struct doc *doc)
{
    begin(doc, DOC_HEADING);
}

void doc_paragraph(struct doc *doc)
{
    begin(doc, DOC_PARAGRAPH);
}

void doc_item(struct doc *doc)
{
    begin(doc, DOC_ITEM);
}

void doc_row(struct doc *doc)
{
    begin(doc, DOC_ROW);
}

void doc_cell(struct doc *doc)
{
    struct doc_block *block;

    if (doc->failed)
        return;
    block = &doc->blocks[doc->count - 1];
    if (block->cells < DOC_CELLS)
        begin_cell(doc, block);
}

void doc_text(struct doc *doc, const char *string)
{
    const char mark = DOC_CODE;

    while (*string != '\0') {
        size_t len = strcspn(string, "`");

        put(doc, string, len);
        string += len;
        if (*string == '`') {
            put(doc, &mark, 1);
            string++;
        }
    }
}

static void put_between(struct doc *doc, char mark, const char *string)
{
    put(doc, &mark, 1);
    put(doc, string, strlen(string));
    put(doc, &mark, 1);
}

void doc_code(struct doc *doc, const char *string)
{
    put_between(doc, DOC_CODE, string);
}

void doc_link(struct doc *doc, const char *url)
{
    put_between(doc, DOC_LINK, url);
}

void doc_policy(struct doc *doc, const struct tel_policy *policy,
                struct tel_str str)
{
    const char *s = tel_str_at(policy, str);

    for (size_t i = 0, len = 0; i < str.len; i += len) {
        if (tel_text_still(s + i, str.len - i, &len))
            put(doc, s + i, len);
        else
            put(doc, s[i] == '\t' ? " " : "?", 1);
    }
}

void doc_policy_code(struct doc *doc, const struct tel_policy *policy,
                     struct tel_str str)
{
    const char mark = DOC_CODE;

    put(doc, &mark, 1);
    doc_policy(doc, policy, str);
    put(doc, &mark, 1);
}

const char *doc_at(const struct doc *doc, const struct doc_block *block,
                   unsigned cell)
{
    return cell < block->cells ? doc->text + block->at[cell] : "";
}

int doc_print(const struct doc *doc, enum doc_form form, FILE *to)
{
    static void (*const forms[])(const struct doc *, FILE *) = {
        [DOC_MARKDOWN] = doc_markdown,
        [DOC_MAN] = doc_man,
        [DOC_PLAIN] = doc_plain,
    };

    if (doc->failed)
        return -ENOMEM;
    forms[form](doc, to);
    return 0;
}

void doc_clear(struct doc *doc)
{
    free(doc->blocks);
    free(doc->text);
    *doc = (struct doc){.name = NULL};
}
