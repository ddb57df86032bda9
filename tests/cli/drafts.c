/* SPDX-License-Identifier: MIT */
/* What tel init prints, read. */
#include "drafts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *draft_fill(const char *draft)
{
    static const char *const lines[] = {"\n# endpoint ", "\n# source ",
                                        "\n# controller ", "\n# contact "};
    char *filled = strdup(draft);

    assert_non_null(filled);
    for (size_t i = 0; i < COUNT(lines); i++) {
        char *at = strstr(filled, lines[i]);

        if (at != NULL)
            at[1] = ' ';
        else
            fail_msg("nothing to fill in: %s", lines[i] + 1);
    }
    return filled;
}

const struct tel_policy *draft_parse(const char *draft)
{
    static struct tel_policy policy;
    struct tel_err err = {""};
    char *filled = draft_fill(draft);

    if (tel_policy_parse(&policy, "x", "draft", filled, strlen(filled), &err) <
        0)
        fail_msg("%s", err.text);
    free(filled);
    return &policy;
}

/* Appends to a list, with '|' between. */
static void add(char *list, size_t size, const struct tel_policy *policy,
                struct tel_str a, const char *between, struct tel_str b)
{
    size_t len = strlen(list);

    snprintf(list + len, size - len, "%s%.*s%s%.*s", len > 0 ? "|" : "", a.len,
             tel_str_at(policy, a), between, b.len, tel_str_at(policy, b));
}

const char *draft_verbs(const struct tel_policy *policy)
{
    static char list[65536];

    list[0] = '\0';
    for (unsigned i = 0; i < policy->nverbs; i++)
        add(list, sizeof(list), policy, policy->verbs[i].words, "=",
            policy->verbs[i].purpose);
    return list;
}

const char *draft_aliases(const struct tel_policy *policy)
{
    static char list[8192];

    list[0] = '\0';
    for (unsigned i = 0; i < policy->naliases; i++)
        add(list, sizeof(list), policy, policy->aliases[i].words, ">",
            policy->aliases[i].target);
    return list;
}

const char *draft_options(const struct tel_policy *policy)
{
    static char list[8192];

    list[0] = '\0';
    for (unsigned i = 0; i < policy->nvalue_options; i++)
        add(list, sizeof(list), policy, policy->value_options[i].scope,
            policy->value_options[i].scope.len > 0 ? ":" : "",
            policy->value_options[i].option);
    return list;
}

bool draft_has(const struct tel_policy *policy, const char *words)
{
    for (unsigned i = 0; i < policy->nverbs; i++) {
        struct tel_str verb = policy->verbs[i].words;

        if (strlen(words) == verb.len &&
            memcmp(tel_str_at(policy, verb), words, verb.len) == 0)
            return true;
    }
    return false;
}
