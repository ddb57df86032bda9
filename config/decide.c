/* SPDX-License-Identifier: MIT */
/* Who decides: seven rules, of which the first that applies does. */
#include <errno.h>
#include <string.h>

#include "consent.h"
#include "trusted.h"
#include "parse.h"

static bool answer(struct tel_verdict *verdict, bool on, int rule,
                   const char *why, const char *variable)
{
    *verdict = (struct tel_verdict){
        .on = on, .rule = rule, .why = why, .variable = variable};
    return true;
}

static bool off(struct tel_verdict *verdict, int rule, const char *why,
                const char *variable)
{
    return answer(verdict, false, rule, why, variable);
}

static bool rule_privileged(const struct tel_env *env,
                            struct tel_verdict *verdict)
{
    return env->secure &&
           off(verdict, 1, "this process is privileged (setuid or the like)",
               NULL);
}

static bool rule_do_not_track(const struct tel_env *env,
                              struct tel_verdict *verdict)
{
    return env->do_not_track != NULL &&
           off(verdict, 2, "DO_NOT_TRACK is set", env->do_not_track);
}

static bool rule_tool_variable(const struct tel_env *env,
                               const struct tel_policy *policy,
                               struct tel_verdict *verdict)
{
    struct tel_span name = str_span(policy, policy->disable);

    for (char *const *var = env->vars; *var != NULL; var++) {
        if (strncmp(*var, name.at, name.len) == 0 && (*var)[name.len] == '=' &&
            (*var)[name.len + 1] != '\0') {
            return off(verdict, 3, "the tool's own variable is set", NULL);
        }
    }
    return false;
}

static bool rule_ci(const struct tel_env *env, struct tel_verdict *verdict)
{
    return env->ci != NULL &&
           off(verdict, 4, "a variable of CI is set", env->ci);
}

/* The machine's word: "collect = no", or "ask", which is as no file. */
static bool rule_machine(const struct tel_env *env, struct tel_verdict *verdict)
{
    char text[2048];
    const char *what = NULL;
    struct tel_ini ini;
    int r = tel_trusted_read(TEL_SYSCONFDIR "/tel/tel.conf", env->euid, text,
                             sizeof(text));
    int folder;

    if (r == -ENOENT || r == -ENOTDIR) {
        return false;
    }
    folder = r < 0 ? r : tel_trusted_folder(TEL_SYSCONFDIR "/tel", env->euid);
    if (folder == -EPERM) {
        return off(verdict, 5,
                   "the machine policy, or its folder, is not root's, or "
                   "anybody may write it",
                   NULL);
    }
    if (folder < 0) {
        return off(verdict, 5, "the machine policy cannot be read", NULL);
    }
    tel_ini_start(&ini, text, (size_t)r);
    while ((r = tel_ini_next(&ini, &what)) > 0) {
        if (!tel_span_is(ini.key, "collect") ||
            (!tel_span_is(ini.value, "no") && !tel_span_is(ini.value, "ask"))) {
            r = -EINVAL;
            break;
        }
        if (tel_span_is(ini.value, "no")) {
            return off(verdict, 5, "the machine policy says no", NULL);
        }
    }
    return r < 0 && off(verdict, 5, "the machine policy is bad", NULL);
}

static bool rule_word(const struct consent *consent,
                      struct tel_verdict *verdict)
{
    if (consent->everything) {
        return off(verdict, 6, "you said no to every tool", NULL);
    }
    if (consent->answer == TEL_ANSWER_NO) {
        return off(verdict, 6, "you said no", NULL);
    }
    if (consent->answer != TEL_ANSWER_YES &&
        consent->answer != TEL_ANSWER_LOCAL) {
        return false;
    }
    if (consent->changed) {
        return off(verdict, 6,
                   "the endpoint or the kinds of data changed since you "
                   "said yes",
                   NULL);
    }
    verdict->local = consent->answer == TEL_ANSWER_LOCAL;
    return true;
}

static void rule_default(const struct tel_env *env,
                         const struct tel_policy *policy,
                         const struct consent *consent,
                         struct tel_verdict *verdict)
{
    if (policy->consent == TEL_OPT_IN_DEFAULT) {
        off(verdict, 7, "it is opt-in, and you have not said yes", NULL);
        return;
    }
#ifndef TEL_OPT_OUT
    (void)env;
    (void)consent;
    off(verdict, 7, "this build treats opt-out policies as opt-in", NULL);
#else
    if (!policy->installed) {
        off(verdict, 7, "only an installed policy can be opt-out", NULL);
    } else if (env->elevated) {
        off(verdict, 7, "under sudo, doas or pkexec it is opt-in", NULL);
    } else if (consent->answer != TEL_ANSWER_SHOWN) {
        off(verdict, 7, "its notice has not been shown yet", NULL);
        verdict->untold = true;
    } else if (consent->changed) {
        off(verdict, 7,
            "the endpoint or the kinds of data changed since its notice was "
            "shown",
            NULL);
        verdict->untold = true;
    } else {
        answer(verdict, true, 7,
               "it is opt-out, its notice was shown, and you have not "
               "said no",
               NULL);
    }
#endif
}

static const char *why_unread(int error)
{
    switch (error) {
    case -ENOENT:
        return "neither HOME nor XDG_CONFIG_HOME says where your word is";
    case -EPERM:
        return "the consent file, or its folder, is not yours, or anybody may "
               "write it";
    case -EINVAL:
        return "the consent file is damaged";
    default:
        return "the consent file cannot be read";
    }
}

bool tel_decide_early(const struct tel_env *env,
                      struct tel_verdict *ret_verdict)
{
    return rule_privileged(env, ret_verdict) ||
           rule_do_not_track(env, ret_verdict) || rule_ci(env, ret_verdict);
}

void tel_decide(const struct tel_env *env, const struct tel_policy *policy,
                struct tel_verdict *ret_verdict)
{
    struct consent consent;
    int r;

    if (rule_privileged(env, ret_verdict) ||
        rule_do_not_track(env, ret_verdict) ||
        rule_tool_variable(env, policy, ret_verdict) ||
        rule_ci(env, ret_verdict) || rule_machine(env, ret_verdict)) {
        return;
    }
    r = consent_read(env, policy, &consent);
    if (r < 0) {
        off(ret_verdict, 6, why_unread(r), NULL);
        ret_verdict->unread = true;
        return;
    }
    answer(ret_verdict, true, 6, "you said yes", NULL);
    if (!rule_word(&consent, ret_verdict)) {
        rule_default(env, policy, &consent, ret_verdict);
    }
}
