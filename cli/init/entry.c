/* SPDX-License-Identifier: MIT */
/* One line of a list of commands: names, other names, and a purpose. */
#include "init.h"

#include <string.h>

#define VERB_LENGTH_MAX 40

/* "(deprecated)" behind a name is no other name for it. */
static const char *const remarks[] = {
    "deprecated", "experimental", "default", "alpha",   "beta",
    "obsolete",   "optional",     "removed", "preview", "unstable"};

static bool is_lower(char byte)
{
    return byte >= 'a' && byte <= 'z';
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_upper(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

bool init_verb_valid(struct piece word)
{
    size_t digits = 0;
    bool letter = false;

    if (word.len == 0 || word.len > VERB_LENGTH_MAX ||
        (!is_lower(word.at[0]) && !is_digit(word.at[0])))
        return false;
    for (size_t i = 0; i < word.len; i++) {
        char byte = word.at[i];

        digits = is_digit(byte) ? digits + 1 : 0;
        letter = letter || is_lower(byte);
        if (digits >= 4 || (!is_lower(byte) && !is_digit(byte) &&
                            strchr("-_.:+", byte) == NULL))
            return false;
    }
    return letter && strchr(".:", word.at[word.len - 1]) == NULL &&
           !piece_has(word, "..");
}

/* ---- what is kept --------------------------------------------------------- */

static void copy(char *buf, size_t size, struct piece piece)
{
    size_t len = piece.len < size ? piece.len : size - 1;

    memcpy(buf, piece.at, len);
    buf[len] = '\0';
}

struct init_verb *init_find_verb(struct init_tool *tool, struct piece words)
{
    for (size_t i = 0; i < tool->nverbs; i++) {
        if (piece_is(words, tool->verbs[i].words))
            return &tool->verbs[i];
    }
    return NULL;
}

/* Where the first sentence or clause of text ends. */
static size_t sentence(struct piece text)
{
    static const char *const ends[] = {". ", "; ", " (default", " [default",
                                       " [possible"};
    size_t len = text.len;

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        const char *end = memmem(text.at, len, ends[i], strlen(ends[i]));

        if (end != NULL && end > text.at)
            len = (size_t)(end - text.at);
    }
    return len;
}

/* Cuts at a space, and not behind a word that leads on to the next. */
static size_t shorten(struct piece text, size_t max)
{
    static const char *const links[] = {" and", " or", " the", " a",  " an",
                                        " of",  " to", " in",  " on", " with",
                                        " for", " by", " is"};
    size_t len = max;

    if (text.len <= max)
        return text.len;
    while (len > 0 && text.at[len] != ' ')
        len--;
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        size_t link = strlen(links[i]);

        if (len > link && memcmp(text.at + len - link, links[i], link) == 0)
            len -= link;
    }
    while (len > 0 && strchr(" ,:(", text.at[len - 1]) != NULL)
        len--;
    return len;
}

void init_purpose(struct init_verb *verb, struct piece text)
{
    char buf[4 * INIT_PURPOSE_MAX];
    size_t used = strlen(verb->purpose);
    struct piece all = {buf, 0};

    memcpy(buf, verb->purpose, used);
    if (used > 0)
        buf[used++] = ' ';
    for (;;) {
        struct piece word = piece_word(&text);

        if (word.len == 0 || used + word.len + 1 >= sizeof(buf))
            break;
        memcpy(buf + used, word.at, word.len);
        used += word.len;
        buf[used++] = ' ';
    }
    all.len = used;
    all = piece_trim(all);
    all.len = sentence(all);
    all.len = shorten(all, INIT_PURPOSE_MAX);
    all = piece_trim(piece_strip(all, "."));
    copy(verb->purpose, sizeof(verb->purpose), all);
}

struct init_verb *init_add_verb(struct init_tool *tool, struct piece words,
                                struct piece purpose)
{
    struct init_verb *verb = init_find_verb(tool, words);

    if (verb == NULL) {
        if (tool->nverbs == TEL_VERBS_MAX || words.len > TEL_EVENT_MAX) {
            tool->dropped++;
            return NULL;
        }
        verb = &tool->verbs[tool->nverbs++];
        copy(verb->words, sizeof(verb->words), words);
        verb->purpose[0] = '\0';
    }
    if (verb->purpose[0] == '\0')
        init_purpose(verb, purpose);
    return verb;
}

void init_add_alias(struct init_tool *tool, struct piece words,
                    struct piece target)
{
    struct init_alias *alias;

    for (size_t i = 0; i < tool->naliases; i++) {
        if (piece_is(words, tool->aliases[i].words))
            return;
    }
    if (tool->naliases == TEL_ALIASES_MAX || words.len > TEL_EVENT_MAX) {
        tool->dropped++;
        return;
    }
    alias = &tool->aliases[tool->naliases++];
    copy(alias->words, sizeof(alias->words), words);
    copy(alias->target, sizeof(alias->target), target);
}

/* ---- one line -------------------------------------------------------------- */

bool init_split(struct piece line, size_t column, struct piece *ret_name,
                struct piece *ret_text)
{
    const char *gap = memmem(line.at, line.len, "  ", 2);
    const char *dash = memmem(line.at, line.len, " - ", 3);

    if (dash != NULL && (gap == NULL || dash < gap))
        gap = dash;
    else if (gap == NULL && column > 1 && column < line.len &&
             line.at[column - 1] == ' ' && line.at[column] != ' ')
        gap = line.at + column - 1;
    *ret_name = line;
    *ret_text = (struct piece){line.at + line.len, 0};
    if (gap == NULL)
        return false;
    ret_name->len = (size_t)(gap - line.at);
    ret_text->at = gap;
    ret_text->len = line.len - ret_name->len;
    *ret_text = piece_trim(*ret_text);
    if (piece_begins(*ret_text, "- ")) {
        ret_text->at += 2;
        ret_text->len -= 2;
        *ret_text = piece_trim(*ret_text);
    }
    return true;
}

/* "FILE", "[PATTERN...]", "<name>", "NAME=VALUE", "--all": no name. */
static bool is_argument(struct piece word)
{
    bool upper = false;

    if (strchr("[<{(-", word.at[0]) != NULL || piece_has(word, "...") ||
        strchr("]>})", word.at[word.len - 1]) != NULL)
        return true;
    for (size_t i = 0; i < word.len; i++) {
        if (is_lower(word.at[i]))
            return false;
        upper = upper || is_upper(word.at[i]);
    }
    return upper;
}

static bool is_remark(struct piece word)
{
    for (size_t i = 0; i < sizeof(remarks) / sizeof(remarks[0]); i++) {
        if (piece_is(word, remarks[i]))
            return true;
    }
    return false;
}

/* Names in list, divided by ',' or '|' or spaces, as other names for verb. */
static void take_aliases(struct init_tool *tool, struct piece list,
                         struct piece verb)
{
    while (list.len > 0) {
        struct piece word = {list.at, 0};

        while (word.len < list.len && strchr(", |", list.at[word.len]) == NULL)
            word.len++;
        list.at += word.len + (word.len < list.len);
        list.len -= word.len + (word.len < list.len);
        word = piece_strip(word, "()[]");
        if (init_verb_valid(word) && !is_remark(word))
            init_add_alias(tool, word, verb);
    }
}

/* "[aliases: i, add]" or "(alias: i)" in a description: read and cut off. */
static void take_told(struct init_tool *tool, struct piece verb,
                      struct piece *text)
{
    static const char *const marks[] = {
        "[aliases: ", "[alias: ", "(aliases: ", "(alias: "};

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        const char *at =
            memmem(text->at, text->len, marks[i], strlen(marks[i]));
        struct piece list;

        if (at == NULL)
            continue;
        list.at = at + strlen(marks[i]);
        list.len = (size_t)(text->at + text->len - list.at);
        for (size_t n = 0; n < list.len; n++) {
            if (strchr("])", list.at[n]) != NULL)
                list.len = n;
        }
        take_aliases(tool, list, verb);
        text->len = (size_t)(at - text->at);
    }
}

struct names {
    struct piece words;   /* one to three */
    struct piece aliases; /* the other names, with what divides them */
};

/*
 * What stands in front of a description: "build, b", "blame (praise, ann)",
 * "start UNIT...", "auth:", "config set NAME", "x start". gap says that a
 * description follows: only then more than one word may be a name.
 */
static bool read_names(const struct init_tool *tool, struct piece part,
                       bool gap, struct names *ret_names)
{
    struct piece rest = part;
    struct piece word = piece_word(&rest);
    size_t bar;
    unsigned words = 1;

    if (piece_is(word, tool->name) && rest.len > 0)
        word = piece_word(&rest);
    for (bar = 0; bar < word.len && word.at[bar] != '|'; bar++)
        continue;
    ret_names->aliases = (struct piece){rest.at, 0};
    if (bar < word.len) {
        ret_names->aliases =
            (struct piece){word.at + bar + 1, word.len - bar - 1};
        word.len = bar;
    } else if ((word.len > 1 && word.at[word.len - 1] == ',') ||
               piece_begins(piece_trim(rest), "(")) {
        ret_names->aliases = rest;
        rest.len = 0;
    }
    ret_names->words = piece_strip(word, ",:*");
    if (!init_verb_valid(ret_names->words))
        return false;
    while ((word = piece_word(&rest)).len > 0 && !is_argument(word)) {
        if (!gap || !init_verb_valid(word) || ++words > TEL_WORDS_MAX)
            return false;
        ret_names->words.len =
            (size_t)(word.at + word.len - ret_names->words.at);
    }
    return true;
}

/* Whether all that is in the list of other names can be one. */
static bool aliases_valid(struct piece list)
{
    while (list.len > 0) {
        struct piece word = piece_word(&list);
        struct piece name = piece_strip(word, "(),");

        if (word.len > 0 && name.len > 1 && !init_verb_valid(name) &&
            memchr(name.at, '|', name.len) == NULL && !is_argument(word))
            return false;
    }
    return true;
}

bool init_entry(struct init_tool *tool, struct piece line, size_t *column,
                struct init_verb **ret_verb)
{
    struct piece part;
    struct piece text;
    struct names names;
    bool gap = init_split(line, *column, &part, &text);
    struct piece rest = line;
    struct piece first = piece_word(&rest);

    /* "delete-asset: Delete an asset": too long for its column. */
    if (!gap && first.len > 1 && first.at[first.len - 1] == ':') {
        part = first;
        text = piece_trim(rest);
        gap = text.len > 0;
    } else if (gap) {
        *column = (size_t)(text.at - line.at);
    }
    if (!read_names(tool, part, gap, &names) || !aliases_valid(names.aliases))
        return false;
    *ret_verb = NULL;
    if (piece_begins(text, "alias: ")) {
        text.at += strlen("alias: ");
        text.len -= strlen("alias: ");
        if (init_verb_valid(text))
            init_add_alias(tool, names.words, text);
        return true;
    }
    if (piece_has(text, "has been removed"))
        return true;
    take_aliases(tool, names.aliases, names.words);
    take_told(tool, names.words, &text);
    *ret_verb = init_add_verb(tool, names.words, text);
    return true;
}

bool init_several(struct init_tool *tool, struct piece line, size_t least)
{
    bool commas = piece_has(line, ", ") && !piece_has(line, "  ");
    size_t count = 0;
    struct piece rest = line;
    struct piece word;

    /* With commas each but the last has one; without, wide gaps divide. */
    while ((word = piece_word(&rest)).len > 0) {
        bool comma = word.at[word.len - 1] == ',';
        bool wide = rest.len < 2 || rest.at[1] == ' ';

        if (comma != commas && !(commas && piece_trim(rest).len == 0))
            return false;
        if ((!commas && !wide) || !init_verb_valid(piece_strip(word, ",")))
            return false;
        count++;
    }
    if (count < least)
        return false;
    rest = line;
    while ((word = piece_word(&rest)).len > 0)
        (void)init_add_verb(tool, piece_strip(word, ","),
                            (struct piece){line.at, 0});
    return true;
}
