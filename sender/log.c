/* SPDX-License-Identifier: MIT */
/*
 * sent.log: every request that has left.
 *
 *     == YYYY-MM-DD TOOL METHOD ENDPOINT
 *     the request's bytes, as libcurl writes them in HTTP/1.1
 *     == 204 accepted | == 422 refused | == 503 waits | == no answer, waits
 *
 * TOOL is the id. A record is written before its request may leave; where
 * nothing left after all, the file is cut back. A record without its last
 * line was being sent when the sender was killed, and is closed as not
 * answered. No line of a request begins with "== ". At most 1 MiB is kept.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tel/outbox.h>

#include "logged.h"
#include "sender.h"

#define LOG_MAX_BYTES (1 << 20)
#define NO_ANSWER LOGGED_NO_ANSWER "\n"

/* What of the text is kept: from the first record on that leaves room. */
static const char *cut_at(const struct bytes *text, size_t need_bytes)
{
    size_t keep = need_bytes < LOG_MAX_BYTES ? LOG_MAX_BYTES - need_bytes : 0;
    if (text->len <= keep)
        return text->at;
    /* Room to spare, or the next request would cut again. */
    keep -= keep / 4;
    const char *at = text->at + (text->len - keep);
    for (at = strchr(at, '\n'); at; at = strchr(at, '\n')) {
        at++;
        if (logged_begins(at, strcspn(at, "\n")))
            return at;
    }
    return text->at + text->len;
}

/* Whether the last line says how a request was answered. */
static bool is_closed(const char *text, size_t len)
{
    size_t at = len - 1;
    while (at > 0 && text[at - 1] != '\n')
        at--;
    return text[len - 1] == '\n' && logged_answers(text + at, len - 1 - at);
}

/* Closes a record left open, and drops the oldest. */
static int tidy(const struct state *state, size_t need_bytes)
{
    _cleanup_bytes_ struct bytes text = BYTES_EMPTY;
    _cleanup_bytes_ struct bytes kept = BYTES_EMPTY;
    int r = state_read(state->dir, TEL_LOG_FILE, &text);
    if (r == -ENOENT || (r == 0 && text.len == 0))
        return 0;
    if (r < 0)
        return r;
    bool closed = is_closed(text.at, text.len);
    if (!closed) {
        if (text.at[text.len - 1] != '\n')
            bytes_add(&text, "\n");
        bytes_add(&text, NO_ANSWER);
        if (bytes_failed(&text))
            return -ENOMEM;
    }
    const char *from = cut_at(&text, need_bytes);
    if (closed && from == text.at)
        return 0;
    bytes_add(&kept, from);
    return state_write(state->dir, "tmp.log", TEL_LOG_FILE, &kept,
                       state_today());
}

int log_open(const struct state *state, size_t need_bytes, struct log *ret_log)
{
    int r = tidy(state, need_bytes);
    if (r < 0)
        return r;
    int fd =
        openat(state->dir, TEL_LOG_FILE,
               O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -errno;
    ret_log->fd = fd;
    ret_log->before = 0;
    return 0;
}

void log_close(struct log *log)
{
    if (log->fd < 0)
        return;
    state_date(log->fd, state_today());
    (void)close(log->fd);
    log->fd = -1;
}

int log_request(struct log *log, const char *id, enum tel_method method,
                const char *endpoint, const char *bytes, size_t len)
{
    _cleanup_bytes_ struct bytes record = BYTES_EMPTY;
    char day[32];
    struct tm tm;
    struct stat st;
    time_t today = state_today();
    if (fstat(log->fd, &st) < 0 || !gmtime_r(&today, &tm) ||
        strftime(day, sizeof(day), "== %Y-%m-%d ", &tm) == 0)
        return -EIO;
    bytes_add(&record, day);
    bytes_add(&record, id);
    bytes_add(&record, method == TEL_GET ? " GET " : " POST ");
    bytes_add(&record, endpoint);
    bytes_add(&record, "\n");
    bytes_add_len(&record, bytes, len);
    if (bytes_failed(&record))
        return -ENOMEM;
    log->before = st.st_size;
    int r = write_all(log->fd, record.at, record.len);
    if (r < 0)
        (void)!ftruncate(log->fd, log->before);
    return r;
}

void log_answer(struct log *log, int status, bool left)
{
    char line[32];
    if (status == 0 && !left) {
        (void)!ftruncate(log->fd, log->before);
        return;
    }
    if (status == 0)
        snprintf(line, sizeof(line), "%s", NO_ANSWER);
    else
        snprintf(line, sizeof(line), "== %03d %s\n", status,
                 answer_accepted(status)  ? "accepted"
                 : answer_refused(status) ? "refused"
                                          : "waits");
    (void)write_all(log->fd, line, strlen(line));
}
