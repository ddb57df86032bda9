/* SPDX-License-Identifier: MIT */
/* What must hold of a policy as a whole, once every line has been read. */
#include <string.h>

#include "parse.h"

static int fail_at(struct parse *parse, struct tel_str str, const char *what)
{
    unsigned line = tel_policy_line(parse->policy, str);

    parse->ini.line = line > 0 ? line : 1;
    return parse_fail(parse, what, str_span(parse->policy, str));
}

/* The longest value that a field can take on the wire, '+' as "%2B". */
static size_t longest_value(const struct tel_policy *policy,
                            const struct tel_field *field)
{
    size_t longest = strlen("1000000000");

    for (unsigned i = 0; i < field->values; i++) {
        struct tel_span value =
            str_span(policy, policy->items[field->first_value + i]);
        size_t len = 0;

        for (size_t n = 0; n < value.len; n++) {
            len += value.at[n] == '+' ? 3 : 1;
        }
        longest = len > longest ? len : longest;
    }
    return longest;
}

/* What '+' adds to the longest event's name as "%2B", at the most. */
static size_t escapes(const struct tel_policy *policy)
{
    size_t most = 0;

    for (unsigned i = 0; i < policy->nverbs + policy->nmodifiers; i++) {
        struct tel_span name =
            str_span(policy, i < policy->nverbs
                                 ? policy->verbs[i].words
                                 : policy->modifiers[i - policy->nverbs].name);
        size_t n = 0;

        for (size_t at = 0; at < name.len; at++) {
            n += name.at[at] == '+' ? 2 : 0;
        }
        most = n > most ? n : most;
    }
    return 2 * most; /* a verb and its modifier */
}

static int check_size(struct parse *parse)
{
    const struct tel_policy *policy = parse->policy;
    size_t size = strlen("t=&e=&v=1&tv=&os=linux&libc=&ms=3600000&exit=error") +
                  (size_t)3 * policy->id.len + TEL_EVENT_MAX + escapes(policy) +
                  TEL_VERSION_MAX + 24 +
                  (policy->crash ? strlen("&crash=") + TEL_CRASH_MAX : 0);

    for (unsigned i = 0; i < policy->nfields; i++) {
        size += 2U + policy->fields[i].key.len +
                longest_value(policy, &policy->fields[i]);
    }
    if (size > TEL_QUERY_MAX) {
        return fail_at(parse,
                       policy->nfields > 0
                           ? policy->fields[policy->nfields - 1].key
                           : policy->id,
                       "an event would become too long with");
    }
    return 0;
}

static int check_references(struct parse *parse)
{
    const struct tel_policy *policy = parse->policy;

    for (unsigned i = 0; i < policy->naliases; i++) {
        const struct tel_alias *alias = &policy->aliases[i];

        if (alias->words.len == 0 ||
            verb_find(policy, str_span(policy, alias->target)) == NULL) {
            return fail_at(parse, alias->target,
                           "an alias of a verb that is not listed:");
        }
        if (verb_find(policy, str_span(policy, alias->words)) != NULL) {
            return fail_at(parse, alias->words, "both a verb and an alias:");
        }
    }
    for (unsigned i = 0; i < policy->nmodifiers; i++) {
        struct tel_str words = policy->modifiers[i].words;

        if (words.len == 0
                ? !policy->verbs_none
                : verb_find(policy, str_span(policy, words)) == NULL) {
            return fail_at(parse, policy->modifiers[i].option,
                           "a modifier of a verb that is not listed:");
        }
    }
    return 0;
}

/* With verbs = none there is but run, and it is not listed. */
static int check_passes_on(struct parse *parse)
{
    const struct tel_policy *policy = parse->policy;

    for (unsigned i = 0; i < policy->npasses_on; i++) {
        struct tel_span words = str_span(policy, policy->passes_on[i]);

        if (policy->verbs_none ? !tel_span_is(words, "run")
                               : verb_find(policy, words) == NULL) {
            return fail_at(parse, policy->passes_on[i],
                           "passes-on names a verb that is not listed:");
        }
    }
    return 0;
}

static bool has_purpose_target(const struct tel_policy *policy,
                               struct tel_span key)
{
    if (tel_span_is(key, "ms") || tel_span_is(key, "exit") ||
        (tel_span_is(key, "crash") && policy->crash)) {
        return true;
    }
    for (unsigned i = 0; i < policy->nfields; i++) {
        if (span_equal(str_span(policy, policy->fields[i].key), key)) {
            return true;
        }
    }
    return false;
}

/* A crash is told only beside the signal that ended the run. */
static int check_crash(struct parse *parse)
{
    const struct tel_policy *policy = parse->policy;

    if (policy->crash && policy->coarse.exit == TEL_EXIT_OFF) {
        return fail_at(parse, parse->crash,
                       "crash needs an exit other than off to be");
    }
    if (!policy->crash && policy->nbuild_ids > 0) {
        return fail_at(parse, policy->build_ids[0],
                       "crash is not on, but a build-id is listed:");
    }
    return 0;
}

int parse_check(struct parse *parse)
{
    struct tel_policy *policy = parse->policy;
    struct tel_str shared = {0, 0};
    int r;

    parse->ini.line = parse->ini.line > 0 ? parse->ini.line : 1;
    if (policy->id.len == 0 || policy->endpoint.len == 0) {
        return parse_fail(parse,
                          policy->id.len == 0 ? "[tool] has no id"
                                              : "[tool] has no endpoint",
                          (struct tel_span){NULL, 0});
    }
    if (policy->verbs_none && policy->nverbs > 0) {
        return fail_at(parse, policy->verbs[0].words,
                       "verbs = none, but one is listed:");
    }
    r = check_references(parse);
    if (r == 0) {
        r = check_passes_on(parse);
    }
    if (r == 0) {
        r = check_crash(parse);
    }
    if (r < 0) {
        return r;
    }
    for (unsigned i = 0; i < policy->npurposes; i++) {
        if (!has_purpose_target(policy,
                                str_span(policy, policy->purposes[i].key))) {
            return fail_at(parse, policy->purposes[i].key,
                           "a purpose for a field that is not declared:");
        }
    }
    if (!events_distinct(policy, &shared)) {
        return fail_at(
            parse, shared,
            "reserved, too long, or the same on the wire as another:");
    }
    return check_size(parse);
}
