/* SPDX-License-Identifier: MIT */
/* A command line, matched to the one event that the policy lists for it. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "walk.h"

static struct tel_value constant(const char *string)
{
    return (struct tel_value){string, strlen(string)};
}

static bool has_option(const struct tel_policy *policy,
                       const struct tel_field *field, struct tel_span name)
{
    for (unsigned i = 0; i < field->options; i++) {
        if (option_is(str_span(policy, policy->items[field->first_option + i]),
                      name)) {
            return true;
        }
    }
    return false;
}

/* The field's listed word that equals value, or "other". */
static struct tel_value listed_value(const struct tel_policy *policy,
                                     const struct tel_field *field,
                                     struct tel_span value)
{
    for (unsigned i = 0; i < field->values; i++) {
        struct tel_span listed =
            str_span(policy, policy->items[field->first_value + i]);

        if (span_equal(listed, value)) {
            return (struct tel_value){listed.at, listed.len};
        }
    }
    return constant("other");
}

/* Whether the token says something of the field; then *value is what. */
static bool fill_field(const struct tel_policy *policy,
                       const struct token *token, unsigned index,
                       struct tel_value *value)
{
    const struct tel_field *field = &policy->fields[index];

    if (!has_option(policy, field, token->name)) {
        return false;
    }
    if (field->kind == TEL_FIELD_FLAG) {
        *value = constant("yes");
        return true;
    }
    if (field->kind == TEL_FIELD_WORD && token->value.at != NULL) {
        *value = listed_value(policy, field, token->value);
        return true;
    }
    return false;
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

/*
 * The first modifier in file order that stands on the command line, and the
 * argument that it is in; the number of modifiers where there is none.
 */
static unsigned find_modifier(const struct tel_policy *policy,
                              struct tel_str verb, char *const *args, int nargs,
                              int *ret_arg)
{
    unsigned first = policy->nmodifiers;
    struct walk walk = {.policy = policy, .args = args, .nargs = nargs};
    struct token token;

    while (first > 0 && walk_next(&walk, &token)) {
        for (unsigned i = 0; token.listed.len > 0 && i < first; i++) {
            const struct tel_modifier *modifier = &policy->modifiers[i];

            if (option_is(str_span(policy, modifier->option), token.name) &&
                span_equal(str_span(policy, modifier->words),
                           str_span(policy, verb))) {
                first = i;
                *ret_arg = token.arg;
            }
        }
    }
    return first;
}

static void trace_start(struct tel_trace *trace, int nargs)
{
    trace->verb = trace->alias = trace->modifier = trace->modifier_arg = -1;
    trace->nwords = trace->verb_words = 0;
    for (unsigned i = 0; i < TEL_FIELDS_MAX; i++) {
        trace->fields[i] = (struct tel_trace_field){-1, -1, {0, 0}};
    }
    /* What no token stands in, is what ends the options. */
    for (int i = 0; i < nargs; i++) {
        trace->args[i] = (struct tel_trace_arg){.kind = TEL_ARG_DASHES};
    }
}

static void trace_token(struct tel_trace *trace, const struct token *token)
{
    struct tel_trace_arg *arg = &trace->args[token->arg];

    if (token->kind == TOKEN_WORD) {
        arg->kind = TEL_ARG_WORD;
        if (trace->nwords < TEL_WORDS_MAX) {
            trace->words[trace->nwords++] = token->arg;
        }
        return;
    }
    arg->kind = TEL_ARG_OPTION;
    if (token->listed.len > 0) {
        arg->option = token->listed;
    }
    if (token->value.at != NULL && token->value_arg != token->arg) {
        trace->args[token->value_arg] =
            (struct tel_trace_arg){TEL_ARG_VALUE, token->listed};
    }
}

static void trace_verb(struct tel_trace *trace, const struct tel_policy *policy,
                       int verb, unsigned nwords)
{
    trace->verb_words = nwords;
    trace->verb = verb;
    if (verb >= policy->nverbs) {
        struct tel_str target = walk_verb_words(policy, verb);

        trace->alias = verb - policy->nverbs;
        trace->verb =
            (int)(verb_find(policy, str_span(policy, target)) - policy->verbs);
    }
}

/* Both of these are compiled once with a trace and once without: what hosts
 * load has no tracing in it. */
#define EACH_FOR_ITSELF static inline __attribute__((always_inline))

/* Goes along all arguments once; what they say of the fields. */
EACH_FOR_ITSELF void read_line(struct walk *walk, struct tel_match *match,
                               struct tel_trace *trace)
{
    const struct tel_policy *policy = walk->policy;
    struct token token;

    start_values(policy, match);
    while (walk_next(walk, &token)) {
        if (trace != NULL) {
            trace_token(trace, &token);
        }
        for (unsigned i = 0; token.listed.len > 0 && i < policy->nfields; i++) {
            bool said = fill_field(policy, &token, i, &match->values[i]);

            if (said && trace != NULL) {
                trace->fields[i] = (struct tel_trace_field){
                    token.arg, token.value.at != NULL ? token.value_arg : -1,
                    token.listed};
            }
        }
    }
}

static void set_event(struct tel_match *match, const char *name)
{
    memcpy(match->event, name, strlen(name) + 1);
}

EACH_FOR_ITSELF int match(const struct tel_policy *policy, char *const *args,
                          int nargs, struct tel_match *ret_match,
                          struct tel_trace *trace)
{
    struct walk walk = {.policy = policy, .args = args, .nargs = nargs};
    struct tel_str modifier = {0, 0};
    unsigned nwords;
    int arg = -1;
    int verb;

    if (trace != NULL) {
        trace_start(trace, nargs);
    }
    read_line(&walk, ret_match, trace);
    verb = walk_verb(&walk, &nwords);
    if (verb < 0 && !policy->verbs_none) {
        set_event(ret_match, walk.nwords == 0 ? "none" : "other");
        return walk.nwords > 0 && policy->unlisted_ignore ? -ENOENT : 0;
    }
    if (trace != NULL) {
        trace_verb(trace, policy, verb, nwords);
    }
    if (policy->nmodifiers > 0) {
        unsigned first = find_modifier(policy, walk_verb_words(policy, verb),
                                       args, nargs, &arg);

        if (first < policy->nmodifiers) {
            modifier = policy->modifiers[first].name;
            if (trace != NULL) {
                trace->modifier = (int)first;
                trace->modifier_arg = arg;
            }
        }
    }
    return tel_policy_event(policy, walk_verb_words(policy, verb), modifier,
                            ret_match->event, sizeof(ret_match->event)) < 0
               ? -ENOENT
               : 0;
}

int tel_match(const struct tel_policy *policy, char *const *args, int nargs,
              struct tel_match *ret_match)
{
    return match(policy, args, nargs, ret_match, NULL);
}

int tel_match_traced(const struct tel_policy *policy, char *const *args,
                     int nargs, struct tel_match *ret_match,
                     struct tel_trace *trace)
{
    return match(policy, args, nargs, ret_match, trace);
}

struct tel_value tel_match_runtime(const struct tel_policy *policy,
                                   const struct tel_field *field,
                                   const char *program)
{
    return listed_value(policy, field,
                        (struct tel_span){program, strlen(program)});
}
