/* SPDX-License-Identifier: MIT */
/* The policy file and its sections. */
#include <errno.h>
#include <string.h>

#include <tel/text.h>

#include "parse.h"

static const struct tel_span nothing;

#ifndef TEL_HOST
int parse_fail(struct parse *parse, const char *what, struct tel_span bytes)
{
    struct tel_text text;

    if (parse->err == NULL) {
        return -EINVAL;
    }
    tel_text_start(&text, parse->err->text, sizeof(parse->err->text));
    tel_text_add(&text, parse->file);
    tel_text_add(&text, ":");
    tel_text_number(&text, parse->ini.line);
    tel_text_add(&text, ": ");
    tel_text_add(&text, what);
    if (bytes.at != NULL) {
        tel_text_add(&text, " '");
        for (size_t i = 0; i < bytes.len && i < 60; i++) {
            bool plain = bytes.at[i] >= ' ' && bytes.at[i] <= '~';

            tel_text_bytes(&text, plain ? bytes.at + i : "?", 1);
        }
        tel_text_add(&text, bytes.len > 60 ? "...'" : "'");
    }
    return -EINVAL;
}
#endif

struct tel_str parse_str(const struct parse *parse, struct tel_span span)
{
    return (struct tel_str){(uint16_t)(span.at - parse->policy->text),
                            (uint16_t)span.len};
}

const struct tel_verb *verb_find(const struct tel_policy *policy,
                                 struct tel_span words)
{
    for (unsigned i = 0; i < policy->nverbs; i++) {
        if (span_equal(str_span(policy, policy->verbs[i].words), words)) {
            return &policy->verbs[i];
        }
    }
    return NULL;
}

unsigned tel_policy_line(const struct tel_policy *policy, struct tel_str str)
{
    unsigned line = 1;

    if ((str.len == 0 && str.at == 0) || str.at >= policy->file_len) {
        return 0;
    }
    for (size_t i = 0; i < str.at; i++) {
        line += policy->text[i] == '\n';
    }
    return line;
}

int tel_str_copy(const struct tel_policy *policy, struct tel_str str, char *buf,
                 size_t size)
{
    if (str.len >= size) {
        return -ENAMETOOLONG;
    }
    memcpy(buf, policy->text + str.at, str.len);
    buf[str.len] = '\0';
    return 0;
}

/*
 * Words of a verb, with one space between each: moved together in place, in
 * the policy's own text, where the line has room for them.
 */
static int take_words(struct parse *parse, struct tel_span source,
                      struct tel_str *ret_words)
{
    char *start = parse->policy->text + (source.at - parse->policy->text);
    char *end = start;
    unsigned count = 0;

    for (;;) {
        struct tel_span word = tel_span_word(&source);

        if (word.len == 0) {
            break;
        }
        if (!verb_word_valid(word)) {
            return parse_fail(parse, "not a word that a verb may have", word);
        }
        if (++count > TEL_WORDS_MAX) {
            return parse_fail(parse, "a verb has at most three words, not",
                              parse->ini.key);
        }
        if (end != start) {
            *end++ = ' ';
        }
        memmove(end, word.at, word.len);
        end += word.len;
    }
    *ret_words =
        parse_str(parse, (struct tel_span){start, (size_t)(end - start)});
    return 0;
}

/* One of [tool]'s keys, given at most once and not empty. */
static int take_once(struct parse *parse, struct tel_str *slot)
{
    if (slot->len > 0) {
        return parse_fail(parse, "given twice", parse->ini.key);
    }
    if (parse->ini.value.len == 0) {
        return parse_fail(parse, "nothing is given for", parse->ini.key);
    }
    *slot = parse_str(parse, parse->ini.value);
    return 0;
}

static int take_checked(struct parse *parse, struct tel_str *slot,
                        bool (*valid)(struct tel_span), const char *what)
{
    int r = take_once(parse, slot);

    if (r == 0 && !valid(parse->ini.value)) {
        return parse_fail(parse, what, parse->ini.value);
    }
    return r;
}

static bool id_valid(struct tel_span id)
{
    return tel_name_valid(id.at, id.len);
}

static bool any_version(struct tel_span version)
{
    return version.len > 0;
}

static int parse_method(struct parse *parse)
{
    struct tel_span value = parse->ini.value;
    int r = take_once(parse, &parse->method);

    if (r < 0) {
        return r;
    }
    if (!tel_span_is(value, "GET") && !tel_span_is(value, "POST")) {
        return parse_fail(parse, "method is GET or POST, not", value);
    }
    parse->policy->method = tel_span_is(value, "GET") ? TEL_GET : TEL_POST;
    return 0;
}

static int parse_consent(struct parse *parse)
{
    struct tel_span value = parse->ini.value;
    int r = take_once(parse, &parse->consent);

    if (r < 0) {
        return r;
    }
    if (!tel_span_is(value, "opt-in") && !tel_span_is(value, "opt-out")) {
        return parse_fail(parse, "consent is opt-in or opt-out, not", value);
    }
    parse->policy->consent =
        tel_span_is(value, "opt-in") ? TEL_OPT_IN_DEFAULT : TEL_OPT_OUT_DEFAULT;
    return 0;
}

static int parse_tool(struct parse *parse)
{
    struct tel_policy *policy = parse->policy;
    struct tel_span key = parse->ini.key;

    if (tel_span_is(key, "id")) {
        return take_checked(parse, &policy->id, id_valid,
                            "not an id (letters, digits, . _ + -)");
    }
    if (tel_span_is(key, "version")) {
        return take_checked(parse, &policy->version, any_version, "");
    }
    if (tel_span_is(key, "endpoint")) {
        return take_checked(parse, &policy->endpoint, endpoint_valid,
                            "not an https URL (http is for loopback only)");
    }
    if (tel_span_is(key, "disable")) {
        return take_checked(parse, &policy->disable, variable_valid,
                            "not a name of a variable");
    }
    if (tel_span_is(key, "method")) {
        return parse_method(parse);
    }
    if (tel_span_is(key, "consent")) {
        return parse_consent(parse);
    }
    if (tel_span_is(key, "purpose")) {
        return take_once(parse, &policy->purpose);
    }
    if (tel_span_is(key, "source")) {
        return take_once(parse, &policy->source);
    }
    if (tel_span_is(key, "controller")) {
        return take_once(parse, &policy->controller);
    }
    if (tel_span_is(key, "contact")) {
        return take_once(parse, &policy->contact);
    }
    if (tel_span_is(key, "retention")) {
        return take_once(parse, &policy->retention);
    }
    return parse_fail(parse, "[tool] has no", key);
}

static int parse_value_options(struct parse *parse, struct tel_span scope)
{
    struct tel_policy *policy = parse->policy;
    struct tel_span list = parse->ini.value;
    struct tel_str words;
    int r = take_words(parse, scope, &words);

    if (r < 0) {
        return r;
    }
    for (;;) {
        struct tel_span word = tel_span_word(&list);

        if (word.len == 0) {
            return 0;
        }
        if (!option_valid(word)) {
            return parse_fail(parse, "not an option", word);
        }
        if (policy->nvalue_options == TEL_VALUE_OPTIONS_MAX) {
            return parse_fail(parse, "too many value options", nothing);
        }
        policy->value_options[policy->nvalue_options++] =
            (struct tel_value_option){words, parse_str(parse, word)};
    }
}

/* A verb that runs another program, whose options are not the tool's. */
static int parse_passes_on(struct parse *parse)
{
    struct tel_policy *policy = parse->policy;

    if (policy->npasses_on == TEL_PASSES_ON_MAX) {
        return parse_fail(parse, "too many verbs that pass on", nothing);
    }
    if (parse->ini.value.len == 0) {
        return parse_fail(parse, "nothing is given for", parse->ini.key);
    }
    return take_words(parse, parse->ini.value,
                      &policy->passes_on[policy->npasses_on++]);
}

/* Whether "-qv" is "-q -v", or an option of that name as in find and java. */
static int parse_bundled(struct parse *parse)
{
    struct tel_span value = parse->ini.value;
    int r = take_once(parse, &parse->bundled);

    if (r < 0) {
        return r;
    }
    if (!tel_span_is(value, "yes") && !tel_span_is(value, "no")) {
        return parse_fail(parse, "bundled is yes or no, not", value);
    }
    parse->policy->unbundled = tel_span_is(value, "no");
    return 0;
}

static int parse_command(struct parse *parse)
{
    struct tel_span rest = parse->ini.key;
    struct tel_span value = parse->ini.value;
    struct tel_span first = tel_span_word(&rest);

    if (tel_span_is(first, "value-options")) {
        return parse_value_options(parse, rest);
    }
    if (tel_span_is(parse->ini.key, "verbs")) {
        if (!tel_span_is(value, "none")) {
            return parse_fail(parse, "verbs can only be none, not", value);
        }
        parse->policy->verbs_none = true;
        return take_once(parse, &parse->verbs);
    }
    if (tel_span_is(parse->ini.key, "unlisted")) {
        int r = take_once(parse, &parse->unlisted);

        if (r < 0) {
            return r;
        }
        if (!tel_span_is(value, "ignore") && !tel_span_is(value, "other")) {
            return parse_fail(parse, "unlisted is ignore or other, not", value);
        }
        parse->policy->unlisted_ignore = tel_span_is(value, "ignore");
        return 0;
    }
    if (tel_span_is(parse->ini.key, "bundled")) {
        return parse_bundled(parse);
    }
    if (tel_span_is(parse->ini.key, "passes-on")) {
        return parse_passes_on(parse);
    }
    return parse_fail(parse, "[command] has no", parse->ini.key);
}

static int parse_verb(struct parse *parse)
{
    struct tel_policy *policy = parse->policy;
    struct tel_verb verb = {.purpose = parse_str(parse, parse->ini.value)};
    int r;

    if (policy->nverbs == TEL_VERBS_MAX) {
        return parse_fail(parse, "too many verbs", nothing);
    }
    r = take_words(parse, parse->ini.key, &verb.words);
    if (r < 0) {
        return r;
    }
    if (verb.words.len > TEL_EVENT_MAX) {
        return parse_fail(parse, "too long a verb", parse->ini.key);
    }
    policy->verbs[policy->nverbs++] = verb;
    return 0;
}

static int parse_alias(struct parse *parse)
{
    struct tel_policy *policy = parse->policy;
    struct tel_alias alias;
    int r;

    if (policy->naliases == TEL_ALIASES_MAX) {
        return parse_fail(parse, "too many aliases", nothing);
    }
    r = take_words(parse, parse->ini.key, &alias.words);
    if (r == 0) {
        r = take_words(parse, parse->ini.value, &alias.target);
    }
    if (r < 0) {
        return r;
    }
    policy->aliases[policy->naliases++] = alias;
    return 0;
}

/* "log --oneline = oneline": the last word before '=' is the option. */
static int parse_modifier(struct parse *parse)
{
    struct tel_policy *policy = parse->policy;
    struct tel_modifier modifier;
    struct tel_span words = parse->ini.key;
    struct tel_span option = words;
    int r;

    if (policy->nmodifiers == TEL_MODIFIERS_MAX) {
        return parse_fail(parse, "too many modifiers", nothing);
    }
    while (option.len > 0 && option.at[option.len - 1] != ' ' &&
           option.at[option.len - 1] != '\t') {
        option.len--;
    }
    words.len = option.len;
    option.at += option.len;
    option.len = parse->ini.key.len - words.len;
    if (!option_valid(option)) {
        return parse_fail(parse, "expected 'VERB --option = name', not",
                          parse->ini.key);
    }
    if (!verb_word_valid(parse->ini.value)) {
        return parse_fail(parse, "not a name for a modifier", parse->ini.value);
    }
    modifier.option = parse_str(parse, option);
    modifier.name = parse_str(parse, parse->ini.value);
    r = take_words(parse, words, &modifier.words);
    if (r < 0) {
        return r;
    }
    policy->modifiers[policy->nmodifiers++] = modifier;
    return 0;
}

static int parse_purpose(struct parse *parse)
{
    struct tel_policy *policy = parse->policy;

    if (policy->npurposes == TEL_PURPOSES_MAX) {
        return parse_fail(parse, "too many purposes", nothing);
    }
    policy->purposes[policy->npurposes++] = (struct tel_purpose){
        parse_str(parse, parse->ini.key), parse_str(parse, parse->ini.value)};
    return 0;
}

static int parse_entry(struct parse *parse)
{
    struct tel_span section = parse->ini.section;

    if (tel_span_is(section, "tool")) {
        return parse_tool(parse);
    }
    if (tel_span_is(section, "command")) {
        return parse_command(parse);
    }
    if (tel_span_is(section, "verbs")) {
        return parse_verb(parse);
    }
    if (tel_span_is(section, "aliases")) {
        return parse_alias(parse);
    }
    if (tel_span_is(section, "modifiers")) {
        return parse_modifier(parse);
    }
    if (tel_span_is(section, "fields")) {
        return parse_field(parse);
    }
    if (tel_span_is(section, "purposes")) {
        return parse_purpose(parse);
    }
    /* An entry before the first section stands for itself. */
    if (parse->ini.section_line > 0) {
        parse->ini.line = parse->ini.section_line;
    }
    return parse_fail(parse, "there is no section", section);
}

/* The variable that switches the tool off: GIT_NO_TELEMETRY for git. */
static void default_disable(struct tel_policy *policy)
{
    static const char suffix[] = "_NO_TELEMETRY";
    char *end = policy->text + policy->text_len;
    struct tel_span id = str_span(policy, policy->id);

    policy->disable.at = policy->text_len;
    for (size_t i = 0; i < id.len; i++) {
        char byte = id.at[i];

        if (byte >= 'a' && byte <= 'z') {
            byte = (char)(byte - 'a' + 'A');
        } else if (!(byte >= 'A' && byte <= 'Z') &&
                   !(byte >= '0' && byte <= '9')) {
            byte = '_';
        }
        *end++ = byte;
    }
    memcpy(end, suffix, sizeof(suffix) - 1);
    policy->disable.len = (uint16_t)(id.len + sizeof(suffix) - 1);
    policy->text_len = (uint16_t)(policy->text_len + policy->disable.len);
}

/* Everything but name, installed and the arrays' elements. */
static void clear(struct tel_policy *policy)
{
    policy->text_len = policy->file_len = 0;
    policy->id = policy->version = policy->endpoint = (struct tel_str){0, 0};
    policy->disable = policy->purpose = policy->source = policy->id;
    policy->controller = policy->contact = policy->retention = policy->id;
    policy->method = TEL_GET;
    policy->consent = TEL_OPT_IN_DEFAULT;
    policy->verbs_none = policy->unlisted_ignore = policy->unbundled = false;
    memset(&policy->coarse, 0, sizeof(policy->coarse));
    policy->coarse.ms = TEL_MS_OFF;
    policy->coarse.exit = TEL_EXIT_OFF;
    policy->nverbs = policy->naliases = policy->nmodifiers = 0;
    policy->nvalue_options = policy->nfields = policy->nitems = 0;
    policy->npurposes = policy->nbuild_ids = policy->npasses_on = 0;
    policy->crash = false;
}

int tel_policy_parse(struct tel_policy *ret_policy, const char *name,
                     const char *file, const char *text, size_t len,
                     struct tel_err *err)
{
    struct parse parse = {.policy = ret_policy, .file = file, .err = err};
    const char *what = NULL;
    int r;

    clear(ret_policy);
    if (len > TEL_POLICY_MAX) {
        parse.ini.line = 1;
        (void)parse_fail(&parse, "longer than 32768 bytes", nothing);
        return -EFBIG;
    }
    ret_policy->name[0] = '\0';
    ret_policy->installed = false;
    if (name != NULL && strlen(name) <= TEL_NAME_MAX) {
        memcpy(ret_policy->name, name, strlen(name) + 1);
    }
    if (text != ret_policy->text) {
        memcpy(ret_policy->text, text, len);
    }
    ret_policy->text_len = (uint16_t)len;
    ret_policy->file_len = (uint16_t)len;
    tel_ini_start(&parse.ini, ret_policy->text, len);
    while ((r = tel_ini_next(&parse.ini, &what)) > 0) {
        r = parse_entry(&parse);
        if (r < 0) {
            return r;
        }
    }
    if (r < 0) {
        return parse_fail(&parse, what, nothing);
    }
    r = parse_check(&parse);
    if (r == 0 && ret_policy->disable.len == 0) {
        default_disable(ret_policy);
    }
    return r;
}
