/* SPDX-License-Identifier: MIT */
/*
 * doc: a document as a list of blocks, and the three forms it is written in.
 *
 *     struct doc doc = {.name = "git"};
 *     doc_heading(&doc); doc_text(&doc, "What is collected");
 *     doc_paragraph(&doc); doc_text(&doc, "See "); doc_code(&doc, "tel log");
 *     doc_row(&doc); doc_text(&doc, "a"); doc_cell(&doc); ...
 *     doc_print(&doc, DOC_MARKDOWN, stdout);
 *     doc_clear(&doc);
 *
 * Text is kept as it is meant and escaped by each form. Bytes from a policy
 * come in through doc_policy alone, which lets pass only characters that
 * can't move, hide or turn round what stands beside them.
 *
 * Context: normal, in tel's own process only.
 */
#ifndef TEL_DOC_H
#define TEL_DOC_H

#include "../cli.h"

#define DOC_CELLS 3

enum doc_form { DOC_MARKDOWN, DOC_MAN, DOC_PLAIN };

enum doc_kind {
    DOC_HEADING,
    DOC_PARAGRAPH,
    DOC_ITEM, /* of a list; those that follow each other are one */
    DOC_ROW   /* of a table; the first of them is its head */
};

/* In a text: what stands between these is code, or a link to itself. */
#define DOC_CODE '\001'
#define DOC_LINK '\002'

struct doc_block {
    enum doc_kind kind;
    unsigned cells;
    size_t at[DOC_CELLS]; /* where each cell's text begins in doc.text */
};

struct doc {
    const char *name; /* NAME of the tool: a word of [A-Za-z0-9._+-] */
    struct doc_block *blocks;
    size_t count;
    size_t room;
    char *text; /* all cells, NUL-terminated each */
    size_t len;
    size_t text_room;
    bool failed; /* no memory: the document is not whole */
};

void doc_heading(struct doc *doc);
void doc_paragraph(struct doc *doc);
void doc_item(struct doc *doc);
void doc_row(struct doc *doc);
/* The next cell of the row; there are at most DOC_CELLS. */
void doc_cell(struct doc *doc);

/* Append to the block that was begun last. string is prose of tel's own, in
 * which backticks stand around code. */
void doc_text(struct doc *doc, const char *string);
void doc_code(struct doc *doc, const char *string);
/* url must be one; elsewhere it is text. */
void doc_link(struct doc *doc, const char *url);
void doc_policy(struct doc *doc, const struct tel_policy *policy,
                struct tel_str str);
void doc_policy_code(struct doc *doc, const struct tel_policy *policy,
                     struct tel_str str);

const char *doc_at(const struct doc *doc, const struct doc_block *block,
                   unsigned cell);

/* 0 or -ENOMEM, where the document is not whole and nothing is printed. */
int doc_print(const struct doc *doc, enum doc_form form, FILE *to);

void doc_clear(struct doc *doc);

/* The forms, of a whole document. markdown.c, man.c, plain.c */
void doc_markdown(const struct doc *doc, FILE *to);
void doc_man(const struct doc *doc, FILE *to);
void doc_plain(const struct doc *doc, FILE *to);

/* ---- what a disclosure says ------------------------------------------------ */

/* The whole of it, about this policy. facts.c */
void disclose_policy(struct doc *doc, const struct tel_policy *policy);

/* The table of what an event holds, with examples. example.c */
void disclose_event(struct doc *doc, const struct tel_policy *policy);

/* Turning it off, who receives it, and what cannot be hidden. rights.c */
void disclose_rights(struct doc *doc, const struct tel_policy *policy);

/* A heading, and an item of a list, of tel's own words. facts.c */
void disclose_heading(struct doc *doc, const char *string);
void disclose_item(struct doc *doc, const char *string);

/* NAME of the tool; the id where the file has no name that a tool may have. */
const char *disclose_name(const struct tel_policy *policy);

/* The disclosure in one of its forms, which the caller frees: 0 or -ENOMEM. */
int disclose_write(const struct tel_policy *policy, enum doc_form form,
                   char **ret_text, size_t *ret_len);

/* What marks the begin and the end of it in Markdown, for this tool. */
void disclose_mark(const char *name, const char *which, char *buf, size_t size);

#endif
