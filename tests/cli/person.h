/* SPDX-License-Identifier: MIT */
/*
 * person: what the tests of tel share: a policy, a yes, a picture of all
 * files, JSON, and a run that is over but still in the table.
 */
#ifndef TEL_TEST_PERSON_H
#define TEL_TEST_PERSON_H

#include <jansson.h>

#include <tel/runs.h>

#include "support.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* [tool] of a policy for demo, and its method; ends within [tool]. */
#define DEMO_TOOL(method)                \
    "[tool]\n"                           \
    "id = demo-id\n"                     \
    "version = 1.2\n"                    \
    "endpoint = http://127.0.0.1:9/in\n" \
    "method = " method "\n"              \
    "purpose = Try it out\n"             \
    "controller = Example Org\n"         \
    "contact = privacy@example.org\n"    \
    "retention = 365 days\n"

#define DEMO_REST                    \
    "[command]\n"                    \
    "value-options = -m\n"           \
    "[verbs]\n"                      \
    "commit = record a change\n"     \
    "[modifiers]\n"                  \
    "commit --amend = amend\n"       \
    "[fields]\n"                     \
    "ms = rounded\n"                 \
    "exit = code\n"                  \
    "fmt = word --format: json c+\n" \
    "quiet = flag -q\n"              \
    "[purposes]\n"                   \
    "fmt = See which formats are used\n"

#define DEMO_POST DEMO_TOOL("POST") DEMO_REST
#define DEMO_GET DEMO_TOOL("GET") DEMO_REST

/* A scratch with this policy as config/tel/tools.d/demo.conf. */
struct scratch *person_new(const char *policy);

/* The same, after tel on demo. */
struct scratch *person_consenting(const char *policy);

/*
 * Every file and folder of the scratch with its size, mode and time of
 * change; the caller frees it.
 */
char *person_files(const struct scratch *scratch);

/* tel status --json, parsed; the caller drops it. */
json_t *person_status(struct scratch *scratch);
/* The element of "tools" with this name, borrowed from status. */
json_t *person_tool(json_t *status, const char *name);

/*
 * Fails unless tel with these arguments (up to NULL) ends with 2, prints
 * nothing on stdout and one line on stderr, which holds what.
 */
void person_refused(struct scratch *scratch, const char *what, ...)
    __attribute__((sentinel));

/*
 * Leaves in the table a run of the tool NAME with these arguments that ended
 * with 0, as the recorder makes it, without a sender.
 */
void person_run(struct scratch *scratch, const char *name, char *const *args,
                int nargs);

#endif
