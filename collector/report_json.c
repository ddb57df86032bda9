/* SPDX-License-Identifier: MIT */
/* report_json: the report for programs. */
#include "report.h"

#include <inttypes.h>
#include <string.h>

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

static void write_number(const char *key, uint64_t number, FILE *out)
{
    (void)fprintf(out, ", \"%s\": %" PRIu64, key, number);
}

static void write_counts(const struct tel_counts *counts, FILE *out)
{
    (void)fputc('{', out);
    for (size_t i = 0; i < counts->len; i++) {
        (void)fputs(i > 0 ? ", " : "", out);
        write_string(counts->at[i].name, out);
        (void)fprintf(out, ": %" PRIu64, counts->at[i].n);
    }
    (void)fputc('}', out);
}

/* A field all of whose values are held back is not named. */
static void write_fields(const struct tel_report_event *event, FILE *out)
{
    const char *separator = "";

    (void)fputs(", \"fields\": {", out);
    for (size_t i = 0; i < event->nfields; i++) {
        if (event->fields[i].values.len == 0)
            continue;
        (void)fputs(separator, out);
        write_string(event->fields[i].key, out);
        (void)fputs(": ", out);
        write_counts(&event->fields[i].values, out);
        separator = ", ";
    }
    (void)fputc('}', out);
}

static void write_event(const struct tel_report_event *event, bool by_version,
                        FILE *out)
{
    (void)fputs("{\"event\": ", out);
    write_string(event->event, out);
    if (by_version) {
        (void)fputs(", \"version\": ", out);
        write_string(event->version, out);
    }
    write_number("runs", event->runs, out);
    write_number("ok", event->ok, out);
    write_number("error", event->error, out);
    write_number("signal", event->sig, out);
    write_number("lost", event->lost, out);
    (void)fputs(", \"exit\": ", out);
    write_counts(&event->exits, out);
    if (event->signals.len > 0) {
        (void)fputs(", \"sig\": ", out);
        write_counts(&event->signals, out);
    }
    if (event->timed) {
        write_number("p50_ms", event->p50_ms, out);
        write_number("p95_ms", event->p95_ms, out);
    } else {
        (void)fputs(", \"p50_ms\": null, \"p95_ms\": null", out);
    }
    write_fields(event, out);
    (void)fputc('}', out);
}

/* Named only where there are any: most policies ask for none. */
static void write_crashes(const struct tel_report_tool *tool, bool by_version,
                          FILE *out)
{
    if (tool->ncrashes > 0) {
        (void)fputs(",\n \"crashes\": [", out);
        for (size_t i = 0; i < tool->ncrashes; i++) {
            (void)fputs(i > 0 ? ",\n  " : "\n  ", out);
            (void)fputs("{\"crash\": ", out);
            write_string(tool->crashes[i].signature, out);
            if (by_version) {
                (void)fputs(", \"version\": ", out);
                write_string(tool->crashes[i].version, out);
            }
            write_number("runs", tool->crashes[i].runs, out);
            (void)fputc('}', out);
        }
        (void)fputc(']', out);
    }
    if (tool->crashes_held_back > 0)
        write_number("crashes_held_back", tool->crashes_held_back, out);
}

static void write_tool(const struct tel_report_tool *tool, bool by_version,
                       FILE *out)
{
    (void)fputs("{\"tool\": ", out);
    write_string(tool->id, out);
    (void)fputs(", \"events\": [", out);
    for (size_t i = 0; i < tool->nevents; i++) {
        (void)fputs(i > 0 ? ",\n  " : "\n  ", out);
        write_event(&tool->events[i], by_version, out);
    }
    (void)fputc(']', out);
    if (tool->held_back > 0)
        write_number("held_back", tool->held_back, out);
    write_crashes(tool, by_version, out);
    (void)fputc('}', out);
}

void tel_report_json(const struct tel_report *report,
                     const struct tel_report_options *options, FILE *out)
{
    /* One tool was asked for: its object. Else always an array, so that a
     * reader need not count the tools first. */
    bool array = options->tool == NULL;

    (void)fputs(array ? "[" : "", out);
    for (size_t i = 0; i < report->ntools; i++) {
        (void)fputs(i > 0 ? ",\n" : "", out);
        write_tool(&report->tools[i], options->by_version, out);
    }
    (void)fputs(array ? "]\n" : "\n", out);
}
