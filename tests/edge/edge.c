/* SPDX-License-Identifier: MIT */
/* edge: the hosted variants as they are deployed. */
#include "edge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const modules[] = {
    "api/edge.js", "api/t.js",   "cells.js",  "event.js",  "package.json",
    "relay.js",    "request.js", "totals.js", "worker.js",
};

/* All kinds of fields, a version that is none, and a key that every object of
 * JavaScript has. */
static const char odd[] =
    "[tool]\nid = odd\nversion = nightly\n"
    "endpoint = https://t.example.org/t\nmethod = POST\n"
    "purpose = Decide which commands to make faster\n"
    "source = https://example.org/source\ncontroller = Example Org\n"
    "contact = privacy@example.org\nretention = 365 days\n"
    "[verbs]\na b = one\nc:d = two\nx.y = three\n"
    "[fields]\nms = off\nexit = class\nn = count\nscore = ratio\n"
    "constructor = word -c: to-string c++\ntty = flag @terminal\n";

static bool has_node(void)
{
    return access("/usr/bin/node", X_OK) == 0;
}

static bool has_packages(void)
{
    return access(EDGE_PACKAGE("workerd/package.json"), R_OK) == 0 &&
           access(EDGE_PACKAGE("@edge-runtime/vm/package.json"), R_OK) == 0;
}

static void copy_module(struct edge *e, const char *name)
{
    char path[256];
    char to[64];
    char *text = NULL;

    snprintf(path, sizeof(path), TEL_SOURCE "/collector/edge/%s", name);
    snprintf(to, sizeof(to), "edge/%s", name);
    text = file_read(path, NULL);
    if (text == NULL)
        fail_msg("%s: not there", path);
    scratch_write(e->collect.scratch, to, text);
    free(text);
}

void edge_setup(struct edge *e)
{
    struct scratch *scratch = NULL;
    char tools[256];
    char *said = NULL;

    memset(e, 0, sizeof(*e));
    collect_setup(&e->collect);
    scratch = e->collect.scratch;
    scratch_write(scratch, "tools/odd.conf", odd);
    for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
        copy_module(e, modules[i]);
    snprintf(e->folder, sizeof(e->folder), "%s", scratch_path(scratch, "edge"));
    snprintf(tools, sizeof(tools), "%s", scratch_path(scratch, "tools"));
    said =
        scratch_ok(scratch, 0, TEL_COLLECT, "export", "--tools", tools,
                   "--output", scratch_path(scratch, "edge/policies.js"), NULL);
    assert_string_equal(said, "");
    free(said);
}

void edge_teardown(struct edge *e)
{
    collect_teardown(&e->collect);
}

void edge_needs_node(void)
{
    skip_unless(has_node(), "no node here");
}

void edge_needs_packages(void)
{
    edge_needs_node();
    skip_unless(
        has_packages(),
        "no workerd or no edge-runtime below %s: tests/edge/fetch-packages.sh",
        TEL_EDGE_PACKAGES);
}

static void skip_for_node(void **state)
{
    (void)state;
    edge_needs_node();
}

static void skip_for_packages(void **state)
{
    (void)state;
    edge_needs_packages();
}

int edge_run(struct CMUnitTest *tests, size_t count, void (*needs)(void))
{
    bool packages = needs == edge_needs_packages;
    bool here = has_node() && (!packages || has_packages());

    for (size_t i = 0; !here && i < count; i++) {
        tests[i].test_func = packages ? skip_for_packages : skip_for_node;
        tests[i].setup_func = NULL;
        tests[i].teardown_func = NULL;
    }
    return _cmocka_run_group_tests("edge", tests, count, NULL, NULL);
}
