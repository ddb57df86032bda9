/* SPDX-License-Identifier: MIT */
/* How many system calls the shim adds to a host. */
#include "calls.h"

#include <stdlib.h>
#include <string.h>

static bool begins(const char *line, const char *with)
{
    return strncmp(line, with, strlen(with)) == 0;
}

static char *next_line(char *line)
{
    char *end = strchr(line, '\n');

    return end != NULL ? end + 1 : NULL;
}

char *calls_behind(char *trace, const char *begin)
{
    char *line = trace;

    while (line != NULL && !begins(line, begin)) {
        line = next_line(line);
    }
    return line != NULL ? next_line(line) : NULL;
}

static struct calls count(char *line)
{
    struct calls calls = {0, 0};
    unsigned marks = 0;

    for (; line != NULL && !begins(line, "exit_group(");
         line = next_line(line)) {
        if (begins(line, "sched_get_priority_max(")) {
            marks++;
        } else if (marks == 0) {
            calls.before++;
        } else if (marks == 2) {
            calls.after++;
        }
    }
    assert_int_equal(marks, 2);
    assert_non_null(line);
    return calls;
}

struct calls calls_read(const char *path, char *(*linked)(char *trace))
{
    char *trace = file_read(path, NULL);
    struct calls calls;

    assert_non_null(trace);
    calls = count(linked(trace));
    free(trace);
    print_message("           %u before main, %u after\n", calls.before,
                  calls.after);
    return calls;
}
