/* SPDX-License-Identifier: MIT */
/* What a policy asks beyond the yes that stands in the consent file. */
#include "cli.h"

#include <string.h>

/* Before the first change that is said, what these lines are. */
static void begin(bool *said)
{
    if (!*said)
        printf("Changed since you said yes:\n");
    *said = true;
}

static void say_changes(const struct tel_policy *policy,
                        const struct tel_said *before)
{
    const char *endpoint = tel_cli_str(policy, policy->endpoint);
    char kind[512];
    bool said = false;
    int rc = 0;

    if (before->endpoint_len != strlen(endpoint) ||
        memcmp(before->endpoint, endpoint, before->endpoint_len) != 0) {
        begin(&said);
        printf("  it went to ");
        tel_cli_print_bytes(stdout, before->endpoint, before->endpoint_len);
        putchar('\n');
    }
    for (size_t i = 0; rc >= 0; i++) {
        rc = tel_policy_kind(policy, i, kind, sizeof(kind));
        if (rc > 0 && !tel_said_covers(before, kind)) {
            begin(&said);
            printf("  new: ");
            tel_cli_plain(stdout, kind);
            putchar('\n');
        }
    }
    if (said)
        putchar('\n');
}

void tel_cli_say_since(const struct tel_env *env,
                       const struct tel_policy *policy)
{
    struct tel_said said;

    if (tel_consent_said(env, tel_cli_str(policy, policy->id), &said) == 0 &&
        (said.answer == TEL_ANSWER_YES || said.answer == TEL_ANSWER_LOCAL))
        say_changes(policy, &said);
}
