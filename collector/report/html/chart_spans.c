/* SPDX-License-Identifier: MIT */
/* chart_spans: how long each event takes: from the median to the 95th
 * percentile. */
#include "charts.h"

#include "figures.h"
#include "svg.h"

#define ROW 42

static const struct tel_label room = {150, 330};

static void draw_row(struct tel_html *page, const struct tel_scale *scale,
                     const struct tel_spans_row *row, double y)
{
    double p50 = tel_scale_at(scale, (double)row->p50_ms);
    double p95 = tel_scale_at(scale, (double)row->p95_ms);
    struct tel_figure figures[2];
    char value[80];

    (void)snprintf(value, sizeof(value), "%s \xc2\xb7 %s",
                   tel_figure_ms(&figures[0], row->p50_ms),
                   tel_figure_ms(&figures[1], row->p95_ms));
    tel_svg_label(page, &room, "label", y + 13, row->name);
    tel_svg_text(page, "value", 100, y + 13, TEL_END, value);
    tel_svg_line(page, "rail", 0, y + 26, 100, y + 26);
    tel_svg_line(page, "span", p50, y + 26, p95, y + 26);
    tel_svg_dot(page, "old", p95, y + 26);
    tel_svg_dot(page, "dot", p50, y + 26);
}

static void write_table(struct tel_html *page, const char *title,
                        const struct tel_spans_row *rows, size_t nrows)
{
    static const char *const titles[] = {"Event", "Median (p50)",
                                         "95th percentile (p95)"};

    tel_html_table_open(page, title, titles, 3);
    for (size_t i = 0; i < nrows; i++) {
        struct tel_figure figures[2];
        const char *cells[] = {rows[i].name,
                               tel_figure_ms(&figures[0], rows[i].p50_ms),
                               tel_figure_ms(&figures[1], rows[i].p95_ms)};

        tel_html_table_row(page, cells, 3);
    }
    tel_html_table_close(page);
}

static void fit_scale(struct tel_scale *scale, const struct tel_spans_row *rows,
                      size_t nrows)
{
    uint64_t low = rows[0].p50_ms;
    uint64_t high = rows[0].p95_ms;

    for (size_t i = 1; i < nrows; i++) {
        low = rows[i].p50_ms < low ? rows[i].p50_ms : low;
        high = rows[i].p95_ms > high ? rows[i].p95_ms : high;
    }
    tel_scale_ms(scale, (double)low, (double)high);
}

void tel_chart_spans(struct tel_html *page, const char *title,
                     const struct tel_spans_row *rows, size_t nrows)
{
    static const char *const classes[] = {"dot", "old"};
    static const char *const names[] = {"median (p50)",
                                        "95th percentile (p95)"};
    size_t drawn = nrows < TEL_CHART_ROWS ? nrows : TEL_CHART_ROWS;
    struct tel_scale scale;
    size_t slowest = 0;
    struct tel_figure figure;
    char description[256];

    if (nrows == 0)
        return;
    for (size_t i = 1; i < nrows; i++) {
        if (rows[i].p50_ms > rows[slowest].p50_ms)
            slowest = i;
    }
    (void)snprintf(description, sizeof(description),
                   "A line for each of %zu events, from its median to its 95th"
                   " percentile, on a logarithmic axis. %s takes longest: %s in"
                   " the median.",
                   nrows, rows[slowest].name,
                   tel_figure_ms(&figure, rows[slowest].p50_ms));
    fit_scale(&scale, rows, drawn);
    tel_chart_key(page, classes, names, 2);
    tel_svg_open(page, (unsigned)(drawn * ROW + 22), "rows", title,
                 description);
    tel_svg_axis(page, &scale, 0, (double)drawn * ROW, tel_chart_ms);
    for (size_t i = 0; i < drawn; i++)
        draw_row(page, &scale, &rows[i], (double)i * ROW);
    tel_svg_close(page);
    tel_chart_more(page, nrows);
    write_table(page, title, rows, nrows);
}
