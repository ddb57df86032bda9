/* SPDX-License-Identifier: MIT */
/* tool_durations: how long events take, and how that is spread. */
#include "page.h"

#include <stdlib.h>

#include "charts.h"

#define HISTOGRAMS_MAX 4 /* of the most frequent events */

void tel_page_spans(struct tel_html *page, const struct tel_report_tool *tool)
{
    struct tel_spans_row *rows =
        tel_page_array(page, tool->nevents, sizeof(*rows));
    size_t nrows = 0;

    for (size_t i = 0; rows != NULL && i < tool->nevents; i++) {
        const struct tel_report_numbers *all = &tool->events[i].all;

        if (all->timed)
            rows[nrows++] = (struct tel_spans_row){tool->events[i].event,
                                                   all->p50_ms, all->p95_ms};
    }
    if (nrows > 0) {
        tel_page_card_open(page, "", "How long runs take");
        tel_chart_spans(page, "How long runs take", rows, nrows);
        tel_page_card_close(page);
    }
    free(rows);
}

static void write_histogram(struct tel_html *page,
                            const struct tel_report_event *event)
{
    char title[128];
    const struct tel_histogram histogram = {
        .title = title,
        .bins = event->all.bins,
        .nbins = event->all.nbins,
        .p50_ms = event->all.p50_ms,
        .p95_ms = event->all.p95_ms,
    };

    (void)snprintf(title, sizeof(title), "How long %s takes", event->event);
    tel_html_print(page, "<div>\n<h4>%s</h4>\n", event->event);
    tel_chart_histogram(page, &histogram);
    tel_html_print(page, "</div>\n");
}

static void open_histograms(struct tel_html *page)
{
    tel_page_card_open(page, "full", "How durations are spread");
    tel_html_print(page, "<div class=\"pair\">\n");
}

void tel_page_histograms(struct tel_html *page,
                         const struct tel_report_tool *tool)
{
    size_t written = 0;

    for (size_t i = 0; i < tool->nevents && written < HISTOGRAMS_MAX; i++) {
        const struct tel_report_event *event = &tool->events[i];

        if (!event->all.timed || event->all.nbins == 0)
            continue;
        if (written++ == 0)
            open_histograms(page);
        write_histogram(page, event);
    }
    if (written > 0) {
        tel_html_print(page, "</div>\n");
        tel_page_card_close(page);
    }
}
