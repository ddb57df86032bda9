/* SPDX-License-Identifier: MIT */
/* svg: the shapes of a chart. */
#include "svg.h"

#include <string.h>

#include <tel/text.h>

#define ELLIPSIS "\xe2\x80\xa6"
#define ELLIPSIS_PX 13
#define LEAST 0.4 /* percent */

/* What the name of a tick takes of the axis' length, elsewhere and on a
 * phone, in percent. */
#define NAME_WIDE 11
#define NAME_NARROW 20

void tel_svg_open(struct tel_html *page, unsigned height, const char *class,
                  const char *title, const char *description)
{
    unsigned id = ++page->ids;

    tel_html_print(page,
                   "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"%s\""
                   " height=\"%u\" role=\"img\""
                   " aria-labelledby=\"t%u d%u\">\n"
                   "<title id=\"t%u\">%s</title>\n"
                   "<desc id=\"d%u\">%s</desc>\n",
                   class, height, id, id, id, title, id, description);
}

void tel_svg_close(struct tel_html *page)
{
    tel_html_print(page, "</svg>\n");
}

/* What is not nothing is seen, and within the chart. */
void tel_svg_bar(struct tel_html *page, const char *class, double x,
                 double width, double y, double height)
{
    if (width > 0 && width < LEAST)
        width = LEAST;
    if (x + width > 100)
        x = 100 - width;
    tel_html_print(page,
                   "<rect class=\"%s\" x=\"%.2f%%\" y=\"%.2f\""
                   " width=\"%.2f%%\" height=\"%.2f\"/>\n",
                   class, x, y, width, height);
}

void tel_svg_line(struct tel_html *page, const char *class, double x1,
                  double y1, double x2, double y2)
{
    tel_html_print(page,
                   "<line class=\"%s\" x1=\"%.2f%%\" y1=\"%.2f\""
                   " x2=\"%.2f%%\" y2=\"%.2f\"/>\n",
                   class, x1, y1, x2, y2);
}

void tel_svg_dot(struct tel_html *page, const char *class, double x, double y)
{
    tel_html_print(page,
                   "<circle class=\"%s\" cx=\"%.2f%%\" cy=\"%.2f\" r=\"5\"/>\n",
                   class, x, y);
}

/* A path knows no percentages; what it stands in does. */
void tel_svg_diamond(struct tel_html *page, const char *class, double x,
                     double y)
{
    tel_html_print(page,
                   "<svg class=\"mark\" x=\"%.2f%%\" y=\"%.2f\">"
                   "<path class=\"%s\" d=\"M0-7 7 0 0 7-7 0z\"/></svg>\n",
                   x, y, class);
}

void tel_svg_text(struct tel_html *page, const char *class, double x, double y,
                  enum tel_anchor anchor, const char *text)
{
    static const char *const anchors[] = {"start", "middle", "end"};

    tel_html_print(page,
                   "<text class=\"%s\" x=\"%.2f%%\" y=\"%.2f\""
                   " text-anchor=\"%s\">%s</text>\n",
                   class, x, y, anchors[anchor], text);
}

/* About, and rather too much: which letters a reader's font has is unknown. */
static double px_of(uint32_t point)
{
    if (point > 0x7e)
        return 14;
    if (strchr("ijl.,:;|!'-", (int)point) != NULL)
        return 5;
    if (strchr("mwMW@%", (int)point) != NULL)
        return 14;
    return point >= 'A' && point <= 'Z' ? 9.5 : 8.3;
}

static double width_of(const char *text, size_t len)
{
    double px = 0;

    while (len > 0) {
        uint32_t point = 0xfffd;
        size_t size = tel_text_character(text, len, &point);

        if (size == 0)
            size = 1;
        px += px_of(size == 1 && (unsigned char)*text > 0x7f ? 0xfffd : point);
        text += size;
        len -= size;
    }
    return px;
}

/* Bytes that begin a character. */
static bool begins(char c)
{
    return ((unsigned char)c & 0xc0) != 0x80;
}

void tel_svg_fit(const char *name, double px, char *buf, size_t size)
{
    size_t len = strlen(name);
    size_t head = len;
    size_t tail = len;

    if (width_of(name, len) <= px && len < size) {
        memcpy(buf, name, len + 1);
        return;
    }
    /* Names differ at their ends, so both are kept. */
    px = (px - ELLIPSIS_PX) / 2;
    while (head > 0 && (!begins(name[head]) || width_of(name, head) > px ||
                        head > size / 3))
        head--;
    while (tail > 0 && width_of(name + tail - 1, len - tail + 1) <= px &&
           len - tail < size / 3)
        tail--;
    while (tail < len && !begins(name[tail]))
        tail++;
    (void)snprintf(buf, size, "%.*s" ELLIPSIS "%s", (int)head, name,
                   name + tail);
}

void tel_svg_label(struct tel_html *page, const struct tel_label *room,
                   const char *class, double y, const char *name)
{
    char narrow[128];
    char wide[128];
    char both[64];

    tel_svg_fit(name, room->narrow, narrow, sizeof(narrow));
    tel_svg_fit(name, room->wide, wide, sizeof(wide));
    if (strcmp(narrow, wide) == 0) {
        tel_svg_text(page, class, 0, y, TEL_START, name);
        return;
    }
    (void)snprintf(both, sizeof(both), "%s narrow", class);
    tel_svg_text(page, both, 0, y, TEL_START, narrow);
    (void)snprintf(both, sizeof(both), "%s wide", class);
    tel_svg_text(page, both, 0, y, TEL_START, wide);
}

/*
 * Whether a tick's name has room: beside the last one that was named, and
 * before the one at the end, which always is.
 */
static bool has_room(const struct tel_scale *scale, size_t i, double last,
                     double room)
{
    double x = tel_scale_at(scale, scale->ticks[i]);

    return i == 0 || i + 1 == scale->nticks ||
           (x - last >= room && 100 - x >= 1.4 * room);
}

/* The outer names stay within the chart. */
static enum tel_anchor anchor_at(double x)
{
    if (x < 5)
        return TEL_START;
    return x > 95 ? TEL_END : TEL_MIDDLE;
}

void tel_svg_axis(struct tel_html *page, const struct tel_scale *scale,
                  double top, double bottom,
                  void (*name)(char *buf, size_t size, double value))
{
    double last_wide = 0;
    double last_narrow = 0;

    for (size_t i = 0; i < scale->nticks; i++) {
        double x = tel_scale_at(scale, scale->ticks[i]);
        bool narrow = has_room(scale, i, last_narrow, NAME_NARROW);
        char text[32];

        name(text, sizeof(text), scale->ticks[i]);
        tel_svg_line(page, "level", x, top, x, bottom);
        if (!narrow && !has_room(scale, i, last_wide, NAME_WIDE))
            continue;
        tel_svg_text(page, narrow ? "tick" : "tick wide", x, bottom + 15,
                     anchor_at(x), text);
        last_wide = x;
        last_narrow = narrow ? x : last_narrow;
    }
}
