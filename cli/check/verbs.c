/* SPDX-License-Identifier: MIT */
/* Whether verbs, aliases and modifiers look like words of a tool. */
#include "check.h"

#include <string.h>

/* More digits than a standard's or a key's length has (sha512, x509). */
#define DIGITS_MAX 3

static const char mend[] =
    "list only words that the tool itself defines for everybody";

/* What the bytes look like that no verb has, or NULL. */
static const char *foreign(const char *at, size_t len)
{
    const char *what = check_shape_address(at, len);

    if (what == NULL && check_digits(at, len) > DIGITS_MAX)
        what = "a number or date";
    if (what == NULL)
        what = check_shape_identifier(at, len);
    if (what == NULL)
        what = check_shape_time(at, len);
    return what;
}

static void say(struct check *check, const char *kind, struct tel_str line,
                struct tel_str part, const char *what)
{
    if (what != NULL)
        check_found(check, CHECK_VERBS, line, mend,
                    "the %s '%s' holds what looks like %s", kind,
                    tel_cli_str(check->policy, part), what);
}

/* Each word for itself. */
static void check_words(struct check *check, const char *kind,
                        struct tel_str words)
{
    const char *at = tel_str_at(check->policy, words);
    const char *end = at + words.len;

    while (at < end) {
        const char *space = memchr(at, ' ', (size_t)(end - at));
        const char *stop = space != NULL ? space : end;

        say(check, kind, words, words, foreign(at, (size_t)(stop - at)));
        at = stop + 1;
    }
}

static void check_modifier(struct check *check,
                           const struct tel_modifier *modifier)
{
    const char *option = tel_str_at(check->policy, modifier->option);
    const char *what = check_shape_inside(option, modifier->option.len);

    if (what == NULL && check_digits(option, modifier->option.len) > DIGITS_MAX)
        what = "a number or date";
    say(check, "modifier", modifier->name, modifier->option, what);
    check_words(check, "modifier", modifier->name);
}

void check_verbs(struct check *check)
{
    const struct tel_policy *policy = check->policy;

    for (unsigned i = 0; i < policy->nverbs; i++)
        check_words(check, "verb", policy->verbs[i].words);
    for (unsigned i = 0; i < policy->naliases; i++)
        check_words(check, "alias", policy->aliases[i].words);
    for (unsigned i = 0; i < policy->nmodifiers; i++)
        check_modifier(check, &policy->modifiers[i]);
}
