/* SPDX-License-Identifier: MIT */
/* The site file for nginx that is shipped, in the real nginx: what arrives
 * counts, and of who sent it nothing is kept or passed on. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/close_range.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "box.h"
#include "collect.h"
#include "text.h"
#include "tls.h"

#define NGINX TEL_SERVERS "/unpacked/usr/sbin/nginx"
#define SITE TEL_SOURCE "/packaging/nginx/tel-collect.conf"

/* Whose address is looked for; all of 127.0.0.0/8 is this machine. */
#define CLIENT "127.9.8.7"
#define CANARY "zXqCanary7"

#define COMMIT QUERY("commit", "ms=12&exit=0")

/* Everything is logged, so that only the site can forbid it. */
static const char around[] =
    "daemon off;\nworker_processes 1;\npid nginx.pid;\n%s"
    "error_log main.error info;\n"
    "events { worker_connections 256; }\n"
    "http {\nerror_log http.error info;\n"
    "log_format all '$remote_addr \"$request\" $http_user_agent';\n"
    "access_log http.access all;\n"
    "client_body_temp_path body;\nproxy_temp_path proxy;\n"
    "fastcgi_temp_path fastcgi;\nuwsgi_temp_path uwsgi;\n"
    "scgi_temp_path scgi;\n%s\n}\n";

struct front {
    struct box *box;
    struct collect c; /* in the box's scratch */
    int socket;
    int port;
    pid_t pid;
};

static int listen_anywhere(int *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(fd, 128), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

static int setup(void **state)
{
    static struct front front;

    memset(&front, 0, sizeof(front));
    front.socket = -1;
    *state = &front;
    if (!tls_has_nginx())
        return 0;
    front.box = box_new();
    tls_certify(front.box);
    collect_setup(&front.c);
    front.socket = listen_anywhere(&front.port);
    return 0;
}

static int teardown(void **state)
{
    struct front *front = *state;

    if (front->box == NULL)
        return 0;
    (void)close(front->socket);
    collect_teardown(&front->c);
    box_free(front->box);
    return 0;
}

/* Puts new in the place of the one old. */
static char *replace(char *text, const char *old, const char *new)
{
    char *at = strstr(text, old);
    char *whole = NULL;

    if (at == NULL || strstr(at + 1, old) != NULL)
        fail_msg("not once in the site file: %s", old);
    assert_true(asprintf(&whole, "%.*s%s%s", (int)(at - text), text, new,
                         at + strlen(old)) > 0);
    free(text);
    return whole;
}

/* The shipped file, with this machine's names in it. */
static char *site(const struct front *front, int upstream)
{
    const struct scratch *s = front->box->scratch;
    char *text = file_read(SITE, NULL);
    char line[320];

    assert_non_null(text);
    snprintf(line, sizeof(line), "server 127.0.0.1:%d;", upstream);
    text = replace(text, "server 127.0.0.1:8080;", line);
    snprintf(line, sizeof(line), "listen 127.0.0.1:%d ssl", front->port);
    text = replace(text, "listen 443 ssl", line);
    text = replace(text, "listen [::]:443 ssl http2;", "");
    text = replace(text, "t.example.org;", "localhost;");
    text = replace(text, "/etc/ssl/certs/t.example.org.pem",
                   scratch_path(s, "home/cert.pem"));
    text = replace(text, "/etc/ssl/private/t.example.org.key",
                   scratch_path(s, "home/key.pem"));
    return replace(text, "/var/log/nginx/tel-collect.error.log",
                   scratch_path(s, "nginx/site.error"));
}

/* nginx takes the socket over, as a new binary takes that of the old one, so
 * that it needs no port of its own. */
static void become_nginx(const struct front *front)
{
    char *argv[] = {
        strdup(NGINX),
        strdup("-p"),
        strdup(scratch_path(front->box->scratch, "nginx")),
        strdup("-c"),
        strdup(scratch_path(front->box->scratch, "nginx/nginx.conf")),
        NULL};

    int log = open(scratch_path(front->box->scratch, "nginx.out"),
                   O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    setpgid(0, 0);
    if (dup2(log, 1) < 0 || dup2(log, 2) < 0 || dup2(front->socket, 3) < 0)
        _exit(126);
    (void)syscall(SYS_close_range, 4U, ~0U, CLOSE_RANGE_CLOEXEC);
    environ = front->box->scratch->vars;
    (void)setenv("NGINX", "3;", 1);
    execv(argv[0], argv);
    _exit(127);
}

static bool is_up(void *context)
{
    const struct front *front = context;
    char *pid =
        file_read(scratch_path(front->box->scratch, "nginx/nginx.pid"), NULL);
    bool up = pid != NULL && pid[0] != '\0';

    free(pid);
    return up;
}

static void start_nginx(struct front *front, int upstream)
{
    struct scratch *s = front->box->scratch;
    char *text = site(front, upstream);
    char *whole = NULL;
    size_t i = 0;

    assert_true(asprintf(&whole, around,
                         geteuid() == 0 ? "user nobody nogroup;\n" : "",
                         text) > 0);
    scratch_write(s, "nginx/nginx.conf", whole);
    free(whole);
    free(text);
    fflush(NULL);
    front->pid = fork();
    assert_true(front->pid >= 0);
    if (front->pid == 0)
        become_nginx(front);
    while (s->children[i] > 0)
        i++;
    s->children[i] = front->pid;
    until(is_up, front);
    /* No request may need a file: there is no place for one. */
    assert_int_equal(rmdir(scratch_path(s, "nginx/body")), 0);
    assert_int_equal(rmdir(scratch_path(s, "nginx/proxy")), 0);
}

static void stop_nginx(struct front *front)
{
    assert_int_equal(scratch_stop(front->box->scratch, front->pid, SIGQUIT), 0);
}

static struct front *begin(void **state)
{
    struct front *front = *state;

    skip_unless(tls_has_nginx(), "nginx was not fetched: %s\n", NGINX);
    return front;
}

/* Sends these bytes over TLS from CLIENT: what comes back. */
static char *raw(struct front *front, const char *options, const char *bytes,
                 size_t len)
{
    struct scratch *s = front->box->scratch;
    FILE *file = fopen(scratch_path(s, "request"), "w");
    char *command = NULL;
    struct result result;

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    assert_true(asprintf(&command,
                         "exec openssl s_client -ign_eof -bind %s:0 -connect "
                         "127.0.0.1:%d -servername localhost %s <'%s' 2>&1",
                         CLIENT, front->port, options,
                         scratch_path(s, "request")) > 0);
    result = scratch_run(s, "sh", "-c", command, NULL);
    free(command);
    assert_int_equal(unlink(scratch_path(s, "request")), 0);
    free(result.err);
    return result.out;
}

/* Of the last answer: "100 Continue" may stand before it. */
static int status_of(const char *answer)
{
    int status = 0;

    while ((answer = strstr(answer, "HTTP/1.1 ")) != NULL) {
        answer += strlen("HTTP/1.1 ");
        status = atoi(answer);
    }
    return status;
}

/* A request with as much in it as a browser behind a proxy sends, and more. */
static int request(struct front *front, const char *method, const char *target,
                   const char *headers, const char *body)
{
    struct text text = {0};
    char *answer = NULL;
    int status;

    text_add(&text,
             "%s %s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: " CANARY "\r\n"
             "Cookie: id=" CANARY "\r\nReferer: https://" CANARY ".example/\r\n"
             "X-Forwarded-For: 192.0.2.7, " CANARY "\r\n"
             "Forwarded: for=192.0.2.7\r\nX-Real-IP: 192.0.2.7\r\n"
             "Authorization: Basic " CANARY "\r\nAccept-Language: " CANARY
             "\r\nDNT: 1\r\nVia: 1.1 " CANARY "\r\nOrigin: " CANARY
             "\r\nX-" CANARY ": 1\r\n%sContent-Length: %zu\r\n"
             "Connection: close\r\n\r\n%s",
             method, target, headers, strlen(body), body);
    answer = raw(front, "", text.bytes, strlen(text.bytes));
    status = status_of(answer);
    free(answer);
    text_clear(&text);
    return status;
}

/* ---- what the files below a folder may not hold ------------------------ */

static unsigned files;
static const char *const forbidden[] = {CLIENT, CANARY, "192.0.2.7",
                                        "canary.example"};

static int look(const char *path, const struct stat *info, int type,
                struct FTW *walk)
{
    size_t len = 0;
    char *bytes = NULL;

    (void)walk;
    if (type != FTW_F || !S_ISREG(info->st_mode))
        return 0;
    files++;
    bytes = file_read(path, &len);
    assert_non_null(bytes);
    for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
        if (memmem(bytes, len, forbidden[i], strlen(forbidden[i])) != NULL)
            fail_msg("%s is in %s: %.400s", forbidden[i], path, bytes);
    }
    free(bytes);
    return 0;
}

static void assert_clean(const char *folder, unsigned least)
{
    files = 0;
    assert_int_equal(nftw(folder, look, 16, FTW_PHYS), 0);
    assert_true(files >= least);
}

/* ---- tests -------------------------------------------------------------- */

/* Real senders by POST and GET, and raw requests: all of it counts. */
static void test_nginx_counts_what_is_sent(void **state)
{
    struct front *front = begin(state);
    struct box *box = front->box;
    char endpoint[64];
    json_t *report = NULL;

    snprintf(endpoint, sizeof(endpoint), "https://localhost:%d/t", front->port);
    box_tool_at(box, "poster", "POST", endpoint);
    box_tool_at(box, "getter", "GET", endpoint);
    for (int i = 0; i < 2; i++) {
        static const char *const names[] = {"poster", "getter"};
        char *policy = file_read(
            scratch_path(box->scratch, "config/tel/tools.d/%s.conf", names[i]),
            NULL);
        char to[32];

        assert_non_null(policy);
        snprintf(to, sizeof(to), "tools/%s.conf", names[i]);
        scratch_write(front->c.scratch, to, policy);
        free(policy);
    }
    collect_start(&front->c, "127.0.0.1:0");
    start_nginx(front, front->c.port);
    box_new_file(box, "poster", 1, 60);
    box_new_file(box, "getter", 1, 20);
    box_flush(box, 0, "80 sent, 0 waiting\n");
    assert_int_equal(request(front, "GET", "/t?" COMMIT, "", ""), 204);
    assert_int_equal(
        request(front, "GET", "/t?" COMMIT, "Idempotency-Key: " KEY "\r\n", ""),
        204);
    assert_int_equal(
        request(front, "GET", "/t?" COMMIT, "Idempotency-Key: " KEY "\r\n", ""),
        204);
    assert_int_equal(request(front, "POST", "/t",
                             "Content-Type: application/x-ndjson\r\n",
                             ROW("commit", "\"ms\":1,\"exit\":0")
                                 ROW("commit", "\"ms\":1,\"exit\":1")),
                     204);
    stop_nginx(front);
    assert_int_equal(collect_runs(&front->c, "commit"), 4);
    report = collect_report(&front->c, "poster", "-k", "1", NULL);
    assert_int_equal(number_of(event_of(report, "run"), "runs"), 60);
    json_decref(report);
    report = collect_report(&front->c, "getter", "-k", "1", NULL);
    assert_int_equal(number_of(event_of(report, "run"), "runs"), 20);
    json_decref(report);
    collect_stop(&front->c);
}

/* Everything that can go wrong on the way, with canaries in all of it. */
static void send_badly(struct front *front)
{
    char *large = malloc(2200000);
    char *answer = NULL;

    assert_non_null(large);
    memset(large, '\n', 2200000);
    /* Refused by the collector: its path, query, key; what it never sees. */
    assert_int_equal(request(front, "GET", "/t?" CANARY "=1", "", ""), 400);
    assert_int_equal(request(front, "GET", "/" CANARY "?" COMMIT, "", ""), 404);
    assert_int_equal(request(front, "GET", "/metrics", "", ""), 404);
    assert_int_equal(request(front, "GET", "/healthz", "", ""), 404);
    assert_int_equal(request(front, "DELETE", "/t?" CANARY, "", ""), 405);
    assert_int_equal(request(front, "TRACE", "/t?" CANARY, "", ""), 405);
    assert_int_equal(request(front, "GET", "/t?" COMMIT,
                             "Idempotency-Key: " CANARY "\r\n", ""),
                     400);
    assert_int_equal(
        request(front, "GET", "/t", "Bad header " CANARY "\r\n", ""), 400);
    /* 1 MiB of lines is more than a batch; twice that more than a body. */
    large[1048576] = '\0';
    assert_int_equal(request(front, "POST", "/t", "", large), 413);
    memset(large, '\n', 2200000);
    large[2100000] = '\0';
    assert_int_equal(request(front, "POST", "/t", "", large), 413);
    memset(large, 'a', 20000);
    large[0] = '/';
    large[20000] = '\0';
    assert_int_equal(request(front, "GET", large, "", ""), 414);
    free(large);
    /* No HTTP at all, no end, an old TLS, another name. */
    answer = raw(front, "", CANARY "\r\n\r\n", strlen(CANARY) + 4);
    free(answer);
    answer = raw(front, "-tls1_1", "", 0);
    assert_null(strstr(answer, "HTTP/1.1"));
    free(answer);
    answer = raw(front, "-servername " CANARY ".example",
                 "GET / HTTP/1.0\r\n\r\n", 18);
    free(answer);
}

static void test_nginx_keeps_nothing_of_who_sent(void **state)
{
    struct front *front = begin(state);
    char *folder = strdup(scratch_path(front->box->scratch, "nginx"));

    collect_start(&front->c, "127.0.0.1:0");
    start_nginx(front, front->c.port);
    send_badly(front);
    collect_stop(&front->c);
    /* Nobody answers behind it any more. */
    assert_int_equal(request(front, "GET", "/t?" COMMIT, "", ""), 502);
    assert_clean(folder, 4);
    assert_clean(front->c.scratch->root, 5);
    stop_nginx(front);
    assert_clean(folder, 3);
    free(folder);
}

/* Whether a client that has kept its session may take it up again. */
static bool reuses(struct front *front, const char *version)
{
    static const char bytes[] =
        "GET /t HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    const char *way[] = {"-sess_out", "-sess_in"};
    bool reused = false;

    for (size_t i = 0; i < 2; i++) {
        char options[320];
        const char *kept = scratch_path(front->box->scratch, "session");
        char *answer = NULL;

        /* There may have been nothing to keep. */
        if (i == 1 && access(kept, R_OK) != 0)
            return false;
        snprintf(options, sizeof(options), "-%s %s '%s'", version, way[i],
                 kept);
        answer = raw(front, options, bytes, strlen(bytes));
        assert_int_equal(status_of(answer), 400);
        reused = strstr(answer, "\nReused, ") != NULL;
        assert_true(reused || strstr(answer, "\nNew, ") != NULL);
        free(answer);
    }
    (void)unlink(scratch_path(front->box->scratch, "session"));
    return reused;
}

/* A session that is taken up again links two batches. */
static void test_nginx_lets_no_session_be_taken_up(void **state)
{
    struct front *front = begin(state);
    char *answer = NULL;

    collect_start(&front->c, "127.0.0.1:0");
    start_nginx(front, front->c.port);
    assert_false(reuses(front, "tls1_2"));
    assert_false(reuses(front, "tls1_3"));
    answer = raw(front, "-no_ign_eof -alpn h2", "", 0);
    assert_non_null(strstr(answer, "ALPN protocol: h2\n"));
    free(answer);
    stop_nginx(front);
    collect_stop(&front->c);
}

/* The request's head, but for the lines that may be there. */
static void assert_only_known_headers(const char *head)
{
    static const char *const known[] = {
        "Host: tel-collect", "Content-Type: application/x-ndjson",
        "Idempotency-Key: " KEY, "Content-Length: "};
    char *copy = strdup(head);
    char *rest = copy;
    char *line = strsep(&rest, "\n");

    assert_non_null(line);
    while ((line = strsep(&rest, "\n")) != NULL && line[0] != '\r') {
        bool found = false;

        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
            found = found || strncmp(line, known[i], strlen(known[i])) == 0;
        if (!found)
            fail_msg("the collector is told: %s", line);
    }
    assert_null(strstr(head, CANARY));
    assert_null(strstr(head, "192.0.2.7"));
    assert_null(strstr(head, CLIENT));
    free(copy);
}

/* A stand-in for the collector keeps what reaches it. */
static void test_nginx_passes_on_nothing_but_what_counts(void **state)
{
    struct front *front = begin(state);
    struct server *server = front->box->server;

    start_nginx(front, (int)server_port(server));
    server_answers(server, 204);
    assert_int_equal(request(front, "GET", "/t?" COMMIT, "", ""), 204);
    assert_int_equal(request(front, "POST", "/t",
                             "Content-Type: application/x-ndjson\r\n"
                             "Idempotency-Key: " KEY "\r\nTE: trailers\r\n"
                             "Expect: 100-continue\r\nUpgrade: " CANARY "\r\n",
                             ROW("commit", "\"ms\":1,\"exit\":0")),
                     204);
    assert_int_equal(server_count(server), 2);
    assert_int_equal(strncmp(server_request(server, 0),
                             "GET /t?" COMMIT " HTTP/1.1\r\n",
                             strlen("GET /t?" COMMIT " HTTP/1.1\r\n")),
                     0);
    for (size_t i = 0; i < 2; i++)
        assert_only_known_headers(server_request(server, i));
    assert_string_equal(server_key(server, 1), KEY);
    assert_string_equal(server_payload(server, 1),
                        ROW("commit", "\"ms\":1,\"exit\":0"));
    /* Its answers are the sender's, and each is asked for once. */
    server_answers(server, 503);
    assert_int_equal(request(front, "GET", "/t?" COMMIT, "", ""), 503);
    server_answers(server, 429);
    assert_int_equal(request(front, "GET", "/t?" COMMIT, "", ""), 429);
    assert_int_equal(server_count(server), 4);
    stop_nginx(front);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nginx_counts_what_is_sent),
        TEST(test_nginx_keeps_nothing_of_who_sent),
        TEST(test_nginx_lets_no_session_be_taken_up),
        TEST(test_nginx_passes_on_nothing_but_what_counts),
    };

    return cmocka_run_group_tests_name("collect nginx", tests, NULL, NULL);
}
