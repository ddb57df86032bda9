/* SPDX-License-Identifier: MIT */
/*
 * served: servers that were fetched but not installed, as hosts of the shim.
 *
 *     struct recorded *r = served_new("redis-server", "usr/bin/redis-server");
 *     pid_t pid = served_start(r, TEL_STAGE_SHIM, argv);
 *     until(socket_accepts, path);
 *     int fd = socket_dial(path);
 *     char *answers = exchange(fd, requests, len, "the end\n");
 *     served_stop(r, pid, SIGTERM);
 *
 * tests/foreign/used/fetch-servers.sh fetches them. What it could not fetch is
 * skipped, by name.
 */
#ifndef TEL_SERVED_H
#define TEL_SERVED_H

#include "recorded.h"
#include "text.h"

#define FETCHED TEL_SERVERS "/unpacked/"

#define REQUESTS 10000

/* Fails, and shows where they begin to differ, unless both are the same. */
void assert_same_text(const struct text *one, const struct text *two);

/* A scratch for a fetched server: NAME has a policy and a yes, the fetched
 * libraries are found, and others may look into its root. NULL, and a word
 * of why, where the program was not fetched. */
struct recorded *served_new(const char *name, const char *program);

/* Starts it with this object preloaded (NULL: bare); output goes to the file
 * "log". Programs that are run afterwards have no preload. */
pid_t served_start(struct recorded *recorded, const char *preload,
                   char *const *argv);

/* Whether an object of this file name is loaded in a process. */
bool has_loaded(pid_t pid, const char *object);

/* For until(): whether a server listens on the unix socket of this path. */
bool socket_accepts(void *path);
int socket_dial(const char *path);

/*
 * Sends the requests, and at the same time reads answers until they end with
 * last. The answers are appended to ret_answers.
 */
void exchange(int fd, const struct text *requests, const char *last,
              struct text *ret_answers);

#endif
