/* SPDX-License-Identifier: MIT */
/* Machines: their network cards, the names that they get, their models. */
#include "pieces.h"

static bool is_label(char c)
{
    return is_alnum(c) || c == '-';
}

/* The length of count groups of size digits, with sep between, at the front. */
static size_t groups(struct tel_piece p, unsigned count, size_t size, char sep)
{
    size_t at = 0;

    for (unsigned n = 0; n < count; n++) {
        if (piece_run(p, at, is_hex) != size)
            return 0;
        at += size;
        if (n + 1 < count && byte_at(p, at++) != sep)
            return 0;
    }
    return byte_at(p, at) == sep || is_alnum(byte_at(p, at)) ? 0 : at;
}

/* As BlueZ names devices; digits alone are rather a version or a date. */
static size_t underscored(struct tel_piece p)
{
    size_t len = groups(p, 6, 2, '_');

    for (size_t i = 0; i < len; i++) {
        if (is_alpha(p.at[i]))
            return len;
    }
    return 0;
}

bool tel_audit_mac(struct tel_piece word, struct tel_piece *ret_part)
{
    for (size_t i = 0; i + 14 <= word.len; i++) {
        struct tel_piece rest = piece_from(word, i);
        size_t len;

        if (i > 0 && (is_alnum(word.at[i - 1]) || word.at[i - 1] == ':' ||
                      word.at[i - 1] == '-'))
            continue;
        len = groups(rest, 6, 2, ':');
        if (len == 0)
            len = underscored(rest);
        if (len == 0)
            len = groups(rest, 6, 2, '-');
        if (len == 0)
            len = groups(rest, 8, 2, ':');
        if (len == 0)
            len = groups(rest, 3, 4, '.');
        if (len == 0 || piece_begins(rest, "00:00:00:00:00:00") ||
            piece_begins(rest, "ff:ff:ff:ff:ff:ff"))
            continue;
        *ret_part = piece(rest.at, len);
        return true;
    }
    return false;
}

/* "ip-10-0-4-17", as a cloud names what it hires out. */
static bool is_cloud_name(struct tel_piece word)
{
    size_t dashes = 0;

    if (!piece_begins(word, "ip-") || piece_run(word, 3, is_digit) == 0)
        return false;
    for (size_t i = 3; i < word.len; i++) {
        if (word.at[i] == '-')
            dashes++;
        else if (!is_digit(word.at[i]))
            return false;
    }
    return dashes == 3;
}

/* What people and installers call a machine: "annas-laptop", "DESKTOP-...". */
bool tel_audit_machine(struct tel_piece word)
{
    static const char *const starts[] = {"DESKTOP-", "LAPTOP-", "WIN-"};
    static const char *const kinds[] = {"-laptop",
                                        "-macbook",
                                        "s-pc",
                                        "-thinkpad",
                                        "s-imac",
                                        "s-desktop",
                                        "s-mbp",
                                        "s-iphone",
                                        "s-ipad",
                                        "thinkpad-von-",
                                        "iphone-von-",
                                        "iphone-de-",
                                        "macbook-pro-de-",
                                        "macbook-pro-von-",
                                        "macbook-air-de-",
                                        "macbook-air-von-",
                                        "pc-de-",
                                        "mac-mini-de-"};

    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        size_t len = strlen(starts[i]);

        if (word.len >= len + 7 && memcmp(word.at, starts[i], len) == 0 &&
            piece_run(word, len, is_alnum) + len == word.len)
            return true;
    }
    if (is_cloud_name(word))
        return true;
    if (piece_run(word, 0, is_label) != word.len)
        return false;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t at = piece_find(word, kinds[i]);

        if (at < word.len &&
            (at > 0 || piece_has(word, "-de-") || piece_has(word, "-von-")) &&
            !piece_begins(word, "linux") && !piece_begins(word, "ubuntu"))
            return true;
    }
    return false;
}

/* "iPhone14,5", "MacBookPro18,3": a maker's word, a number, a part. */
bool tel_audit_model(struct tel_piece word)
{
    size_t letters = piece_run(word, 0, is_alpha);
    size_t digits = piece_run(word, letters, is_digit);
    size_t comma = letters + digits;
    size_t part = piece_run(word, comma + 1, is_digit);

    return letters > 1 && digits > 0 && digits < 3 &&
           byte_at(word, comma) == ',' && part > 0 && part < 3 &&
           comma + 1 + part == word.len;
}

/* As uname(1) and compilers name them. */
bool tel_audit_architecture(struct tel_piece word)
{
    return piece_in(word,
                    "i386 i486 i586 i686 x86 x64 x86_64 amd64 arm arm64 armel "
                    "armhf armv5tel armv6l armv7l armv7a armv8l aarch64 "
                    "arm64e aarch64_be loongarch64 mips mipsel mips64 mips64el "
                    "ppc ppc64 ppc64le powerpc powerpc64 powerpc64le riscv32 "
                    "riscv64 riscv64gc s390x sparc sparc64 ia64 alpha m68k "
                    "hppa wasm32 wasm64 e2k");
}
