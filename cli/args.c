/* SPDX-License-Identifier: MIT */
/* The command line of a subcommand: a few flags, and words. */
#include "cli.h"

#include <string.h>

enum flag_result { FLAG_UNKNOWN, FLAG_TAKEN, FLAG_NO_VALUE, FLAG_HAS_VALUE };

/* Takes argv[*at], and its value where it has one. */
static enum flag_result take_flag(const struct tel_cli_args *args, int argc,
                                  char **argv, int *at)
{
    const char *arg = argv[*at];

    for (size_t i = 0; i < args->nflags; i++) {
        const struct tel_cli_flag *flag = &args->flags[i];
        size_t len = strlen(flag->name);

        if (strncmp(arg, flag->name, len) != 0 ||
            (arg[len] != '\0' && arg[len] != '='))
            continue;
        if (arg[len] == '=' && flag->value == NULL)
            return FLAG_HAS_VALUE;
        if (arg[len] == '=')
            *flag->value = arg + len + 1;
        else if (flag->value != NULL && *at + 1 == argc)
            return FLAG_NO_VALUE;
        else if (flag->value != NULL)
            *flag->value = argv[++*at];
        if (flag->set != NULL)
            *flag->set = true;
        return FLAG_TAKEN;
    }
    return FLAG_UNKNOWN;
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
            enum flag_result r = take_flag(args, argc, argv, &i);

            if (r != FLAG_TAKEN) {
                *ret_status =
                    tel_cli_bad("%s: %s: %s (see tel %s --help)", name,
                                r == FLAG_NO_VALUE    ? "needs a value"
                                : r == FLAG_HAS_VALUE ? "takes no value"
                                                      : "no such option",
                                arg, name);
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
