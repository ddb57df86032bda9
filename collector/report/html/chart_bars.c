/* SPDX-License-Identifier: MIT */
/* chart_bars: what happened how often, the most frequent first. */
#include "charts.h"

#include "figures.h"
#include "svg.h"

#define ROW 40

static const char *write_share(const struct tel_bars *bars, size_t i,
                               struct tel_figure *figure)
{
    return tel_figure_percent(
        figure, tel_chart_share(bars->k, &bars->rows[i].n, &bars->total));
}

static const struct tel_label room = {150, 330};

static void draw_row(struct tel_html *page, const struct tel_bars *bars,
                     size_t i, double most)
{
    const struct tel_bars_row *row = &bars->rows[i];
    double y = (double)i * ROW;
    double length = most > 0 ? 100 * (double)row->n.n / most : 0;
    struct tel_figure count;
    struct tel_figure percent;
    char value[80];

    (void)snprintf(value, sizeof(value), "%s \xc2\xb7 %s",
                   tel_figure_brief(&count, &row->n, bars->k),
                   write_share(bars, i, &percent));
    tel_svg_label(page, &room, "label", y + 13, row->name);
    tel_svg_text(page, "value", 100, y + 13, TEL_END, value);
    tel_svg_bar(page, "track", 0, 100, y + 20, 8);
    tel_svg_bar(page, "bar", 0, length < 100 ? length : 100, y + 20, 8);
}

static void write_table(struct tel_html *page, const struct tel_bars *bars)
{
    const char *titles[] = {bars->name_title, bars->count_title, "Share"};

    tel_html_table_open(page, bars->title, titles, 3);
    for (size_t i = 0; i < bars->nrows; i++) {
        struct tel_figure count;
        struct tel_figure percent;
        const char *cells[] = {
            bars->rows[i].name,
            tel_figure_published(&count, &bars->rows[i].n, bars->k),
            write_share(bars, i, &percent)};

        tel_html_table_row(page, cells, 3);
    }
    tel_html_table_close(page);
}

void tel_chart_bars(struct tel_html *page, const struct tel_bars *bars)
{
    size_t drawn = bars->nrows < TEL_CHART_ROWS ? bars->nrows : TEL_CHART_ROWS;
    struct tel_figure count;
    struct tel_figure percent;
    char description[256];
    double longest;

    if (bars->nrows == 0)
        return;
    (void)snprintf(description, sizeof(description),
                   "Bars for %zu rows. The longest is %s: %s, %s.", bars->nrows,
                   bars->rows[0].name,
                   tel_figure_published(&count, &bars->rows[0].n, bars->k),
                   write_share(bars, 0, &percent));
    tel_svg_open(page, (unsigned)(drawn * ROW), "rows", bars->title,
                 description);
    longest = (double)(bars->of_total ? bars->total.n : bars->rows[0].n.n);
    for (size_t i = 0; i < drawn; i++)
        draw_row(page, bars, i, longest);
    tel_svg_close(page);
    tel_chart_more(page, bars->nrows);
    write_table(page, bars);
}
