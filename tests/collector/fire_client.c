/* SPDX-License-Identifier: MIT */
/* fire_client: many clients at once that give up nothing. Threads may not fail
 * a test, so here nothing is asserted. */
#include "fire_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Of a hundred requests, so many are treated so. */
#define LEFT 4
#define CUT 2
#define TWICE 4

struct client {
    struct fire *fire;
    uint64_t state;
    int fds[FIRE_COLLECTORS]; /* -1: none */
};

static unsigned below(struct client *client, unsigned limit)
{
    return (unsigned)(fire_random(&client->state) % limit);
}

/* A moment before the next attempt, and a longer one each time: those who wait
 * must not keep what they wait for from its work. */
static void pause_a_moment(struct client *client, unsigned tries)
{
    unsigned most_ms = 4U << (tries < 6 ? tries : 6);
    const struct timespec moment = {
        .tv_nsec = 1000000L * (1 + (long)below(client, most_ms))};

    (void)nanosleep(&moment, NULL);
}

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct timeval limit = {.tv_sec = 20};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

static bool send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);

        if (sent <= 0)
            return false;
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

/* The status of the answer, or 0 where it is cut off. */
static unsigned read_status(int fd)
{
    char buf[2048];
    size_t len = 0;
    unsigned status = 0;
    ssize_t got;

    buf[0] = '\0';
    while (strstr(buf, "\r\n\r\n") == NULL) {
        if (len + 1 >= sizeof(buf))
            return 0;
        got = recv(fd, buf + len, sizeof(buf) - len - 1, 0);
        if (got <= 0)
            return 0;
        len += (size_t)got;
        buf[len] = '\0';
    }
    return sscanf(buf, "HTTP/1.1 %u", &status) == 1 ? status : 0;
}

static void hang_up(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

/* Sends len bytes to that collector, on the connection that is kept. */
static bool deliver(struct client *client, unsigned to, const char *bytes,
                    size_t len)
{
    int *fd = &client->fds[to];

    if (*fd < 0)
        *fd = connect_to(client->fire->ports[to]);
    if (*fd < 0)
        return false;
    if (!send_all(*fd, bytes, len)) {
        hang_up(fd);
        return false;
    }
    return true;
}

static unsigned hear(struct client *client, unsigned from)
{
    int *fd = &client->fds[from];
    unsigned status = read_status(*fd);

    /* What has a body is not read on. */
    if (status != 204)
        hang_up(fd);
    return status;
}

/* The same request on two connections, to two collectors where there are, at
 * the same time. */
static unsigned attempt_twice(struct client *client, unsigned to,
                              const char *bytes, size_t len)
{
    struct fire *fire = client->fire;
    int other = connect_to(fire->ports[(to + 1) % fire->collectors]);
    unsigned status = 0;

    atomic_fetch_add(&fire->twice, 1);
    if (other >= 0 && send_all(other, bytes, len) &&
        deliver(client, to, bytes, len))
        status = hear(client, to);
    if (other >= 0 && read_status(other) == 204)
        status = 204;
    hang_up(&other);
    return status;
}

static unsigned attempt(struct client *client, unsigned to, const char *bytes,
                        size_t len)
{
    struct fire *fire = client->fire;
    unsigned way = fire->calm ? 99 : below(client, 100);

    if (way < LEFT) {
        atomic_fetch_add(&fire->left, 1);
        (void)deliver(client, to, bytes, len);
        hang_up(&client->fds[to]);
        return 0;
    }
    if (way < LEFT + CUT) {
        atomic_fetch_add(&fire->cut, 1);
        (void)deliver(client, to, bytes, len / 2);
        hang_up(&client->fds[to]);
        return 0;
    }
    if (way < LEFT + CUT + TWICE)
        return attempt_twice(client, to, bytes, len);
    return deliver(client, to, bytes, len) ? hear(client, to) : 0;
}

static bool is_final(unsigned status)
{
    return status != 0 && status != 503 && status != 429;
}

static void insist(struct client *client, const char *bytes, size_t len)
{
    struct fire *fire = client->fire;
    unsigned to = below(client, fire->collectors);
    unsigned status = 0;
    unsigned tries = 0;

    while (!atomic_load(&fire->stop)) {
        status = attempt(client, to, bytes, len);
        if (is_final(status))
            break;
        atomic_fetch_add(&fire->failed, 1);
        if (status == 503)
            atomic_fetch_add(&fire->busy, 1);
        to = (to + 1) % fire->collectors;
        pause_a_moment(client, tries++);
    }
    if (status == 204) {
        atomic_fetch_add(&fire->answered, 1);
    } else if (is_final(status)) {
        atomic_store(&fire->status, status);
        atomic_fetch_add(&fire->refused, 1);
    }
}

static void *run(void *context)
{
    struct fire *fire = context;
    struct client client = {.fire = fire, .fds = {-1, -1, -1}};
    unsigned number = atomic_fetch_add(&fire->next, 1);

    client.state = fire->load->seed ^ (number + 1) * 7919U;
    for (; number < fire->load->requests && !atomic_load(&fire->stop);
         number = atomic_fetch_add(&fire->next, 1)) {
        size_t len = 0;
        char *bytes = fire_request(fire->load, number, &len);

        insist(&client, bytes, len);
        free(bytes);
    }
    for (unsigned i = 0; i < FIRE_COLLECTORS; i++)
        hang_up(&client.fds[i]);
    return NULL;
}

void fire_start(struct fire *fire)
{
    for (; fire->started < FIRE_CLIENTS; fire->started++) {
        if (pthread_create(&fire->threads[fire->started], NULL, run, fire) != 0)
            break;
    }
}

void fire_join(struct fire *fire)
{
    for (; fire->started > 0; fire->started--)
        (void)pthread_join(fire->threads[fire->started - 1], NULL);
}
