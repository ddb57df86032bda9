/* SPDX-License-Identifier: MIT */
/*
 * text: the report for people, as wide as their terminal: first what
 * changed, then what is used, fails and takes long.
 */
#include "report.h"

#include <inttypes.h>
#include <string.h>

#include "bar.h"
#include "store/store.h"
#include "table.h"

#define FINDINGS_SHOWN 5
#define SUMMARY_SHOWN 3 /* of each tool */
#define NUMBERS 45      /* columns that the numbers may need */

enum { NAME, RUNS, FAIL, P50, P95, COLUMNS };

struct row {
    char cells[COLUMNS][TEL_TABLE_CELL];
};

/* The table of one tool. Each line is made twice: to see how wide the columns
 * must be, and to be written. */
struct table {
    const struct tel_report *report;
    const struct tel_report_options *options;
    FILE *out;
    bool measure;
    int widths[COLUMNS];
    int bar;       /* columns for it; 0: none */
    uint64_t most; /* runs of the longest bar */
};

/* Of the runs whose end is known. Of failures held back, what it is below. */
static void put_failures(char *cell, const struct tel_published *ok,
                         const struct tel_published *error,
                         const struct tel_published *sig, uint64_t k)
{
    double failed =
        tel_published_middle(error, k) + tel_published_middle(sig, k);
    double of = failed + tel_published_middle(ok, k);
    double most = (error->held ? (double)k : 0) + (sig->held ? (double)k : 0);

    if (of == 0 || ok->held)
        (void)snprintf(cell, TEL_TABLE_CELL, "-");
    else if (error->n + sig->n == 0 && most > 0)
        (void)snprintf(cell, TEL_TABLE_CELL, "<%.1f %%",
                       100 * most / ((double)ok->n + most));
    else
        (void)snprintf(cell, TEL_TABLE_CELL, "%.1f %%", 100 * failed / of);
}

static void write_row(const struct table *table, const struct row *row)
{
    bool fits = (int)strlen(row->cells[NAME]) <= table->widths[NAME];

    /* A name that is too long has a line for itself. */
    if (!fits)
        (void)fprintf(table->out, "%s\n", row->cells[NAME]);
    for (int i = 0; i < COLUMNS; i++) {
        const char *cell = i == NAME && !fits ? "" : row->cells[i];

        /* Words to the left, numbers to the right. */
        (void)fprintf(table->out, "%s%*s", i > 0 ? "  " : "",
                      i == NAME ? -table->widths[i] : table->widths[i], cell);
    }
}

static void add_row(struct table *table, const struct row *row,
                    const struct tel_published *runs)
{
    if (table->measure) {
        for (int i = 0; i < COLUMNS; i++) {
            int width = (int)strlen(row->cells[i]);

            if (width > table->widths[i] &&
                (i != NAME || width <= (int)table->options->columns - NUMBERS))
                table->widths[i] = width;
        }
        return;
    }
    write_row(table, row);
    if (table->bar > 0 && runs != NULL && runs->n > 0) {
        (void)fputs("  ", table->out);
        tel_bar((double)runs->n / (double)table->most, table->bar,
                table->options->unicode, table->out);
    }
    (void)fputc('\n', table->out);
}

static void add_numbers(struct table *table, const char *name, bool inner,
                        const struct tel_report_numbers *numbers)
{
    struct row row = {{""}};
    uint64_t k = table->report->k;

    tel_table_text(row.cells[NAME], name, inner ? "  " : "");
    tel_table_count(row.cells[RUNS], &numbers->runs, k);
    put_failures(row.cells[FAIL], &numbers->ok, &numbers->error, &numbers->sig,
                 k);
    (void)snprintf(row.cells[P50], TEL_TABLE_CELL, "-");
    (void)snprintf(row.cells[P95], TEL_TABLE_CELL, "-");
    if (numbers->timed) {
        (void)snprintf(row.cells[P50], TEL_TABLE_CELL, "%" PRIu32,
                       numbers->p50_ms);
        (void)snprintf(row.cells[P95], TEL_TABLE_CELL, "%" PRIu32,
                       numbers->p95_ms);
    }
    add_row(table, &row, &numbers->runs);
}

static void add_titles(struct table *table)
{
    const struct row row = {{"EVENT", "RUNS", "FAIL", "P50 ms", "P95 ms"}};

    if (!table->measure)
        tel_table_style(table->options, TEL_BOLD, table->out);
    add_row(table, &row, NULL);
    if (!table->measure)
        tel_table_style(table->options, TEL_PLAIN, table->out);
}

/* " error 10" after what stands there already. */
static void add_outcome(struct tel_wrapped *line, const char *name,
                        const struct tel_published *count, uint64_t k)
{
    char text[TEL_PUBLISHED_TEXT_MAX + 1];
    char word[TEL_TABLE_CELL + TEL_PUBLISHED_TEXT_MAX + 2];

    if (count->n == 0 && !count->held)
        return;
    (void)tel_published_text(count, k, text);
    (void)snprintf(word, sizeof(word), "%s:%s", name, text);
    tel_wrapped_word(line, word);
}

static void add_values(struct tel_wrapped *line, const char *name,
                       const struct tel_report_values *values, uint64_t k)
{
    char key[TEL_TABLE_CELL];

    if (values->len == 0)
        return;
    tel_table_text(key, name, "");
    tel_wrapped_group(line, key);
    for (size_t i = 0; i < values->len; i++) {
        char value[TEL_TABLE_CELL];

        tel_table_text(value, values->at[i].name, "");
        add_outcome(line, value, &values->at[i].n, k);
    }
}

/* What differs from event to event has lines of its own. */
static void add_details(struct table *table,
                        const struct tel_report_numbers *numbers)
{
    struct tel_wrapped line = {
        .out = table->out, .columns = table->options->columns, .indent = 4};
    uint64_t k = table->report->k;

    if (table->measure)
        return;
    tel_table_style(table->options, TEL_DIM, table->out);
    tel_wrapped_group(&line, "");
    add_outcome(&line, "ok", &numbers->ok, k);
    add_outcome(&line, "error", &numbers->error, k);
    add_outcome(&line, "signal", &numbers->sig, k);
    add_outcome(&line, "lost", &numbers->lost, k);
    add_values(&line, "exit", &numbers->exits, k);
    add_values(&line, "sig", &numbers->signals, k);
    for (size_t i = 0; i < numbers->nfields; i++)
        add_values(&line, numbers->fields[i].key, &numbers->fields[i].values,
                   k);
    tel_wrapped_end(&line);
    tel_table_style(table->options, TEL_PLAIN, table->out);
}

static void add_events(struct table *table, const struct tel_report_tool *tool)
{
    add_titles(table);
    for (size_t i = 0; i < tool->nevents; i++) {
        const struct tel_report_event *event = &tool->events[i];

        add_numbers(table, event->event, false, &event->all);
        for (size_t j = 0; table->options->by_version && j < event->nparts; j++)
            add_numbers(table, tool->versions[event->parts[j].version].version,
                        true, &event->parts[j].numbers);
        add_details(table, &event->all);
    }
}

static void write_events(const struct tel_report *report,
                         const struct tel_report_tool *tool,
                         const struct tel_report_options *options, FILE *out)
{
    struct table table = {report, options, out, .measure = true};
    int used = 2 * COLUMNS;

    if (tool->nevents == 0)
        return;
    table.most = tool->events[0].all.runs.n;
    add_events(&table, tool);
    for (int i = 0; i < COLUMNS; i++)
        used += table.widths[i];
    table.bar = (int)options->columns - used;
    if (table.bar > TEL_BAR_MAX)
        table.bar = TEL_BAR_MAX;
    if (table.bar < TEL_BAR_MIN)
        table.bar = 0;
    table.measure = false;
    add_events(&table, tool);
}

static void write_crashes(const struct tel_report *report,
                          const struct tel_report_tool *tool,
                          const struct tel_report_options *options, FILE *out)
{
    if (tool->ncrashes == 0)
        return;
    tel_table_style(options, TEL_BOLD, out);
    (void)fprintf(out, "%-30s  %10s\n", "CRASH", "RUNS");
    tel_table_style(options, TEL_PLAIN, out);
    for (size_t i = 0; i < tool->ncrashes; i++) {
        const struct tel_report_crash *crash = &tool->crashes[i];
        char text[TEL_TABLE_CELL];

        tel_table_text(text, crash->signature, "");
        (void)fprintf(out, "%-30s  %10" PRIu64 "\n", text, crash->runs.n);
        for (size_t j = 0; options->by_version && j < tool->nversions; j++) {
            if (crash->versions[j].n == 0 && !crash->versions[j].held)
                continue;
            tel_table_text(text, tool->versions[j].version, "  ");
            (void)fprintf(out, "%-30s", text);
            tel_table_count(text, &crash->versions[j], report->k);
            (void)fprintf(out, "  %10s\n", text);
        }
    }
}

static void write_held_back(size_t n, const char *what, uint64_t k, FILE *out)
{
    if (n > 0)
        (void)fprintf(out, "%zu %s%s held back: under %" PRIu64 " runs\n", n,
                      what, n == 1 ? "" : "s", k);
}

/* The lines about what changed: all that is certain where a comparison was
 * asked for, else the first few. */
static void write_comparison(const struct tel_comparison *comparison,
                             const struct tel_report_options *options,
                             FILE *out)
{
    size_t shown = comparison->ncertain;
    char name[TEL_TABLE_CELL];

    if (!comparison->done)
        return;
    if (options->before == NULL && shown > FINDINGS_SHOWN)
        shown = FINDINGS_SHOWN;
    tel_table_style(options, TEL_BOLD, out);
    tel_table_text(name, comparison->before, "");
    (void)fprintf(out, "What changed from %s", name);
    tel_table_text(name, comparison->after, "");
    (void)fprintf(out, " to %s", name);
    tel_table_style(options, TEL_PLAIN, out);
    (void)fputc('\n', out);
    for (size_t i = 0; i < shown; i++) {
        char text[TEL_FINDING_TEXT_MAX + 1];
        struct tel_wrapped line = {
            .out = out, .columns = options->columns, .indent = 2};

        (void)tel_finding_text(&comparison->findings[i], comparison, text);
        tel_wrapped_text(&line, text);
    }
    if (shown < comparison->ncertain)
        (void)fprintf(out, "  and %zu smaller: see --compare %s %s\n",
                      comparison->ncertain - shown, comparison->before,
                      comparison->after);
    tel_table_comparison_notes(comparison, options, out);
}

static void write_head(const struct tel_report *report,
                       const struct tel_report_tool *tool,
                       const struct tel_report_options *options, FILE *out)
{
    struct tel_wrapped line = {.out = out, .columns = options->columns};
    char id[TEL_TABLE_CELL];
    char runs[TEL_TABLE_CELL];
    char failed[TEL_TABLE_CELL];
    char first[TEL_DAY_MAX + 1];
    char last[TEL_DAY_MAX + 1];
    char days[sizeof(first) + sizeof(last) + sizeof("from  to ")];
    char text[4 * TEL_TABLE_CELL];

    tel_table_text(id, tool->id, "");
    tel_table_count(runs, &tool->runs, report->k);
    put_failures(failed, &tool->ok, &tool->error, &tool->sig, report->k);
    tel_day_text(report->first, first);
    tel_day_text(report->last, last);
    if (report->first == report->last)
        (void)snprintf(days, sizeof(days), "on %s", first);
    else
        (void)snprintf(days, sizeof(days), "from %s to %s", first, last);
    (void)snprintf(text, sizeof(text), "%s: %s runs %s%s%s%s", id, runs, days,
                   failed[0] == '-' ? "" : ", ", failed[0] == '-' ? "" : failed,
                   failed[0] == '-' ? "" : " failed");
    tel_table_style(options, TEL_BOLD, out);
    tel_wrapped_text(&line, text);
    tel_table_style(options, TEL_PLAIN, out);
}

static void write_tool(const struct tel_report *report,
                       const struct tel_report_tool *tool,
                       const struct tel_report_options *options, FILE *out)
{
    write_head(report, tool, options, out);
    tel_table_days_line(report, tool, options, out);
    write_comparison(&tool->comparison, options, out);
    (void)fputc('\n', out);
    write_events(report, tool, options, out);
    write_held_back(tool->held_back, "event", report->k, out);
    write_crashes(report, tool, options, out);
    write_held_back(tool->crashes_held_back, "crash signature", report->k, out);
    if (options->by_day)
        tel_table_days(report, tool, options, out);
    (void)fputc('\n', out);
}

/* Of many tools, what changed in any stands before all of them. */
static void write_summary(const struct tel_report *report,
                          const struct tel_report_options *options, FILE *out)
{
    bool any = false;

    for (size_t i = 0; report->ntools > 1 && i < report->ntools; i++) {
        const struct tel_comparison *comparison = &report->tools[i].comparison;

        for (size_t j = 0; j < comparison->ncertain && j < SUMMARY_SHOWN; j++) {
            char id[TEL_TABLE_CELL];
            char finding[TEL_FINDING_TEXT_MAX + 1];
            char text[TEL_FINDING_TEXT_MAX + TEL_TABLE_CELL + 3];
            struct tel_wrapped line = {
                .out = out, .columns = options->columns, .indent = 2};

            if (!any) {
                tel_table_style(options, TEL_BOLD, out);
                (void)fputs("What to look at", out);
                tel_table_style(options, TEL_PLAIN, out);
                (void)fputc('\n', out);
            }
            any = true;
            tel_table_text(id, report->tools[i].id, "");
            (void)tel_finding_text(&comparison->findings[j], comparison,
                                   finding);
            (void)snprintf(text, sizeof(text), "%s: %s", id, finding);
            tel_wrapped_text(&line, text);
        }
    }
    if (any)
        (void)fputc('\n', out);
}

void tel_report_table(const struct tel_report *report,
                      const struct tel_report_options *options, FILE *out)
{
    write_summary(report, options, out);
    for (size_t i = 0; i < report->ntools; i++)
        write_tool(report, &report->tools[i], options, out);
    if (report->ntools == 0)
        (void)fputs(options->first != 0 || options->last != 0
                        ? "Nothing was counted on these days.\n\n"
                        : "Nothing was counted yet.\n\n",
                    out);
    tel_table_notes(report, options, out);
}
