/* SPDX-License-Identifier: MIT */
/* However a host or its children end, it ends so, and is recorded so. */
#include "trial.h"

#include <signal.h>

#define SAYS_7 .status = 7, .end = TEL_END_CODE, .code = 7
#define DIES(signal) .status = -(signal), .end = TEL_END_LOST
#define WRONG .record_wrong = true
#define TWO_ENDS \
    "counts the end of a child, which is a copy of it, as the host's"
#define TWO_RUNS "counts each copy of the host as a run of its own"
#define FIRST "believes the first status that exit is called with"
#define TAKES                                                                  \
    "catches the signal to report a crash, and the host's parent sees another" \
    " end"

static const struct trial trials[] = {
    {"forks-and-ends", "return", .naive = "no-guard", SAYS_7, WRONG,
     .because = TWO_ENDS},
    {"forks-and-ends", "exit", .naive = "no-guard", SAYS_7, WRONG,
     .because = TWO_ENDS},
    {"forks-and-ends", "_exit", .naive = "no-guard", SAYS_7, WRONG,
     .because = TWO_ENDS},
    {"forks-and-ends", "quick_exit", .naive = "counts-forks", SAYS_7, WRONG,
     .because = TWO_RUNS},
    {"forks-and-ends", "abort", .naive = "counts-forks", SAYS_7, WRONG,
     .because = TWO_RUNS},
    {"forks-and-ends", "signal", .naive = "counts-forks", SAYS_7, WRONG,
     .because = TWO_RUNS},
    {"forks-and-ends", "exec", .naive = "counts-all", SAYS_7, WRONG,
     .because = "counts what the host's child executes as a run"},
    {"forks-and-ends", "killed", .naive = "no-guard", DIES(SIGKILL), WRONG,
     .because = "counts the end of a child, where the host itself was killed"},
    {"vforks-and-ends", .naive = "no-guard", SAYS_7, WRONG,
     .because = "takes 127, by which a vforked child leaves the memory that "
                "they share, for the host's status"},
    {"spawns-in-vain", .naive = "counts-all", SAYS_7, WRONG,
     .because = "counts what the host spawns as runs"},
    {"asks-the-shell", .naive = "counts-all", SAYS_7, WRONG,
     .because = "counts each shell that the host asks"},
    {"exits-in-a-thread", .naive = "reports-zero", SAYS_7, WRONG,
     .because = "knows no status in its destructor, and says 0"},
    {"loses-its-leader", .naive = "reports-zero", SAYS_7, WRONG,
     .because = "knows no status in its destructor, and says 0"},
    {"exits-while-exiting", "handler", .naive = "first-exit", SAYS_7, WRONG,
     .because = FIRST},
    {"exits-while-exiting", "destructor", .naive = "first-exit", SAYS_7, WRONG,
     .because = FIRST},
    {"exits-while-exiting", "twice", .naive = "first-exit", SAYS_7, WRONG,
     .because = FIRST},
    {"exits-while-exiting", "signal", .naive = "reports-zero", SAYS_7, WRONG,
     .because = "knows no status in its destructor, and says 0"},
    {"ends-quickly", .naive = "reports-zero", SAYS_7, WRONG,
     .because = "has a destructor only, and quick_exit runs none"},
    {"jumps-out", .naive = "keeps-signals", SAYS_7,
     .because = "keeps SIGSEGV for itself: the host dies where it would have "
                "gone on"},
    {"dies", "abort", .naive = "takes-signals", DIES(SIGABRT),
     .because = TAKES},
    {"dies", "stack", .naive = "takes-signals", DIES(SIGSEGV),
     .because = TAKES},
    {"dies", "term", .naive = "takes-signals", DIES(SIGTERM), .because = TAKES},
    {"dies", "assert", .naive = "takes-signals", DIES(SIGABRT),
     .because = TAKES},
    {"dies", "kill", .naive = "reports-zero", DIES(SIGKILL), WRONG,
     .because = "sees no end, and counts no run"},
    {"dies", "raw", .naive = "reports-zero", .status = 7, .end = TEL_END_LOST,
     WRONG, .because = "sees no end, and counts no run"},
    {"exits-on-a-full-file", .naive = "locks-in-hook", SAYS_7,
     .because = "takes a lock in its _exit, where a signal handler calls _exit "
                "again: waits for itself for ever (here it ends by SIGALRM)"},
    {"becomes-a-daemon", "fork", .naive = "no-guard", SAYS_7, WRONG,
     .because = "counts an end for each of the three processes"},
    {"becomes-a-daemon", "daemon", .naive = "no-guard", .status = 0,
     .end = TEL_END_CODE, .code = 0, WRONG,
     .because = "misses the parent's end inside libc, and counts the daemon's"},
    {"drops-privileges", "setuid", .naive = "writes-at-exit", SAYS_7, WRONG,
     .possible = is_root, .impossible = "only root can become somebody else",
     .because = "writes its record when the host ends, and may not any more"},
    {"drops-privileges", "seteuid", .naive = "writes-at-exit", SAYS_7, WRONG,
     .possible = is_root, .impossible = "only root can become somebody else",
     .because = "writes its record when the host ends, and may not any more"},
    {"drops-privileges", "exec", .naive = "writes-at-exit", .status = 7,
     .end = TEL_END_LOST, WRONG, .possible = is_root,
     .impossible = "only root can become somebody else",
     .because = "writes its record when the host ends, and may not any more"},
};

int main(void)
{
    return trials_run("hosts_ends", trials, COUNT(trials), NULL, 0);
}
