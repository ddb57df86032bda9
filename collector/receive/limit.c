/* SPDX-License-Identifier: MIT */
/* limit: the defaults, and what the system has to allow for them. */
#include "limit.h"

#include <errno.h>
#include <sys/resource.h>

#include "fault.h"

/* What a collector has open beside its connections: the database's files,
 * listening sockets, what threads wait at. */
#define OTHER_FILES 64U

static uint64_t or_default(uint64_t asked, uint64_t standard)
{
    return asked != 0 ? asked : standard;
}

struct tel_collector_limits
tel_limits_of(const struct tel_collector_limits *asked)
{
    return (struct tel_collector_limits){
        .target_max = or_default(asked->target_max, TEL_LIMIT_TARGET),
        .body_max = or_default(asked->body_max, TEL_LIMIT_BODY),
        .events_max = or_default(asked->events_max, TEL_LIMIT_EVENTS),
        .bodies_max = or_default(asked->bodies_max, 64 * UINT64_C(1048576)),
        /* With OTHER_FILES, the usual limit of 1,024 descriptors. */
        .connections_max = or_default(asked->connections_max, 960),
        .requests_max = or_default(asked->requests_max, 1000),
        .rate = asked->rate,
        .deadline_ms = or_default(asked->deadline_ms, 10000),
    };
}

int tel_limits_reserve(const struct tel_collector_limits *limits,
                       struct tel_err *err)
{
    rlim_t need = (rlim_t)limits->connections_max + OTHER_FILES;
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur >= need)
        return 0;
    if (files.rlim_max >= need) {
        files.rlim_cur = need;
        if (setrlimit(RLIMIT_NOFILE, &files) == 0)
            return 0;
    }
    return tel_fault(err, -EMFILE,
                     "%llu connections need %llu descriptors, and this "
                     "process may have %llu",
                     (unsigned long long)limits->connections_max,
                     (unsigned long long)need,
                     (unsigned long long)files.rlim_max);
}
