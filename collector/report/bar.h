/* SPDX-License-Identifier: MIT */
/*
 * bar: counts as bars in a line of text, of Unicode's blocks or of ASCII.
 *
 * Context: normal.
 */
#ifndef TEL_COLLECTOR_BAR_H
#define TEL_COLLECTOR_BAR_H

#include <stdbool.h>
#include <stdio.h>

/* A bar as long as part (0 to 1) of width columns; nothing is written after
 * its end. What is not nothing is seen. */
void tel_bar(double part, int width, bool unicode, FILE *out);

/* One column, as high as part (0 to 1) of a line. */
void tel_bar_upright(double part, bool unicode, FILE *out);

#endif
