/* SPDX-License-Identifier: MIT */
/* Which bytes names may have, and what events are called on the wire. */
#include <errno.h>
#include <string.h>

#include <tel/text.h>

#include "parse.h"

/* Keys that tel itself gives: no field may take one. */
static const char reserved_keys[][8] = {
    "t", "e", "v", "tv", "os", "libc", "ms", "exit", "sig", "end", "crash"};

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_lower(char byte)
{
    return byte >= 'a' && byte <= 'z';
}

static bool is_alnum(char byte)
{
    return is_digit(byte) || is_lower(byte) || (byte >= 'A' && byte <= 'Z');
}

/* All of span is letters, digits, or bytes of others. */
static bool made_of(struct tel_span span, const char *others)
{
    for (size_t i = 0; i < span.len; i++) {
        if (!is_alnum(span.at[i]) &&
            (span.at[i] == '\0' || strchr(others, span.at[i]) == NULL)) {
            return false;
        }
    }
    return span.len > 0;
}

bool span_equal(struct tel_span a, struct tel_span b)
{
    return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

bool tel_name_valid(const char *name, size_t len)
{
    return len >= 1 && len <= TEL_NAME_MAX && name[0] != '.' &&
           made_of((struct tel_span){name, len}, "._+-");
}

bool tel_key_valid(const char *key, size_t len)
{
    if (len < 1 || len > TEL_KEY_MAX || !is_lower(key[0])) {
        return false;
    }
    for (size_t i = 1; i < len; i++) {
        if (!is_lower(key[i]) && !is_digit(key[i]) && key[i] != '_') {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof(reserved_keys) / sizeof(*reserved_keys);
         i++) {
        if (tel_span_is((struct tel_span){key, len}, reserved_keys[i])) {
            return false;
        }
    }
    return true;
}

bool verb_word_valid(struct tel_span word)
{
    return word.len <= TEL_EVENT_MAX && word.len > 0 && is_alnum(word.at[0]) &&
           made_of(word, "._+:-");
}

bool option_valid(struct tel_span option)
{
    if (option.len < 2 || option.at[0] != '-' || tel_span_is(option, "--")) {
        return false;
    }
    for (size_t i = 0; i < option.len; i++) {
        if (option.at[i] <= ' ' || option.at[i] > '~') {
            return false;
        }
    }
    return true;
}

bool value_valid(struct tel_span value)
{
    return value.len <= TEL_VALUE_MAX && made_of(value, "._+:-");
}

bool build_id_valid(struct tel_span digits)
{
    for (size_t i = 0; i < digits.len; i++) {
        if (!is_digit(digits.at[i]) &&
            !(digits.at[i] >= 'a' && digits.at[i] <= 'f')) {
            return false;
        }
    }
    return digits.len >= TEL_BUILD_ID_MIN && digits.len <= TEL_BUILD_ID_MAX;
}

bool tel_policy_has_build(const struct tel_policy *policy, const char *digits,
                          size_t len)
{
    for (unsigned i = 0; i < policy->nbuild_ids; i++) {
        struct tel_span listed = str_span(policy, policy->build_ids[i]);

        if (memcmp(listed.at, digits, len < listed.len ? len : listed.len) ==
            0) {
            return true;
        }
    }
    return false;
}

bool tel_release_valid(const char *version, size_t len)
{
    unsigned parts = 1;

    if (len == 0 || len > TEL_VERSION_MAX || !is_digit(version[0]) ||
        !is_digit(version[len - 1])) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (version[i] == '.') {
            parts++;
            if (version[i + 1] == '.') {
                return false;
            }
        } else if (!is_digit(version[i])) {
            return false;
        }
    }
    return parts <= 3;
}

bool variable_valid(struct tel_span name)
{
    return name.len <= TEL_NAME_MAX + 16 && !(name.len && is_digit(*name.at)) &&
           made_of(name, "_");
}

static bool starts(struct tel_span span, const char *string)
{
    size_t len = strlen(string);

    return span.len >= len && memcmp(span.at, string, len) == 0;
}

/* 127.x.y.z, localhost or [::1], as RFC 6761 and RFC 4291 reserve them. What
 * only looks so, as 127.0.0.256, is a name that DNS is asked for. */
static bool is_loopback(struct tel_span host)
{
    unsigned parts = 1;
    size_t at = 0;

    if (tel_span_is(host, "localhost") || tel_span_is(host, "[::1]")) {
        return true;
    }
    for (size_t i = 0; i <= host.len; i++) {
        uint64_t number;

        if (i < host.len && host.at[i] != '.') {
            continue;
        }
        if (!tel_text_parse(host.at + at, i - at, 255, &number) ||
            (host.at[at] == '0' && i - at > 1)) {
            return false;
        }
        parts += i < host.len;
        at = i + 1;
    }
    return starts(host, "127.") && parts == 4;
}

/* Splits "host:port"; the port may be missing, and is checked. */
static bool split_host(struct tel_span authority, struct tel_span *ret_host)
{
    struct tel_span host = authority;
    struct tel_span port = {NULL, 0};
    uint64_t number;

    for (size_t i = 0; i < authority.len; i++) {
        if (authority.at[i] == ':' &&
            (i == 0 || authority.at[0] != '[' || authority.at[i - 1] == ']')) {
            host.len = i;
            port.at = authority.at + i + 1;
            port.len = authority.len - i - 1;
            break;
        }
    }
    *ret_host = host;
    if (port.at != NULL && !tel_text_parse(port.at, port.len, 65535, &number)) {
        return false;
    }
    if (host.len > 2 && host.at[0] == '[') {
        return host.at[host.len - 1] == ']' &&
               made_of((struct tel_span){host.at + 1, host.len - 2}, ":.");
    }
    return made_of(host, ".-");
}

bool endpoint_valid(struct tel_span url)
{
    struct tel_span host;
    struct tel_span rest = url;
    bool tls = starts(url, "https://");
    size_t prefix = tls ? 8 : 7;

    if (url.len > TEL_ENDPOINT_MAX || (!tls && !starts(url, "http://"))) {
        return false;
    }
    for (size_t i = 0; i < url.len; i++) {
        if (url.at[i] <= ' ' || url.at[i] > '~' ||
            strchr("\"'\\<>^`{|}#@;", url.at[i]) != NULL) {
            return false;
        }
    }
    rest.at += prefix;
    rest.len -= prefix;
    host = rest;
    host.len = 0;
    while (host.len < rest.len && rest.at[host.len] != '/' &&
           rest.at[host.len] != '?') {
        host.len++;
    }
    return split_host(host, &host) && (tls || is_loopback(host));
}

/* Words joined by '_', into text. */
static void add_words(struct tel_text *text, struct tel_span words)
{
    for (size_t i = 0; i < words.len; i++) {
        tel_text_bytes(text, words.at[i] == ' ' ? "_" : words.at + i, 1);
    }
}

int tel_policy_event(const struct tel_policy *policy, struct tel_str words,
                     struct tel_str modifier, char *buf, size_t size)
{
    struct tel_text text;

    tel_text_start(&text, buf, size);
    if (words.len == 0) {
        tel_text_add(&text, "run");
    } else {
        add_words(&text, str_span(policy, words));
    }
    if (modifier.len > 0) {
        tel_text_add(&text, "_");
        tel_text_bytes(&text, tel_str_at(policy, modifier), modifier.len);
    }
    return tel_text_end(&text);
}

/* Every event of the policy but the fixed ones, as two strs each. */
static bool event_at(const struct tel_policy *policy, size_t index,
                     struct tel_str *ret_words, struct tel_str *ret_modifier)
{
    if (index < policy->nverbs) {
        *ret_words = policy->verbs[index].words;
        *ret_modifier = (struct tel_str){0, 0};
        return true;
    }
    index -= policy->nverbs;
    if (index < policy->nmodifiers) {
        *ret_words = policy->modifiers[index].words;
        *ret_modifier = policy->modifiers[index].name;
        return true;
    }
    return false;
}

/* Whether events a and b are the same name. */
static bool same_event(const struct tel_policy *policy, size_t a,
                       const char *name)
{
    char other[TEL_EVENT_MAX + 1];
    struct tel_str words;
    struct tel_str modifier;

    return event_at(policy, a, &words, &modifier) &&
           tel_policy_event(policy, words, modifier, other, sizeof(other)) >=
               0 &&
           strcmp(other, name) == 0;
}

/* Two modifiers of one verb may lead to the same name: that is one event. */
static bool may_share(const struct tel_policy *policy, size_t a, size_t b)
{
    const struct tel_modifier *x;
    const struct tel_modifier *y;

    if (a < policy->nverbs || b < policy->nverbs) {
        return false;
    }
    x = &policy->modifiers[a - policy->nverbs];
    y = &policy->modifiers[b - policy->nverbs];
    return span_equal(str_span(policy, x->words), str_span(policy, y->words)) &&
           span_equal(str_span(policy, x->name), str_span(policy, y->name));
}

bool events_distinct(const struct tel_policy *policy, struct tel_str *ret_name)
{
    uint16_t table[1024] = {0}; /* index + 1; fuller than 2/3 never */
    struct tel_str words;
    struct tel_str modifier;
    char name[TEL_EVENT_MAX + 1];

    for (size_t i = 0; event_at(policy, i, &words, &modifier); i++) {
        uint32_t place;

        *ret_name = words;
        if (tel_policy_event(policy, words, modifier, name, sizeof(name)) < 0 ||
            strcmp(name, "none") == 0 || strcmp(name, "other") == 0) {
            return false;
        }
        for (place = tel_text_hash(name) % 1024; table[place] != 0;
             place = (place + 1) % 1024) {
            size_t other = table[place] - 1U;

            if (same_event(policy, other, name) &&
                !may_share(policy, other, i)) {
                return false;
            }
        }
        table[place] = (uint16_t)(i + 1);
    }
    return true;
}
