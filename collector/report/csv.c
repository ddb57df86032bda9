/* SPDX-License-Identifier: MIT */
/*
 * report_csv: the counts of the report as one long table (RFC 4180), for
 * spreadsheets and data frames.
 *
 *     tool,version,event,item,value,day,count
 *
 * An empty version, event or day: all of them. item and value are those of
 * the store (store.h); of ms, value is where the bin begins and where the next would: 40..51.
 * p50_ms and p95_ms are items as well. A count that is held back is "<5".
 */
#include "report.h"

#include <inttypes.h>
#include <string.h>

#include "store/store.h"

/* What all lines of a group have in common. */
struct csv {
    const struct tel_report *report;
    const char *tool;
    const char *version;
    const char *event;
    FILE *out;
};

/*
 * Quoted where it must be. A spreadsheet takes a cell that begins like a
 * formula for one, quoted or not, and shows one that begins with ' as text.
 */
static void write_cell(const char *text, FILE *out)
{
    bool formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
    bool quoted = strpbrk(text, "\",\r\n") != NULL;

    (void)fputs(quoted ? "\"" : "", out);
    (void)fputs(formula ? "'" : "", out);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            (void)fputc('"', out);
        /* A strange database must not speak to a terminal either. */
        (void)fputc((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text,
                    out);
    }
    (void)fputs(quoted ? "\"" : "", out);
}

static void write_line(const struct csv *csv, const char *item,
                       const char *value, const char *day, const char *count)
{
    const char *const cells[] = {csv->tool, csv->version, csv->event,
                                 item,      value,        day};

    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        write_cell(cells[i], csv->out);
        (void)fputc(',', csv->out);
    }
    (void)fprintf(csv->out, "%s\r\n", count);
}

static void write_count(const struct csv *csv, const char *item,
                        const char *value, const char *day,
                        const struct tel_published *count)
{
    char text[TEL_PUBLISHED_TEXT_MAX + 1];

    (void)tel_published_text(count, csv->report->k, text);
    write_line(csv, item, value, day, text);
}

static void write_days(const struct csv *csv, const struct tel_published *days)
{
    for (size_t i = 0; i < csv->report->ndays; i++) {
        char day[TEL_DAY_MAX + 1];

        tel_day_text(csv->report->days[i], day);
        write_count(csv, "runs", "", day, &days[i]);
    }
}

static void write_outcomes(const struct csv *csv,
                           const struct tel_published *runs,
                           const struct tel_published *ok,
                           const struct tel_published *error,
                           const struct tel_published *sig,
                           const struct tel_published *lost)
{
    write_count(csv, "runs", "", "", runs);
    write_count(csv, "ok", "", "", ok);
    write_count(csv, "error", "", "", error);
    write_count(csv, "signal", "", "", sig);
    write_count(csv, "lost", "", "", lost);
}

static void write_values(const struct csv *csv, const char *item,
                         const struct tel_report_values *values)
{
    for (size_t i = 0; i < values->len; i++)
        write_count(csv, item, values->at[i].name, "", &values->at[i].n);
}

static void write_durations(const struct csv *csv,
                            const struct tel_report_numbers *numbers)
{
    char text[2 * TEL_PUBLISHED_TEXT_MAX];

    for (size_t i = 0; i < numbers->nbins; i++) {
        (void)snprintf(text, sizeof(text), "%" PRIu32 "..%" PRIu32,
                       numbers->bins[i].lower_ms, numbers->bins[i].upper_ms);
        write_count(csv, "ms", text, "", &numbers->bins[i].n);
    }
    if (!numbers->timed)
        return;
    (void)snprintf(text, sizeof(text), "%" PRIu32, numbers->p50_ms);
    write_line(csv, "p50_ms", "", "", text);
    (void)snprintf(text, sizeof(text), "%" PRIu32, numbers->p95_ms);
    write_line(csv, "p95_ms", "", "", text);
}

static void write_numbers(const struct csv *csv,
                          const struct tel_report_numbers *numbers)
{
    char item[TEL_STORE_ITEM_MAX + 1];

    write_outcomes(csv, &numbers->runs, &numbers->ok, &numbers->error,
                   &numbers->sig, &numbers->lost);
    write_values(csv, "exit", &numbers->exits);
    write_values(csv, "sig", &numbers->signals);
    write_durations(csv, numbers);
    for (size_t i = 0; i < numbers->nfields; i++) {
        (void)snprintf(item, sizeof(item), "field:%s", numbers->fields[i].key);
        write_values(csv, item, &numbers->fields[i].values);
    }
    write_days(csv, numbers->days);
}

static void write_crashes(struct csv *csv, const struct tel_report_tool *tool)
{
    csv->event = "";
    for (size_t i = 0; i < tool->ncrashes; i++) {
        const struct tel_report_crash *crash = &tool->crashes[i];

        csv->version = "";
        write_count(csv, "crash", crash->signature, "", &crash->runs);
        for (size_t j = 0; j < tool->nversions; j++) {
            csv->version = tool->versions[j].version;
            if (crash->versions[j].n > 0 || crash->versions[j].held)
                write_count(csv, "crash", crash->signature, "",
                            &crash->versions[j]);
        }
    }
}

static void write_versions(struct csv *csv, const struct tel_report_tool *tool)
{
    for (size_t i = 0; i < tool->nversions; i++) {
        const struct tel_report_version *version = &tool->versions[i];

        csv->version = version->version;
        write_outcomes(csv, &version->runs, &version->ok, &version->error,
                       &version->sig, &version->lost);
        write_days(csv, version->days);
    }
    csv->version = "";
}

static void write_event(struct csv *csv, const struct tel_report_tool *tool,
                        const struct tel_report_event *event)
{
    csv->event = event->event;
    csv->version = "";
    write_numbers(csv, &event->all);
    for (size_t i = 0; i < event->nparts; i++) {
        csv->version = tool->versions[event->parts[i].version].version;
        write_numbers(csv, &event->parts[i].numbers);
    }
}

static void write_tool(const struct tel_report *report,
                       const struct tel_report_tool *tool, FILE *out)
{
    struct csv csv = {report, tool->id, "", "", out};

    write_outcomes(&csv, &tool->runs, &tool->ok, &tool->error, &tool->sig,
                   &tool->lost);
    write_days(&csv, tool->days);
    write_versions(&csv, tool);
    for (size_t i = 0; i < tool->nevents; i++)
        write_event(&csv, tool, &tool->events[i]);
    write_crashes(&csv, tool);
}

void tel_report_csv(const struct tel_report *report, FILE *out)
{
    (void)fputs("tool,version,event,item,value,day,count\r\n", out);
    for (size_t i = 0; i < report->ntools; i++)
        write_tool(report, &report->tools[i], out);
}
