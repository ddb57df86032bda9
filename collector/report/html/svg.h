/* SPDX-License-Identifier: MIT */
/*
 * svg: the shapes of a chart.
 *
 * A chart is as wide as the place it is put into: x and widths are
 * percentages of it, heights are pixels, and no letter is ever scaled. So one
 * drawing serves a phone, a desktop and a sheet of paper. Colours are classes
 * of style.css.
 *
 *     tel_svg_open(page, 120, "", title, description);
 *     tel_svg_bar(page, "bar", 0, 45.5, 20, 8);
 *     tel_svg_close(page);
 *
 * Context: normal.
 */
#ifndef TEL_COLLECTOR_HTML_SVG_H
#define TEL_COLLECTOR_HTML_SVG_H

#include "html.h"
#include "scale.h"

enum tel_anchor { TEL_START, TEL_MIDDLE, TEL_END };

/* An image with a name and a description, for those who do not see it. */
void tel_svg_open(struct tel_html *page, unsigned height, const char *class,
                  const char *title, const char *description);
void tel_svg_close(struct tel_html *page);

void tel_svg_bar(struct tel_html *page, const char *class, double x,
                 double width, double y, double height);
void tel_svg_line(struct tel_html *page, const char *class, double x1,
                  double y1, double x2, double y2);
void tel_svg_dot(struct tel_html *page, const char *class, double x, double y);
void tel_svg_diamond(struct tel_html *page, const char *class, double x,
                     double y);
void tel_svg_text(struct tel_html *page, const char *class, double x, double y,
                  enum tel_anchor anchor, const char *text);

/* A name at the left, its middle left out where it takes more px than narrow
 * on a phone, and wide elsewhere. */
struct tel_label {
    double narrow, wide;
};
void tel_svg_label(struct tel_html *page, const struct tel_label *room,
                   const char *class, double y, const char *name);

/* The name shortened to about px of its 13 px letters, into buf. */
void tel_svg_fit(const char *name, double px, char *buf, size_t size);

/* Lines across the rows from top to bottom, and their values below. */
void tel_svg_axis(struct tel_html *page, const struct tel_scale *scale,
                  double top, double bottom,
                  void (*name)(char *buf, size_t size, double value));

#endif
