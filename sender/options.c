/* SPDX-License-Identifier: MIT */
/* The command line of tel-send. */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <tel/text.h>

#define SECONDS_MAX 31536000 /* a year */

static const char help[] =
    "usage: tel-send --background | --flush [--quiet] | --once\n"
    "\n"
    "Delivers the events that wait. Programs that are recorded start it by\n"
    "themselves; people use tel flush.\n"
    "\n"
    "  --background        move what ends, send at random moments, and leave\n"
    "                      when no recorded program is left\n"
    "  --flush             send everything now, and say how much left\n"
    "  --once              send what is due, for a timer\n"
    "  --quiet             with --flush: say nothing\n"
    "  --interval SECONDS  in which one moment for sending is drawn (900)\n"
    "  --linger SECONDS    stay this long when nothing runs (60)\n"
    "  --help, --version\n";

enum chosen {
    OPTION_BACKGROUND = 256,
    OPTION_FLUSH,
    OPTION_ONCE,
    OPTION_QUIET,
    OPTION_INTERVAL,
    OPTION_LINGER,
    OPTION_HELP,
    OPTION_VERSION
};

static const struct option options[] = {
    {"background", no_argument, NULL, OPTION_BACKGROUND},
    {"flush", no_argument, NULL, OPTION_FLUSH},
    {"once", no_argument, NULL, OPTION_ONCE},
    {"quiet", no_argument, NULL, OPTION_QUIET},
    {"interval", required_argument, NULL, OPTION_INTERVAL},
    {"linger", required_argument, NULL, OPTION_LINGER},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0}};

static int bad(const char *what, const char *which)
{
    fprintf(stderr, "tel-send: %s%s (see tel-send --help)\n", what, which);
    return 2;
}

static bool read_seconds(const char *text, unsigned *ret_seconds)
{
    uint64_t number;
    if (!tel_text_parse(text, strlen(text), SECONDS_MAX, &number))
        return false;
    *ret_seconds = (unsigned)number;
    return true;
}

int options_read(int argc, char **argv, struct sender *sender)
{
    int modes = 0;
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
        switch (option) {
        case OPTION_BACKGROUND:
        case OPTION_FLUSH:
        case OPTION_ONCE:
            sender->mode = (enum mode)(option - OPTION_BACKGROUND);
            modes++;
            break;
        case OPTION_QUIET:
            sender->quiet = true;
            break;
        case OPTION_INTERVAL:
            if (!read_seconds(optarg, &sender->interval_s))
                return bad("--interval: not a number of seconds: ", optarg);
            break;
        case OPTION_LINGER:
            if (!read_seconds(optarg, &sender->linger_s))
                return bad("--linger: not a number of seconds: ", optarg);
            break;
        case OPTION_HELP:
            fputs(help, stdout);
            return 0;
        case OPTION_VERSION:
            puts("tel-send " TEL_RELEASE);
            return 0;
        default:
            return bad("unknown option, or one without its value: ",
                       argv[optind - 1]);
        }
    }
    if (optind < argc)
        return bad("unexpected argument: ", argv[optind]);
    if (modes != 1)
        return bad("one of --background, --flush and --once is needed", "");
    return OPTIONS_RUN;
}
