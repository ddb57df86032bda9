/* SPDX-License-Identifier: MIT */
/* All that a core image of a process would hold, looked through. */
#include "image.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

#define PAGE 4096U

static void describe(const char *what, const char *bytes, size_t len, size_t at,
                     char *around)
{
    size_t n = (size_t)snprintf(around, AROUND_MAX, "%s: ", what);
    size_t from = at > 80 ? at - 80 : 0;

    for (size_t i = from; i < len && n + 1 < AROUND_MAX; i++)
        around[n++] = isprint((unsigned char)bytes[i]) ? bytes[i] : '.';
    around[n] = '\0';
}

static bool hold_needle(const char *bytes, size_t len, const void *needle,
                        size_t size, const char *what, char *around)
{
    const char *at = memmem(bytes, len, needle, size);

    if (at != NULL)
        describe(what, bytes, len, (size_t)(at - bytes), around);
    return at != NULL;
}

/* Alone four bytes may stand anywhere by chance; so with the family and port
 * before them, or the zeros behind. */
static bool hold_peer(const char *bytes, size_t len,
                      const struct sockaddr_in *peer, char *around)
{
    char text[INET_ADDRSTRLEN];
    char alone[12] = "";

    memcpy(alone, &peer->sin_addr, sizeof(peer->sin_addr));
    (void)inet_ntop(AF_INET, &peer->sin_addr, text, sizeof(text));
    return hold_needle(bytes, len, text, strlen(text), "address as text",
                       around) ||
           hold_needle(bytes, len, peer, 8, "address with its port", around) ||
           hold_needle(bytes, len, alone, sizeof(alone), "address", around);
}

bool bytes_hold(const void *bytes, size_t len, const struct quarry *quarry,
                char *around)
{
    struct found found;

    if (len > 0 && finder_find(quarry->finder, bytes, len, &found)) {
        describe(found.encoding, bytes, len, found.at, around);
        return true;
    }
    for (size_t i = 0; i < quarry->count; i++) {
        if (hold_peer(bytes, len, &quarry->peers[i], around))
            return true;
    }
    return false;
}

static bool is_empty(const char *bytes, size_t left)
{
    return left >= PAGE && bytes[0] == '\0' &&
           memcmp(bytes, bytes + 1, PAGE - 1) == 0;
}

/* Most pages of a stack or an arena have never been touched, in a core image
 * too: only what stands between those is looked through. */
static bool mapping_holds(const char *bytes, size_t len,
                          const struct quarry *quarry, char *around)
{
    size_t from = 0;

    for (size_t at = 0; at < len; at += PAGE) {
        if (!is_empty(bytes + at, len - at))
            continue;
        if (at > from && bytes_hold(bytes + from, at - from, quarry, around))
            return true;
        from = at + PAGE;
    }
    return from < len && bytes_hold(bytes + from, len - from, quarry, around);
}

bool file_holds(const char *path, const struct quarry *quarry, char *around)
{
    size_t len = 0;
    char *bytes = file_read(path, &len);
    bool holds = bytes != NULL && mapping_holds(bytes, len, quarry, around);

    free(bytes);
    return holds;
}

static int open_memory(pid_t pid)
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
    return open(path, O_RDONLY | O_CLOEXEC);
}

bool image_readable(pid_t pid)
{
    int fd = open_memory(pid);

    if (fd >= 0)
        (void)close(fd);
    return fd >= 0;
}

static bool line_holds(int fd, const char *line, const struct quarry *quarry,
                       char *around)
{
    unsigned long from;
    unsigned long to;
    char mode[8];
    char *bytes = NULL;
    ssize_t got;
    bool holds = false;

    if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3 || mode[0] != 'r')
        return false;
    bytes = malloc(to - from);
    assert_non_null(bytes);
    got = pread(fd, bytes, to - from, (off_t)from);
    /* What the kernel itself shows there (vvar) can't be read. */
    if (got > 0)
        holds = mapping_holds(bytes, (size_t)got, quarry, around);
    free(bytes);
    return holds;
}

bool image_holds(pid_t pid, const struct quarry *quarry, char *around)
{
    char *maps = proc_read(pid, "maps", NULL);
    char *rest = NULL;
    bool holds = false;
    int fd = open_memory(pid);

    if (maps == NULL || fd < 0)
        fail_msg("the memory of %d can't be read", (int)pid);
    for (char *line = strtok_r(maps, "\n", &rest); line != NULL && !holds;
         line = strtok_r(NULL, "\n", &rest))
        holds = line_holds(fd, line, quarry, around);
    (void)close(fd);
    free(maps);
    return holds;
}
