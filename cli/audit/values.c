/* SPDX-License-Identifier: MIT */
/*
 * One value: which kind of personal data it is, the most specific one.
 *
 * A value's bytes are looked at word by word, so that an address is found in
 * a sentence too; what is found in this order wins: a token, a home, ... (the
 * table of ranks). Where the field's name says something, it decides over
 * what is less sure than it, if the value is fit for that. Last come the
 * errors and free text that a value as a whole can be.
 */
#include "pieces.h"

#include <tel/event.h>

/* Longer words are looked at in parts; longer prose by its beginning. */
#define WORD_MAX_BYTES 4096
#define PROSE_MAX_BYTES 2048

/* Lower is more specific; what a name says stands between the two groups. */
static const unsigned char ranks[TEL_AUDIT_KINDS] = {
    [TEL_AUDIT_TOKEN] = 1,       [TEL_AUDIT_HOME] = 2,
    [TEL_AUDIT_EMAIL] = 3,       [TEL_AUDIT_UUID] = 4,
    [TEL_AUDIT_MAC] = 5,         [TEL_AUDIT_IPV6] = 6,
    [TEL_AUDIT_IPV4] = 7,        [TEL_AUDIT_PATH] = 8,
    [TEL_AUDIT_COORDINATES] = 9, [TEL_AUDIT_USER] = 10,
    [TEL_AUDIT_HOST] = 11,       [TEL_AUDIT_TIMESTAMP] = 12,
    [TEL_AUDIT_ID] = 13,         [TEL_AUDIT_ERROR] = 14,
    [TEL_AUDIT_TEXT] = 15,       [TEL_AUDIT_CARDINALITY] = 16,
    [TEL_AUDIT_NONE] = 17,
};

static struct tel_trait trait(enum tel_audit_kind kind, struct tel_piece part)
{
    return (struct tel_trait){.kind = kind, .part = part};
}

static bool better(struct tel_trait a, struct tel_trait b)
{
    return ranks[a.kind] < ranks[b.kind];
}

/* ---- one word -------------------------------------------------------------- */

/* Which of the marks without which there is no address or path it has. */
struct marks {
    unsigned dots, colons, dashes, slashes, digits, at, backslashes, tildes;
    unsigned underscores, percents;
};

static struct marks marks_of(struct tel_piece word)
{
    struct marks m = {0};

    for (size_t i = 0; i < word.len; i++) {
        switch (word.at[i]) {
        case '.':
            m.dots++;
            break;
        case ':':
            m.colons++;
            break;
        case '-':
            m.dashes++;
            break;
        case '/':
            m.slashes++;
            break;
        case '\\':
            m.backslashes++;
            break;
        case '~':
            m.tildes++;
            break;
        case '_':
            m.underscores++;
            break;
        case '%':
            m.percents++;
            break;
        case '@':
            m.at++;
            break;
        default:
            m.digits += is_digit(word.at[i]);
        }
    }
    return m;
}

/* What no field's name excuses. */
static struct tel_trait judge_sure(struct tel_piece word, struct marks m)
{
    struct tel_piece part;
    struct tel_trait path;

    if (tel_audit_token(word, &part))
        return trait(TEL_AUDIT_TOKEN, part);
    if (m.slashes + m.backslashes + m.tildes + m.percents > 0) {
        path = tel_audit_path(word);
        if (path.kind == TEL_AUDIT_HOME)
            return path;
    }
    if (m.at > 0 && tel_audit_email(word, &part))
        return trait(TEL_AUDIT_EMAIL, part);
    if (m.dashes > 3 && tel_audit_uuid(word, &part))
        return trait(TEL_AUDIT_UUID, part);
    if (m.colons + m.dashes + m.dots + m.underscores > 1 && word.len >= 14 &&
        tel_audit_mac(word, &part))
        return trait(TEL_AUDIT_MAC, part);
    return trait(TEL_AUDIT_NONE, word);
}

static struct tel_trait judge_network(struct tel_piece word, struct marks m,
                                      const struct tel_audit_name *name)
{
    struct tel_piece part;

    if (m.colons > 1 && tel_audit_ipv6(word, &part))
        return trait(TEL_AUDIT_IPV6, part);
    if (m.dots > 2 && m.digits > 3 && !name->version &&
        tel_audit_ipv4(word, &part))
        return trait(TEL_AUDIT_IPV4, part);
    return trait(TEL_AUDIT_NONE, word);
}

static struct tel_trait judge_word(struct tel_piece word,
                                   const struct tel_audit_name *name)
{
    struct marks m = marks_of(word);
    struct tel_trait found;
    struct tel_piece part;

    if (word.len < 4)
        return word.len > 1 && word.at[0] == '~' ? tel_audit_path(word)
                                                 : trait(TEL_AUDIT_NONE, word);
    if (m.colons > 0 && m.slashes > 1 && !name->agent &&
        tel_audit_url(word, &found))
        return found;
    found = judge_sure(word, m);
    if (found.kind != TEL_AUDIT_NONE)
        return found;
    found = judge_network(word, m, name);
    if (found.kind != TEL_AUDIT_NONE || name->agent)
        return found;
    if (m.digits > 2 && !name->quantity && !name->version &&
        tel_audit_time_word(word))
        return trait(TEL_AUDIT_TIMESTAMP, word);
    /* "git@host.example:team/x.git" */
    if (m.at > 0 && !name->version && tel_audit_host(word, &part))
        return trait(TEL_AUDIT_HOST, part);
    if (!name->route && !name->request) {
        found = tel_audit_path(word);
        if (found.kind != TEL_AUDIT_NONE)
            return found;
    }
    if (m.dots + m.dashes > 0 && !name->request &&
        tel_audit_host(word, &part) &&
        (!name->version || tel_audit_own_host(part)))
        return trait(TEL_AUDIT_HOST, part);
    if (!name->version && m.digits > 2 &&
        !(name->quantity && tel_audit_is_decimal(word)) &&
        tel_audit_id(word, &part))
        return trait(TEL_AUDIT_ID, part);
    return trait(TEL_AUDIT_NONE, word);
}

/* ---- a whole value ---------------------------------------------------------- */

static bool is_separator(char c)
{
    return is_blank(c) || c == '\0' || one_of(c, "\"'`()[]{}<>,;|=&?");
}

/* The next word from *at on, without punctuation at its ends. */
static struct tel_piece next_word(struct tel_piece value, size_t *at)
{
    struct tel_piece word;

    while (*at < value.len && is_separator(value.at[*at]))
        (*at)++;
    word = piece(value.at + *at, 0);
    while (*at < value.len && !is_separator(value.at[*at]) &&
           word.len < WORD_MAX_BYTES) {
        (*at)++;
        word.len++;
    }
    while (word.len > 0 && one_of(word.at[word.len - 1], ".:!"))
        word.len--;
    return word;
}

static struct tel_trait judge_words(struct tel_piece value,
                                    const struct tel_audit_name *name)
{
    struct tel_trait best = trait(TEL_AUDIT_NONE, value);
    struct tel_piece before = piece(value.at, 0);
    size_t at = 0;

    for (;;) {
        struct tel_piece word = next_word(value, &at);
        struct tel_trait found;

        if (word.len == 0 && at >= value.len)
            return best;
        found = judge_word(word, name);
        if (word.len > 0 && !name->agent)
            found = tel_audit_pair(before, word, found);
        /* "version 1.2.3.4" */
        if (found.kind == TEL_AUDIT_IPV4 &&
            (piece_in(before, "version ver release v")))
            found.kind = TEL_AUDIT_NONE;
        if (better(found, best))
            best = found;
        before = word;
    }
}

static bool is_plain_word(struct tel_piece value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (is_separator(value.at[i]))
            return false;
    }
    return value.len <= WORD_MAX_BYTES;
}

/* "git/2.39.5 (linux; x86_64) curl/8": programs that name themselves. */
static bool is_agent(struct tel_piece value)
{
    size_t slash = piece_byte(value, '/', 0);

    return slash > 0 && slash + 1 < value.len &&
           is_digit(value.at[slash + 1]) &&
           piece_run(value, 0, is_alpha) == slash;
}

/* "1.77.0 (aedd173a2 2024-03-17)": what a program says of its version. */
static bool is_version(struct tel_piece value)
{
    size_t at = lower(byte_at(value, 0)) == 'v';
    size_t numbers = 0;

    while (piece_run(value, at, is_digit) > 0) {
        numbers++;
        at += piece_run(value, at, is_digit);
        if (byte_at(value, at) != '.')
            break;
        at++;
    }
    return numbers == 3 && byte_at(value, at) == ' ' &&
           byte_at(value, at + 1) == '(';
}

/* "PostgreSQL 15.5 on x86_64": a name, a version, little more. */
static bool is_product(struct tel_piece value)
{
    size_t second = piece_byte(value, ' ', 0) + 1;
    size_t number = piece_run(value, second, is_digit);

    return value.len < 48 && is_upper(byte_at(value, 0)) && number > 0 &&
           byte_at(value, second + number) == '.' &&
           is_digit(byte_at(value, second + number + 1));
}

/* Products and machines have names and versions of several words. */
static bool may_be_prose(struct tel_piece value, enum tel_audit_kind found,
                         const struct tel_audit_name *name)
{
    if (found != TEL_AUDIT_NONE)
        return found == TEL_AUDIT_TIMESTAMP;
    /* A shell is a program, or what was given to it. */
    if (name->version)
        return piece_has(value, " --");
    return !name->quantity && !is_agent(value) && !is_product(value) &&
           !(name->label && value.len < 40);
}

static struct tel_trait judge_prose(struct tel_piece value,
                                    struct tel_trait best,
                                    const struct tel_audit_name *name)
{
    struct tel_piece start = value;

    if (start.len > PROSE_MAX_BYTES)
        start.len = PROSE_MAX_BYTES;
    if (tel_audit_login(start))
        return trait(TEL_AUDIT_TOKEN, value);
    if (tel_audit_coordinates(value) && ranks[best.kind] > 9)
        return trait(TEL_AUDIT_COORDINATES, value);
    if (!name->quantity && !name->version && ranks[best.kind] > 11 &&
        tel_audit_time(value))
        return trait(TEL_AUDIT_TIMESTAMP, value);
    if (ranks[best.kind] < ranks[TEL_AUDIT_TIMESTAMP])
        return best;
    if (tel_audit_person(value))
        return trait(TEL_AUDIT_USER, value);
    if (!name->version && !name->quantity && tel_audit_number(value))
        return trait(TEL_AUDIT_ID, value);
    if (!name->voice && tel_audit_error(start))
        return trait(TEL_AUDIT_ERROR, value);
    if (may_be_prose(start, best.kind, name) && tel_audit_sentence(start))
        return trait(TEL_AUDIT_TEXT, value);
    return best;
}

struct tel_trait tel_audit_value(struct tel_piece value,
                                 const struct tel_audit_name *name)
{
    struct tel_audit_name as_version;
    struct tel_trait best;

    value = piece_trim(value);
    if (tel_audit_is_trivial(value) ||
        (name->crash && tel_crash_valid(value.at, value.len)))
        return trait(TEL_AUDIT_NONE, value);
    if (is_version(value) && !name->version) {
        as_version = *name;
        as_version.version = true;
        name = &as_version;
    }
    if (is_plain_word(value))
        best = tel_audit_inside(value, judge_word(value, name));
    else
        best = judge_words(value, name);
    if (name->agent || name->request)
        return best;
    best = judge_prose(value, best, name);
    return tel_audit_by_name(value, best, name);
}

struct tel_trait tel_audit_as_name(struct tel_piece key)
{
    static const struct tel_audit_name none = {.says = TEL_AUDIT_NONE};
    struct tel_trait found = judge_words(key, &none);

    /* "net.peer.ip" is a name of a field, and no machine's. */
    if (found.kind == TEL_AUDIT_HOST && !tel_audit_machine(found.part))
        found.kind = TEL_AUDIT_NONE;
    return found;
}
