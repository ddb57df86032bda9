/* SPDX-License-Identifier: MIT */
/* chart_days: runs over time, by version. */
#include "charts.h"

#include "figures.h"
#include "svg.h"

#define HEIGHT 180.0
#define TOP 10.0
#define COLUMNS_MAX 92 /* more could not be told apart on a phone */
#define DATES_MAX 8    /* named below the axis; a phone shows every second */

static const char *const classes[TEL_CHART_SERIES] = {"v1", "v2", "v3", "v4"};

/* Days that share a column: one, or whole weeks. */
static size_t days_a_column(const struct tel_days *days)
{
    size_t step = 1;

    while ((days->ndays + step - 1) / step > COLUMNS_MAX)
        step = step == 1 ? 7 : step * 2;
    return step;
}

static uint64_t sum(const struct tel_days *days, size_t series, size_t column,
                    size_t step)
{
    uint64_t runs = 0;

    for (size_t i = column * step; i < (column + 1) * step && i < days->ndays;
         i++)
        runs += days->series[series][i];
    return runs;
}

static uint64_t sum_all(const struct tel_days *days, size_t column, size_t step)
{
    uint64_t runs = 0;

    for (size_t i = 0; i < days->nseries; i++)
        runs += sum(days, i, column, step);
    return runs;
}

static void draw_runs_axis(struct tel_html *page, const struct tel_scale *scale)
{
    for (size_t i = 0; i < scale->nticks; i++) {
        double y =
            TOP + HEIGHT * (1 - tel_scale_at(scale, scale->ticks[i]) / 100);
        struct tel_figure figure;

        tel_svg_line(page, i == 0 ? "base" : "grid", 0, y, 100, y);
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

static void draw_dates(struct tel_html *page, const struct tel_days *days,
                       size_t columns, size_t step)
{
    size_t every = (columns + DATES_MAX - 1) / DATES_MAX;

    for (size_t i = 0; i * every < columns; i++) {
        double width = width_of(columns);
        double x = 50 + ((double)(i * every) - (double)columns / 2) * width +
                   width / 2;
        struct tel_figure figure;
        enum tel_anchor anchor = TEL_MIDDLE;

        /* The last one would leave the chart. */
        if (x > 95) {
            anchor = TEL_END;
            x = 100;
        }
        tel_svg_text(page, i % 2 == 0 ? "tick" : "tick wide", x,
                     TOP + HEIGHT + 18, anchor,
                     tel_figure_short_day(
                         &figure, days->first + (int64_t)(i * every * step)));
    }
}

static void draw(struct tel_html *page, const struct tel_days *days,
                 size_t step, uint64_t most)
{
    size_t columns = (days->ndays + step - 1) / step;
    double width = width_of(columns);
    double gap = columns > 45 ? -0.05 : width * 0.18;
    double left = 50 - (double)columns * width / 2;
    struct tel_scale scale;

    tel_scale_linear(&scale, (double)most);
    draw_runs_axis(page, &scale);
    for (size_t i = 0; i < columns; i++) {
        double y = TOP + HEIGHT;

        for (size_t j = 0; j < days->nseries; j++) {
            double runs = (double)sum(days, j, i, step);
            double height = HEIGHT * runs / scale.high;

            if (runs > 0)
                tel_svg_bar(page, classes[j],
                            left + (double)i * width + gap / 2, width - gap,
                            y - height, height);
            y -= height;
        }
    }
    draw_dates(page, days, columns, step);
}

static void write_table(struct tel_html *page, const char *title,
                        const struct tel_days *days)
{
    const char *titles[2 + TEL_CHART_SERIES] = {"Day"};

    for (size_t j = 0; j < days->nseries; j++)
        titles[1 + j] = days->names[j];
    tel_html_table_open(page, title, titles, 1 + days->nseries);
    for (size_t i = 0; i < days->ndays; i++) {
        struct tel_figure figures[1 + TEL_CHART_SERIES];
        const char *cells[1 + TEL_CHART_SERIES] = {
            tel_figure_day(&figures[0], days->first + (int64_t)i)};

        for (size_t j = 0; j < days->nseries; j++)
            cells[1 + j] =
                tel_figure_count(&figures[1 + j], days->series[j][i]);
        tel_html_table_row(page, cells, 1 + days->nseries);
    }
    tel_html_table_close(page);
}

void tel_chart_days(struct tel_html *page, const char *title,
                    const struct tel_days *days)
{
    size_t step = days_a_column(days);
    size_t columns = (days->ndays + step - 1) / step;
    uint64_t most = 0;
    size_t top = 0;
    struct tel_figure figures[2];
    char description[256];

    if (days->ndays == 0 || days->nseries == 0)
        return;
    for (size_t i = 0; i < columns; i++) {
        uint64_t runs = sum_all(days, i, step);

        if (runs > most) {
            most = runs;
            top = i;
        }
    }
    (void)snprintf(
        description, sizeof(description),
        "Columns of runs, %zu day%s each, stacked by version. The"
        " highest begins on %s: %s runs.",
        step, step == 1 ? "" : "s",
        tel_figure_day(&figures[0], days->first + (int64_t)(top * step)),
        tel_figure_count(&figures[1], most));
    tel_chart_key(page, classes, days->names, days->nseries);
    tel_svg_open(page, (unsigned)(TOP + HEIGHT + 26), "dated", title,
                 description);
    draw(page, days, step, most);
    tel_svg_close(page);
    if (step > 1)
        tel_html_print(page, "<p class=\"note\">%u days a column</p>\n",
                       (unsigned)step);
    write_table(page, title, days);
}
