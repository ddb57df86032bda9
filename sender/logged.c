/* SPDX-License-Identifier: MIT */
/* The two kinds of lines of sent.log that are tel's own. */
#include "logged.h"

#include <string.h>

static bool digits(const char *at, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (at[i] < '0' || at[i] > '9')
            return false;
    }
    return true;
}

bool logged_begins(const char *line, size_t len)
{
    return len > 13 && memcmp(line, "== ", 3) == 0 && digits(line + 3, 4) &&
           line[7] == '-' && digits(line + 8, 2) && line[10] == '-' &&
           digits(line + 11, 2) && line[13] == ' ';
}

bool logged_answers(const char *line, size_t len)
{
    return len > 3 && memcmp(line, "== ", 3) == 0 && !logged_begins(line, len);
}
