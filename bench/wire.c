/* SPDX-License-Identifier: MIT */
/*
 * What a batch costs: many GETs at a distance, over HTTP/1.1 and HTTP/2, to a
 * real nginx behind a relay that delays every byte; and the CPU that a request
 * takes by where its authority is looked for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "figures.h"
#include "tls.h"

#define GETS 100
#define ROUND_TRIP_MS 50
#define ROUNDS 5
#define CPU_ROUNDS 21
#define CA_DIR "/etc/ssl/certs"
#define CA_BUNDLE CA_DIR "/ca-certificates.crt"

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Of the children that have ended. */
static double cpu_ms(void)
{
    struct rusage used;

    getrusage(RUSAGE_CHILDREN, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
}

/* Sends events, and fails unless all are taken. */
static double flush(struct box *box, unsigned events, double (*clock)(void))
{
    double begin;
    char out[64];

    box_new_file(box, "probe", 0, events);
    snprintf(out, sizeof(out), "%u sent, 0 waiting\n", events);
    begin = clock();
    box_flush(box, 0, out);
    return clock() - begin;
}

static struct tls *listen_at(struct box *box, const char *name,
                             const char *listen)
{
    struct tls *tls =
        tls_nginx(box, name, listen, "location / { return 204; }\n");
    char endpoint[64];

    tls_endpoint(tls, "/t", endpoint, sizeof(endpoint));
    box_tool_at(box, "probe", "GET", endpoint);
    return tls;
}

static double measure_gets(struct box *box, const char *name,
                           const char *listen)
{
    struct tls *tls = listen_at(box, name, listen);
    double ms[ROUNDS];

    relay_delays(tls->relay, ROUND_TRIP_MS / 2);
    for (int i = 0; i < ROUNDS; i++)
        ms[i] = flush(box, GETS, now_ms);
    tls_free(tls);
    return figures_median(ms, ROUNDS);
}

static double measure_trust(struct box *box, const char *name,
                            const char *value)
{
    double ms[CPU_ROUNDS];

    scratch_set(box->scratch, "SSL_CERT_FILE", NULL);
    scratch_set(box->scratch, "SSL_CERT_DIR", NULL);
    scratch_set(box->scratch, name, value);
    for (int i = 0; i < CPU_ROUNDS; i++)
        ms[i] = flush(box, 1, cpu_ms);
    return figures_median(ms, CPU_ROUNDS);
}

static void show(const char *title, const char *slow, double slow_ms,
                 const char *fast, double fast_ms)
{
    printf("%s\n  %-24s %8.1f ms\n  %-24s %8.1f ms   %.1f times less\n\n",
           title, slow, slow_ms, fast, fast_ms, slow_ms / fast_ms);
}

/* The machine's authorities and ours, in both forms. */
static void compare_trust(struct box *box)
{
    struct tls *tls;
    double bundle;
    double hashed;

    if (access(CA_BUNDLE, R_OK) < 0) {
        printf("no %s here: its cost was not measured\n", CA_BUNDLE);
        return;
    }
    free(scratch_ok(box->scratch, 0, "sh", "-c",
                    "cp -rL " CA_DIR " ca && cp cert.pem ca &&"
                    " openssl rehash ca 2>rehash.log;"
                    " cat " CA_BUNDLE " cert.pem >all.pem",
                    NULL));
    tls = listen_at(box, "trust", "");
    bundle = measure_trust(box, "SSL_CERT_FILE",
                           scratch_path(box->scratch, "home/all.pem"));
    hashed = measure_trust(box, "SSL_CERT_DIR",
                           scratch_path(box->scratch, "home/ca"));
    tls_free(tls);
    show("one request over TLS, CPU of tel-send", "bundle", bundle,
         "hashed directory", hashed);
}

int main(void)
{
    struct box *box;
    double one;
    double two;

    if (!tls_has_nginx()) {
        fprintf(stderr, "bench_wire: nginx was not fetched: run "
                        "tests/foreign/used/fetch-servers.sh\n");
        return 1;
    }
    box = box_new();
    tls_certify(box);
    one = measure_gets(box, "one", "");
    two = measure_gets(box, "two", "http2");
    show("100 GETs at a round trip of 50 ms", "HTTP/1.1", one, "HTTP/2", two);
    compare_trust(box);
    box_free(box);
    return 0;
}
