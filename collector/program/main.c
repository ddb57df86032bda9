/* SPDX-License-Identifier: MIT */
/* main: tel-collect, the self-hosted collector and its report. */
#include "main.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <tel/text.h>

static const char usage[] =
    "usage: tel-collect serve --listen ADDRESS:PORT --db FILE"
    " --tools DIRECTORY\n"
    "       tel-collect serve --config FILE\n"
    "       tel-collect import --db FILE --tools DIRECTORY"
    " [--day YYYY-MM-DD] FILE...\n"
    "       tel-collect report --db FILE [OPTION...]\n"
    "       tel-collect export --tools DIRECTORY [--output FILE]\n"
    "\n"
    "  serve    receive events and keep totals of them\n"
    "  import   count the events that a plain endpoint has written to files\n"
    "  report   show the totals\n"
    "  export   write the policies as data for the hosted variants\n"
    "\n"
    "  --help      show this, or after a command: its options\n"
    "  --version   show the version\n";

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"serve", command_serve},
    {"import", command_import},
    {"report", command_report},
    {"export", command_export},
};

/* What files and arguments hold may give a terminal no orders. */
static void print(const char *text)
{
    size_t len = strlen(text);
    size_t size = 0;

    for (size_t i = 0; i < len; i += size) {
        if (tel_text_still(text + i, len - i, &size))
            (void)fwrite(text + i, 1, size, stderr);
        else
            (void)fputc('?', stderr);
    }
}

int complain(const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    (void)fputs("tel-collect: ", stderr);
    print(text);
    (void)fputc('\n', stderr);
    return EXIT_BAD;
}

int say(const char *text)
{
    if (fputs(text, stdout) == EOF || fflush(stdout) == EOF ||
        ferror(stdout) != 0)
        return complain("cannot write to standard output");
    return EXIT_DONE;
}

int complain_option(const char *command, int refused, char *const *argv)
{
    const char *argument = argv[optind - 1];

    if (refused == ':')
        return complain("%s: %s needs a value", command, argument);
    if (optopt != 0 && strncmp(argument, "--", 2) != 0)
        return complain("%s: unknown option -%c (see tel-collect %s --help)",
                        command, optopt, command);
    return complain("%s: unknown option %s (see tel-collect %s --help)",
                    command, argument, command);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return complain(
            "serve, import, report or export? (see tel-collect --help)");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return say(usage);
    if (strcmp(argv[1], "--version") == 0)
        return say("tel-collect " TEL_RELEASE "\n");
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    }
    return complain("no command %s (see tel-collect --help)", argv[1]);
}
