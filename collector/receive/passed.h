/* SPDX-License-Identifier: MIT */
/*
 * passed: sockets that systemd listens on and passes to the service that it
 * starts (sd_listen_fds(3)): descriptors from 3 on, counted by LISTEN_FDS,
 * named by LISTEN_FDNAMES, and meant for the process LISTEN_PID only.
 */
#ifndef TEL_COLLECTOR_PASSED_H
#define TEL_COLLECTOR_PASSED_H

#include <stdbool.h>

#include <tel/config.h>

/* What FileDescriptorName= of the socket for --metrics has to be. */
#define TEL_PASSED_METRICS "metrics"

/*
 * Finds the one listening socket that was passed for requests, or (metrics)
 * the one named TEL_PASSED_METRICS: 0, or -ENOENT where there is none or more
 * than one, or what was passed doesn't listen. The caller closes it, and must
 * not shut it down, since systemd holds it too.
 */
int tel_passed_socket(bool metrics, int *ret_fd, struct tel_err *err);

#endif
