/* SPDX-License-Identifier: MIT */
/* chart_compare: a number of two versions, and the interval of its change. */
#include "charts.h"

#include <math.h>

#include "figures.h"
#include "svg.h"

#define ROW 48
#define AXIS 24 /* below the rows, or below each */

static const char *write_value(bool ms, double value, struct tel_figure *figure)
{
    return ms ? tel_figure_ms(figure, (uint64_t)llround(value))
              : tel_figure_percent(figure, value);
}

/* Which way it went, where that is certain. */
static const char *arrow_of(const struct tel_compare_row *row)
{
    if (!row->certain)
        return "";
    return row->after > row->before ? " \xe2\x96\xb2" : " \xe2\x96\xbc";
}

/* The row's name, and both numbers, which may be long. */
static const struct tel_label room = {110, 250};

static void draw_names(struct tel_html *page, const struct tel_compare_row *row,
                       double y)
{
    struct tel_figure figures[2];
    char value[96];

    (void)snprintf(value, sizeof(value), "%s \xe2\x86\x92 %s%s",
                   write_value(row->ms, row->before, &figures[0]),
                   write_value(row->ms, row->after, &figures[1]),
                   arrow_of(row));
    tel_svg_label(page, &room, row->certain ? "label strong" : "label", y + 13,
                  row->name);
    tel_svg_text(page, row->certain ? "value strong" : "value", 100, y + 13,
                 TEL_END, value);
}

/* One above the other, so that neither hides the other. */
static void draw_marks(struct tel_html *page, const struct tel_scale *scale,
                       const struct tel_compare_row *row, double y)
{
    double before = tel_scale_at(scale, row->before);

    tel_svg_line(page, "from", before, y + 25, before, y + 40);
    tel_svg_line(page, "reach", tel_scale_at(scale, row->low), y + 36,
                 tel_scale_at(scale, row->high), y + 36);
    tel_svg_dot(page, "old", before, y + 25);
    tel_svg_diamond(page, "new", tel_scale_at(scale, row->after), y + 36);
}

/* From 0, so that marks are as far apart as their numbers; durations of
 * several events are too different for that. */
static void fit_scale(struct tel_scale *scale,
                      const struct tel_compare_row *rows, size_t nrows)
{
    double low = INFINITY;
    double high = 0;

    for (size_t i = 0; i < nrows; i++) {
        low = fmin(low, fmin(rows[i].before, fmax(0, rows[i].low)));
        high = fmax(high, fmax(rows[i].before, rows[i].high));
    }
    if (rows[0].ms && nrows > 1)
        tel_scale_ms(scale, low, high);
    else
        tel_scale_linear(scale, high, rows[0].ms);
}

static void write_table(struct tel_html *page,
                        const struct tel_compare *compare)
{
    const char *titles[] = {compare->name_title, compare->before_name,
                            compare->after_name, "at least",
                            "at most",           "Changed"};

    tel_html_table_open(page, compare->title, titles, 6);
    for (size_t i = 0; i < compare->nrows; i++) {
        const struct tel_compare_row *row = &compare->rows[i];
        struct tel_figure figures[4];
        const char *cells[] = {row->name,
                               write_value(row->ms, row->before, &figures[0]),
                               write_value(row->ms, row->after, &figures[1]),
                               write_value(row->ms, row->low, &figures[2]),
                               write_value(row->ms, row->high, &figures[3]),
                               row->certain ? "yes" : "not clearly"};

        tel_html_table_row(page, cells, 6);
    }
    tel_html_table_close(page);
}

static void open_chart(struct tel_html *page, const struct tel_compare *compare,
                       size_t height)
{
    static const char *const classes[] = {"old", "new"};
    const char *const names[] = {compare->before_name, compare->after_name};
    size_t certain = 0;
    char description[256];

    for (size_t i = 0; i < compare->nrows; i++)
        certain += compare->rows[i].certain ? 1 : 0;
    (void)snprintf(description, sizeof(description),
                   "%zu rows: a ring for version %s and, below it, a diamond"
                   " for version %s on the interval of the change. %zu changed"
                   " by more than chance.",
                   compare->nrows, compare->before_name, compare->after_name,
                   certain);
    tel_chart_key(page, classes, names, 2);
    tel_svg_open(page, (unsigned)height, "rows", compare->title, description);
}

void tel_chart_compare(struct tel_html *page, const struct tel_compare *compare)
{
    const struct tel_compare_row *rows = compare->rows;
    size_t drawn =
        compare->nrows < TEL_CHART_ROWS ? compare->nrows : TEL_CHART_ROWS;
    struct tel_scale scale;

    if (compare->nrows == 0)
        return;
    fit_scale(&scale, rows, drawn);
    open_chart(page, compare, drawn * ROW + AXIS);
    tel_svg_axis(page, &scale, 0, (double)drawn * ROW,
                 rows[0].ms ? tel_chart_ms : tel_chart_percent);
    for (size_t i = 0; i < drawn; i++) {
        draw_names(page, &rows[i], (double)i * ROW);
        draw_marks(page, &scale, &rows[i], (double)i * ROW);
    }
    tel_svg_close(page);
    tel_chart_more(page, compare->nrows);
    write_table(page, compare);
}

void tel_chart_finding(struct tel_html *page, const struct tel_compare *finding)
{
    if (finding->nrows == 0)
        return;
    open_chart(page, finding, finding->nrows * (ROW + AXIS));
    for (size_t i = 0; i < finding->nrows; i++) {
        const struct tel_compare_row *row = &finding->rows[i];
        double y = (double)(i * (ROW + AXIS));
        struct tel_scale scale;

        fit_scale(&scale, row, 1);
        tel_svg_axis(page, &scale, y + 19, y + ROW - 3,
                     row->ms ? tel_chart_ms : tel_chart_percent);
        draw_names(page, row, y);
        draw_marks(page, &scale, row, y);
    }
    tel_svg_close(page);
    write_table(page, finding);
}
