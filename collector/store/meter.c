/* SPDX-License-Identifier: MIT */
/* meter: what a collector counts of itself. */
#include "meter.h"

#include <stddef.h>
#include <string.h>

static void add(_Atomic uint64_t *count, uint64_t n)
{
    (void)atomic_fetch_add_explicit(count, n, memory_order_relaxed);
}

void tel_meter_event(struct tel_meter *meter, uint64_t n)
{
    meter->pending_events += n;
}

void tel_meter_refusal(struct tel_meter *meter, const char *reason, uint64_t n)
{
    for (size_t i = 0; i < TEL_METER_REASONS; i++) {
        const char *name = meter->refused[i].name;

        if (name == NULL)
            meter->refused[i].name = name = reason;
        if (strcmp(name, reason) == 0) {
            meter->refused[i].pending += n;
            return;
        }
    }
}

void tel_meter_kept(struct tel_meter *meter)
{
    add(&meter->commits, 1);
    add(&meter->events, meter->pending_events);
    meter->pending_events = 0;
    for (size_t i = 0; i < TEL_METER_REASONS; i++) {
        add(&meter->refused[i].n, meter->refused[i].pending);
        meter->refused[i].pending = 0;
    }
}

void tel_meter_failed(struct tel_meter *meter)
{
    add(&meter->failures, 1);
}

void tel_meter_lost(struct tel_meter *meter)
{
    meter->pending_events = 0;
    for (size_t i = 0; i < TEL_METER_REASONS; i++)
        meter->refused[i].pending = 0;
}

void tel_meter_answer(struct tel_meter *meter, unsigned status)
{
    if (status >= 100 && status - 100 < TEL_METER_STATUSES)
        add(&meter->answers[status - 100], 1);
}
