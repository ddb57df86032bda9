/* SPDX-License-Identifier: MIT */
/* look: the first screen: what should I look at? */
#include "page.h"

#include <stdlib.h>

#include "findings.h"

#define CARDS_MAX 8  /* of all tools; the sections have them all */
#define LINES_MAX 5  /* of one tool, likewise */
#define QUIET_MAX 20 /* tools of which there is nothing to say */

static double weight_of(const struct tel_report_tool *tool)
{
    return tool->comparison.ncertain > 0 ? tool->comparison.findings[0].weight
                                         : -1;
}

/* What matters most comes first; tools of equal weight by id, as they are. */
static int by_weight(const void *a, const void *b)
{
    const struct tel_finding_place *x = a;
    const struct tel_finding_place *y = b;
    double mine = weight_of(x->tool);
    double its = weight_of(y->tool);

    if (mine != its)
        return mine > its ? -1 : 1;
    return (x->anchor > y->anchor) - (x->anchor < y->anchor);
}

static void write_lines(struct tel_html *page,
                        const struct tel_finding_place *place)
{
    const struct tel_comparison *comparison = &place->tool->comparison;
    size_t lines = 0;

    for (size_t i = 0; i < comparison->ncertain; i++) {
        if (!tel_finding_has_line(comparison, i))
            continue;
        if (lines == 0)
            tel_html_print(page,
                           "<p>Used otherwise in <a href=\"#tool-%u\">%s</a>"
                           " %s than in %s:</p>\n<ul>\n",
                           place->anchor, place->tool->id, comparison->after,
                           comparison->before);
        if (lines < LINES_MAX)
            tel_finding_line(page, comparison, i);
        lines++;
    }
    if (lines > LINES_MAX)
        tel_html_print(page, "<li>and %u more</li>\n",
                       (unsigned)(lines - LINES_MAX));
    if (lines > 0)
        tel_html_print(page, "</ul>\n");
}

/* How many cards of the kind there were, of which max were written. */
static size_t write_cards(struct tel_html *page,
                          const struct tel_finding_place *place, bool worse,
                          size_t max)
{
    const struct tel_comparison *comparison = &place->tool->comparison;
    size_t cards = 0;

    for (size_t i = 0; i < comparison->ncertain; i++) {
        if (!tel_finding_has_card(comparison, i) ||
            tel_finding_is_worse(comparison, i) != worse)
            continue;
        if (cards < max)
            tel_finding_card(page, place, i);
        cards++;
    }
    return cards;
}

static void write_quiet(struct tel_html *page,
                        const struct tel_finding_place *place)
{
    const struct tel_report_tool *tool = place->tool;

    tel_html_print(page, "<li><a href=\"#tool-%u\">%s</a>: ", place->anchor,
                   tool->id);
    if (tool->runs.held)
        tel_html_print(page, "held back.");
    else if (tool->comparison.done)
        tel_html_print(page, "nothing changed clearly from %s to %s.",
                       tool->comparison.before, tool->comparison.after);
    else if (tool->nversions == 1)
        tel_html_print(page,
                       "only version %s was counted, so there is nothing to"
                       " compare.",
                       tool->versions[0].version);
    else
        tel_html_print(page, "no two versions ran often enough to compare.");
    tel_html_print(page, "</li>\n");
}

static void write_places(struct tel_html *page,
                         const struct tel_finding_place *places, size_t count)
{
    size_t cards = 0;
    size_t i = 0;
    size_t quiet;

    /* What has become worse wants to be looked at before what is better. */
    for (i = 0; i < 2 * count; i++)
        cards += write_cards(page, &places[i % count], i < count,
                             cards < CARDS_MAX ? CARDS_MAX - cards : 0);
    if (cards > CARDS_MAX)
        tel_html_print(page,
                       "<p>And %u more that changed; the tools' sections"
                       " below have them all.</p>\n",
                       (unsigned)(cards - CARDS_MAX));
    for (i = 0; i < count && weight_of(places[i].tool) >= 0; i++)
        write_lines(page, &places[i]);
    quiet = count - i;
    if (quiet == 0)
        return;
    tel_html_print(page, "<ul class=\"quiet\">\n");
    for (size_t j = i; j < count && j - i < QUIET_MAX; j++)
        write_quiet(page, &places[j]);
    if (quiet > QUIET_MAX)
        tel_html_print(page, "<li>and %u tools more of that kind</li>\n",
                       (unsigned)(quiet - QUIET_MAX));
    tel_html_print(page, "</ul>\n");
}

void tel_page_look(struct tel_html *page, const struct tel_report *report)
{
    struct tel_finding_place *places =
        tel_page_array(page, report->ntools, sizeof(*places));

    tel_html_print(page, "<section>\n<h2>What to look at</h2>\n");
    if (report->ntools == 0)
        tel_html_print(page, "<p>Nothing was counted.</p>\n");
    for (size_t i = 0; places != NULL && i < report->ntools; i++)
        places[i] =
            (struct tel_finding_place){&report->tools[i], (unsigned)i + 1};
    if (places != NULL) {
        qsort(places, report->ntools, sizeof(*places), by_weight);
        write_places(page, places, report->ntools);
    }
    free(places);
    tel_html_print(page, "</section>\n");
}
