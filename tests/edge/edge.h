/* SPDX-License-Identifier: MIT */
/*
 * edge: the hosted variants as they are deployed: a folder with the modules of
 * collector/edge/ and the policies that tel-collect export has made of
 * collect.h's and one more.
 *
 *     struct edge e;
 *     edge_setup(&e);              fails where there is no node
 *     edge_teardown(&e);
 */
#ifndef TEL_TEST_EDGE_H
#define TEL_TEST_EDGE_H

#include "collect.h"

struct edge {
    struct collect collect; /* its scratch has all: tools/, edge/ */
    char folder[256];       /* the modules */
    unsigned starts;        /* so that each process has a log of its own */
    bool no_token;          /* hosted_worker is given none */
};

void edge_setup(struct edge *e);
void edge_teardown(struct edge *e);

/* Skips the running test where there is no node, or where fetch-packages.sh
 * has not been. Not for a setup, where cmocka takes a skip for an error. */
void edge_needs_node(void);
void edge_needs_packages(void);

/*
 * Runs the tests, each with its setup; or, where needs (one of the two above)
 * finds that something is missing, skips each of them.
 */
int edge_run(struct CMUnitTest *tests, size_t count, void (*needs)(void));

/* A path in the folder of npm's packages. */
#define EDGE_PACKAGE(path) TEL_EDGE_PACKAGES "/node_modules/" path
#define EDGE_SOURCE TEL_SOURCE "/tests/edge/"

#endif
