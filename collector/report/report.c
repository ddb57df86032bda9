/* SPDX-License-Identifier: MIT */
/* report: from a store to the report, and to the form that was asked for. */
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "fill.h"
#include "store/store.h"

const char tel_report_note_people[] =
    "k counts runs and not people: one person's runs can exceed it.";
const char tel_report_note_open[] =
    "The endpoint is open, so events are unauthenticated: anyone can send"
    " events that the policies allow.";

const char tel_report_note_sure[] =
    "The intervals are so wide that in 19 of 20 reports all of them hold at"
    " once, however much is compared, as long as runs have nothing to do with"
    " each other.";

static struct tel_store_range range_of(const struct tel_report_options *options)
{
    struct tel_store_range range = {
        .tool = options->tool,
        .first = options->first,
        .last = options->last,
        .by_day = true,
        .by_version = true,
    };

    if (range.first != 0 && range.last == 0)
        range.last = TEL_DAY_LAST;
    return range;
}

static int take_refusal(void *context, int64_t day, const char *reason,
                        uint64_t n)
{
    struct tel_exact_cells *refusals = context;

    (void)day;
    return tel_exact_add(refusals, reason, "", n);
}

static int by_day(const void *a, const void *b)
{
    const int64_t *x = a;
    const int64_t *y = b;

    return (*x > *y) - (*x < *y);
}

static int add_days(struct tel_report *report,
                    const struct tel_exact_event *event)
{
    for (size_t i = 0; i < event->nparts; i++) {
        for (size_t j = 0; j < event->parts[i].ndays; j++) {
            int64_t *day =
                tel_append(&report->days, &report->ndays, sizeof(*day));

            if (day == NULL)
                return -ENOMEM;
            *day = event->parts[i].days[j].day;
        }
    }
    return 0;
}

/* Each day with runs, once, in order. */
static int list_days(const struct tel_exact *exact, struct tel_report *report)
{
    size_t kept = 0;
    int r = 0;

    for (size_t i = 0; i < exact->ntools; i++) {
        for (size_t j = 0; r == 0 && j < exact->tools[i].nevents; j++)
            r = add_days(report, &exact->tools[i].events[j]);
    }
    if (r < 0 || report->ndays == 0)
        return r;
    qsort(report->days, report->ndays, sizeof(*report->days), by_day);
    for (size_t i = 0; i < report->ndays; i++) {
        if (kept == 0 || report->days[kept - 1] != report->days[i])
            report->days[kept++] = report->days[i];
    }
    report->ndays = kept;
    return 0;
}

static void say_range(const struct tel_report_options *options,
                      struct tel_report *report)
{
    report->first = options->first;
    report->last = options->last;
    if (report->first == 0 && report->ndays > 0)
        report->first = report->days[0];
    if (report->last == 0 && report->ndays > 0)
        report->last = report->days[report->ndays - 1];
    else if (report->last == 0)
        report->last = report->first - 1;
}

static int fill_refused(const struct tel_exact_cells *refusals,
                        struct tel_report *report)
{
    for (size_t i = 0; i < refusals->len; i++) {
        struct tel_report_value *value = NULL;

        value = tel_append(&report->refused.at, &report->refused.len,
                           sizeof(*value));
        if (value == NULL)
            return -ENOMEM;
        value->n = tel_publish_count(refusals->at[i].n, 1);
        memcpy(value->name, refusals->at[i].item, sizeof(refusals->at[i].item));
    }
    return 0;
}

int tel_fill(const struct tel_exact *exact,
             const struct tel_exact_cells *refusals,
             const struct tel_report_options *options,
             struct tel_report *report)
{
    int r;

    report->k = options->k;
    r = list_days(exact, report);

    say_range(options, report);
    for (size_t i = 0; r == 0 && i < exact->ntools; i++) {
        struct tel_report_tool *tool =
            tel_append(&report->tools, &report->ntools, sizeof(*tool));

        if (tool == NULL)
            return -ENOMEM;
        r = tel_fill_tool(report, &exact->tools[i], tool);
    }
    if (r == 0)
        r = fill_refused(refusals, report);
    return r < 0 || report->k == 1 ? r : tel_hold(report);
}

static int explain(const struct tel_store *store, int r,
                   const struct tel_report_options *options,
                   struct tel_err *err)
{
    const char *option = options->hosted ? "--url" : "--db";
    char shown[TEL_STORE_SHOWN];

    tel_store_show(options->db, shown);
    if (r == -EIO)
        return tel_fault(err, r, "%s %s: %s", option, shown,
                         tel_store_fault(store));
    if (r == -EBADMSG)
        return tel_fault(err, r, "%s %s: holds what tel-collect never wrote",
                         option, shown);
    return tel_fault(err, r, "%s %s: %s", option, shown, strerror(-r));
}

static int read_store(struct tel_store *store,
                      const struct tel_report_options *options,
                      struct tel_report *report, struct tel_err *err)
{
    const struct tel_store_range range = range_of(options);
    struct tel_exact exact = {0};
    struct tel_exact_cells refusals = {0};
    int r = tel_store_each_total(store, &range, tel_exact_take, &exact);

    if (r == 0)
        r = tel_store_each_refusal(store, &range, take_refusal, &refusals);
    if (r == 0)
        r = tel_fill(&exact, &refusals, options, report);
    tel_exact_clear(&exact);
    free(refusals.at);
    if (r < 0)
        return explain(store, r, options, err);
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
        options->hosted
            ? tel_store_open_url(options->db, options->token_file, &store, err)
            : tel_store_open_reader(options->db, &store, err);

    if (r < 0)
        return r;
    r = read_store(store, options, &report, err);
    tel_store_close(store);
    if (r == 0)
        r = tel_compare(&report, options, err);
    if (r == -ENOMEM)
        (void)tel_fault(err, r, "%s", strerror(ENOMEM));
    if (r < 0)
        tel_report_clear(&report);
    else
        *ret_report = report;
    return r;
}

static void clear_numbers(struct tel_report_numbers *numbers)
{
    for (size_t i = 0; i < numbers->nfields; i++)
        free(numbers->fields[i].values.at);
    free(numbers->fields);
    free(numbers->exits.at);
    free(numbers->signals.at);
    free(numbers->bins);
    free(numbers->days);
}

static void clear_event(struct tel_report_event *event)
{
    clear_numbers(&event->all);
    for (size_t i = 0; i < event->nparts; i++)
        clear_numbers(&event->parts[i].numbers);
    free(event->parts);
}

static void clear_tool(struct tel_report_tool *tool)
{
    for (size_t i = 0; i < tool->nevents; i++)
        clear_event(&tool->events[i]);
    for (size_t i = 0; i < tool->nversions; i++)
        free(tool->versions[i].days);
    for (size_t i = 0; i < tool->ncrashes; i++)
        free(tool->crashes[i].versions);
    tel_comparison_clear(&tool->comparison);
    free(tool->events);
    free(tool->versions);
    free(tool->crashes);
    free(tool->days);
}

void tel_report_clear(struct tel_report *report)
{
    for (size_t i = 0; i < report->ntools; i++)
        clear_tool(&report->tools[i]);
    free(report->tools);
    free(report->refused.at);
    free(report->days);
    *report = (struct tel_report){0};
}

int tel_report_write(const struct tel_report_options *options, FILE *out,
                     struct tel_err *err)
{
    struct tel_report report = {0};
    int r = tel_report_read(options, &report, err);

    if (r < 0)
        return r;
    if (options->form == TEL_REPORT_JSON)
        tel_report_json(&report, out);
    else if (options->form == TEL_REPORT_CSV)
        tel_report_csv(&report, out);
    else if (options->form == TEL_REPORT_HTML)
        r = tel_report_html(&report, out);
    else
        tel_report_table(&report, options, out);
    tel_report_clear(&report);
    if (r < 0)
        return tel_fault(err, r, "%s", strerror(-r));
    return 0;
}
