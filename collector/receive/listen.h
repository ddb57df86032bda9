/* SPDX-License-Identifier: MIT */
/*
 * listen: ADDRESS:PORT, as a person writes it, becomes a listening socket.
 *
 * Addresses are numbers: a name would need a look-up.
 */
#ifndef TEL_COLLECTOR_LISTEN_H
#define TEL_COLLECTOR_LISTEN_H

#include <stdbool.h>

#include <tel/config.h>

/* Whether where is an address to listen on. */
bool tel_listen_valid(const char *where);

/*
 * Opens a socket that listens on where ("127.0.0.1:80", "[::]:80"): 0,
 * -EINVAL for what is no address, or as bind(2). The caller closes it.
 */
int tel_listen_open(const char *where, int *ret_fd, struct tel_err *err);

/* The address that fd is bound to, in the same form. 0, or -errno. */
int tel_listen_address(int fd, char *buf, size_t size);

#endif
