/* SPDX-License-Identifier: MIT */
/*
 * demo: a tool that does nothing, and the ways in which it can be recorded.
 */
#ifndef TEL_TEST_DEMO_H
#define TEL_TEST_DEMO_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define DEMO_TOOL                        \
    "[tool]\n"                           \
    "id = demo\n"                        \
    "version = 1.2\n"                    \
    "endpoint = http://127.0.0.1:9/in\n" \
    "method = POST\n"
#define DEMO_REST              \
    "[command]\n"              \
    "verbs = none\n"           \
    "[fields]\n"               \
    "ms = rounded\n"           \
    "exit = code\n"            \
    "fmt = word --format: a\n" \
    "[modifiers]\n"            \
    "--long = long\n"
#define DEMO DEMO_TOOL DEMO_REST

/* How demo is run, and whether the preload is set. */
struct demo_way {
    const char *name;
    const char *words[4];
    const char *preload; /* NULL: none */
};

static const struct demo_way demo_ways[] = {
    {"preload", {"demo"}, TEL_STAGE_SHIM},
    {"in place", {TEL_WRAP, "--mode=in-place", "--", "demo"}, NULL},
    {"supervised", {TEL_WRAP, "--mode=supervise", "--", "demo"}, NULL},
#ifdef TEL_STAGE_CRASH
    {"with the crash object", {"demo"}, TEL_STAGE_SHIM " " TEL_STAGE_CRASH},
#endif
};

/* Puts demo along the PATH of the scratch. */
static inline void demo_install(struct scratch *s)
{
    char path[512];

    scratch_write(s, "bin/x", "");
    free(
        scratch_ok(s, 0, "cp", "/bin/true", scratch_path(s, "bin/demo"), NULL));
    (void)snprintf(path, sizeof(path), "%s:/usr/bin:/bin",
                   scratch_path(s, "bin"));
    scratch_set(s, "PATH", path);
}

static inline void demo_run(struct scratch *s, const struct demo_way *way)
{
    struct result r;

    scratch_set(s, "LD_PRELOAD", way->preload);
    r = scratch_run(s, way->words[0], way->words[1], way->words[2],
                    way->words[3], NULL);
    scratch_set(s, "LD_PRELOAD", NULL);
    if (r.status != 0 || r.out_len + r.err_len > 0)
        fail_msg("demo, %s: %d, %s%s", way->name, r.status, r.out, r.err);
    result_clear(&r);
}

#endif
