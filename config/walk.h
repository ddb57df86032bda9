/* SPDX-License-Identifier: MIT */
/*
 * walk: along the arguments of a command line, one word or option after the
 * other, as the policy says which options take values. The only reader of
 * command lines: verb, fields and modifiers are all found by it.
 *
 *     struct walk walk = {.policy = policy, .args = args, .nargs = nargs};
 *     struct token token;
 *     while (walk_next(&walk, &token)) ...
 *     verb = walk_verb(&walk, NULL);
 *
 * Private to config/. Context: preload.
 */
#ifndef TEL_WALK_H
#define TEL_WALK_H

#include "parse.h"

enum token_kind { TOKEN_WORD, TOKEN_OPTION };

struct token {
    enum token_kind kind;
    int arg;               /* the index of the argument that it stands in */
    int value_arg;         /* and of that which holds the value */
    struct tel_span name;  /* the word, or the option with its dashes */
    struct tel_span value; /* at NULL where the option has none */
    struct tel_str listed; /* the option as the policy has it; len 0: it has
                            * none such, or this is a word */
};

struct walk {
    const struct tel_policy *policy;
    char *const *args;
    int nargs;
    int next;
    bool words_only;         /* past "--" */
    struct tel_span cluster; /* what is left of "-xyz" */
    int cluster_arg;
    size_t cluster_len; /* letters so far */
    char letter[2];     /* "-y" while inside a cluster */
    struct tel_span words[TEL_WORDS_MAX];
    unsigned nwords;
    unsigned nseen; /* words, those that no verb needs too */
};

/* The next word or option: false at the end. "--" is neither. */
bool walk_next(struct walk *walk, struct token *token);

/*
 * The verb of the longest listed sequence at the front of the words so far:
 * an index in [verbs], or in [aliases] behind them, or -1. ret_nwords (may be
 * NULL) is how many words that took.
 */
int walk_verb(const struct walk *walk, unsigned *ret_nwords);

/* The words of the listed verb that walk_verb found; len 0 for -1. */
struct tel_str walk_verb_words(const struct tel_policy *policy, int verb);

/*
 * Whether name is the option that the policy lists as listed. A listed option
 * that ends in '=' is the same option without it: see tel-policy(5). Inline,
 * since most differ in length: a host pays no call for those.
 */
static inline bool option_is(struct tel_span listed, struct tel_span name)
    __attribute__((always_inline));

static inline bool option_is(struct tel_span listed, struct tel_span name)
{
    if (listed.len == name.len + 1 && listed.at[name.len] == '=') {
        listed.len--;
    }
    return listed.len == name.len && span_equal(listed, name);
}

#endif
