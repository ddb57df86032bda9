/* SPDX-License-Identifier: MIT */
/* passed: sockets that systemd passes to a service. */
#include "passed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <tel/text.h>

#include "fault.h"

#define FIRST 3
#define PASSED_MAX 64

static uint64_t number_of(const char *variable, uint64_t max)
{
    const char *text = getenv(variable);
    uint64_t number = 0;

    if (text == NULL || !tel_text_parse(text, strlen(text), max, &number))
        return 0;
    return number;
}

/* Whether the name at index of a list "one:two" is that of the metrics. */
static bool is_metrics(const char *names, unsigned index)
{
    size_t len = strlen(TEL_PASSED_METRICS);

    while (names != NULL && index-- > 0) {
        names = strchr(names, ':');
        names = names != NULL ? names + 1 : NULL;
    }
    return names != NULL && strcspn(names, ":") == len &&
           strncmp(names, TEL_PASSED_METRICS, len) == 0;
}

static bool listens(int fd)
{
    socklen_t size = sizeof(int);
    int yes = 0;

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &size) == 0 &&
           yes != 0;
}

int tel_passed_socket(bool metrics, int *ret_fd, struct tel_err *err)
{
    const char *option = metrics ? "--metrics" : "--listen";
    const char *names = getenv("LISTEN_FDNAMES");
    unsigned count = (unsigned)number_of("LISTEN_FDS", PASSED_MAX);
    int found = -1;

    if (number_of("LISTEN_PID", INT32_MAX) != (uint64_t)getpid())
        count = 0;
    for (unsigned i = 0; i < count; i++) {
        if (is_metrics(names, i) != metrics)
            continue;
        if (found >= 0)
            return tel_fault(err, -ENOENT,
                             "%s systemd: more than one socket was passed",
                             option);
        found = FIRST + (int)i;
    }
    if (found < 0)
        return tel_fault(err, -ENOENT,
                         metrics ? "%s systemd: no socket named metrics was "
                                   "passed (FileDescriptorName=)"
                                 : "%s systemd: no socket was passed",
                         option);
    if (!listens(found))
        return tel_fault(err, -ENOENT,
                         "%s systemd: what was passed does not listen", option);
    (void)fcntl(found, F_SETFD, FD_CLOEXEC);
    (void)fcntl(found, F_SETFL, fcntl(found, F_GETFL) | O_NONBLOCK);
    *ret_fd = found;
    return 0;
}
