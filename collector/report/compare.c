/* SPDX-License-Identifier: MIT */
/* compare: what changed between two versions of a tool. */
#include "compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "comparing.h"
#include "fault.h"
#include "statistics.h"

/* In one report of so many some interval may be off. */
#define CHANCE 0.05

const char *tel_finding_name(enum tel_finding_kind kind)
{
    static const char *const names[TEL_FINDINGS] = {
        "failures", "duration", "share", "new", "gone", "value"};

    return names[kind];
}

static int by_weight(const void *a, const void *b)
{
    const struct tel_finding *x = a;
    const struct tel_finding *y = b;
    int order = y->certain - x->certain;

    if (order == 0)
        order = (x->weight < y->weight) - (x->weight > y->weight);
    if (order == 0)
        order = strcmp(x->event, y->event);
    if (order == 0)
        order = (x->kind > y->kind) - (x->kind < y->kind);
    if (order == 0)
        order = strcmp(x->key, y->key);
    return order != 0 ? order : strcmp(x->value, y->value);
}

static int compare_tool(const struct tel_report *report,
                        struct tel_report_tool *tool, const size_t versions[2],
                        double z)
{
    const struct tel_comparing c = {
        .report = report,
        .tool = tool,
        .before = versions[0],
        .after = versions[1],
        .z = z,
        .to = &tool->comparison,
    };
    struct tel_comparison *to = &tool->comparison;
    int r = 0;

    tel_comparison_clear(to);
    to->done = true;
    memcpy(to->before, tool->versions[c.before].version, sizeof(to->before));
    memcpy(to->after, tool->versions[c.after].version, sizeof(to->after));
    for (size_t i = 0; r == 0 && i < tool->nevents; i++)
        r = tel_compare_event(&c, &tool->events[i]);
    if (to->nfindings > 0)
        qsort(to->findings, to->nfindings, sizeof(*to->findings), by_weight);
    return r;
}

static bool is_comparable(const struct tel_report_version *version)
{
    return version->runs.n >= TEL_COMPARE_RUNS_MIN &&
           strcmp(version->version, "devel") != 0;
}

/* The latest two with enough runs; false where there are none. */
static bool choose(const struct tel_report_tool *tool, size_t versions[2])
{
    int found = 0;

    for (size_t i = tool->nversions; i-- > 0 && found < 2;) {
        if (is_comparable(&tool->versions[i]))
            versions[1 - found++] = i;
    }
    return found == 2;
}

static int take_version(const struct tel_report_tool *tool, const char *version,
                        size_t *ret_version, struct tel_err *err)
{
    for (size_t i = 0; i < tool->nversions; i++) {
        if (strcmp(tool->versions[i].version, version) == 0) {
            *ret_version = i;
            return 0;
        }
    }
    return tel_fault(err, -ESRCH,
                     "--compare: nothing was counted for version %s of %s",
                     version, tool->id);
}

/* Compares all tools: how many comparisons there were, or -errno. */
static int64_t compare_all(struct tel_report *report,
                           const struct tel_report_options *options, double z,
                           struct tel_err *err)
{
    int64_t compared = 0;
    int r = 0;

    for (size_t i = 0; r == 0 && i < report->ntools; i++) {
        struct tel_report_tool *tool = &report->tools[i];
        size_t versions[2] = {0, 0};

        if (options->before == NULL && !choose(tool, versions))
            continue;
        if (options->before != NULL)
            r = take_version(tool, options->before, &versions[0], err);
        if (r == 0 && options->before != NULL)
            r = take_version(tool, options->after, &versions[1], err);
        if (r == 0)
            r = compare_tool(report, tool, versions, z);
        compared += (int64_t)tool->comparison.nfindings;
    }
    return r < 0 ? r : compared;
}

/* First to see how much there is to compare, then so wide. */
int tel_compare(struct tel_report *report,
                const struct tel_report_options *options, struct tel_err *err)
{
    int64_t compared = compare_all(report, options, 0, err);

    if (compared > 0)
        compared = compare_all(report, options,
                               tel_normal_z(CHANCE / (double)compared), err);
    return compared < 0 ? (int)compared : 0;
}

void tel_comparison_clear(struct tel_comparison *comparison)
{
    free(comparison->findings);
    free(comparison->too_few);
    *comparison = (struct tel_comparison){.done = false};
}
