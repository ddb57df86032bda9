/* SPDX-License-Identifier: MIT */
/* mouth: a server that answers with whatever bytes. */
#include "mouth.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collect.h"

static void answer(struct mouth *mouth, int fd)
{
    const char *bytes = NULL;
    size_t len = 0;
    ssize_t got;

    while (len < sizeof(mouth->asked) - 1 &&
           (got = recv(fd, mouth->asked + len, sizeof(mouth->asked) - 1 - len,
                       0)) > 0) {
        len += (size_t)got;
        mouth->asked[len] = '\0';
        if (strstr(mouth->asked, "\r\n\r\n") != NULL)
            break;
    }
    bytes = strstr(mouth->asked, "/refusals?") != NULL ? mouth->refusals
                                                       : mouth->others;
    mouth->count++;
    send_bytes(fd, bytes, strlen(bytes));
    (void)close(fd);
}

static void *speak(void *context)
{
    struct mouth *mouth = context;
    int fd;

    while ((fd = accept(mouth->fd, NULL, NULL)) >= 0)
        answer(mouth, fd);
    return NULL;
}

void mouth_open(struct mouth *mouth, const char *refusals, const char *others)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);

    memset(mouth, 0, sizeof(*mouth));
    mouth->refusals = refusals;
    mouth->others = others;
    mouth->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(mouth->fd >= 0);
    assert_int_equal(bind(mouth->fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(mouth->fd, 8), 0);
    assert_int_equal(getsockname(mouth->fd, (struct sockaddr *)&address, &len),
                     0);
    mouth->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&mouth->thread, NULL, speak, mouth), 0);
}

void mouth_close(struct mouth *mouth)
{
    (void)shutdown(mouth->fd, SHUT_RDWR);
    (void)pthread_join(mouth->thread, NULL);
    (void)close(mouth->fd);
}
