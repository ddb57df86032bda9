/* SPDX-License-Identifier: MIT */
/* main_export: tel-collect export: options and where it is written. */
#include "main.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tel/collector.h>

static const char usage[] =
    "usage: tel-collect export --tools DIRECTORY [--output FILE]\n"
    "\n"
    "Writes what the policies allow as a module of JavaScript that holds data\n"
    "only: policies.js, with which the hosted variants check events.\n"
    "\n"
    "  --tools DIRECTORY   the policies (*.conf) whose events count\n"
    "  --output FILE       where to write it (default: standard output)\n"
    "  --help              show this\n";

struct options {
    const char *tools;
    const char *output;
};

/* 0, or EXIT_BAD once it has complained; -1: help was asked for. */
static int parse(int argc, char **argv, struct options *options)
{
    static const struct option known[] = {
        {"tools", required_argument, NULL, 't'},
        {"output", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, ":h", known, NULL)) != -1) {
        if (option == 't')
            options->tools = optarg;
        else if (option == 'o')
            options->output = optarg;
        else if (option == 'h')
            return -1;
        else
            return complain_option("export", option, argv);
    }
    if (optind < argc)
        return complain(
            "export: what is %s for? (see tel-collect export --help)",
            argv[optind]);
    if (options->tools == NULL)
        return complain(
            "export: --tools is missing (see tel-collect export --help)");
    return 0;
}

static int write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "we");
    bool written = file != NULL && fputs(text, file) >= 0;

    if (file == NULL || fclose(file) != 0 || !written)
        return complain("--output %s: %s", name, strerror(errno));
    return EXIT_DONE;
}

/* As a whole, so that no file is begun where a policy is bad. */
int command_export(int argc, char **argv)
{
    struct options options = {NULL, NULL};
    struct tel_err err = {""};
    char *text = NULL;
    size_t size = 0;
    FILE *memory = NULL;
    int status = parse(argc, argv, &options);

    if (status != 0)
        return status < 0 ? say(usage) : status;
    memory = open_memstream(&text, &size);
    if (memory == NULL)
        return complain("out of memory");
    if (tel_export_write(options.tools, memory, &err) < 0) {
        (void)fclose(memory);
        status = complain("%s", err.text);
    } else if (fclose(memory) != 0) {
        status = complain("out of memory");
    } else {
        status = options.output != NULL ? write_file(options.output, text)
                                        : say(text);
    }
    free(text);
    return status;
}
