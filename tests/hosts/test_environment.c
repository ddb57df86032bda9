/* SPDX-License-Identifier: MIT */
/* A host's environment, memory and state are as without the shim. */
#include "trial.h"

#define SAYS_7 .status = 7, .end = TEL_END_CODE, .code = 7

static const struct trial trials[] = {
    {"says-hello", .naive = "reads-home", .status = 7, .end = NO_RUN,
     .under = "no-environment",
     .because = "takes HOME for granted, and reads at address zero"},
    {"says-hello", .naive = "reads-home", .status = 7, .end = NO_RUN,
     .shell = "unset HOME XDG_CONFIG_HOME XDG_STATE_HOME XDG_RUNTIME_DIR",
     .because = "takes HOME for granted, and reads at address zero"},
    {"clears-environment", .naive = "reads-home-at-exit", SAYS_7,
     .because = "reads HOME when the host ends, and it is gone"},
    {"clears-environment", "null", .naive = "reads-home-at-exit", SAYS_7,
     .because = "reads HOME when the host ends, and environ is NULL"},
    {"rewrites-environ", .naive = "setenv", SAYS_7,
     .because = "sets a variable: the array moves to the heap, and the host's "
                "title overwrites less or more than it thinks"},
    {"counts-on-fresh-heap", .naive = "malloc", SAYS_7,
     .because = "takes memory before main: all later addresses differ"},
    {"own-malloc", .naive = "malloc", SAYS_7,
     .because = "calls the host's malloc before it is ready"},
    {"shows-itself", .naive = "changes-name", SAYS_7,
     .because = "gives the process another name"},
    {"errno-is-zero", .naive = "changes-errno", SAYS_7,
     .because = "leaves errno as its last failed call set it"},
    {"counts-maps", .naive = "maps-page", SAYS_7,
     .because = "leaves memory mapped"},
    {"shows-its-state", .naive = "changes-umask", SAYS_7,
     .because = "sets the umask for its own file"},
    {"shows-its-state", .naive = "changes-folder", SAYS_7,
     .because = "changes to its own folder"},
    {"shows-its-state", .naive = "changes-nice", SAYS_7,
     .because = "makes itself nice, and the host with it"},
    {"shows-its-state", .naive = "changes-mask", SAYS_7,
     .because = "blocks a signal and leaves it so"},
    {"shows-its-state", .naive = "changes-handler", SAYS_7,
     .because = "ignores SIGPIPE for its own socket, and for the host"},
    {"shows-its-state", .naive = "takes-signals", SAYS_7,
     .because = "takes over the signals of a crash"},
    {"shows-its-state", .naive = "changes-session", SAYS_7,
     .via = "sh -c '\"$@\"; exit $?' sh",
     .because = "makes the host the leader of another session"},
    {"shows-its-state", .naive = "changes-personality", SAYS_7,
     .because = "changes what the kernel does at the next exec"},
    {"shows-its-state", .naive = "changes-limit", SAYS_7,
     .because = "lowers a limit"},
    {"shows-its-state", .naive = "starts-thread", SAYS_7,
     .because = "starts a thread: fork and setuid mean something else then"},
    /* Once more while a sender is started, and the table made. */
    {"shows-its-state", .naive = "starts-thread", SAYS_7, .sender = STARTS,
     .without_table = true, .because = "the same, as it starts its helper"},
    {"rewrites-environ", .naive = "setenv", SAYS_7, .sender = STARTS,
     .without_table = true, .because = "the same, as it starts its helper"},
    {"counts-on-fresh-heap", .naive = "malloc", SAYS_7, .sender = STARTS,
     .without_table = true, .because = "the same, as it starts its helper"},
    {"shows-its-state", .naive = "drops-terminal", SAYS_7, .under = "terminal",
     .sender = STARTS, .because = "gives the host's terminal up"},
    {"says-hello", .naive = "copies-environment", SAYS_7,
     .under = "odd-environment",
     .because = "has a buffer for a variable, and believes that each has a "
                "name"},
    {"says-hello", .naive = "copies-environment", SAYS_7, .sender = STARTS,
     .under = "odd-environment",
     .because = "the same, as it hands the variables to its helper"},
    {"says-hello", .naive = "reads-own-name", .status = 7, .end = ANY_RUN,
     .under = "no-arguments",
     .because = "looks for a slash in argv[0], which is empty"},
    {"says-hello", .naive = "copies-path", .status = 7, .end = ANY_RUN,
     .under = "long-path", .because = "has a buffer for the path"},
};

int main(void)
{
    return trials_run("hosts_environment", trials, COUNT(trials), NULL, 0);
}
