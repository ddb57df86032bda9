/* SPDX-License-Identifier: MIT */
/* Totals for a person: a table with bars. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "stats.h"

#define WIDTH_MIN 40
#define WIDTH_MAX 160
#define BAR_MAX 50
/* "  ", the name, then RUNS, the bar and a blank, FAILED and MEDIAN, with a gap
 * of two before each. */
#define OTHER_COLUMNS (2 + 2 + 7 + 2 + 1 + 2 + 6 + 2 + 10)

struct view {
    FILE *to;
    bool utf8;
    bool colours;
    int name; /* columns of the widest event's name */
    int bar;  /* columns of the longest bar */
};

/* As the C library would decide it, without loading a locale. */
static bool is_utf8(const struct tel_env *env)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = tel_env_get(env, names[i]);

        if (value != NULL && *value != '\0')
            return strcasestr(value, "utf-8") != NULL ||
                   strcasestr(value, "utf8") != NULL;
    }
    return false;
}

static int width_of(const struct tel_env *env, FILE *to)
{
    const char *columns = tel_env_get(env, "COLUMNS");
    long asked = columns != NULL ? strtol(columns, NULL, 10) : 0;
    struct winsize size;
    int width = 80;

    if (asked > 0)
        width = asked < WIDTH_MAX ? (int)asked : WIDTH_MAX;
    else if (ioctl(fileno(to), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        width = size.ws_col;
    if (width < WIDTH_MIN)
        return WIDTH_MIN;
    return width > WIDTH_MAX ? WIDTH_MAX : width;
}

/* A bar in eighths of a column where the terminal has them. */
static void print_bar(const struct view *view, uint64_t part, uint64_t whole)
{
    static const char *const eighths[] = {"",  "▏", "▎", "▍",
                                          "▌", "▋", "▊", "▉"};
    uint64_t parts = part * (uint64_t)view->bar * 8 / whole;
    int columns = (int)(parts / 8);

    if (parts == 0)
        parts = 1;
    fputs(view->colours ? "\033[36m" : "", view->to);
    for (int i = 0; i < columns; i++)
        fputs(view->utf8 ? "█" : "#", view->to);
    if (view->utf8 && parts % 8 > 0) {
        fputs(eighths[parts % 8], view->to);
        columns++;
    } else if (columns == 0) {
        fputs("#", view->to);
        columns++;
    }
    fprintf(view->to, "%s%*s", view->colours ? "\033[m" : "",
            view->bar + 1 - columns, "");
}

/* Of the runs whose end is known. */
static void print_failed(const struct view *view,
                         const struct totals_event *event)
{
    uint64_t bad = event->failed + event->signaled;
    uint64_t known = event->ok + bad;

    if (known == 0)
        fprintf(view->to, "  %6s", "-");
    else
        fprintf(view->to, "  %5" PRIu64 "%%", (bad * 100 + known / 2) / known);
}

static void print_median(const struct view *view,
                         const struct totals_event *event)
{
    long ms = totals_median_ms(event);

    if (ms < 0)
        fprintf(view->to, "  %10s\n", "-");
    else if (ms < 10000)
        fprintf(view->to, "  %7ld ms\n", ms);
    else
        fprintf(view->to, "  %8ld s\n", (ms + 500) / 1000);
}

static void print_events(const struct view *view,
                         const struct totals_tool *tool)
{
    uint64_t most = tool->events[0].runs;

    fprintf(view->to, "\n  %-*s  %7s  %-*s  %6s  %10s\n", view->name, "COMMAND",
            "RUNS", view->bar + 1, "", "FAILED", "MEDIAN");
    for (size_t i = 0; i < tool->nevents; i++) {
        const struct totals_event *event = &tool->events[i];

        fprintf(view->to, "  %-*s  %7" PRIu64 "  ", view->name, event->name,
                event->runs);
        print_bar(view, event->runs, most);
        print_failed(view, event);
        print_median(view, event);
    }
}

static void print_values(const struct view *view,
                         const struct totals_tool *tool)
{
    for (size_t i = 0; i < tool->nvalues; i++) {
        const struct totals_value *value = &tool->values[i];
        bool first = i == 0 || strcmp(value->key, tool->values[i - 1].key) != 0;

        if (first)
            fprintf(view->to, "\n  %-*s ", view->name, value->key);
        fprintf(view->to, "%s %s %" PRIu64, first ? "" : ",", value->value,
                value->runs);
    }
    if (tool->nvalues > 0)
        fputc('\n', view->to);
}

static void print_head(const struct view *view, const struct totals_tool *tool)
{
    static const char *const places[] = {[TOTALS_SENT] = "sent",
                                         [TOTALS_WAITS] = "not yet sent",
                                         [TOTALS_KEPT] = "kept here only"};
    uint64_t runs = totals_runs(tool);
    const char *gap = ": ";

    fprintf(view->to, "%s%s%s  %" PRIu64 " run%s",
            view->colours ? "\033[1m" : "", tool->id,
            view->colours ? "\033[m" : "", runs, runs == 1 ? "" : "s");
    if (tool->since[0] != '\0')
        fprintf(view->to, " since %s", tool->since);
    for (int i = 0; i < TOTALS_PLACES; i++) {
        if (tool->places[i] == 0)
            continue;
        fprintf(view->to, "%s%" PRIu64 " %s", gap, tool->places[i], places[i]);
        gap = ", ";
    }
    fputc('\n', view->to);
}

void stats_table(const struct tel_env *env, const struct totals *totals,
                 FILE *to)
{
    struct view view = {
        .to = to,
        .utf8 = is_utf8(env),
        .colours = tel_cli_colours(env, to),
        .name = (int)strlen("COMMAND"),
    };

    for (size_t i = 0; i < totals->ntools; i++) {
        for (size_t n = 0; n < totals->tools[i].nevents; n++) {
            int len = (int)strlen(totals->tools[i].events[n].name);

            view.name = len > view.name ? len : view.name;
        }
    }
    view.bar = width_of(env, to) - view.name - OTHER_COLUMNS;
    if (view.bar < 4)
        view.bar = 4;
    if (view.bar > BAR_MAX)
        view.bar = BAR_MAX;
    for (size_t i = 0; i < totals->ntools; i++) {
        if (i > 0)
            fputc('\n', to);
        print_head(&view, &totals->tools[i]);
        print_events(&view, &totals->tools[i]);
        print_values(&view, &totals->tools[i]);
    }
}
