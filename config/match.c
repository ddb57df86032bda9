/* SPDX-License-Identifier: MIT */
/* A command line, matched to the one event that the policy lists for it. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <tel/text.h>

#include "parse.h"

/* What an option is to this policy. */
enum option_kind { OPTION_UNKNOWN, OPTION_SWITCH, OPTION_VALUE };

/* What comes next on the command line. */
enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_OPTION };

struct token {
    enum token_kind kind;
    struct span name;  /* the word, or the option as the policy writes it */
    struct span whole; /* the argument that it stands in */
    struct span value; /* at NULL where the option has none */
};

/* Beyond this a long "-xyz..." is data, and would hold the host up. */
#define CLUSTER_MAX 128

/* A walk along the arguments: the same one finds verb, fields, modifiers. */
struct walk {
    const struct tel_policy *policy;
    char *const *args;
    int nargs;
    int next;
    bool words_only;         /* past "--" */
    struct span cluster;     /* what is left of "-xyz" */
    struct span cluster_arg; /* the whole of it */
    char letter[2];          /* "-y" while inside a cluster */
    struct span words[TEL_WORDS_MAX];
    unsigned nwords;
};

static struct span arg_span(const char *arg)
{
    return (struct span){arg, strlen(arg)};
}

/* Whether words, joined by one space, begin with those of prefix. */
static bool begins(const struct span *words, unsigned nwords,
                   struct span prefix, bool whole)
{
    unsigned i = 0;

    for (;; i++) {
        struct span word = span_word(&prefix);

        if (word.len == 0) {
            break;
        }
        if (i == nwords || !span_equal(words[i], word)) {
            return false;
        }
    }
    return !whole || i == nwords;
}

/* The listed verb for exactly these words, aliases followed; or len 0. */
static struct tel_str listed_verb(const struct tel_policy *policy,
                                  const struct span *words, unsigned nwords)
{
    for (unsigned i = 0; i < policy->nverbs; i++) {
        if (begins(words, nwords, str_span(policy, policy->verbs[i].words),
                   true)) {
            return policy->verbs[i].words;
        }
    }
    for (unsigned i = 0; i < policy->naliases; i++) {
        if (begins(words, nwords, str_span(policy, policy->aliases[i].words),
                   true)) {
            return policy->aliases[i].target;
        }
    }
    return (struct tel_str){0, 0};
}

/* The verb of the longest listed sequence at the front of words. */
static struct tel_str longest_verb(const struct tel_policy *policy,
                                   const struct span *words, unsigned nwords)
{
    struct tel_str verb = {0, 0};

    for (unsigned n = nwords; n > 0 && verb.len == 0; n--) {
        verb = listed_verb(policy, words, n);
    }
    return verb;
}

/* Whether a value option of this scope counts after the words so far. */
static bool in_scope(const struct walk *walk, struct tel_str scope)
{
    struct span wanted = str_span(walk->policy, scope);
    struct span words[TEL_WORDS_MAX];
    struct span verb;
    unsigned n = 0;

    if (scope.len == 0 || begins(walk->words, walk->nwords, wanted, false)) {
        return true;
    }
    verb = str_span(walk->policy,
                    longest_verb(walk->policy, walk->words, walk->nwords));
    while (n < TEL_WORDS_MAX && verb.len > 0) {
        words[n] = span_word(&verb);
        n += words[n].len > 0;
    }
    return begins(words, n, wanted, false);
}

static bool has_option(const struct tel_policy *policy,
                       const struct tel_field *field, struct span name)
{
    for (unsigned i = 0; i < field->options; i++) {
        if (span_equal(str_span(policy, policy->items[field->first_option + i]),
                       name)) {
            return true;
        }
    }
    return false;
}

static enum option_kind option_kind(const struct walk *walk, struct span name)
{
    const struct tel_policy *policy = walk->policy;

    for (unsigned i = 0; i < policy->nvalue_options; i++) {
        const struct tel_value_option *option = &policy->value_options[i];

        if (span_equal(str_span(policy, option->option), name) &&
            in_scope(walk, option->scope)) {
            return OPTION_VALUE;
        }
    }
    for (unsigned i = 0; i < policy->nfields; i++) {
        const struct tel_field *field = &policy->fields[i];

        if (has_option(policy, field, name)) {
            return field->kind == TEL_FIELD_WORD ? OPTION_VALUE : OPTION_SWITCH;
        }
    }
    return OPTION_UNKNOWN;
}

static struct span take_next(struct walk *walk)
{
    if (walk->next >= walk->nargs) {
        return (struct span){NULL, 0};
    }
    return arg_span(walk->args[walk->next++]);
}

/* A cluster ends where a byte cannot be an option's letter: "-Dkey=value". */
static bool may_be_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9');
}

/* One letter of "-xyz". A letter that takes a value takes the rest. */
static void next_letter(struct walk *walk, struct token *token)
{
    walk->letter[0] = '-';
    walk->letter[1] = walk->cluster.at[0];
    walk->cluster.at++;
    walk->cluster.len--;
    *token = (struct token){.kind = TOKEN_OPTION,
                            .name = {walk->letter, 2},
                            .whole = walk->cluster_arg};
    if (option_kind(walk, token->name) == OPTION_VALUE) {
        token->value = walk->cluster;
        if (walk->cluster.len == 0) {
            token->value = take_next(walk);
        }
        walk->cluster.len = 0;
    } else if (walk->cluster.len > 0 &&
               (!may_be_letter(*walk->cluster.at) ||
                walk->cluster.at - walk->cluster_arg.at > CLUSTER_MAX)) {
        walk->cluster.len = 0;
    }
}

static void next_option(struct walk *walk, struct span arg, struct token *token)
{
    const char *equals = memchr(arg.at, '=', arg.len);
    struct span name = arg;
    bool is_long = arg.at[1] == '-';

    *token = (struct token){.kind = TOKEN_OPTION, .name = arg, .whole = arg};
    if (equals != NULL) {
        name.len = (size_t)(equals - arg.at);
        if (is_long || option_kind(walk, name) != OPTION_UNKNOWN) {
            token->name = name;
            token->value = (struct span){equals + 1, arg.len - name.len - 1};
            return;
        }
    }
    if (option_kind(walk, arg) == OPTION_VALUE) {
        token->value = take_next(walk);
        return;
    }
    if (!is_long && arg.len > 2 && option_kind(walk, arg) == OPTION_UNKNOWN) {
        walk->cluster = (struct span){arg.at + 1, arg.len - 1};
        walk->cluster_arg = arg;
        next_letter(walk, token);
    }
}

static enum token_kind next_token(struct walk *walk, struct token *token)
{
    while (walk->cluster.len > 0 || walk->next < walk->nargs) {
        struct span arg;

        if (walk->cluster.len > 0) {
            next_letter(walk, token);
            return TOKEN_OPTION;
        }
        arg = take_next(walk);
        if (walk->words_only || arg.len < 2 || arg.at[0] != '-') {
            *token =
                (struct token){.kind = TOKEN_WORD, .name = arg, .whole = arg};
            if (walk->nwords < TEL_WORDS_MAX) {
                walk->words[walk->nwords++] = arg;
            }
            return TOKEN_WORD;
        }
        if (span_is(arg, "--")) {
            walk->words_only = true;
            continue;
        }
        next_option(walk, arg, token);
        return TOKEN_OPTION;
    }
    return TOKEN_END;
}

static struct tel_value constant(const char *string)
{
    return (struct tel_value){string, strlen(string)};
}

/* The field's listed word that equals value, or "other". */
static struct tel_value listed_value(const struct tel_policy *policy,
                                     const struct tel_field *field,
                                     struct span value)
{
    for (unsigned i = 0; i < field->values; i++) {
        struct span listed =
            str_span(policy, policy->items[field->first_value + i]);

        if (span_equal(listed, value)) {
            return (struct tel_value){listed.at, listed.len};
        }
    }
    return constant("other");
}

static void fill_field(const struct tel_policy *policy,
                       const struct token *token, unsigned index,
                       struct tel_value *value)
{
    const struct tel_field *field = &policy->fields[index];

    if (!has_option(policy, field, token->name)) {
        return;
    }
    if (field->kind == TEL_FIELD_FLAG) {
        *value = constant("yes");
    } else if (field->kind == TEL_FIELD_WORD && token->value.at != NULL) {
        *value = listed_value(policy, field, token->value);
    }
}

static void start_values(const struct tel_policy *policy,
                         struct tel_match *match)
{
    for (unsigned i = 0; i < policy->nfields; i++) {
        match->values[i] = (struct tel_value){NULL, 0};
        if (policy->fields[i].kind == TEL_FIELD_FLAG) {
            match->values[i] = constant("no");
        } else if (policy->fields[i].kind == TEL_FIELD_TERMINAL) {
            match->values[i] = constant(isatty(STDOUT_FILENO) ? "yes" : "no");
        }
    }
}

/* The first modifier in file order that stands on the command line. */
static struct tel_str find_modifier(const struct tel_policy *policy,
                                    struct tel_str verb, char *const *args,
                                    int nargs)
{
    unsigned first = policy->nmodifiers;
    struct walk walk = {.policy = policy, .args = args, .nargs = nargs};
    struct token token;
    enum token_kind kind;

    while (first > 0 && (kind = next_token(&walk, &token)) != TOKEN_END) {
        for (unsigned i = 0; kind == TOKEN_OPTION && i < first; i++) {
            const struct tel_modifier *modifier = &policy->modifiers[i];
            struct span option = str_span(policy, modifier->option);

            if (span_equal(str_span(policy, modifier->words),
                           str_span(policy, verb)) &&
                (span_equal(option, token.whole) ||
                 (token.value.at == NULL && span_equal(option, token.name)))) {
                first = i;
            }
        }
    }
    return first < policy->nmodifiers ? policy->modifiers[first].name
                                      : (struct tel_str){0, 0};
}

static void set_event(struct tel_match *match, const char *name)
{
    memcpy(match->event, name, strlen(name) + 1);
}

int tel_match(const struct tel_policy *policy, char *const *args, int nargs,
              struct tel_match *ret_match)
{
    struct walk walk = {.policy = policy, .args = args, .nargs = nargs};
    struct tel_str modifier = {0, 0};
    struct tel_str verb;
    struct token token;
    enum token_kind kind;

    start_values(policy, ret_match);
    while ((kind = next_token(&walk, &token)) != TOKEN_END) {
        for (unsigned i = 0; kind == TOKEN_OPTION && i < policy->nfields; i++) {
            fill_field(policy, &token, i, &ret_match->values[i]);
        }
    }
    verb = longest_verb(policy, walk.words, walk.nwords);
    if (verb.len == 0 && !policy->verbs_none) {
        set_event(ret_match, walk.nwords == 0 ? "none" : "other");
        return walk.nwords > 0 && policy->unlisted_ignore ? -ENOENT : 0;
    }
    if (policy->nmodifiers > 0) {
        modifier = find_modifier(policy, verb, args, nargs);
    }
    return tel_policy_event(policy, verb, modifier, ret_match->event,
                            sizeof(ret_match->event)) < 0
               ? -ENOENT
               : 0;
}

struct tel_value tel_match_runtime(const struct tel_policy *policy,
                                   const struct tel_field *field,
                                   const char *program)
{
    return listed_value(policy, field, arg_span(program));
}
