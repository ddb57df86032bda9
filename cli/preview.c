/* SPDX-License-Identifier: MIT */
/*
 * tel preview: the request that a command line would cause, and where each
 * part of it comes from. Runs nothing and sends nothing.
 */
#include "preview/preview.h"

#include <errno.h>
#include <string.h>

/* How it is shown: for a person, or in one of these. */
struct form {
    bool raw;
    bool json;
};

static int show_off(const struct tel_policy *policy,
                    const struct tel_verdict *verdict, struct form form)
{
    if (form.json)
        preview_print_json(policy, verdict, NULL, false);
    else
        tel_cli_say_verdict(form.raw ? stderr : stdout, verdict, policy);
    return TEL_NO;
}

static int show_ignored(const struct preview *preview,
                        const struct tel_verdict *verdict, struct form form)
{
    if (form.json)
        preview_print_json(preview->policy, verdict, preview, false);
    else if (form.raw)
        fprintf(stderr,
                "Not recorded: the policy of %s lists no such command, and "
                "ignores what it does not list.\n",
                preview->policy->name);
    else
        preview_print_ignored(preview);
    return TEL_NO;
}

static int show_event(const struct preview *preview,
                      const struct tel_verdict *verdict, struct form form)
{
    if (form.json)
        preview_print_json(preview->policy, verdict, preview, true);
    else if (!form.raw)
        preview_print(preview, verdict->local);
    else if (verdict->local)
        tel_cli_say_verdict(stderr, verdict, preview->policy);
    else
        fwrite(preview->request, 1, preview->request_len, stdout);
    return verdict->local ? TEL_NO : TEL_DONE;
}

static int show(const struct tel_env *env, const struct tel_policy *policy,
                const struct preview_command *command, struct form form)
{
    static struct preview preview;
    char path[TEL_PATH_MAX];
    struct tel_verdict verdict;
    int status;
    int rc;

    tel_decide(env, policy, &verdict);
    if (!verdict.on) {
        status = show_off(policy, &verdict, form);
#ifdef TEL_OPT_OUT
        if (verdict.untold)
            tel_cli_notice(env, policy);
#endif
        return status;
    }
    if (!tel_cli_policy_file(env, policy->name, path, sizeof(path)))
        path[0] = '\0';
    rc = preview_make(policy, path, command, &preview);
    if (rc == -ENOENT)
        status = show_ignored(&preview, &verdict, form);
    else if (rc < 0)
        status = tel_cli_bad("%s: the event cannot be made: %s", policy->name,
                             strerror(-rc));
    else
        status = show_event(&preview, &verdict, form);
    preview_clear(&preview);
    return status;
}

static int run(const struct tel_env *env, int argc, char **argv)
{
    static struct tel_policy policy;
    struct form form = {false, false};
    const struct tel_cli_flag flags[] = {{"--raw", &form.raw},
                                         {"--json", &form.json}};
    struct tel_cli_args args = {.command = &tel_cli_preview,
                                .flags = flags,
                                .nflags = 2,
                                .words_max = 1,
                                .stop_at_word = true};
    struct preview_command command = {.interpreter = ""};
    const char *name;
    int status;

    if (!tel_cli_parse(&args, argc, argv, &status))
        return status;
    if (args.nwords == 0)
        return tel_cli_bad("preview: which tool? (usage: tel %s)",
                           tel_cli_preview.usage);
    if (form.raw && form.json)
        return tel_cli_bad("preview: --raw and --json do not go together");
    if (!tel_cli_has_settings(env))
        return TEL_BAD;
    /* A tool is found by the last part of the path that is executed. */
    name = strrchr(args.words[0], '/');
    name = name != NULL ? name + 1 : args.words[0];
    status = tel_cli_named(env, name, &policy);
    if (status != TEL_DONE)
        return status;
    command.args = argv + args.next;
    command.nargs = argc - args.next;
    if (!tel_cli_interpreter(env, args.words[0], command.interpreter,
                             sizeof(command.interpreter)))
        command.interpreter[0] = '\0';
    return show(env, &policy, &command, form);
}

const struct tel_command tel_cli_preview = {
    .name = "preview",
    .usage = "preview [--raw | --json] TOOL [ARG...]",
    .summary = "print the request that a run would cause",
    .details =
        "Prints the event that TOOL with these arguments would be recorded\n"
        "as, where each part of it comes from, and exactly the request that\n"
        "would carry it. Runs nothing and sends nothing. Everything after\n"
        "TOOL is the tool's; arguments are called by their number. Where\n"
        "nothing would leave it says which rule says so, and ends with 1.\n\n"
        "  --raw   only the bytes of the request\n"
        "  --json  all of it as one object\n",
    .run = run,
};
