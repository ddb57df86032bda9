/* SPDX-License-Identifier: MIT */
/* findings: what changed, in words and in marks. */
#include "findings.h"

#include <math.h>
#include <string.h>

#include "charts.h"
#include "figures.h"
#include "words.h"

#define NBSP "\xc2\xa0"
#define UP "\xe2\x96\xb2 "
#define DOWN "\xe2\x96\xbc "
#define MINUS "\xe2\x88\x92"

/* What a card tells: either may be missing. */
struct card {
    const struct tel_finding *failing, *lasting;
};

static bool is_certain(const struct tel_finding *finding)
{
    return finding != NULL && finding->certain;
}

static bool grew(const struct tel_finding *finding)
{
    return finding->after > finding->before;
}

static const struct tel_finding *find(const struct tel_comparison *comparison,
                                      enum tel_finding_kind kind,
                                      const char *event)
{
    for (size_t i = 0; i < comparison->nfindings; i++) {
        const struct tel_finding *finding = &comparison->findings[i];

        if (finding->kind == kind && strcmp(finding->event, event) == 0)
            return finding;
    }
    return NULL;
}

static struct card card_of(const struct tel_comparison *comparison, size_t i)
{
    const char *event = comparison->findings[i].event;

    return (struct card){find(comparison, TEL_FINDING_FAILURES, event),
                         find(comparison, TEL_FINDING_DURATION, event)};
}

bool tel_finding_has_card(const struct tel_comparison *comparison, size_t i)
{
    const struct tel_finding *finding = &comparison->findings[i];
    struct card card = card_of(comparison, i);
    const struct tel_finding *other =
        finding == card.failing ? card.lasting : card.failing;

    if (finding != card.failing && finding != card.lasting)
        return false;
    return finding->certain && (!is_certain(other) || finding < other);
}

bool tel_finding_is_worse(const struct tel_comparison *comparison, size_t i)
{
    struct card card = card_of(comparison, i);

    return (is_certain(card.failing) && grew(card.failing)) ||
           (is_certain(card.lasting) && grew(card.lasting));
}

bool tel_finding_has_line(const struct tel_comparison *comparison, size_t i)
{
    const struct tel_finding *finding = &comparison->findings[i];

    return finding->certain && finding->kind != TEL_FINDING_FAILURES &&
           finding->kind != TEL_FINDING_DURATION;
}

struct tel_compare_row tel_finding_row(const struct tel_finding *finding,
                                       const char *name)
{
    bool ms = finding->kind == TEL_FINDING_DURATION;

    return (struct tel_compare_row){
        .name = name,
        .ms = ms,
        .before = finding->before,
        .after = finding->after,
        .low = ms ? finding->before * finding->low
                  : finding->before + finding->low,
        .high = ms ? finding->before * finding->high
                   : finding->before + finding->high,
        .certain = finding->certain,
    };
}

/* "+5.1", with the sign that it has. */
static void write_percent(struct tel_html *page, double share)
{
    char text[32];

    (void)snprintf(text, sizeof(text), "%s%.*f", share < 0 ? MINUS : "+",
                   fabs(share) < 1 ? 1 : 0, fabs(100 * share));
    tel_html_print(page, "%s", text);
}

static void write_badge(struct tel_html *page,
                        const struct tel_finding *finding, const char *more,
                        const char *less)
{
    if (is_certain(finding))
        tel_html_print(page, "<span class=\"badge %s\">%s%s</span> ",
                       grew(finding) ? "worse" : "better",
                       grew(finding) ? UP : DOWN, grew(finding) ? more : less);
}

static void write_headline(struct tel_html *page,
                           const struct tel_finding_place *place,
                           const struct card *card, const char *event)
{
    const struct tel_comparison *comparison = &place->tool->comparison;
    bool fails = is_certain(card->failing);
    bool lasts = is_certain(card->lasting);
    struct tel_words words;

    tel_html_print(page,
                   "<h3><a href=\"#tool-%u\">%s</a>: <code>%s</code> in %s",
                   place->anchor, place->tool->id, event, comparison->after);
    if (fails)
        tel_html_print(page, " fails %s",
                       tel_words_often(&words, card->failing->before,
                                       card->failing->after,
                                       comparison->before));
    if (fails && lasts)
        tel_html_print(page, "%s",
                       grew(card->failing) == grew(card->lasting) ? " and"
                                                                  : " but");
    if (lasts)
        tel_html_print(page, " takes %s",
                       tel_words_long(&words, card->lasting->before,
                                      card->lasting->after,
                                      fails ? NULL : comparison->before));
    tel_html_print(page, "</h3>\n");
}

static void write_failing(struct tel_html *page,
                          const struct tel_finding *failing)
{
    struct tel_figure figures[2];

    tel_html_print(page,
                   "<p>Of its runs %s failed, and %s before, a change of ",
                   tel_figure_percent(&figures[0], failing->after),
                   tel_figure_percent(&figures[1], failing->before));
    write_percent(page, failing->low);
    tel_html_print(page, " to ");
    write_percent(page, failing->high);
    tel_html_print(page, NBSP "points.</p>\n");
}

static void write_lasting(struct tel_html *page,
                          const struct tel_finding *lasting)
{
    struct tel_figure figures[4];

    tel_html_print(
        page, "<p>A typical run takes %s, and took %s before, a change of ",
        tel_figure_fine_ms(&figures[0], (uint64_t)llround(lasting->after)),
        tel_figure_fine_ms(&figures[1], (uint64_t)llround(lasting->before)));
    write_percent(page, lasting->low - 1);
    tel_html_print(page, " to ");
    write_percent(page, lasting->high - 1);
    tel_html_print(page, NBSP "%%.");
    if (lasting->timed)
        tel_html_print(page,
                       " The median went from %s to %s, the 95th percentile"
                       " from %s to %s.",
                       tel_figure_fine_ms(&figures[0], lasting->p50_ms[0]),
                       tel_figure_fine_ms(&figures[1], lasting->p50_ms[1]),
                       tel_figure_fine_ms(&figures[2], lasting->p95_ms[0]),
                       tel_figure_fine_ms(&figures[3], lasting->p95_ms[1]));
    tel_html_print(page, "</p>\n");
}

static void draw(struct tel_html *page, const struct tel_finding_place *place,
                 const struct card *card, const char *event)
{
    const struct tel_comparison *comparison = &place->tool->comparison;
    struct tel_compare_row rows[2];
    char title[256];
    struct tel_compare compare = {.title = title,
                                  .name_title = "Number",
                                  .before_name = comparison->before,
                                  .after_name = comparison->after,
                                  .rows = rows};

    /* What stayed the same is shown beside what did not. */
    if (card->failing != NULL)
        rows[compare.nrows++] = tel_finding_row(card->failing, "Failed runs");
    if (card->lasting != NULL)
        rows[compare.nrows++] = tel_finding_row(card->lasting, "Typical run");
    (void)snprintf(title, sizeof(title), "%s %s, %s and %s", place->tool->id,
                   event, comparison->before, comparison->after);
    tel_chart_finding(page, &compare);
}

void tel_finding_card(struct tel_html *page,
                      const struct tel_finding_place *place, size_t i)
{
    const char *event = place->tool->comparison.findings[i].event;
    struct card card = card_of(&place->tool->comparison, i);
    bool worse = tel_finding_is_worse(&place->tool->comparison, i);

    tel_html_print(page,
                   "<article class=\"finding %s\">\n<div>\n"
                   "<p class=\"badges\">",
                   worse ? "worse" : "better");
    write_badge(page, card.failing, "fails more often", "fails less often");
    write_badge(page, card.lasting, "slower", "faster");
    tel_html_print(page, "</p>\n");
    write_headline(page, place, &card, event);
    if (is_certain(card.failing))
        write_failing(page, card.failing);
    if (is_certain(card.lasting))
        write_lasting(page, card.lasting);
    tel_html_print(page, "</div>\n<div>\n");
    draw(page, place, &card, event);
    tel_html_print(page, "</div>\n</article>\n");
}

void tel_finding_line(struct tel_html *page,
                      const struct tel_comparison *comparison, size_t i)
{
    const struct tel_finding *finding = &comparison->findings[i];
    struct tel_figure figures[2];
    const char *before = tel_figure_percent(&figures[0], finding->before);
    const char *after = tel_figure_percent(&figures[1], finding->after);

    tel_html_print(page, "<li><code>%s</code>", finding->event);
    if (finding->kind == TEL_FINDING_NEW)
        tel_html_print(page, " is new: %s of runs", after);
    else if (finding->kind == TEL_FINDING_GONE)
        tel_html_print(page, " is gone: it was %s of runs", before);
    else if (finding->kind == TEL_FINDING_SHARE)
        tel_html_print(page, " is %s of runs, and was %s", after, before);
    else
        tel_html_print(page, " with %s = %s: %s of its runs, and %s before",
                       finding->key, finding->value, after, before);
    if (finding->kind == TEL_FINDING_SHARE ||
        finding->kind == TEL_FINDING_VALUE) {
        tel_html_print(page, " (");
        write_percent(page, finding->low);
        tel_html_print(page, " to ");
        write_percent(page, finding->high);
        tel_html_print(page, NBSP "points)");
    }
    tel_html_print(page, "</li>\n");
}
