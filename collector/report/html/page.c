/* SPDX-License-Identifier: MIT */
/* page: its frame, and the order of its parts. */
#include "page.h"

#include <errno.h>
#include <stdlib.h>

#include "figures.h"
#include "report/html/style.h"
#include "save.h"

void tel_page_card_open(struct tel_html *page, const char *class,
                        const char *title)
{
    tel_html_print(page, "<section class=\"card %s\">\n<h3>%s</h3>\n", class,
                   title);
}

void tel_page_card_close(struct tel_html *page)
{
    tel_html_print(page, "</section>\n");
}

void *tel_page_array(struct tel_html *page, size_t count, size_t size)
{
    void *array = count > 0 ? calloc(count, size) : NULL;

    if (array == NULL && count > 0)
        page->error = -ENOMEM;
    return array;
}

static void write_title(struct tel_html *page, const struct tel_report *report)
{
    if (report->ntools == 1)
        tel_html_print(page, "How %s is used", report->tools[0].id);
    else
        tel_html_print(page, "How %u tools are used", (unsigned)report->ntools);
}

/* Nothing may be asked for, and of styles the one below alone applies. */
static void write_head(struct tel_html *page, const struct tel_report *report)
{
    tel_html_print(page,
                   "<!DOCTYPE html>\n"
                   "<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\""
                   " xml:lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                   "<meta http-equiv=\"Content-Security-Policy\""
                   " content=\"default-src 'none'; style-src 'sha256-");
    tel_html_print(page, "%s'\"/>\n", tel_html_style_hash);
    tel_html_print(page,
                   "<meta name=\"viewport\" content=\"width=device-width,"
                   " initial-scale=1\"/>\n"
                   "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
                   "<meta name=\"referrer\" content=\"no-referrer\"/>\n"
                   "<title>");
    write_title(page, report);
    /* Not escaped: what stands in it is known, and hashed as it is. */
    tel_html_print(page, "</title>\n<style>");
    (void)fputs(tel_html_style, page->out);
    tel_html_print(page, "</style>\n</head>\n<body>\n");
}

static void write_range(struct tel_html *page, const struct tel_report *report)
{
    struct tel_figure figures[2];

    if (report->first > report->last)
        return;
    tel_html_print(page, "<p class=\"muted\">%s",
                   tel_figure_day(&figures[0], report->first));
    if (report->last > report->first)
        tel_html_print(
            page, " to %s, %s days", tel_figure_day(&figures[0], report->last),
            tel_figure_count(&figures[1],
                             (uint64_t)(report->last - report->first + 1)));
    tel_html_print(page, ". Counts are of runs and not people");
    if (report->k > 1)
        tel_html_print(page,
                       ", rounded down to a multiple of %s; counts under %s"
                       " are held back",
                       tel_figure_count(&figures[0], report->k),
                       tel_figure_count(&figures[1], report->k));
    tel_html_print(page, ". <a href=\"#how\">How to read this</a></p>\n");
}

static void write_index(struct tel_html *page, const struct tel_report *report)
{
    if (report->ntools < 2)
        return;
    tel_html_print(page, "<nav aria-label=\"Tools\">\n<ul class=\"index\">\n");
    for (size_t i = 0; i < report->ntools; i++) {
        struct tel_figure figure;

        tel_html_print(
            page,
            "<li><a href=\"#tool-%u\">%s</a>"
            " <span>%s runs</span></li>\n",
            (unsigned)i + 1, report->tools[i].id,
            tel_figure_published(&figure, &report->tools[i].runs, page->k));
    }
    tel_html_print(page, "</ul>\n</nav>\n");
}

int tel_report_html(const struct tel_report *report, FILE *out)
{
    struct tel_html page = {.out = out, .k = report->k};

    write_head(&page, report);
    tel_html_print(&page, "<header>\n<h1>");
    write_title(&page, report);
    tel_html_print(&page, "</h1>\n");
    write_range(&page, report);
    write_index(&page, report);
    tel_html_print(&page, "</header>\n<main>\n");
    tel_page_look(&page, report);
    for (size_t i = 0; i < report->ntools; i++)
        tel_page_tool(&page, report, i);
    tel_html_print(&page, "</main>\n");
    tel_page_how(&page, report);
    tel_html_print(&page, "</body>\n</html>\n");
    return page.error;
}

int tel_report_save(const struct tel_report_options *options,
                    struct tel_err *err)
{
    struct tel_save save;
    int r = tel_save_begin(&save, options->file, err);

    if (r < 0)
        return r;
    r = tel_report_write(options, save.out, err);
    if (r < 0) {
        tel_save_undo(&save);
        return r;
    }
    return tel_save_end(&save, err);
}
