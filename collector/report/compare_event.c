/* SPDX-License-Identifier: MIT */
/* compare_event: what changed in one event. */
#include "comparing.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exact.h"
#include "statistics.h"

static struct tel_amount amount(const struct tel_comparing *c,
                                const struct tel_published *count)
{
    return (struct tel_amount){
        .least = tel_published_least(count, c->report->k),
        .middle = tel_published_middle(count, c->report->k),
        .most = tel_published_most(count, c->report->k),
    };
}

static struct tel_amount add(struct tel_amount a, struct tel_amount b)
{
    return (struct tel_amount){
        .least = a.least + b.least,
        .middle = a.middle + b.middle,
        .most = a.most + b.most,
    };
}

/* How much it matters, at least: by the end of the interval that is nearest
 * to no change. A failure counts double, a habit half. */
static double weigh(const struct tel_finding *finding)
{
    double nearest = finding->low > 0 ? finding->low : finding->high;

    if (!finding->certain)
        return 0;
    if (finding->kind == TEL_FINDING_DURATION)
        return fabs(log(finding->low > 1 ? finding->low : finding->high));
    return tel_share_distance(finding->before, finding->before + nearest) *
           (finding->kind == TEL_FINDING_FAILURES ? 2 : 0.5);
}

static struct tel_finding *find(const struct tel_comparing *c,
                                enum tel_finding_kind kind, const char *event,
                                const struct tel_change *change)
{
    double same = kind == TEL_FINDING_DURATION ? 1 : 0;
    struct tel_finding *finding = tel_append(
        &c->to->findings, &c->to->nfindings, sizeof(struct tel_finding));

    if (finding == NULL)
        return NULL;
    finding->kind = kind;
    memcpy(finding->event, event, sizeof(finding->event));
    finding->before = change->before;
    finding->after = change->after;
    finding->change = change->change;
    finding->low = change->low;
    finding->high = change->high;
    finding->certain = change->low > same || change->high < same;
    finding->weight = weigh(finding);
    c->to->ncertain += finding->certain;
    return finding;
}

/* Of the runs whose end is known. */
static struct tel_share failures_of(const struct tel_comparing *c,
                                    const struct tel_report_numbers *numbers)
{
    struct tel_share share = {
        .n = add(amount(c, &numbers->error), amount(c, &numbers->sig))};

    share.of = add(share.n, amount(c, &numbers->ok));
    return share;
}

static int compare_failures(const struct tel_comparing *c, const char *event,
                            const struct tel_report_numbers *before,
                            const struct tel_report_numbers *after)
{
    struct tel_share was = failures_of(c, before);
    struct tel_share is = failures_of(c, after);
    struct tel_change change;

    if (was.of.least < TEL_COMPARE_RUNS_MIN ||
        is.of.least < TEL_COMPARE_RUNS_MIN)
        return 0;
    change = tel_share_change(&was, &is, c->z);
    return find(c, TEL_FINDING_FAILURES, event, &change) != NULL ? 0 : -ENOMEM;
}

static int measure(const struct tel_comparing *c,
                   const struct tel_report_numbers *numbers,
                   struct tel_logs *ret_logs)
{
    struct tel_log_bin *bins = calloc(numbers->nbins + 1, sizeof(*bins));

    if (bins == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < numbers->nbins; i++) {
        bins[i].lower = numbers->bins[i].lower_ms;
        bins[i].upper = numbers->bins[i].upper_ms;
        bins[i].n = amount(c, &numbers->bins[i].n);
    }
    (void)tel_logs_of(bins, numbers->nbins, ret_logs);
    free(bins);
    return 0;
}

static int compare_durations(const struct tel_comparing *c, const char *event,
                             const struct tel_report_numbers *before,
                             const struct tel_report_numbers *after)
{
    struct tel_logs was = {0};
    struct tel_logs is = {0};
    struct tel_finding *finding = NULL;
    struct tel_change change;
    int r = measure(c, before, &was);

    if (r == 0)
        r = measure(c, after, &is);
    if (r < 0 || was.n < TEL_COMPARE_RUNS_MIN || is.n < TEL_COMPARE_RUNS_MIN)
        return r;
    change = tel_logs_change(&was, &is, c->z);
    finding = find(c, TEL_FINDING_DURATION, event, &change);
    if (finding == NULL)
        return -ENOMEM;
    finding->timed = before->timed && after->timed;
    finding->p50_ms[0] = before->p50_ms;
    finding->p50_ms[1] = after->p50_ms;
    finding->p95_ms[0] = before->p95_ms;
    finding->p95_ms[1] = after->p95_ms;
    return 0;
}

static struct tel_share value_of(const struct tel_comparing *c,
                                 const struct tel_report_numbers *numbers,
                                 const struct tel_report_values *values,
                                 const char *name)
{
    /* Not named: none, or one that is held back. */
    struct tel_share share = {.of = amount(c, &numbers->runs)};
    struct tel_published unnamed = {.held = values->held_back > 0};

    for (size_t i = 0; i < values->len; i++) {
        if (strcmp(values->at[i].name, name) == 0)
            unnamed = values->at[i].n;
    }
    share.n = amount(c, &unnamed);
    if (unnamed.held)
        share.n.least = 0;
    return share;
}

static bool has_value(const struct tel_report_values *values, const char *name)
{
    for (size_t i = 0; i < values->len; i++) {
        if (strcmp(values->at[i].name, name) == 0)
            return true;
    }
    return false;
}

static int compare_value(const struct tel_comparing *c, const char *event,
                         const struct tel_report_numbers *numbers[2],
                         const struct tel_report_field *field[2],
                         const char *name)
{
    struct tel_share was = value_of(c, numbers[0], &field[0]->values, name);
    struct tel_share is = value_of(c, numbers[1], &field[1]->values, name);
    struct tel_change change = tel_share_change(&was, &is, c->z);
    struct tel_finding *finding = find(c, TEL_FINDING_VALUE, event, &change);

    if (finding == NULL)
        return -ENOMEM;
    memcpy(finding->key, field[0]->key, sizeof(finding->key));
    (void)tel_exact_copy(finding->value, sizeof(finding->value), name);
    return 0;
}

/* A "no" says what its "yes" has said. */
static bool is_said(const struct tel_report_field *field, const char *name)
{
    return strcmp(name, "no") == 0 && has_value(&field->values, "yes");
}

static int compare_field(const struct tel_comparing *c, const char *event,
                         const struct tel_report_numbers *numbers[2],
                         const struct tel_report_field *field[2])
{
    int r = 0;

    for (int side = 0; r == 0 && side < 2; side++) {
        const struct tel_report_values *values = &field[side]->values;

        for (size_t i = 0; r == 0 && i < values->len; i++) {
            const char *name = values->at[i].name;

            if (!is_said(field[0], name) && !is_said(field[1], name) &&
                (side == 0 || !has_value(&field[0]->values, name)))
                r = compare_value(c, event, numbers, field, name);
        }
    }
    return r;
}

/* Fields that both versions ask for. */
static int compare_fields(const struct tel_comparing *c, const char *event,
                          const struct tel_report_numbers *before,
                          const struct tel_report_numbers *after)
{
    const struct tel_report_numbers *numbers[2] = {before, after};
    int r = 0;

    for (size_t i = 0; r == 0 && i < before->nfields; i++) {
        for (size_t j = 0; r == 0 && j < after->nfields; j++) {
            const struct tel_report_field *field[2] = {&before->fields[i],
                                                       &after->fields[j]};

            if (strcmp(field[0]->key, field[1]->key) == 0)
                r = compare_field(c, event, numbers, field);
        }
    }
    return r;
}

static const struct tel_report_numbers *
numbers_in(const struct tel_report_event *event, size_t version)
{
    for (size_t i = 0; i < event->nparts; i++) {
        if (event->parts[i].version == version)
            return &event->parts[i].numbers;
    }
    return NULL;
}

static bool is_enough(const struct tel_report_numbers *numbers)
{
    return numbers != NULL && numbers->runs.n >= TEL_COMPARE_RUNS_MIN;
}

/* How large a part of the version's runs it is; NULL: none. */
static int compare_share(const struct tel_comparing *c, const char *event,
                         const struct tel_report_numbers *before,
                         const struct tel_report_numbers *after)
{
    const struct tel_report_version *versions = c->tool->versions;
    const struct tel_published none = {.n = 0};
    struct tel_share was = {
        .n = amount(c, before != NULL ? &before->runs : &none),
        .of = amount(c, &versions[c->before].runs),
    };
    struct tel_share is = {
        .n = amount(c, after != NULL ? &after->runs : &none),
        .of = amount(c, &versions[c->after].runs),
    };
    struct tel_change change = tel_share_change(&was, &is, c->z);
    enum tel_finding_kind kind = before == NULL  ? TEL_FINDING_NEW
                                 : after == NULL ? TEL_FINDING_GONE
                                                 : TEL_FINDING_SHARE;

    return find(c, kind, event, &change) != NULL ? 0 : -ENOMEM;
}

static int add_too_few(const struct tel_comparing *c, const char *event)
{
    char(*more)[TEL_EVENT_MAX + 1] =
        tel_append(&c->to->too_few, &c->to->ntoo_few, sizeof(*more));

    if (more == NULL)
        return -ENOMEM;
    memcpy(*more, event, sizeof(*more));
    return 0;
}

int tel_compare_event(const struct tel_comparing *c,
                      const struct tel_report_event *event)
{
    const struct tel_report_numbers *was = numbers_in(event, c->before);
    const struct tel_report_numbers *is = numbers_in(event, c->after);
    int r;

    if (was == NULL && is == NULL)
        return 0;
    if (!is_enough(was) && !is_enough(is))
        return add_too_few(c, event->event);
    r = compare_share(c, event->event, was, is);
    if (r < 0 || was == NULL || is == NULL)
        return r;
    if (!is_enough(was) || !is_enough(is))
        return add_too_few(c, event->event);
    r = compare_failures(c, event->event, was, is);
    if (r == 0)
        r = compare_durations(c, event->event, was, is);
    return r == 0 ? compare_fields(c, event->event, was, is) : r;
}
