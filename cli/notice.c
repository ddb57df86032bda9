/* SPDX-License-Identifier: MIT */
/* The notices of opt-out tools, below what a command prints. */
#include "cli.h"

#include <unistd.h>

#ifdef TEL_OPT_OUT

/* More would scroll away, and so not have been shown. */
#define NOTICES_MAX 3

void tel_cli_notices(const struct tel_env *env, const struct tel_names *names)
{
    static struct tel_policy policy;
    struct tel_verdict verdict;
    size_t shown = 0;
    size_t left = 0;

    fflush(stdout);
    for (size_t i = 0; i < names->count; i++) {
        if (tel_policy_find(env, names->names[i], &policy, NULL) < 0)
            continue;
        tel_decide(env, &policy, &verdict);
        if (!verdict.untold)
            continue;
        if (shown == NOTICES_MAX)
            left++;
        else if (tel_notice_show(env, &policy, STDERR_FILENO) == 0)
            shown++;
    }
    if (left > 0)
        fprintf(stderr,
                "tel: %zu more tools stay off until their notice is shown: "
                "say tel status again\n",
                left);
}

void tel_cli_notice(const struct tel_env *env, const struct tel_policy *policy)
{
    fflush(stdout);
    (void)tel_notice_show(env, policy, STDERR_FILENO);
}

#endif
