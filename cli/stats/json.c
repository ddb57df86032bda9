/* SPDX-License-Identifier: MIT */
/* Totals for programs: one JSON object. */
#include <inttypes.h>
#include <string.h>

#include "stats.h"

/* An event's own bytes need no escaping (event.h). */
static void print_events(const struct totals_tool *tool, FILE *to)
{
    for (size_t i = 0; i < tool->nevents; i++) {
        const struct totals_event *event = &tool->events[i];
        long ms = totals_median_ms(event);

        fprintf(to,
                "%s\n  {\"event\":\"%s\",\"runs\":%" PRIu64 ",\"ok\":%" PRIu64
                ",\"error\":%" PRIu64 ",\"signal\":%" PRIu64
                ",\"lost\":%" PRIu64 ",\"median_ms\":",
                i > 0 ? "," : "", event->name, event->runs, event->ok,
                event->failed, event->signaled, event->lost);
        if (ms < 0)
            fputs("null}", to);
        else
            fprintf(to, "%ld}", ms);
    }
}

static void print_fields(const struct totals_tool *tool, FILE *to)
{
    for (size_t i = 0; i < tool->nvalues; i++) {
        const struct totals_value *value = &tool->values[i];

        if (i > 0 && strcmp(value->key, tool->values[i - 1].key) == 0)
            fprintf(to, ",\"%s\":%" PRIu64, value->value, value->runs);
        else
            fprintf(to, "%s\"%s\":{\"%s\":%" PRIu64, i > 0 ? "}," : "",
                    value->key, value->value, value->runs);
    }
    fputs(tool->nvalues > 0 ? "}" : "", to);
}

void stats_json(const struct totals *totals, FILE *to)
{
    fputs("{\"tools\":[", to);
    for (size_t i = 0; i < totals->ntools; i++) {
        const struct totals_tool *tool = &totals->tools[i];

        fprintf(to, "%s\n {\"id\":\"%s\",\"since\":", i > 0 ? "," : "",
                tool->id);
        if (tool->since[0] != '\0')
            fprintf(to, "\"%s\"", tool->since);
        else
            fputs("null", to);
        fprintf(to,
                ",\"runs\":%" PRIu64 ",\"sent\":%" PRIu64
                ",\"waiting\":%" PRIu64 ",\"kept\":%" PRIu64 ",\"events\":[",
                totals_runs(tool), tool->places[TOTALS_SENT],
                tool->places[TOTALS_WAITS], tool->places[TOTALS_KEPT]);
        print_events(tool, to);
        fputs("],\"fields\":{", to);
        print_fields(tool, to);
        fputs("}}", to);
    }
    fputs("]}\n", to);
}
