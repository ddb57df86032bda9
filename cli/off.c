/* SPDX-License-Identifier: MIT */
/* tel off: keeps the no, and forgets what waits. */
#include "cli.h"

#include <errno.h>
#include <string.h>

static int say_unkept(int error, const struct tel_err *err)
{
    return tel_cli_bad("your no could not be kept (until it is, set "
                       "DO_NOT_TRACK=1): %s",
                       err->text[0] != '\0' ? err->text : strerror(-error));
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
    struct tel_err err = {""};
    int kept = -1;
    int rc = 0;

    if (policy != NULL)
        tel_str_copy(policy, policy->id, id, sizeof(id));
    /* Where the disk is full, what is forgotten may make room for the no. */
    for (int i = 0; i < 2 && kept < 0 && rc == 0; i++) {
        uint64_t some = 0;

        kept = tel_consent_write(env, policy, TEL_ANSWER_NO, &err);
        rc = forget(env, policy, id, &some);
        events += some;
    }
    if (kept < 0)
        return say_unkept(kept, &err);
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

/* A policy of which no more is needed than the id that a no is about. */
static int no_about(const struct tel_env *env, const char *id)
{
    static struct tel_policy policy;
    struct tel_err err = {""};
    char text[128 + TEL_NAME_MAX];
    int rc;
    int len = snprintf(text, sizeof(text),
                       "[tool]\nid = %s\nendpoint = https://localhost\n", id);

    if (tel_policy_parse(&policy, id, id, text, (size_t)len, NULL) < 0)
        return tel_cli_bad("off: %s: no id", id);
    rc = tel_consent_write(env, &policy, TEL_ANSWER_NO, &err);
    return rc < 0 ? say_unkept(rc, &err) : TEL_DONE;
}

static int forget_names(const struct tel_env *env, const struct tel_gone *gone,
                        uint64_t *ret_events)
{
    struct tel_waits waits;
    int rc = tel_cli_waits_open(env, &waits);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < gone->nnames && rc == 0; i++) {
        uint64_t some = 0;

        rc = tel_cli_waits_forget(&waits, gone->names[i], &some);
        *ret_events += some;
    }
    tel_cli_waits_close(&waits);
    return rc;
}

/* The policy is gone or bad; the yes, or what waits, is not. */
static int turn_off_gone(const struct tel_env *env, const char *word,
                         const struct tel_gone *gone)
{
    uint64_t events = 0;
    int rc;

    for (size_t i = 0; i < gone->nids; i++) {
        int status = no_about(env, gone->ids[i]);

        if (status != TEL_DONE)
            return status;
        printf("Your no is kept for the id %s.\n", gone->ids[i]);
    }
    rc = forget_names(env, gone, &events);
    if (rc < 0)
        return tel_cli_bad("your no is kept, but what waits could not be "
                           "forgotten: %s",
                           strerror(-rc));
    printf("%s is off. Events forgotten: %llu.\n", word,
           (unsigned long long)events);
    return TEL_DONE;
}

static int turn_off_one(const struct tel_env *env, const char *word)
{
    static struct tel_policy policy;
    struct tel_err err = {""};
    struct tel_gone gone;
    int rc = tel_cli_find(env, word, &policy, &err);

    if (rc == 0)
        return turn_off(env, &policy);
    if (tel_cli_gone(env, word, &gone) < 0 || gone.nids == 0)
        return tel_cli_tool(env, word, &policy);
    printf("No policy of it can be used: ");
    tel_cli_plain(stdout, err.text[0] != '\0' ? err.text : strerror(-rc));
    putchar('\n');
    return turn_off_gone(env, word, &gone);
}

static int run(const struct tel_env *env, int argc, char **argv)
{
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
    return all ? turn_off(env, NULL) : turn_off_one(env, args.words[0]);
}

const struct tel_command tel_cli_off = {
    .name = "off",
    .usage = "off TOOL | --all",
    .summary = "withdraw consent and forget what waits",
    .details =
        "Nothing more is recorded of TOOL, and what waits to be sent, or is\n"
        "kept here by tel on --local, is removed. What was sent cannot be\n"
        "called back. A policy that is gone or bad is no hindrance.\n\n"
        "  --all  every tool, those installed later too\n",
    .run = run,
};
