/* SPDX-License-Identifier: MIT */
/* plain: the event in a line that a vendor's own handler has written. */
#include "plain.h"

#include <stdbool.h>
#include <string.h>

/* A word of a line. */
struct word {
    const char *at;
    size_t len;
};

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

static bool parts(char byte)
{
    return is_blank(byte) || byte == '"';
}

/* The word that begins at *at or later; false at the end. */
static bool next_word(const char **at, const char *end, struct word *ret_word)
{
    const char *from = *at;
    const char *to = NULL;

    while (from < end && parts(*from))
        from++;
    to = from;
    while (to < end && !parts(*to))
        to++;
    *at = to;
    *ret_word = (struct word){from, (size_t)(to - from)};
    return to > from;
}

static bool begins(const struct word *word, const char *with)
{
    return word->len >= strlen(with) &&
           memcmp(word->at, with, strlen(with)) == 0;
}

/* Whether the word holds a query, and which part of it is one. */
static bool holds_query(const struct word *word, struct word *ret_query)
{
    const char *mark = memchr(word->at, '?', word->len);

    if (begins(word, "t=")) {
        *ret_query = *word;
        return true;
    }
    if (mark == NULL)
        return false;
    ret_query->at = mark + 1;
    ret_query->len = word->len - (size_t)(mark + 1 - word->at);
    return true;
}

static bool is_status(const struct word *word)
{
    for (size_t i = 0; i < word->len; i++) {
        if (word->at[i] < '0' || word->at[i] > '9')
            return false;
    }
    return word->len == 3;
}

/* What the words before and behind a query say of it. */
static enum tel_plain_kind judge(const struct word *before, const char *at,
                                 const char *end)
{
    struct word word;

    if (!next_word(&at, end, &word) || !begins(&word, "HTTP/"))
        return TEL_PLAIN_QUERY;
    if (before->len != 3 || !begins(before, "GET"))
        return TEL_PLAIN_NONE;
    if (next_word(&at, end, &word) && is_status(&word) && word.at[0] != '2')
        return TEL_PLAIN_UNTAKEN;
    return TEL_PLAIN_QUERY;
}

static enum tel_plain_kind find_query(const char *line, const char *end,
                                      struct word *ret_query)
{
    struct word before = {line, 0};
    struct word word;
    const char *at = line;

    while (next_word(&at, end, &word) && !begins(&word, "HTTP/")) {
        if (holds_query(&word, ret_query))
            return judge(&before, at, end);
        before = word;
    }
    /* One word, with its keys in another order. */
    if (before.at == line && before.at + before.len == end) {
        *ret_query = before;
        return TEL_PLAIN_QUERY;
    }
    return TEL_PLAIN_NONE;
}

enum tel_plain_kind tel_plain_find(const char *line, size_t len,
                                   const char **ret_at, size_t *ret_len)
{
    const char *end = line + len;
    struct word query;
    enum tel_plain_kind kind;

    while (line < end && is_blank(*line))
        line++;
    while (line < end && is_blank(end[-1]))
        end--;
    if (line == end)
        return TEL_PLAIN_BLANK;
    if (*line == '{') {
        *ret_at = line;
        *ret_len = (size_t)(end - line);
        return TEL_PLAIN_JSON;
    }
    kind = find_query(line, end, &query);
    if (kind == TEL_PLAIN_QUERY) {
        *ret_at = query.at;
        *ret_len = query.len;
    }
    return kind;
}
