/* SPDX-License-Identifier: MIT */
/* chart_histogram: how the durations of one event are spread. */
#include "charts.h"

#include "figures.h"
#include "svg.h"

#define HEIGHT 110.0
#define TOP 16.0 /* for the names of the two percentiles */

static void draw_percentile(struct tel_html *page,
                            const struct tel_scale *scale, uint64_t ms,
                            enum tel_anchor anchor, const char *name)
{
    double x = tel_scale_at(scale, (double)ms);

    tel_svg_line(page, "cut", x, TOP, x, TOP + HEIGHT);
    tel_svg_text(page, "tick", x, TOP - 4, anchor, name);
}

static void draw(struct tel_html *page, const struct tel_histogram *histogram,
                 const struct tel_scale *scale)
{
    uint64_t most = 1;

    for (size_t i = 0; i < histogram->nbins; i++) {
        if (histogram->bins[i].n > most)
            most = histogram->bins[i].n;
    }
    tel_svg_axis(page, scale, TOP, TOP + HEIGHT, tel_chart_ms);
    for (size_t i = 0; i < histogram->nbins; i++) {
        const struct tel_histogram_bin *bin = &histogram->bins[i];
        double x = tel_scale_at(scale, bin->low_ms);
        double end = tel_scale_at(scale, bin->high_ms);
        double height = HEIGHT * (double)bin->n / (double)most;

        if (bin->n > 0)
            tel_svg_bar(page, "bar column", x, end - x, TOP + HEIGHT - height,
                        height);
    }
}

static void write_table(struct tel_html *page,
                        const struct tel_histogram *histogram)
{
    static const char *const titles[] = {"Duration", "Runs"};

    tel_html_table_open(page, histogram->title, titles, 2);
    for (size_t i = 0; i < histogram->nbins; i++) {
        const struct tel_histogram_bin *bin = &histogram->bins[i];
        struct tel_figure figures[3];
        char range[80];
        const char *cells[] = {range, tel_figure_count(&figures[2], bin->n)};

        (void)snprintf(range, sizeof(range), "%s to under %s",
                       tel_figure_ms(&figures[0], bin->low_ms),
                       tel_figure_ms(&figures[1], bin->high_ms));
        tel_html_table_row(page, cells, 2);
    }
    tel_html_table_close(page);
}

void tel_chart_histogram(struct tel_html *page,
                         const struct tel_histogram *histogram)
{
    struct tel_scale scale;
    struct tel_figure figures[2];
    char names[2][64];
    char description[256];

    if (histogram->nbins == 0)
        return;
    tel_scale_ms(&scale, histogram->bins[0].low_ms,
                 histogram->bins[histogram->nbins - 1].high_ms);
    (void)snprintf(names[0], sizeof(names[0]), "p50 %s",
                   tel_figure_ms(&figures[0], histogram->p50_ms));
    (void)snprintf(names[1], sizeof(names[1]), "p95 %s",
                   tel_figure_ms(&figures[1], histogram->p95_ms));
    (void)snprintf(description, sizeof(description),
                   "A histogram of durations on a logarithmic axis. Half of"
                   " them take at most %s, 95 %% at most %s.",
                   figures[0].text, figures[1].text);
    tel_svg_open(page, (unsigned)(TOP + HEIGHT + 22), "", histogram->title,
                 description);
    draw(page, histogram, &scale);
    draw_percentile(page, &scale, histogram->p50_ms, TEL_END, names[0]);
    draw_percentile(page, &scale, histogram->p95_ms, TEL_START, names[1]);
    tel_svg_close(page);
    write_table(page, histogram);
}
