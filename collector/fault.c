/* SPDX-License-Identifier: MIT */
/* fault: an error and the sentence that explains it, in one step. */
#include "fault.h"

#include <stdarg.h>
#include <stdio.h>

int tel_fault(struct tel_err *err, int r, const char *format, ...)
{
    va_list args;

    if (err != NULL) {
        va_start(args, format);
        (void)vsnprintf(err->text, sizeof(err->text), format, args);
        va_end(args);
    }
    return r;
}
