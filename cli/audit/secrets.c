/* SPDX-License-Identifier: MIT */
/* Keys and other secrets; UUIDs and long identifiers. */
#include "pieces.h"

/* How a maker marks its keys, and how many bytes follow at least. */
static const struct {
    const char *mark;
    size_t least;
} marks[] = {
    {"AKIA", 12},
    {"ASIA", 12},
    {"ghp_", 16},
    {"gho_", 16},
    {"ghu_", 16},
    {"ghs_", 16},
    {"ghr_", 16},
    {"github_pat_", 16},
    {"glpat-", 12},
    {"xoxb-", 8},
    {"xoxp-", 8},
    {"xoxa-", 8},
    {"xoxs-", 8},
    {"xoxr-", 8},
    {"xapp-", 8},
    {"sk-", 16},
    {"sk_live_", 8},
    {"sk_test_", 8},
    {"pk_live_", 8},
    {"rk_live_", 8},
    {"AIza", 20},
    {"ya29.", 12},
    {"npm_", 20},
    {"pypi-", 20},
    {"SG.", 16},
    {"hf_", 16},
    {"dop_v1_", 16},
    {"shpat_", 16},
    {"whsec_", 12},
    {"eyJ", 20},
    {"AGE-SECRET-KEY-", 8},
    {"glrt-", 12},
    {"dckr_pat_", 12},
    {"hvs.", 12},
    {"ATATT", 16},
    {"sq0", 16},
    {"lin_api_", 12},
    {"rubygems_", 16},
    {"AAAAB3Nza", 8},
    {"AAAAC3Nza", 8},
    {"PMAK-", 16},
    {"EAAC", 20},
    {"tskey-", 8},
    {"sk-ant-", 12},
    {"sk-proj-", 12},
    {"gsk_", 16},
    {"glsa_", 16},
    {"figd_", 12},
    {"ntn_", 16},
    {"secret_", 24},
    {"NRAK-", 12},
    {"dapi", 28},
    {"LTAI", 12},
    {"AKID", 16},
    {"r8_", 20},
    {"pat-", 24},
    {"sntrys_", 12},
    {"phc_", 16},
    {"1//0", 20},
    {"-----BEGIN", 0},
};

static bool is_key(char c)
{
    return is_alnum(c) || c == '_' || c == '-' || c == '.' || c == '+' ||
           c == '/' || c == '=';
}

struct shape {
    size_t digits;
    size_t uppers;
    size_t lowers;
    size_t hex; /* letters among them that are hexadecimal digits */
    size_t others;
    size_t turns; /* from a letter to a digit or back */
    size_t turns_of_case;
};

static struct shape shape_of(struct tel_piece p)
{
    struct shape s = {0};

    for (size_t i = 0; i < p.len; i++) {
        char c = p.at[i];
        char before = byte_at(p, i - 1);

        s.digits += is_digit(c);
        s.uppers += is_upper(c);
        s.lowers += is_lower(c);
        s.hex += is_alpha(c) && is_hex(c);
        s.others += !is_alnum(c);
        if (i == 0)
            continue;
        s.turns += (is_digit(c) && is_alpha(before)) ||
                   (is_alpha(c) && is_digit(before));
        s.turns_of_case += (is_upper(c) && is_lower(before)) ||
                           (is_lower(c) && is_upper(before));
    }
    return s;
}

static bool has_mark(struct tel_piece word, struct tel_piece *ret_part)
{
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        size_t len;
        size_t rest;

        if (marks[i].mark[0] != byte_at(word, 0))
            continue;
        len = strlen(marks[i].mark);
        if (word.len < len || memcmp(word.at, marks[i].mark, len) != 0)
            continue;
        rest = piece_run(word, len, is_key);
        if (rest < marks[i].least)
            continue;
        *ret_part = piece(word.at, len + rest);
        if (marks[i].least == 0)
            return true;
        /* "sk-...": a name of words and dashes begins so, too. */
        return shape_of(*ret_part).digits > 0;
    }
    return false;
}

/* As a generator makes them: long, letters of both cases and digits mixed. */
static bool is_random(struct tel_piece word)
{
    struct shape s;
    size_t len = word.len;

    if (len < 32 || len > 512 || piece_run(word, 0, is_key) != len)
        return false;
    s = shape_of(word);
    return s.digits >= 3 && s.uppers >= 3 && s.lowers >= 3 && s.turns >= 4 &&
           s.turns_of_case >= 4 && s.others * 8 < len;
}

bool tel_audit_hook(struct tel_piece part)
{
    struct shape s = shape_of(part);

    return part.len > 15 && piece_run(part, 0, is_key) == part.len &&
           s.digits > 1 && s.lowers > 1 && s.uppers > 1;
}

bool tel_audit_basic(struct tel_piece word)
{
    struct shape s = shape_of(word);

    return word.len > 10 && piece_run(word, 0, is_key) == word.len &&
           s.turns_of_case + s.digits > 2 &&
           (word.len % 4 == 0 || s.digits > 0);
}

bool tel_audit_token(struct tel_piece word, struct tel_piece *ret_part)
{
    size_t colon;

    if (word.len < 8)
        return false;
    if (has_mark(word, ret_part))
        return true;
    colon = piece_byte(word, ':', 0);
    if (colon < word.len && has_mark(piece_from(word, colon + 1), ret_part))
        return true;
    *ret_part = word;
    return is_random(word);
}

static bool is_uuid_at(struct tel_piece p)
{
    static const size_t dashes[] = {8, 13, 18, 23};
    bool same = true;

    for (size_t i = 0, d = 0; i < 36; i++) {
        if (d < 4 && i == dashes[d]) {
            if (p.at[i] != '-')
                return false;
            d++;
        } else if (!is_hex(p.at[i])) {
            return false;
        } else if (p.at[i] != p.at[0]) {
            same = false;
        }
    }
    /* All zeros or all f stand for none. */
    return !same && !is_hex(byte_at(p, 36));
}

bool tel_audit_uuid(struct tel_piece word, struct tel_piece *ret_part)
{
    size_t i = 0;

    while (i + 36 <= word.len) {
        if (byte_at(word, i + 8) == '-' &&
            (i == 0 || !is_hex(word.at[i - 1])) &&
            is_uuid_at(piece_from(word, i))) {
            *ret_part = piece(word.at + i, 36);
            return true;
        }
        i++;
    }
    return false;
}

static bool is_id_byte(char c)
{
    return is_alnum(c) || c == '-' || c == '_';
}

bool tel_audit_is_uniform(struct tel_piece p)
{
    for (size_t i = 1; i < p.len; i++) {
        if (p.at[i] != p.at[0] && !one_of(p.at[i], "-:."))
            return false;
    }
    return true;
}

static bool is_hex_id(struct tel_piece p, const struct shape *s)
{
    if (p.len < 12 || s->others > 0 || s->digits + s->hex != p.len)
        return false;
    return s->digits >= 3 && s->hex >= 2 && (s->uppers == 0 || s->lowers == 0);
}

/* "C02XG0FDJGH5", "01ARZ3NDEKTSV4RRFFQ69G5FAV" */
static bool is_serial(struct tel_piece p, const struct shape *s)
{
    if (p.len < 10 || p.len > 64 || s->others > 0)
        return false;
    if (s->lowers == 0)
        return s->digits >= 3 && s->uppers >= 3 && s->turns >= 3;
    return p.len >= 16 && s->digits >= 3 && s->turns >= 4;
}

/* Words with dashes are names of features; random parts are not words. */
static bool is_mixed_id(struct tel_piece p, const struct shape *s)
{
    return p.len >= 20 && p.len <= 256 && s->digits >= 3 && s->turns >= 4 &&
           s->others * 5 <= p.len;
}

/* "555912837.1764070000": a client, as analytics number them. */
static bool is_number_pair(struct tel_piece p)
{
    size_t first = piece_run(p, 0, is_digit);

    return first > 7 && byte_at(p, first) == '.' &&
           piece_run(p, first + 1, is_digit) > 7 &&
           first + 1 + piece_run(p, first + 1, is_digit) == p.len;
}

/* "cus_Nff4...": a short word, then what a generator made. */
static bool is_prefixed(struct tel_piece p)
{
    size_t prefix = piece_run(p, 0, is_lower);
    struct shape s;

    if (prefix < 1 || prefix > 6 || byte_at(p, prefix) != '_')
        return false;
    p = piece_from(p, prefix + 1);
    s = shape_of(p);
    if (is_hex_id(p, &s))
        return s.turns > 2;
    return p.len > 11 && s.others == 0 && s.digits > 1 && s.uppers > 1 &&
           s.lowers > 1 && s.turns > 2;
}

/* "GA1.2.555912837.1764070000", "fb.1.1764061200481.1098115397" */
static bool is_tracker(struct tel_piece p)
{
    size_t at;

    if (!piece_begins(p, "GA1.") && !piece_begins(p, "fb.1.") &&
        !piece_begins(p, "GS1."))
        return false;
    at = piece_byte(p, '.', piece_byte(p, '.', 0) + 1) + 1;
    return at < p.len && piece_run(p, at, is_digit) > 7;
}

bool tel_audit_id(struct tel_piece word, struct tel_piece *ret_part)
{
    static const char *const labels[] = {"sha256:", "sha1:",     "md5:",
                                         "sha512:", "urn:uuid:", "sha256-",
                                         "sha512-"};
    struct shape s;
    size_t colon;

    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        if (piece_begins(word, labels[i]) &&
            word.len >= strlen(labels[i]) + 16) {
            *ret_part = word;
            return true;
        }
    }
    /* Nil, and numbers of one digit, stand for none. */
    if (tel_audit_is_uniform(word))
        return false;
    if (is_tracker(word)) {
        *ret_part = word;
        return true;
    }
    /* A window's handle, "0x...", is none of a person, but as long. */
    if (piece_begins(word, "0x"))
        word = piece_from(word, 2);
    if (byte_at(word, 0) == '+' || byte_at(word, 0) == '#')
        word = piece_from(word, 1);
    /* "git:0cc175b9..." */
    colon = piece_byte(word, ':', 0);
    if (colon < word.len && piece_run(word, 0, is_alpha) == colon)
        word = piece_from(word, colon + 1);
    if (is_number_pair(word)) {
        *ret_part = word;
        return true;
    }
    if (word.len < 9 || piece_run(word, 0, is_id_byte) != word.len)
        return false;
    *ret_part = word;
    s = shape_of(word);
    if (s.digits == word.len)
        return word.len > 12 || !tel_audit_is_round(word);
    /* "i-0abc1234def567890", "S-1-5-21-..." */
    if (word.len > 2 && is_alpha(word.at[0]) && word.at[1] == '-' &&
        word.len >= 18 && s.digits >= 6)
        return true;
    return is_prefixed(word) || is_hex_id(word, &s) || is_serial(word, &s) ||
           is_mixed_id(word, &s);
}

bool tel_audit_number(struct tel_piece value)
{
    size_t digits = 0;
    size_t groups = 0;
    bool account = value.len > 14 && is_upper(value.at[0]) &&
                   is_upper(value.at[1]) && is_digit(value.at[2]);

    /* An IBAN: a country, two digits, groups. */
    if (account)
        value = piece_from(value, 2);
    if (value.len > 40)
        return false;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.at[i];

        if (is_digit(c)) {
            groups += i == 0 || !is_digit(value.at[i - 1]);
            digits++;
        } else if (!one_of(c, " -()+.") || (c == '+' && i > 0)) {
            return false;
        }
    }
    /* "123-45-6789" */
    if (digits == 9 && groups == 3 && value.len == 11 && value.at[3] == '-' &&
        value.at[6] == '-')
        return true;
    if (groups < 2 || digits < 10 || piece_byte(value, '.', 0) < value.len)
        return false;
    return account || !is_digit(value.at[0]) ||
           piece_byte(value, '-', 0) < value.len ||
           (digits == 16 && groups == 4);
}
