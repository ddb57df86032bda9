/* SPDX-License-Identifier: MIT */
/* The command line of a subcommand: a few flags, and words. */
#include "cli.h"

#include <string.h>

static bool set_flag(const struct tel_cli_args *args, const char *arg)
{
    for (size_t i = 0; i < args->nflags; i++) {
        if (strcmp(arg, args->flags[i].name) == 0) {
            *args->flags[i].set = true;
            return true;
        }
    }
    return false;
}

static bool is_help(const char *arg)
{
    return strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0;
}

void tel_cli_help(const struct tel_command *command, FILE *to)
{
    fprintf(to, "Usage: tel %s\n\n%s\n", command->usage, command->details);
}

bool tel_cli_parse(struct tel_cli_args *args, int argc, char **argv,
                   int *ret_status)
{
    const char *name = args->command->name;
    bool options = true;
    int i;

    args->nwords = 0;
    for (i = 1; i < argc; i++) {
        const char *arg = argv[i];

        if (options && strcmp(arg, "--") == 0) {
            options = false;
        } else if (options && is_help(arg)) {
            tel_cli_help(args->command, stdout);
            *ret_status = TEL_DONE;
            return false;
        } else if (options && arg[0] == '-' && arg[1] != '\0') {
            if (!set_flag(args, arg)) {
                *ret_status =
                    tel_cli_bad("%s: no such option: %s (see tel %s --help)",
                                name, arg, name);
                return false;
            }
        } else if (args->nwords == args->words_max) {
            *ret_status = tel_cli_bad("%s: one too many: %s (usage: tel %s)",
                                      name, arg, args->command->usage);
            return false;
        } else {
            args->words[args->nwords++] = arg;
            if (args->stop_at_word) {
                i++;
                break;
            }
        }
    }
    args->next = i;
    return true;
}
