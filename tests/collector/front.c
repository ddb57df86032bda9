/* SPDX-License-Identifier: MIT */
/* front: the real nginx with the site file that is shipped. */
#include "front.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "text.h"
#include "tls.h"

#define NGINX TEL_SERVERS "/unpacked/usr/sbin/nginx"
#define SITE TEL_SOURCE "/packaging/nginx/tel-collect.conf"

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

struct front *front_new(void)
{
    struct front *front = NULL;

    if (!tls_has_nginx())
        return NULL;
    front = calloc(1, sizeof(*front));
    assert_non_null(front);
    front->box = box_new();
    tls_certify(front->box);
    collect_setup(&front->c);
    front->socket = listen_anywhere(&front->port);
    return front;
}

void front_free(struct front *front)
{
    if (front == NULL)
        return;
    (void)close(front->socket);
    collect_teardown(&front->c);
    box_free(front->box);
    free(front);
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

void front_start(struct front *front, int upstream)
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

void front_stop(struct front *front)
{
    assert_int_equal(scratch_stop(front->box->scratch, front->pid, SIGQUIT), 0);
}

char *front_raw(struct front *front, const char *options, const char *bytes,
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
int front_status(const char *answer)
{
    int status = 0;

    while ((answer = strstr(answer, "HTTP/1.1 ")) != NULL) {
        answer += strlen("HTTP/1.1 ");
        status = atoi(answer);
    }
    return status;
}

int front_request(struct front *front, const char *method, const char *target,
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
    answer = front_raw(front, "", text.bytes, strlen(text.bytes));
    status = front_status(answer);
    free(answer);
    text_clear(&text);
    return status;
}
