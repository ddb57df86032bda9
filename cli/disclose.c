/* SPDX-License-Identifier: MIT */
/* tel disclose: the disclosure of a tool, from its policy. */
#include "disclose/doc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool find_form(const char *word, enum doc_form *ret_form)
{
    static const char *const words[] = {
        [DOC_MARKDOWN] = "markdown", [DOC_MAN] = "man", [DOC_PLAIN] = "text"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i], word) == 0) {
            *ret_form = (enum doc_form)i;
            return true;
        }
    }
    return false;
}

static int disclose(const char *path, enum doc_form form)
{
    static struct tel_policy policy;
    struct tel_err err = {""};
    unsigned line = 0;
    char *text;
    size_t len;
    int rc = tel_cli_read_policy(path, &policy, &line, &err);

    if (rc == -EINVAL)
        return tel_cli_bad("%s:%u: %s", path, line, err.text);
    if (rc < 0)
        return tel_cli_bad("%s: %s", path, err.text);
    rc = disclose_write(&policy, form, &text, &len);
    if (rc < 0)
        return tel_cli_bad("disclose: %s", strerror(-rc));
    fwrite(text, 1, len, stdout);
    free(text);
    return TEL_DONE;
}

static int run(const struct tel_env *env, int argc, char **argv)
{
    char path[TEL_PATH_MAX];
    const char *word = "markdown";
    enum doc_form form = DOC_MARKDOWN;
    const struct tel_cli_flag flags[] = {{"--format", NULL, &word}};
    struct tel_cli_args args = {.command = &tel_cli_disclose,
                                .flags = flags,
                                .nflags = 1,
                                .words_max = 1};
    int status;

    if (!tel_cli_parse(&args, argc, argv, &status))
        return status;
    if (args.nwords == 0)
        return tel_cli_bad("disclose: of which policy? (usage: tel %s)",
                           tel_cli_disclose.usage);
    if (!find_form(word, &form))
        return tel_cli_bad("disclose: --format is markdown, man or text, not "
                           "%s",
                           word);
    status = tel_cli_policy_path(env, args.words[0], path, sizeof(path));
    return status == TEL_DONE ? disclose(path, form) : status;
}

const struct tel_command tel_cli_disclose = {
    .name = "disclose",
    .usage = "disclose POLICY|TOOL [--format FORM]",
    .summary = "the disclosure of a tool, from its policy",
    .details =
        "Prints what the policy means for the people who run the tool: what\n"
        "is collected and what is not, how to turn it off, who receives it,\n"
        "what cannot be hidden, and how to see it. An unchanged policy gives\n"
        "the same bytes everywhere.\n\n"
        "  --format markdown|man|text  its form; markdown if none is given\n",
    .run = run,
};
