/* SPDX-License-Identifier: MIT */
/* main_report: tel-collect report: options and where it is written. */
#include "main.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tel/collector.h>
#include <tel/text.h>

#define K_MAX 1000000000U

static const char usage[] =
    "usage: tel-collect report --db FILE|--url URL [--tool ID] [--json] "
    "[--by-version]"
    " [-k N]\n"
    "\n"
    "Shows the totals. May run while serve does.\n"
    "\n"
    "  --db FILE      the database of tel-collect serve\n"
    "  --url URL      a hosted collector instead\n"
    "  --token-file FILE\n"
    "                 holds the token that it asks for\n"
    "  --tool ID      one tool only\n"
    "  --json         as JSON: an object with --tool, else an array of them\n"
    "  --by-version   each version of a tool by itself\n"
    "  -k N           hold back counts under N runs (default 5; 1: none)\n"
    "  --help         show this\n"
    "\n"
    "k counts runs and not people. Events of an open endpoint are\n"
    "unauthenticated.\n";

static int take_k(const char *text, struct tel_report_options *options)
{
    uint64_t k = 0;

    if (!tel_text_parse(text, strlen(text), K_MAX, &k) || k == 0)
        return complain("report: -k %s: not a number from 1 to %u", text,
                        K_MAX);
    options->k = k;
    return 0;
}

/* 0, or EXIT_BAD once it has complained; -1: help was asked for. */
static int parse(int argc, char **argv, struct tel_report_options *options)
{
    static const struct option known[] = {
        {"db", required_argument, NULL, 'd'},
        {"url", required_argument, NULL, 'u'},
        {"token-file", required_argument, NULL, 'T'},
        {"tool", required_argument, NULL, 't'},
        {"json", no_argument, NULL, 'j'},
        {"by-version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    bool url = false;
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, ":hk:", known, NULL)) != -1) {
        url = option == 'u' || (url && option != 'd');
        if (option == 'd' || option == 'u')
            options->db = optarg;
        else if (option == 'T')
            options->token_file = optarg;
        else if (option == 't')
            options->tool = optarg;
        else if (option == 'j')
            options->form = TEL_REPORT_JSON;
        else if (option == 'v')
            options->by_version = true;
        else if (option == 'h')
            return -1;
        else if (option != 'k')
            return complain_option("report", option, argv);
        else if (take_k(optarg, options) != 0)
            return EXIT_BAD;
    }
    if (optind < argc)
        return complain(
            "report: what is %s for? (see tel-collect report --help)",
            argv[optind]);
    if (options->token_file != NULL && !url)
        return complain("report: --token-file goes with --url");
    if (options->db == NULL)
        return complain(
            "report: --db is missing (see tel-collect report --help)");
    return 0;
}

static bool wants_colour(void)
{
    const char *no = getenv("NO_COLOR");

    return isatty(STDOUT_FILENO) != 0 && (no == NULL || no[0] == '\0');
}

int command_report(int argc, char **argv)
{
    struct tel_report_options options = {.k = TEL_REPORT_K};
    struct tel_err err = {""};
    int status = parse(argc, argv, &options);
    int r;

    if (status != 0)
        return status < 0 ? say(usage) : status;
    options.colour = wants_colour();
    r = tel_report_write(&options, stdout, &err);
    if (r < 0) {
        (void)complain("%s", err.text);
        return r == -ESRCH ? EXIT_NO : EXIT_BAD;
    }
    return say("");
}
