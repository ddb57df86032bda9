/* SPDX-License-Identifier: MIT */
/* comparing: a comparison while it is made. Included by its own files only. */
#ifndef TEL_COLLECTOR_COMPARING_H
#define TEL_COLLECTOR_COMPARING_H

#include "report.h"

struct tel_comparing {
    const struct tel_report *report;
    const struct tel_report_tool *tool;
    size_t before, after; /* of the tool's versions */
    double z;             /* how wide the intervals are */
    struct tel_comparison *to;
};

/* Adds what there is to say of an event: 0 or -ENOMEM. */
int tel_compare_event(const struct tel_comparing *c,
                      const struct tel_report_event *event);

#endif
