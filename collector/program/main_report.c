/* SPDX-License-Identifier: MIT */
/* main_report: tel-collect report: options and where it is written. */
#include "main.h"

#include <errno.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <tel/collector.h>
#include <tel/text.h>

#include "store/store.h"

#define K_MAX 1000000000U
#define DAYS_MAX 36500U
#define COLUMNS 80 /* where there is no terminal */
#define COLUMNS_MIN 40

static const char usage[] =
    "usage: tel-collect report --db FILE | --url URL [--tool ID]\n"
    "           [--json | --csv | --html FILE]\n"
    "           [--from DAY] [--to DAY] [--last DAYS] [--by-version]"
    " [--by-day]\n"
    "           [--compare V1 V2] [-k N]\n"
    "\n"
    "Shows the totals, and first what changed between the latest two versions\n"
    "of each tool. May run while serve does.\n"
    "\n"
    "  --db FILE        the database of tel-collect serve, or "
    "postgresql://...\n"
    "  --url URL        a hosted collector instead\n"
    "  --token-file FILE\n"
    "                   holds the token that it asks for\n"
    "  --tool ID        one tool only\n"
    "  --from DAY       from this day on, YYYY-MM-DD\n"
    "  --to DAY         up to this day, which counts\n"
    "  --last DAYS      so many days, of which today is the last\n"
    "  --compare V1 V2  what changed from one version of --tool to another\n"
    "  --by-version     each version by itself as well\n"
    "  --by-day         each day by itself as well\n"
    "  --json           all of it, as JSON\n"
    "  --csv            all counts as one table\n"
    "  --html FILE      a page that stands alone; -: to standard output\n"
    "  -k N             hold back counts under N runs, round the others down\n"
    "                   to a multiple of N (default 5; 1: neither)\n"
    "  --help           show this\n"
    "\n"
    "k counts runs and not people. Events of an open endpoint are\n"
    "unauthenticated.\n";

static int take_number(const char *option, const char *text, uint64_t max,
                       uint64_t *ret_number)
{
    uint64_t number = 0;

    if (!tel_text_parse(text, strlen(text), max, &number) || number == 0)
        return complain("report: %s %s: not a number from 1 to %llu", option,
                        text, (unsigned long long)max);
    *ret_number = number;
    return 0;
}

/* Of two forms one would be lost without a word. */
static int take_form(enum tel_report_form form,
                     struct tel_report_options *options)
{
    if (options->form != TEL_REPORT_TABLE && options->form != form)
        return complain("report: one of --json, --csv and --html only");
    options->form = form;
    return 0;
}

static int take_day(const char *option, const char *text, int64_t *ret_day)
{
    int64_t day = 0;

    if (tel_day_parse(text, &day) < 0 || day <= 0)
        return complain("report: %s %s: not a day as 2026-01-31", option, text);
    *ret_day = day;
    return 0;
}

static int take_last(const char *text, struct tel_report_options *options)
{
    uint64_t days = 0;
    int status = take_number("--last", text, DAYS_MAX, &days);

    if (status != 0)
        return status;
    options->last = tel_day_today();
    options->first = options->last - (int64_t)days + 1;
    return 0;
}

/* Takes the second version as well, which getopt has not. */
static int take_versions(int argc, char **argv,
                         struct tel_report_options *options)
{
    if (optind >= argc || argv[optind][0] == '-')
        return complain("report: --compare %s: with which version? (see"
                        " tel-collect report --help)",
                        optarg);
    options->before = optarg;
    options->after = argv[optind++];
    return 0;
}

/* 0, or EXIT_BAD once it has complained. */
static int take(int option, int argc, char **argv,
                struct tel_report_options *options)
{
    switch (option) {
    case 'd':
    case 'r':
        if (options->db != NULL && options->hosted != (option == 'r'))
            return complain("report: --db or --url, not both");
        options->db = optarg;
        options->hosted = option == 'r';
        return 0;
    case 'T':
        options->token_file = optarg;
        return 0;
    case 't':
        options->tool = optarg;
        return 0;
    case 'f':
        return take_day("--from", optarg, &options->first);
    case 'u':
        return take_day("--to", optarg, &options->last);
    case 'l':
        return take_last(optarg, options);
    case 'c':
        return take_versions(argc, argv, options);
    case 'v':
        options->by_version = true;
        return 0;
    case 'y':
        options->by_day = true;
        return 0;
    case 'j':
        return take_form(TEL_REPORT_JSON, options);
    case 's':
        return take_form(TEL_REPORT_CSV, options);
    case 'w':
        options->file = optarg;
        return take_form(TEL_REPORT_HTML, options);
    case 'k':
        return take_number("-k", optarg, K_MAX, &options->k);
    default:
        return complain_option("report", option, argv);
    }
}

static int check(int argc, char **argv,
                 const struct tel_report_options *options)
{
    if (optind < argc)
        return complain(
            "report: what is %s for? (see tel-collect report --help)",
            argv[optind]);
    if (options->db == NULL)
        return complain(
            "report: --db is missing (see tel-collect report --help)");
    if (options->token_file != NULL && !options->hosted)
        return complain("report: --token-file goes with --url");
    if (options->before != NULL && options->tool == NULL)
        return complain("report: --compare needs --tool: versions of which?");
    if (options->last != 0 && options->last < options->first)
        return complain("report: --to is before --from");
    return 0;
}

/* 0, or EXIT_BAD once it has complained; -1: help was asked for. */
static int parse(int argc, char **argv, struct tel_report_options *options)
{
    static const struct option known[] = {
        {"db", required_argument, NULL, 'd'},
        {"url", required_argument, NULL, 'r'},
        {"token-file", required_argument, NULL, 'T'},
        {"tool", required_argument, NULL, 't'},
        {"from", required_argument, NULL, 'f'},
        {"to", required_argument, NULL, 'u'},
        {"last", required_argument, NULL, 'l'},
        {"compare", required_argument, NULL, 'c'},
        {"by-version", no_argument, NULL, 'v'},
        {"by-day", no_argument, NULL, 'y'},
        {"json", no_argument, NULL, 'j'},
        {"csv", no_argument, NULL, 's'},
        {"html", required_argument, NULL, 'w'},
        {"k", required_argument, NULL, 'k'}, /* as serve has it */
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    bool last = false;
    bool range = false;
    int option;
    int status = 0;

    opterr = 0;
    while (status == 0 &&
           (option = getopt_long(argc, argv, ":hk:", known, NULL)) != -1) {
        status = option == 'h' ? -1 : take(option, argc, argv, options);
        last = last || option == 'l';
        range = range || option == 'f' || option == 'u';
    }
    if (status == 0 && last && range)
        return complain("report: --last goes without --from and --to");
    return status != 0 ? status : check(argc, argv, options);
}

static bool wants_colour(void)
{
    const char *no = getenv("NO_COLOR");

    return isatty(STDOUT_FILENO) != 0 && (no == NULL || no[0] == '\0');
}

static unsigned count_columns(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return COLUMNS;
    return size.ws_col < COLUMNS_MIN ? COLUMNS_MIN : size.ws_col;
}

/* A terminal whose locale says so understands Unicode's blocks. */
static bool knows_unicode(void)
{
    return isatty(STDOUT_FILENO) != 0 && setlocale(LC_CTYPE, "") != NULL &&
           strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
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
    options.columns = count_columns();
    options.unicode = knows_unicode();
    r = options.form == TEL_REPORT_HTML
            ? tel_report_save(&options, &err)
            : tel_report_write(&options, stdout, &err);
    if (r < 0) {
        (void)complain("%s", err.text);
        return r == -ESRCH ? EXIT_NO : EXIT_BAD;
    }
    return say("");
}
