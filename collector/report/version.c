/* SPDX-License-Identifier: MIT */
/* version: the order of versions. */
#include "report.h"

#include <stdlib.h>
#include <string.h>

static const char devel[] = "devel";

/* Digits without the zeros before them. */
static size_t measure(const char **text)
{
    while (**text == '0' && (*text)[1] >= '0' && (*text)[1] <= '9')
        (*text)++;
    return strspn(*text, "0123456789");
}

int tel_version_order(const char *a, const char *b)
{
    int devels = (strcmp(a, devel) == 0) - (strcmp(b, devel) == 0);
    const char *x = a;
    const char *y = b;

    while (devels == 0 && *x != '\0' && *y != '\0') {
        size_t left = measure(&x);
        size_t right = measure(&y);
        /* The longer number is the larger. */
        int order = left != right ? (left < right ? -1 : 1)
                                  : strncmp(x, y, left > 0 ? left : 1);

        if (order != 0)
            return order;
        x += left > 0 ? left : 1;
        y += right > 0 ? right : 1;
    }
    if (devels != 0)
        return devels;
    if (*x != *y)
        return *x == '\0' ? -1 : 1;
    return strcmp(a, b);
}
