/* SPDX-License-Identifier: MIT */
/*
 * page: the parts of the page, in their order from top to bottom.
 *
 * Context: normal.
 */
#ifndef TEL_COLLECTOR_HTML_PAGE_H
#define TEL_COLLECTOR_HTML_PAGE_H

#include "html.h"
#include "report/report.h"

/* What should I look at? */
void tel_page_look(struct tel_html *page, const struct tel_report *report);

/* One tool's section. */
void tel_page_tool(struct tel_html *page, const struct tel_report *report,
                   size_t i);

/* The parts of a tool's section that are made of its events. */
void tel_page_events(struct tel_html *page, const struct tel_report_tool *tool);
void tel_page_histograms(struct tel_html *page,
                         const struct tel_report_tool *tool);
void tel_page_spans(struct tel_html *page, const struct tel_report_tool *tool);
void tel_page_versions(struct tel_html *page,
                       const struct tel_report_tool *tool);
void tel_page_fields(struct tel_html *page, const struct tel_report_tool *tool);
void tel_page_ends(struct tel_html *page, const struct tel_report_tool *tool);

/* How to read the numbers, at the foot. */
void tel_page_how(struct tel_html *page, const struct tel_report *report);

/* A card and its heading, to be closed by tel_page_card_close. */
void tel_page_card_open(struct tel_html *page, const char *class,
                        const char *title);
void tel_page_card_close(struct tel_html *page);

/* An array of count elements of size, zeroed; NULL, and page->error, where
 * there is no memory or nothing to hold. */
void *tel_page_array(struct tel_html *page, size_t count, size_t size);

#endif
