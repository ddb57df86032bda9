/* SPDX-License-Identifier: MIT */
/*
 * Lists of commands in a help: which headings open one, where it ends, and
 * what in it is an entry, more of a description, or just a sentence.
 */
#include "init.h"

#include <string.h>
#include <strings.h>

#define NO_INDENT ((size_t)-1)

enum kind { KIND_COMMANDS, KIND_OTHER, KIND_UNKNOWN };

struct heading {
    enum kind kind;
    bool colon;
    bool capitals;
};

struct list {
    struct init_tool *tool;
    bool open;              /* what is indented names commands */
    bool grouped;           /* headings of every kind divide it */
    struct heading heading; /* that opened it */
    size_t entries;         /* since then */
    size_t indent;          /* of the entries, or NO_INDENT */
    size_t column;          /* of the descriptions in a line's text, or 0 */
    bool columns;           /* the line before held several names */
    struct init_verb *last; /* whose description may go on */
    struct piece set;       /* "a,b,c" of argparse: entries are of it */
    size_t set_indent;
};

/* The last word of a heading that is about something else. */
static const char *const others[] = {
    "option",   "options",     "flag",          "flags",      "usage",
    "argument", "arguments",   "args",          "parameters", "example",
    "examples", "environment", "variables",     "topic",      "topics",
    "more",     "synopsis",    "description",   "note",       "notes",
    "author",   "authors",     "copyright",     "bugs",       "files",
    "formats",  "interfaces",  "concepts",      "guides",     "settings",
    "values",   "types",       "keys",          "also",       "modes",
    "to",       "info",        "configuration", "modifiers",  "specifiers"};

static bool same_word(struct piece word, const char *string)
{
    return word.len == strlen(string) &&
           strncasecmp(word.at, string, word.len) == 0;
}

static bool is_other(struct piece word)
{
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (same_word(word, others[i]))
            return true;
    }
    return false;
}

/* The text of a heading without its colon and a remark in brackets. */
static struct piece title_of(struct piece text, bool *ret_colon)
{
    const char *bracket;

    *ret_colon = text.len > 0 && text.at[text.len - 1] == ':';
    text = piece_strip(text, ": ");
    bracket = memmem(text.at, text.len, " (", 2);
    if (bracket != NULL && text.at[text.len - 1] == ')')
        text.len = (size_t)(bracket - text.at);
    return piece_strip(text, ": ");
}

static void classify(struct piece title, struct heading *ret_heading)
{
    enum kind kind = KIND_UNKNOWN;
    struct piece last = {NULL, 0};
    struct piece word;

    ret_heading->capitals = true;
    for (size_t i = 0; i < title.len; i++) {
        if (title.at[i] >= 'a' && title.at[i] <= 'z')
            ret_heading->capitals = false;
    }
    while ((word = piece_word(&title)).len > 0) {
        word = piece_strip(word, ",/()");
        if (same_word(word, "external") || same_word(word, "topics") ||
            same_word(word, "similar")) {
            kind = KIND_OTHER;
            break;
        }
        if (same_word(word, "commands") || same_word(word, "subcommands") ||
            same_word(word, "verbs") || same_word(word, "actions"))
            kind = KIND_COMMANDS;
        if (word.len > 0)
            last = word;
    }
    if (last.len > 0 && is_other(last))
        kind = KIND_OTHER;
    else if (last.len > 0 && kind == KIND_UNKNOWN &&
             (same_word(last, "command") || same_word(last, "subcommand")))
        kind = KIND_COMMANDS;
    ret_heading->kind = kind;
}

static size_t count_words(struct piece text)
{
    size_t n = 0;

    while (piece_word(&text).len > 0)
        n++;
    return n;
}

/* "asn1parse   ca   ciphers": names side by side. */
static bool is_columns(struct piece text)
{
    static struct init_tool none;

    none.nverbs = none.dropped = 0;
    return !piece_has(text, ", ") && init_several(&none, text, 3);
}

/* The end of a sentence, "...\nand test commands:", is no heading. */
static bool goes_on(const struct init_help *help, size_t i, struct piece title)
{
    const struct init_line *line = &help->lines[i];

    return i > 0 && line[-1].text.len > 0 && line[-1].indent == line->indent &&
           title.at[0] >= 'a' && title.at[0] <= 'z' && count_words(title) > 1;
}

/* Whether line i, at this indent, is itself a heading: of a group. */
static bool leads_on(const struct init_help *help, size_t i, size_t indent)
{
    size_t next = init_help_next(help, i + 1);

    return help->lines[i].indent == indent && next < help->count &&
           help->lines[next].indent > indent;
}

/*
 * Whether line i is a heading. With a colon at its end any short line is one,
 * if what follows is indented deeper; without, only a title at the margin.
 */
static bool read_heading(const struct init_help *help, size_t i,
                         const struct list *list, struct heading *ret_heading)
{
    const struct init_line *line = &help->lines[i];
    size_t next = init_help_next(help, i + 1);
    struct piece title = title_of(line->text, &ret_heading->colon);
    bool deeper;

    if (title.len == 0 || next == help->count || goes_on(help, i, title) ||
        strchr("-<{[$'\"`(", line->text.at[0]) != NULL)
        return false;
    classify(title, ret_heading);
    deeper = help->lines[next].indent > line->indent ||
             (ret_heading->kind == KIND_COMMANDS && ret_heading->colon &&
              leads_on(help, next, line->indent));
    /* "auth:" alone may be an entry, whose text stands on the next line. */
    if (list->open && line->indent > 0 && line->indent == list->indent)
        return false;
    if (line->indent == 0 && ret_heading->kind == KIND_COMMANDS &&
        is_columns(help->lines[next].text) && count_words(title) <= 8)
        return true;
    if (!deeper)
        return false;
    if (ret_heading->colon)
        return count_words(title) <= 10 && !piece_has(title, "  ");
    return line->indent == 0 && count_words(title) <= 8 &&
           title.at[title.len - 1] != '.' && !piece_has(title, "'") &&
           !piece_has(title, "\"") && !piece_has(title, "`") &&
           !piece_has(title, "  ");
}

static void start(struct list *list, const struct heading *heading)
{
    list->open = true;
    list->heading = *heading;
    list->entries = 0;
    list->indent = NO_INDENT;
    list->column = 0;
    list->columns = false;
    list->last = NULL;
    list->set.len = 0;
}

static void enter(struct list *list, const struct heading *heading)
{
    bool go_on = list->open && heading->kind == KIND_UNKNOWN;

    /* git and hg put their lists in groups: a heading of its own each. */
    if (go_on && list->entries == 0)
        list->grouped = true;
    if (heading->kind == KIND_COMMANDS) {
        list->grouped = false;
        start(list, heading);
    } else if (go_on && (list->grouped ||
                         (!heading->colon && !heading->capitals &&
                          !list->heading.colon && !list->heading.capitals))) {
        start(list, heading);
    } else {
        list->open = false;
        list->grouped = false;
    }
}

static bool in_set(struct piece set, struct piece word)
{
    while (set.len > 0) {
        const char *comma = memchr(set.at, ',', set.len);
        struct piece one = {set.at, set.len};

        if (comma != NULL)
            one.len = (size_t)(comma - set.at);
        if (one.len == word.len && memcmp(one.at, word.at, one.len) == 0)
            return true;
        set.at += one.len + (comma != NULL);
        set.len -= one.len + (comma != NULL);
    }
    return false;
}

/*
 * "{setup,configure}" or "<command>" on a line of its own: argparse puts the
 * commands below it, deeper. Opens the list also where the heading above was
 * one of arguments.
 */
static bool open_below(struct list *list, const struct init_line *line)
{
    static const struct heading below = {.kind = KIND_COMMANDS};
    struct piece rest = line->text;
    struct piece word = piece_word(&rest);
    bool set = word.len > 2 && word.at[0] == '{' &&
               word.at[word.len - 1] == '}' && line->indent > 0;
    bool command = same_word(line->text, "<command>") ||
                   same_word(line->text, "<subcommand>") ||
                   piece_is(line->text, "COMMAND") ||
                   piece_is(line->text, "command");

    if (!set && (!command || line->indent == 0))
        return false;
    start(list, &below);
    list->set_indent = line->indent;
    if (set)
        list->set = piece_strip(word, "{}");
    return true;
}

static void take_set(struct list *list)
{
    struct piece rest = list->set;

    while (rest.len > 0) {
        const char *comma = memchr(rest.at, ',', rest.len);
        struct piece one = {rest.at, rest.len};

        if (comma != NULL)
            one.len = (size_t)(comma - rest.at);
        if (init_verb_valid(one))
            (void)init_add_verb(list->tool, one, (struct piece){one.at, 0});
        rest.at += one.len + (comma != NULL);
        rest.len -= one.len + (comma != NULL);
    }
}

/* An indented line of an open list. */
static void take_line(struct list *list, const struct init_line *line)
{
    struct init_verb *verb;
    struct piece rest = line->text;
    struct piece first = piece_word(&rest);
    size_t column = list->column;

    if (list->indent != NO_INDENT && line->indent > list->indent) {
        if (list->last != NULL)
            init_purpose(list->last, line->text);
        return;
    }
    if (list->indent != NO_INDENT && line->indent < list->indent) {
        list->open = false;
        return;
    }
    if (list->set.len > 0 && (line->indent <= list->set_indent ||
                              !in_set(list->set, piece_strip(first, ",:"))))
        return;
    list->last = NULL;
    if (init_several(list->tool, line->text, list->columns ? 1 : 3)) {
        list->columns = true;
    } else if (init_entry(list->tool, line->text, &column, &verb)) {
        list->column = column;
        list->last = verb;
        list->columns = false;
        if (list->entries == 0)
            take_set(list);
    } else {
        return;
    }
    list->indent = line->indent;
    list->entries++;
}

/* A line at the margin that is no heading: names side by side, or the end. */
static void take_margin(struct list *list, struct piece text)
{
    list->last = NULL;
    if (init_several(list->tool, text, list->columns ? 1 : 3)) {
        list->columns = true;
        list->entries++;
        return;
    }
    list->open = false;
    list->columns = false;
}

static bool is_usage(const struct init_line *line)
{
    return line->text.len >= 6 && strncasecmp(line->text.at, "usage:", 6) == 0;
}

/* Another name that is listed as a command too is only another name. */
static void drop_aliases(struct init_tool *tool)
{
    size_t kept = 0;

    for (size_t i = 0; i < tool->nverbs; i++) {
        bool alias = false;

        for (size_t n = 0; n < tool->naliases; n++) {
            if (strcmp(tool->aliases[n].words, tool->verbs[i].words) == 0)
                alias = true;
        }
        if (!alias)
            tool->verbs[kept++] = tool->verbs[i];
    }
    tool->nverbs = kept;
}

size_t init_read_verbs(struct init_tool *tool, const struct init_help *help)
{
    struct list list = {.tool = tool, .indent = NO_INDENT};
    struct heading heading;
    size_t before = tool->nverbs;

    for (size_t i = 0; i < help->count; i++) {
        const struct init_line *line = &help->lines[i];

        if (line->text.len == 0) {
            list.last = NULL;
            continue;
        }
        if (is_usage(line))
            list.open = list.grouped = false;
        else if (open_below(&list, line))
            continue;
        else if (read_heading(help, i, &list, &heading))
            enter(&list, &heading);
        else if (list.open && line->indent == 0)
            take_margin(&list, line->text);
        else if (list.open)
            take_line(&list, line);
    }
    drop_aliases(tool);
    return tool->nverbs > before ? tool->nverbs - before : 0;
}
