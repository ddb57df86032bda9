/* SPDX-License-Identifier: MIT */
/*
 * Which form a line has: JSON; an access log's; an URL, or what was asked of
 * a server; a query string; words "key=value"; or one of these behind what a
 * log writes before it. What has none of these is text, and is searched too.
 */
#include "pieces.h"

#include <errno.h>

#include <tel/text.h>

static const char prefix_name[] = "(prefix)";
static const char text_name[] = "(text)";

size_t tel_audit_go_element(struct tel_audit_way *way)
{
    size_t back = way->len;

    if (way->len + 2 < sizeof(way->name)) {
        memcpy(way->name + way->len, "[]", 3);
        way->len += 2;
    }
    return back;
}

/* Bytes that no terminal should get become '?'. */
static void add_name(struct tel_audit_way *way, struct tel_piece key)
{
    for (size_t at = 0; at < key.len;) {
        struct tel_piece rest = piece_from(key, at);
        uint32_t point = 0;
        size_t len = tel_text_character(rest.at, rest.len, &point);
        bool plain = len > 0 && !tel_text_control(point);

        if (way->len + 5 > sizeof(way->name))
            break;
        if (plain)
            memcpy(way->name + way->len, rest.at, len);
        else
            way->name[way->len] = '?';
        way->len += plain ? len : 1;
        at += len > 0 ? len : 1;
    }
    way->name[way->len] = '\0';
}

size_t tel_audit_go(struct tel_audit *audit, struct tel_audit_way *way,
                    struct tel_piece key)
{
    static const char masked[] = "(key)";
    struct tel_trait found = {.kind = TEL_AUDIT_NONE};
    size_t back = way->len;

    /* "e", "os", "user_name": most names are. */
    if (key.len > 5 && piece_run(key, 0, is_lower) < key.len)
        found = tel_audit_as_name(key);
    if (way->len > 0)
        add_name(way, piece_of("."));
    add_name(way, found.kind != TEL_AUDIT_NONE ? piece_of(masked) : key);
    if (found.kind != TEL_AUDIT_NONE)
        tel_audit_found(audit, way->name, found);
    return back;
}

void tel_audit_back(struct tel_audit_way *way, size_t len)
{
    way->len = len;
    way->name[len] = '\0';
}

/* ---- what stands before ---------------------------------------------------- */

static struct tel_piece next_word(struct tel_piece text, size_t *at)
{
    static const char between[] = "[](){}<>\"',;|";
    struct tel_piece word;

    while (*at < text.len &&
           (is_blank(text.at[*at]) || one_of(text.at[*at], between)))
        (*at)++;
    word = piece(text.at + *at, 0);
    while (*at < text.len && !is_blank(text.at[*at]) &&
           !one_of(text.at[*at], between)) {
        (*at)++;
        word.len++;
    }
    return word;
}

/* Paths, ids and words there are the log's own. */
static bool tells(enum tel_audit_kind kind)
{
    return kind != TEL_AUDIT_NONE && kind != TEL_AUDIT_PATH &&
           kind != TEL_AUDIT_ID && kind != TEL_AUDIT_TEXT &&
           kind != TEL_AUDIT_ERROR && kind != TEL_AUDIT_CARDINALITY;
}

static void add_prefix(struct tel_audit *audit, struct tel_piece prefix)
{
    static const struct tel_audit_name none = {.says = TEL_AUDIT_NONE};
    struct tel_piece before = {NULL, 0};
    size_t at = 0;

    for (;;) {
        struct tel_piece word = next_word(prefix, &at);
        struct tel_trait found;
        const char *name = prefix_name;

        if (word.len == 0)
            return;
        if (word.at[word.len - 1] == ':')
            word.len--;
        found = tel_audit_value(word, &none);
        /* "Nov 25", the days of syslog. */
        if (is_digit(byte_at(word, 0)) && word.len < 3 && before.len == 3 &&
            tel_audit_time(
                piece(before.at, (size_t)(word.at - before.at) + word.len)))
            found = (struct tel_trait){TEL_AUDIT_TIMESTAMP, before, false};
        if (found.kind == TEL_AUDIT_TIMESTAMP)
            name = "(time)";
        else if (found.kind == TEL_AUDIT_IPV4 || found.kind == TEL_AUDIT_IPV6)
            name = "(client)";
        if (tells(found.kind))
            tel_audit_found(audit, name, found);
        before = word;
    }
}

/* ---- the forms -------------------------------------------------------------- */

static void unknown(struct tel_audit *audit, struct tel_piece text)
{
    static const struct tel_audit_name none = {.says = TEL_AUDIT_NONE};
    struct tel_trait found;

    if (audit->counts.unknown++ == 0)
        audit->counts.first_unknown = audit->counts.lines;
    found = tel_audit_value(text, &none);
    /* That it is text is said already. */
    if (found.kind != TEL_AUDIT_TEXT && found.kind != TEL_AUDIT_ERROR)
        tel_audit_found(audit, text_name, found);
}

static bool take_json(struct tel_audit *audit, char *line, size_t len)
{
    struct tel_audit_way way = {.len = 0};
    size_t end;

    /* "[2026-01-31 12:30] ..." is none; "{" can hardly be anything else. */
    if (line[0] != '{' &&
        (line[0] != '[' || tel_audit_json_length(line, len) != len))
        return false;
    if (!tel_audit_json(audit, &way, line, len, &end))
        unknown(audit, piece(line + end, len - end));
    return true;
}

static const char methods[] =
    "GET POST PUT HEAD PATCH DELETE OPTIONS CONNECT TRACE";

/* An URL, "/t?e=x", "GET /t?e=x HTTP/1.1", and what follows it. */
static bool take_target(struct tel_audit *audit, char *line, size_t len)
{
    struct tel_piece p = piece(line, len);
    size_t start = piece_byte(p, ' ', 0) + 1;
    size_t end;
    size_t scheme;

    if (start > len || !piece_in(piece(line, start - 1), methods))
        start = 0;
    end = piece_byte(p, ' ', start);
    scheme = start + piece_run(p, start, is_alpha);
    if (!piece_begins(piece_from(p, scheme), "://") &&
        !(byte_at(p, start) == '/' &&
          (start > 0 || piece_byte(p, '?', 0) < end)))
        return false;
    if (end < len) {
        struct tel_piece rest = piece_trim(piece_from(p, end));
        char *body = line + (rest.at - line);

        if (!take_json(audit, body, rest.len) && !piece_begins(rest, "HTTP/"))
            add_prefix(audit, rest);
    }
    tel_audit_target(audit, line + start, end - start);
    return true;
}

static bool take_query(struct tel_audit *audit, char *line, size_t len)
{
    struct tel_audit_way way = {.len = 0};
    struct tel_piece p = piece(line, len);

    if (!tel_audit_is_query(line, len))
        return false;
    /* Blanks between, and no '&': "level=info msg=..." */
    if (piece_byte(p, ' ', 0) < len && piece_byte(p, '&', 0) == len) {
        size_t word = piece_byte(p, ' ', 0);

        while (is_blank(byte_at(p, word)))
            word++;
        if (tel_audit_is_query(line + word, len - word))
            return false;
    }
    tel_audit_query(audit, &way, line, len);
    return true;
}

/* One 'key=value' or 'key="a value"' at *at. */
static bool take_pair(struct tel_audit *audit, char *line, size_t len,
                      size_t *at)
{
    struct tel_audit_way way = {.len = 0};
    struct tel_piece p = piece(line, len);
    size_t start = *at;
    size_t key = piece_byte(p, '=', start);
    size_t value = key + 1;
    size_t end = piece_byte(p, ' ', value);

    if (!tel_audit_is_query(line + start, len - start))
        return false;
    if (byte_at(p, value) == '"') {
        value++;
        end = value;
        while (end < len && line[end] != '"')
            end += line[end] == '\\' ? 2 : 1;
        if (end > len)
            end = len;
    }
    tel_audit_go(audit, &way, piece(line + start, key - start));
    tel_audit_inner(audit, &way, line + value, end - value);
    *at = end + 1;
    return true;
}

/* "level=info msg=..."; two pairs at least, or words may be anything. */
static bool take_words(struct tel_audit *audit, char *line, size_t len)
{
    struct tel_piece p = piece(line, len);
    unsigned pairs = 0;
    size_t at = 0;

    for (size_t i = 0; i < len && pairs < 2; i = piece_byte(p, ' ', i) + 1)
        pairs += tel_audit_is_query(line + i, len - i);
    if (pairs < 2)
        return false;
    while (at < len) {
        size_t end = piece_byte(p, ' ', at);

        if (take_pair(audit, line, len, &at))
            continue;
        add_prefix(audit, piece(line + at, end - at));
        at = end + 1;
    }
    return true;
}

/* Where JSON begins that reaches to the end of the line, or a quote there. */
static bool find_json(const char *line, size_t len, size_t *ret_start,
                      size_t *ret_len)
{
    const char *at = memchr(line, '{', len);

    /* Few tries: a line of brackets must not cost its square. */
    for (int tries = 0; at != NULL && tries < 4; tries++) {
        size_t start = (size_t)(at - line);
        size_t end = len;

        while (end > start && one_of(line[end - 1], " \t'\")"))
            end--;
        if (tel_audit_json_length(at, end - start) == end - start) {
            *ret_start = start;
            *ret_len = end - start;
            return true;
        }
        at = memchr(at + 1, '{', len - start - 1);
    }
    return false;
}

/* Where a word begins that is an URL, a target or a query, or len. */
static size_t find_word(struct tel_piece p)
{
    for (size_t i = 0; i < p.len; i++) {
        struct tel_piece rest = piece_from(p, i);
        size_t end;

        if (i > 0 && !is_blank(p.at[i - 1]) && p.at[i - 1] != '"')
            continue;
        end = piece_byte(rest, ' ', 0);
        rest.len = end;
        if (piece_begins(rest, "http://") || piece_begins(rest, "https://") ||
            (byte_at(rest, 0) == '/' && piece_byte(rest, '?', 0) < end) ||
            (tel_audit_is_query(rest.at, rest.len) &&
             piece_byte(rest, '&', 0) < end))
            return i;
        i += end;
    }
    return p.len;
}

static bool take_behind(struct tel_audit *audit, char *line, size_t len)
{
    size_t start;
    size_t end;

    if (find_json(line, len, &start, &end)) {
        add_prefix(audit, piece(line, start));
        return take_json(audit, line + start, end);
    }
    start = find_word(piece(line, len));
    if (start == len)
        return false;
    end = piece_byte(piece(line, len), ' ', start);
    add_prefix(audit, piece(line, start));
    if (end < len)
        add_prefix(audit, piece(line + end, len - end));
    /* A log may quote it. */
    while (end > start && one_of(line[end - 1], "\"')"))
        end--;
    if (tel_audit_is_query(line + start, end - start))
        return take_query(audit, line + start, end - start);
    tel_audit_target(audit, line + start, end - start);
    return true;
}

int tel_audit_line(struct tel_audit *audit, char *line, size_t len, bool whole)
{
    audit->counts.lines++;
    if (!whole && audit->counts.cut++ == 0)
        audit->counts.first_cut = audit->counts.lines;
    if (len > 2 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
        line += 3;
        len -= 3;
    }
    while (len > 0 && is_blank(line[0])) {
        line++;
        len--;
    }
    while (len > 0 && is_blank(line[len - 1]))
        len--;
    if (len == 0)
        audit->counts.empty++;
    else if (!take_json(audit, line, len) &&
             !tel_audit_access(audit, line, len) &&
             !take_target(audit, line, len) && !take_query(audit, line, len) &&
             !take_words(audit, line, len) && !take_behind(audit, line, len))
        unknown(audit, piece(line, len));
    return audit->failed ? -ENOMEM : 0;
}
