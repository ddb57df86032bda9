/* SPDX-License-Identifier: MIT */
/* stats: how tel stats shows totals. Context: normal. */
#ifndef TEL_STATS_H
#define TEL_STATS_H

#include "../cli.h"
#include "totals.h"

/* A table for each tool, with bars as wide as the terminal allows. */
void stats_table(const struct tel_env *env, const struct totals *totals,
                 FILE *to);

void stats_json(const struct totals *totals, FILE *to);

#endif
