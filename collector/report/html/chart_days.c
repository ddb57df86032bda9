/* SPDX-License-Identifier: MIT */
/* chart_days: runs over time, by version. */
#include "charts.h"

#include <string.h>

#include "figures.h"
#include "svg.h"

#define HEIGHT 180.0
#define TOP 10.0
#define COLUMNS_MAX 92 /* more could not be told apart on a phone */
#define DATES_MAX 8    /* named below the axis; a phone shows every second */

static const char *const classes[TEL_CHART_SERIES] = {"v1", "v2", "v3", "v4"};

/* What the columns say. */
struct columns {
    size_t step; /* days a column: one, or whole weeks */
    size_t count;
    uint64_t runs[TEL_CHART_SERIES][COLUMNS_MAX];
    uint64_t most; /* of one column's sums */
    size_t highest;
};

static void sum_days(const struct tel_days *days, struct columns *columns)
{
    for (size_t i = 0; i < days->ndays; i++) {
        size_t at = (size_t)(days->days[i] - days->first) / columns->step;

        if (days->days[i] < days->first || at >= columns->count)
            continue;
        for (size_t j = 0; j < days->nseries; j++)
            columns->runs[j][at] += days->series[j].runs[i].n;
    }
}

static void find_columns(const struct tel_days *days, struct columns *columns)
{
    size_t span = (size_t)(days->last - days->first) + 1;

    memset(columns, 0, sizeof(*columns));
    columns->step = 1;
    while ((span + columns->step - 1) / columns->step > COLUMNS_MAX)
        columns->step = columns->step == 1 ? 7 : columns->step * 2;
    columns->count = (span + columns->step - 1) / columns->step;
    sum_days(days, columns);
    for (size_t i = 0; i < columns->count; i++) {
        uint64_t runs = 0;

        for (size_t j = 0; j < days->nseries; j++)
            runs += columns->runs[j][i];
        if (runs > columns->most) {
            columns->most = runs;
            columns->highest = i;
        }
    }
}

static void draw_runs_axis(struct tel_html *page, const struct tel_scale *scale)
{
    for (size_t i = 0; i < scale->nticks; i++) {
        double y =
            TOP + HEIGHT * (1 - tel_scale_at(scale, scale->ticks[i]) / 100);
        struct tel_figure figure;

        tel_svg_line(page, i == 0 ? "base" : "level", 0, y, 100, y);
        tel_html_print(page,
                       "<text class=\"tick\" x=\"-8\" y=\"%.2f\""
                       " text-anchor=\"end\">%s</text>\n",
                       y + 4, tel_figure_short(&figure, scale->ticks[i]));
    }
}

/* Few days are no reason for broad columns. */
static double width_of(size_t columns)
{
    return columns < 10 ? 10 : 100 / (double)columns;
}

/* Over more than a season the month is enough, and the year is not known. */
static const char *write_date(struct tel_figure *figure, int64_t day,
                              size_t step)
{
    return step > 1 ? tel_figure_month(figure, day)
                    : tel_figure_short_day(figure, day);
}

static void draw_dates(struct tel_html *page, const struct tel_days *days,
                       const struct columns *columns)
{
    size_t every = (columns->count + DATES_MAX - 1) / DATES_MAX;
    double width = width_of(columns->count);

    for (size_t i = 0; i * every < columns->count; i++) {
        size_t at = i * every;
        double x = 50 + ((double)at + 0.5 - (double)columns->count / 2) * width;
        struct tel_figure figure;
        enum tel_anchor anchor = TEL_MIDDLE;

        /* The last one would leave the chart. */
        if (x > 95) {
            anchor = TEL_END;
            x = 100;
        }
        tel_svg_text(page, i % 2 == 0 ? "tick" : "tick wide", x,
                     TOP + HEIGHT + 18, anchor,
                     write_date(&figure,
                                days->first + (int64_t)(at * columns->step),
                                columns->step));
    }
}

static void draw(struct tel_html *page, const struct tel_days *days,
                 const struct columns *columns)
{
    double width = width_of(columns->count);
    double gap = columns->count > 45 ? -0.05 : width * 0.18;
    double left = 50 - (double)columns->count * width / 2;
    struct tel_scale scale;

    tel_scale_linear(&scale, (double)columns->most, true);
    draw_runs_axis(page, &scale);
    for (size_t i = 0; i < columns->count; i++) {
        double y = TOP + HEIGHT;

        for (size_t j = 0; j < days->nseries; j++) {
            double runs = (double)columns->runs[j][i];
            double height = HEIGHT * runs / scale.high;

            if (runs > 0)
                tel_svg_bar(page, classes[j],
                            left + (double)i * width + gap / 2, width - gap,
                            y - height, height);
            y -= height;
        }
    }
    draw_dates(page, days, columns);
}

static void write_table(struct tel_html *page, const char *title,
                        const struct tel_days *days)
{
    const char *titles[1 + TEL_CHART_SERIES] = {"Day"};

    for (size_t j = 0; j < days->nseries; j++)
        titles[1 + j] = days->series[j].name;
    tel_html_table_open(page, title, titles, 1 + days->nseries);
    for (size_t i = 0; i < days->ndays; i++) {
        struct tel_figure figures[1 + TEL_CHART_SERIES];
        const char *cells[1 + TEL_CHART_SERIES] = {
            tel_figure_day(&figures[0], days->days[i])};

        for (size_t j = 0; j < days->nseries; j++)
            cells[1 + j] = tel_figure_published(
                &figures[1 + j], &days->series[j].runs[i], page->k);
        tel_html_table_row(page, cells, 1 + days->nseries);
    }
    tel_html_table_close(page);
}

static void write_key(struct tel_html *page, const struct tel_days *days)
{
    const char *names[TEL_CHART_SERIES];

    for (size_t j = 0; j < days->nseries; j++)
        names[j] = days->series[j].name;
    tel_chart_key(page, classes, names, days->nseries);
}

void tel_chart_days(struct tel_html *page, const char *title,
                    const struct tel_days *days)
{
    struct columns columns;
    struct tel_figure figures[2];
    char description[256];

    if (days->ndays == 0 || days->nseries == 0 || days->first > days->last)
        return;
    find_columns(days, &columns);
    (void)snprintf(
        description, sizeof(description),
        "Columns of runs, %zu day%s each, stacked by version. The highest"
        " begins on %s: %s runs.",
        columns.step, columns.step == 1 ? "" : "s",
        tel_figure_day(&figures[0],
                       days->first + (int64_t)(columns.highest * columns.step)),
        tel_figure_count(&figures[1], columns.most));
    write_key(page, days);
    tel_svg_open(page, (unsigned)(TOP + HEIGHT + 26), "dated", title,
                 description);
    draw(page, days, &columns);
    tel_svg_close(page);
    if (columns.step > 1)
        tel_html_print(page, "<p class=\"note\">%u days a column</p>\n",
                       (unsigned)columns.step);
    write_table(page, title, days);
}
