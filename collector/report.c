/* SPDX-License-Identifier: MIT */
/* report: totals as a person wants to see them. */
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <tel/text.h>

#include "fault.h"
#include "histogram.h"
#include "store.h"

/*
 * One more element, zeroed, at the end of the array that the pointer at
 * array points to; NULL: no memory. Copied, because a pointer to one type
 * must not be read as a pointer to another.
 */
static void *append(void *array, size_t *count, size_t size)
{
    void *at = NULL;

    memcpy(&at, array, sizeof(at));
    /* The room doubles whenever the count is a power of two. */
    if ((*count & (*count - 1)) == 0) {
        void *more = reallocarray(at, *count == 0 ? 1 : 2 * *count, size);

        if (more == NULL)
            return NULL;
        memcpy(array, &more, sizeof(more));
        at = more;
    }
    return memset((char *)at + size * (*count)++, 0, size);
}

/* A database that others may have written: nothing in it is trusted to fit. */
static int copy(char *to, size_t size, const char *from)
{
    size_t len = strlen(from);

    if (len >= size)
        return -EBADMSG;
    memcpy(to, from, len + 1);
    return 0;
}

static int add_count(struct tel_count **counts, size_t *len, const char *name,
                     uint64_t n)
{
    struct tel_count *count = append(counts, len, sizeof(*count));

    if (count == NULL)
        return -ENOMEM;
    count->n = n;
    return copy(count->name, sizeof(count->name), name);
}

static int add_duration(struct tel_report_event *event, const char *value,
                        uint64_t n)
{
    struct tel_bin *bin = NULL;
    uint64_t number;

    if (!tel_text_parse(value, strlen(value), UINT32_MAX, &number))
        return -EBADMSG;
    bin = append(&event->durations, &event->ndurations, sizeof(*bin));
    if (bin == NULL)
        return -ENOMEM;
    bin->value = tel_bucket_middle((uint32_t)number);
    bin->n = n;
    return 0;
}

static int add_field(struct tel_report_event *event, const char *key,
                     const char *value, uint64_t n)
{
    struct tel_report_field *field = NULL;
    int r = 0;

    if (event->nfields > 0)
        field = &event->fields[event->nfields - 1];
    if (field == NULL || strcmp(field->key, key) != 0) {
        field = append(&event->fields, &event->nfields, sizeof(*field));
        if (field == NULL)
            return -ENOMEM;
        r = copy(field->key, sizeof(field->key), key);
    }
    if (r == 0)
        r = add_count(&field->values.at, &field->values.len, value, n);
    return r;
}

static int add_item(struct tel_report_event *event, const struct tel_cell *cell,
                    uint64_t n)
{
    const struct {
        const char *item;
        uint64_t *total;
    } totals[] = {
        {"runs", &event->runs},   {"ok", &event->ok},
        {"error", &event->error}, {"signal", &event->sig},
        {"lost", &event->lost},
    };

    for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++) {
        if (strcmp(cell->item, totals[i].item) == 0) {
            *totals[i].total = n;
            return 0;
        }
    }
    if (strcmp(cell->item, "exit") == 0)
        return add_count(&event->exits.at, &event->exits.len, cell->value, n);
    if (strcmp(cell->item, "sig") == 0)
        return add_count(&event->signals.at, &event->signals.len, cell->value,
                         n);
    if (strcmp(cell->item, "ms") == 0)
        return add_duration(event, cell->value, n);
    if (strncmp(cell->item, "field:", strlen("field:")) == 0)
        return add_field(event, cell->item + strlen("field:"), cell->value, n);
    return -EBADMSG;
}

/* A signature's total, which belongs to no event. */
static int add_crash(struct tel_report_tool *tool, const struct tel_cell *cell,
                     uint64_t n)
{
    struct tel_report_crash *crash = NULL;
    int r;

    if (cell->event[0] != '\0')
        return -EBADMSG;
    crash = append(&tool->crashes, &tool->ncrashes, sizeof(*crash));
    if (crash == NULL)
        return -ENOMEM;
    crash->runs = n;
    r = copy(crash->signature, sizeof(crash->signature), cell->value);
    if (r == 0)
        r = copy(crash->version, sizeof(crash->version), cell->version);
    return r;
}

/* Rows come grouped by tool, then by event and version. */
static int take_row(void *context, int64_t day, const struct tel_cell *cell,
                    uint64_t n)
{
    struct tel_report *report = context;
    struct tel_report_tool *tool = NULL;
    struct tel_report_event *event = NULL;
    int r = 0;

    (void)day;
    if (report->ntools > 0)
        tool = &report->tools[report->ntools - 1];
    if (tool == NULL || strcmp(tool->id, cell->tool) != 0) {
        tool = append(&report->tools, &report->ntools, sizeof(*tool));
        if (tool == NULL)
            return -ENOMEM;
        r = copy(tool->id, sizeof(tool->id), cell->tool);
    }
    if (strcmp(cell->item, "crash") == 0)
        return r == 0 ? add_crash(tool, cell, n) : r;
    if (tool->nevents > 0)
        event = &tool->events[tool->nevents - 1];
    if (r == 0 && (event == NULL || strcmp(event->event, cell->event) != 0 ||
                   strcmp(event->version, cell->version) != 0)) {
        event = append(&tool->events, &tool->nevents, sizeof(*event));
        if (event == NULL)
            return -ENOMEM;
        r = copy(event->event, sizeof(event->event), cell->event);
        if (r == 0)
            r = copy(event->version, sizeof(event->version), cell->version);
    }
    return r == 0 ? add_item(event, cell, n) : r;
}

static int take_refusal(void *context, int64_t day, const char *reason,
                        uint64_t n)
{
    struct tel_report *report = context;

    (void)day;
    return add_count(&report->refused, &report->nrefused, reason, n);
}

static void clear_event(struct tel_report_event *event)
{
    for (size_t i = 0; i < event->nfields; i++)
        free(event->fields[i].values.at);
    free(event->fields);
    free(event->durations);
    free(event->signals.at);
    free(event->exits.at);
}

static void hold_counts(struct tel_counts *counts, uint64_t k)
{
    size_t kept = 0;

    for (size_t i = 0; i < counts->len; i++) {
        if (counts->at[i].n >= k)
            counts->at[kept++] = counts->at[i];
    }
    counts->len = kept;
}

static int by_frequency(const void *a, const void *b)
{
    const struct tel_report_event *x = a;
    const struct tel_report_event *y = b;
    int order = (x->runs < y->runs) - (x->runs > y->runs);

    if (order == 0)
        order = strcmp(x->event, y->event);
    return order != 0 ? order : strcmp(x->version, y->version);
}

static int by_runs(const void *a, const void *b)
{
    const struct tel_report_crash *x = a;
    const struct tel_report_crash *y = b;
    int order = (x->runs < y->runs) - (x->runs > y->runs);

    if (order == 0)
        order = strcmp(x->signature, y->signature);
    return order != 0 ? order : strcmp(x->version, y->version);
}

static void hold_crashes(struct tel_report_tool *tool, uint64_t k)
{
    size_t kept = 0;

    for (size_t i = 0; i < tool->ncrashes; i++) {
        if (tool->crashes[i].runs >= k)
            tool->crashes[kept++] = tool->crashes[i];
    }
    tool->crashes_held_back = tool->ncrashes - kept;
    tool->ncrashes = kept;
    if (kept > 0)
        qsort(tool->crashes, kept, sizeof(*tool->crashes), by_runs);
}

static void find_percentiles(struct tel_report_event *event, uint64_t k)
{
    uint64_t timed = 0;

    for (size_t i = 0; i < event->ndurations; i++)
        timed += event->durations[i].n;
    /* Of fewer runs than k a percentile would be some run's own duration. */
    event->timed = timed > 0 && timed >= k &&
                   tel_percentile(event->durations, event->ndurations, 50,
                                  &event->p50_ms) == 0 &&
                   tel_percentile(event->durations, event->ndurations, 95,
                                  &event->p95_ms) == 0;
}

static void hold_back(struct tel_report_tool *tool, uint64_t k)
{
    size_t kept = 0;

    hold_crashes(tool, k);
    for (size_t i = 0; i < tool->nevents; i++) {
        struct tel_report_event *event = &tool->events[i];

        if (event->runs < k) {
            clear_event(event);
            tool->held_back++;
            continue;
        }
        find_percentiles(event, k);
        hold_counts(&event->exits, k);
        hold_counts(&event->signals, k);
        for (size_t j = 0; j < event->nfields; j++)
            hold_counts(&event->fields[j].values, k);
        tool->events[kept++] = *event;
    }
    tool->nevents = kept;
    if (kept > 0)
        qsort(tool->events, kept, sizeof(*tool->events), by_frequency);
}

static int read_store(struct tel_store *store,
                      const struct tel_report_options *options,
                      struct tel_report *report, struct tel_err *err)
{
    const struct tel_store_range range = {
        .tool = options->tool,
        .by_version = options->by_version,
    };
    int r = tel_store_each_total(store, &range, take_row, report);

    if (r == 0)
        r = tel_store_each_refusal(store, &range, take_refusal, report);
    if (r == -EIO)
        return tel_fault(err, r, "--db %s: %s", options->db,
                         tel_store_fault(store));
    if (r == -EBADMSG)
        return tel_fault(err, r, "--db %s: holds what tel-collect never wrote",
                         options->db);
    if (r < 0)
        return tel_fault(err, r, "--db %s: %s", options->db, strerror(-r));
    if (options->tool != NULL && report->ntools == 0)
        return tel_fault(err, -ESRCH, "--tool %s: nothing was counted for it",
                         options->tool);
    return 0;
}

int tel_report_read(const struct tel_report_options *options,
                    struct tel_report *ret_report, struct tel_err *err)
{
    struct tel_report report = {0};
    struct tel_store *store = NULL;
    int r =
        options->token_file != NULL
            ? tel_store_open_url(options->db, options->token_file, &store, err)
            : tel_store_open_reader(options->db, &store, err);

    if (r < 0)
        return r;
    r = read_store(store, options, &report, err);
    tel_store_close(store);
    if (r < 0) {
        tel_report_clear(&report);
        return r;
    }
    for (size_t i = 0; i < report.ntools; i++)
        hold_back(&report.tools[i], options->k);
    *ret_report = report;
    return 0;
}

void tel_report_clear(struct tel_report *report)
{
    for (size_t i = 0; i < report->ntools; i++) {
        for (size_t j = 0; j < report->tools[i].nevents; j++)
            clear_event(&report->tools[i].events[j]);
        free(report->tools[i].events);
        free(report->tools[i].crashes);
    }
    free(report->tools);
    free(report->refused);
}

int tel_report_write(const struct tel_report_options *options, FILE *out,
                     struct tel_err *err)
{
    struct tel_report report;
    int r = tel_report_read(options, &report, err);

    if (r < 0)
        return r;
    if (options->json)
        tel_report_json(&report, options, out);
    else
        tel_report_table(&report, options, out);
    tel_report_clear(&report);
    return 0;
}
