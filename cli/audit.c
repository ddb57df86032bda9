/* SPDX-License-Identifier: MIT */
/* tel audit: what looks like personal data in somebody else's telemetry. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "audit.h"

#define FIELD_WIDTH_MAX 32

static bool progress_shown;

static void show_progress(uint64_t bytes)
{
    progress_shown = true;
    fprintf(stderr, "\rtel: %llu MiB read", (unsigned long long)(bytes >> 20));
    fflush(stderr);
}

static int read_file(struct tel_audit *audit, const char *file)
{
    bool terminal = isatty(STDERR_FILENO) != 0;
    bool standard = file == NULL || strcmp(file, "-") == 0;
    int fd = STDIN_FILENO;
    int r;

    if (!standard)
        fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return tel_cli_bad("%s: %s", file, strerror(errno));
    if (standard && isatty(fd) && terminal)
        fprintf(stderr, "tel: reading lines from the terminal\n");
    r = tel_audit_read(audit, fd, terminal ? show_progress : NULL);
    if (progress_shown)
        fputs("\r\033[K", stderr);
    if (!standard)
        close(fd);
    if (r == 0)
        return TEL_DONE;
    return tel_cli_bad("%s: %s", standard ? "standard input" : file,
                       strerror(-r));
}

/* ---- the report ------------------------------------------------------------- */

typedef void teller(const struct tel_audit_field *field,
                    enum tel_audit_kind kind, void *context);

/* Field by field in the order in which they came. */
static unsigned each_finding(const struct tel_audit *audit, teller *tell,
                             void *context)
{
    unsigned count = 0;

    for (unsigned i = 0; i < audit->nfields; i++) {
        for (int kind = 1; kind < TEL_AUDIT_KINDS; kind++) {
            if (audit->fields[i]->findings[kind].lines == 0)
                continue;
            count++;
            if (tell != NULL)
                tell(audit->fields[i], (enum tel_audit_kind)kind, context);
        }
    }
    return count;
}

static void tell_json(const struct tel_audit_field *field,
                      enum tel_audit_kind kind, void *context)
{
    const struct tel_audit_finding *finding = &field->findings[kind];
    const char **before = context;

    printf("%s{\"field\":", *before);
    *before = ",";
    tel_cli_json(stdout, field->name);
    printf(",\"kind\":\"%s\",\"because\":\"%s\",\"reason\":",
           tel_audit_kind_name(kind),
           kind == TEL_AUDIT_CARDINALITY ? "count"
           : finding->by_name            ? "name"
                                         : "value");
    tel_cli_json(stdout, tel_audit_reason(kind, finding->by_name));
    fputs(",\"example\":", stdout);
    tel_cli_json(stdout, finding->example);
    printf(",\"lines\":%llu,\"first_line\":%llu}",
           (unsigned long long)finding->lines,
           (unsigned long long)finding->first);
}

static void print_json(const struct tel_audit *audit)
{
    const struct tel_audit_counts *counts = &audit->counts;
    const char *before = "";

    printf("{\"lines\":%llu,\"empty\":%llu,\"not_understood\":%llu,"
           "\"first_not_understood\":%llu,\"cut\":%llu,\"first_cut\":%llu,"
           "\"too_many_fields\":%s,\"findings\":[",
           (unsigned long long)counts->lines, (unsigned long long)counts->empty,
           (unsigned long long)counts->unknown,
           (unsigned long long)counts->first_unknown,
           (unsigned long long)counts->cut,
           (unsigned long long)counts->first_cut,
           counts->many_fields ? "true" : "false");
    each_finding(audit, tell_json, &before);
    puts("]}");
}

/* How the table is laid out. */
struct table {
    int width; /* of the column of fields */
    bool colours;
};

static void widen(const struct tel_audit_field *field, enum tel_audit_kind kind,
                  void *context)
{
    struct table *table = context;
    int len = (int)strlen(field->name);

    (void)kind;
    if (len > table->width)
        table->width = len < FIELD_WIDTH_MAX ? len : FIELD_WIDTH_MAX;
}

static void tell_person(const struct tel_audit_field *field,
                        enum tel_audit_kind kind, void *context)
{
    const struct tel_audit_finding *finding = &field->findings[kind];
    const struct table *table = context;
    const char *says = finding->by_name ? "its name says: " : "looks like ";

    printf("%-*s  %s%-11s%s  %7llu  %7llu  ", table->width, field->name,
           table->colours ? "\033[33m" : "", tel_audit_kind_name(kind),
           table->colours ? "\033[0m" : "", (unsigned long long)finding->lines,
           (unsigned long long)finding->first);
    if (kind == TEL_AUDIT_CARDINALITY)
        printf("%s (%u%s)\n", tel_audit_reason(kind, false), field->distinct,
               field->distinct == TEL_AUDIT_DISTINCT_MAX ? " or more" : "");
    else
        printf("%s%s: %s\n", says, tel_audit_reason(kind, finding->by_name),
               finding->example);
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* What was not seen, or only in part: silence is not to be taken for clean. */
static void print_limits(const struct tel_audit *audit)
{
    const struct tel_audit_counts *counts = &audit->counts;

    if (counts->unknown > 0)
        printf("%llu line%s not understood (the first: line %llu), and only "
               "searched as text.\n",
               (unsigned long long)counts->unknown,
               counts->unknown == 1 ? " was" : "s were",
               (unsigned long long)counts->first_unknown);
    if (counts->cut > 0)
        printf("%llu line%s longer than %zu bytes (the first: line %llu); the "
               "rest of it was not looked at.\n",
               (unsigned long long)counts->cut,
               counts->cut == 1 ? " was" : "s were", TEL_AUDIT_LINE_MAX_BYTES,
               (unsigned long long)counts->first_cut);
    if (counts->many_fields)
        printf("There are more than %d fields; the others were taken as one.\n",
               TEL_AUDIT_FIELDS_MAX);
}

static void print_report(const struct tel_env *env,
                         const struct tel_audit *audit, unsigned findings)
{
    const struct tel_audit_counts *counts = &audit->counts;
    uint64_t lines = counts->lines - counts->empty;
    struct table table = {.width = 5, .colours = tel_cli_colours(env, stdout)};

    if (lines == 0) {
        puts("There was nothing to look at: no line, or empty ones only.");
        return;
    }
    if (findings > 0) {
        each_finding(audit, widen, &table);
        printf("%-*s  %-11s  %7s  %7s  %s\n", table.width, "FIELD", "KIND",
               "LINES", "FIRST", "WHY");
        each_finding(audit, tell_person, &table);
        printf("\n%u finding%s in %llu line%s.\n", findings, plural(findings),
               (unsigned long long)lines, plural(lines));
    } else {
        printf("Nothing that looks personal in %llu line%s.\n",
               (unsigned long long)lines, plural(lines));
    }
    print_limits(audit);
}

/* None of the lines was telemetry: then nothing can be said of it. */
static bool is_bad_input(const struct tel_audit *audit, unsigned findings)
{
    const struct tel_audit_counts *counts = &audit->counts;

    return findings == 0 && counts->unknown > 0 &&
           counts->unknown + counts->empty == counts->lines;
}

static int run(const struct tel_env *env, int argc, char **argv)
{
    bool json = false;
    const struct tel_cli_flag flags[] = {{"--json", &json, NULL}};
    struct tel_cli_args args = {
        .command = &tel_cli_audit, .flags = flags, .nflags = 1, .words_max = 1};
    struct tel_audit *audit;
    unsigned findings;
    int status;

    if (!tel_cli_parse(&args, argc, argv, &status))
        return status;
    audit = tel_audit_new();
    if (audit == NULL)
        return tel_cli_bad("%s", strerror(ENOMEM));
    status = read_file(audit, args.nwords > 0 ? args.words[0] : NULL);
    if (status == TEL_DONE) {
        findings = each_finding(audit, NULL, NULL);
        if (json)
            print_json(audit);
        else
            print_report(env, audit, findings);
        if (findings > 0)
            status = TEL_NO;
        else if (is_bad_input(audit, findings))
            status =
                tel_cli_bad("audit: line %llu: neither JSON, a query "
                            "string, an URL nor an access log's line; "
                            "nor is any other",
                            (unsigned long long)audit->counts.first_unknown);
    }
    tel_audit_free(audit);
    return status;
}

const struct tel_command tel_cli_audit = {
    .name = "audit",
    .usage = "audit [--json] [FILE]",
    .summary = "look for personal data in telemetry",
    .details =
        "Reads the lines of FILE, or of standard input (also for \"-\"): "
        "query\n"
        "strings, URLs, JSON, access logs, each also behind a log's prefix.\n"
        "Says which fields look like personal data, why, how often and where\n"
        "first, with an example that is never the whole value. Nothing is\n"
        "kept or sent.\n\n"
        "  --json  one object instead\n\n"
        "Ends with 1 where something was found; 0: nothing; 2: it could not\n"
        "be read, or no line of it is telemetry.\n",
    .run = run,
};
