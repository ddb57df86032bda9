/* SPDX-License-Identifier: MIT */
/* tool_fields: the fields of events, and how often they had which value. */
#include "page.h"

#include <stdlib.h>

#include "charts.h"

#define CARDS_MAX 12 /* of the most frequent events */

static void write_field(struct tel_html *page,
                        const struct tel_report_event *event,
                        const struct tel_report_field *field)
{
    struct tel_bars_row *rows =
        tel_page_array(page, field->values.len, sizeof(*rows));
    char title[128];
    const struct tel_bars bars = {.k = page->k,
                                  .title = title,
                                  .name_title = field->key,
                                  .count_title = "Runs",
                                  .rows = rows,
                                  .nrows = field->values.len,
                                  .total = event->all.runs,
                                  .of_total = true};

    if (rows == NULL)
        return;
    for (size_t i = 0; i < field->values.len; i++)
        rows[i] = (struct tel_bars_row){field->values.at[i].name,
                                        field->values.at[i].n};
    (void)snprintf(title, sizeof(title), "%s: %s", event->event, field->key);
    tel_page_card_open(page, "", title);
    tel_chart_bars(page, &bars);
    if (field->values.held_back)
        tel_html_print(page, "<p class=\"note\">Other values are held"
                             " back.</p>\n");
    tel_page_card_close(page);
    free(rows);
}

void tel_page_fields(struct tel_html *page, const struct tel_report_tool *tool)
{
    size_t cards = 0;

    for (size_t i = 0; i < tool->nevents; i++) {
        const struct tel_report_event *event = &tool->events[i];

        for (size_t j = 0; j < event->all.nfields; j++) {
            if (cards < CARDS_MAX)
                write_field(page, event, &event->all.fields[j]);
            cards += event->all.fields[j].values.len > 0 ? 1 : 0;
        }
    }
    if (cards > CARDS_MAX)
        tel_html_print(page,
                       "<p class=\"note\">The fields of rarer events are"
                       " left out: %u more.</p>\n",
                       (unsigned)(cards - CARDS_MAX));
}
