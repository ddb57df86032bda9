/* SPDX-License-Identifier: MIT */
/*
 * postgres: a PostgreSQL server of one's own, in a scratch, on a unix socket.
 *
 *     struct postgres *pg = postgres_new();    NULL: not here, and says why
 *     const char *url = postgres_schema(pg);   a fresh one, for a test
 *     postgres_end(pg, SIGQUIT);               at once, as by a crash
 *     postgres_start(pg);                      and again
 *     postgres_free(pg);
 *
 * It is the one that tests/foreign/used/fetch-servers.sh unpacks. It syncs to
 * disk as one in earnest would, and since it refuses to be run by root, it is
 * then run by nobody.
 */
#ifndef TEL_TEST_POSTGRES_H
#define TEL_TEST_POSTGRES_H

#include "support.h"

struct postgres {
    struct scratch *scratch;
    pid_t pid;
    unsigned schemas;
    char url[512]; /* of the newest schema */
};

struct postgres *postgres_new(void);
void postgres_free(struct postgres *pg); /* accepts NULL */

/* A new, empty schema, which is as good as a database and sooner made: its
 * URL, which stands until the next one. */
const char *postgres_schema(struct postgres *pg);

/* Starts it, and waits until it answers. */
void postgres_start(struct postgres *pg);
/* Ends it: SIGINT well, SIGQUIT at once; SIGKILL what only recovery mends. */
void postgres_end(struct postgres *pg, int sig);

/* Stops all its processes (SIGSTOP) or has them go on (SIGCONT). */
void postgres_signal(const struct postgres *pg, int sig);

/* What one statement gives: its first value, or "" where it gives none. Freed
 * by the caller. url may be of any schema. */
char *postgres_ask(const char *url, const char *sql);
/* The same as a number. */
long postgres_number(const char *url, const char *sql);

#endif
