/* SPDX-License-Identifier: MIT */
/* tel off: keeps the no, and forgets what waits. */
#include "cli.h"

#include <errno.h>
#include <string.h>

static int keep_word(const struct tel_env *env, const struct tel_policy *policy)
{
    struct tel_err err = {""};
    int rc = tel_consent_write(env, policy, TEL_ANSWER_NO, &err);

    if (rc < 0)
        return tel_cli_bad("your no could not be kept: %s",
                           err.text[0] != '\0' ? err.text : strerror(-rc));
    return TEL_DONE;
}

/* Forgets what waits of every NAME with this id: 0 or -errno. */
static int forget_id(const struct tel_env *env, struct tel_waits *waits,
                     const char *id, uint64_t *ret_events)
{
    static struct tel_policy policy;
    struct tel_names names;
    uint64_t events = 0;
    int rc = tel_cli_names(env, &names);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < names.count && rc == 0; i++) {
        uint64_t some = 0;

        if (tel_policy_find(env, names.names[i], &policy, NULL) < 0 ||
            strcmp(tel_cli_str(&policy, policy.id), id) != 0)
            continue;
        rc = tel_cli_waits_forget(waits, names.names[i], &some);
        events += some;
    }
    tel_cli_names_free(&names);
    if (rc == 0)
        *ret_events = events;
    return rc;
}

/* id NULL: all tools. */
static int forget(const struct tel_env *env, const char *id,
                  uint64_t *ret_events)
{
    struct tel_waits waits;
    int rc = tel_cli_waits_open(env, &waits);

    if (rc < 0)
        return rc;
    if (id == NULL)
        rc = tel_cli_waits_forget(&waits, NULL, ret_events);
    else
        rc = forget_id(env, &waits, id, ret_events);
    tel_cli_waits_close(&waits);
    return rc;
}

static int turn_off(const struct tel_env *env, const struct tel_policy *policy)
{
    char id[TEL_NAME_MAX + 1] = "";
    uint64_t events = 0;
    int status = keep_word(env, policy);
    int rc;

    if (status != TEL_DONE)
        return status;
    if (policy != NULL)
        tel_str_copy(policy, policy->id, id, sizeof(id));
    rc = forget(env, policy != NULL ? id : NULL, &events);
    if (rc < 0)
        return tel_cli_bad("your no is kept, but what waits could not be "
                           "forgotten: %s",
                           strerror(-rc));
    if (policy == NULL && tel_cli_sweep(env) < 0)
        return TEL_BAD;
    printf("%s is off. Events forgotten: %llu.\n",
           policy != NULL ? policy->name : "Every tool, now and later,",
           (unsigned long long)events);
    return TEL_DONE;
}

static int run(const struct tel_env *env, int argc, char **argv)
{
    static struct tel_policy policy;
    bool all = false;
    const struct tel_cli_flag flags[] = {{"--all", &all}};
    struct tel_cli_args args = {
        .command = &tel_cli_off, .flags = flags, .nflags = 1, .words_max = 1};
    int status;

    if (!tel_cli_parse(&args, argc, argv, &status))
        return status;
    if (all == (args.nwords > 0))
        return tel_cli_bad("off: name one tool, or say --all (usage: tel %s)",
                           tel_cli_off.usage);
    if (!tel_cli_has_settings(env))
        return TEL_BAD;
    if (all)
        return turn_off(env, NULL);
    status = tel_cli_tool(env, args.words[0], &policy);
    return status == TEL_DONE ? turn_off(env, &policy) : status;
}

const struct tel_command tel_cli_off = {
    .name = "off",
    .usage = "off TOOL | --all",
    .summary = "withdraw consent and forget what waits",
    .details =
        "Nothing more is recorded of TOOL, and what waits to be sent is\n"
        "removed. What was sent cannot be called back.\n\n"
        "  --all  every tool, those installed later too\n",
    .run = run,
};
