/* SPDX-License-Identifier: MIT */
/* A socket in front of a collector, which keeps every byte that comes. */
#include "tee.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

#define STREAMS_MAX 8192

struct stream {
    struct tee *tee;
    pthread_t thread;
    int fd;
};

struct tee {
    int fd;
    unsigned port;
    pthread_t thread;
    pthread_mutex_t lock; /* guards all below */
    int towards;
    struct text kept;
    struct stream streams[STREAMS_MAX];
    size_t count;
};

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        abort();
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

/* Passes on what there is: false at the end. */
static bool pass(struct tee *tee, int from, int to)
{
    char buf[65536];
    ssize_t got = recv(from, buf, sizeof(buf), 0);

    if (got <= 0)
        return false;
    pthread_mutex_lock(&tee->lock);
    text_add_bytes(&tee->kept, buf, (size_t)got);
    pthread_mutex_unlock(&tee->lock);
    for (ssize_t done = 0; done < got;) {
        ssize_t sent = send(to, buf + done, (size_t)(got - done), MSG_NOSIGNAL);

        if (sent <= 0)
            return false;
        done += sent;
    }
    return true;
}

static void *serve(void *context)
{
    struct stream *stream = context;
    struct tee *tee = stream->tee;
    struct pollfd fds[2] = {{.fd = stream->fd, .events = POLLIN},
                            {.events = POLLIN}};
    bool open = true;

    pthread_mutex_lock(&tee->lock);
    fds[1].fd = connect_to(tee->towards);
    pthread_mutex_unlock(&tee->lock);
    while (open && fds[1].fd >= 0 && poll(fds, 2, -1) > 0) {
        for (int i = 0; i < 2 && open; i++) {
            if (fds[i].revents != 0)
                open = pass(tee, fds[i].fd, fds[1 - i].fd);
        }
    }
    /* Closed at the end by tee_free: the number stays taken. */
    shutdown(stream->fd, SHUT_RDWR);
    if (fds[1].fd >= 0)
        (void)close(fds[1].fd);
    return NULL;
}

static void *accept_all(void *context)
{
    struct tee *tee = context;
    int fd;

    while ((fd = accept4(tee->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        struct stream *stream;

        pthread_mutex_lock(&tee->lock);
        if (tee->count == STREAMS_MAX)
            abort();
        stream = &tee->streams[tee->count++];
        stream->tee = tee;
        stream->fd = fd;
        if (pthread_create(&stream->thread, NULL, serve, stream) != 0)
            abort();
        pthread_mutex_unlock(&tee->lock);
    }
    return NULL;
}

struct tee *tee_new(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    struct tee *tee = calloc(1, sizeof(*tee));

    assert_non_null(tee);
    pthread_mutex_init(&tee->lock, NULL);
    tee->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(tee->fd >= 0);
    assert_int_equal(bind(tee->fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(tee->fd, 64), 0);
    assert_int_equal(getsockname(tee->fd, (struct sockaddr *)&address, &len),
                     0);
    tee->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&tee->thread, NULL, accept_all, tee), 0);
    return tee;
}

unsigned tee_port(const struct tee *tee)
{
    return tee->port;
}

void tee_towards(struct tee *tee, int port)
{
    pthread_mutex_lock(&tee->lock);
    tee->towards = port;
    pthread_mutex_unlock(&tee->lock);
}

void tee_bytes(struct tee *tee, struct text *text)
{
    pthread_mutex_lock(&tee->lock);
    if (tee->kept.len > 0)
        text_add_bytes(text, tee->kept.bytes, tee->kept.len);
    pthread_mutex_unlock(&tee->lock);
}

void tee_free(struct tee *tee)
{
    if (tee == NULL)
        return;
    shutdown(tee->fd, SHUT_RDWR);
    pthread_join(tee->thread, NULL);
    for (size_t i = 0; i < tee->count; i++) {
        shutdown(tee->streams[i].fd, SHUT_RDWR);
        pthread_join(tee->streams[i].thread, NULL);
        (void)close(tee->streams[i].fd);
    }
    (void)close(tee->fd);
    pthread_mutex_destroy(&tee->lock);
    text_clear(&tee->kept);
    free(tee);
}
