/* SPDX-License-Identifier: MIT */
/* What bytes look like: addresses, paths, identifiers, times. */
#include "check.h"

#include <string.h>
#include <strings.h>

#include <tel/text.h>

/* Shorter runs of hexadecimal digits are words (cafe) and sizes. */
#define HEX_MIN 12
/* Longer numbers than a port or a size are somebody's. */
#define NUMBER_MIN 7
#define PHONE_MIN 9
/* So long a word of letters and digits mixed is a key. */
#define MIXED_MIN 20

static bool is_hex(char byte)
{
    return check_is_digit(byte) || (byte >= 'a' && byte <= 'f') ||
           (byte >= 'A' && byte <= 'F');
}

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

bool check_is_one_of(const char *at, size_t len, const char *const *table)
{
    for (; *table != NULL; table++) {
        if (strlen(*table) == len && strncasecmp(at, *table, len) == 0)
            return true;
    }
    return false;
}

/*
 * Whether the bytes have the form of pattern: 9 stands for a digit, x for a
 * hexadecimal one, all else for itself. What follows the form is let pass
 * where the pattern ends with '*'.
 */
static bool has_form(const char *at, size_t len, const char *pattern)
{
    for (; *pattern != '\0' && *pattern != '*'; pattern++, at++, len--) {
        if (len == 0 || !(*pattern == '9'   ? check_is_digit(*at)
                          : *pattern == 'x' ? is_hex(*at)
                                            : *at == *pattern))
            return false;
    }
    return len == 0 || *pattern == '*';
}

size_t check_digits(const char *at, size_t len)
{
    size_t longest = 0;
    size_t run = 0;

    for (size_t i = 0; i < len; i++) {
        run = check_is_digit(at[i]) ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

/* ---- addresses ----------------------------------------------------------- */

static bool is_ipv4(const char *at, size_t len)
{
    unsigned parts = 0;

    for (;;) {
        const char *dot = memchr(at, '.', len);
        size_t part = dot != NULL ? (size_t)(dot - at) : len;
        uint64_t number;

        if (part > 3 || !tel_text_parse(at, part, 255, &number))
            return false;
        parts++;
        if (dot == NULL)
            return parts == 4;
        at += part + 1;
        len -= part + 1;
    }
}

/* Groups of up to four hexadecimal digits, eight of them or fewer with "::";
 * without a digit it is rather a name of C++ (dead::beef). */
static bool is_ipv6(const char *at, size_t len)
{
    unsigned colons = 0;
    unsigned group = 0;
    bool gap = false;

    for (size_t i = 0; i < len; i++) {
        if (at[i] == ':') {
            gap |= i > 0 && at[i - 1] == ':';
            colons++;
            group = 0;
        } else if (!is_hex(at[i]) || ++group > 4) {
            return false;
        }
    }
    return check_digits(at, len) > 0 &&
           (gap ? colons >= 2 && colons <= 8 : colons == 7);
}

static bool is_mac(const char *at, size_t len)
{
    return has_form(at, len, "xx:xx:xx:xx:xx:xx") ||
           has_form(at, len, "xx-xx-xx-xx-xx-xx") ||
           has_form(at, len, "xxxx.xxxx.xxxx");
}

/* Last labels of names that only hosts have. */
static const char *const domains[] = {
    "arpa",    "com",  "corp",  "de",          "edu",      "eu",
    "example", "fr",   "gov",   "home",        "internal", "intranet",
    "invalid", "lan",  "local", "localdomain", "mil",      "net",
    "org",     "test", "uk",    NULL,
};
/* With three labels or more these are too; with two, products: socket.io. */
static const char *const long_domains[] = {
    "app", "cloud", "co", "dev", "info", "io", "me", "site", "us", NULL,
};
/* Products that are called as hosts are. */
static const char *const products[] = {"asp.net", "ado.net", "vb.net", "ml.net",
                                       NULL};

static bool is_host(const char *at, size_t len)
{
    const char *last = NULL;
    size_t labels = 1;
    size_t rest;

    for (size_t i = 0; i < len; i++) {
        if (at[i] == '.') {
            last = at + i + 1;
            labels++;
        } else if (!is_letter(at[i]) && !check_is_digit(at[i]) &&
                   at[i] != '-') {
            return false;
        }
    }
    if (last == NULL || at[0] == '.')
        return false;
    rest = len - (size_t)(last - at);
    return !check_is_one_of(at, len, products) &&
           (check_is_one_of(last, rest, domains) ||
            (labels > 2 && check_is_one_of(last, rest, long_domains)));
}

/* Names that installers and people give to machines. */
static bool is_machine(const char *at, size_t len)
{
    static const char *const ends[] = {"-desktop",  "-laptop",      "-macbook",
                                       "-mbp",      "-notebook",    "-pc",
                                       "-thinkpad", "-workstation", NULL};

    if ((has_form(at, len, "DESKTOP-*") || has_form(at, len, "LAPTOP-*")) &&
        check_digits(at, len) > 0)
        return true;
    if (has_form(at, len, "ip-9*") && len > 10)
        return true;
    for (const char *const *end = ends; *end != NULL; end++) {
        size_t tail = strlen(*end);

        if (len > tail && strncasecmp(at + len - tail, *end, tail) == 0)
            return true;
    }
    return false;
}

bool check_is_email(const char *at, size_t len)
{
    const char *sign = memchr(at, '@', len);
    const char *dot;
    size_t rest;

    if (sign == NULL || sign == at)
        return false;
    rest = len - (size_t)(sign + 1 - at);
    for (size_t i = 0; i < len; i++) {
        if (at[i] <= ' ' || (at + i != sign && at[i] == '@') ||
            strchr("<>(),;\"\\", at[i]) != NULL)
            return false;
    }
    dot = memrchr(sign + 1, '.', rest);
    return dot != NULL && dot > sign + 1 && dot + 2 < at + len;
}

/* What a file of a person's is called; not what a project's is
 * (package.json), nor what a build makes. */
static const char *const documents[] = {
    "bak", "csv", "doc", "docx", "jpeg", "jpg", "kdbx", "key",  "log", "odt",
    "pdf", "pem", "ppt", "pptx", "pst",  "txt", "xls",  "xlsx", NULL,
};

static bool is_path(const char *at, size_t len)
{
    const char *dot = memrchr(at, '.', len);

    if (memchr(at, '/', len) != NULL || memchr(at, '\\', len) != NULL)
        return true;
    /* What a policy can hold of C:\Users. */
    if (len > 3 && at[0] >= 'A' && at[0] <= 'Z' && at[1] == ':')
        return true;
    return dot != NULL && dot > at &&
           check_is_one_of(dot + 1, len - (size_t)(dot + 1 - at), documents);
}

const char *check_shape_address(const char *at, size_t len)
{
    if (check_is_email(at, len))
        return "an e-mail address";
    if (is_ipv4(at, len) || is_ipv6(at, len))
        return "an IP address";
    if (is_mac(at, len))
        return "a hardware address";
    if (is_host(at, len) || is_machine(at, len))
        return "a host name";
    if (is_path(at, len))
        return "a path";
    return NULL;
}

const char *check_shape_inside(const char *at, size_t len)
{
    const char *sign = memchr(at, '@', len);
    const char *value = memchr(at, '=', len);
    size_t rest = value != NULL ? len - (size_t)(value + 1 - at) : 0;

    if (sign != NULL && sign > at &&
        memchr(sign, '.', len - (size_t)(sign - at)) != NULL)
        return "an e-mail address";
    if (memchr(at, '/', len) != NULL)
        return "a path";
    return rest > 0 ? check_shape_address(value + 1, rest) : NULL;
}

/* ---- identifiers --------------------------------------------------------- */

/* Sizes and rounds: powers of two, and numbers of two digits and zeros. */
static bool is_round(const char *at, size_t len)
{
    uint64_t number;
    size_t zeros = 0;

    if (!tel_text_parse(at, len, UINT64_MAX, &number) || number == 0)
        return false;
    while (zeros < len && at[len - 1 - zeros] == '0')
        zeros++;
    return (number & (number - 1)) == 0 || len - zeros <= 2;
}

static bool is_made_of_hex(const char *at, size_t len, bool *ret_mixed)
{
    bool digit = false;
    bool letter = false;

    for (size_t i = 0; i < len; i++) {
        if (!is_hex(at[i]))
            return false;
        digit |= check_is_digit(at[i]);
        letter |= !check_is_digit(at[i]);
    }
    *ret_mixed = digit && letter;
    return len > 0;
}

/* Letters and digits in one long word, as in keys. */
static bool is_mixed(const char *at, size_t len)
{
    size_t changes = 0;

    for (size_t i = 0; i < len; i++) {
        if (!is_letter(at[i]) && !check_is_digit(at[i]))
            return false;
        changes += i > 0 && check_is_digit(at[i]) != check_is_digit(at[i - 1]);
    }
    return len >= MIXED_MIN && changes >= 4;
}

/* Groups of digits with dashes between, as a telephone has them; fewer digits
 * are a size or a standard (1024-2048, 800-53). */
static bool is_phone(const char *at, size_t len)
{
    size_t digits = 0;
    size_t dashes = 0;

    for (size_t i = at[0] == '+'; i < len; i++) {
        if (!check_is_digit(at[i]) && at[i] != '-')
            return false;
        digits += check_is_digit(at[i]);
        dashes += at[i] == '-';
    }
    return digits >= PHONE_MIN && dashes > 0;
}

/* How the keys of well-known services begin. */
static bool is_token(const char *at, size_t len)
{
    static const char *const starts[] = {
        "AKIA*",   "ASIA*", "AIza*",  "eyJ*",      "gho_*",  "ghp_*",  "ghs_*",
        "glpat-*", "npm_*", "pypi-*", "sk_live_*", "xoxb-*", "xoxp-*", NULL};

    for (const char *const *start = starts; *start != NULL; start++) {
        if (len >= 12 && has_form(at, len, *start))
            return true;
    }
    return false;
}

const char *check_shape_identifier(const char *at, size_t len)
{
    bool mixed = false;

    if (has_form(at, len, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"))
        return "a UUID";
    if (is_token(at, len) || is_mixed(at, len))
        return "a key";
    if (is_made_of_hex(at, len, &mixed) && mixed && len >= HEX_MIN)
        return "an identifier";
    if (check_digits(at, len) >= NUMBER_MIN && !is_round(at, len))
        return "a long number";
    return is_phone(at, len) ? "a telephone number" : NULL;
}

/* ---- times --------------------------------------------------------------- */

/* Words for a certain day. "may", "march" and "sun" are others too. */
static const char *const days[] = {
    "today",     "yesterday", "tomorrow", "noon",     "midnight", "monday",
    "tuesday",   "wednesday", "thursday", "friday",   "saturday", "sunday",
    "january",   "february",  "april",    "june",     "july",     "august",
    "september", "october",   "november", "december", NULL,
};

static bool in_range(const char *at, unsigned min, unsigned max)
{
    unsigned number = (unsigned)(at[0] - '0') * 10 + (unsigned)(at[1] - '0');

    return number >= min && number <= max;
}

/* 2024-01-31 with what follows, in this order; of 20240131 nothing may. */
static bool is_date(const char *at, size_t len)
{
    if (has_form(at, len, "99-99-9999") || has_form(at, len, "99.99.9999"))
        return in_range(at, 1, 31) && in_range(at + 3, 1, 31);
    if (has_form(at, len, "99999999"))
        return (in_range(at, 19, 20)) && in_range(at + 4, 1, 12) &&
               in_range(at + 6, 1, 31);
    return (has_form(at, len, "9999-99-99*") ||
            has_form(at, len, "9999.99.99") ||
            has_form(at, len, "9999_99_99*")) &&
           in_range(at + 5, 1, 12) && in_range(at + 8, 1, 31);
}

static bool is_month(const char *at, size_t len)
{
    return has_form(at, len, "9999-99") && in_range(at, 19, 20) &&
           in_range(at + 5, 1, 12);
}

/* 16:10 is a ratio, too. */
static bool is_time(const char *at, size_t len)
{
    return (has_form(at, len, "99:99") || has_form(at, len, "99:99:99*")) &&
           in_range(at, 0, 23) && in_range(at + 3, 0, 59) &&
           !has_form(at, len, "16:10");
}

/* Seconds or milliseconds since 1970, from 2001 on. */
static bool is_epoch(const char *at, size_t len)
{
    return (has_form(at, len, "1999999999") ||
            has_form(at, len, "1999999999999")) &&
           !is_round(at, len);
}

const char *check_shape_time(const char *at, size_t len)
{
    if (is_date(at, len) || is_month(at, len) || check_is_one_of(at, len, days))
        return "a date";
    if (is_time(at, len))
        return "a time of day";
    if (is_epoch(at, len))
        return "a time";
    return NULL;
}
