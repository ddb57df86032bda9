/* SPDX-License-Identifier: MIT */
/* A verdict, said to a person: by which rule, why, and how to change it. */
#include "cli.h"

#include <string.h>

#define RULE_PRIVILEGED 1
#define RULE_TOOL_VARIABLE 3
#define RULE_MACHINE 5

bool tel_cli_preloaded(const struct tel_env *env)
{
    static const char object[] = "/libtel_shim.so";
    const char *at = tel_env_get(env, "LD_PRELOAD");

    /* ld.so parts the list at colons and at spaces. */
    while (at != NULL && (at = strstr(at, object)) != NULL) {
        at += strlen(object);
        if (*at == '\0' || *at == ':' || *at == ' ')
            return true;
    }
    return false;
}

const char *tel_cli_variable(const struct tel_verdict *verdict,
                             const struct tel_policy *policy)
{
    if (verdict->variable == NULL && verdict->rule == RULE_TOOL_VARIABLE)
        return tel_cli_str(policy, policy->disable);
    return verdict->variable;
}

const char *tel_cli_advice(const struct tel_verdict *verdict,
                           const struct tel_policy *policy, char *buf,
                           size_t size)
{
    const char *variable = tel_cli_variable(verdict, policy);

    if (variable != NULL)
        snprintf(buf, size, "unset %s", variable);
    else if (verdict->rule == RULE_PRIVILEGED)
        snprintf(buf, size, "run it without privileges");
    else if (verdict->rule == RULE_MACHINE)
        snprintf(buf, size, "root edits " TEL_SYSCONFDIR "/tel/tel.conf");
    else if (verdict->unread)
        snprintf(buf, size,
                 "mend or remove tel/consent in XDG_CONFIG_HOME or ~/.config");
    else if (verdict->untold)
        snprintf(buf, size, "tel on %s; tel off %s keeps it off", policy->name,
                 policy->name);
    else
        snprintf(buf, size, "tel %s %s", verdict->on ? "off" : "on",
                 policy->name);
    return buf;
}

void tel_cli_say_verdict(FILE *to, const struct tel_verdict *verdict,
                         const struct tel_policy *policy)
{
    char advice[256];

    fprintf(to, "%s is %s by rule %d: %s (to change it: %s)\n", policy->name,
            verdict->on ? (verdict->local ? "counted here only" : "on") : "off",
            verdict->rule, verdict->why,
            tel_cli_advice(verdict, policy, advice, sizeof(advice)));
}
