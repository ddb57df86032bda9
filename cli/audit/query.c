/* SPDX-License-Identifier: MIT */
/* Query strings, what is encoded in them, and what was requested. */
#include "pieces.h"

/* Forms within forms; each costs a level of the stack. */
#define DEPTH_MAX 4
#define DECODE_MAX 3
#define KEY_MAX_BYTES 64

static const char path_name[] = "(path)";

static unsigned hex_value(char c)
{
    return is_digit(c) ? (unsigned)(c - '0') : (unsigned)(lower(c) - 'a' + 10);
}

static bool is_encoded(struct tel_piece p, size_t i)
{
    return byte_at(p, i) == '%' && is_hex(byte_at(p, i + 1)) &&
           is_hex(byte_at(p, i + 2));
}

size_t tel_audit_decode(char *text, size_t len, bool plus)
{
    size_t to = 0;

    for (size_t from = 0; from < len; to++) {
        if (is_encoded(piece(text, len), from)) {
            text[to] = (char)(hex_value(text[from + 1]) * 16 +
                              hex_value(text[from + 2]));
            from += 3;
            continue;
        }
        text[to] = (char)(plus && text[from] == '+' ? ' ' : text[from]);
        from++;
    }
    return to;
}

static bool has_encoded(struct tel_piece p)
{
    for (size_t i = piece_byte(p, '%', 0); i < p.len;
         i = piece_byte(p, '%', i + 1)) {
        if (is_encoded(p, i))
            return true;
    }
    return false;
}

static bool is_key_byte(char c)
{
    return is_alnum(c) || one_of(c, "_-.[]%~$:");
}

bool tel_audit_is_query(const char *text, size_t len)
{
    struct tel_piece p = piece(text, len);
    size_t key;

    if (byte_at(p, 0) == '?')
        p = piece_from(p, 1);
    key = piece_run(p, 0, is_key_byte);
    return key > 0 && key <= KEY_MAX_BYTES && byte_at(p, key) == '=' &&
           byte_at(p, key + 1) != '=';
}

void tel_audit_inner(struct tel_audit *audit, struct tel_audit_way *way,
                     char *value, size_t len)
{
    size_t end;

    for (int i = 0; i < DECODE_MAX && has_encoded(piece(value, len)); i++)
        len = tel_audit_decode(value, len, false);
    while (len > 0 && is_blank(value[0])) {
        value++;
        len--;
    }
    while (len > 0 && is_blank(value[len - 1]))
        len--;
    if (way->depth < DEPTH_MAX) {
        bool json = tel_audit_json_length(value, len) == len && len > 2;
        bool query = !json && memchr(value, '&', len) != NULL &&
                     tel_audit_is_query(value, len);

        if (json || query) {
            way->depth++;
            if (json)
                tel_audit_json(audit, way, value, len, &end);
            else
                tel_audit_query(audit, way, value, len);
            way->depth--;
            return;
        }
    }
    tel_audit_add(audit, way->name, piece(value, len));
}

static void add_pair(struct tel_audit *audit, struct tel_audit_way *way,
                     char *text, size_t len)
{
    char *sign = memchr(text, '=', len);
    size_t key = sign != NULL ? (size_t)(sign - text) : len;
    size_t back;

    if (len == 0)
        return;
    back = tel_audit_go(audit, way,
                        piece(text, tel_audit_decode(text, key, true)));
    if (sign != NULL) {
        len -= key + 1;
        tel_audit_inner(audit, way, sign + 1,
                        tel_audit_decode(sign + 1, len, true));
    }
    tel_audit_back(way, back);
}

void tel_audit_query(struct tel_audit *audit, struct tel_audit_way *way,
                     char *text, size_t len)
{
    char between = memchr(text, '&', len) != NULL ? '&' : ';';
    size_t at = len > 0 && text[0] == '?';

    while (at < len) {
        size_t end = piece_byte(piece(text, len), between, at);

        /* As a form in HTML writes it: "&amp;". */
        if (between == '&' && piece_begins(piece(text + at, len - at), "amp;"))
            at += 4;
        add_pair(audit, way, text + at, end - at);
        at = end + 1;
    }
}

/* What a service calls those whose names follow: "/users/alice". */
static struct tel_trait after_users(struct tel_piece before,
                                    struct tel_piece part)
{
    struct tel_trait found = {.kind = TEL_AUDIT_NONE, .part = part};
    size_t digits = piece_run(part, 0, is_digit);

    if (part.len < 2 ||
        !piece_in(before, "users user accounts account members member people "
                          "profile profiles customers") ||
        piece_in(part, "me new all list search count login logout signup "
                       "register events settings current self index"))
        return found;
    found.kind = digits == part.len ? TEL_AUDIT_ID : TEL_AUDIT_USER;
    found.by_name = true;
    return found;
}

static void add_path(struct tel_audit *audit, char *text, size_t len)
{
    struct tel_piece before = {text, 0};
    size_t at = 0;

    while (at < len) {
        size_t end = piece_byte(piece(text, len), '/', at);
        size_t decoded = tel_audit_decode(text + at, end - at, false);
        struct tel_piece part = piece(text + at, decoded);
        struct tel_trait found = after_users(before, part);

        /* An address or a UUID there is more than a name. */
        if (found.kind == TEL_AUDIT_NONE || part.len > 32 ||
            piece_byte(part, '@', 0) < part.len)
            tel_audit_add(audit, path_name, part);
        else
            tel_audit_found(audit, path_name, found);
        before = part;
        at = end + 1;
    }
}

/* "https://user:secret@host": the host is the receiver's own. */
static size_t skip_authority(struct tel_audit *audit, struct tel_piece target)
{
    size_t start = piece_find(target, "://");
    size_t end;
    struct tel_trait found;

    if (start == target.len || piece_byte(target, '?', 0) < start)
        return 0;
    end = start + 3;
    while (end < target.len && !one_of(target.at[end], "/?#"))
        end++;
    if (tel_audit_url(piece(target.at, end), &found) &&
        found.kind == TEL_AUDIT_TOKEN)
        tel_audit_found(audit, path_name, found);
    return end;
}

void tel_audit_target(struct tel_audit *audit, char *text, size_t len)
{
    struct tel_audit_way way = {.len = 0};
    struct tel_piece target = piece(text, len);
    size_t start = skip_authority(audit, target);
    size_t fragment = piece_byte(target, '#', start);
    size_t query = piece_byte(target, '?', start);

    if (fragment < len &&
        tel_audit_is_query(text + fragment + 1, len - fragment - 1))
        tel_audit_query(audit, &way, text + fragment + 1, len - fragment - 1);
    if (query < fragment)
        tel_audit_query(audit, &way, text + query + 1, fragment - query - 1);
    if (query > fragment)
        query = fragment;
    add_path(audit, text + start, query - start);
}
