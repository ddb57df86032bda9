/* SPDX-License-Identifier: MIT */
/* chart_outcomes: how the runs of each event ended, as shares of them. */
#include "charts.h"

#include "figures.h"
#include "svg.h"

#define ROW 40
#define ENDS 4

/* Told apart by lightness and by height as well as by colour. */
static const char *const classes[ENDS] = {"ok", "error", "signal", "lost"};
static const char *const names[ENDS] = {"ok", "error", "signal", "lost"};
static const double heights[ENDS] = {10, 10, 6, 3};

static void spread(const struct tel_outcomes_row *row,
                   const struct tel_published *ends[ENDS])
{
    ends[0] = &row->ends.ok;
    ends[1] = &row->ends.error;
    ends[2] = &row->ends.sig;
    ends[3] = &row->ends.lost;
}

static const struct tel_label room = {150, 330};

static void draw_row(struct tel_html *page, const struct tel_outcomes_row *row,
                     double y)
{
    const struct tel_published *ends[ENDS];
    double sum = 0;
    double x = 0;
    struct tel_figure percent;
    char value[80];

    spread(row, ends);
    for (size_t i = 0; i < ENDS; i++)
        sum += (double)ends[i]->n;
    (void)snprintf(value, sizeof(value), "%s failed",
                   tel_chart_failed_text(&percent, &row->ends, page->k));
    tel_svg_label(page, &room, "label", y + 13, row->name);
    tel_svg_text(page, "value", 100, y + 13, TEL_END, value);
    tel_svg_bar(page, "track", 0, 100, y + 20, 10);
    for (size_t i = 0; i < ENDS && sum > 0; i++) {
        double width = 100 * (double)ends[i]->n / sum;

        if (ends[i]->n > 0)
            tel_svg_bar(page, classes[i], x, width,
                        y + 20 + (10 - heights[i]) / 2, heights[i]);
        x += width;
    }
}

static void write_table(struct tel_html *page, const char *title,
                        const struct tel_outcomes_row *rows, size_t nrows)
{
    static const char *const titles[] = {"Event",  "Runs", "ok",    "error",
                                         "signal", "lost", "Failed"};

    tel_html_table_open(page, title, titles, 7);
    for (size_t i = 0; i < nrows; i++) {
        struct tel_figure figures[6];
        const struct tel_published *ends[ENDS];
        const char *cells[7] = {
            rows[i].name,
            tel_figure_published(&figures[0], &rows[i].runs, page->k)};

        spread(&rows[i], ends);
        for (size_t j = 0; j < ENDS; j++)
            cells[2 + j] =
                tel_figure_published(&figures[1 + j], ends[j], page->k);
        cells[6] = tel_chart_failed_text(&figures[5], &rows[i].ends, page->k);
        tel_html_table_row(page, cells, 7);
    }
    tel_html_table_close(page);
}

void tel_chart_outcomes(struct tel_html *page, const char *title,
                        const struct tel_outcomes_row *rows, size_t nrows)
{
    size_t drawn = nrows < TEL_CHART_ROWS ? nrows : TEL_CHART_ROWS;
    size_t worst = 0;
    struct tel_figure percent;
    char description[256];

    if (nrows == 0)
        return;
    for (size_t i = 1; i < nrows; i++) {
        if (tel_chart_failed(&rows[i].ends, page->k) >
            tel_chart_failed(&rows[worst].ends, page->k))
            worst = i;
    }
    (void)snprintf(description, sizeof(description),
                   "A bar for each of %zu events, divided into ok, error,"
                   " signal and lost. %s fails most often: %s of its runs.",
                   nrows, rows[worst].name,
                   tel_chart_failed_text(&percent, &rows[worst].ends, page->k));
    tel_chart_key(page, classes, names, ENDS);
    tel_svg_open(page, (unsigned)(drawn * ROW), "rows", title, description);
    for (size_t i = 0; i < drawn; i++)
        draw_row(page, &rows[i], (double)i * ROW);
    tel_svg_close(page);
    tel_chart_more(page, nrows);
    write_table(page, title, rows, nrows);
}
