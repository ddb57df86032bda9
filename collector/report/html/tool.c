/* SPDX-License-Identifier: MIT */
/* tool: one tool's section, and its runs over time. */
#include "page.h"

#include <stdlib.h>
#include <string.h>

#include "charts.h"
#include "figures.h"

/* What the versions are told apart by on a chart: the newest, then the rest. */
struct older {
    struct tel_published *runs;
    char name[32];
};

static bool is_release(const struct tel_report_version *version)
{
    return strcmp(version->version, "devel") != 0;
}

static void write_tile(struct tel_html *page, const char *name,
                       const char *value)
{
    tel_html_print(page, "<div><dt>%s</dt><dd>%s</dd></div>\n", name, value);
}

static const struct tel_report_version *
find_latest(const struct tel_report_tool *tool)
{
    for (size_t i = tool->nversions; i > 0; i--) {
        if (is_release(&tool->versions[i - 1]))
            return &tool->versions[i - 1];
    }
    return NULL;
}

static void write_tiles(struct tel_html *page,
                        const struct tel_report_tool *tool)
{
    const struct tel_report_version *latest = find_latest(tool);
    const struct tel_ends ends = {tool->ok, tool->error, tool->sig, tool->lost};
    struct tel_figure figure;

    tel_html_print(page, "<dl class=\"tiles\">\n");
    write_tile(page, "Runs",
               tel_figure_published(&figure, &tool->runs, page->k));
    write_tile(page, "Failed", tel_chart_failed_text(&figure, &ends, page->k));
    write_tile(page, "Events", tel_figure_count(&figure, tool->nevents));
    write_tile(page, "Versions", tel_figure_count(&figure, tool->nversions));
    if (latest != NULL)
        write_tile(page, "Latest version", latest->version);
    tel_html_print(page, "</dl>\n");
}

static void add_version(struct tel_published *sum,
                        const struct tel_report_version *version, size_t ndays)
{
    for (size_t i = 0; i < ndays; i++) {
        sum[i].n += version->days[i].n;
        sum[i].held = sum[i].n == 0 && (sum[i].held || version->days[i].held);
    }
}

/*
 * The newest releases have a colour each; where there are more versions than
 * colours, the rest share the last one. A version between releases is none.
 */
static void choose_series(const struct tel_report_tool *tool, size_t ndays,
                          struct tel_days *days, struct older *older)
{
    size_t own = tool->nversions <= TEL_CHART_SERIES ? TEL_CHART_SERIES
                                                     : TEL_CHART_SERIES - 1;
    size_t others = 0;

    for (int releases = 1; releases >= 0; releases--) {
        for (size_t i = tool->nversions; i > 0; i--) {
            const struct tel_report_version *version = &tool->versions[i - 1];

            if (is_release(version) != (releases == 1))
                continue;
            if (days->nseries < own) {
                days->series[days->nseries++] =
                    (struct tel_series){version->version, version->days};
                continue;
            }
            add_version(older->runs, version, ndays);
            others++;
        }
    }
    if (others == 0)
        return;
    (void)snprintf(older->name, sizeof(older->name), "%zu others", others);
    days->series[days->nseries++] =
        (struct tel_series){older->name, older->runs};
}

static void write_days(struct tel_html *page, const struct tel_report *report,
                       const struct tel_report_tool *tool)
{
    struct tel_days days = {.first = report->first,
                            .last = report->last,
                            .days = report->days,
                            .ndays = report->ndays};
    struct older older = {
        .runs = tel_page_array(page, report->ndays, sizeof(*older.runs))};

    if (older.runs == NULL)
        return;
    choose_series(tool, report->ndays, &days, &older);
    tel_page_card_open(page, "full", "Runs over time, by version");
    tel_chart_days(page, "Runs over time, by version", &days);
    tel_page_card_close(page);
    free(older.runs);
}

static void write_held_back(struct tel_html *page, size_t n, const char *what)
{
    struct tel_figure figures[2];

    if (n > 0)
        tel_html_print(page,
                       "<p class=\"note\">%s %s%s held back: under %s runs"
                       " each.</p>\n",
                       tel_figure_count(&figures[0], n), what,
                       n == 1 ? " is" : "s are",
                       tel_figure_count(&figures[1], page->k));
}

void tel_page_tool(struct tel_html *page, const struct tel_report *report,
                   size_t i)
{
    const struct tel_report_tool *tool = &report->tools[i];
    struct tel_figure k;

    tel_html_print(page, "<section id=\"tool-%u\">\n<h2>%s</h2>\n",
                   (unsigned)i + 1, tool->id);
    if (tool->runs.held) {
        tel_html_print(page,
                       "<p class=\"muted\">It ran under %s times, so all else"
                       " is held back.</p>\n</section>\n",
                       tel_figure_count(&k, page->k));
        return;
    }
    write_tiles(page, tool);
    write_held_back(page, tool->held_back, "event");
    write_held_back(page, tool->crashes_held_back, "crash signature");
    tel_html_print(page, "<div class=\"grid\">");
    write_days(page, report, tool);
    tel_page_events(page, tool);
    tel_html_print(page, "</div>\n<div class=\"grid\">");
    tel_page_versions(page, tool);
    tel_html_print(page, "</div>\n<div class=\"flow\">");
    tel_page_spans(page, tool);
    tel_page_ends(page, tool);
    tel_page_fields(page, tool);
    tel_html_print(page, "</div>\n<div class=\"grid\">");
    tel_page_histograms(page, tool);
    tel_html_print(page, "</div>\n</section>\n");
}
