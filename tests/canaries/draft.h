/* SPDX-License-Identifier: MIT */
/* draft: a shape that is being drawn. Private to shapes.h's functions. */
#ifndef TEL_TEST_DRAFT_H
#define TEL_TEST_DRAFT_H

#include "shapes.h"

enum way { WAY_PRELOAD, WAY_IN_PLACE, WAY_SUPERVISED, WAY_LINK };

/* A verb as it is typed; its event without and with its modifier. */
struct verb {
    const char *words;
    const char *event;
    const char *modifier;
    const char *modified;
};

/* In place of a word: a canary, which no policy lists. */
#define UNLISTED "?"

enum form { FORM_TOOL, FORM_STATIC, FORM_SCRIPT, FORM_REAL };

/* A tool of these tests, as nest.c makes it. */
struct tool {
    const char *name;
    const struct verb *verbs;
    unsigned nverbs;
    unsigned share; /* of 1000 runs */
    enum form form;
    bool formats;       /* it has the field fmt */
    const char *folder; /* what stands before its name in its path */
};

/* Chosen among all of them, by their shares. tools.c */
const struct tool *tool_of(unsigned number);
#define TOOL_NUMBERS 1000

/* What is listed by one die, what is personal by
 * another. */
struct draft {
    const struct nest *nest;
    struct shape *shape;
    struct dice shapes;
    struct dice fills;
    const char *folder; /* where it happens */
    const char *home;
    const struct tool *tool;
    const struct verb *verb;
    enum way way;
};

unsigned pick(struct draft *draft, unsigned below);
/* Keeps a string in the shape's room. */
char *keep(struct draft *draft, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *canary(struct draft *draft);
void add_word(struct draft *draft, const char *word);

/* The arguments of the tool. words.c */
void add_arguments(struct draft *draft);

#endif
