/* SPDX-License-Identifier: MIT */
/* fill: what may be told of a tool. */
#include "fill.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int by_version(const void *a, const void *b)
{
    const struct tel_report_version *x = a;
    const struct tel_report_version *y = b;

    return tel_version_order(x->version, y->version);
}

static size_t find_version(const struct tel_report_tool *tool,
                           const char *version)
{
    struct tel_report_version wanted = {.version = ""};
    const struct tel_report_version *found = NULL;

    (void)tel_exact_copy(wanted.version, sizeof(wanted.version), version);
    found = bsearch(&wanted, tool->versions, tool->nversions, sizeof(wanted),
                    by_version);
    return (size_t)(found - tool->versions);
}

/* Each version that any event has, once, in order. */
static int list_versions(const struct tel_exact_tool *exact,
                         struct tel_report_tool *tool)
{
    size_t kept = 0;

    for (size_t i = 0; i < exact->nevents; i++) {
        for (size_t j = 0; j < exact->events[i].nparts; j++) {
            struct tel_report_version *version =
                tel_append(&tool->versions, &tool->nversions,
                           sizeof(struct tel_report_version));

            if (version == NULL)
                return -ENOMEM;
            memcpy(version->version, exact->events[i].parts[j].version,
                   sizeof(version->version));
        }
    }
    if (tool->nversions == 0)
        return 0;
    qsort(tool->versions, tool->nversions, sizeof(*tool->versions), by_version);
    for (size_t i = 0; i < tool->nversions; i++) {
        if (kept == 0 || strcmp(tool->versions[kept - 1].version,
                                tool->versions[i].version) != 0)
            tool->versions[kept++] = tool->versions[i];
    }
    tool->nversions = kept;
    return 0;
}

static int fill_version(const struct tel_report *report,
                        const struct tel_tally *tally,
                        struct tel_report_version *version)
{
    version->runs = tel_publish_count(tally->runs, report->k);
    version->ok = tel_publish_count(tally->ok, report->k);
    version->error = tel_publish_count(tally->error, report->k);
    version->sig = tel_publish_count(tally->sig, report->k);
    version->lost = tel_publish_count(tally->lost, report->k);
    if (version->runs.held)
        version->ok = version->error = version->sig = version->lost =
            tel_publish_nothing();
    return tel_fill_days(report, tally, &version->days);
}

/* The runs of all events, in one version (NULL: in all). */
static int tally_events(const struct tel_report *report,
                        const struct tel_exact_tool *exact, const char *version,
                        struct tel_tally *ret_tally)
{
    int r = tel_tally_new(report, ret_tally);

    for (size_t i = 0; r == 0 && i < exact->nevents; i++) {
        const struct tel_exact_event *event = &exact->events[i];

        for (size_t j = 0; j < event->nparts; j++) {
            if (version == NULL ||
                strcmp(event->parts[j].version, version) == 0)
                tel_tally_add(report, ret_tally, &event->parts[j]);
        }
    }
    return r;
}

static int fill_totals(const struct tel_report *report,
                       const struct tel_exact_tool *exact,
                       struct tel_report_tool *tool)
{
    struct tel_report_version all = {.version = ""};
    struct tel_tally tally = {0};
    int r = tally_events(report, exact, NULL, &tally);

    if (r == 0)
        r = fill_version(report, &tally, &all);
    free(tally.days);
    tool->runs = all.runs;
    tool->ok = all.ok;
    tool->error = all.error;
    tool->sig = all.sig;
    tool->lost = all.lost;
    tool->days = all.days;
    for (size_t i = 0; r == 0 && i < tool->nversions; i++) {
        tally = (struct tel_tally){0};
        r = tally_events(report, exact, tool->versions[i].version, &tally);
        if (r == 0)
            r = fill_version(report, &tally, &tool->versions[i]);
        free(tally.days);
    }
    return r;
}

static int fill_part(const struct tel_report *report,
                     const struct tel_exact_part *exact,
                     struct tel_report_numbers *numbers)
{
    struct tel_tally tally = {0};
    int r = tel_tally_new(report, &tally);

    if (r < 0)
        return r;
    tel_tally_add(report, &tally, exact);
    r = tel_fill_numbers(report, &tally, &exact->cells, numbers);
    free(tally.days);
    return r;
}

static int part_order(const void *a, const void *b)
{
    const struct tel_report_part *x = a;
    const struct tel_report_part *y = b;

    return (x->version > y->version) - (x->version < y->version);
}

static int fill_parts(const struct tel_report *report,
                      const struct tel_exact_event *exact,
                      const struct tel_report_tool *tool,
                      struct tel_report_event *event)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < exact->nparts; i++) {
        struct tel_report_part *part =
            tel_append(&event->parts, &event->nparts, sizeof(*part));

        if (part == NULL)
            return -ENOMEM;
        part->version = find_version(tool, exact->parts[i].version);
        r = fill_part(report, &exact->parts[i], &part->numbers);
    }
    if (event->nparts > 0)
        qsort(event->parts, event->nparts, sizeof(*event->parts), part_order);
    return r;
}

/* All versions of an event as if they were one. */
static int sum_parts(const struct tel_report *report,
                     const struct tel_exact_event *exact,
                     struct tel_tally *tally, struct tel_exact_cells *cells)
{
    int r = tel_tally_new(report, tally);

    for (size_t i = 0; r == 0 && i < exact->nparts; i++) {
        const struct tel_exact_cells *more = &exact->parts[i].cells;

        tel_tally_add(report, tally, &exact->parts[i]);
        cells->next = 0;
        for (size_t j = 0; r == 0 && j < more->len; j++)
            r = tel_exact_add(cells, more->at[j].item, more->at[j].value,
                              more->at[j].n);
    }
    return r;
}

static int fill_event(const struct tel_report *report,
                      const struct tel_exact_event *exact,
                      struct tel_report_tool *tool)
{
    struct tel_exact_cells cells = {0};
    struct tel_tally tally = {0};
    struct tel_report_event *event = NULL;
    int r = sum_parts(report, exact, &tally, &cells);

    if (r < 0)
        goto out;
    if (tally.runs < report->k) {
        tool->held_back += tally.runs > 0;
        goto out;
    }
    event = tel_append(&tool->events, &tool->nevents, sizeof(*event));
    if (event == NULL) {
        r = -ENOMEM;
        goto out;
    }
    memcpy(event->event, exact->event, sizeof(event->event));
    r = tel_fill_numbers(report, &tally, &cells, &event->all);
    if (r == 0)
        r = fill_parts(report, exact, tool, event);
out:
    free(cells.at);
    free(tally.days);
    return r;
}

/* Signatures are in the order of the cells that hold them. */
static int fill_crash(const struct tel_report *report,
                      const struct tel_exact_event *exact,
                      const struct tel_exact_cell *cell,
                      struct tel_report_tool *tool)
{
    struct tel_report_crash *crash = NULL;
    int r;

    if (strcmp(cell->item, "crash") != 0)
        return -EBADMSG;
    if (cell->n < report->k) {
        tool->crashes_held_back += cell->n > 0;
        return 0;
    }
    crash = tel_append(&tool->crashes, &tool->ncrashes, sizeof(*crash));
    if (crash == NULL)
        return -ENOMEM;
    crash->runs = tel_publish_count(cell->n, report->k);
    crash->versions = calloc(tool->nversions, sizeof(*crash->versions));
    if (crash->versions == NULL)
        return -ENOMEM;
    r = tel_exact_copy(crash->signature, sizeof(crash->signature), cell->value);
    for (size_t i = 0; r == 0 && i < exact->nparts; i++)
        crash->versions[find_version(tool, exact->parts[i].version)] =
            tel_publish_count(
                tel_exact_of(&exact->parts[i].cells, "crash", cell->value),
                report->k);
    return r;
}

/* Crashes belong to no event. */
static int fill_crashes(const struct tel_report *report,
                        const struct tel_exact_event *exact,
                        struct tel_report_tool *tool)
{
    struct tel_exact_cells cells = {0};
    struct tel_tally tally = {0};
    int r = sum_parts(report, exact, &tally, &cells);

    for (size_t i = 0; r == 0 && i < cells.len; i++)
        r = fill_crash(report, exact, &cells.at[i], tool);
    free(cells.at);
    free(tally.days);
    return r;
}

static int by_runs(const void *a, const void *b)
{
    const struct tel_report_event *x = a;
    const struct tel_report_event *y = b;
    int order = (x->all.runs.n < y->all.runs.n) - //
                (x->all.runs.n > y->all.runs.n);

    return order != 0 ? order : strcmp(x->event, y->event);
}

static int by_crashes(const void *a, const void *b)
{
    const struct tel_report_crash *x = a;
    const struct tel_report_crash *y = b;
    int order = (x->runs.n < y->runs.n) - (x->runs.n > y->runs.n);

    return order != 0 ? order : strcmp(x->signature, y->signature);
}

int tel_fill_tool(const struct tel_report *report,
                  const struct tel_exact_tool *exact,
                  struct tel_report_tool *tool)
{
    int r;

    memcpy(tool->id, exact->id, sizeof(tool->id));
    r = list_versions(exact, tool);
    if (r == 0)
        r = fill_totals(report, exact, tool);
    for (size_t i = 0; r == 0 && i < exact->nevents; i++) {
        const struct tel_exact_event *event = &exact->events[i];

        r = event->event[0] == '\0' ? fill_crashes(report, event, tool)
                                    : fill_event(report, event, tool);
    }
    /* Of few runs, the number of events would be told: it is a count. */
    if (tool->runs.held)
        tool->held_back = 0;
    if (tool->nevents > 0)
        qsort(tool->events, tool->nevents, sizeof(*tool->events), by_runs);
    if (tool->ncrashes > 0)
        qsort(tool->crashes, tool->ncrashes, sizeof(*tool->crashes),
              by_crashes);
    return r;
}
