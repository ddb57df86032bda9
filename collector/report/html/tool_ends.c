/* SPDX-License-Identifier: MIT */
/* tool_ends: with which exit codes and signals runs ended, and crashes. */
#include "page.h"

#include <stdlib.h>
#include <string.h>

#include "charts.h"

#define NAME_MAX_LEN (TEL_VALUE_MAX + 16)

/* One way to fail, of all events. */
struct end {
    char name[NAME_MAX_LEN];
    struct tel_published n;
};

struct ends {
    struct end *at;
    size_t len;
};

static bool is_failure(const char *code)
{
    return strcmp(code, "0") != 0 && strcmp(code, "ok") != 0;
}

static void add(struct ends *ends, const char *kind,
                const struct tel_report_value *value)
{
    char name[NAME_MAX_LEN];
    size_t i = 0;

    (void)snprintf(name, sizeof(name), "%s %s", kind, value->name);
    while (i < ends->len && strcmp(ends->at[i].name, name) != 0)
        i++;
    if (i == ends->len)
        memcpy(ends->at[ends->len++].name, name, sizeof(name));
    ends->at[i].n.n += value->n.n;
}

static int by_frequency(const void *a, const void *b)
{
    const struct end *x = a;
    const struct end *y = b;
    int order = (x->n.n < y->n.n) - (x->n.n > y->n.n);

    return order != 0 ? order : strcmp(x->name, y->name);
}

static size_t count_all(const struct tel_report_tool *tool)
{
    size_t count = 0;

    for (size_t i = 0; i < tool->nevents; i++)
        count +=
            tool->events[i].all.exits.len + tool->events[i].all.signals.len;
    return count;
}

static void gather(const struct tel_report_tool *tool, struct ends *ends)
{
    for (size_t i = 0; i < tool->nevents; i++) {
        const struct tel_report_numbers *all = &tool->events[i].all;

        for (size_t j = 0; j < all->exits.len; j++) {
            if (is_failure(all->exits.at[j].name))
                add(ends, "exit", &all->exits.at[j]);
        }
        for (size_t j = 0; j < all->signals.len; j++)
            add(ends, "signal", &all->signals.at[j]);
    }
    if (ends->len > 0)
        qsort(ends->at, ends->len, sizeof(*ends->at), by_frequency);
}

static void write_failures(struct tel_html *page,
                           const struct tel_report_tool *tool)
{
    size_t most = count_all(tool);
    struct ends ends = {.at = tel_page_array(page, most, sizeof(*ends.at))};
    struct tel_bars_row *rows = tel_page_array(page, most, sizeof(*rows));
    struct tel_bars bars = {.k = page->k,
                            .title = "Exit codes and signals of runs that"
                                     " failed",
                            .name_title = "End",
                            .count_title = "Runs",
                            .rows = rows,
                            .total = tool->runs};

    if (ends.at != NULL && rows != NULL) {
        gather(tool, &ends);
        for (size_t i = 0; i < ends.len; i++)
            rows[i] = (struct tel_bars_row){ends.at[i].name, ends.at[i].n};
        bars.nrows = ends.len;
    }
    if (bars.nrows > 0) {
        tel_page_card_open(page, "", bars.title);
        tel_chart_bars(page, &bars);
        tel_html_print(page, "<p class=\"note\">Sums of what is told of each"
                             " event; shares are of all runs.</p>\n");
        tel_page_card_close(page);
    }
    free(rows);
    free(ends.at);
}

static void write_crashes(struct tel_html *page,
                          const struct tel_report_tool *tool)
{
    struct tel_bars_row *rows =
        tel_page_array(page, tool->ncrashes, sizeof(*rows));
    const struct tel_bars bars = {.k = page->k,
                                  .title = "Crashes, by signature",
                                  .name_title = "Signature",
                                  .count_title = "Runs",
                                  .rows = rows,
                                  .nrows = tool->ncrashes,
                                  .total = tool->runs};

    if (rows == NULL)
        return;
    for (size_t i = 0; i < tool->ncrashes; i++)
        rows[i] = (struct tel_bars_row){tool->crashes[i].signature,
                                        tool->crashes[i].runs};
    tel_page_card_open(page, "", bars.title);
    tel_chart_bars(page, &bars);
    tel_page_card_close(page);
    free(rows);
}

void tel_page_ends(struct tel_html *page, const struct tel_report_tool *tool)
{
    write_failures(page, tool);
    write_crashes(page, tool);
}
