/* SPDX-License-Identifier: MIT */
/*
 * JSON, read as generously as it can be.
 *
 * A library would not do here: it refuses a line that was cut off, a byte
 * that is no UTF-8 and a number that is too long, and of a key that occurs
 * twice it hands out one. What an auditor does not read goes unseen, so this
 * reader reports every scalar it meets, in the order of the text, up to where
 * the text stops being JSON, and says how far it came. Nesting is an array
 * of bits, not recursion.
 */
#include "pieces.h"

#define DEPTH_MAX 1000

struct reader {
    struct tel_audit *audit; /* NULL: only measured */
    struct tel_audit_way *way;
    char *text; /* overwritten by decoded strings; NULL while it is measured */
    const char *read;
    size_t len;
    size_t at;
    unsigned depth;
    unsigned char arrays[DEPTH_MAX / 8 + 1]; /* a bit a level */
    unsigned short back[DEPTH_MAX + 1]; /* the way's length outside of it */
};

static char peek(const struct reader *r)
{
    if (r->at < r->len)
        return r->read[r->at];
    return 0;
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->len && is_blank(r->read[r->at]))
        r->at++;
}

static long hex4(const char *at)
{
    long number = 0;

    for (int i = 0; i < 4; i++) {
        if (!is_hex(at[i]))
            return -1;
        number = number * 16 +
                 (is_digit(at[i]) ? at[i] - '0' : lower(at[i]) - 'a' + 10);
    }
    return number;
}

/* UTF-8 is never longer than the escape that it replaces. */
static char *put_utf8(char *to, unsigned long c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xc0 | (c >> 6));
        *to++ = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *to++ = (char)(0xe0 | (c >> 12));
        *to++ = (char)(0x80 | ((c >> 6) & 0x3f));
        *to++ = (char)(0x80 | (c & 0x3f));
    } else {
        *to++ = (char)(0xf0 | (c >> 18));
        *to++ = (char)(0x80 | ((c >> 12) & 0x3f));
        *to++ = (char)(0x80 | ((c >> 6) & 0x3f));
        *to++ = (char)(0x80 | (c & 0x3f));
    }
    return to;
}

/* Decodes the escape behind a backslash at from[0]; how many bytes it had. */
static size_t put_escape(const char *from, size_t len, char **to)
{
    long high;
    long low;

    if (len == 0)
        return 0;
    high = from[0] == 'u' && len > 4 ? hex4(from + 1) : -1;
    if (high < 0) {
        /* "C:\\Users" of a writer that does not know how stays what it is. */
        if (!one_of(from[0], "nrtbf\"\\/"))
            *(*to)++ = '\\';
        *(*to)++ = (char)(one_of(from[0], "nrtbf") ? ' ' : from[0]);
        return 1;
    }
    if (high >= 0xd800 && high < 0xdc00 && len > 10 && from[5] == '\\' &&
        from[6] == 'u') {
        low = hex4(from + 7);
        if (low >= 0xdc00 && low < 0xe000) {
            *to = put_utf8(*to, 0x10000UL +
                                    ((unsigned long)(high - 0xd800) << 10) +
                                    (unsigned long)(low - 0xdc00));
            return 11;
        }
    }
    *to = put_utf8(*to, (unsigned long)high);
    return 5;
}

static size_t decode(char *text, size_t len)
{
    char *to = memchr(text, '\\', len);
    size_t at;

    if (to == NULL)
        return len;
    at = (size_t)(to - text);
    while (at < len) {
        if (text[at] != '\\') {
            *to++ = text[at++];
            continue;
        }
        at++;
        at += put_escape(text + at, len - at, &to);
    }
    return (size_t)(to - text);
}

/* The bytes between two quotes; r->at stands on the first of them. */
static bool read_string(struct reader *r, size_t *ret_start, size_t *ret_len)
{
    size_t start = ++r->at;

    while (r->at < r->len && r->read[r->at] != '"')
        r->at += r->read[r->at] == '\\' ? 2 : 1;
    if (r->at >= r->len) {
        r->at = start - 1;
        return false;
    }
    *ret_start = start;
    *ret_len = r->at++ - start;
    return true;
}

static bool is_bare(char c)
{
    return is_alnum(c) || c == '+' || c == '-' || c == '.' || c == '_';
}

/* A number, true, false, null, or what stands for one: NaN, -Infinity. */
static bool read_scalar(struct reader *r)
{
    size_t start = r->at;
    size_t len;
    bool string = peek(r) == '"';

    if (string) {
        if (!read_string(r, &start, &len))
            return false;
    } else {
        len = piece_run(piece(r->read, r->len), start, is_bare);
        if (len == 0)
            return false;
        r->at += len;
        /* "[25/Nov/2026 ..." and "[core] ..." are no arrays. */
        if (!is_digit(r->read[start]) && r->read[start] != '-' &&
            !piece_in(piece(r->read + start, len), "true false null nan inf "
                                                   "infinity undefined none"))
            return false;
    }
    if (r->audit == NULL)
        return true;
    if (string)
        tel_audit_inner(r->audit, r->way, r->text + start,
                        decode(r->text + start, len));
    else
        tel_audit_add(r->audit, r->way->name, piece(r->read + start, len));
    return true;
}

static bool is_array(const struct reader *r)
{
    return (r->arrays[r->depth / 8] >> (r->depth % 8) & 1) != 0;
}

static bool open_level(struct reader *r)
{
    if (r->depth + 1 >= DEPTH_MAX)
        return false;
    r->depth++;
    r->arrays[r->depth / 8] &= (unsigned char)~(1U << (r->depth % 8));
    if (r->read[r->at++] == '[')
        r->arrays[r->depth / 8] |= (unsigned char)(1U << (r->depth % 8));
    if (r->audit == NULL)
        return true;
    r->back[r->depth] = (unsigned short)r->way->len;
    /* The objects of an outermost array are like lines. */
    if (is_array(r) && (r->depth > 1 || r->way->len > 0))
        tel_audit_go_element(r->way);
    return true;
}

static void close_level(struct reader *r)
{
    r->at++;
    if (r->audit != NULL)
        tel_audit_back(r->way, r->back[r->depth]);
    r->depth--;
}

/* "key": before a value of an object. */
static bool read_key(struct reader *r, size_t *ret_back)
{
    size_t start;
    size_t len;

    if (peek(r) != '"' || !read_string(r, &start, &len))
        return false;
    skip_blanks(r);
    if (peek(r) != ':')
        return false;
    r->at++;
    skip_blanks(r);
    if (r->audit != NULL)
        *ret_back =
            tel_audit_go(r->audit, r->way,
                         piece(r->text + start, decode(r->text + start, len)));
    return true;
}

/* A value, or the opening of one. False: the text is no JSON from here on. */
static bool read_value(struct reader *r)
{
    size_t back = 0;
    bool named = r->depth > 0 && !is_array(r);

    if (named && !read_key(r, &back))
        return false;
    if (peek(r) == '{' || peek(r) == '[') {
        if (!open_level(r))
            return false;
        if (named)
            r->back[r->depth] = (unsigned short)back;
        return true;
    }
    if (!read_scalar(r))
        return false;
    if (named && r->audit != NULL)
        tel_audit_back(r->way, back);
    return true;
}

/* After a value: a comma, or the end of one level or more. */
static bool read_end(struct reader *r)
{
    while (r->depth > 0) {
        skip_blanks(r);
        if (peek(r) == ',') {
            r->at++;
            return true;
        }
        if (peek(r) != (is_array(r) ? ']' : '}'))
            return false;
        close_level(r);
    }
    return true;
}

/* How far it is JSON; *ret_whole: to the end of the outermost value. */
static size_t read_all(struct reader *r, bool *ret_whole)
{
    *ret_whole = false;
    do {
        bool opened;
        unsigned depth = r->depth;

        skip_blanks(r);
        if (!read_value(r))
            return r->at;
        opened = r->depth > depth;
        skip_blanks(r);
        /* Just opened: its first value follows, or its end. */
        if (opened && peek(r) != (is_array(r) ? ']' : '}'))
            continue;
        if (!read_end(r))
            return r->at;
    } while (r->depth > 0);
    *ret_whole = true;
    return r->at;
}

bool tel_audit_json(struct tel_audit *audit, struct tel_audit_way *way,
                    char *text, size_t len, size_t *ret_end)
{
    struct reader r = {
        .audit = audit, .way = way, .text = text, .read = text, .len = len};
    size_t back = way->len;
    bool whole;

    read_all(&r, &whole);
    tel_audit_back(way, back);
    skip_blanks(&r);
    *ret_end = r.at;
    return whole && r.at == len;
}

size_t tel_audit_json_length(const char *text, size_t len)
{
    struct reader r = {.read = text, .len = len};
    bool whole;
    size_t end;

    if (len < 2 || (text[0] != '{' && text[0] != '['))
        return 0;
    end = read_all(&r, &whole);
    return whole ? end : 0;
}
