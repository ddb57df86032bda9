/* SPDX-License-Identifier: MIT */
/*
 * tls: real servers of TLS on a unix socket, behind a relay.
 *
 *     tls_certify(box);                  and SSL_CERT_FILE trusts it
 *     struct tls *nginx = tls_nginx(box, "one", "http2 ...", "location ...");
 *     tls_endpoint(nginx, "/t", endpoint, sizeof(endpoint));
 *     char *log = tls_log(nginx);        what it has served, a line a request
 *     tls_free(nginx);
 */
#ifndef TEL_TEST_TLS_H
#define TEL_TEST_TLS_H

#include "box.h"
#include "relay.h"

struct tls {
    struct box *box;
    struct relay *relay;
    pid_t pid;
    bool closes; /* each connection in the end, its log written */
    char socket[256];
    char name[32];
};

/* A certificate for localhost that is its own authority: cert.pem and key.pem
 * in the scratch's home. */
void tls_certify(struct box *box);

/* Whether nginx was fetched: otherwise the test is skipped that asks for it. */
bool tls_has_nginx(void);
/*
 * nginx with these words after "listen ... ssl" and this text in its server
 * block; log_format all is what it knows of each request.
 */
struct tls *tls_nginx(struct box *box, const char *name, const char *listen,
                      const char *text);
/* node's HTTP/2 server, which misbehaves as h2.js says. Skips the running test
 * where there is no node. */
struct tls *tls_node(struct box *box, const char *mode);
void tls_free(struct tls *tls);

void tls_endpoint(const struct tls *tls, const char *target, char *buf,
                  size_t size);
/* NAME.log, or ""; of nginx, once all connections are over. Freed by the
 * caller. */
char *tls_log(const struct tls *tls);

#endif
