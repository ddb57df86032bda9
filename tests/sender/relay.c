/* SPDX-License-Identifier: MIT */
/* A TCP port in front of a unix socket, which keeps what clients say. */
#include "relay.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define CONNECTIONS_MAX 256
#define SAID_MAX 65536
#define ASKED_MAX 4096
#define CHUNK_MAX 16384

struct chunk {
    struct chunk *next;
    long due_ms;
    size_t len;
    char bytes[CHUNK_MAX];
};

/* One direction of a connection: what is on its way, in order. */
struct way {
    int from;
    int to;
    struct chunk *first;
    struct chunk **last;
    bool ended; /* nothing more comes */
    bool closed;
};

struct connection {
    struct relay *relay;
    pthread_t thread;
    int client;
    int server;
    char asked[ASKED_MAX];
    unsigned char *said;
    size_t said_len;
    bool over; /* both sides have closed it */
};

struct relay {
    const char *path;
    int fd;
    unsigned port;
    pthread_t thread;
    pthread_mutex_t lock; /* guards all below */
    unsigned delay_ms;
    int proxies;
    struct connection connections[CONNECTIONS_MAX];
    size_t nconnections;
};

static long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void keep(struct connection *connection, const char *at, size_t len)
{
    size_t room;

    pthread_mutex_lock(&connection->relay->lock);
    room = SAID_MAX - connection->said_len;
    len = len < room ? len : room;
    memcpy(connection->said + connection->said_len, at, len);
    connection->said_len += len;
    pthread_mutex_unlock(&connection->relay->lock);
}

static void take(struct connection *connection, struct way *way)
{
    struct chunk *chunk = malloc(sizeof(*chunk));
    ssize_t got;

    if (chunk == NULL)
        abort();
    got = recv(way->from, chunk->bytes, sizeof(chunk->bytes), 0);
    if (got <= 0) {
        free(chunk);
        way->ended = true;
        return;
    }
    pthread_mutex_lock(&connection->relay->lock);
    chunk->due_ms = now_ms() + (long)connection->relay->delay_ms;
    pthread_mutex_unlock(&connection->relay->lock);
    chunk->len = (size_t)got;
    chunk->next = NULL;
    *way->last = chunk;
    way->last = &chunk->next;
    if (way->from == connection->client)
        keep(connection, chunk->bytes, chunk->len);
}

static void send_all(int fd, const char *at, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

        if (n <= 0)
            return;
        at += n;
        len -= (size_t)n;
    }
}

/* Hands on what is due: for how long nothing is, or -1. */
static int hand_on(struct way *way)
{
    while (way->first != NULL) {
        struct chunk *chunk = way->first;
        long wait_ms = chunk->due_ms - now_ms();

        if (wait_ms > 0)
            return (int)wait_ms;
        send_all(way->to, chunk->bytes, chunk->len);
        way->first = chunk->next;
        if (way->first == NULL)
            way->last = &way->first;
        free(chunk);
    }
    if (way->ended && !way->closed) {
        shutdown(way->to, SHUT_WR);
        way->closed = true;
    }
    return -1;
}

static void pass(struct connection *connection)
{
    struct way ways[2] = {
        {.from = connection->client, .to = connection->server},
        {.from = connection->server, .to = connection->client},
    };

    ways[0].last = &ways[0].first;
    ways[1].last = &ways[1].first;
    while (!ways[0].closed || !ways[1].closed) {
        struct pollfd polled[2];
        int wait_ms = -1;

        for (int i = 0; i < 2; i++) {
            int ms = hand_on(&ways[i]);

            wait_ms = ms >= 0 && (wait_ms < 0 || ms < wait_ms) ? ms : wait_ms;
            polled[i] = (struct pollfd){.fd = ways[i].ended ? -1 : ways[i].from,
                                        .events = POLLIN};
        }
        if (ways[0].closed && ways[1].closed)
            break;
        if (poll(polled, 2, wait_ms) <= 0)
            continue;
        for (int i = 0; i < 2; i++) {
            if (polled[i].revents != 0)
                take(connection, &ways[i]);
        }
    }
}

/* Whether a tunnel was asked for, and is there. */
static bool open_tunnel(struct connection *connection, int status)
{
    char answer[128];
    size_t len = 0;

    while (strstr(connection->asked, "\r\n\r\n") == NULL) {
        /* A byte at a time: what follows is not the proxy's. */
        if (len + 1 == sizeof(connection->asked) ||
            recv(connection->client, connection->asked + len, 1, 0) != 1)
            return false;
        connection->asked[++len] = '\0';
    }
    snprintf(answer, sizeof(answer),
             "HTTP/1.1 %d Said\r\nSet-Cookie: proxy=1\r\n"
             "Content-Length: 0\r\n\r\n",
             status);
    send_all(connection->client, answer, strlen(answer));
    return status == 200;
}

static void *serve(void *context)
{
    struct connection *connection = context;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int status;

    pthread_mutex_lock(&connection->relay->lock);
    status = connection->relay->proxies;
    pthread_mutex_unlock(&connection->relay->lock);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s",
             connection->relay->path);
    if ((status == 0 || open_tunnel(connection, status)) &&
        connect(connection->server, (struct sockaddr *)&address,
                sizeof(address)) == 0)
        pass(connection);
    /* Closed at the end by relay_free: the numbers stay taken. */
    shutdown(connection->client, SHUT_RDWR);
    shutdown(connection->server, SHUT_RDWR);
    pthread_mutex_lock(&connection->relay->lock);
    connection->over = true;
    pthread_mutex_unlock(&connection->relay->lock);
    return NULL;
}

static void *accept_all(void *context)
{
    struct relay *relay = context;

    for (;;) {
        int fd = accept4(relay->fd, NULL, NULL, SOCK_CLOEXEC);
        struct connection *connection;

        if (fd < 0)
            return NULL;
        pthread_mutex_lock(&relay->lock);
        if (relay->nconnections == CONNECTIONS_MAX)
            abort();
        connection = &relay->connections[relay->nconnections++];
        connection->relay = relay;
        connection->client = fd;
        connection->server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        connection->said = malloc(SAID_MAX);
        if (connection->server < 0 || connection->said == NULL ||
            pthread_create(&connection->thread, NULL, serve, connection) != 0)
            abort();
        pthread_mutex_unlock(&relay->lock);
    }
}

struct relay *relay_new(const char *path)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    struct relay *relay = calloc(1, sizeof(*relay));

    assert_non_null(relay);
    relay->path = path;
    pthread_mutex_init(&relay->lock, NULL);
    relay->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(relay->fd >= 0);
    assert_int_equal(bind(relay->fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(relay->fd, 64), 0);
    assert_int_equal(getsockname(relay->fd, (struct sockaddr *)&address, &len),
                     0);
    relay->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&relay->thread, NULL, accept_all, relay),
                     0);
    return relay;
}

void relay_free(struct relay *relay)
{
    if (relay == NULL)
        return;
    shutdown(relay->fd, SHUT_RDWR);
    pthread_join(relay->thread, NULL);
    close(relay->fd);
    for (size_t i = 0; i < relay->nconnections; i++) {
        struct connection *connection = &relay->connections[i];

        shutdown(connection->client, SHUT_RDWR);
        shutdown(connection->server, SHUT_RDWR);
        pthread_join(connection->thread, NULL);
        close(connection->client);
        close(connection->server);
        free(connection->said);
    }
    pthread_mutex_destroy(&relay->lock);
    free(relay);
}

unsigned relay_port(const struct relay *relay)
{
    return relay->port;
}

void relay_delays(struct relay *relay, unsigned delay_ms)
{
    pthread_mutex_lock(&relay->lock);
    relay->delay_ms = delay_ms;
    pthread_mutex_unlock(&relay->lock);
}

void relay_proxies(struct relay *relay, int status)
{
    pthread_mutex_lock(&relay->lock);
    relay->proxies = status;
    pthread_mutex_unlock(&relay->lock);
}

bool relay_is_idle(struct relay *relay)
{
    bool idle = true;

    pthread_mutex_lock(&relay->lock);
    for (size_t i = 0; i < relay->nconnections; i++)
        idle = idle && relay->connections[i].over;
    pthread_mutex_unlock(&relay->lock);
    return idle;
}

size_t relay_connections(struct relay *relay)
{
    size_t count;

    pthread_mutex_lock(&relay->lock);
    count = relay->nconnections;
    pthread_mutex_unlock(&relay->lock);
    return count;
}

const unsigned char *relay_said(struct relay *relay, size_t index,
                                size_t *ret_len)
{
    const unsigned char *said = NULL;

    pthread_mutex_lock(&relay->lock);
    if (index < relay->nconnections) {
        said = relay->connections[index].said;
        *ret_len = relay->connections[index].said_len;
    }
    pthread_mutex_unlock(&relay->lock);
    return said;
}

const char *relay_asked(struct relay *relay, size_t index)
{
    return index < relay_connections(relay) ? relay->connections[index].asked
                                            : "";
}
