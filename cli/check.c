/* SPDX-License-Identifier: MIT */
/* tel check: is this policy correct, and does it keep people's privacy? */
#include "check/check.h"

#include <errno.h>
#include <string.h>

/* 0, or -errno where the file with the disclosure cannot be read. */
static int run_items(struct check *check)
{
    check_fields(check);
    check_purposes(check);
    check_tool(check);
    check_others(check);
    check_verbs(check);
    check_people(check);
    return check->disclosure != NULL ? check_disclosure(check) : 0;
}

static int judge(struct check *check, bool json)
{
    static struct tel_policy policy;
    struct tel_err err = {""};
    unsigned line = 0;
    int rc = tel_cli_read_policy(check->path, &policy, &line, &err);

    check->policy = &policy;
    if (rc < 0 && rc != -EINVAL)
        return tel_cli_bad("%s: %s", check->path, err.text);
    if (rc == -EINVAL)
        check_found_at(check, CHECK_SYNTAX, check->path, line,
                       "see tel-policy(5) for what may stand there", "%s",
                       err.text);
    else if ((rc = run_items(check)) < 0)
        return tel_cli_bad("%s: %s", check->disclosure, strerror(-rc));
    if (check->failed)
        return tel_cli_bad("check: %s", strerror(ENOMEM));
    if (json)
        check_print_json(check);
    else
        check_print(check);
    return check->count == 0 ? TEL_DONE : TEL_NO;
}

static int run(const struct tel_env *env, int argc, char **argv)
{
    char path[TEL_PATH_MAX];
    struct check check = {.env = env, .path = path};
    bool json = false;
    const struct tel_cli_flag flags[] = {
        {"--json", &json, NULL}, {"--disclosure", NULL, &check.disclosure}};
    struct tel_cli_args args = {
        .command = &tel_cli_check, .flags = flags, .nflags = 2, .words_max = 1};
    int status;

    if (!tel_cli_parse(&args, argc, argv, &status))
        return status;
    if (args.nwords == 0)
        return tel_cli_bad("check: which policy? (usage: tel %s)",
                           tel_cli_check.usage);
    status = tel_cli_policy_path(env, args.words[0], path, sizeof(path));
    if (status != TEL_DONE)
        return status;
    status = judge(&check, json);
    check_clear(&check);
    return status;
}

const struct tel_command tel_cli_check = {
    .name = "check",
    .usage = "check POLICY|TOOL [--json] [--disclosure FILE]",
    .summary = "is a policy correct, and safe for privacy?",
    .details =
        "Runs the privacy checklist over POLICY, a file or a known tool, and\n"
        "says of each item whether it passed; of each finding, the line and\n"
        "how to mend it. Ends with 1 where there is one. What only a run can\n"
        "show is named with the command that shows it.\n\n"
        "  --json             one object\n"
        "  --disclosure FILE  FILE must hold what tel disclose prints\n",
    .run = run,
};
