/* SPDX-License-Identifier: MIT */
/* bar: counts as bars in a line of text. */
#include "bar.h"

#define EIGHTHS 8

void tel_bar(double part, int width, bool unicode, FILE *out)
{
    static const char *const ends[EIGHTHS] = {"",  "▏", "▎", "▍",
                                              "▌", "▋", "▊", "▉"};
    int steps = unicode ? EIGHTHS : 1;
    int length = (int)(part * width * steps + 0.5);

    if (length == 0 && part > 0)
        length = 1;
    for (int i = 0; i < length / steps; i++)
        (void)fputs(unicode ? "█" : "#", out);
    if (unicode)
        (void)fputs(ends[length % EIGHTHS], out);
}

void tel_bar_upright(double part, bool unicode, FILE *out)
{
    static const char *const blocks[EIGHTHS + 1] = {" ", "▁", "▂", "▃", "▄",
                                                    "▅", "▆", "▇", "█"};
    static const char ascii[EIGHTHS + 2] = " .,:;+*%#";
    int height = (int)(part * EIGHTHS + 0.5);

    if (height == 0 && part > 0)
        height = 1;
    if (unicode)
        (void)fputs(blocks[height], out);
    else
        (void)fputc(ascii[height], out);
}
