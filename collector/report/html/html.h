/* SPDX-License-Identifier: MIT */
/*
 * html: text on its way into a page. The page is written so that it is both
 * HTML and XML.
 *
 *     struct tel_html page = {.out = file};
 *     tel_html_print(&page, "<p>%s ran %s times</p>\n", tool, count);
 *
 * Whatever comes from a database goes through a %s, which escapes it: no name
 * can end an element, begin one, or move the text around it. Whether the file
 * took it all is the caller's to check (ferror).
 *
 * Context: normal.
 */
#ifndef TEL_COLLECTOR_HTML_HTML_H
#define TEL_COLLECTOR_HTML_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct tel_html {
    FILE *out;
    uint64_t k;   /* under which counts are held back */
    unsigned ids; /* given to elements so far */
    int error;    /* of what could not be made: -ENOMEM */
};

/*
 * Like fprintf, with the directives %s, %u, %.2f and %% only. What %s puts
 * in is escaped for text and for attributes in double quotes; the format
 * itself is not.
 */
void tel_html_print(struct tel_html *page, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* One string, escaped. */
void tel_html_text(struct tel_html *page, const char *text);

/*
 * A table with numbers in all columns but the first, folded away; title says
 * of what. Call: open, then for each row tel_html_row with as many cells,
 * then close.
 */
void tel_html_table_open(struct tel_html *page, const char *title,
                         const char *const *titles, size_t columns);
void tel_html_table_row(struct tel_html *page, const char *const *cells,
                        size_t columns);
void tel_html_table_close(struct tel_html *page);

#endif
