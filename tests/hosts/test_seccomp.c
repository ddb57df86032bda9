/* SPDX-License-Identifier: MIT */
/* Under a filter, from before its start or of its own, a host lives on. */
#include "trial.h"

#define SAYS_7 .status = 7, .end = TEL_END_CODE, .code = 7
#define ODD \
    "makes a call that no program like the host makes, and the filter ends it"

static const struct trial trials[] = {
    {"forbids-itself", "last", .naive = "opens-at-exit", SAYS_7,
     .because = "opens a file when the host ends: it is killed"},
    {"forbids-itself", "last", .naive = "asks-pid-at-exit", SAYS_7,
     .because = "asks for the pid when the host ends: it is killed"},
    {"forbids-itself", "no-pid", .naive = "asks-pid-at-exit", SAYS_7,
     .because = "asks for the pid when the host ends: it is killed"},
    {"says-hello", .naive = "calls-oddly", SAYS_7, .under = "docker",
     .because = ODD},
    {"says-hello", .naive = "calls-oddly", SAYS_7, .under = "docker",
     .sender = STAYS_AWAY, .without_table = true, .because = ODD},
    {"says-hello", .naive = "calls-oddly", SAYS_7, .under = "service",
     .because = ODD},
    {"says-hello", .naive = "calls-oddly", SAYS_7, .under = "service",
     .sender = STAYS_AWAY, .without_table = true, .because = ODD},
    {"says-hello", .naive = "calls-oddly", SAYS_7, .under = "bubblewrap",
     .because = ODD},
    {"says-hello", .naive = "calls-oddly", SAYS_7, .under = "bubblewrap",
     .sender = STAYS_AWAY, .without_table = true, .because = ODD},
    {"says-hello", .naive = "forks-or-aborts", .status = 7, .end = NO_RUN,
     .under = "little",
     .because = "aborts where a call fails that always worked"},
    {"says-hello", .naive = "forks-or-aborts", .status = 7, .end = NO_RUN,
     .under = "little", .sender = STAYS_AWAY, .without_table = true,
     .because = "aborts where a call fails that always worked"},
    {"says-hello", .naive = "asks-pid", .status = 7, .end = NO_RUN,
     .under = "pid-denied", .because = "aborts where it is told no pid"},
};

int main(void)
{
    return trials_run("hosts_seccomp", trials, COUNT(trials), NULL, 0);
}
