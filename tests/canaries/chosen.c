/* SPDX-License-Identifier: MIT */
/* What the canaries' tests start from. */
#include "chosen.h"

#include <stdlib.h>
#include <sys/resource.h>

#include "names.h"
#include "support.h"

static uint64_t number_of(const char *variable, uint64_t otherwise)
{
    const char *value = variable != NULL ? getenv(variable) : NULL;

    return value != NULL ? strtoull(value, NULL, 0) : otherwise;
}

void choose(const char *variable, unsigned count, struct chosen *ret_chosen)
{
    struct chosen *c = ret_chosen;
    struct dice dice;

    c->seed = number_of("TEL_CANARY_SEED", 1);
    c->count = (unsigned)number_of(variable, count);
    dice.state = c->seed;
    stem_draw(&dice, c->stems[0]);
    stem_draw(&dice, c->stems[1]);
    canary_draw(&dice, c->stems[0], c->name);
    print_message("           TEL_CANARY_SEED=%llu",
                  (unsigned long long)c->seed);
    if (variable != NULL)
        print_message(" %s=%u", variable, c->count);
    print_message("\n");
    c->named = names_take(c->name);
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0});
}
