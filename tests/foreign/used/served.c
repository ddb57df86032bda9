/* SPDX-License-Identifier: MIT */
/* Servers that were fetched but not installed, as hosts of the shim. */
#include "served.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_DEADLINE_MS 30000

void assert_same_text(const struct text *one, const struct text *two)
{
    size_t at = 0;
    size_t from;

    while (at < one->len && at < two->len && one->bytes[at] == two->bytes[at]) {
        at++;
    }
    if (at == one->len && at == two->len) {
        return;
    }
    from = at < 60 ? 0 : at - 60;
    fail_msg("%zu and %zu bytes, the same up to %zu:\n%.200s\n---\n%.200s",
             one->len, two->len, at, one->bytes + from, two->bytes + from);
}

struct recorded *served_new(const char *name, const char *program)
{
    struct recorded *recorded;
    char path[512];

    (void)snprintf(path, sizeof(path), "%s%s", FETCHED, program);
    if (access(path, X_OK) < 0) {
        print_message("no %s (%s): run tests/foreign/used/fetch-servers.sh\n",
                      name, path);
        return NULL;
    }
    recorded = recorded_new();
    recorded_tool(recorded, name, "[command]\nverbs = none\n");
    scratch_set(recorded->scratch, "LD_LIBRARY_PATH", TEL_SERVERS_LIB);
    assert_int_equal(chmod(recorded->scratch->root, 0755), 0);
    return recorded;
}

pid_t served_start(struct recorded *recorded, const char *preload,
                   char *const *argv)
{
    pid_t pid;

    scratch_set(recorded->scratch, "LD_PRELOAD", preload);
    pid = scratch_start(recorded->scratch, "log", argv);
    scratch_set(recorded->scratch, "LD_PRELOAD", NULL);
    return pid;
}

bool has_loaded(pid_t pid, const char *object)
{
    char *maps = proc_read(pid, "maps", NULL);
    bool found = maps != NULL && strstr(maps, object) != NULL;

    free(maps);
    return found;
}

static int dial(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_true(strlen(path) < sizeof(address.sun_path));
    strcpy(address.sun_path, path);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

bool socket_accepts(void *path)
{
    int fd = dial(path);

    if (fd < 0) {
        return false;
    }
    close(fd);
    return true;
}

int socket_dial(const char *path)
{
    int fd = dial(path);

    if (fd < 0) {
        fail_msg("connect %s: %s", path, strerror(errno));
    }
    return fd;
}

static bool ends_with(const struct text *text, size_t from, const char *last)
{
    size_t len = strlen(last);

    return text->len - from >= len &&
           memcmp(text->bytes + text->len - len, last, len) == 0;
}

void exchange(int fd, const struct text *requests, const char *last,
              struct text *ret_answers)
{
    struct pollfd polled = {.fd = fd};
    size_t begin = ret_answers->len;
    char buffer[65536];
    size_t sent = 0;
    ssize_t n;

    while (sent < requests->len || !ends_with(ret_answers, begin, last)) {
        polled.events = sent < requests->len ? POLLIN | POLLOUT : POLLIN;
        if (poll(&polled, 1, ANSWER_DEADLINE_MS) <= 0) {
            fail_msg("no answer after %zu bytes", ret_answers->len - begin);
        }
        if ((polled.revents & POLLOUT) != 0) {
            n = send(fd, requests->bytes + sent, requests->len - sent,
                     MSG_DONTWAIT | MSG_NOSIGNAL);
            sent += n > 0 ? (size_t)n : 0;
        }
        if ((polled.revents & (POLLIN | POLLHUP | POLLERR)) == 0) {
            continue;
        }
        n = read(fd, buffer, sizeof(buffer));
        if (n <= 0) {
            fail_msg("the server closed after %zu bytes, %zu of %zu sent: %s",
                     ret_answers->len - begin, sent, requests->len,
                     ret_answers->len - begin < 300
                         ? ""
                         : ret_answers->bytes + ret_answers->len - 300);
        }
        text_add_bytes(ret_answers, buffer, (size_t)n);
    }
}
