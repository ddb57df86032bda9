/* SPDX-License-Identifier: MIT */
/* Addresses and names of machines, e-mail addresses, URLs. */
#include "pieces.h"

#include <arpa/inet.h>

/* Enough after one label: "corp.lan", "example.org". */
static const char sure_ends[] =
    "com org net edu gov mil int biz arpa local localdomain internal intranet "
    "lan corp home private onion example invalid";
/* Only of networks that are somebody's own. */
static const char own_ends[] =
    "local localdomain internal intranet lan corp home private";
/* Of countries, but those that are endings of files or plain words as well. */
static const char country_ends[] =
    "de uk fr nl ru jp cn br eu se fi dk cz kr au ch pl";
/* Enough after two: "build.example.io". */
static const char likely_ends[] =
    "io dev app ai cloud site online tech info test xyz page host network "
    "systems software services company";
static const char file_ends[] =
    "py ts rs go cc md sh pl rb so gz xz bz mk cs vb hs ml ps tf in am la kt "
    "js nr id st sc cl as to is do my";
/* Names of programs' parts are written from the general to the special. */
static const char reverse_starts[] = "com org net io dev edu gov app";

static bool is_label(char c)
{
    return is_alnum(c) || c == '-';
}

/* Of a name in any script. */
static bool is_mail_label(char c)
{
    return is_label(c) || (unsigned char)c >= 0x80;
}

static bool is_local_part(char c)
{
    return is_alnum(c) || one_of(c, "._%+-!#$&'*/=?^{|}~") ||
           (unsigned char)c >= 0x80;
}

static bool all(struct tel_piece p, bool (*test)(char))
{
    return p.len > 0 && piece_run(p, 0, test) == p.len;
}

/* The last label and how many there are; 0 where it is no dotted name. */
static unsigned labels(struct tel_piece name, bool (*test)(char),
                       struct tel_piece *ret_last, unsigned *ret_letters)
{
    unsigned count = 0;
    size_t at = 0;

    *ret_letters = 0;
    for (;;) {
        size_t len = piece_run(name, at, test);

        if (len == 0 || len > 63 || name.at[at] == '-')
            return 0;
        *ret_last = piece(name.at + at, len);
        *ret_letters += !is_digit(ret_last->at[0]);
        count++;
        at += len;
        if (at == name.len)
            return count;
        if (name.at[at++] != '.')
            return 0;
    }
}

bool tel_audit_email(struct tel_piece word, struct tel_piece *ret_part)
{
    size_t sign = piece_byte(word, '@', 0);
    size_t start = sign;
    size_t end = sign + 1;
    struct tel_piece last = {NULL, 0};
    unsigned letters;
    unsigned count;

    if (sign == 0 || sign + 3 >= word.len)
        return false;
    while (start > 0 && is_local_part(word.at[start - 1]))
        start--;
    while (end < word.len &&
           (is_mail_label(word.at[end]) || word.at[end] == '.'))
        end++;
    while (end > sign + 1 && !is_mail_label(word.at[end - 1]))
        end--;
    if (start == sign)
        return false;
    count = labels(piece(word.at + sign + 1, end - sign - 1), is_mail_label,
                   &last, &letters);
    /* "lodash@4.17.21" is a package, "git@host:x/y" a repository. */
    if (count < 2 || last.len < 2 || is_digit(last.at[0]) || letters < 2 ||
        (byte_at(word, end) == ':' &&
         piece_is(piece(word.at + start, sign - start), "git")))
        return false;
    *ret_part = piece(word.at + start, end - start);
    return true;
}

/* The length of four numbers with dots at i, or 0. */
static size_t quad(struct tel_piece word, size_t i)
{
    size_t at = i;

    for (int n = 0; n < 4; n++) {
        size_t len = piece_run(word, at, is_digit);
        int number = 0;

        if (len == 0 || len > 3)
            return 0;
        for (size_t k = 0; k < len; k++)
            number = number * 10 + (word.at[at + k] - '0');
        if (number > 255)
            return 0;
        at += len;
        if (n < 3 && byte_at(word, at++) != '.')
            return 0;
    }
    return at - i;
}

/* "Chrome/119.0.0.0", "1.2.3.4-rc1" and "v1.2.3.4" are versions. */
static bool stands_alone(struct tel_piece word, size_t i, size_t len)
{
    char before = byte_at(word, i - 1);
    char before_that = byte_at(word, i - 2);
    char after = byte_at(word, i + len);

    if (i > 0 &&
        (is_alnum(before) || before == '.' || before == '-' || before == '_'))
        return false;
    if (i > 1 && before == '/' && before_that != '/')
        return false;
    return !(is_alnum(after) || after == '_' ||
             ((after == '-' || after == '.' || after == '+') &&
              is_alnum(byte_at(word, i + len + 1))));
}

/* This machine, any, all. */
static bool is_nobody(struct tel_piece quad_text)
{
    return piece_begins(quad_text, "127.") || piece_begins(quad_text, "0.") ||
           piece_is(quad_text, "255.255.255.255");
}

bool tel_audit_ipv4(struct tel_piece word, struct tel_piece *ret_part)
{
    for (size_t i = 0; i < word.len; i += 1 + piece_run(word, i, is_digit)) {
        size_t len = quad(word, i);

        if (len == 0 || !stands_alone(word, i, len) ||
            is_nobody(piece(word.at + i, len)))
            continue;
        *ret_part = piece(word.at + i, len);
        return true;
    }
    return false;
}

static bool is_ipv6_byte(char c)
{
    return is_hex(c) || c == ':' || c == '.';
}

bool tel_audit_ipv6(struct tel_piece word, struct tel_piece *ret_part)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char address[16];
    size_t start = 0;
    size_t len;

    while (start < word.len && !is_ipv6_byte(word.at[start]))
        start++;
    len = piece_run(word, start, is_ipv6_byte);
    if (start + len < word.len && is_alnum(word.at[start + len]))
        return false;
    if (len < 3 || len >= sizeof(text) ||
        (start > 0 && is_alnum(word.at[start - 1])))
        return false;
    memcpy(text, word.at + start, len);
    text[len] = '\0';
    /* "cafe::bad" is rather a name of C++'s. */
    if (inet_pton(AF_INET6, text, address) != 1 ||
        strcspn(text, "0123456789") == len)
        return false;
    *ret_part = piece(word.at + start, len);
    for (int i = 0; i < 15; i++) {
        if (address[i] != 0)
            return true;
    }
    return address[15] > 1;
}

static bool is_domain(struct tel_piece name)
{
    struct tel_piece last = {NULL, 0};
    unsigned letters;
    unsigned count = labels(name, is_label, &last, &letters);
    struct tel_piece first = piece(name.at, piece_byte(name, '.', 0));

    if (count < 2 || !all(last, is_alpha) || letters < 2)
        return false;
    if (piece_in(last, sure_ends))
        return true;
    if (tel_audit_machine(first) || piece_has(name, "fritz.box"))
        return true;
    if (count > 2 && piece_in(first, reverse_starts))
        return false;
    if (piece_in(last, country_ends))
        return true;
    if (count < 3 || piece_in(last, file_ends))
        return false;
    return last.len == 2 || piece_in(last, likely_ends);
}

bool tel_audit_host(struct tel_piece word, struct tel_piece *ret_part)
{
    size_t start = piece_byte(word, '@', 0) + 1;
    size_t len;

    if (start > word.len)
        start = 0;
    word = piece_from(word, start);
    len = 0;
    while (len < word.len && (is_label(word.at[len]) || word.at[len] == '.'))
        len++;
    /* A port or a path may follow. */
    if (len < word.len && word.at[len] != ':' && word.at[len] != '/')
        return false;
    while (len > 0 && word.at[len - 1] == '.')
        len--;
    *ret_part = piece(word.at, len);
    return tel_audit_machine(*ret_part) || is_domain(*ret_part);
}

bool tel_audit_own_host(struct tel_piece word)
{
    struct tel_piece last = {NULL, 0};
    unsigned letters;
    unsigned count = labels(word, is_label, &last, &letters);

    return count > 1 && letters == count && piece_in(last, own_ends) &&
           !piece_in(piece(word.at, piece_byte(word, '.', 0)), reverse_starts);
}

static bool is_this_machine(struct tel_piece host)
{
    struct tel_piece part;

    return host.len == 0 || piece_begins(host, "localhost") ||
           piece_begins(host, "[::1]") ||
           (quad(host, 0) > 0 && !tel_audit_ipv4(host, &part));
}

static bool is_scheme(struct tel_piece p)
{
    size_t start = p.len;

    while (start > 0 &&
           (is_alnum(p.at[start - 1]) || one_of(p.at[start - 1], "+-.")))
        start--;
    return start < p.len && is_alpha(p.at[p.len - 1]);
}

/* The parts of the path that name somebody or something single. */
static struct tel_trait judge_path(struct tel_piece path, bool hook)
{
    size_t at = 0;

    while (at < path.len) {
        size_t end = piece_byte(path, '/', at);
        struct tel_piece part = piece(path.at + at, end - at);
        struct tel_piece found;

        if (hook && tel_audit_hook(part))
            return (struct tel_trait){TEL_AUDIT_TOKEN, part, false};
        if (tel_audit_token(part, &found))
            return (struct tel_trait){TEL_AUDIT_TOKEN, found, false};
        if (tel_audit_email(part, &found))
            return (struct tel_trait){TEL_AUDIT_EMAIL, found, false};
        if (tel_audit_uuid(part, &found))
            return (struct tel_trait){TEL_AUDIT_UUID, found, false};
        at = end + 1;
    }
    return (struct tel_trait){.kind = TEL_AUDIT_NONE};
}

static struct tel_trait judge_host(struct tel_piece host)
{
    struct tel_piece part;

    if (tel_audit_ipv4(host, &part))
        return (struct tel_trait){TEL_AUDIT_IPV4, part, false};
    if (byte_at(host, 0) == '[' && tel_audit_ipv6(host, &part))
        return (struct tel_trait){TEL_AUDIT_IPV6, part, false};
    return (struct tel_trait){TEL_AUDIT_HOST, host, false};
}

bool tel_audit_url(struct tel_piece word, struct tel_trait *ret_trait)
{
    size_t colon = piece_find(word, "://");
    struct tel_piece rest;
    struct tel_piece host;
    size_t end = 0;
    size_t at;

    if (colon == word.len || !is_scheme(piece(word.at, colon)))
        return false;
    rest = piece_from(word, colon + 3);
    if (piece_ends(piece(word.at, colon), "file")) {
        *ret_trait = tel_audit_path(rest);
        return true;
    }
    while (end < rest.len && !one_of(rest.at[end], "/?#"))
        end++;
    host = piece(rest.at, end);
    at = piece_byte(host, '@', 0);
    if (at < host.len) {
        size_t pass = piece_byte(host, ':', 0);

        if (pass + 1 < at) {
            *ret_trait = (struct tel_trait){
                TEL_AUDIT_TOKEN, piece(host.at + pass + 1, at - pass - 1),
                false};
            return true;
        }
        host = piece_from(host, at + 1);
    }
    *ret_trait = judge_path(piece_from(rest, end), piece_has(rest, "hook"));
    if (ret_trait->kind == TEL_AUDIT_NONE && !is_this_machine(host))
        *ret_trait = judge_host(host);
    return true;
}
