/* SPDX-License-Identifier: MIT */
/* Loaded late, twice, or beside functions of the host's own: no harm. */
#include "trial.h"

#define SAYS_7 .status = 7, .end = TEL_END_CODE, .code = 7
#define UNLOADED                                                               \
    "leaves its exit handler registered when it is unloaded: the host jumps "  \
    "to where it was, and dies"
#define TWICE_COUNTED "counts the run once for each time that it is loaded"

static const struct trial trials[] = {
    {"opens-the-object", "now", .naive = "writes-at-exit", SAYS_7,
     .under = "opened", .because = UNLOADED},
    {"opens-the-object", "global", .naive = "writes-at-exit", SAYS_7,
     .under = "opened", .because = UNLOADED},
    {"opens-the-object", "thread", .naive = "writes-at-exit", SAYS_7,
     .under = "opened", .because = UNLOADED},
    {"opens-the-object", "twice", .naive = "writes-at-exit", SAYS_7,
     .under = "opened", .because = UNLOADED},
    {"opens-the-object", "closed", .naive = "keeps-descriptor", SAYS_7,
     .under = "opened",
     .because = "keeps one of the numbers that the host has closed"},
    {"opens-the-object", "cleared", .naive = "reads-home", .status = 7,
     .end = NO_RUN, .under = "opened",
     .because = "reads HOME where there is no environment any more"},
    {"opens-the-object", "raw-exit", .naive = "keeps-descriptor", .status = 7,
     .end = TEL_END_LOST, .under = "opened",
     .because = "keeps a descriptor, and the host's file "
                                   "gets another number"},
    {"says-hello", .naive = "counts-all", SAYS_7, .record_wrong = true,
     .loaded = COPIED, .because = TWICE_COUNTED},
    {"own-functions", .naive = "calls-libc", SAYS_7,
     .because = "calls functions of the host's that are named like libc's"},
    {"own-exit", .naive = "reports-zero", .status = 7, .end = TEL_END_LOST,
     .record_wrong = true,
     .because = "sees no end, as its own _exit is never called"},
};

int main(void)
{
    return trials_run("hosts_loading", trials, COUNT(trials), NULL, 0);
}
