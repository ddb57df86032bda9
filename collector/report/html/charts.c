/* SPDX-License-Identifier: MIT */
/* charts: what several of them share. */
#include "charts.h"

#include "figures.h"

void tel_chart_more(struct tel_html *page, size_t nrows)
{
    if (nrows > TEL_CHART_ROWS)
        tel_html_print(page, "<p class=\"note\">and %u more in the table</p>\n",
                       (unsigned)(nrows - TEL_CHART_ROWS));
}

void tel_chart_key(struct tel_html *page, const char *const *classes,
                   const char *const *names, size_t n)
{
    tel_html_print(page, "<ul class=\"key\">\n");
    for (size_t i = 0; i < n; i++)
        tel_html_print(page, "<li><span class=\"swatch %s\"></span>%s</li>\n",
                       classes[i], names[i]);
    tel_html_print(page, "</ul>\n");
}

double tel_chart_share(uint64_t k, const struct tel_published *part,
                       const struct tel_published *whole)
{
    double of = tel_published_middle(whole, k);
    double share = of > 0 ? tel_published_middle(part, k) / of : 0;

    return share < 1 ? share : 1;
}

double tel_chart_failed(const struct tel_ends *ends, uint64_t k)
{
    double failed = tel_published_middle(&ends->error, k) +
                    tel_published_middle(&ends->sig, k);
    double of = failed + tel_published_middle(&ends->ok, k);

    return of > 0 && !ends->ok.held ? failed / of : 0;
}

const char *tel_chart_failed_text(struct tel_figure *figure,
                                  const struct tel_ends *ends, uint64_t k)
{
    double most =
        (ends->error.held ? (double)k : 0) + (ends->sig.held ? (double)k : 0);
    bool below = ends->error.n + ends->sig.n == 0 && most > 0;
    bool any = ends->ok.n + ends->error.n + ends->sig.n > 0 || below;
    double of = (double)ends->ok.n + most;

    if (!any || ends->ok.held)
        (void)snprintf(figure->text, sizeof(figure->text), "-");
    else if (below)
        (void)snprintf(figure->text, sizeof(figure->text), "<%.1f\xc2\xa0%%",
                       100 * most / of);
    else
        (void)tel_figure_percent(figure, tel_chart_failed(ends, k));
    return figure->text;
}

void tel_chart_ms(char *buf, size_t size, double ms)
{
    struct tel_figure figure;

    (void)snprintf(buf, size, "%s",
                   ms <= 0 ? "0" : tel_figure_ms(&figure, (uint64_t)ms));
}

void tel_chart_percent(char *buf, size_t size, double share)
{
    (void)snprintf(buf, size, "%.3g\xc2\xa0%%", 100 * share);
}
