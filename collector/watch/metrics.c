/* SPDX-License-Identifier: MIT */
/* metrics: Prometheus' text format. */
#include "metrics.h"

#include <string.h>

#include <tel/text.h>

/* A label's value: UTF-8, with three escapes; other bytes become '?'. */
static void write_value(FILE *out, const char *value)
{
    size_t len = strlen(value);
    size_t size = 1;

    for (size_t i = 0; i < len; i += size) {
        size = 1;
        if (value[i] == '\\' || value[i] == '"')
            (void)fprintf(out, "\\%c", value[i]);
        else if (tel_text_still(value + i, len - i, &size))
            (void)fwrite(value + i, 1, size, out);
        else
            (void)fputc('?', out);
    }
}

void tel_metric_begin(FILE *out, const char *name, const char *type,
                      const char *help)
{
    (void)fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void tel_metric_number(FILE *out, const char *name,
                       const struct tel_metric_label *labels, size_t count,
                       double number)
{
    (void)fputs(name, out);
    for (size_t i = 0; i < count; i++) {
        (void)fprintf(out, "%s%s=\"", i == 0 ? "{" : ",", labels[i].name);
        write_value(out, labels[i].value);
        (void)fputc('"', out);
    }
    (void)fprintf(out, "%s %.17g\n", count > 0 ? "}" : "", number);
}

static void write_answers(FILE *out, const struct tel_meter *meter)
{
    static const char name[] = "tel_collect_requests_total";

    tel_metric_begin(out, name, "counter", "Requests answered, by status.");
    for (unsigned i = 0; i < TEL_METER_STATUSES; i++) {
        uint64_t n = atomic_load(&meter->answers[i]);
        char status[16];

        (void)snprintf(status, sizeof(status), "%u", 100 + i);
        if (n > 0)
            tel_metric_number(out, name,
                              &(struct tel_metric_label){"status", status}, 1,
                              (double)n);
    }
}

static void write_refusals(FILE *out, const struct tel_meter *meter)
{
    static const char name[] = "tel_collect_events_refused_total";

    tel_metric_begin(out, name, "counter", "Events refused, by reason.");
    for (unsigned i = 0; i < TEL_METER_REASONS; i++) {
        const char *reason = atomic_load(&meter->refused[i].name);

        if (reason == NULL)
            break;
        tel_metric_number(out, name,
                          &(struct tel_metric_label){"reason", reason}, 1,
                          (double)atomic_load(&meter->refused[i].n));
    }
}

static void write_number(FILE *out, const char *name, const char *type,
                         const char *help, double number)
{
    tel_metric_begin(out, name, type, help);
    tel_metric_number(out, name, NULL, 0, number);
}

void tel_metrics_own(FILE *out, const struct tel_meter *meter, bool healthy)
{
    const struct {
        const char *name, *type, *help;
        const _Atomic uint64_t *n;
    } numbers[] = {
        {"tel_collect_events_total", "counter",
         "Events counted, and safely stored.", &meter->events},
        {"tel_collect_commits_total", "counter",
         "Transactions of the database, each of many requests.",
         &meter->commits},
        {"tel_collect_commit_failures_total", "counter",
         "Transactions that failed: their requests were answered 503.",
         &meter->failures},
        {"tel_collect_requests_waiting", "gauge",
         "Requests that wait for the database now.", &meter->waiting},
        {"tel_collect_policies", "gauge", "Policies in force.",
         &meter->policies},
        {"tel_collect_policy_reloads_total", "counter",
         "Times that the policies were read again.", &meter->reloads},
        {"tel_collect_policy_reload_failures_total", "counter",
         "Times that they could not be, and those before stayed in force.",
         &meter->bad_reloads},
    };
    static const char info[] = "tel_collect_build_info";

    tel_metric_begin(out, info, "gauge", "The collector's version; always 1.");
    tel_metric_number(out, info,
                      &(struct tel_metric_label){"version", TEL_RELEASE}, 1, 1);
    write_number(out, "tel_collect_healthy", "gauge",
                 "Whether the database takes what it is given: 1, or 0.",
                 healthy ? 1 : 0);
    write_answers(out, meter);
    write_refusals(out, meter);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        write_number(out, numbers[i].name, numbers[i].type, numbers[i].help,
                     (double)atomic_load(numbers[i].n));
}
