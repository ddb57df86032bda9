/* SPDX-License-Identifier: MIT */
/* Commands that only a usage line or a grammar names. */
#include "init.h"

#include <string.h>
#include <strings.h>

#define USAGE_MAX 16384 /* bytes of usage lines that are looked at */

/* Words that a grammar "WORD := { a | b }" may define as commands. */
static const char *const symbols[] = {"OBJECT", "COMMAND", "SUBCOMMAND",
                                      "CMD",    "VERB",    "ACTION"};

static const struct piece nothing = {"", 0};

/* The lines from i to the next blank one, as one text with single spaces. */
static struct piece join(const struct init_help *help, size_t i, char *buf)
{
    size_t len = 0;

    for (; i < help->count && help->lines[i].text.len > 0; i++) {
        struct piece text = help->lines[i].text;

        if (len + text.len + 1 >= USAGE_MAX)
            break;
        memcpy(buf + len, text.at, text.len);
        len += text.len;
        buf[len++] = ' ';
    }
    return (struct piece){buf, len};
}

/* Names of set, divided by byte: false where one of them can't be one. */
static bool take_set(struct init_tool *tool, struct piece set, char byte,
                     bool add)
{
    size_t count = 0;

    while (set.len > 0) {
        const char *end = memchr(set.at, byte, set.len);
        struct piece one = set;

        if (end != NULL)
            one.len = (size_t)(end - set.at);
        set.at += one.len + (end != NULL);
        set.len -= one.len + (end != NULL);
        one = piece_trim(one);
        if (!init_verb_valid(one))
            return false;
        if (add)
            (void)init_add_verb(tool, one, nothing);
        count++;
    }
    return count > 1;
}

static void add_set(struct init_tool *tool, struct piece set, char byte)
{
    if (take_set(tool, set, byte, false))
        (void)take_set(tool, set, byte, true);
}

/*
 * "usage: x [-h] {a,b,c} ...": a set that is not in brackets, and that "..."
 * follows. Without it, the words are values of one argument.
 */
static void read_braces(struct init_tool *tool, struct piece usage)
{
    unsigned depth = 0;

    for (size_t i = 0; i < usage.len; i++) {
        struct piece rest = {usage.at + i + 1, usage.len - i - 1};
        const char *end;

        depth += usage.at[i] == '[';
        depth -= usage.at[i] == ']' && depth > 0;
        if (usage.at[i] != '{' || depth > 0)
            continue;
        end = memchr(rest.at, '}', rest.len);
        if (end == NULL)
            return;
        i = (size_t)(end - usage.at);
        if (piece_begins((struct piece){end + 1, usage.len - i - 1}, " ..."))
            add_set(tool, (struct piece){rest.at, (size_t)(end - rest.at)},
                    ',');
    }
}

/* "where OBJECT := { address | route }", as iproute2's tools say it. */
static void read_grammar(struct init_tool *tool, struct piece text)
{
    for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
        char sign[32];
        const char *at;
        const char *end;

        snprintf(sign, sizeof(sign), "%s := {", symbols[i]);
        at = memmem(text.at, text.len, sign, strlen(sign));
        if (at == NULL)
            continue;
        at += strlen(sign);
        end = memchr(at, '}', (size_t)(text.at + text.len - at));
        if (end != NULL)
            add_set(tool, (struct piece){at, (size_t)(end - at)}, '|');
    }
}

static bool is_usage(struct piece text)
{
    return text.len >= 6 && strncasecmp(text.at, "usage:", 6) == 0;
}

size_t init_read_sets(struct init_tool *tool, const struct init_help *help)
{
    char buf[USAGE_MAX];
    size_t before = tool->nverbs;

    for (size_t i = 0; i < help->count; i++) {
        if (is_usage(help->lines[i].text)) {
            struct piece usage = join(help, i, buf);

            read_braces(tool, usage);
            read_grammar(tool, usage);
            break;
        }
    }
    return tool->nverbs - before;
}

/* ---- the second word -------------------------------------------------------- */

/* Takes "[...]", "(...)" or a word off the front, brackets balanced. */
static struct piece take_item(struct piece *rest)
{
    struct piece item = piece_trim(*rest);
    const char *stop = item.at + item.len;
    unsigned depth = 0;
    size_t len = 0;

    for (; len < item.len; len++) {
        if (strchr("[({<", item.at[len]) != NULL)
            depth++;
        if (strchr("])}>", item.at[len]) != NULL && depth > 0)
            depth--;
        if (item.at[len] == ' ' && depth == 0)
            break;
    }
    item.len = len;
    rest->at = item.at + len;
    rest->len = (size_t)(stop - rest->at);
    return item;
}

/* "(fill|approve)", "[clear | forget <path>... | gc]": a word of each part. */
static void take_choice(struct init_tool *tool, struct piece group, bool add)
{
    struct piece inside = piece_strip(group, "[]()");
    bool all = true;
    size_t count = 0;

    while (inside.len > 0) {
        const char *bar = memchr(inside.at, '|', inside.len);
        struct piece part = inside;
        struct piece word;

        if (bar != NULL)
            part.len = (size_t)(bar - inside.at);
        inside.at += part.len + (bar != NULL);
        inside.len -= part.len + (bar != NULL);
        word = piece_word(&part);
        all = all && init_verb_valid(word);
        if (add && init_verb_valid(word))
            (void)init_add_verb(tool, word, nothing);
        count++;
    }
    if (!add && all && count > 1)
        take_choice(tool, group, true);
}

/* What stands behind "x remote" in one usage. */
static void take_second(struct init_tool *tool, struct piece rest)
{
    struct piece item;

    while ((item = take_item(&rest)).len > 0) {
        if (item.at[0] == '-')
            return;
        if (item.at[0] == '(' ||
            (item.at[0] == '[' && memchr(item.at, '|', item.len) != NULL &&
             item.len > 1 && item.at[1] != '-')) {
            struct piece inside = piece_strip(item, "[(");
            struct piece first = piece_word(&inside);

            /* "[push [-p | --patch] ...]": a command that may be left out. */
            if (init_verb_valid(first) && piece_begins(inside, " [-"))
                (void)init_add_verb(tool, first, nothing);
            else
                take_choice(tool, item, false);
            return;
        }
        if (item.at[0] == '[')
            continue;
        if (init_verb_valid(item))
            (void)init_add_verb(tool, item, nothing);
        return;
    }
}

/* The line behind "usage:" or "or:", and the lines that go on with it. */
static struct piece usage_text(const struct init_help *help, size_t i,
                               char *buf)
{
    size_t margin = help->lines[i].indent;
    struct piece text = help->lines[i].text;
    size_t len = 0;

    do {
        if (len + text.len + 1 >= USAGE_MAX)
            break;
        memcpy(buf + len, text.at, text.len);
        len += text.len;
        buf[len++] = ' ';
        i++;
        text = i < help->count ? help->lines[i].text : nothing;
    } while (text.len > 0 && help->lines[i].indent > margin + 6);
    return (struct piece){buf, len};
}

size_t init_read_usage(struct init_tool *tool, const char *name,
                       const char *verb, const struct init_help *help)
{
    char buf[USAGE_MAX];
    size_t before = tool->nverbs;

    for (size_t i = 0; i < help->count; i++) {
        struct piece text = help->lines[i].text;

        if (!is_usage(text) && !piece_begins(text, "or: "))
            continue;
        text = usage_text(help, i, buf);
        (void)piece_word(&text);
        if (piece_is(piece_word(&text), name) &&
            piece_is(piece_word(&text), verb))
            take_second(tool, text);
    }
    /* One word alone is as likely an argument: "request-pull start url". */
    if (tool->nverbs - before == 1)
        tool->nverbs = before;
    return tool->nverbs - before;
}
