/* SPDX-License-Identifier: MIT */
/* A host's descriptors and output are its own, whatever it closes. */
#include "trial.h"

#define SAYS_7 .status = 7, .end = TEL_END_CODE, .code = 7
#define BYTES_LAND                                               \
    "keeps a descriptor: main's first is another one, and what " \
    "it writes there at the end lands in the host's data"

static const struct trial trials[] = {
    {"opens-data", .naive = "keeps-descriptor", SAYS_7, .because = BYTES_LAND},
    {"opens-data", .naive = "keeps-descriptor", SAYS_7, .because = BYTES_LAND,
     .shell = "exec 0<&-"},
    {"opens-data", .naive = "keeps-descriptor", SAYS_7, .because = BYTES_LAND,
     .shell = "exec 1>&-"},
    {"opens-data", .naive = "keeps-descriptor", SAYS_7, .because = BYTES_LAND,
     .shell = "exec 2>&-"},
    {"opens-data", .naive = "keeps-descriptor", SAYS_7, .because = BYTES_LAND,
     .shell = "exec 0<&- 1>&-"},
    {"opens-data", .naive = "keeps-descriptor", SAYS_7, .because = BYTES_LAND,
     .shell = "exec 0<&- 2>&-"},
    {"opens-data", .naive = "keeps-descriptor", SAYS_7, .because = BYTES_LAND,
     .shell = "exec 1>&- 2>&-"},
    {"opens-data", .naive = "keeps-descriptor", SAYS_7, .because = BYTES_LAND,
     .shell = "exec 0<&- 1>&- 2>&-"},
    /* The same where a sender is started with what is left. */
    {"opens-data", .naive = "keeps-descriptor", SAYS_7, .because = BYTES_LAND,
     .shell = "exec 0<&- 1>&- 2>&-", .sender = STARTS},
    /* The same where the table has to be made. */
    {"opens-data", .naive = "keeps-descriptor", SAYS_7, .because = BYTES_LAND,
     .shell = "exec 0<&- 1>&- 2>&-", .without_table = true},
    {"closes-all", .naive = "keeps-descriptor", SAYS_7, .because = BYTES_LAND},
    {"reuses-stderr", .naive = "prints-on-stderr", SAYS_7,
     .because = "prints on descriptor 2, which is a data file by then"},
    {"lists-descriptors", .naive = "keeps-descriptor", SAYS_7,
     .because = "keeps a descriptor, which the host and what it executes see"},
    {"says-hello", .naive = "needs-descriptor", SAYS_7,
     .shell = "exec 0<&-; ulimit -n 3",
     .because = "takes a descriptor for granted, and aborts without one"},
    {"limits-descriptors", .naive = "prints-on-stderr", SAYS_7,
     .because = "opens or prints at the end what can't be opened any more"},
    {"buffers-output", .naive = "exits-in-child", SAYS_7,
     .because = "leaves a forked child by exit: the host's buffered output "
                "comes twice"},
    {"ends-as-told", .naive = "leaves-file", SAYS_7,
     .because = "leaves a log in the host's folder"},
};

int main(void)
{
    return trials_run("hosts_descriptors", trials, COUNT(trials), NULL, 0);
}
