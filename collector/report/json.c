/* SPDX-License-Identifier: MIT */
/*
 * report_json: all of the report, for programs. A count that is held back is
 * null. The shape is in man/tel-collect.8.scd.
 */
#include "report.h"

#include <inttypes.h>
#include <string.h>

#include "store/store.h"

static void write_string(const char *string, FILE *out)
{
    (void)fputc('"', out);
    for (const char *c = string; *c != '\0'; c++) {
        unsigned char byte = (unsigned char)*c;

        /* Nothing that was counted needs this; a strange database might. */
        if (byte < 0x20 || byte > 0x7e || byte == '"' || byte == '\\')
            (void)fprintf(out, "\\u%04x", byte);
        else
            (void)fputc(byte, out);
    }
    (void)fputc('"', out);
}

static void write_text(const char *key, const char *text, FILE *out)
{
    (void)fprintf(out, "\"%s\": ", key);
    write_string(text, out);
}

static void write_published(const struct tel_published *count, FILE *out)
{
    if (count->held)
        (void)fputs("null", out);
    else
        (void)fprintf(out, "%" PRIu64, count->n);
}

static void write_count(const char *key, const struct tel_published *count,
                        FILE *out)
{
    (void)fprintf(out, ", \"%s\": ", key);
    write_published(count, out);
}

static void write_number(const char *key, uint64_t number, FILE *out)
{
    (void)fprintf(out, ", \"%s\": %" PRIu64, key, number);
}

static void write_day(int64_t day, FILE *out)
{
    char text[TEL_DAY_MAX + 1];

    tel_day_text(day, text);
    write_string(text, out);
}

/* The days that have any; the others are 0. */
static void write_days(const struct tel_report *report,
                       const struct tel_published *days, FILE *out)
{
    const char *separator = "";

    (void)fputs(", \"days\": {", out);
    for (size_t i = 0; i < report->ndays; i++) {
        if (days[i].n == 0 && !days[i].held)
            continue;
        (void)fputs(separator, out);
        write_day(report->days[i], out);
        (void)fputs(": ", out);
        write_published(&days[i], out);
        separator = ", ";
    }
    (void)fputc('}', out);
}

static void write_values(const struct tel_report_values *values, FILE *out)
{
    (void)fputc('{', out);
    for (size_t i = 0; i < values->len; i++) {
        (void)fputs(i > 0 ? ", " : "", out);
        write_string(values->at[i].name, out);
        (void)fputs(": ", out);
        write_published(&values->at[i].n, out);
    }
    (void)fputc('}', out);
}

/* A field all of whose values are held back is not named here. */
static void write_fields(const struct tel_report_numbers *numbers, FILE *out)
{
    const char *separator = "";

    (void)fputs(", \"fields\": {", out);
    for (size_t i = 0; i < numbers->nfields; i++) {
        if (numbers->fields[i].values.len == 0)
            continue;
        (void)fputs(separator, out);
        write_string(numbers->fields[i].key, out);
        (void)fputs(": ", out);
        write_values(&numbers->fields[i].values, out);
        separator = ", ";
    }
    (void)fputc('}', out);
}

static void add_held_back(const char *name,
                          const struct tel_report_values *values, bool *any,
                          FILE *out)
{
    if (values->held_back == 0)
        return;
    (void)fputs(*any ? ", " : ", \"held_back\": [", out);
    write_string(name, out);
    *any = true;
}

/* Which lists are not complete; none is named where all are. */
static void write_held_back(const struct tel_report_numbers *numbers, FILE *out)
{
    bool any = false;

    add_held_back("exit", &numbers->exits, &any, out);
    add_held_back("sig", &numbers->signals, &any, out);
    for (size_t i = 0; i < numbers->nfields; i++)
        add_held_back(numbers->fields[i].key, &numbers->fields[i].values, &any,
                      out);
    (void)fputs(any ? "]" : "", out);
}

static void write_durations(const struct tel_report_numbers *numbers, FILE *out)
{
    if (numbers->timed) {
        write_number("p50_ms", numbers->p50_ms, out);
        write_number("p95_ms", numbers->p95_ms, out);
    } else {
        (void)fputs(", \"p50_ms\": null, \"p95_ms\": null", out);
    }
    (void)fputs(", \"histogram\": [", out);
    for (size_t i = 0; i < numbers->nbins; i++)
        (void)fprintf(out, "%s[%" PRIu32 ", %" PRIu32 ", %" PRIu64 "]",
                      i > 0 ? ", " : "", numbers->bins[i].lower_ms,
                      numbers->bins[i].upper_ms, numbers->bins[i].n.n);
    (void)fputc(']', out);
}

static void write_numbers(const struct tel_report *report,
                          const struct tel_report_numbers *numbers, FILE *out)
{
    write_count("runs", &numbers->runs, out);
    write_count("ok", &numbers->ok, out);
    write_count("error", &numbers->error, out);
    write_count("signal", &numbers->sig, out);
    write_count("lost", &numbers->lost, out);
    (void)fputs(", \"exit\": ", out);
    write_values(&numbers->exits, out);
    (void)fputs(", \"sig\": ", out);
    write_values(&numbers->signals, out);
    write_durations(numbers, out);
    write_fields(numbers, out);
    write_held_back(numbers, out);
    write_days(report, numbers->days, out);
}

static void write_event(const struct tel_report *report,
                        const struct tel_report_tool *tool,
                        const struct tel_report_event *event, FILE *out)
{
    (void)fputc('{', out);
    write_text("event", event->event, out);
    write_numbers(report, &event->all, out);
    (void)fputs(",\n   \"versions\": [", out);
    for (size_t i = 0; i < event->nparts; i++) {
        const struct tel_report_part *part = &event->parts[i];

        (void)fputs(i > 0 ? ",\n    {" : "\n    {", out);
        write_text("version", tool->versions[part->version].version, out);
        write_numbers(report, &part->numbers, out);
        (void)fputc('}', out);
    }
    (void)fputs("]}", out);
}

static void write_versions(const struct tel_report *report,
                           const struct tel_report_tool *tool, FILE *out)
{
    (void)fputs(",\n \"versions\": [", out);
    for (size_t i = 0; i < tool->nversions; i++) {
        const struct tel_report_version *version = &tool->versions[i];

        (void)fputs(i > 0 ? ",\n  {" : "\n  {", out);
        write_text("version", version->version, out);
        write_count("runs", &version->runs, out);
        write_count("ok", &version->ok, out);
        write_count("error", &version->error, out);
        write_count("signal", &version->sig, out);
        write_count("lost", &version->lost, out);
        write_days(report, version->days, out);
        (void)fputc('}', out);
    }
    (void)fputc(']', out);
}

static void write_crash(const struct tel_report_tool *tool,
                        const struct tel_report_crash *crash, FILE *out)
{
    const char *separator = "";

    (void)fputc('{', out);
    write_text("crash", crash->signature, out);
    write_count("runs", &crash->runs, out);
    (void)fputs(", \"versions\": {", out);
    for (size_t i = 0; i < tool->nversions; i++) {
        if (crash->versions[i].n == 0 && !crash->versions[i].held)
            continue;
        (void)fputs(separator, out);
        write_string(tool->versions[i].version, out);
        (void)fputs(": ", out);
        write_published(&crash->versions[i], out);
        separator = ", ";
    }
    (void)fputs("}}", out);
}

/* Named only where there are any: most policies ask for none. */
static void write_crashes(const struct tel_report_tool *tool, FILE *out)
{
    if (tool->ncrashes > 0) {
        (void)fputs(",\n \"crashes\": [", out);
        for (size_t i = 0; i < tool->ncrashes; i++) {
            (void)fputs(i > 0 ? ",\n  " : "\n  ", out);
            write_crash(tool, &tool->crashes[i], out);
        }
        (void)fputc(']', out);
    }
    if (tool->crashes_held_back > 0)
        write_number("crashes_held_back", tool->crashes_held_back, out);
}

static void write_finding(const struct tel_finding *finding,
                          const struct tel_comparison *comparison, FILE *out)
{
    char text[TEL_FINDING_TEXT_MAX + 1];

    (void)fputc('{', out);
    write_text("kind", tel_finding_name(finding->kind), out);
    (void)fputs(", ", out);
    write_text("event", finding->event, out);
    if (finding->kind == TEL_FINDING_VALUE) {
        (void)fputs(", ", out);
        write_text("field", finding->key, out);
        (void)fputs(", ", out);
        write_text("value", finding->value, out);
    }
    (void)fprintf(out,
                  ", \"before\": %.6g, \"after\": %.6g, \"change\": %.6g,"
                  " \"low\": %.6g, \"high\": %.6g, \"certain\": %s",
                  finding->before, finding->after, finding->change,
                  finding->low, finding->high,
                  finding->certain ? "true" : "false");
    if (finding->timed)
        (void)fprintf(out,
                      ", \"p50_ms\": [%" PRIu32 ", %" PRIu32
                      "], \"p95_ms\": [%" PRIu32 ", %" PRIu32 "]",
                      finding->p50_ms[0], finding->p50_ms[1],
                      finding->p95_ms[0], finding->p95_ms[1]);
    if (finding->certain) {
        (void)tel_finding_text(finding, comparison, text);
        (void)fputs(", ", out);
        write_text("text", text, out);
    }
    (void)fputc('}', out);
}

/* null where there are no two versions. */
static void write_comparison(const struct tel_comparison *comparison, FILE *out)
{
    (void)fputs(",\n \"comparison\": ", out);
    if (!comparison->done) {
        (void)fputs("null", out);
        return;
    }
    (void)fputc('{', out);
    write_text("before", comparison->before, out);
    (void)fputs(", ", out);
    write_text("after", comparison->after, out);
    (void)fputs(", \"findings\": [", out);
    for (size_t i = 0; i < comparison->nfindings; i++) {
        (void)fputs(i > 0 ? ",\n  " : "\n  ", out);
        write_finding(&comparison->findings[i], comparison, out);
    }
    (void)fputs("], \"too_few\": [", out);
    for (size_t i = 0; i < comparison->ntoo_few; i++) {
        (void)fputs(i > 0 ? ", " : "", out);
        write_string(comparison->too_few[i], out);
    }
    (void)fputs("]}", out);
}

static void write_tool(const struct tel_report *report,
                       const struct tel_report_tool *tool, FILE *out)
{
    (void)fputc('{', out);
    write_text("tool", tool->id, out);
    write_count("runs", &tool->runs, out);
    write_count("ok", &tool->ok, out);
    write_count("error", &tool->error, out);
    write_count("signal", &tool->sig, out);
    write_count("lost", &tool->lost, out);
    write_days(report, tool->days, out);
    write_comparison(&tool->comparison, out);
    write_versions(report, tool, out);
    (void)fputs(",\n \"events\": [", out);
    for (size_t i = 0; i < tool->nevents; i++) {
        (void)fputs(i > 0 ? ",\n  " : "\n  ", out);
        write_event(report, tool, &tool->events[i], out);
    }
    (void)fputc(']', out);
    if (tool->held_back > 0)
        write_number("held_back", tool->held_back, out);
    write_crashes(tool, out);
    (void)fputc('}', out);
}

static void write_range(const struct tel_report *report, FILE *out)
{
    bool any = report->first <= report->last;

    (void)fputs("\"from\": ", out);
    if (any)
        write_day(report->first, out);
    (void)fputs(any ? ", \"to\": " : "null, \"to\": null", out);
    if (any)
        write_day(report->last, out);
    write_number("k", report->k, out);
}

void tel_report_json(const struct tel_report *report, FILE *out)
{
    (void)fputc('{', out);
    write_range(report, out);
    (void)fputs(",\n\"tools\": [", out);
    for (size_t i = 0; i < report->ntools; i++) {
        (void)fputs(i > 0 ? ",\n" : "", out);
        write_tool(report, &report->tools[i], out);
    }
    (void)fputs("],\n\"refused\": ", out);
    write_values(&report->refused, out);
    (void)fputs(",\n\"notes\": [\n ", out);
    write_string(tel_report_note_people, out);
    (void)fputs(",\n ", out);
    write_string(tel_report_note_open, out);
    (void)fputs(",\n ", out);
    write_string(tel_report_note_sure, out);
    (void)fputs("]}\n", out);
}
