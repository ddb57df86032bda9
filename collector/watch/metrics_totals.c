/* SPDX-License-Identifier: MIT */
/* metrics_totals: a report, as metrics: each event of each version. */
#include "metrics.h"

#include "report/report.h"

/* What the samples of one metric are made of. */
struct family {
    const char *name;
    const char *help;
    void (*write)(FILE *out, const char *name,
                  struct tel_metric_label labels[5],
                  const struct tel_report_numbers *numbers);
};

enum { TOOL, VERSION, EVENT, FOURTH, FIFTH };

static void write_count(FILE *out, const char *name,
                        const struct tel_metric_label *labels, size_t count,
                        const struct tel_published *n)
{
    if (!n->held)
        tel_metric_number(out, name, labels, count, (double)n->n);
}

static void write_runs(FILE *out, const char *name,
                       struct tel_metric_label labels[5],
                       const struct tel_report_numbers *numbers)
{
    write_count(out, name, labels, FOURTH, &numbers->runs);
}

static void write_outcomes(FILE *out, const char *name,
                           struct tel_metric_label labels[5],
                           const struct tel_report_numbers *numbers)
{
    const struct {
        const char *outcome;
        const struct tel_published *n;
    } outcomes[] = {
        {"ok", &numbers->ok},
        {"error", &numbers->error},
        {"signal", &numbers->sig},
        {"lost", &numbers->lost},
    };

    labels[FOURTH].name = "outcome";
    for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
        labels[FOURTH].value = outcomes[i].outcome;
        write_count(out, name, labels, FIFTH, outcomes[i].n);
    }
}

static void write_values(FILE *out, const char *name,
                         struct tel_metric_label labels[5], size_t last,
                         const struct tel_report_values *values)
{
    for (size_t i = 0; i < values->len; i++) {
        labels[last].value = values->at[i].name;
        write_count(out, name, labels, last + 1, &values->at[i].n);
    }
}

static void write_exits(FILE *out, const char *name,
                        struct tel_metric_label labels[5],
                        const struct tel_report_numbers *numbers)
{
    labels[FOURTH].name = "exit";
    write_values(out, name, labels, FOURTH, &numbers->exits);
}

static void write_signals(FILE *out, const char *name,
                          struct tel_metric_label labels[5],
                          const struct tel_report_numbers *numbers)
{
    labels[FOURTH].name = "signal";
    write_values(out, name, labels, FOURTH, &numbers->signals);
}

static void write_fields(FILE *out, const char *name,
                         struct tel_metric_label labels[5],
                         const struct tel_report_numbers *numbers)
{
    labels[FOURTH].name = "field";
    labels[FIFTH].name = "value";
    for (size_t i = 0; i < numbers->nfields; i++) {
        labels[FOURTH].value = numbers->fields[i].key;
        write_values(out, name, labels, FIFTH, &numbers->fields[i].values);
    }
}

static void write_durations(FILE *out, const char *name,
                            struct tel_metric_label labels[5],
                            const struct tel_report_numbers *numbers)
{
    if (!numbers->timed)
        return;
    labels[FOURTH] = (struct tel_metric_label){"percentile", "50"};
    tel_metric_number(out, name, labels, FIFTH, numbers->p50_ms / 1000.0);
    labels[FOURTH].value = "95";
    tel_metric_number(out, name, labels, FIFTH, numbers->p95_ms / 1000.0);
}

static void write_family(FILE *out, const struct family *family,
                         const struct tel_report *report)
{
    struct tel_metric_label labels[5] = {
        {"tool", ""}, {"version", ""}, {"event", ""}};

    tel_metric_begin(out, family->name, "gauge", family->help);
    for (size_t i = 0; i < report->ntools; i++) {
        const struct tel_report_tool *tool = &report->tools[i];

        labels[TOOL].value = tool->id;
        for (size_t j = 0; j < tool->nevents; j++) {
            const struct tel_report_event *event = &tool->events[j];

            labels[EVENT].value = event->event;
            for (size_t n = 0; n < event->nparts; n++) {
                const struct tel_report_part *part = &event->parts[n];

                labels[VERSION].value = tool->versions[part->version].version;
                if (!part->numbers.runs.held)
                    family->write(out, family->name, labels, &part->numbers);
            }
        }
    }
}

void tel_metrics_totals(FILE *out, const struct tel_report *report)
{
    static const struct family families[] = {
        {"tel_runs", "Runs, on all days that have ended.", write_runs},
        {"tel_run_outcomes", "How these runs ended.", write_outcomes},
        {"tel_run_exits", "Exit statuses of these runs.", write_exits},
        {"tel_run_signals", "Signals that ended these runs.", write_signals},
        {"tel_run_duration_seconds",
         "How long these runs took, at the most,"
         " for so many percent of them.",
         write_durations},
        {"tel_field_values", "Values of the fields of these runs.",
         write_fields},
    };

    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
        write_family(out, &families[i], report);
}
