/* SPDX-License-Identifier: MIT */
/*
 * metrics: Prometheus' text format, version 0.0.4.
 *
 * Names follow its rules: counters end in _total, units are base units.
 */
#ifndef TEL_COLLECTOR_METRICS_H
#define TEL_COLLECTOR_METRICS_H

#include <stdio.h>

#include "store/meter.h"

struct tel_report;

#define TEL_METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* A label of a sample. value may hold any bytes. */
struct tel_metric_label {
    const char *name;
    const char *value;
};

/* The HELP and TYPE lines; what samples of it follow must stand together. */
void tel_metric_begin(FILE *out, const char *name, const char *type,
                      const char *help);
void tel_metric_number(FILE *out, const char *name,
                       const struct tel_metric_label *labels, size_t count,
                       double number);

/* The collector's own counters. */
void tel_metrics_own(FILE *out, const struct tel_meter *meter, bool healthy);

/* What was counted. Gauges, since totals are forgotten in time. */
void tel_metrics_totals(FILE *out, const struct tel_report *report);

#endif
