/* SPDX-License-Identifier: MIT */
/* html: text on its way into a page. */
#include "html.h"

#include <stdarg.h>
#include <string.h>

#include <tel/text.h>

/* The entities that HTML and XML share. */
static const char *entity_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    default:
        return NULL;
    }
}

/* XML knows no control bytes, and these two no characters. */
static bool belongs_in_xml(uint32_t point)
{
    return (point & 0xfffe) != 0xfffe;
}

void tel_html_text(struct tel_html *page, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        const char *entity = entity_of(*text);
        uint32_t point = 0;
        size_t size = 1;

        if (entity != NULL)
            (void)fputs(entity, page->out);
        else if (tel_text_still(text, left, &size) &&
                 tel_text_character(text, left, &point) > 0 &&
                 belongs_in_xml(point))
            (void)fwrite(text, 1, size, page->out);
        else
            (void)fputs("\xef\xbf\xbd", page->out); /* U+FFFD */
        text += size;
        left -= size;
    }
}

void tel_html_print(struct tel_html *page, const char *format, ...)
{
    va_list args;
    const char *at = NULL;

    va_start(args, format);
    while ((at = strchr(format, '%')) != NULL) {
        (void)fwrite(format, 1, (size_t)(at - format), page->out);
        format = at + 2;
        if (at[1] == 's') {
            tel_html_text(page, va_arg(args, const char *));
        } else if (at[1] == 'u') {
            (void)fprintf(page->out, "%u", va_arg(args, unsigned));
        } else if (at[1] == '.') {
            (void)fprintf(page->out, "%.2f", va_arg(args, double));
            format = at + 4;
        } else {
            (void)fputc('%', page->out);
        }
    }
    va_end(args);
    (void)fputs(format, page->out);
}

void tel_html_table_open(struct tel_html *page, const char *title,
                         const char *const *titles, size_t columns)
{
    tel_html_print(page,
                   "<details>\n<summary>As a table<span class=\"hidden\">:"
                   " %s</span></summary>\n"
                   "<div class=\"scroll\" tabindex=\"0\" role=\"region\""
                   " aria-label=\"%s\">\n<table>\n<thead><tr>",
                   title, title);
    for (size_t i = 0; i < columns; i++)
        tel_html_print(page, "<th scope=\"col\">%s</th>", titles[i]);
    tel_html_print(page, "</tr></thead>\n<tbody>\n");
}

void tel_html_table_row(struct tel_html *page, const char *const *cells,
                        size_t columns)
{
    tel_html_print(page, "<tr><th scope=\"row\">%s</th>", cells[0]);
    for (size_t i = 1; i < columns; i++)
        tel_html_print(page, "<td>%s</td>", cells[i]);
    tel_html_print(page, "</tr>\n");
}

void tel_html_table_close(struct tel_html *page)
{
    tel_html_print(page, "</tbody>\n</table>\n</div>\n</details>\n");
}
