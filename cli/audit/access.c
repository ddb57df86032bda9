/* SPDX-License-Identifier: MIT */
/*
 * A line of a web server's access log, Common or Combined:
 *
 *     CLIENT IDENT USER [TIME] "METHOD TARGET HTTP/1.1" STATUS BYTES
 *         "REFERER" "AGENT" ...
 *
 * Before the client there may be more (a virtual host), after the agent too
 * (the client behind a proxy, a duration); the IDENT or USER may be missing.
 */
#include "pieces.h"

#define WORDS_MAX 8

/* "GET /t?e=x HTTP/1.1"; also "-", and the bytes of a client without HTTP. */
static bool is_request(struct tel_piece p)
{
    size_t method = piece_run(p, 0, is_upper);

    return p.len == 0 || piece_is(p, "-") || piece_begins(p, "\\x") ||
           (method > 2 && method < 12 && byte_at(p, method) == ' ');
}

/* The end of the quoted text that begins at from, or len where there is none. */
static size_t quote_end(struct tel_piece line, size_t from)
{
    while (from < line.len && line.at[from] != '"')
        from += line.at[from] == '\\' ? 2 : 1;
    return from < line.len ? from : line.len;
}

struct access {
    size_t time; /* behind its bracket */
    size_t time_end;
    size_t request; /* behind its quote */
    size_t request_end;
};

static bool find_parts(struct tel_piece line, struct access *ret_access)
{
    struct access a;

    a.time = piece_byte(line, '[', 0) + 1;
    a.time_end = piece_byte(line, ']', a.time);
    a.request = a.time_end + 3;
    /* Something stands before the time. */
    if (a.time < 3 || a.request >= line.len ||
        memcmp(line.at + a.time_end, "] \"", 3) != 0)
        return false;
    a.request_end = quote_end(line, a.request);
    if (a.request_end == line.len ||
        !is_request(piece(line.at + a.request, a.request_end - a.request)))
        return false;
    *ret_access = a;
    return true;
}

static void add_front(struct tel_audit *audit, struct tel_piece front)
{
    struct tel_piece words[WORDS_MAX];
    size_t count = 0;
    size_t at = 0;

    while (at < front.len) {
        size_t end;

        if (is_blank(front.at[at])) {
            at++;
            continue;
        }
        end = piece_byte(front, ' ', at);
        if (count == WORDS_MAX) {
            memmove(words, words + 1, sizeof(words) - sizeof(words[0]));
            count--;
        }
        words[count++] = piece(front.at + at, end - at);
        at = end;
    }
    if (count == 0)
        return;
    tel_audit_add(audit, "(client)", words[count < 3 ? 0 : count - 3]);
    if (count > 2)
        tel_audit_add(audit, "(user)", words[count - 2]);
    if (count > 1)
        tel_audit_add(audit, "(user)", words[count - 1]);
}

static void add_request(struct tel_audit *audit, char *text, size_t len)
{
    size_t target = piece_byte(piece(text, len), ' ', 0) + 1;
    size_t end = len;

    if (target > len)
        return;
    if (len - target > 9 && piece_find(piece(text + len - 9, 9), " HTTP/") == 0)
        end = len - 9;
    else if (len - target > 7 &&
             piece_find(piece(text + len - 7, 7), " HTTP/") == 0)
        end = len - 7;
    tel_audit_target(audit, text + target, end - target);
}

/* What is quoted behind the request, in its order; numbers are passed over. */
static void add_rest(struct tel_audit *audit, struct tel_piece rest)
{
    static const char *const names[] = {"(referer)", "(agent)"};
    size_t quoted = 0;
    size_t at = 0;

    while (at < rest.len) {
        struct tel_piece value;
        const char *name = "(more)";
        size_t end;

        if (is_blank(rest.at[at])) {
            at++;
            continue;
        }
        if (rest.at[at] == '"') {
            end = quote_end(rest, ++at);
            if (quoted < 2)
                name = names[quoted];
            quoted++;
        } else {
            end = piece_byte(rest, ' ', at);
        }
        value = piece(rest.at + at, end - at);
        if (piece_run(value, 0, is_digit) < value.len)
            tel_audit_add(audit, name, value);
        at = end + 1;
    }
}

bool tel_audit_access(struct tel_audit *audit, char *line, size_t len)
{
    struct tel_piece p = piece(line, len);
    struct access a;

    if (!find_parts(p, &a))
        return false;
    add_front(audit, piece(line, a.time - 1));
    tel_audit_add(audit, "(time)", piece(line + a.time, a.time_end - a.time));
    add_rest(audit, piece_from(p, a.request_end + 1));
    add_request(audit, line + a.request, a.request_end - a.request);
    return true;
}
