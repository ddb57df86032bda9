/* SPDX-License-Identifier: MIT */
/* Clients from addresses of their own, with requests full of canaries. */
#include "strangers.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collect.h"

#define GOOD QUERY("commit", "ms=1&exit=0")
#define GOOD_ROW ROW("commit", "\"ms\":1,\"exit\":0")

/* A new canary, in a ring. */
static const char *canary(struct strangers *s)
{
    static char ring[32][CANARY_MAX + 1];
    static unsigned next;
    char *place = ring[next++ % 32];

    canary_draw(&s->dice, s->stem, place);
    return place;
}

static void add_headers(struct strangers *s, struct text *request)
{
    text_add(request, "Host: %s.example\r\nUser-Agent: %s/1.0 (%s)\r\n",
             canary(s), canary(s), canary(s));
    text_add(request, "X-Forwarded-For: %s, %s\r\nForwarded: for=%s;by=%s\r\n",
             canary(s), canary(s), canary(s), canary(s));
    text_add(request, "X-Real-IP: %s\r\nCookie: session=%s; %s=%s\r\n",
             canary(s), canary(s), canary(s), canary(s));
    text_add(request, "Referer: https://%s.example/%s\r\n", canary(s),
             canary(s));
    text_add(request, "Authorization: Bearer %s\r\nX-%s: %s\r\n", canary(s),
             canary(s), canary(s));
    text_add(request, "X-Idempotency-Key: %s\r\n", canary(s));
}

static void add_get(struct strangers *s, struct text *request,
                    const char *query)
{
    text_add(request, "GET /%s/%s?%s HTTP/1.1\r\n", canary(s), canary(s),
             query);
    add_headers(s, request);
    text_add(request, "\r\n");
}

static void add_post(struct strangers *s, struct text *request,
                     const char *body)
{
    text_add(request, "POST /%s HTTP/1.1\r\n", canary(s));
    add_headers(s, request);
    text_add(request, "Content-Type: text/%s\r\nContent-Length: %zu\r\n\r\n%s",
             canary(s), strlen(body), body);
}

static void get_accepted(struct strangers *s, struct text *request)
{
    add_get(s, request, GOOD);
}

static void get_value(struct strangers *s, struct text *request)
{
    char query[512];

    snprintf(query, sizeof(query), GOOD "&fmt=%s", canary(s));
    add_get(s, request, query);
}

static void get_names(struct strangers *s, struct text *request)
{
    char query[512];

    snprintf(query, sizeof(query), "t=%s&e=%s&v=1&tv=1.0&os=linux&libc=%.20s",
             canary(s), canary(s), canary(s));
    add_get(s, request, query);
}

static void get_key(struct strangers *s, struct text *request)
{
    text_add(request, "GET /?" GOOD " HTTP/1.1\r\nIdempotency-Key: %s\r\n",
             canary(s));
    add_headers(s, request);
    text_add(request, "\r\n");
}

/* Some servers decode a path, and keep both. */
static void get_percent(struct strangers *s, struct text *request)
{
    text_add(request, "GET /");
    for (const char *c = canary(s); *c != '\0'; c++)
        text_add(request, "%%%02x", (unsigned char)*c);
    text_add(request, "?" GOOD " HTTP/1.1\r\n");
    add_headers(s, request);
    text_add(request, "\r\n");
}

static void get_old(struct strangers *s, struct text *request)
{
    text_add(request, "GET /%s?" GOOD " HTTP/1.0\r\n", canary(s));
    add_headers(s, request);
    text_add(request, "\r\n");
}

static void get_long(struct strangers *s, struct text *request)
{
    text_add(request, "GET /");
    for (int i = 0; i < 180; i++)
        text_add(request, "%s", canary(s));
    text_add(request, "?" GOOD " HTTP/1.1\r\nHost: x\r\n\r\n");
}

static void post_accepted(struct strangers *s, struct text *request)
{
    add_post(s, request, GOOD_ROW);
}

static void add_bad_rows(struct strangers *s, char *body, size_t size)
{
    snprintf(body, size,
             "{\"t\":\"git\",\"e\":\"%s\",\"v\":1,\"tv\":\"2.39.5\","
             "\"os\":\"linux\",\"libc\":\"musl\",\"ms\":1,\"exit\":0}\n"
             "{\"t\":\"%s\",\"%s\":\"%s\"}\n%s\n\"%s\\u0041\"\n",
             canary(s), canary(s), canary(s), canary(s), canary(s), canary(s));
}

static void post_refused(struct strangers *s, struct text *request)
{
    char body[1024];

    add_bad_rows(s, body, sizeof(body));
    add_post(s, request, body);
}

static void post_mixed(struct strangers *s, struct text *request)
{
    char body[2048] = GOOD_ROW;
    size_t len = strlen(body);

    add_bad_rows(s, body + len, sizeof(body) - len);
    add_post(s, request, body);
}

static void post_many(struct strangers *s, struct text *request)
{
    struct text body = {0};

    for (int i = 0; i < 1001; i++)
        text_add(&body, "%s\n", canary(s));
    add_post(s, request, body.bytes);
    text_clear(&body);
}

static void post_chunks(struct strangers *s, struct text *request)
{
    const char *body = canary(s);

    text_add(request, "POST /%s HTTP/1.1\r\nTransfer-Encoding: chunked\r\n",
             canary(s));
    add_headers(s, request);
    text_add(request, "\r\n%zx;%s=%s\r\n%s\r\n0\r\nX-T: %s\r\n\r\n",
             strlen(body), canary(s), canary(s), body, canary(s));
}

static void other_method(struct strangers *s, struct text *request)
{
    text_add(request, "%s /%s HTTP/1.1\r\n", canary(s), canary(s));
    add_headers(s, request);
    text_add(request, "\r\n");
}

static void no_header(struct strangers *s, struct text *request)
{
    text_add(request, "GET /%s HTTP/1.1\r\n%s\r\n", canary(s), canary(s));
    add_headers(s, request);
    text_add(request, "\r\n");
}

static void cut_head(struct strangers *s, struct text *request)
{
    text_add(request, "GET /%s?%s HTTP/1.1\r\n", canary(s), canary(s));
    add_headers(s, request);
    text_add(request, "%s", canary(s));
}

static void cut_body(struct strangers *s, struct text *request)
{
    text_add(request, "POST /%s HTTP/1.1\r\nContent-Length: 9999\r\n",
             canary(s));
    add_headers(s, request);
    text_add(request, "\r\n");
    for (int i = 0; i < 100; i++)
        text_add(request, "%s\n", canary(s));
}

/* status 0: it leaves in the middle. */
static const struct kind {
    void (*write)(struct strangers *strangers, struct text *request);
    int status;
    bool counts;
    bool ends; /* the collector ends the connection */
} kinds[] = {
    {get_accepted, 204, true, false},  {get_value, 422, false, false},
    {get_names, 422, false, false},    {get_key, 400, false, false},
    {get_percent, 204, true, false},   {get_old, 204, true, true},
    {get_long, 414, false, false},     {post_accepted, 204, true, false},
    {post_refused, 422, false, false}, {post_mixed, 204, true, false},
    {post_many, 413, false, false},    {post_chunks, 400, false, false},
    {other_method, 405, false, false}, {no_header, 400, false, true},
    {cut_head, 0, false, true},        {cut_body, 0, false, true},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))
#define STAYING (KINDS - 2)

static void connect_one(struct strangers *s, unsigned i)
{
    const struct timeval limit = {.tv_sec = 20};
    struct sockaddr_in self = {.sin_family = AF_INET};
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)s->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(self);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    self.sin_addr.s_addr =
        htonl(0x7f000000U | (0xa1 + i) << 16 | (0xd3 - i) << 8 | (0xb5 ^ i));
    if (fd < 0 || bind(fd, (struct sockaddr *)&self, sizeof(self)) < 0 ||
        connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 ||
        getsockname(fd, (struct sockaddr *)&self, &len) < 0)
        fail_msg("a stranger can't connect");
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    s->fds[i] = fd;
    s->peers[STRANGERS + i] = self;
    if (s->peers[i].sin_family == 0)
        s->peers[i] = self;
}

/* The status of one whole answer. */
static int take_answer(int fd)
{
    char answer[2048] = "";
    const char *body = NULL;
    const char *length = NULL;
    size_t len = 0;
    int status = 0;

    for (;;) {
        ssize_t got = recv(fd, answer + len, sizeof(answer) - len - 1, 0);

        if (got <= 0)
            return 0;
        len += (size_t)got;
        answer[len] = '\0';
        body = strstr(answer, "\r\n\r\n");
        length = strstr(answer, "Content-Length: ");
        if (body != NULL &&
            len >= (size_t)(body + 4 - answer) +
                       (length != NULL ? strtoul(length + 16, NULL, 10) : 0))
            break;
    }
    (void)sscanf(answer, "HTTP/1.%*c %d", &status);
    return status;
}

static void send_one(struct strangers *s, unsigned i, const struct kind *kind)
{
    struct text request = {0};

    kind->write(s, &request);
    send_bytes(s->fds[i], request.bytes, request.len);
    text_clear(&request);
    s->accepted += kind->counts;
}

static void finish_one(struct strangers *s, unsigned i, const struct kind *kind)
{
    if (kind->status != 0) {
        int status = take_answer(s->fds[i]);

        if (status != kind->status)
            fail_msg("kind %zu is answered %d", (size_t)(kind - kinds), status);
    }
    if (kind->ends) {
        (void)close(s->fds[i]);
        connect_one(s, i);
    }
}

void strangers_connect(struct strangers *strangers, int port, const char *stem,
                       uint64_t seed)
{
    memset(strangers, 0, sizeof(*strangers));
    strangers->port = port;
    strangers->stem = stem;
    strangers->dice.state = seed;
    for (unsigned i = 0; i < STRANGERS; i++)
        connect_one(strangers, i);
}

/* All ask at once, so that groups are written together; each goes through
 * the kinds from another one on. */
void strangers_ask(struct strangers *strangers, unsigned count, bool leave)
{
    size_t nkinds = leave ? KINDS : STAYING;

    for (unsigned round = 0; round * STRANGERS < count; round++) {
        for (unsigned i = 0; i < STRANGERS; i++)
            send_one(strangers, i, &kinds[(round + i) % nkinds]);
        for (unsigned i = 0; i < STRANGERS; i++)
            finish_one(strangers, i, &kinds[(round + i) % nkinds]);
    }
}

void strangers_leave(struct strangers *strangers)
{
    for (unsigned i = 0; i < STRANGERS; i++)
        (void)close(strangers->fds[i]);
}
