/* SPDX-License-Identifier: MIT */
/*
 * mouth: a server that answers every request with bytes that the test gives,
 * whatever they are, and keeps what it was asked last.
 *
 *     struct mouth mouth;
 *     mouth_open(&mouth, "HTTP/1.1 204 No\r\n\r\n", "nonsense");
 *     mouth_close(&mouth);
 */
#ifndef TEL_TEST_MOUTH_H
#define TEL_TEST_MOUTH_H

#include <pthread.h>

struct mouth {
    pthread_t thread;
    int fd;
    int port;
    const char *refusals; /* what a question for these is answered */
    const char *others;   /* and what any other */
    unsigned count;       /* of requests; read it once closed */
    char asked[2048];     /* the last request */
};

/* Listens on loopback until mouth_close; the strings stay the caller's. */
void mouth_open(struct mouth *mouth, const char *refusals, const char *others);
void mouth_close(struct mouth *mouth);

#endif
