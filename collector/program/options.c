/* SPDX-License-Identifier: MIT */
/* options: the table, and the command line. */
#include "options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <tel/text.h>

#include "receive/listen.h"
#include "main.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MEMBER(name) offsetof(struct tel_collector_options, name)

/* Where --help begins to explain. */
#define COLUMN 28

const char *options_text(const char *text, const struct tel_option *option,
                         void *member)
{
    (void)option;
    if (text[0] == '\0')
        return "has no value";
    memcpy(member, &text, sizeof(text));
    return NULL;
}

const char *options_address(const char *text, const struct tel_option *option,
                            void *member)
{
    if (strcmp(text, TEL_LISTEN_PASSED) != 0 && !tel_listen_valid(text))
        return "not ADDRESS:PORT in numbers, as in 127.0.0.1:8080 or "
               "[::1]:8080, and not " TEL_LISTEN_PASSED;
    return options_text(text, option, member);
}

const char *options_number(const char *text, const struct tel_option *option,
                           void *member)
{
    uint64_t number = 0;

    if (!tel_text_parse(text, strlen(text), option->max, &number) ||
        number < option->min)
        return "not a number";
    memcpy(member, &number, sizeof(number));
    return NULL;
}

static const struct tel_option table[] = {
    {"listen", MEMBER(listen), "ADDRESS:PORT",
     "where to listen, in numbers: 127.0.0.1:8080,\n"
     "[::1]:8080; port 0 takes a free one; systemd\n"
     "takes the socket that systemd passes",
     options_address, .required = true},
    {"db", MEMBER(db), "FILE",
     "the database: a file of SQLite, made where there\n"
     "is none, or a URL of PostgreSQL: postgresql://...",
     options_text, .required = true},
    {"tools", MEMBER(tools), "DIRECTORY",
     "the policies (*.conf) whose events count", options_text,
     .required = true},
    {"retention", MEMBER(retention_days), "DAYS",
     "forget totals of more days ago: none", options_number, 1, 36500},
    {"metrics", MEMBER(metrics), "ADDRESS:PORT",
     "where to answer GET /metrics and /healthz, as\n"
     "--listen; without it nowhere",
     options_address},
    {"k", MEMBER(k), "N",
     "hold back totals under N runs in /metrics, and\n"
     "round the others to it: 5; 1: exact",
     options_number, 1, TEL_K_MAX},
    {"target-max", MEMBER(limits.target_max), "BYTES",
     "of a request's target: 4096", options_number, 256, 8192},
    {"body-max", MEMBER(limits.body_max), "BYTES", "of a batch: 1048576",
     options_number, 1024, 268435456},
    {"events-max", MEMBER(limits.events_max), "N", "events of a batch: 1000",
     options_number, 1, 1000000},
    {"bodies-max", MEMBER(limits.bodies_max), "BYTES",
     "of all batches in memory: 67108864", options_number, 65536, UINT32_MAX},
    {"connections-max", MEMBER(limits.connections_max), "N",
     "connections at once: 960", options_number, 1, 1000000},
    {"requests-max", MEMBER(limits.requests_max), "N",
     "requests of one connection: 1000", options_number, 1, UINT32_MAX},
    {"rate", MEMBER(limits.rate), "N",
     "events a second, of all clients: no limit", options_number, 1,
     1000000000},
    {"deadline", MEMBER(limits.deadline_ms), "MS",
     "for a client to send a request, and again to take\n"
     "the answer: 10000",
     options_number, 10, 3600000},
};

_Static_assert(COUNT(table) <= OPTIONS_MAX, "raise OPTIONS_MAX");

const struct tel_option *options_row(size_t index)
{
    return index < COUNT(table) ? &table[index] : NULL;
}

int options_take(const struct tel_option *option, const char *text,
                 const char *where, struct tel_collector_options *options)
{
    const char *what = option->take(text, option, (char *)options + option->at);

    if (what == NULL)
        return 0;
    if (option->max == 0)
        return complain("%s: %s", where, what);
    return complain("%s: %s from %llu to %llu", where, what,
                    (unsigned long long)option->min,
                    (unsigned long long)option->max);
}

/* Rows of the table are numbered from here, away from all letters. */
#define FIRST_ROW 0x100

/* What each row was given, and the file that --config names. */
static int read_line(int argc, char **argv, const char **given,
                     const char **ret_config)
{
    struct option known[COUNT(table) + 3] = {
        {"config", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
    };
    int option;

    for (size_t i = 0; i < COUNT(table); i++)
        known[2 + i] = (struct option){table[i].name, required_argument, NULL,
                                       FIRST_ROW + (int)i};
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":h", known, NULL)) != -1) {
        if (option == 'h')
            return -1;
        if (option == 'c')
            *ret_config = optarg;
        else if (option >= FIRST_ROW)
            given[option - FIRST_ROW] = optarg;
        else
            return complain_option("serve", option, argv);
    }
    if (optind < argc)
        return complain("serve: what is %s for? (see tel-collect serve --help)",
                        argv[optind]);
    return 0;
}

static int take_given(const char *const *given,
                      struct tel_collector_options *options)
{
    char where[128];

    for (size_t i = 0; i < COUNT(table); i++) {
        if (given[i] == NULL)
            continue;
        (void)snprintf(where, sizeof(where), "serve: --%s%s%s", table[i].name,
                       given[i][0] != '\0' ? " " : "", given[i]);
        if (options_take(&table[i], given[i], where, options) != 0)
            return EXIT_BAD;
    }
    return 0;
}

static int check_required(const struct tel_collector_options *options)
{
    for (size_t i = 0; i < COUNT(table); i++) {
        const char *value = NULL;

        if (!table[i].required)
            continue;
        memcpy(&value, (const char *)options + table[i].at, sizeof(value));
        if (value == NULL)
            return complain(
                "serve: --%s is missing (see tel-collect serve --help)",
                table[i].name);
    }
    return 0;
}

int options_parse(int argc, char **argv, struct tel_collector_options *options)
{
    const char *given[COUNT(table)] = {NULL};
    const char *config = NULL;
    int status = read_line(argc, argv, given, &config);

    /* The file first, so that the command line has the last word. */
    if (status == 0 && config != NULL)
        status = options_file(config, options);
    if (status == 0)
        status = take_given(given, options);
    return status == 0 ? check_required(options) : status;
}

/* One option, its lines indented to COLUMN. */
static void explain(FILE *out, const char *name, const char *value,
                    const char *help)
{
    int width =
        fprintf(out, "  --%s%s%s", name, value[0] != '\0' ? " " : "", value);

    if (width > COLUMN - 2) {
        (void)fputc('\n', out);
        width = 0;
    }
    while (*help != '\0') {
        int line = (int)strcspn(help, "\n");

        (void)fprintf(out, "%*s%.*s\n", COLUMN - width, "", line, help);
        help += line;
        help += *help == '\n';
        width = 0;
    }
}

void options_help(FILE *out)
{
    for (size_t i = 0; i < COUNT(table); i++)
        explain(out, table[i].name, table[i].value, table[i].help);
    explain(out, "config", "FILE",
            "a file of lines \"name = value\", where a name is\n"
            "that of any option above; the command line wins");
    explain(out, "help", "", "show this");
}
