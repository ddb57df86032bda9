/* SPDX-License-Identifier: MIT */
/* tee: a socket in front of a collector, which keeps every byte that comes. */
#ifndef TEL_TEST_TEE_H
#define TEL_TEST_TEE_H

#include "text.h"

struct tee;

/* Listens on loopback, at a port that tee_port tells. */
struct tee *tee_new(void);
unsigned tee_port(const struct tee *tee);
/* Passes everything on to this port of loopback, and the answers back. */
void tee_towards(struct tee *tee, int port);
/* Adds to text what has come until now: requests, and answers too. */
void tee_bytes(struct tee *tee, struct text *text);
/* Once nobody sends any more; accepts NULL. */
void tee_free(struct tee *tee);

#endif
