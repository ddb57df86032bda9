/* SPDX-License-Identifier: MIT */
/*
 * Whether a value is fit for what its field's name says: "user=alice" is, and
 * "user=3", "user=true" and "user=" are not.
 */
#include "pieces.h"

/* What stands for nothing, a switch or a state, whatever the field. */
static const char trivial_values[] =
    "true false yes no on off y n null none nil undefined unknown n/a na - -- "
    "* nan default auto automatic self other others any all empty unset set "
    "present missing absent invalid valid expired redacted removed hidden "
    "masked anonymized anonymised anonymous nobody guest enabled disabled "
    "success failed failure ok error fail passed manual system local remote "
    "localhost stdin stdout linux darwin windows macos freebsd android ios "
    "x86_64 amd64 arm64 aarch64 i386 i686 x64 x86 arm riscv64 ppc64le s390x "
    "oauth oauth2 basic ldap saml sso password public private required "
    "optional never always some many few iso iso8601 rfc3339 utc "
    "interactive batch long short free paid pro trial sha1 sha256 sha384 "
    "sha512 md5 crc32 blake2 blake3 xxhash argon2 bcrypt scrypt";

bool tel_audit_is_decimal(struct tel_piece p)
{
    size_t i = byte_at(p, 0) == '-' || byte_at(p, 0) == '+';
    bool digit = false;

    for (; i < p.len; i++) {
        if (is_digit(p.at[i]))
            digit = true;
        else if (p.at[i] != '.' && !(digit && lower(p.at[i]) == 'e'))
            return false;
    }
    return digit;
}

/* "***", "xxxx", "<redacted>", "[FILTERED]": somebody took it out already. */
static bool is_masked(struct tel_piece p)
{
    char first = byte_at(p, 0);
    size_t same = 0;

    while (same < p.len && p.at[same] == first)
        same++;
    return (same == p.len && p.len > 1 && !is_digit(first)) ||
           (p.len < 24 && (first == '<' || first == '[') &&
            (piece_has(p, "redact") || piece_has(p, "filter") ||
             piece_has(p, "mask") || piece_has(p, "hidden")));
}

bool tel_audit_is_trivial(struct tel_piece p)
{
    return p.len == 0 || is_masked(p) ||
           (p.len < 16 && piece_in(p, trivial_values)) ||
           (p.len > 6 && p.at[0] == '0' && tel_audit_is_uniform(p));
}

static size_t count_blanks(struct tel_piece p)
{
    size_t count = 0;

    for (size_t i = 0; i < p.len; i++)
        count += is_blank(p.at[i]);
    return count;
}

static bool has_blank(struct tel_piece p)
{
    return count_blanks(p) > 0;
}

static bool has_letter(struct tel_piece p)
{
    for (size_t i = 0; i < p.len; i++) {
        if (is_alpha(p.at[i]) || (unsigned char)p.at[i] >= 0x80)
            return true;
    }
    return false;
}

static bool has_digit(struct tel_piece p)
{
    for (size_t i = 0; i < p.len; i++) {
        if (is_digit(p.at[i]))
            return true;
    }
    return false;
}

static bool is_hex_only(struct tel_piece p)
{
    return piece_run(p, 0, is_hex) == p.len;
}

/* "x86_64-linux-gnu" is what autoconf calls a host. */
static bool is_target(struct tel_piece p)
{
    return piece_has(p, "-linux") || piece_has(p, "-darwin") ||
           piece_has(p, "-windows") || piece_has(p, "-gnu");
}

/* "+49 30 901820"; a model of a telephone is none. */
static bool is_dialled(struct tel_piece p)
{
    size_t digits = 0;

    for (size_t i = 0; i < p.len; i++) {
        if (!is_digit(p.at[i]) && !one_of(p.at[i], "+-()./ "))
            return false;
        digits += is_digit(p.at[i]);
    }
    return digits > 5;
}

static bool fits_id(struct tel_piece p, const struct tel_audit_name *name)
{
    bool number = tel_audit_is_decimal(p);

    if (has_blank(p) && !tel_audit_number(p))
        return false;
    if (number && name->plural)
        return false;
    if (name->dial)
        return is_dialled(p);
    if (tel_audit_model(p))
        return false;
    if (name->numeric_id)
        return number ? p.len > 1
                      : (has_digit(p) && p.len > 3) || p.len > 15 ||
                            p.at[0] == '+';
    return p.len > 5 && has_digit(p) &&
           (!number || piece_run(p, 0, is_digit) == p.len);
}

static bool fits_token(struct tel_piece p, const struct tel_audit_name *name)
{
    if (tel_audit_is_decimal(p) && p.len < 6)
        return false;
    if (name->strong)
        return p.len > 2 && !tel_audit_sentence(p) && !name->plural;
    return p.len > 11 && has_digit(p) && has_letter(p);
}

static bool fits_path(struct tel_piece p, const struct tel_audit_name *name)
{
    size_t dot = piece_byte(p, '.', 1);

    if (tel_audit_is_decimal(p) || !has_letter(p))
        return false;
    if (name->strong)
        return p.len > 1;
    return piece_byte(p, '/', 0) < p.len || piece_byte(p, '\\', 0) < p.len ||
           (dot + 1 < p.len && is_alpha(p.at[dot + 1]));
}

static bool fits_time(struct tel_piece p, const struct tel_audit_name *name)
{
    size_t digits = 0;
    size_t signs = 0;

    if (tel_audit_time(p))
        return true;
    for (size_t i = 0; i < p.len; i++) {
        digits += is_digit(p.at[i]);
        signs += one_of(p.at[i], "-:/T");
    }
    if (digits > 7 || (digits > 3 && signs > 0 && is_digit(p.at[0])))
        return p.len < 40;
    return name->numeric_id && (p.len <= 2 || digits == 0);
}

static bool fits_coordinates(struct tel_piece p,
                             const struct tel_audit_name *name)
{
    size_t numbers = 0;

    for (size_t i = 0; i < p.len; i++) {
        if (!is_digit(p.at[i]) && !one_of(p.at[i], "+-., ;"))
            return false;
        numbers += is_digit(p.at[i]);
    }
    return numbers > 0 && p.len < 64 &&
           (name->numeric_id || piece_byte(p, '.', 0) < p.len);
}

/* Who does things and is no person. */
static const char actors[] =
    "user admin administrator owner customer operator staff cron schedule "
    "scheduled scheduler timer timeout webhook hook push pull pr merge tag ci "
    "cd bot dependabot renovate github gitlab jenkins argo argocd agent api "
    "cli "
    "gui ui sdk button click hotkey keyboard menu tap touch gesture shortcut "
    "mouse voice app server client daemon service script plugin policy rule "
    "worker job pipeline workflow deploy event trigger alarm alert "
    "notification "
    "email sms phone oidc kernel os root installer updater migration import "
    "sync watchdog supervisor systemd init parent child peer adblock filter "
    "firewall proxy cache limit quota gc oom terraform ansible kubernetes";

static bool fits_user(struct tel_piece p, const struct tel_audit_name *name)
{
    if (tel_audit_is_decimal(p) || !has_letter(p) || p.len > 64)
        return false;
    if (name->plural || piece_begins(p, "0x"))
        return false;
    if (!name->strong || (name->actor && has_blank(p)))
        return tel_audit_full_name(p);
    if (name->actor && piece_in(p, actors))
        return false;
    return p.len > 1 && count_blanks(p) < 4;
}

static bool fits_text(struct tel_piece p, const struct tel_audit_name *name)
{
    if (!has_letter(p))
        return false;
    return name->strong ? p.len > 1 : has_blank(p) && p.len > 6;
}

/* "Alice's Laptop", "HomeNet 7590": as people call what is theirs. */
static bool is_possessive(struct tel_piece p)
{
    return is_upper(p.at[0]) && count_blanks(p) < 3;
}

static bool fits(struct tel_piece p, const struct tel_audit_name *name)
{
    switch (name->says) {
    case TEL_AUDIT_USER:
        return fits_user(p, name);
    case TEL_AUDIT_HOST:
        return has_letter(p) && (!has_blank(p) || is_possessive(p)) &&
               !is_target(p) && p.len > 1 && !name->plural &&
               !tel_audit_model(p) && !tel_audit_architecture(p);
    case TEL_AUDIT_ID:
        return fits_id(p, name);
    case TEL_AUDIT_MAC:
        return p.len >= 12 && has_digit(p);
    case TEL_AUDIT_TOKEN:
        return fits_token(p, name);
    case TEL_AUDIT_PATH:
        return fits_path(p, name);
    case TEL_AUDIT_TIMESTAMP:
        return fits_time(p, name);
    case TEL_AUDIT_COORDINATES:
        return fits_coordinates(p, name);
    case TEL_AUDIT_ERROR:
        return (has_blank(p) && has_letter(p)) || (name->strong && p.len > 11);
    case TEL_AUDIT_TEXT:
        return fits_text(p, name);
    default:
        return false;
    }
}

/* Whether the name's word counts more than what the bytes look like. */
static bool name_decides(const struct tel_audit_name *name,
                         struct tel_trait looks, struct tel_piece value)
{
    enum tel_audit_kind says = name->says;
    bool secret = says == TEL_AUDIT_TOKEN && name->strong;

    switch (looks.kind) {
    case TEL_AUDIT_NONE:
    case TEL_AUDIT_TEXT:
        return true;
    case TEL_AUDIT_ERROR:
        return says != TEL_AUDIT_TEXT;
    case TEL_AUDIT_ID:
        return says != TEL_AUDIT_TEXT && says != TEL_AUDIT_ERROR &&
               says != TEL_AUDIT_USER;
    case TEL_AUDIT_TIMESTAMP:
        /* A date's digits may be an account's number. */
        return says == TEL_AUDIT_ID || says == TEL_AUDIT_TOKEN ||
               says == TEL_AUDIT_COORDINATES;
    case TEL_AUDIT_TOKEN:
        return says == TEL_AUDIT_ID;
    case TEL_AUDIT_UUID:
    case TEL_AUDIT_HOST:
    case TEL_AUDIT_EMAIL:
        return secret;
    case TEL_AUDIT_PATH:
        return secret && is_alnum(value.at[0]) && byte_at(value, 1) != ':';
    default:
        return false;
    }
}

struct tel_trait tel_audit_by_name(struct tel_piece value,
                                   struct tel_trait looks,
                                   const struct tel_audit_name *name)
{
    enum tel_audit_kind says = name->says;

    if (says == TEL_AUDIT_NONE || tel_audit_is_trivial(value) ||
        !name_decides(name, looks, value) || !fits(value, name))
        return looks;
    if (says == TEL_AUDIT_MAC && !is_hex_only(value))
        says = TEL_AUDIT_ID;
    if (says == TEL_AUDIT_ID && name->strong && value.len == 32 &&
        is_hex_only(value) && name->guid)
        says = TEL_AUDIT_UUID;
    return (struct tel_trait){says, value, looks.kind != says};
}
