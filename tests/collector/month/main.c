/* SPDX-License-Identifier: MIT */
/* main: tel_month, which writes a simulated month as a vendor's plain
 * endpoint would have, a file a day, and the policies that explain it. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <tel/text.h>

#include "month.h"
#include "store/store.h"

static const char usage[] =
    "usage: tel_month [OPTION...] DIRECTORY\n"
    "       tel_month [OPTION...] --print YYYY-MM-DD\n"
    "\n"
    "Writes DIRECTORY/tools/*.conf and DIRECTORY/days/YYYY-MM-DD, or one day\n"
    "to standard output. The same options give the same bytes.\n"
    "\n"
    "  --events N           in all (default 300000)\n"
    "  --days N             (default 30)\n"
    "  --first YYYY-MM-DD   the first day (default 2026-09-01)\n"
    "  --seed N             another month of the same world (default 1)\n"
    "  --form FORM          query (default), json, or log: as nginx logs it\n"
    "  --healthy            without the regression of " WORLD_BAD_TOOL
    " " WORLD_BAD_VERB " in " WORLD_BAD_VERSION "\n";

enum form { QUERY, JSON, LOG, FORMS };
static const char *const forms[FORMS] = {"query", "json", "log"};

struct options {
    enum form form;
    const char *directory;
    const char *print;
};

/* Where events go. */
struct sink {
    FILE *out;
    enum form form;
};

static void fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "tel_month: %s: %s\n", what, why);
    exit(2);
}

static void write_event(void *context, const struct tel_event *event)
{
    const struct sink *sink = context;
    char text[TEL_EVENT_TEXT_MAX];
    int len = sink->form == JSON
                  ? tel_event_to_json(event, text, sizeof(text))
                  : tel_event_to_query(event, text, sizeof(text));

    if (len < 0)
        fail(event->event, "no event");
    if (sink->form == LOG)
        (void)fprintf(sink->out,
                      "203.0.113.7 - - [01/Sep/2026:10:20:30 +0000] "
                      "\"GET /t?%s HTTP/1.1\" 204 0 \"-\" \"tel/1\"\n",
                      text);
    else
        (void)fprintf(sink->out, "%s\n", text);
}

static FILE *create(const char *directory, const char *folder, const char *name)
{
    char path[4096];
    FILE *out = NULL;

    (void)snprintf(path, sizeof(path), "%s/%s/%s", directory, folder, name);
    out = fopen(path, "we");
    if (out == NULL)
        fail(path, strerror(errno));
    return out;
}

static void finish(FILE *out, const char *name)
{
    if (fflush(out) != 0 || ferror(out) != 0 ||
        (out != stdout && fclose(out) != 0))
        fail(name, "cannot write");
}

static void make(const char *directory, const char *folder)
{
    char path[4096];

    (void)snprintf(path, sizeof(path), "%s/%s", directory, folder);
    if (mkdir(path, 0777) < 0 && errno != EEXIST)
        fail(path, strerror(errno));
}

static void write_policies(const char *directory)
{
    make(directory, "tools");
    for (size_t t = 0; t < WORLD_TOOLS; t++) {
        const struct world_tool *tool = &world_tools[t];

        for (size_t i = 0; i < WORLD_VERSIONS && tool->versions[i].text != NULL;
             i++) {
            char name[64];
            FILE *out = NULL;

            (void)snprintf(name, sizeof(name), "%s-%s.conf", tool->id,
                           tool->versions[i].text);
            out = create(directory, "tools", name);
            world_policy(tool, &tool->versions[i], out);
            finish(out, name);
        }
    }
}

static void write_days(const struct month *month, const struct options *options)
{
    make(options->directory, "days");
    for (unsigned day = 0; day < month->days; day++) {
        struct sink sink = {.form = options->form};
        char name[TEL_DAY_MAX + 1];

        tel_day_text(month->first + day, name);
        sink.out = create(options->directory, "days", name);
        month_day(month, day, write_event, &sink);
        finish(sink.out, name);
    }
}

static void print_day(const struct month *month, const struct options *options)
{
    struct sink sink = {.out = stdout, .form = options->form};
    int64_t day = 0;

    if (tel_day_parse(options->print, &day) < 0 || day < month->first ||
        day >= month->first + month->days)
        fail(options->print, "no day of this month");
    month_day(month, (unsigned)(day - month->first), write_event, &sink);
    finish(stdout, "standard output");
}

static uint64_t take_number(const char *text, uint64_t max)
{
    uint64_t number = 0;

    if (!tel_text_parse(text, strlen(text), max, &number))
        fail(text, "not a number, or too large a one");
    return number;
}

static void take_option(int option, const char *value, struct month *month,
                        struct options *options)
{
    switch (option) {
    case 'e':
        month->events = take_number(value, 1000000000);
        break;
    case 'd':
        month->days = (unsigned)take_number(value, MONTH_DAYS_MAX);
        break;
    case 'f':
        if (tel_day_parse(value, &month->first) < 0)
            fail(value, "not a day");
        break;
    case 's':
        month->seed = take_number(value, UINT32_MAX);
        break;
    case 'o':
        while (options->form < FORMS &&
               strcmp(value, forms[options->form]) != 0)
            options->form++;
        if (options->form == FORMS)
            fail(value, "no form");
        break;
    case 'p':
        options->print = value;
        break;
    case 'n':
        month->healthy = true;
        break;
    default:
        (void)fputs(usage, option == 'h' ? stdout : stderr);
        exit(option == 'h' ? 0 : 2);
    }
}

int main(int argc, char **argv)
{
    static const struct option known[] = {
        {"events", required_argument, NULL, 'e'},
        {"days", required_argument, NULL, 'd'},
        {"first", required_argument, NULL, 'f'},
        {"seed", required_argument, NULL, 's'},
        {"form", required_argument, NULL, 'o'},
        {"print", required_argument, NULL, 'p'},
        {"healthy", no_argument, NULL, 'n'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static struct month month = {.events = 300000, .days = 30, .seed = 1};
    struct options options = {.form = QUERY};
    int option;

    (void)tel_day_parse("2026-09-01", &month.first);
    while ((option = getopt_long(argc, argv, "h", known, NULL)) != -1)
        take_option(option, optarg, &month, &options);
    if ((options.print != NULL) == (optind < argc) || optind + 1 < argc)
        take_option('?', NULL, &month, &options);
    options.directory = argv[optind];
    month_plan(&month);
    if (options.print != NULL) {
        print_day(&month, &options);
        return 0;
    }
    write_policies(options.directory);
    write_days(&month, &options);
    return 0;
}
