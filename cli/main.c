/* SPDX-License-Identifier: MIT */
/* tel: with which the person whose machine it is sees and decides. */
#include "cli.h"

#include <errno.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

static const struct tel_command *const commands[] = {
    &tel_cli_status, &tel_cli_on,       &tel_cli_off,      &tel_cli_preview,
    &tel_cli_stats,  &tel_cli_log,      &tel_cli_flush,    &tel_cli_purge,
    &tel_cli_env,    &tel_cli_check,    &tel_cli_disclose, &tel_cli_audit,
    &tel_cli_init,   &tel_cli_complete,
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

const struct tel_command *tel_cli_command(size_t index)
{
    return index < COMMANDS ? commands[index] : NULL;
}

static const struct tel_command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    }
    return NULL;
}

static void print_usage(FILE *to)
{
    fprintf(to, "Usage: tel COMMAND [ARG...]\n\n"
                "See and decide what is recorded of the tools you run.\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(to,
            "  %-10s %s\n"
            "  %-10s %s\n\n"
            "tel COMMAND --help says more. Ends with 0: done; 1: the "
            "answer is no;\n2: bad usage or bad input.\n",
            "help", "this text, or a command's: help COMMAND", "--version",
            "the version");
}

static int help(int argc, char **argv)
{
    const struct tel_command *command;

    if (argc < 2) {
        print_usage(stdout);
        return TEL_DONE;
    }
    if (argc > 2)
        return tel_cli_bad("help: one too many: %s", argv[2]);
    command = find_command(argv[1]);
    if (command == NULL)
        return tel_cli_bad("no such command: %s (see tel --help)", argv[1]);
    tel_cli_help(command, stdout);
    return TEL_DONE;
}

static int dispatch(int argc, char **argv)
{
    const struct tel_command *command;
    struct tel_env env;
    const char *name;

    if (argc < 2)
        return tel_cli_bad("which command? (see tel --help)");
    name = argv[1];
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 ||
        strcmp(name, "-h") == 0)
        return help(argc - 1, argv + 1);
    if (strcmp(name, "--version") == 0) {
        puts("tel " TEL_RELEASE);
        return TEL_DONE;
    }
    command = find_command(name);
    if (command == NULL)
        return tel_cli_bad("no such command: %s (see tel --help)", name);
    tel_env_read(&env, environ, getauxval(AT_SECURE) != 0, geteuid());
    return command->run(&env, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    int status = dispatch(argc, argv);

    if (fflush(stdout) != 0 || ferror(stdout))
        return tel_cli_bad("cannot write: %s", strerror(errno));
    return status;
}
