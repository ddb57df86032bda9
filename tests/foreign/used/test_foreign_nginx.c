/* SPDX-License-Identifier: MIT */
/* nginx, master and workers, under the shim: the same answers and status. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "served.h"

#define SERVER FETCHED "usr/sbin/nginx"
#define CLIENTS 4

/* nginx hands on no environment but what is named: here, what the shim needs.
 * Workers give up root where they can; what they write is below the prefix.
 * Every fourth page goes through the server twice, as a proxy. */
static const char config[] =
    "daemon %s;\nworker_processes 2;\nworker_shutdown_timeout 10s;\n%s"
    "env LD_PRELOAD;\nenv HOME;\nenv XDG_CONFIG_HOME;\nenv XDG_RUNTIME_DIR;\n"
    "pid nginx.pid;\nerror_log error.log notice;\n"
    "events { worker_connections 128; }\n"
    "http {\n"
    "access_log access.log;\nkeepalive_requests 100000;\n"
    "client_body_temp_path body;\nproxy_temp_path proxy;\n"
    "fastcgi_temp_path fastcgi;\nuwsgi_temp_path uwsgi;\n"
    "scgi_temp_path scgi;\n"
    "types { text/html html; text/plain txt; }\n"
    "gzip on; gzip_min_length 200; gzip_types text/plain;\n"
    "server {\n"
    "listen unix:%s/socket;\nroot site;\n"
    "location /said { return 200 \"%s $request_uri\\n\"; }\n"
    "location /twice/ { proxy_pass http://unix:%s/socket:/said/; }\n"
    "location /page { ssi on; }\n"
    "}\n}\n";

struct server {
    struct recorded *r;
    const char *root;
    char *socket;
    pid_t pid;
};

static int setup(void **state)
{
    *state = served_new("nginx", "usr/sbin/nginx");
    return 0;
}

/* Of what a failed test has left in the background the scratch can't know:
 * nginx writes its title over its environment. */
static int teardown(void **state)
{
    struct recorded *r = *state;
    char *pid;

    if (r != NULL) {
        pid = file_read(scratch_path(r->scratch, "nginx.pid"), NULL);
        if (pid != NULL && strtol(pid, NULL, 10) > 1) {
            (void)kill((pid_t)strtol(pid, NULL, 10), SIGTERM);
        }
        free(pid);
        recorded_free(r);
    }
    return 0;
}

static void configure(const struct server *server, const char *word,
                      const char *daemon)
{
    struct text text = {0};

    text_add(&text, config, daemon,
             geteuid() == 0 ? "user nobody nogroup;\n" : "", server->root, word,
             server->root);
    scratch_write(server->r->scratch, "nginx.conf", text.bytes);
    text_clear(&text);
}

static struct server server_of(struct recorded *r)
{
    struct server server = {.r = r, .root = r->scratch->root};
    struct text page = {0};

    server.socket = (char *)(uintptr_t)scratch_path(r->scratch, "socket");
    for (int i = 0; i < 2000; i++) {
        text_add(&page, "line %d of a text that fills some packets\n", i);
    }
    scratch_write(r->scratch, "site/long.txt", page.bytes);
    scratch_write(r->scratch, "site/index.html", "<p>index\n");
    scratch_write(r->scratch, "site/page.html",
                  "<!--#include virtual=\"/said/within\" -->\n");
    text_clear(&page);
    assert_int_equal(chmod(scratch_path(r->scratch, "site"), 0755), 0);
    configure(&server, "first", "off");
    return server;
}

static char *const *command_of(const struct server *server, const char *signal)
{
    static char *argv[8];
    char **arg = argv;

    *arg++ = (char *)(uintptr_t)SERVER;
    *arg++ = (char *)(uintptr_t) "-p";
    *arg++ = (char *)(uintptr_t)server->root;
    *arg++ = (char *)(uintptr_t) "-c";
    *arg++ = (char *)(uintptr_t) "nginx.conf";
    if (signal != NULL) {
        *arg++ = (char *)(uintptr_t) "-s";
        *arg++ = (char *)(uintptr_t)signal;
    }
    *arg = NULL;
    return argv;
}

static void start(struct server *server, const char *preload)
{
    (void)unlink(server->socket);
    server->pid = served_start(server->r, preload, command_of(server, NULL));
    until(socket_accepts, server->socket);
    assert_int_equal(has_loaded(server->pid, "libtel_shim.so"),
                     preload != NULL);
}

/* Runs nginx as a person would to tell the running one something. */
static void tell(const struct server *server, const char *preload,
                 const char *signal)
{
    struct result result;

    scratch_set(server->r->scratch, "LD_PRELOAD", preload);
    result = scratch_runv(server->r->scratch, command_of(server, signal));
    scratch_set(server->r->scratch, "LD_PRELOAD", NULL);
    assert_int_equal(result.status, 0);
    result_clear(&result);
}

static void add_request(struct text *requests, unsigned i, const char *path)
{
    static const char *const ways[] = {
        "GET /said/%u HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /twice/%u HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /index.html?%u HTTP/1.1\r\nHost: h\r\n\r\n",
        "HEAD /long.txt?%u HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /missing/%u HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /page.html?%u HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /long.txt?%u HTTP/1.1\r\nHost: h\r\nRange: bytes=9-99\r\n\r\n",
        ("POST /index.html?%u HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n"
         "\r\nbody"),
    };

    if (path != NULL) {
        text_add(requests, "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", path);
    } else if (i % 500 == 3) {
        text_add(requests, "GET /long.txt HTTP/1.1\r\nHost: h\r\n"
                           "Accept-Encoding: gzip\r\n\r\n");
    } else {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        text_add(requests, ways[i % (sizeof(ways) / sizeof(ways[0]))], i);
#pragma GCC diagnostic pop
    }
}

/* All that was answered but the time of day. */
static void add_answers(struct text *said, const char *answers, size_t len)
{
    static const char date[] = "Date: ";
    const char *at = answers;
    const char *end = answers + len;

    while (at < end) {
        const char *found = memmem(at, (size_t)(end - at), date, 6);

        text_add_bytes(said, at, (size_t)((found ? found : end) - at));
        at = found ? memchr(found, '\n', (size_t)(end - found)) : end;
        assert_non_null(at);
    }
}

static void ask(const struct server *server, unsigned count, struct text *said)
{
    struct text requests = {0};
    struct text answers = {0};
    unsigned asked = 0;

    for (unsigned client = 0; client < CLIENTS; client++) {
        int fd = socket_dial(server->socket);

        requests.len = 0;
        answers.len = 0;
        for (unsigned i = 0; i < count / CLIENTS - 1; i++) {
            add_request(&requests, asked++, NULL);
        }
        add_request(&requests, 0, "/said/the-end");
        exchange(fd, &requests, "/said/the-end\n", &answers);
        add_answers(said, answers.bytes, answers.len);
        close(fd);
    }
    text_clear(&requests);
    text_clear(&answers);
}

static bool says_second(void *context)
{
    struct text request = {0};
    struct text answer = {0};
    int fd = socket_dial(context);
    bool found;

    add_request(&request, 0, "/said/it");
    exchange(fd, &request, "/said/it\n", &answer);
    found = strstr(answer.bytes, "\r\n\r\nsecond") != NULL;
    close(fd);
    text_clear(&request);
    text_clear(&answer);
    return found;
}

static size_t lines_logged(const struct server *server)
{
    char *log = file_read(scratch_path(server->r->scratch, "access.log"), NULL);
    size_t lines;

    assert_non_null(log);
    /* But not those that waited for the reload. */
    lines = count_of(log, "\n") - count_of(log, "/said/it ");
    free(log);
    (void)unlink(scratch_path(server->r->scratch, "access.log"));
    return lines;
}

static void add_title(const struct server *server, struct text *said)
{
    char *title = proc_read(server->pid, "cmdline", NULL);

    text_add(said, "title %s\n", title);
    free(title);
}

struct workers {
    pid_t pids[8];
    char *socket;
};

static struct workers workers_of(const struct server *server)
{
    struct workers workers = {.socket = server->socket};
    char file[32];
    char *list;
    char *at;

    (void)snprintf(file, sizeof(file), "task/%d/children", (int)server->pid);
    list = proc_read(server->pid, file, NULL);
    assert_non_null(list);
    at = list;
    for (unsigned i = 0; i < 8 && *at != '\0'; i++) {
        workers.pids[i] = (pid_t)strtol(at, &at, 10);
        at += strspn(at, " ");
    }
    free(list);
    return workers;
}

/* Until then an old worker may answer, and close the connection. */
static bool are_replaced(void *context)
{
    struct workers *workers = context;

    for (unsigned i = 0; i < 8; i++) {
        if (workers->pids[i] > 0 && kill(workers->pids[i], 0) == 0) {
            return false;
        }
    }
    return says_second(workers->socket);
}

/* A life of the server, with a new configuration in the middle of it. */
static struct text live(struct server *server, const char *preload, int sig)
{
    struct text said = {0};
    struct workers old;

    configure(server, "first", "off");
    start(server, preload);
    ask(server, REQUESTS / 2, &said);
    old = workers_of(server);
    configure(server, "second", "off");
    if (sig == SIGTERM) {
        assert_int_equal(kill(server->pid, SIGHUP), 0);
    } else {
        tell(server, preload, "reload");
    }
    until(are_replaced, &old);
    ask(server, REQUESTS / 2, &said);
    add_title(server, &said);
    text_add(&said, "status %d\n",
             scratch_stop(server->r->scratch, server->pid, sig));
    text_add(&said, "logged %zu\n", lines_logged(server));
    return said;
}

static void check_same(void **state, int sig, unsigned runs)
{
    struct server server;
    struct text bare;
    struct text shim;

    if (*state == NULL) {
        skip();
        return;
    }
    server = server_of(*state);
    bare = live(&server, NULL, sig);
    recorded_nothing_more(*state);
    shim = live(&server, TEL_STAGE_SHIM, sig);
    assert_same_text(&bare, &shim);
    assert_non_null(memmem(shim.bytes, shim.len, "\nstatus 0\n", 10));
    assert_int_equal(text_count(&shim, "HTTP/1.1 "), REQUESTS);
    assert_true(text_count(&shim, "HTTP/1.1 200 OK") > REQUESTS / 2);
    for (unsigned i = 0; i < runs; i++) {
        recorded_expect(*state, "run", TEL_END_CODE, 0);
    }
    recorded_nothing_more(*state);
    text_clear(&bare);
    text_clear(&shim);
}

/* nginx -s reload was typed too. */
static void test_nginx_reloaded_by_command_and_quit_is_the_same(void **state)
{
    check_same(state, SIGQUIT, 2);
}

static void test_nginx_reloaded_by_sighup_and_ended_is_the_same(void **state)
{
    check_same(state, SIGTERM, 1);
}

static bool exists(void *path)
{
    return access(path, F_OK) == 0;
}

static bool is_gone(void *path)
{
    return access(path, F_OK) < 0;
}

/* As it is usually started: the first process leaves at once. */
static void test_nginx_in_the_background_each_command_counts(void **state)
{
    struct server server;
    struct text said = {0};

    if (*state == NULL) {
        skip();
        return;
    }
    server = server_of(*state);
    configure(&server, "first", "on");
    (void)unlink(server.socket);
    tell(&server, TEL_STAGE_SHIM, NULL);
    until(socket_accepts, server.socket);
    ask(&server, 400, &said);
    configure(&server, "second", "on");
    tell(&server, TEL_STAGE_SHIM, "reload");
    until(says_second, server.socket);
    ask(&server, 400, &said);
    tell(&server, TEL_STAGE_SHIM, "quit");
    until(is_gone,
          (void *)(uintptr_t)scratch_path(server.r->scratch, "nginx.pid"));
    assert_int_equal(count_of(said.bytes, "HTTP/1.1 500"), 0);
    for (unsigned i = 0; i < 3; i++) {
        recorded_expect(*state, "run", TEL_END_CODE, 0);
    }
    recorded_nothing_more(*state);
    text_clear(&said);
}

static pid_t pid_in(const struct server *server, const char *file)
{
    char *text = file_read(scratch_path(server->r->scratch, "%s", file), NULL);
    pid_t pid = text != NULL ? (pid_t)strtol(text, NULL, 10) : 0;

    free(text);
    return pid;
}

/* The old one starts the new one: nobody typed that. */
static void test_nginx_upgraded_in_place_counts_once(void **state)
{
    struct server server;
    struct text said = {0};
    pid_t old;

    if (*state == NULL) {
        skip();
        return;
    }
    server = server_of(*state);
    configure(&server, "first", "on");
    (void)unlink(server.socket);
    tell(&server, TEL_STAGE_SHIM, NULL);
    until(socket_accepts, server.socket);
    /* A signal that comes before its loop, as it starts workers, waits there
     * for another one; who answers is a worker. */
    ask(&server, CLIENTS, &said);
    old = pid_in(&server, "nginx.pid");
    assert_true(old > 1);
    configure(&server, "second", "on");
    assert_int_equal(kill(old, SIGUSR2), 0);
    until(exists, (void *)(uintptr_t)scratch_path(server.r->scratch,
                                                  "nginx.pid.oldbin"));
    until(says_second, server.socket);
    assert_int_equal(kill(old, SIGQUIT), 0);
    until(is_gone, (void *)(uintptr_t)scratch_path(server.r->scratch,
                                                   "nginx.pid.oldbin"));
    until(says_second, server.socket);
    assert_true(has_loaded(pid_in(&server, "nginx.pid"), "libtel_shim.so"));
    tell(&server, NULL, "quit");
    until(is_gone,
          (void *)(uintptr_t)scratch_path(server.r->scratch, "nginx.pid"));
    recorded_expect(*state, "run", TEL_END_CODE, 0);
    recorded_nothing_more(*state);
    text_clear(&said);
}

static void test_nginx_killed_is_recorded_so(void **state)
{
    struct server server;

    if (*state == NULL) {
        skip();
        return;
    }
    server = server_of(*state);
    start(&server, TEL_STAGE_SHIM);
    recorded_until_running(*state);
    assert_int_equal(scratch_stop(server.r->scratch, server.pid, SIGKILL),
                     -SIGKILL);
    recorded_expect_killed(*state, "run");
    recorded_nothing_more(*state);
    (void)kill(-server.pid, SIGKILL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_nginx_reloaded_by_command_and_quit_is_the_same, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            test_nginx_reloaded_by_sighup_and_ended_is_the_same, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            test_nginx_in_the_background_each_command_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_nginx_upgraded_in_place_counts_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nginx_killed_is_recorded_so, setup,
                                        teardown),
    };

    return cmocka_run_group_tests_name("foreign_nginx", tests, NULL, NULL);
}
