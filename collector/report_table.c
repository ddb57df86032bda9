/* SPDX-License-Identifier: MIT */
/* report_table: the report for people. */
#include "report.h"

#include <inttypes.h>
#include <string.h>

#define COLUMNS 9
#define CELL_MAX 80

static const char bold[] = "\033[1m";
static const char dim[] = "\033[2m";
static const char plain[] = "\033[0m";

static const char *const titles[COLUMNS] = {
    "EVENT",  "VERSION", "RUNS",   "OK",     "ERROR",
    "SIGNAL", "LOST",    "P50 ms", "P95 ms",
};

enum { EVENT, VERSION, RUNS, OK, ERROR, SIGNAL, LOST, P50, P95 };

struct row {
    char cells[COLUMNS][CELL_MAX];
};

struct table {
    int widths[COLUMNS];
    bool by_version;
};

static void colour(const struct tel_report_options *options, const char *code,
                   FILE *out)
{
    if (options->colour)
        (void)fputs(code, out);
}

/* A strange database must not speak to the terminal. */
static void put_text(char *cell, const char *text)
{
    size_t len = 0;

    for (; text[len] != '\0' && len + 1 < CELL_MAX; len++)
        cell[len] =
            (char)(text[len] > 0x20 && text[len] < 0x7f ? text[len] : '?');
    cell[len] = '\0';
}

static void put_number(char *cell, uint64_t number)
{
    (void)snprintf(cell, CELL_MAX, "%" PRIu64, number);
}

static void put_count(char *cell, const struct tel_published *count, uint64_t k)
{
    char text[TEL_PUBLISHED_TEXT_MAX + 1];

    (void)tel_published_text(count, k, text);
    put_text(cell, text);
}

static void fill(struct row *row, const char *event, const char *version,
                 const struct tel_report_numbers *numbers, uint64_t k)
{
    put_text(row->cells[EVENT], event);
    put_text(row->cells[VERSION], version);
    put_count(row->cells[RUNS], &numbers->runs, k);
    put_count(row->cells[OK], &numbers->ok, k);
    put_count(row->cells[ERROR], &numbers->error, k);
    put_count(row->cells[SIGNAL], &numbers->sig, k);
    put_count(row->cells[LOST], &numbers->lost, k);
    put_text(row->cells[P50], "-");
    put_text(row->cells[P95], "-");
    if (numbers->timed) {
        put_number(row->cells[P50], numbers->p50_ms);
        put_number(row->cells[P95], numbers->p95_ms);
    }
}

static void fill_titles(struct row *row)
{
    for (int i = 0; i < COLUMNS; i++)
        (void)snprintf(row->cells[i], CELL_MAX, "%s", titles[i]);
}

static void widen(struct table *table, const struct row *row)
{
    for (int i = 0; i < COLUMNS; i++) {
        int width = (int)strlen(row->cells[i]);

        if (width > table->widths[i])
            table->widths[i] = width;
    }
}

static void write_row(const struct table *table, const struct row *row,
                      FILE *out)
{
    for (int i = 0; i < COLUMNS; i++) {
        /* Words to the left, numbers to the right. */
        int width = i <= VERSION ? -table->widths[i] : table->widths[i];

        if (i == VERSION && !table->by_version)
            continue;
        (void)fprintf(out, "%s%*s", i > 0 ? "  " : "", width, row->cells[i]);
    }
}

/* "; exit 1:11 2:3" after what stands there already. */
static void write_counts(const char *name,
                         const struct tel_report_values *counts, bool *any,
                         FILE *out)
{
    if (counts->len == 0)
        return;
    (void)fprintf(out, "%s%s", *any ? "; " : "\n    ", name);
    for (size_t i = 0; i < counts->len; i++) {
        char value[CELL_MAX];

        put_text(value, counts->at[i].name);
        (void)fprintf(out, " %s:%" PRIu64, value, counts->at[i].n.n);
    }
    *any = true;
}

/* What differs from event to event has a line of its own. */
static void write_details(const struct tel_report_numbers *event, FILE *out)
{
    bool any = false;

    write_counts("exit", &event->exits, &any, out);
    write_counts("sig", &event->signals, &any, out);
    for (size_t i = 0; i < event->nfields; i++) {
        char key[CELL_MAX];

        put_text(key, event->fields[i].key);
        write_counts(key, &event->fields[i].values, &any, out);
    }
}

struct lines {
    struct table table;
    bool measure; /* first the widths, then the lines */
    const struct tel_report_options *options;
    FILE *out;
};

static void line(struct lines *lines, const char *event, const char *version,
                 const struct tel_report_numbers *numbers)
{
    struct row row;

    fill(&row, event, version, numbers, lines->options->k);
    if (lines->measure) {
        widen(&lines->table, &row);
        return;
    }
    (void)fputc('\n', lines->out);
    write_row(&lines->table, &row, lines->out);
    colour(lines->options, dim, lines->out);
    write_details(numbers, lines->out);
    colour(lines->options, plain, lines->out);
}

static void each_line(struct lines *lines, const struct tel_report_tool *tool)
{
    for (size_t i = 0; i < tool->nevents; i++) {
        const struct tel_report_event *event = &tool->events[i];

        if (!lines->options->by_version)
            line(lines, event->event, "", &event->all);
        for (size_t j = 0; lines->options->by_version && j < event->nparts; j++)
            line(lines, event->event,
                 tool->versions[event->parts[j].version].version,
                 &event->parts[j].numbers);
    }
}

static void write_table(const struct tel_report_tool *tool,
                        const struct tel_report_options *options, FILE *out)
{
    struct lines lines = {.table = {.by_version = options->by_version},
                          .measure = true,
                          .options = options,
                          .out = out};
    struct row row;

    fill_titles(&row);
    widen(&lines.table, &row);
    each_line(&lines, tool);
    lines.measure = false;
    colour(options, bold, out);
    write_row(&lines.table, &row, out);
    colour(options, plain, out);
    each_line(&lines, tool);
    (void)fputc('\n', out);
}

static void write_crashes(const struct tel_report_tool *tool,
                          const struct tel_report_options *options, FILE *out)
{
    if (tool->ncrashes == 0)
        return;
    colour(options, bold, out);
    (void)fprintf(out, "%-30s  %10s", "CRASH", "RUNS");
    colour(options, plain, out);
    (void)fputc('\n', out);
    for (size_t i = 0; i < tool->ncrashes; i++) {
        const struct tel_report_crash *crash = &tool->crashes[i];
        char signature[CELL_MAX];

        put_text(signature, crash->signature);
        (void)fprintf(out, "%-30s  %10" PRIu64 "\n", signature, crash->runs.n);
    }
}

static void write_held_back(uint64_t n, const char *what,
                            const struct tel_report_options *options, FILE *out)
{
    if (n > 0)
        (void)fprintf(out,
                      "%" PRIu64 " %s%s held back: under %" PRIu64 " runs\n", n,
                      what, n == 1 ? "" : "s", options->k);
}

static void write_tool(const struct tel_report_tool *tool,
                       const struct tel_report_options *options, FILE *out)
{
    char id[CELL_MAX];

    put_text(id, tool->id);
    colour(options, bold, out);
    (void)fprintf(out, "%s", id);
    colour(options, plain, out);
    (void)fputc('\n', out);
    if (tool->nevents > 0)
        write_table(tool, options, out);
    write_held_back(tool->held_back, "event", options, out);
    write_crashes(tool, options, out);
    write_held_back(tool->crashes_held_back, "crash signature", options, out);
    (void)fputc('\n', out);
}

static void write_refused(const struct tel_report *report, FILE *out)
{
    if (report->refused.len == 0)
        return;
    (void)fputs("Refused, of all tools:", out);
    for (size_t i = 0; i < report->refused.len; i++) {
        char reason[CELL_MAX];

        put_text(reason, report->refused.at[i].name);
        (void)fprintf(out, " %s:%" PRIu64, reason, report->refused.at[i].n.n);
    }
    (void)fputs("\n", out);
}

void tel_report_table(const struct tel_report *report,
                      const struct tel_report_options *options, FILE *out)
{
    for (size_t i = 0; i < report->ntools; i++)
        write_tool(&report->tools[i], options, out);
    if (report->ntools == 0)
        (void)fputs("Nothing was counted yet.\n\n", out);
    write_refused(report, out);
    colour(options, dim, out);
    if (options->k > 1)
        (void)fprintf(out, "Counts under k = %" PRIu64 " are held back. ",
                      options->k);
    (void)fprintf(out, "%s\n%s\n", tel_report_note_people,
                  tel_report_note_open);
    colour(options, plain, out);
}
