/* SPDX-License-Identifier: MIT */
/* table: what the report's table is put together from. */
#include "table.h"

#include <inttypes.h>
#include <string.h>

void tel_table_style(const struct tel_report_options *options, const char *code,
                     FILE *out)
{
    if (options->colour)
        (void)fputs(code, out);
}

void tel_table_text(char cell[TEL_TABLE_CELL], const char *text,
                    const char *prefix)
{
    size_t len = strlen(prefix);

    memcpy(cell, prefix, len);
    for (; *text != '\0' && len + 1 < TEL_TABLE_CELL; text++)
        cell[len++] = (char)(*text > 0x20 && *text < 0x7f ? *text : '?');
    cell[len] = '\0';
}

void tel_table_count(char cell[TEL_TABLE_CELL],
                     const struct tel_published *count, uint64_t k)
{
    char text[TEL_PUBLISHED_TEXT_MAX + 1];

    (void)tel_published_text(count, k, text);
    (void)snprintf(cell, TEL_TABLE_CELL, "%s", text);
}

static void put(struct tel_wrapped *line, const char *text, unsigned len)
{
    (void)fprintf(line->out, "%.*s", (int)len, text);
    line->used += len;
}

static void begin_line(struct tel_wrapped *line)
{
    if (line->any)
        (void)fputc('\n', line->out);
    (void)fprintf(line->out, "%*s", (int)line->indent, "");
    line->used = line->indent;
}

static void put_word(struct tel_wrapped *line, const char *word, unsigned len)
{
    bool first = !line->any;

    if (first || line->used + 1 + len > line->columns) {
        begin_line(line);
        line->any = true;
    } else {
        put(line, " ", 1);
    }
    put(line, word, len);
}

void tel_wrapped_word(struct tel_wrapped *line, const char *word)
{
    if (line->group != NULL) {
        if (line->any)
            put(line, ";", 1);
        if (line->group[0] != '\0')
            put_word(line, line->group, (unsigned)strlen(line->group));
        line->group = NULL;
    }
    put_word(line, word, (unsigned)strlen(word));
}

void tel_wrapped_group(struct tel_wrapped *line, const char *name)
{
    line->group = name;
}

void tel_wrapped_end(struct tel_wrapped *line)
{
    if (line->any)
        (void)fputc('\n', line->out);
}

void tel_wrapped_text(struct tel_wrapped *line, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, " ");

        put_word(line, text, (unsigned)len);
        text += len + strspn(text + len, " ");
    }
    tel_wrapped_end(line);
}

static void write_note(const char *text,
                       const struct tel_report_options *options,
                       unsigned indent, FILE *out)
{
    struct tel_wrapped line = {
        .out = out, .columns = options->columns, .indent = indent};

    tel_table_style(options, TEL_DIM, out);
    tel_wrapped_text(&line, text);
    tel_table_style(options, TEL_PLAIN, out);
}

void tel_table_comparison_notes(const struct tel_comparison *comparison,
                                const struct tel_report_options *options,
                                FILE *out)
{
    struct tel_wrapped line = {
        .out = out, .columns = options->columns, .indent = 2};

    if (comparison->ncertain == 0)
        (void)fputs("  nothing beyond chance\n", out);
    if (comparison->ntoo_few > 0)
        tel_wrapped_word(&line, "Too few runs to tell:");
    for (size_t i = 0; i < comparison->ntoo_few; i++) {
        char name[TEL_TABLE_CELL];

        tel_table_text(name, comparison->too_few[i], "");
        tel_wrapped_word(&line, name);
    }
    tel_wrapped_end(&line);
    if (options->before != NULL)
        write_note(tel_report_note_sure, options, 2, out);
}

static void write_refused(const struct tel_report *report, FILE *out)
{
    if (report->refused.len == 0)
        return;
    (void)fputs("Refused, of all tools:", out);
    for (size_t i = 0; i < report->refused.len; i++) {
        char reason[TEL_TABLE_CELL];

        tel_table_text(reason, report->refused.at[i].name, "");
        (void)fprintf(out, " %s:%" PRIu64, reason, report->refused.at[i].n.n);
    }
    (void)fputs("\n", out);
}

void tel_table_notes(const struct tel_report *report,
                     const struct tel_report_options *options, FILE *out)
{
    char text[200];

    write_refused(report, out);
    if (report->k > 1) {
        (void)snprintf(text, sizeof(text),
                       "k = %" PRIu64 ": counts under it are held back, and"
                       " all others rounded down to a multiple of it.",
                       report->k);
        write_note(text, options, 0, out);
    }
    write_note(tel_report_note_people, options, 0, out);
    write_note(tel_report_note_open, options, 0, out);
}
