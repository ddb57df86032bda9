/* SPDX-License-Identifier: MIT */
/* tool_versions: two versions side by side, event by event. */
#include "page.h"

#include <stdlib.h>

#include "charts.h"
#include "figures.h"
#include "findings.h"

static void write_kind(struct tel_html *page,
                       const struct tel_comparison *comparison,
                       enum tel_finding_kind kind, const char *what)
{
    struct tel_compare_row *rows =
        tel_page_array(page, comparison->nfindings, sizeof(*rows));
    char title[128];
    struct tel_compare compare = {.title = title,
                                  .name_title = "Event",
                                  .before_name = comparison->before,
                                  .after_name = comparison->after,
                                  .rows = rows};

    for (size_t i = 0; rows != NULL && i < comparison->nfindings; i++) {
        const struct tel_finding *finding = &comparison->findings[i];

        if (finding->kind == kind)
            rows[compare.nrows++] = tel_finding_row(finding, finding->event);
    }
    if (compare.nrows > 0) {
        (void)snprintf(title, sizeof(title), "%s, %s and %s", what,
                       comparison->before, comparison->after);
        tel_page_card_open(page, "", title);
        tel_chart_compare(page, &compare);
        tel_page_card_close(page);
    }
    free(rows);
}

/* What is used more or less, came or went; what could not be compared. */
static void write_rest(struct tel_html *page,
                       const struct tel_comparison *comparison)
{
    size_t lines = 0;

    for (size_t i = 0; i < comparison->ncertain; i++)
        lines += tel_finding_has_line(comparison, i) ? 1 : 0;
    if (lines == 0 && comparison->ntoo_few == 0)
        return;
    tel_page_card_open(page, "full", "What else is different");
    if (lines > 0)
        tel_html_print(page, "<ul>\n");
    for (size_t i = 0; i < comparison->ncertain; i++) {
        if (tel_finding_has_line(comparison, i))
            tel_finding_line(page, comparison, i);
    }
    if (lines > 0)
        tel_html_print(page, "</ul>\n");
    if (comparison->ntoo_few > 0)
        tel_html_print(page, "<p class=\"note\">Too few runs to compare:");
    for (size_t i = 0; i < comparison->ntoo_few; i++)
        tel_html_print(page, "%s %s", i > 0 ? "," : "", comparison->too_few[i]);
    if (comparison->ntoo_few > 0)
        tel_html_print(page, ".</p>\n");
    tel_page_card_close(page);
}

void tel_page_versions(struct tel_html *page,
                       const struct tel_report_tool *tool)
{
    const struct tel_comparison *comparison = &tool->comparison;

    if (!comparison->done)
        return;
    write_kind(page, comparison, TEL_FINDING_FAILURES, "How often runs fail");
    write_kind(page, comparison, TEL_FINDING_DURATION,
               "How long a typical run takes");
    write_rest(page, comparison);
}
