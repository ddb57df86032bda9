/* SPDX-License-Identifier: MIT */
/* Programs that crash, with both objects preloaded. */
#include "crashed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *build_id(struct scratch *scratch, const char *program)
{
    char *out = scratch_ok(scratch, 0, "/bin/sh", "-c",
                           "readelf -n \"$0\" | "
                           "awk '/Build ID:/ {printf \"%s\", $3}'",
                           program, NULL);

    assert_int_equal(strlen(out), 40);
    return out;
}

void crashed_tool(struct recorded *recorded, const char *path,
                  const char *fields)
{
    char *id = build_id(recorded->scratch, path);
    char text[512];

    if (fields == NULL) {
        (void)snprintf(text, sizeof(text),
                       "crash = on\nbuild-ids = %s\n"
                       "[command]\nverbs = none\n",
                       id);
    } else {
        (void)snprintf(text, sizeof(text), "%s[command]\nverbs = none\n",
                       fields);
    }
    recorded_tool(recorded, strrchr(path, '/') + 1, text);
    free(id);
}

void crashed_preload(struct recorded *recorded, bool preload)
{
    scratch_set(recorded->scratch, "LD_PRELOAD",
                preload ? TEL_STAGE_SHIM ":" TEL_STAGE_CRASH : NULL);
}

struct tel_event crash(struct recorded *recorded, const char *program,
                       const char *way, int sig)
{
    struct result result;
    struct tel_finished run;

    crashed_preload(recorded, true);
    result = scratch_run(recorded->scratch, program, way, NULL);
    assert_int_equal(result.status, -sig);
    result_clear(&result);
    run = recorded_next(recorded);
    assert_string_equal(run.event.event, "run");
    assert_int_equal(run.event.end, TEL_END_SIGNAL);
    assert_int_equal(run.event.code, sig);
    return run.event;
}

char *function_of(struct recorded *recorded, const char *program,
                  const struct tel_event *event)
{
    char offset[TEL_CRASH_MAX + 1];
    char *out;

    if (event->crash[0] == '\0') {
        fail_msg("no crash in the event");
    }
    (void)snprintf(offset, sizeof(offset), "%s", event->crash + 9);
    *strchr(offset, '-') = '\0';
    crashed_preload(recorded, false);
    out = scratch_ok(recorded->scratch, 0, "addr2line", "-f", "-e", program,
                     offset, NULL);
    *strchr(out, '\n') = '\0';
    return out;
}
