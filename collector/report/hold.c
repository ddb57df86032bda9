/* SPDX-License-Identifier: MIT */
/*
 * hold: no total in the report gives away what its parts hold back.
 *
 * Each sum that a reader can do is gone through: a total is put beside its
 * parts, and tel_publish_guard moves it where it would tell. A total that has
 * moved is a part or a total elsewhere, so it goes on until nothing moves.
 */
#include "hold.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fill.h"

#define PASSES_MAX 8

static struct tel_published *value_of(struct tel_report_values *values,
                                      const char *name)
{
    for (size_t i = 0; i < values->len; i++) {
        if (strcmp(values->at[i].name, name) == 0)
            return &values->at[i].n;
    }
    return NULL;
}

static void part_errors(struct tel_holding *h, struct tel_report_numbers *n)
{
    for (size_t i = 0; i < n->exits.len; i++) {
        if (strcmp(n->exits.at[i].name, "0") != 0)
            tel_hold_part(h, &n->exits.at[i].n);
    }
    h->unsaid += n->exits.held_back;
    /* Where runs that are ok are held back, one of them is the code 0. */
    if (n->ok.held && n->exits.held_back > 0)
        h->unsaid--;
}

static void part_signals(struct tel_holding *h, struct tel_report_numbers *n)
{
    for (size_t i = 0; i < n->signals.len; i++)
        tel_hold_part(h, &n->signals.at[i].n);
    h->unsaid += n->signals.held_back;
}

/* How runs ended, and with which codes; and both at once. */
static void hold_outcomes(struct tel_holding *h, struct tel_report_numbers *n)
{
    tel_hold_part(h, &n->ok);
    tel_hold_part(h, &n->error);
    tel_hold_part(h, &n->sig);
    tel_hold_part(h, &n->lost);
    tel_hold_sum(h, &n->runs);
    part_errors(h, n);
    tel_hold_sum(h, &n->error);
    part_signals(h, n);
    tel_hold_sum(h, &n->sig);
    tel_hold_part(h, &n->ok);
    tel_hold_part(h, &n->lost);
    part_errors(h, n);
    part_signals(h, n);
    tel_hold_sum(h, &n->runs);
}

static void hold_numbers(struct tel_holding *h, struct tel_report_numbers *n)
{
    for (size_t i = 0; i < h->report->ndays; i++)
        tel_hold_part(h, &n->days[i]);
    tel_hold_sum(h, &n->runs);
    hold_outcomes(h, n);
    for (size_t i = 0; i < n->nfields; i++) {
        struct tel_report_values *values = &n->fields[i].values;

        for (size_t j = 0; j < values->len; j++)
            tel_hold_part(h, &values->at[j].n);
        h->unsaid = values->held_back;
        tel_hold_sum(h, &n->runs);
    }
}

/* One value over the versions: in some it is not named. */
static void
hold_value(struct tel_holding *h, struct tel_report_event *event,
           struct tel_report_value *value,
           struct tel_report_values *(*of)(struct tel_report_numbers *numbers,
                                           const char *key),
           const char *key)
{
    for (size_t i = 0; i < event->nparts; i++) {
        struct tel_report_numbers *numbers = &event->parts[i].numbers;
        bool hidden = numbers->runs.held;
        struct tel_report_values *values = of(numbers, key);
        struct tel_published *found =
            values != NULL ? value_of(values, value->name) : NULL;

        if (found != NULL)
            tel_hold_part(h, found);
        else if (hidden || (values != NULL && values->held_back > 0))
            h->unsaid++;
    }
    tel_hold_sum(h, &value->n);
}

static struct tel_report_values *exits_of(struct tel_report_numbers *numbers,
                                          const char *key)
{
    (void)key;
    return &numbers->exits;
}

static struct tel_report_values *signals_of(struct tel_report_numbers *numbers,
                                            const char *key)
{
    (void)key;
    return &numbers->signals;
}

static struct tel_report_values *field_of(struct tel_report_numbers *numbers,
                                          const char *key)
{
    for (size_t i = 0; i < numbers->nfields; i++) {
        if (strcmp(numbers->fields[i].key, key) == 0)
            return &numbers->fields[i].values;
    }
    return NULL;
}

static void hold_values(struct tel_holding *h, struct tel_report_event *event)
{
    struct tel_report_numbers *all = &event->all;

    for (size_t i = 0; i < all->exits.len; i++)
        hold_value(h, event, &all->exits.at[i], exits_of, NULL);
    for (size_t i = 0; i < all->signals.len; i++)
        hold_value(h, event, &all->signals.at[i], signals_of, NULL);
    for (size_t i = 0; i < all->nfields; i++) {
        for (size_t j = 0; j < all->fields[i].values.len; j++)
            hold_value(h, event, &all->fields[i].values.at[j], field_of,
                       all->fields[i].key);
    }
}

#define OUTCOMES 5

/* The count of an outcome, or of runs, by number: so that sums over events
 * and versions are written once. */
static struct tel_published *outcome(struct tel_report_numbers *n, int which)
{
    struct tel_published *const all[OUTCOMES] = {&n->runs, &n->ok, &n->error,
                                                 &n->sig, &n->lost};

    return all[which];
}

static struct tel_published *version_outcome(struct tel_report_version *v,
                                             int which)
{
    struct tel_published *const all[OUTCOMES] = {&v->runs, &v->ok, &v->error,
                                                 &v->sig, &v->lost};

    return all[which];
}

static struct tel_published *tool_outcome(struct tel_report_tool *t, int which)
{
    struct tel_published *const all[OUTCOMES] = {&t->runs, &t->ok, &t->error,
                                                 &t->sig, &t->lost};

    return all[which];
}

/* A version of which little is known is a part nobody is told of. */
static void part_of_version(struct tel_holding *h, struct tel_report_numbers *n,
                            struct tel_published *count)
{
    if (n->runs.held && count != &n->runs)
        h->unsaid++;
    else
        tel_hold_part(h, count);
}

static void hold_event(struct tel_holding *h, struct tel_report_event *event)
{
    for (int i = 0; i < OUTCOMES; i++) {
        for (size_t j = 0; j < event->nparts; j++)
            part_of_version(h, &event->parts[j].numbers,
                            outcome(&event->parts[j].numbers, i));
        tel_hold_sum(h, outcome(&event->all, i));
    }
    for (size_t i = 0; i < h->report->ndays; i++) {
        for (size_t j = 0; j < event->nparts; j++)
            part_of_version(h, &event->parts[j].numbers,
                            &event->parts[j].numbers.days[i]);
        tel_hold_sum(h, &event->all.days[i]);
    }
    hold_numbers(h, &event->all);
    for (size_t i = 0; i < event->nparts; i++)
        hold_numbers(h, &event->parts[i].numbers);
    hold_values(h, event);
}

static struct tel_report_numbers *numbers_in(struct tel_report_event *event,
                                             size_t version)
{
    for (size_t i = 0; i < event->nparts; i++) {
        if (event->parts[i].version == version)
            return &event->parts[i].numbers;
    }
    return NULL;
}

/* The events that are held back. How many they are is told, so that of sums
 * that are of all runs (sure) each has at least one. */
static void part_unnamed(struct tel_holding *h,
                         const struct tel_report_tool *tool, bool sure)
{
    for (size_t i = 0; sure && i < tool->held_back; i++)
        tel_hold_part(h, &h->unnamed);
    h->unsaid += sure ? 0 : tool->held_back;
}

/* A version over the events; those held back are not named. */
static void hold_version(struct tel_holding *h, struct tel_report_tool *tool,
                         size_t version)
{
    struct tel_report_version *v = &tool->versions[version];

    for (int i = 0; i < OUTCOMES; i++) {
        for (size_t j = 0; j < tool->nevents; j++) {
            struct tel_report_numbers *n =
                numbers_in(&tool->events[j], version);

            if (n != NULL)
                part_of_version(h, n, outcome(n, i));
        }
        part_unnamed(h, tool, i == 0 && tool->nversions == 1);
        tel_hold_sum(h, version_outcome(v, i));
    }
    for (size_t i = 0; i < h->report->ndays; i++) {
        for (size_t j = 0; j < tool->nevents; j++) {
            struct tel_report_numbers *n =
                numbers_in(&tool->events[j], version);

            if (n != NULL)
                part_of_version(h, n, &n->days[i]);
        }
        part_unnamed(h, tool, tool->nversions == 1 && h->report->ndays == 1);
        tel_hold_sum(h, &v->days[i]);
    }
    for (size_t i = 0; i < h->report->ndays; i++)
        tel_hold_part(h, &v->days[i]);
    tel_hold_sum(h, &v->runs);
    for (int i = 1; i < OUTCOMES; i++)
        tel_hold_part(h, version_outcome(v, i));
    tel_hold_sum(h, &v->runs);
}

static void hold_totals(struct tel_holding *h, struct tel_report_tool *tool)
{
    for (int i = 0; i < OUTCOMES; i++) {
        for (size_t j = 0; j < tool->nevents; j++)
            tel_hold_part(h, outcome(&tool->events[j].all, i));
        part_unnamed(h, tool, i == 0);
        tel_hold_sum(h, tool_outcome(tool, i));
        for (size_t j = 0; j < tool->nversions; j++)
            tel_hold_part(h, version_outcome(&tool->versions[j], i));
        tel_hold_sum(h, tool_outcome(tool, i));
    }
    for (size_t i = 0; i < h->report->ndays; i++) {
        for (size_t j = 0; j < tool->nevents; j++)
            tel_hold_part(h, &tool->events[j].all.days[i]);
        part_unnamed(h, tool, h->report->ndays == 1);
        tel_hold_sum(h, &tool->days[i]);
        for (size_t j = 0; j < tool->nversions; j++)
            tel_hold_part(h, &tool->versions[j].days[i]);
        tel_hold_sum(h, &tool->days[i]);
    }
    for (size_t i = 0; i < h->report->ndays; i++)
        tel_hold_part(h, &tool->days[i]);
    tel_hold_sum(h, &tool->runs);
    for (int i = 1; i < OUTCOMES; i++)
        tel_hold_part(h, tool_outcome(tool, i));
    tel_hold_sum(h, &tool->runs);
}

/* All runs over events and versions, or days, at once. */
static void hold_crossed(struct tel_holding *h, struct tel_report_tool *tool)
{
    for (size_t i = 0; i < tool->nevents; i++) {
        struct tel_report_event *event = &tool->events[i];

        for (size_t j = 0; j < event->nparts; j++)
            tel_hold_part(h, &event->parts[j].numbers.runs);
    }
    part_unnamed(h, tool, true);
    tel_hold_sum(h, &tool->runs);
    for (size_t i = 0; i < tool->nevents; i++) {
        for (size_t j = 0; j < h->report->ndays; j++)
            tel_hold_part(h, &tool->events[i].all.days[j]);
    }
    part_unnamed(h, tool, true);
    tel_hold_sum(h, &tool->runs);
}

static void hold_tool(struct tel_holding *h, struct tel_report_tool *tool)
{
    hold_totals(h, tool);
    hold_crossed(h, tool);
    for (size_t i = 0; i < tool->nversions; i++)
        hold_version(h, tool, i);
    for (size_t i = 0; i < tool->nevents; i++)
        hold_event(h, &tool->events[i]);
    for (size_t i = 0; i < tool->ncrashes; i++) {
        for (size_t j = 0; j < tool->nversions; j++)
            tel_hold_part(h, &tool->crashes[i].versions[j]);
        tel_hold_sum(h, &tool->crashes[i].runs);
    }
}

int tel_hold(struct tel_report *report)
{
    struct tel_holding h = {
        .report = report, .unnamed = tel_publish_nothing(), .moved = true};

    for (int pass = 0; h.moved && !h.failed && pass < PASSES_MAX; pass++) {
        h.moved = false;
        for (size_t i = 0; i < report->ntools; i++)
            hold_tool(&h, &report->tools[i]);
    }
    free(h.parts);
    return h.failed ? -ENOMEM : 0;
}
