/* SPDX-License-Identifier: MIT */
/* Consent, asked again at moving and at sending. */
#include <string.h>

#include "sender.h"

/* Rules 1 to 4 speak of one process; from 5 on of the tool, for good. */
#define RULE_MACHINE 5

void judge(const struct tel_env *env, const char *name,
           struct judged *ret_judged)
{
    static struct tel_policy policy;
    struct judged judged = {.what = JUDGE_WAIT};
    struct tel_verdict verdict;
    if (tel_policy_find(env, name, &policy, NULL) == 0 &&
        tel_str_copy(&policy, policy.id, judged.id, sizeof(judged.id)) == 0 &&
        tel_str_copy(&policy, policy.endpoint, judged.endpoint,
                     sizeof(judged.endpoint)) == 0) {
        judged.method = policy.method;
        judged.policy = &policy;
        tel_decide(env, &policy, &verdict);
        if (verdict.on)
            judged.what = verdict.local ? JUDGE_LOCAL : JUDGE_SEND;
        else if (verdict.rule >= RULE_MACHINE)
            judged.what = JUDGE_FORGET;
    }
    *ret_judged = judged;
}
