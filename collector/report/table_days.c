/* SPDX-License-Identifier: MIT */
/* table_days: the runs of each day. */
#include "table.h"

#include <string.h>

#include "bar.h"
#include "store/store.h"

/* How many runs the day had, 0 where none stands in the report. */
static struct tel_published runs_on(const struct tel_report *report,
                                    const struct tel_published *days,
                                    int64_t day, size_t *place)
{
    while (*place < report->ndays && report->days[*place] < day)
        (*place)++;
    if (*place < report->ndays && report->days[*place] == day)
        return days[*place];
    return (struct tel_published){.n = 0};
}

static uint64_t most_of(const struct tel_report *report,
                        const struct tel_published *days)
{
    uint64_t most = 1;

    for (size_t i = 0; i < report->ndays; i++)
        most = days[i].n > most ? days[i].n : most;
    return most;
}

void tel_table_days_line(const struct tel_report *report,
                         const struct tel_report_tool *tool,
                         const struct tel_report_options *options, FILE *out)
{
    static const char title[] = "Runs a day  ";
    int64_t room = (int64_t)options->columns - (int64_t)strlen(title) - 1;
    int64_t first = report->first;
    size_t place = 0;
    uint64_t most = most_of(report, tool->days);

    if (report->last - first >= room)
        first = report->last - room + 1;
    if (report->ndays < 2 || room < TEL_BAR_MIN)
        return;
    (void)fputs(title, out);
    for (int64_t day = first; day <= report->last; day++) {
        struct tel_published runs = runs_on(report, tool->days, day, &place);

        tel_bar_upright((double)runs.n / (double)most, options->unicode, out);
    }
    (void)fputc('\n', out);
}

void tel_table_days(const struct tel_report *report,
                    const struct tel_report_tool *tool,
                    const struct tel_report_options *options, FILE *out)
{
    uint64_t most = most_of(report, tool->days);
    int bar = (int)options->columns - TEL_DAY_MAX - 2 - 12 - 3;

    tel_table_style(options, TEL_BOLD, out);
    (void)fprintf(out, "%-*s  %12s\n", TEL_DAY_MAX, "DAY", "RUNS");
    tel_table_style(options, TEL_PLAIN, out);
    for (size_t i = 0; i < report->ndays; i++) {
        char day[TEL_DAY_MAX + 1];
        char count[TEL_TABLE_CELL];

        tel_day_text(report->days[i], day);
        tel_table_count(count, &tool->days[i], report->k);
        (void)fprintf(out, "%s  %12s", day, count);
        if (tool->days[i].n > 0 && bar >= TEL_BAR_MIN) {
            (void)fputs("  ", out);
            tel_bar((double)tool->days[i].n / (double)most,
                    bar < TEL_BAR_MAX ? bar : TEL_BAR_MAX, options->unicode,
                    out);
        }
        (void)fputc('\n', out);
    }
}
