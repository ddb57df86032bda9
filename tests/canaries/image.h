/* SPDX-License-Identifier: MIT */
/*
 * image: all that a core image of a process would hold, looked through while
 * it runs, or in a core file.
 *
 *     struct quarry quarry = {&finder, addresses, count};
 *     struct found found = {0};
 *     if (image_holds(pid, &quarry, around)) ...
 */
#ifndef TEL_TEST_IMAGE_H
#define TEL_TEST_IMAGE_H

#include <netinet/in.h>
#include <sys/types.h>

#include "canary.h"

/* What is looked for: canaries, and addresses of peers as the kernel would
 * have told them and as text. */
struct quarry {
    const struct finder *finder;
    const struct sockaddr_in *peers;
    size_t count;
};

#define AROUND_MAX 240

/* around (AROUND_MAX bytes) says what was found, and where. */
bool bytes_hold(const void *bytes, size_t len, const struct quarry *quarry,
                char *around);
bool file_holds(const char *path, const struct quarry *quarry, char *around);
bool image_holds(pid_t pid, const struct quarry *quarry, char *around);

/* Whether this process may look into that one. */
bool image_readable(pid_t pid);

#endif
