/* SPDX-License-Identifier: MIT */
/* Along the arguments of a command line, one word or option after the other. */
#include <string.h>

#include "walk.h"

/* What an option is to this policy. */
enum option_kind {
    OPTION_UNKNOWN,
    OPTION_SWITCH,
    OPTION_ATTACHED, /* takes a value in its own argument only: "--color=" */
    OPTION_VALUE
};

/* Beyond this a long "-xyz..." is data, and would hold the host up. */
#define CLUSTER_MAX 128

static struct tel_span arg_span(const char *arg)
{
    return (struct tel_span){arg, strlen(arg)};
}

/* Whether words, joined by one space, begin with those of prefix. */
static bool begins(const struct tel_span *words, unsigned nwords,
                   struct tel_span prefix, bool whole)
{
    unsigned i = 0;

    for (;; i++) {
        struct tel_span word = tel_span_word(&prefix);

        if (word.len == 0) {
            break;
        }
        if (i == nwords || !span_equal(words[i], word)) {
            return false;
        }
    }
    return !whole || i == nwords;
}

/* The verb or alias of exactly these words. */
static int listed_verb(const struct tel_policy *policy,
                       const struct tel_span *words, unsigned nwords)
{
    for (unsigned i = 0; i < policy->nverbs; i++) {
        if (begins(words, nwords, str_span(policy, policy->verbs[i].words),
                   true)) {
            return (int)i;
        }
    }
    for (unsigned i = 0; i < policy->naliases; i++) {
        if (begins(words, nwords, str_span(policy, policy->aliases[i].words),
                   true)) {
            return (int)(policy->nverbs + i);
        }
    }
    return -1;
}

int walk_verb(const struct walk *walk, unsigned *ret_nwords)
{
    int verb = -1;
    unsigned n = walk->nwords;

    for (; n > 0; n--) {
        verb = listed_verb(walk->policy, walk->words, n);
        if (verb >= 0) {
            break;
        }
    }
    if (ret_nwords != NULL) {
        *ret_nwords = n;
    }
    return verb;
}

struct tel_str walk_verb_words(const struct tel_policy *policy, int verb)
{
    if (verb < 0) {
        return (struct tel_str){0, 0};
    }
    return verb < policy->nverbs
               ? policy->verbs[verb].words
               : policy->aliases[verb - policy->nverbs].target;
}

/* Whether a value option of this scope counts after the words so far. */
static bool in_scope(const struct walk *walk, struct tel_str scope)
{
    struct tel_span wanted = str_span(walk->policy, scope);
    struct tel_span words[TEL_WORDS_MAX];
    struct tel_span verb;
    unsigned n = 0;

    if (scope.len == 0 || begins(walk->words, walk->nwords, wanted, false)) {
        return true;
    }
    verb = str_span(walk->policy,
                    walk_verb_words(walk->policy, walk_verb(walk, NULL)));
    while (n < TEL_WORDS_MAX && verb.len > 0) {
        words[n] = tel_span_word(&verb);
        n += words[n].len > 0;
    }
    return begins(words, n, wanted, false);
}

static bool is_attached(struct tel_span listed)
{
    return listed.at[listed.len - 1] == '=';
}

static enum option_kind value_kind(struct tel_span listed)
{
    return is_attached(listed) ? OPTION_ATTACHED : OPTION_VALUE;
}

/* What name is, and *ret_listed how the policy has it, if it has. */
static enum option_kind option_kind(const struct walk *walk,
                                    struct tel_span name,
                                    struct tel_str *ret_listed)
{
    const struct tel_policy *policy = walk->policy;

    for (unsigned i = 0; i < policy->nvalue_options; i++) {
        const struct tel_value_option *option = &policy->value_options[i];

        if (option_is(str_span(policy, option->option), name) &&
            in_scope(walk, option->scope)) {
            *ret_listed = option->option;
            return value_kind(str_span(policy, option->option));
        }
    }
    for (unsigned i = 0; i < policy->nfields; i++) {
        const struct tel_field *field = &policy->fields[i];

        for (unsigned n = 0; n < field->options; n++) {
            struct tel_str item = policy->items[field->first_option + n];

            if (option_is(str_span(policy, item), name)) {
                *ret_listed = item;
                return field->kind == TEL_FIELD_WORD
                           ? value_kind(str_span(policy, item))
                           : OPTION_SWITCH;
            }
        }
    }
    for (unsigned i = 0; i < policy->nmodifiers; i++) {
        if (option_is(str_span(policy, policy->modifiers[i].option), name)) {
            *ret_listed = policy->modifiers[i].option;
            return OPTION_SWITCH;
        }
    }
    *ret_listed = (struct tel_str){0, 0};
    return OPTION_UNKNOWN;
}

/* The next argument is the value, if there is one. */
static void take_value(struct walk *walk, struct token *token)
{
    if (walk->next < walk->nargs) {
        token->value_arg = walk->next;
        token->value = arg_span(walk->args[walk->next++]);
    }
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
    enum option_kind kind;

    walk->letter[0] = '-';
    walk->letter[1] = walk->cluster.at[0];
    walk->cluster.at++;
    walk->cluster.len--;
    walk->cluster_len++;
    *token = (struct token){.kind = TOKEN_OPTION,
                            .arg = walk->cluster_arg,
                            .name = {walk->letter, 2}};
    kind = option_kind(walk, token->name, &token->listed);
    if (kind >= OPTION_ATTACHED) {
        if (walk->cluster.len > 0) {
            token->value_arg = token->arg;
            token->value = walk->cluster;
        } else if (kind == OPTION_VALUE) {
            take_value(walk, token);
        }
        walk->cluster.len = 0;
    } else if (walk->cluster.len > 0 && (!may_be_letter(*walk->cluster.at) ||
                                         walk->cluster_len >= CLUSTER_MAX)) {
        walk->cluster.len = 0;
    }
}

static void next_option(struct walk *walk, struct tel_span arg,
                        struct token *token)
{
    const char *equals = memchr(arg.at, '=', arg.len);
    bool is_long = arg.at[1] == '-' || walk->policy->unbundled;
    enum option_kind kind;

    *token = (struct token){
        .kind = TOKEN_OPTION, .arg = walk->next - 1, .name = arg};
    if (equals != NULL) {
        struct tel_span name = {arg.at, (size_t)(equals - arg.at)};

        kind = option_kind(walk, name, &token->listed);
        if (is_long || kind != OPTION_UNKNOWN) {
            token->name = name;
            token->value_arg = token->arg;
            token->value =
                (struct tel_span){equals + 1, arg.len - name.len - 1};
            return;
        }
    }
    kind = option_kind(walk, arg, &token->listed);
    if (kind == OPTION_VALUE) {
        take_value(walk, token);
    } else if (kind == OPTION_UNKNOWN && !is_long && arg.len > 2) {
        walk->cluster = (struct tel_span){arg.at + 1, arg.len - 1};
        walk->cluster_arg = token->arg;
        walk->cluster_len = 0;
        next_letter(walk, token);
    }
}

/* Whether the word just seen is a program of its own, and the rest its. */
static bool passes_on(const struct walk *walk)
{
    const struct tel_policy *policy = walk->policy;
    struct tel_span verb;
    unsigned nwords;
    int found;

    if (policy->verbs_none) {
        return policy->npasses_on > 0;
    }
    /* No later word changes the verb: a long line of words costs no more. */
    if (walk->nseen > TEL_WORDS_MAX + 1) {
        return false;
    }
    found = walk_verb(walk, &nwords);
    verb = str_span(policy, walk_verb_words(policy, found));
    for (unsigned i = 0; found >= 0 && i < policy->npasses_on; i++) {
        if (walk->nseen > nwords &&
            span_equal(str_span(policy, policy->passes_on[i]), verb)) {
            return true;
        }
    }
    return false;
}

bool walk_next(struct walk *walk, struct token *token)
{
    while (walk->cluster.len > 0 || walk->next < walk->nargs) {
        struct tel_span arg;

        if (walk->cluster.len > 0) {
            next_letter(walk, token);
            return true;
        }
        arg = arg_span(walk->args[walk->next++]);
        if (walk->words_only || arg.len < 2 || arg.at[0] != '-') {
            *token = (struct token){
                .kind = TOKEN_WORD, .arg = walk->next - 1, .name = arg};
            if (walk->nwords < TEL_WORDS_MAX) {
                walk->words[walk->nwords++] = arg;
            }
            walk->nseen++;
            walk->words_only =
                walk->words_only ||
                (walk->policy->npasses_on > 0 && passes_on(walk));
            return true;
        }
        if (tel_span_is(arg, "--")) {
            walk->words_only = true;
            continue;
        }
        next_option(walk, arg, token);
        return true;
    }
    return false;
}
