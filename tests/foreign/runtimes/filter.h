/* SPDX-License-Identifier: MIT */
/* filter: seccomp filters like those of containers, as bwrap reads them. */
#ifndef TEL_FILTER_H
#define TEL_FILTER_H

#include "support.h"

enum filter {
    FILTER_DOCKER,  /* refuses (EPERM) what Docker's default refuses */
    FILTER_SERVICE, /* kills at what systemd's @system-service leaves out */
};

/* Writes the filter to a new file. False where this machine has none. */
bool filter_write(enum filter filter, const char *path);

#endif
