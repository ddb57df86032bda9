/* SPDX-License-Identifier: MIT */
/* What the other policies along the search path say: an id is one tool's. */
#include "check.h"

#include <string.h>

static bool same(const struct tel_policy *a, struct tel_str x,
                 const struct tel_policy *b, struct tel_str y)
{
    return x.len == y.len &&
           memcmp(tel_str_at(a, x), tel_str_at(b, y), x.len) == 0;
}

static void compare(struct check *check, const struct tel_policy *other)
{
    const struct tel_policy *policy = check->policy;

    if (same(policy, policy->id, other, other->id)) {
        check_found(check, CHECK_UNIQUE, policy->id,
                    "give each tool an id of its own",
                    "the id '%s' is also that of the tool %s",
                    tel_cli_str(policy, policy->id), other->name);
    } else if (same(policy, policy->disable, other, other->disable)) {
        check_found(check, CHECK_DISABLE, policy->disable,
                    "choose a variable that stops this tool only",
                    "%s also stops the tool %s, whose id is %s",
                    tel_cli_str(policy, policy->disable), other->name,
                    tel_cli_str(other, other->id));
    }
}

void check_others(struct check *check)
{
    static struct tel_policy other;
    struct tel_names names;

    if (tel_cli_names(check->env, &names) < 0) {
        check->failed = true;
        return;
    }
    for (size_t i = 0; i < names.count; i++) {
        const char *name = names.names[i];

        if (strcmp(name, check->policy->name) != 0 &&
            tel_policy_find(check->env, name, &other, NULL) == 0)
            compare(check, &other);
    }
    tel_cli_names_free(&names);
}
