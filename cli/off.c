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

/* Forgets what waits of every other NAME with this id: 0 or -errno. */
static int forget_id(const struct tel_env *env, struct tel_waits *waits,
                     const char *name, const char *id, uint64_t *ret_events)
{
    static struct tel_policy policy;
    struct tel_names names;
    uint64_t events = 0;
    int rc = tel_cli_names(env, &names);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < names.count && rc == 0; i++) {
        uint64_t some = 0;

        if (strcmp(names.names[i], name) == 0 ||
            tel_policy_find(env, names.names[i], &policy, NULL) < 0 ||
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

/* policy NULL: all tools. */
static int forget(const struct tel_env *env, const struct tel_policy *policy,
                  const char *id, uint64_t *ret_events)
{
    uint64_t of_id = 0;
    struct tel_waits waits;
    int rc = tel_cli_waits_open(env, &waits);

    if (rc < 0)
        return rc;
    if (policy != NULL)
        rc = forget_id(env, &waits, policy->name, id, &of_id);
    if (rc == 0)
        rc = tel_cli_waits_forget(&waits, policy != NULL ? policy->name : NULL,
                                  ret_events);
    if (rc == 0)
        *ret_events += of_id;
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
    rc = forget(env, policy, id, &events);
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

/*
 * Finds the tool, or makes up what a no needs of it: a policy that is gone or
 * bad today may be there again tomorrow, with an old yes in the consent file.
 */
static int find_tool(const struct tel_env *env, const char *tool,
                     struct tel_policy *ret_policy)
{
    char id[TEL_NAME_MAX + 1];
    char path[TEL_PATH_MAX];
    struct tel_err err = {""};
    int rc = tel_cli_find(env, tool, ret_policy, &err);

    if (rc == 0)
        return TEL_DONE;
    if (!tel_name_valid(tool, strlen(tool)))
        return tel_cli_bad("off: not a name that a tool may have: %s", tool);
    snprintf(id, sizeof(id), "%s", tool);
    if (rc == -ENOENT) {
        printf("No tool named %s is known here; your no is kept all the "
               "same.\n",
               tool);
    } else {
        if (tel_cli_policy_file(env, tool, path, sizeof(path)))
            tel_cli_raw_id(path, id, sizeof(id));
        printf("Its policy cannot be used: ");
        tel_cli_plain(stdout, err.text[0] != '\0' ? err.text : strerror(-rc));
        printf("\nYour no is kept for the id %s.\n", id);
    }
    memset(ret_policy, 0, sizeof(*ret_policy));
    snprintf(ret_policy->name, sizeof(ret_policy->name), "%s", tool);
    ret_policy->id.len = (uint16_t)strlen(id);
    memcpy(ret_policy->text, id, ret_policy->id.len);
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
    status = find_tool(env, args.words[0], &policy);
    return status == TEL_DONE ? turn_off(env, &policy) : status;
}

const struct tel_command tel_cli_off = {
    .name = "off",
    .usage = "off TOOL | --all",
    .summary = "withdraw consent and forget what waits",
    .details =
        "Nothing more is recorded of TOOL, and what waits to be sent, or is\n"
        "kept here by tel on --local, is removed. What was sent cannot be\n"
        "called back. Your no is kept for a tool without a policy, too.\n\n"
        "  --all  every tool, those installed later too\n",
    .run = run,
};
