/* SPDX-License-Identifier: MIT */
/* What each kind of finding means, and how an example of it is masked. */
#include "pieces.h"

#include <tel/text.h>

static const struct {
    const char *name;
    const char *value; /* what the value looks like */
    const char *field; /* what the name of the field says */
} kinds[TEL_AUDIT_KINDS] = {
    [TEL_AUDIT_HOME] = {"home", "a path in a home folder",
                        "a path in a home folder"},
    [TEL_AUDIT_PATH] = {"path", "the path of a file", "a file's name or path"},
    [TEL_AUDIT_EMAIL] = {"email", "an e-mail address", "an e-mail address"},
    [TEL_AUDIT_IPV4] = {"ipv4", "an IPv4 address", "an IPv4 address"},
    [TEL_AUDIT_IPV6] = {"ipv6", "an IPv6 address", "an IPv6 address"},
    [TEL_AUDIT_MAC] = {"mac", "a network card's address",
                       "a network card's address"},
    [TEL_AUDIT_HOST] = {"host", "the name of a machine",
                        "the name of a machine"},
    [TEL_AUDIT_USER] = {"user", "a person's or an account's name",
                        "a person's or an account's name"},
    [TEL_AUDIT_UUID] = {"uuid", "a UUID", "a UUID"},
    [TEL_AUDIT_ID] = {"id", "a long identifier, number or hash",
                      "an identifier of a person, machine or session"},
    [TEL_AUDIT_TOKEN] = {"token", "a key, a password or another secret",
                         "a key, a password or another secret"},
    [TEL_AUDIT_TIMESTAMP] = {"timestamp", "a date or time of day",
                             "a date or time of day"},
    [TEL_AUDIT_COORDINATES] = {"coordinates", "a place on the earth",
                               "a place on the earth"},
    [TEL_AUDIT_ERROR] = {"error", "an error message", "an error message"},
    [TEL_AUDIT_TEXT] = {"text", "free text", "free text"},
    [TEL_AUDIT_CARDINALITY] = {"cardinality", "too many different values",
                               "too many different values"},
};

const char *tel_audit_kind_name(enum tel_audit_kind kind)
{
    return kinds[kind].name;
}

const char *tel_audit_reason(enum tel_audit_kind kind, bool by_name)
{
    return by_name ? kinds[kind].field : kinds[kind].value;
}

struct example {
    char *buf;
    size_t len;
};

/* Adds the first bytes of text; what a terminal would obey becomes '?'. */
static void add(struct example *example, struct tel_piece text, size_t most)
{
    size_t at = 0;

    while (at < text.len && at < most) {
        struct tel_piece rest = piece_from(text, at);
        uint32_t point = 0;
        size_t len = tel_text_character(rest.at, rest.len, &point);

        /* Not a byte more, but for a first character. */
        if (example->len + 8 > TEL_AUDIT_EXAMPLE_MAX ||
            (at > 0 && at + len > most))
            return;
        if (len == 0 || tel_text_control(point)) {
            example->buf[example->len++] = '?';
            at += len > 0 ? len : 1;
            continue;
        }
        memcpy(example->buf + example->len, rest.at, len);
        example->len += len;
        at += len;
    }
}

static void add_dots(struct example *example)
{
    add(example, piece_of("\xe2\x80\xa6"), 3);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* "al…@e…" */
static void mask_email(struct example *example, struct tel_piece part)
{
    size_t sign = piece_byte(part, '@', 0);

    add(example, part, least(2, sign > 2 ? 2 : 1));
    add_dots(example);
    add(example, piece_from(part, sign), 2);
    add_dots(example);
}

/* "/home/a…": up to the first byte of the name. */
static void mask_home(struct example *example, struct tel_piece part)
{
    size_t keep = 1;
    size_t at = piece_find(part, "home/");

    if (at < part.len)
        keep = at + 6;
    else if ((at = piece_find(part, "users")) < part.len)
        keep = at + 7;
    else if (byte_at(part, 0) == '~')
        keep = 2;
    else
        keep = 3;
    /* What is before may be long, or a name as well. */
    add(example, part, least(keep, least(part.len - 1, 16)));
    add_dots(example);
}

void tel_audit_mask(struct tel_trait trait,
                    char ret_example[TEL_AUDIT_EXAMPLE_MAX])
{
    struct example example = {ret_example, 0};
    struct tel_piece part = trait.part;
    size_t dot = piece_byte(part, '.', 0);

    if (trait.kind == TEL_AUDIT_EMAIL && piece_byte(part, '@', 0) < part.len) {
        mask_email(&example, part);
    } else if (trait.kind == TEL_AUDIT_HOME) {
        mask_home(&example, part);
    } else if (trait.kind == TEL_AUDIT_IPV4 && dot < part.len) {
        add(&example, part, dot + 1);
        add_dots(&example);
    } else if (trait.kind == TEL_AUDIT_TOKEN) {
        add(&example, part, least(part.len / 5, 4));
        add_dots(&example);
    } else {
        add(&example, part, least(part.len > 3 ? part.len / 3 : 1, 5));
        add_dots(&example);
    }
    ret_example[example.len] = '\0';
}
