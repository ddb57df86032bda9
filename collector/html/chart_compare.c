/* SPDX-License-Identifier: MIT */
/* chart_compare: a number of two versions, with its intervals. */
#include "charts.h"

#include <math.h>

#include "figures.h"
#include "svg.h"

#define ROW 48

static const char *write_value(const struct tel_compare *compare,
                               const struct tel_interval *interval,
                               struct tel_figure *figure)
{
    if (!interval->known)
        return "held back";
    return compare->ms ? tel_figure_ms(figure, (uint64_t)llround(interval->at))
                       : tel_figure_percent(figure, interval->at);
}

static void draw_interval(struct tel_html *page, const struct tel_scale *scale,
                          const struct tel_interval *interval, bool new,
                          double y)
{
    if (!interval->known)
        return;
    tel_svg_line(page, new ? "reach" : "reach before",
                 tel_scale_at(scale, interval->low), y,
                 tel_scale_at(scale, interval->high), y);
    if (new)
        tel_svg_diamond(page, "new", tel_scale_at(scale, interval->at), y);
    else
        tel_svg_dot(page, "old", tel_scale_at(scale, interval->at), y);
}

/* Which way it went. */
static const char *arrow_of(const struct tel_compare_row *row)
{
    return row->new.at > row->old.at ? " \xe2\x96\xb2" : " \xe2\x96\xbc";
}

static void draw_row(struct tel_html *page, const struct tel_compare *compare,
                     const struct tel_scale *scale, size_t i)
{
    const struct tel_compare_row *row = &compare->rows[i];
    double y = (double)i * ROW;
    struct tel_figure figures[2];
    char value[96];

    (void)snprintf(value, sizeof(value), "%s \xe2\x86\x92 %s%s",
                   write_value(compare, &row->old, &figures[0]),
                   write_value(compare, &row->new, &figures[1]),
                   row->marked ? arrow_of(row) : "");
    tel_svg_label(page, row->marked ? "label strong" : "label", y + 13,
                  row->name);
    tel_svg_text(page, row->marked ? "value strong" : "value", 100, y + 13,
                 TEL_END, value);
    /* One above the other, so that neither hides the other's interval. */
    draw_interval(page, scale, &row->old, false, y + 24);
    draw_interval(page, scale, &row->new, true, y + 35);
}

static void fit_scale(struct tel_scale *scale,
                      const struct tel_compare *compare, size_t nrows)
{
    double low = INFINITY;
    double high = 0;

    for (size_t i = 0; i < nrows; i++) {
        const struct tel_interval *both[] = {&compare->rows[i].old,
                                             &compare->rows[i].new};

        for (size_t j = 0; j < 2; j++) {
            if (!both[j]->known)
                continue;
            low = fmin(low, both[j]->low);
            high = fmax(high, both[j]->high);
        }
    }
    if (compare->ms)
        tel_scale_ms(scale, low, high);
    else
        tel_scale_linear(scale, high);
}

static const char *write_interval(const struct tel_compare *compare,
                                  const struct tel_interval *interval,
                                  char *buf, size_t size)
{
    const struct tel_interval low = {.known = true, .at = interval->low};
    const struct tel_interval high = {.known = true, .at = interval->high};
    struct tel_figure figures[3];

    if (!interval->known)
        return "held back";
    (void)snprintf(buf, size, "%s (%s to %s)",
                   write_value(compare, interval, &figures[0]),
                   write_value(compare, &low, &figures[1]),
                   write_value(compare, &high, &figures[2]));
    return buf;
}

static void write_table(struct tel_html *page,
                        const struct tel_compare *compare)
{
    const char *titles[] = {"Event", compare->old_name, compare->new_name,
                            "Changed"};

    tel_html_table_open(page, compare->title, titles, 4);
    for (size_t i = 0; i < compare->nrows; i++) {
        const struct tel_compare_row *row = &compare->rows[i];
        char old[112];
        char new[112];
        const char *cells[] = {
            row->name, write_interval(compare, &row->old, old, sizeof(old)),
            write_interval(compare, &row->new, new, sizeof(new)),
            row->marked ? "yes" : "not clearly"};

        tel_html_table_row(page, cells, 4);
    }
    tel_html_table_close(page);
}

void tel_chart_compare(struct tel_html *page, const struct tel_compare *compare)
{
    static const char *const classes[] = {"old", "new"};
    const char *const names[] = {compare->old_name, compare->new_name};
    size_t drawn =
        compare->nrows < TEL_CHART_ROWS ? compare->nrows : TEL_CHART_ROWS;
    struct tel_scale scale;
    size_t marked = 0;
    char description[256];

    if (compare->nrows == 0)
        return;
    for (size_t i = 0; i < compare->nrows; i++)
        marked += compare->rows[i].marked ? 1 : 0;
    (void)snprintf(description, sizeof(description),
                   "Two marks with their 95 %% intervals for each of %zu"
                   " events: version %s above, version %s below it. %zu"
                   " changed by more than chance.",
                   compare->nrows, compare->old_name, compare->new_name,
                   marked);
    fit_scale(&scale, compare, drawn);
    tel_chart_key(page, classes, names, 2);
    tel_svg_open(page, (unsigned)(drawn * ROW + 24), "rows", compare->title,
                 description);
    tel_svg_axis(page, &scale, 0, (double)drawn * ROW,
                 compare->ms ? tel_chart_ms : tel_chart_percent);
    for (size_t i = 0; i < drawn; i++)
        draw_row(page, compare, &scale, i);
    tel_svg_close(page);
    tel_chart_more(page, compare->nrows);
    write_table(page, compare);
}
