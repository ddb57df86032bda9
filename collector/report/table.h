/* SPDX-License-Identifier: MIT */
/*
 * table: what the report's table is put together from. Included by its own
 * files only.
 */
#ifndef TEL_COLLECTOR_TABLE_H
#define TEL_COLLECTOR_TABLE_H

#include "report.h"

#define TEL_TABLE_CELL 80

/* Columns of a bar; where there is less room, there is none. */
#define TEL_BAR_MAX 32
#define TEL_BAR_MIN 6

#define TEL_BOLD "\033[1m"
#define TEL_DIM "\033[2m"
#define TEL_PLAIN "\033[0m"

/* Where colours are wanted. */
void tel_table_style(const struct tel_report_options *options, const char *code,
                     FILE *out);

/* text into a cell, after prefix: a strange database must not speak to the
 * terminal. */
void tel_table_text(char cell[TEL_TABLE_CELL], const char *text,
                    const char *prefix);

void tel_table_count(char cell[TEL_TABLE_CELL],
                     const struct tel_published *count, uint64_t k);

/* Words that go on in the next line where they don't fit, indented. */
struct tel_wrapped {
    FILE *out;
    unsigned columns;
    unsigned indent;
    unsigned used;     /* columns of the line that is being written */
    bool any;          /* words, at all */
    const char *group; /* to be written before the next word */
};

void tel_wrapped_word(struct tel_wrapped *line, const char *word);

/* What follows belongs to this name, which lives until then: "; exit" before
 * the next word. */
void tel_wrapped_group(struct tel_wrapped *line, const char *name);

/* Ends the line, where there is one. */
void tel_wrapped_end(struct tel_wrapped *line);

/* The words of a text in lines of their own. */
void tel_wrapped_text(struct tel_wrapped *line, const char *text);

/* One upright bar a day, of the last days that fit. */
void tel_table_days_line(const struct tel_report *report,
                         const struct tel_report_tool *tool,
                         const struct tel_report_options *options, FILE *out);

/* A line a day. */
void tel_table_days(const struct tel_report *report,
                    const struct tel_report_tool *tool,
                    const struct tel_report_options *options, FILE *out);

/* What nothing can be said of, and how sure the rest is. */
void tel_table_comparison_notes(const struct tel_comparison *comparison,
                                const struct tel_report_options *options,
                                FILE *out);

/* What stands below all tools. */
void tel_table_notes(const struct tel_report *report,
                     const struct tel_report_options *options, FILE *out);

#endif
