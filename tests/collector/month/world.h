/* SPDX-License-Identifier: MIT */
/*
 * world: three tools that nobody has, how they are used, and their policies.
 *
 * twig keeps versions of files, pantry installs packages, comb formats
 * source code. Their verbs stand in the order of their use, which falls as
 * Zipf says: the second half as often as the first, the third a third as
 * often.
 */
#ifndef TEL_TEST_WORLD_H
#define TEL_TEST_WORLD_H

#include <stddef.h>
#include <stdio.h>

#define WORLD_TOOLS 3
#define WORLD_VERBS 10
#define WORLD_VERSIONS 4
#define WORLD_FIELDS 3
#define WORLD_VALUES 5
#define WORLD_CODES 3
#define WORLD_CRASHES 3

struct world_verb {
    const char *words; /* as a policy lists them: "remote add" */
    const char *purpose;
    double fails;      /* the share of its runs that end with an error */
    double typical_ms; /* half of its runs take longer */
    double spread;     /* of the duration's logarithm */
};

struct world_version {
    const char *text;
    const char *build_id; /* NULL: crashes are not told */
    int released;         /* days from the month's first, perhaps before it */
    double pace;          /* days until 63 % of its users have it */
};

/* A field, its line in the policy, and how often which value is seen. */
struct world_field {
    const char *key; /* NULL: there is none */
    const char *line;
    const char *purpose;
    const char *values[WORLD_VALUES]; /* NULL: the field is not given */
    double weights[WORLD_VALUES];
};

struct world_tool {
    const char *id;
    const char *purpose;
    const char *method;
    const char *exit;   /* the policy's word */
    double share;       /* of all events */
    double growth;      /* how many times as many on each next day */
    double weekend;     /* how much of a weekday's use */
    double interrupted; /* the share that a signal ends */
    double lost;        /* the share of which no end is seen */
    unsigned codes[WORLD_CODES];
    double code_weights[WORLD_CODES];
    const char *crashes[WORLD_CRASHES];            /* all but the build */
    struct world_version versions[WORLD_VERSIONS]; /* the oldest first */
    struct world_verb verbs[WORLD_VERBS];
    struct world_field fields[WORLD_FIELDS];
};

extern const struct world_tool world_tools[WORLD_TOOLS];

/* What was planted: this verb of this version fails twice as often, and takes
 * 30 % longer. */
#define WORLD_BAD_TOOL "twig"
#define WORLD_BAD_VERB "merge"
#define WORLD_BAD_VERSION "4.2.0"
#define WORLD_BAD_FAILS 2.0
#define WORLD_BAD_MS 1.3

/* Writes the policy of one version. */
void world_policy(const struct world_tool *tool,
                  const struct world_version *version, FILE *out);

#endif
