/* SPDX-License-Identifier: MIT */
/* A stream cut into lines, whatever their length, in bounded memory. */
#include "pieces.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define CHUNK_BYTES ((size_t)256 << 10)
#define SIZE_BYTES (TEL_AUDIT_LINE_MAX_BYTES + CHUNK_BYTES)
#define PROGRESS_BYTES ((uint64_t)4 << 20)

struct stream {
    struct tel_audit *audit;
    char *buf;
    size_t len;
    bool skipping; /* what is left of a line that was too long */
};

/* Takes every whole line off the front of the buffer. */
static int take_lines(struct stream *s)
{
    size_t at = 0;
    int r = 0;

    while (r == 0) {
        char *end = memchr(s->buf + at, '\n', s->len - at);

        if (end == NULL)
            break;
        if (!s->skipping)
            r = tel_audit_line(s->audit, s->buf + at,
                               (size_t)(end - s->buf) - at, true);
        s->skipping = false;
        at = (size_t)(end - s->buf) + 1;
    }
    if (r == 0 && s->len - at >= TEL_AUDIT_LINE_MAX_BYTES) {
        if (!s->skipping)
            r = tel_audit_line(s->audit, s->buf + at, TEL_AUDIT_LINE_MAX_BYTES,
                               false);
        s->skipping = true;
        at = s->len;
    }
    memmove(s->buf, s->buf + at, s->len - at);
    s->len -= at;
    return r;
}

static ssize_t read_some(struct stream *s, int fd)
{
    ssize_t n;

    do
        n = read(fd, s->buf + s->len, SIZE_BYTES - s->len);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

int tel_audit_read(struct tel_audit *audit, int fd,
                   void (*progress)(uint64_t bytes))
{
    struct stream s = {.audit = audit, .buf = malloc(SIZE_BYTES)};
    uint64_t bytes = 0;
    uint64_t told = 0;
    ssize_t n;
    int r = 0;

    if (s.buf == NULL)
        return -ENOMEM;
    while ((n = read_some(&s, fd)) > 0 && r == 0) {
        s.len += (size_t)n;
        bytes += (uint64_t)n;
        r = take_lines(&s);
        if (progress != NULL && bytes - told >= PROGRESS_BYTES) {
            told = bytes;
            progress(bytes);
        }
    }
    if (n < 0)
        r = (int)n;
    if (r == 0 && s.len > 0 && !s.skipping)
        r = tel_audit_line(audit, s.buf, s.len, true);
    free(s.buf);
    tel_audit_finish(audit);
    return r;
}
