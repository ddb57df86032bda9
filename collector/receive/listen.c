/* SPDX-License-Identifier: MIT */
/* listen: ADDRESS:PORT, as a person writes it, becomes a listening socket. */
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <tel/text.h>

#include "fault.h"

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un local; /* only passed, never opened here */
};

static socklen_t address_size(const union address *address)
{
    return address->any.sa_family == AF_INET6 ? sizeof(address->v6)
                                              : sizeof(address->v4);
}

/* Splits "[host]:port" and "host:port"; a bare IPv6 address is no host. */
static bool split(const char *where, char *host, size_t size,
                  uint64_t *ret_port, bool *ret_ipv6)
{
    const char *colon = strrchr(where, ':');
    const char *end = colon;
    bool ipv6 = where[0] == '[';

    if (colon == NULL ||
        !tel_text_parse(colon + 1, strlen(colon + 1), 65535, ret_port))
        return false;
    if (ipv6) {
        where++;
        end--;
        if (end <= where || *end != ']')
            return false;
    }
    if ((size_t)(end - where) >= size)
        return false;
    memcpy(host, where, (size_t)(end - where));
    host[end - where] = '\0';
    *ret_ipv6 = ipv6;
    return true;
}

static bool parse(const char *where, union address *ret_address)
{
    union address address = {.any.sa_family = AF_UNSPEC};
    char host[INET6_ADDRSTRLEN];
    uint64_t port = 0;
    bool ipv6 = false;

    if (!split(where, host, sizeof(host), &port, &ipv6))
        return false;
    if (ipv6) {
        address.v6.sin6_family = AF_INET6;
        address.v6.sin6_port = htons((uint16_t)port);
        if (inet_pton(AF_INET6, host, &address.v6.sin6_addr) != 1)
            return false;
    } else {
        address.v4.sin_family = AF_INET;
        address.v4.sin_port = htons((uint16_t)port);
        if (inet_pton(AF_INET, host, &address.v4.sin_addr) != 1)
            return false;
    }
    *ret_address = address;
    return true;
}

bool tel_listen_valid(const char *where)
{
    union address address;

    return parse(where, &address);
}

int tel_listen_open(const char *where, int *ret_fd, struct tel_err *err)
{
    union address address;
    const int yes = 1;
    int fd;
    int r;

    if (!parse(where, &address))
        return tel_fault(err, -EINVAL, "%s: not ADDRESS:PORT in numbers",
                         where);
    fd = socket(address.any.sa_family,
                SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        r = -errno;
        return tel_fault(err, r, "cannot open a socket for %s: %s", where,
                         strerror(-r));
    }
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) < 0 ||
        bind(fd, &address.any, address_size(&address)) < 0 ||
        listen(fd, SOMAXCONN) < 0) {
        r = -errno;
        (void)close(fd);
        return tel_fault(err, r, "cannot listen on %s: %s", where,
                         strerror(-r));
    }
    *ret_fd = fd;
    return 0;
}

int tel_listen_address(int fd, char *buf, size_t size)
{
    union address address = {.local.sun_family = AF_UNSPEC};
    socklen_t len = sizeof(address);
    char host[INET6_ADDRSTRLEN] = "";
    int written;

    if (getsockname(fd, &address.any, &len) < 0)
        return -errno;
    if (address.any.sa_family == AF_UNIX) {
        written = snprintf(buf, size, "unix:%.*s",
                           (int)sizeof(address.local.sun_path),
                           address.local.sun_path);
    } else if (address.any.sa_family == AF_INET6) {
        (void)inet_ntop(AF_INET6, &address.v6.sin6_addr, host, sizeof(host));
        written =
            snprintf(buf, size, "[%s]:%u", host, ntohs(address.v6.sin6_port));
    } else {
        (void)inet_ntop(AF_INET, &address.v4.sin_addr, host, sizeof(host));
        written =
            snprintf(buf, size, "%s:%u", host, ntohs(address.v4.sin_port));
    }
    return written < 0 || (size_t)written >= size ? -ENAMETOOLONG : 0;
}
