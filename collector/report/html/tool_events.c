/* SPDX-License-Identifier: MIT */
/* tool_events: which events there were, how often, and how they ended. */
#include "page.h"

#include <stdlib.h>

#include "charts.h"

static void write_ranks(struct tel_html *page,
                        const struct tel_report_tool *tool)
{
    struct tel_bars_row *rows =
        tel_page_array(page, tool->nevents, sizeof(*rows));
    const struct tel_bars bars = {.k = page->k,
                                  .title = "Events, the most frequent first",
                                  .name_title = "Event",
                                  .count_title = "Runs",
                                  .rows = rows,
                                  .nrows = tool->nevents,
                                  .total = tool->runs};

    if (rows == NULL)
        return;
    for (size_t i = 0; i < tool->nevents; i++)
        rows[i] = (struct tel_bars_row){tool->events[i].event,
                                        tool->events[i].all.runs};
    tel_page_card_open(page, "", bars.title);
    tel_chart_bars(page, &bars);
    tel_page_card_close(page);
    free(rows);
}

static void write_outcomes(struct tel_html *page,
                           const struct tel_report_tool *tool)
{
    struct tel_outcomes_row *rows =
        tel_page_array(page, tool->nevents, sizeof(*rows));

    if (rows == NULL)
        return;
    for (size_t i = 0; i < tool->nevents; i++) {
        const struct tel_report_numbers *all = &tool->events[i].all;

        rows[i] = (struct tel_outcomes_row){
            .name = tool->events[i].event,
            .runs = all->runs,
            .ends = {all->ok, all->error, all->sig, all->lost},
        };
    }
    tel_page_card_open(page, "", "How runs ended");
    tel_chart_outcomes(page, "How runs ended", rows, tool->nevents);
    tel_page_card_close(page);
    free(rows);
}

void tel_page_events(struct tel_html *page, const struct tel_report_tool *tool)
{
    write_ranks(page, tool);
    write_outcomes(page, tool);
}
