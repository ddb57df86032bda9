/* SPDX-License-Identifier: MIT */
/* how: what was refused, and how to read the numbers. */
#include "page.h"

#include <stdlib.h>

#include "charts.h"
#include "figures.h"

static void write_refused(struct tel_html *page,
                          const struct tel_report *report)
{
    const struct tel_report_values *refused = &report->refused;
    struct tel_bars_row *rows =
        tel_page_array(page, refused->len, sizeof(*rows));
    struct tel_bars bars = {.title = "Refused events, by reason",
                            .name_title = "Reason",
                            .count_title = "Events",
                            .rows = rows,
                            .nrows = refused->len,
                            .k = 1};

    if (rows == NULL)
        return;
    for (size_t i = 0; i < refused->len; i++) {
        rows[i] = (struct tel_bars_row){refused->at[i].name, refused->at[i].n};
        bars.total.n += refused->at[i].n.n;
    }
    tel_html_print(page, "<section>\n<h2>Refused</h2>\n<div class=\"grid\">\n");
    tel_page_card_open(page, "", bars.title);
    tel_chart_bars(page, &bars);
    tel_html_print(page,
                   "<p class=\"note\">Of all tools, and exact: what no policy"
                   " allows is counted by its reason and never"
                   " stored.</p>\n");
    tel_page_card_close(page);
    tel_html_print(page, "</div>\n</section>\n");
    free(rows);
}

static void write_k(struct tel_html *page)
{
    struct tel_figure k;
    struct tel_figure top;

    tel_html_print(page, "<dt>Small counts</dt>\n<dd>");
    if (page->k == 1) {
        tel_html_print(page, "Counts are exact (k = 1): this page is for those"
                             " who have the database anyway.</dd>\n");
        return;
    }
    (void)tel_figure_count(&k, page->k);
    tel_html_print(page,
                   "Counts under %s are held back. All others are rounded down"
                   " to a multiple of %s, so that nothing held back can be"
                   " found by subtraction: %s stands for %s to %s. Shares and"
                   " intervals are reckoned from the rounded counts.</dd>\n",
                   k.text, k.text, k.text, k.text,
                   tel_figure_count(&top, 2 * page->k - 1));
}

void tel_page_how(struct tel_html *page, const struct tel_report *report)
{
    write_refused(page, report);
    tel_html_print(
        page,
        "<footer id=\"how\">\n<h2>How to read this</h2>\n<dl class=\"how\">\n"
        "<dt>Runs, not people</dt>\n"
        "<dd>All counts, and k as well, are of runs and not people: one person"
        " can run a command a thousand times. Days are of UTC, when events"
        " arrived.</dd>\n"
        "<dt>Who sent them</dt>\n"
        "<dd>The endpoint is open, so events are unauthenticated: anyone can"
        " send what the policies allow.</dd>\n");
    write_k(page);
    tel_html_print(
        page,
        "<dt>none, other</dt>\n"
        "<dd>As events: runs without a command, and runs of commands that the"
        " policy does not list. As a field's value: all values that it does not"
        " list. Runs without the field have no bar.</dd>\n"
        "<dt>Failed</dt>\n"
        "<dd>A run fails that ends with an error or by a signal. Of a lost run"
        " it is only known that it ended, so shares leave it out.</dd>\n"
        "<dt>How long</dt>\n"
        "<dd>Half of the runs take at most the median (p50), 95 %% at most p95;"
        " where there are runs enough, both are right to 5 %%. A typical run is"
        " the geometric mean, which few very long runs hardly move.</dd>\n"
        "<dt>What changed</dt>\n"
        "<dd>Named is what differs between the two versions compared by more"
        " than chance. A change is told as the interval that it lies in, such"
        " as +2 to +6 points; in 19 of 20 reports all intervals hold at once."
        " They take each run as independent of the others, which one person's"
        " runs are not; read a small change with care.</dd>\n"
        "</dl>\n<p>Made by tel-collect. Nothing on this page is loaded from"
        " anywhere, and nothing in it runs.</p>\n</footer>\n");
}
