/* SPDX-License-Identifier: MIT */
/* A collector that answers what the test says. */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define CONNECTIONS_MAX 4096
#define REQUEST_MAX (1 << 20)
#define FLOOD_MAX ((size_t)256 << 20) /* then it was not cut off */

struct request {
    char *raw;
    char *key;
    char *payload;
    int status;
};

struct connection {
    struct server *server;
    pthread_t thread;
    int fd;
};

struct server {
    int fd;
    unsigned port;
    pthread_t thread;
    pthread_mutex_t lock; /* guards all below */
    int status;
    unsigned delay_ms;
    unsigned first;
    int first_status;
    struct request *requests;
    size_t nrequests;
    size_t flooded;
    struct connection connections[CONNECTIONS_MAX];
    size_t nconnections;
};

static char *copy(const char *at, size_t len)
{
    char *bytes = malloc(len + 1);

    if (bytes == NULL)
        abort();
    memcpy(bytes, at, len);
    bytes[len] = '\0';
    return bytes;
}

/* Of any case: not every client writes it as curl does. */
static char *header(const char *raw, const char *name)
{
    char line[64];
    const char *at;

    snprintf(line, sizeof(line), "\r\n%s: ", name);
    at = strcasestr(raw, line);
    if (at == NULL)
        return copy("", 0);
    at += strlen(line);
    return copy(at, strcspn(at, "\r"));
}

/* Keeps a request: what is to be answered. */
static int keep(struct server *server, const char *raw, size_t head, size_t len)
{
    struct request request = {.raw = copy(raw, len)};
    const char *query = strchr(raw, '?');

    request.key = header(request.raw, "Idempotency-Key");
    if (strncmp(raw, "GET ", 4) == 0 && query != NULL)
        request.payload = copy(query + 1, strcspn(query + 1, " "));
    else
        request.payload = copy(raw + head, len - head);
    pthread_mutex_lock(&server->lock);
    request.status = server->status;
    if (server->first > 0) {
        server->first--;
        request.status = server->first_status;
    }
    server->requests = realloc(server->requests, (server->nrequests + 1) *
                                                     sizeof(*server->requests));
    if (server->requests == NULL)
        abort();
    server->requests[server->nrequests++] = request;
    pthread_mutex_unlock(&server->lock);
    return request.status;
}

static bool answer(int fd, int status)
{
    char text[128];
    int len = snprintf(text, sizeof(text), "HTTP/1.1 %d Said\r\n%s\r\n", status,
                       status == 204 ? "" : "Content-Length: 0\r\n");

    return send(fd, text, (size_t)len, MSG_NOSIGNAL) == len;
}

/* Answers without an end, until nobody takes it any more. */
static void flood(struct server *server, int fd, int status)
{
    static const char head[] = "HTTP/1.1 200 Said\r\n";
    static const char line[] = "X-Said: once more and once more and once more"
                               " and once more and once more\r\n";
    size_t flooded = 0;
    ssize_t n = send(fd, head, strlen(head), MSG_NOSIGNAL);

    if (status == SERVER_STALLS)
        n = send(fd, "Content-Length: 9\r\n\r\n", 21, MSG_NOSIGNAL);
    if (status == SERVER_FLOODS)
        n = send(fd, "\r\n", 2, MSG_NOSIGNAL);
    while (status != SERVER_STALLS && n > 0 && flooded < FLOOD_MAX) {
        n = send(fd, line, strlen(line), MSG_NOSIGNAL);
        flooded += n > 0 ? (size_t)n : 0;
    }
    pthread_mutex_lock(&server->lock);
    server->flooded += flooded;
    pthread_mutex_unlock(&server->lock);
}

/* Reads one request into buf: its length, or 0 at the end. */
static size_t read_request(int fd, char *buf, size_t *ret_head)
{
    size_t len = 0;

    for (;;) {
        ssize_t got = recv(fd, buf + len, REQUEST_MAX - 1 - len, 0);
        char *end;

        if (got <= 0)
            return 0;
        len += (size_t)got;
        buf[len] = '\0';
        end = strstr(buf, "\r\n\r\n");
        if (end != NULL) {
            char *length = header(buf, "Content-Length");
            size_t whole = (size_t)(end + 4 - buf) + strtoul(length, NULL, 10);

            free(length);
            *ret_head = (size_t)(end + 4 - buf);
            if (len >= whole)
                return len;
        }
    }
}

static void *serve(void *context)
{
    struct connection *connection = context;
    struct server *server = connection->server;
    char *buf = malloc(REQUEST_MAX);
    size_t head = 0;
    size_t len;

    if (buf == NULL)
        abort();
    while ((len = read_request(connection->fd, buf, &head)) > 0) {
        int status = keep(server, buf, head, len);
        struct timespec delay = {
            .tv_sec = server->delay_ms / 1000,
            .tv_nsec = server->delay_ms % 1000 * 1000000L,
        };

        if (server->delay_ms > 0)
            nanosleep(&delay, NULL);
        if (status <= SERVER_FLOODS)
            flood(server, connection->fd, status);
        if (status == SERVER_HANGS || status == SERVER_STALLS)
            continue;
        if (status < 0 || !answer(connection->fd, status))
            break;
    }
    /* Closed at the end by server_free: the number stays taken. */
    shutdown(connection->fd, SHUT_RDWR);
    free(buf);
    return NULL;
}

static void *accept_all(void *context)
{
    struct server *server = context;

    for (;;) {
        int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC);
        struct connection *connection;

        if (fd < 0)
            return NULL;
        pthread_mutex_lock(&server->lock);
        if (server->nconnections == CONNECTIONS_MAX)
            abort();
        connection = &server->connections[server->nconnections++];
        connection->server = server;
        connection->fd = fd;
        if (pthread_create(&connection->thread, NULL, serve, connection) != 0)
            abort();
        pthread_mutex_unlock(&server->lock);
    }
}

struct server *server_new(int family)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6,
                               .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_in four = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    bool is_six = family == AF_INET6;
    socklen_t len = is_six ? sizeof(six) : sizeof(four);
    struct sockaddr *address =
        is_six ? (struct sockaddr *)&six : (struct sockaddr *)&four;
    struct server *server = calloc(1, sizeof(*server));

    assert_non_null(server);
    server->status = 204;
    pthread_mutex_init(&server->lock, NULL);
    server->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(server->fd >= 0);
    assert_int_equal(bind(server->fd, address, len), 0);
    assert_int_equal(listen(server->fd, 64), 0);
    assert_int_equal(getsockname(server->fd, address, &len), 0);
    server->port = ntohs(is_six ? six.sin6_port : four.sin_port);
    assert_int_equal(pthread_create(&server->thread, NULL, accept_all, server),
                     0);
    return server;
}

void server_free(struct server *server)
{
    if (server == NULL)
        return;
    shutdown(server->fd, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->fd);
    for (size_t i = 0; i < server->nconnections; i++) {
        shutdown(server->connections[i].fd, SHUT_RDWR);
        pthread_join(server->connections[i].thread, NULL);
        close(server->connections[i].fd);
    }
    for (size_t i = 0; i < server->nrequests; i++) {
        free(server->requests[i].raw);
        free(server->requests[i].key);
        free(server->requests[i].payload);
    }
    free(server->requests);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

unsigned server_port(const struct server *server)
{
    return server->port;
}

void server_answers(struct server *server, int status)
{
    pthread_mutex_lock(&server->lock);
    server->status = status;
    pthread_mutex_unlock(&server->lock);
}

void server_delays(struct server *server, unsigned delay_ms)
{
    pthread_mutex_lock(&server->lock);
    server->delay_ms = delay_ms;
    pthread_mutex_unlock(&server->lock);
}

void server_first(struct server *server, unsigned count, int status)
{
    pthread_mutex_lock(&server->lock);
    server->first = count;
    server->first_status = status;
    pthread_mutex_unlock(&server->lock);
}

size_t server_count(struct server *server)
{
    size_t count;

    pthread_mutex_lock(&server->lock);
    count = server->nrequests;
    pthread_mutex_unlock(&server->lock);
    return count;
}

size_t server_connections(struct server *server)
{
    size_t count;

    pthread_mutex_lock(&server->lock);
    count = server->nconnections;
    pthread_mutex_unlock(&server->lock);
    return count;
}

size_t server_flooded(struct server *server)
{
    size_t flooded;

    pthread_mutex_lock(&server->lock);
    flooded = server->flooded;
    pthread_mutex_unlock(&server->lock);
    return flooded;
}

static struct request get(struct server *server, size_t index)
{
    static char none[] = "";
    struct request request = {.raw = none, .key = none, .payload = none};

    pthread_mutex_lock(&server->lock);
    if (index < server->nrequests)
        request = server->requests[index];
    pthread_mutex_unlock(&server->lock);
    return request;
}

const char *server_request(struct server *server, size_t index)
{
    return get(server, index).raw;
}

const char *server_key(struct server *server, size_t index)
{
    return get(server, index).key;
}

const char *server_payload(struct server *server, size_t index)
{
    return get(server, index).payload;
}

static bool seen_before(struct server *server, size_t index)
{
    struct request request = get(server, index);
    bool counted = false;

    for (size_t i = 0; i < index; i++) {
        struct request other = get(server, i);

        if (strcmp(other.key, request.key) != 0)
            continue;
        assert_string_equal(other.payload, request.payload);
        counted = counted || (other.status >= 200 && other.status <= 299);
    }
    return counted;
}

static size_t tally(const char *payload, const char *marker, unsigned *counts,
                    size_t size)
{
    char json[32];
    char query[32];
    size_t events = 0;

    snprintf(json, sizeof(json), "\"%s\":", marker);
    snprintf(query, sizeof(query), "&%s=", marker);
    for (const char *at = payload; *at != '\0';) {
        const char *line = at;
        const char *value = strstr(line, json);

        at += strcspn(at, "\n");
        at += *at == '\n';
        if (value == NULL || value > at)
            value = strstr(line, query);
        if (value != NULL) {
            size_t number = strtoul(strpbrk(value, ":=") + 1, NULL, 10);

            assert_true(number < size);
            counts[number]++;
        }
        events++;
    }
    return events;
}

size_t server_tally(struct server *server, const char *marker, unsigned *counts,
                    size_t size)
{
    size_t requests = server_count(server);
    size_t events = 0;

    memset(counts, 0, size * sizeof(*counts));
    for (size_t i = 0; i < requests; i++) {
        struct request request = get(server, i);

        assert_int_equal(strlen(request.key), 32);
        if (!seen_before(server, i) && request.status >= 200 &&
            request.status <= 299)
            events += tally(request.payload, marker, counts, size);
    }
    return events;
}
