/* SPDX-License-Identifier: MIT */
/* Options in a help: their names, whether they take a value, and which. */
#include "init.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define TEXT_MAX 1024 /* bytes of a description that are looked at */

/* The name that an option's word begins with: "-o", "--foo" of "--foo=BAR". */
static struct piece option_name(struct piece word)
{
    size_t len = 1;

    if (word.len < 2 || word.at[0] != '-')
        return (struct piece){word.at, 0};
    if (word.at[1] == '-')
        len = 2;
    while (len < word.len && (isalnum((unsigned char)word.at[len]) ||
                              (len > 1 && strchr("-_.", word.at[len]) != NULL)))
        len++;
    if (word.at[len - 1] == '.' || word.at[len - 1] == '-' ||
        len > INIT_NAME_MAX)
        len = 0;
    return (struct piece){word.at, len};
}

static struct init_option *new_option(struct init_tool *tool, const char *scope)
{
    struct init_option *option;

    if (tool->noptions == INIT_OPTIONS_MAX) {
        tool->dropped++;
        return NULL;
    }
    option = &tool->options[tool->noptions];
    memset(option, 0, sizeof(*option));
    snprintf(option->scope, sizeof(option->scope), "%s", scope);
    return option;
}

static void add_name(struct init_option *option, struct piece name)
{
    if (option->nnames == sizeof(option->names) / sizeof(option->names[0]))
        return;
    memcpy(option->names[option->nnames], name.at, name.len);
    option->names[option->nnames++][name.len] = '\0';
}

/* Whether an option of the same scope has one of these names already. */
static bool is_known(const struct init_tool *tool,
                     const struct init_option *option)
{
    for (size_t i = 0; i < tool->noptions; i++) {
        const struct init_option *old = &tool->options[i];

        if (strcmp(old->scope, option->scope) != 0)
            continue;
        for (size_t a = 0; a < old->nnames; a++) {
            for (size_t b = 0; b < option->nnames; b++) {
                if (strcmp(old->names[a], option->names[b]) == 0)
                    return true;
            }
        }
    }
    return false;
}

/* A number of times, in cobra's words; "--verbose..." is clap's. */
static bool is_value(struct piece word)
{
    return !piece_is(word, "count") && !piece_begins(word, "...");
}

/* "-o, --output FILE", "-C <path>", "--color[=WHEN]", "--debug / --no-debug" */
static bool read_names(struct init_option *option, struct piece part, bool gap)
{
    struct piece rest = part;
    struct piece word;
    unsigned values = 0;

    while ((word = piece_word(&rest)).len > 0) {
        struct piece name = option_name(word);
        struct piece tail = {word.at + name.len, word.len - name.len};

        if (piece_is(word, "/") || piece_is(word, "|") || piece_is(word, ","))
            continue;
        if (name.len > 0 && values == 0) {
            tail = piece_strip(tail, ",");
            if (piece_begins(tail, "["))
                option->takes = INIT_ATTACHED;
            else if (piece_begins(tail, "="))
                option->takes = INIT_VALUE;
            else if (tail.len > 0 && !piece_begins(tail, "...") &&
                     strchr("/|<", tail.at[0]) == NULL)
                return false;
            if (piece_begins(tail, "<"))
                option->takes = INIT_VALUE;
            add_name(option, name);
        } else if (option->nnames == 0) {
            return false;
        } else if (values++ == 0 && is_value(word)) {
            option->takes = word.at[0] == '[' ? INIT_ATTACHED : INIT_VALUE;
        }
    }
    /* Without a gap, more than one word is a sentence. */
    if (!gap && values > 1)
        option->takes = INIT_NOTHING;
    return option->nnames > 0;
}

/* ---- listed values ------------------------------------------------------------ */

static bool is_listed(struct piece word)
{
    if (word.len == 0 || word.len > TEL_VALUE_MAX ||
        !isalnum((unsigned char)word.at[0]))
        return false;
    for (size_t i = 0; i < word.len; i++) {
        if (!isalnum((unsigned char)word.at[i]) &&
            strchr("._+-", word.at[i]) == NULL)
            return false;
        if (isupper((unsigned char)word.at[i]))
            return false;
    }
    return true;
}

/* The words of list, divided by byte, if all of them can be values. */
static bool take_values(struct piece list, char byte, char *buf, size_t size)
{
    size_t used = 0;
    size_t count = 0;

    while (list.len > 0) {
        const char *end = memchr(list.at, byte, list.len);
        struct piece one = list;

        if (end != NULL)
            one.len = (size_t)(end - list.at);
        list.at += one.len + (end != NULL);
        list.len -= one.len + (end != NULL);
        one = piece_strip(one, " \"'`.");
        if (!is_listed(one) || used + one.len + 2 > size)
            return false;
        if (used > 0)
            buf[used++] = ' ';
        memcpy(buf + used, one.at, one.len);
        used += one.len;
        count++;
    }
    if (count < 2)
        return false;
    buf[used] = '\0';
    return true;
}

/* Whether byte occurs in text at least so often. */
static bool divides(struct piece text, char byte, size_t least)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++)
        count += text.at[i] == byte;
    return count >= least;
}

void init_read_values(struct piece text, char *buf, size_t size)
{
    static const char possible[] = "possible values: ";
    static const char pairs[] = "()[]{}<>";
    char found[160];

    buf[0] = '\0';
    for (size_t i = 0; i < text.len; i++) {
        const char *pair = strchr(pairs, text.at[i]);
        struct piece inside = {text.at + i + 1, text.len - i - 1};
        const char *end;

        if (pair == NULL || (pair - pairs) % 2 != 0)
            continue;
        end = memchr(inside.at, pair[1], inside.len);
        if (end == NULL)
            continue;
        inside.len = (size_t)(end - inside.at);
        if (piece_begins(inside, possible)) {
            inside.at += sizeof(possible) - 1;
            inside.len -= sizeof(possible) - 1;
        } else if (*pair != '{' && !divides(inside, '|', 1) &&
                   (*pair != '(' || !divides(inside, ',', 2))) {
            continue;
        }
        if (take_values(inside, memchr(inside.at, '|', inside.len) ? '|' : ',',
                        found, sizeof(found)) &&
            strlen(found) < size) {
            memcpy(buf, found, strlen(found) + 1);
            return;
        }
    }
    /* "Coloring: auto, always, never" */
    for (size_t i = text.len; i > 1 && buf[0] == '\0'; i--) {
        if (text.at[i - 1] == ' ' && text.at[i - 2] == ':' &&
            take_values((struct piece){text.at + i, text.len - i}, ',', found,
                        sizeof(found)) &&
            strlen(found) < size)
            memcpy(buf, found, strlen(found) + 1);
    }
}

/* ---- where options stand --------------------------------------------------------- */

/* The description of an option, with the lines that go on with it. */
static struct piece gather(const struct init_help *help, size_t i,
                           struct piece first, char *buf)
{
    size_t indent = help->lines[i].indent;
    size_t len = 0;

    for (;;) {
        if (len + first.len + 1 >= TEXT_MAX)
            break;
        memcpy(buf + len, first.at, first.len);
        len += first.len;
        buf[len++] = ' ';
        i++;
        if (i == help->count || help->lines[i].text.len == 0 ||
            help->lines[i].indent <= indent + 2 ||
            help->lines[i].text.at[0] == '-')
            break;
        first = help->lines[i].text;
    }
    return piece_trim((struct piece){buf, len});
}

static void add_option(struct init_tool *tool, const struct init_option *option)
{
    static const char *const meta[] = {"--help", "--version", "-h"};

    for (size_t i = 0; i < option->nnames; i++) {
        for (size_t n = 0; n < sizeof(meta) / sizeof(meta[0]); n++) {
            if (strcmp(option->names[i], meta[n]) == 0 &&
                option->takes != INIT_VALUE)
                return;
        }
    }
    if (!is_known(tool, option))
        tool->noptions++;
}

/*
 * Value options of a usage: "[-C <path>]", "[--git-dir=<path>]". Its flags
 * stand side by side as alternatives, and say no more than that they exist.
 */
static void read_usage(struct init_tool *tool, struct piece line,
                       const char *scope)
{
    for (size_t i = 0; i < line.len; i++) {
        struct piece inside = {line.at + i + 1, 0};
        struct init_option *option;
        unsigned depth = 1;

        if (line.at[i] != '[')
            continue;
        while (i + 1 + inside.len < line.len && depth > 0) {
            depth += inside.at[inside.len] == '[';
            depth -= inside.at[inside.len] == ']';
            inside.len++;
        }
        if (depth > 0)
            return;
        inside.len--;
        i += inside.len + 1;
        if (!piece_has(inside, " [") && !piece_has(inside, "|") &&
            (option = new_option(tool, scope)) != NULL &&
            read_names(option, inside, true) && option->takes == INIT_VALUE)
            add_option(tool, option);
    }
}

void init_read_options(struct init_tool *tool, const struct init_help *help,
                       const char *scope)
{
    char buf[TEXT_MAX];
    size_t column = 0;
    bool usage = false;

    for (size_t i = 0; i < help->count; i++) {
        struct piece text = help->lines[i].text;
        struct init_option *option;
        struct piece part;
        bool gap;

        if (text.len >= 6 && strncasecmp(text.at, "usage:", 6) == 0)
            usage = true;
        usage = usage && text.len > 0 && !piece_begins(text, "or: ");
        if (usage)
            read_usage(tool, text, scope);
        if (usage || text.len < 2 || text.at[0] != '-' ||
            (option = new_option(tool, scope)) == NULL)
            continue;
        gap = init_split(
            text,
            column > help->lines[i].indent ? column - help->lines[i].indent : 0,
            &part, &text);
        if (gap && text.len > 0)
            column = help->lines[i].indent +
                     (size_t)(text.at - help->lines[i].text.at);
        if (!read_names(option, part, gap))
            continue;
        init_read_values(part, option->values, sizeof(option->values));
        if (option->values[0] == '\0')
            init_read_values(gather(help, i, text, buf), option->values,
                             sizeof(option->values));
        if (option->values[0] != '\0' && option->takes == INIT_NOTHING)
            option->values[0] = '\0';
        add_option(tool, option);
    }
}
