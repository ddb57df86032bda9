/* SPDX-License-Identifier: MIT */
/* chart_histogram: how the durations of one event are spread. */
#include "charts.h"

#include <math.h>

#include "figures.h"
#include "svg.h"

#define HEIGHT 110.0
#define TOP 30.0    /* for the names of the two percentiles */
#define BINS_MAX 64 /* of the widths below, more than enough */
#define WIDEN 1.45  /* from one bin's end to the next */

/* One column; what is high is many runs, not many for its width alone. */
struct column {
    uint32_t lower_ms, upper_ms;
    uint64_t n;
};

/*
 * Puts bins together until each is about as wide as the others to the eye:
 * durations come with two digits, and bins that are finer than that would
 * show a comb.
 */
static size_t gather(const struct tel_histogram *histogram,
                     struct column columns[BINS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < histogram->nbins; i++) {
        const struct tel_report_bin *bin = &histogram->bins[i];
        struct column *last = count > 0 ? &columns[count - 1] : NULL;

        if (last != NULL && last->upper_ms == bin->lower_ms &&
            (last->upper_ms < WIDEN * last->lower_ms || count == BINS_MAX)) {
            last->upper_ms = bin->upper_ms;
            last->n += bin->n.n;
        } else if (count < BINS_MAX) {
            columns[count++] =
                (struct column){bin->lower_ms, bin->upper_ms, bin->n.n};
        }
    }
    return count;
}

/* Each at a height of its own and on its own side, so that two names never
 * meet, and neither crosses the other's line where there is room. */
static void draw_percentile(struct tel_html *page,
                            const struct tel_scale *scale, uint64_t ms,
                            const char *name, bool right, double y)
{
    double x = tel_scale_at(scale, (double)ms);
    struct tel_figure figure;
    char text[64];

    (void)snprintf(text, sizeof(text), "%s %s", name,
                   tel_figure_ms(&figure, ms));
    tel_svg_line(page, "cut", x, y, x, TOP + HEIGHT);
    tel_svg_text(page, "tick", right ? x + 1.5 : x - 1.5, y + 5,
                 right ? TEL_START : TEL_END, text);
}

/* What lies at the end of the axis has no width of its own. */
static double width_of(const struct column *column,
                       const struct tel_scale *scale)
{
    return fmax(0.5, tel_scale_at(scale, column->upper_ms) -
                         tel_scale_at(scale, column->lower_ms));
}

static void draw(struct tel_html *page, const struct column *columns,
                 size_t count, const struct tel_scale *scale)
{
    double most = 0;

    for (size_t i = 0; i < count; i++)
        most = fmax(most, (double)columns[i].n / width_of(&columns[i], scale));
    tel_svg_axis(page, scale, TOP, TOP + HEIGHT, tel_chart_ms);
    for (size_t i = 0; i < count && most > 0; i++) {
        double width = width_of(&columns[i], scale);
        double height = HEIGHT * (double)columns[i].n / width / most;

        tel_svg_bar(page, "ok", tel_scale_at(scale, columns[i].lower_ms), width,
                    TOP + HEIGHT - height, height);
    }
}

static void write_table(struct tel_html *page, const char *title,
                        const struct column *columns, size_t count)
{
    static const char *const titles[] = {"Duration", "Runs"};

    tel_html_table_open(page, title, titles, 2);
    for (size_t i = 0; i < count; i++) {
        struct tel_figure figures[3];
        char range[80];
        const char *cells[] = {range,
                               tel_figure_count(&figures[2], columns[i].n)};

        /* With what took so long that it would be alone. */
        if (i + 1 == count)
            (void)snprintf(range, sizeof(range), "%s and more",
                           tel_figure_ms(&figures[0], columns[i].lower_ms));
        else
            (void)snprintf(range, sizeof(range), "%s to under %s",
                           tel_figure_ms(&figures[0], columns[i].lower_ms),
                           tel_figure_ms(&figures[1], columns[i].upper_ms));
        tel_html_table_row(page, cells, 2);
    }
    tel_html_table_close(page);
}

void tel_chart_histogram(struct tel_html *page,
                         const struct tel_histogram *histogram)
{
    struct column columns[BINS_MAX];
    size_t count = gather(histogram, columns);
    struct tel_scale scale;
    struct tel_figure figures[2];
    char description[256];

    if (count == 0)
        return;
    tel_scale_ms(&scale, columns[0].lower_ms, columns[count - 1].upper_ms);
    (void)snprintf(description, sizeof(description),
                   "A histogram of durations on a logarithmic axis. Half of"
                   " them take at most %s, 95 %% at most %s.",
                   tel_figure_ms(&figures[0], histogram->p50_ms),
                   tel_figure_ms(&figures[1], histogram->p95_ms));
    tel_svg_open(page, (unsigned)(TOP + HEIGHT + 22), "", histogram->title,
                 description);
    draw(page, columns, count, &scale);
    draw_percentile(page, &scale, histogram->p50_ms, "p50",
                    tel_scale_at(&scale, (double)histogram->p50_ms) < 38, 6);
    draw_percentile(page, &scale, histogram->p95_ms, "p95",
                    tel_scale_at(&scale, (double)histogram->p95_ms) < 60, 21);
    tel_svg_close(page);
    write_table(page, histogram->title, columns, count);
}
