/* SPDX-License-Identifier: MIT */
/*
 * notify: tells the service manager how far the service is (sd_notify(3)): a
 * datagram of lines NAME=VALUE to the socket that NOTIFY_SOCKET names. Without
 * that variable nothing is told, and that it can't be told is no fault.
 */
#ifndef TEL_COLLECTOR_NOTIFY_H
#define TEL_COLLECTOR_NOTIFY_H

/* status, which may be NULL, is what "systemctl status" shows. */
void notify_ready(const char *status);
void notify_reloading(void);
void notify_stopping(void);

#endif
