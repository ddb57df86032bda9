/* SPDX-License-Identifier: MIT */
/* Real servers of TLS on a unix socket, behind a relay. */
#include "tls.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "text.h"

#define NGINX TEL_SERVERS "/unpacked/usr/sbin/nginx"
#define NODE "/usr/bin/node"

/* request_length would tell of a header that is not listed here. */
static const char config[] =
    "daemon off;\nmaster_process off;\npid %s.pid;\nerror_log %s.error;\n"
    "events { worker_connections 128; }\n"
    "http {\n"
    "log_format all 'connection=$connection number=$connection_requests "
    "server=$server_protocol tls=$ssl_protocol reused=$ssl_session_reused "
    "session=\"$ssl_session_id\" early=\"$ssl_early_data\" "
    "cipher=$ssl_cipher curves=$ssl_curves name=$ssl_server_name "
    "client=\"$ssl_client_serial\" agent=\"$http_user_agent\" "
    "cookie=\"$http_cookie\" referer=\"$http_referer\" "
    "auth=\"$http_authorization\" accept=\"$http_accept\" "
    "encoding=\"$http_accept_encoding\" expect=\"$http_expect\" "
    "used=\"$http_alt_used\" since=\"$http_if_modified_since\" "
    "match=\"$http_if_none_match\" proxy=\"$http_proxy_authorization\" "
    "type=\"$http_content_type\" key=$http_idempotency_key "
    "length=$request_length status=$status request=\"$request\"';\n"
    "access_log %s.log all;\n"
    "client_body_temp_path body;\nproxy_temp_path proxy;\n"
    "fastcgi_temp_path fastcgi;\nuwsgi_temp_path uwsgi;\n"
    "scgi_temp_path scgi;\n"
    "ssl_certificate home/cert.pem;\nssl_certificate_key home/key.pem;\n"
    "ssl_session_cache shared:%s:1m;\nssl_session_tickets on;\n"
    "server {\nlisten unix:%s ssl %s;\n%s}\n}\n";

void tls_certify(struct box *box)
{
    free(scratch_ok(box->scratch, 0, "openssl", "req", "-x509", "-newkey", "ec",
                    "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost", "-keyout", "key.pem",
                    "-out", "cert.pem", NULL));
    scratch_set(box->scratch, "SSL_CERT_FILE",
                scratch_path(box->scratch, "home/cert.pem"));
}

static bool accepts(void *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool connected;

    assert_true(fd >= 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s",
             (const char *)path);
    connected = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    close(fd);
    return connected;
}

static struct tls *make(struct box *box, const char *name)
{
    struct tls *tls = calloc(1, sizeof(*tls));

    assert_non_null(tls);
    tls->box = box;
    snprintf(tls->name, sizeof(tls->name), "%s", name);
    snprintf(tls->socket, sizeof(tls->socket), "%s",
             scratch_path(box->scratch, "%s.socket", name));
    return tls;
}

static struct tls *start(struct tls *tls, char *const *argv)
{
    char log[64];

    snprintf(log, sizeof(log), "%s.out", tls->name);
    tls->pid = scratch_start(tls->box->scratch, log, argv);
    until(accepts, tls->socket);
    tls->relay = relay_new(tls->socket);
    return tls;
}

bool tls_has_nginx(void)
{
    return access(NGINX, X_OK) == 0;
}

struct tls *tls_nginx(struct box *box, const char *name, const char *listen,
                      const char *text)
{
    char program[] = NGINX;
    char options[2][4] = {"-p", "-c"};
    char file[64];
    char *argv[] = {program,    options[0], box->scratch->root,
                    options[1], file,       NULL};
    struct text whole = {0};
    struct tls *tls;

    skip_unless(tls_has_nginx(), "nginx was not fetched: %s\n", NGINX);
    tls = make(box, name);
    tls->closes = true;
    snprintf(file, sizeof(file), "%s.conf", name);
    text_add(&whole, config, name, name, name, name, tls->socket, listen, text);
    scratch_write(box->scratch, file, whole.bytes);
    text_clear(&whole);
    return start(tls, argv);
}

struct tls *tls_node(struct box *box, const char *mode)
{
    char program[] = NODE;
    char script[] = TEL_SOURCE "/tests/sender/h2.js";
    char how[32];
    char root[256];
    char *argv[] = {program, script, how, root, NULL};

    skip_unless(access(NODE, X_OK) == 0, "there is no %s here\n", NODE);
    snprintf(how, sizeof(how), "%s", mode);
    snprintf(root, sizeof(root), "%s", box->scratch->root);
    return start(make(box, "node"), argv);
}

void tls_free(struct tls *tls)
{
    if (tls == NULL)
        return;
    relay_free(tls->relay);
    (void)scratch_stop(tls->box->scratch, tls->pid, SIGKILL);
    free(tls);
}

void tls_endpoint(const struct tls *tls, const char *target, char *buf,
                  size_t size)
{
    snprintf(buf, size, "https://localhost:%u%s", relay_port(tls->relay),
             target);
}

static bool is_idle(void *context)
{
    return relay_is_idle(context);
}

char *tls_log(const struct tls *tls)
{
    char *log;

    /* nginx answers before it writes its log, and closes after. */
    if (tls->closes)
        until(is_idle, tls->relay);
    log = file_read(scratch_path(tls->box->scratch, "%s.log", tls->name), NULL);
    return log != NULL ? log : strdup("");
}
