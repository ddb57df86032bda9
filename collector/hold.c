/* SPDX-License-Identifier: MIT */
/*
 * hold: no total in the report gives away what its parts hold back.
 *
 * Each sum that a reader can do is gone through: a total is put beside its
 * parts, and tel_publish_guard moves it where it would tell. A total that has
 * moved is a part or a total elsewhere, so it goes on until nothing moves.
 */
#include "fill.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PASSES_MAX 8

struct holding {
    const struct tel_report *report;
    struct tel_published **parts; /* of the sum at hand */
    size_t count;
    size_t unsaid;
    bool moved; /* something, in this pass */
    bool failed;
};

static void part(struct holding *h, struct tel_published *count)
{
    struct tel_published **place = NULL;

    if (h->failed)
        return;
    place = tel_append(&h->parts, &h->count, sizeof(*place));
    if (place == NULL)
        h->failed = true;
    else
        *place = count;
}

/* The list of parts is used again, from the start. */
static void forget(struct holding *h)
{
    free(h->parts);
    h->parts = NULL;
    h->count = 0;
    h->unsaid = 0;
}

/* A total below k of as many parts that are not 0 says that each is 1. */
static void hold_parts(struct holding *h)
{
    size_t held = 0;

    for (size_t i = 0; i < h->count; i++)
        held += h->parts[i]->held;
    for (size_t i = 0; held + 1 >= h->report->k && i < h->count; i++)
        *h->parts[i] = tel_publish_nothing();
}

static void sum(struct holding *h, struct tel_published *total)
{
    if (total->held) {
        hold_parts(h);
    } else if (tel_publish_guard(total,
                                 (const struct tel_published *const *)h->parts,
                                 h->count, h->unsaid, h->report->k)) {
        h->moved = true;
    }
    forget(h);
}

static struct tel_published *value_of(struct tel_report_values *values,
                                      const char *name)
{
    for (size_t i = 0; i < values->len; i++) {
        if (strcmp(values->at[i].name, name) == 0)
            return &values->at[i].n;
    }
    return NULL;
}

/* How runs ended, and with which codes. */
static void hold_outcomes(struct holding *h, struct tel_report_numbers *n)
{
    part(h, &n->ok);
    part(h, &n->error);
    part(h, &n->sig);
    part(h, &n->lost);
    sum(h, &n->runs);
    for (size_t i = 0; i < n->exits.len; i++) {
        if (strcmp(n->exits.at[i].name, "0") != 0)
            part(h, &n->exits.at[i].n);
    }
    h->unsaid = n->exits.held_back;
    sum(h, &n->error);
    for (size_t i = 0; i < n->signals.len; i++)
        part(h, &n->signals.at[i].n);
    h->unsaid = n->signals.held_back;
    sum(h, &n->sig);
}

static void hold_numbers(struct holding *h, struct tel_report_numbers *n)
{
    for (size_t i = 0; i < h->report->ndays; i++)
        part(h, &n->days[i]);
    sum(h, &n->runs);
    hold_outcomes(h, n);
    for (size_t i = 0; i < n->nfields; i++) {
        struct tel_report_values *values = &n->fields[i].values;

        for (size_t j = 0; j < values->len; j++)
            part(h, &values->at[j].n);
        h->unsaid = values->held_back;
        sum(h, &n->runs);
    }
}

/* One value over the versions: in some it is not named. */
static void
hold_value(struct holding *h, struct tel_report_event *event,
           struct tel_report_value *value,
           struct tel_report_values *(*of)(struct tel_report_numbers *numbers,
                                           const char *key),
           const char *key)
{
    for (size_t i = 0; i < event->nparts; i++) {
        struct tel_report_values *values = of(&event->parts[i].numbers, key);
        struct tel_published *found =
            values != NULL ? value_of(values, value->name) : NULL;

        if (found != NULL)
            part(h, found);
        else if (event->parts[i].numbers.runs.held ||
                 (values != NULL && values->held_back > 0))
            h->unsaid++;
    }
    sum(h, &value->n);
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

static void hold_values(struct holding *h, struct tel_report_event *event)
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
static void part_of_version(struct holding *h, struct tel_report_numbers *n,
                            struct tel_published *count)
{
    if (n->runs.held && count != &n->runs)
        h->unsaid++;
    else
        part(h, count);
}

static void hold_event(struct holding *h, struct tel_report_event *event)
{
    for (int i = 0; i < OUTCOMES; i++) {
        for (size_t j = 0; j < event->nparts; j++)
            part_of_version(h, &event->parts[j].numbers,
                            outcome(&event->parts[j].numbers, i));
        sum(h, outcome(&event->all, i));
    }
    for (size_t i = 0; i < h->report->ndays; i++) {
        for (size_t j = 0; j < event->nparts; j++)
            part_of_version(h, &event->parts[j].numbers,
                            &event->parts[j].numbers.days[i]);
        sum(h, &event->all.days[i]);
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

/* A version over the events; those held back are not named. */
static void hold_version(struct holding *h, struct tel_report_tool *tool,
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
        h->unsaid += tool->held_back;
        sum(h, version_outcome(v, i));
    }
    for (size_t i = 0; i < h->report->ndays; i++) {
        for (size_t j = 0; j < tool->nevents; j++) {
            struct tel_report_numbers *n =
                numbers_in(&tool->events[j], version);

            if (n != NULL)
                part_of_version(h, n, &n->days[i]);
        }
        h->unsaid += tool->held_back;
        sum(h, &v->days[i]);
    }
    for (size_t i = 0; i < h->report->ndays; i++)
        part(h, &v->days[i]);
    sum(h, &v->runs);
    for (int i = 1; i < OUTCOMES; i++)
        part(h, version_outcome(v, i));
    sum(h, &v->runs);
}

static void hold_totals(struct holding *h, struct tel_report_tool *tool)
{
    for (int i = 0; i < OUTCOMES; i++) {
        for (size_t j = 0; j < tool->nevents; j++)
            part(h, outcome(&tool->events[j].all, i));
        h->unsaid = tool->held_back;
        sum(h, tool_outcome(tool, i));
        for (size_t j = 0; j < tool->nversions; j++)
            part(h, version_outcome(&tool->versions[j], i));
        sum(h, tool_outcome(tool, i));
    }
    for (size_t i = 0; i < h->report->ndays; i++) {
        for (size_t j = 0; j < tool->nevents; j++)
            part(h, &tool->events[j].all.days[i]);
        h->unsaid = tool->held_back;
        sum(h, &tool->days[i]);
        for (size_t j = 0; j < tool->nversions; j++)
            part(h, &tool->versions[j].days[i]);
        sum(h, &tool->days[i]);
    }
    for (size_t i = 0; i < h->report->ndays; i++)
        part(h, &tool->days[i]);
    sum(h, &tool->runs);
    for (int i = 1; i < OUTCOMES; i++)
        part(h, tool_outcome(tool, i));
    sum(h, &tool->runs);
}

static void hold_tool(struct holding *h, struct tel_report_tool *tool)
{
    hold_totals(h, tool);
    for (size_t i = 0; i < tool->nversions; i++)
        hold_version(h, tool, i);
    for (size_t i = 0; i < tool->nevents; i++)
        hold_event(h, &tool->events[i]);
    for (size_t i = 0; i < tool->ncrashes; i++) {
        for (size_t j = 0; j < tool->nversions; j++)
            part(h, &tool->crashes[i].versions[j]);
        sum(h, &tool->crashes[i].runs);
    }
}

int tel_hold(struct tel_report *report)
{
    struct holding h = {.report = report, .moved = true};

    for (int pass = 0; h.moved && !h.failed && pass < PASSES_MAX; pass++) {
        h.moved = false;
        for (size_t i = 0; i < report->ntools; i++)
            hold_tool(&h, &report->tools[i]);
    }
    free(h.parts);
    return h.failed ? -ENOMEM : 0;
}
