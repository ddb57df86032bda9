/* SPDX-License-Identifier: MIT */
/* http: the loop that lets clients in, answers them, and ends the slow. */
#include "http.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <microhttpd.h>

#include "requests.h"
#include "wipe.h"

/*
 * What the daemon holds of one connection: the head of a request (or a piece
 * of its body), what it made of it, and the answer's head. It clears all of
 * that between two requests, which is a good part of what a request costs, but
 * not at the end. Above 32 KiB it maps it instead of taking it from the heap,
 * so that it is gone with the connection; where the heap is wiped that is not
 * needed.
 */
#define HEAD_BYTES ((size_t)4 * 1024) /* beside the target */
#define CONNECTION_BYTES_MAPPED ((size_t)36 * 1024)

/* How long the last answers may take to leave. */
#define LINGER_MS 5000U

/* Before it is tried again, where the system had no room for a connection. */
#define REST_MS 100

/* How often clients are heard while a group is written, if that takes long. */
#define BUSY_US 5000

/* For how long more requests may gather before they are looked at. */
#define GATHER_US 200

/* Turns that an answer takes to leave. */
#define ANSWER_TURNS 2U

/* Connections let in before others are looked after. */
#define ACCEPTS_MAX 64

enum stage { STAGE_OPEN, STAGE_QUIET, STAGE_ENDING };

struct tel_http {
    struct MHD_Daemon *daemon;
    int fd; /* the listening one */
    _Atomic enum stage stage;
    sem_t quiet; /* posted when nothing is accepted any more */
    pthread_t thread;
    bool running;
    /* The loop's own, as is all below. */
    struct tel_requests requests;
    uint64_t rest_until_ms;
    unsigned answer_turns; /* to take before anything is waited for */
};

/* What one turn of the loop waits for. */
struct turn {
    struct pollfd files[3]; /* wake, the daemon, the listening one or -1 */
    nfds_t count;           /* of files that matter */
    int64_t timeout_us;     /* -1: none */
};

static uint64_t now_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int64_t sooner(int64_t a_us, int64_t b_us)
{
    if (a_us < 0 || b_us < 0)
        return a_us < 0 ? b_us : a_us;
    return a_us < b_us ? a_us : b_us;
}

/* -1 stays what it is. */
static int64_t to_us(int ms)
{
    return ms < 0 ? -1 : (int64_t)ms * 1000;
}

/*
 * Who the client is, is never asked: accept(2) is given no room for the
 * address, and the daemon is told none.
 */
static void let_in(struct tel_http *http)
{
    const struct sockaddr nobody = {.sa_family = AF_UNSPEC};

    for (int i = 0; i < ACCEPTS_MAX; i++) {
        int fd;

        if (!tel_connections_make_room(&http->requests.connections,
                                       http->requests.now_ms))
            return;
        fd = accept4(http->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0)
            /* Closes fd where it fails. */
            (void)MHD_add_connection(http->daemon, fd, &nobody, sizeof(nobody));
        else if (errno == EAGAIN)
            return;
        else if (errno != ECONNABORTED && errno != EINTR)
            http->rest_until_ms = http->requests.now_ms + REST_MS;
        if (fd < 0)
            return;
    }
}

/* Whether to listen this time. */
static bool listens(struct tel_http *http, int *ret_wait_ms)
{
    const struct tel_connections *connections = &http->requests.connections;

    *ret_wait_ms = -1;
    if (atomic_load(&http->stage) != STAGE_OPEN)
        return false;
    if (http->rest_until_ms > http->requests.now_ms) {
        *ret_wait_ms = (int)(http->rest_until_ms - http->requests.now_ms);
        return false;
    }
    *ret_wait_ms = tel_connections_room_ms(connections, http->requests.now_ms);
    return *ret_wait_ms == 0;
}

/* Waits for clients, for a time that others set. */
static void attend(struct tel_http *http, struct turn *turn)
{
    MHD_UNSIGNED_LONG_LONG daemon_ms = 0;
    int wait_ms;

    /* The stack too: to bind a function late, registers are saved there. */
    tel_wipe_traces();
    turn->count = 3;
    if (listens(http, &wait_ms))
        turn->files[2].fd = http->fd;
    else
        turn->timeout_us = sooner(turn->timeout_us, to_us(wait_ms));
    /* The daemon has no limits of time of its own: it is at once, or never. */
    if (MHD_get_timeout(http->daemon, &daemon_ms) == MHD_YES && daemon_ms == 0)
        turn->timeout_us = 0;
}

/*
 * While a group is being written or gathers, clients are not listened for one
 * by one: each turn asks all requests of the group whether they are done.
 */
static void prepare(struct tel_http *http, struct turn *turn)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    const struct tel_handover *handover = &http->requests.handover;

    turn->files[0] = (struct pollfd){http->requests.wake, POLLIN, 0};
    turn->files[1] = (struct pollfd){info->epoll_fd, POLLIN, 0};
    turn->files[2] = (struct pollfd){-1, POLLIN, 0};
    turn->count = 1;
    turn->timeout_us = to_us(tel_connections_due_ms(&http->requests.connections,
                                                    http->requests.now_ms));
    if (http->answer_turns > 0) {
        http->answer_turns--;
        turn->timeout_us = 0;
    } else if (handover->waiting > 0) {
        turn->timeout_us = sooner(turn->timeout_us, BUSY_US);
    } else if (handover->gathered > 0) {
        turn->timeout_us = sooner(turn->timeout_us, GATHER_US);
    } else {
        attend(http, turn);
    }
}

static bool wait_for(struct turn *turn)
{
    const struct timespec timeout = {turn->timeout_us / 1000000,
                                     turn->timeout_us % 1000000 * 1000};

    return ppoll(turn->files, turn->count,
                 turn->timeout_us >= 0 ? &timeout : NULL, NULL) >= 0;
}

/* Whether somebody may be at the door, as far as this turn knows. */
static bool is_asked(struct tel_http *http, const struct turn *turn)
{
    struct pollfd file = {http->fd, POLLIN, 0};
    int wait_ms;

    if (turn->count == 3)
        return turn->files[2].revents != 0;
    /* accept makes a socket before it looks whether somebody is there. */
    return listens(http, &wait_ms) && poll(&file, 1, 0) > 0;
}

/* Before it is quiet, what was read is with the queue, which will end. */
static void hush(struct tel_http *http)
{
    /* From the first bytes to the whole request it takes two turns. */
    for (unsigned i = 0; i < 2; i++)
        (void)MHD_run(http->daemon);
    tel_requests_pass(&http->requests);
    (void)sem_post(&http->quiet);
}

static void take_turn(struct tel_http *http)
{
    struct tel_requests *requests = &http->requests;
    struct turn turn;

    prepare(http, &turn);
    if (!wait_for(&turn))
        return;
    requests->now_us = now_us();
    requests->now_ms = requests->now_us / 1000;
    if (turn.files[0].revents != 0 && tel_requests_awake(requests))
        http->answer_turns = ANSWER_TURNS;
    if (is_asked(http, &turn))
        let_in(http);
    (void)MHD_run(http->daemon);
    if (atomic_load(&http->stage) != STAGE_OPEN)
        hush(http);
    else if (tel_handover_is_due(&requests->handover, requests->now_us))
        tel_requests_pass(requests);
    tel_connections_cut(&requests->connections, requests->now_ms);
}

/* Until it shall end and every answer that was promised has left, or has had
 * LINGER_MS for it. */
static void *run(void *context)
{
    struct tel_http *http = context;
    uint64_t last_ms = UINT64_MAX;

    while (http->requests.now_ms < last_ms) {
        take_turn(http);
        if (atomic_load(&http->stage) != STAGE_ENDING)
            continue;
        if (http->requests.answering == 0)
            break;
        if (last_ms == UINT64_MAX) {
            /* A client that does not take its answer is not waited for. */
            last_ms = http->requests.now_ms + LINGER_MS;
            http->requests.connections.deadline_ms = LINGER_MS;
        }
    }
    return NULL;
}

static size_t connection_bytes(const struct tel_collector_limits *limits)
{
    size_t bytes = HEAD_BYTES + (size_t)limits->target_max;

    return tel_wipe_heap != NULL || bytes > CONNECTION_BYTES_MAPPED
               ? bytes
               : CONNECTION_BYTES_MAPPED;
}

/*
 * What the daemon takes apart of a target, its arguments, is not looked at:
 * they need not be decoded either.
 */
static size_t leave_escaped(void *context, struct MHD_Connection *connection,
                            char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

static struct MHD_Daemon *start_daemon(struct tel_http *http)
{
    /* Turbo: an answer is written without asking first whether there is room,
     * which there is. */
    unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_TURBO |
                     MHD_USE_SUPPRESS_DATE_NO_CLOCK;
    struct tel_requests *requests = &http->requests;

    /* One more than are let in: it never has to refuse any. */
    return MHD_start_daemon(
        flags, 0, NULL, NULL, tel_requests_handle, requests,
        MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)requests->limits.connections_max + 1,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_bytes(&requests->limits),
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_UNESCAPE_CALLBACK,
        leave_escaped, NULL, MHD_OPTION_URI_LOG_CALLBACK, tel_requests_begin,
        requests, MHD_OPTION_NOTIFY_COMPLETED, tel_requests_complete, requests,
        MHD_OPTION_NOTIFY_CONNECTION, tel_requests_connection, requests,
        MHD_OPTION_END);
}

static int start(struct tel_http *http,
                 const struct tel_collector_limits *limits,
                 struct tel_queue *queue)
{
    int r;

    http->requests.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (http->requests.wake < 0)
        return -errno;
    r = tel_requests_start(&http->requests, limits, queue, now_us());
    if (r < 0)
        return r;
    errno = 0;
    http->daemon = start_daemon(http);
    if (http->daemon == NULL)
        return errno != 0 ? -errno : -EIO;
    r = pthread_create(&http->thread, NULL, run, http);
    http->running = r == 0;
    return -r;
}

static void reach(struct tel_http *http, enum stage stage)
{
    atomic_store(&http->stage, stage);
    tel_requests_wake(&http->requests);
}

int tel_http_start(int fd, const struct tel_collector_limits *limits,
                   struct tel_queue *queue, struct tel_http **ret_http)
{
    struct tel_http *http = calloc(1, sizeof(*http));
    int r;

    if (http == NULL)
        return -ENOMEM;
    http->fd = fd;
    http->requests.wake = -1;
    (void)sem_init(&http->quiet, 0, 0);
    r = start(http, limits, queue);
    if (r < 0) {
        tel_http_stop(http);
        return r;
    }
    *ret_http = http;
    return 0;
}

void tel_http_quiesce(struct tel_http *http)
{
    reach(http, STAGE_QUIET);
    while (sem_wait(&http->quiet) < 0 && errno == EINTR)
        continue;
}

void tel_http_stop(struct tel_http *http)
{
    if (http == NULL)
        return;
    if (http->running) {
        reach(http, STAGE_ENDING);
        (void)pthread_join(http->thread, NULL);
    }
    if (http->daemon != NULL)
        MHD_stop_daemon(http->daemon);
    tel_requests_end(&http->requests);
    if (http->requests.wake >= 0)
        (void)close(http->requests.wake);
    (void)sem_destroy(&http->quiet);
    free(http);
}
