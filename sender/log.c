/* SPDX-License-Identifier: MIT */
/*
 * sent.log: every request that has left.
 *
 *     == YYYY-MM-DD TOOL METHOD ENDPOINT
 *     the request's bytes, as libcurl writes them in HTTP/1.1
 *     one last line, perhaps with blanks at its end:
 *       == 204 accepted | == 422 refused | == 503 waits
 *       == no answer, waits | == did not leave, waits
 *
 * TOOL is the id. After a status follows " over HTTP/2" where the request went
 * so: with the same method, target, headers and values, in that version's
 * binary form. What libcurl repeats by itself, since the server had closed the
 * connection or refused the stream before it read it, stands there once. No
 * line of a request begins with "== ". At most 1 MiB is kept.
 *
 * A record is written before its request may leave; where nothing left after
 * all, the file is cut back. Over HTTP/2 several are under way at a time: then
 * a record is given a last line, "no answer", as the next one is begun, and
 * the answer is written over it. So only the last record of the file may be
 * without, namely where the sender was killed; it is closed as not answered.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tel/outbox.h>

#include "logged.h"
#include "sender.h"

#define LOG_MAX_BYTES (1 << 20)
/* The longest last line: any fits in the place of another. */
#define ANSWER_LEN strlen("== 204 accepted over HTTP/2")

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

/* Whether the last line ends a record. */
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
        bytes_add(&text, LOGGED_NO_ANSWER "\n");
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
    int fd = openat(state->dir, TEL_LOG_FILE,
                    O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -errno;
    off_t end = lseek(fd, 0, SEEK_END);
    if (end < 0) {
        r = -errno;
        (void)close(fd);
        return r;
    }
    *ret_log = (struct log){.fd = fd, .end = end};
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

static int put(const struct log *log, off_t at, const char *text, size_t len)
{
    if (lseek(log->fd, at, SEEK_SET) < 0)
        return -errno;
    return write_all(log->fd, text, len);
}

/* A last line, with blanks up to len. */
static void add_answer(struct bytes *text, const char *line, size_t len)
{
    bytes_add(text, line);
    for (size_t at = strlen(line); at < len; at++)
        bytes_add(text, " ");
    bytes_add(text, "\n");
}

static int add_head(struct bytes *text, const char *id, enum tel_method method,
                    const char *endpoint)
{
    char day[32];
    struct tm tm;
    time_t today = state_today();
    if (!gmtime_r(&today, &tm) ||
        strftime(day, sizeof(day), "== %Y-%m-%d ", &tm) == 0)
        return -EIO;
    bytes_add(text, day);
    bytes_add(text, id);
    bytes_add(text, method == TEL_GET ? " GET " : " POST ");
    bytes_add(text, endpoint);
    bytes_add(text, "\n");
    return 0;
}

int log_request(struct log *log, struct log_record *record, const char *id,
                enum tel_method method, const char *endpoint, const char *bytes,
                size_t len)
{
    _cleanup_bytes_ struct bytes text = BYTES_EMPTY;
    if (log->open)
        add_answer(&text, LOGGED_NO_ANSWER, ANSWER_LEN);
    off_t begin = log->end + (off_t)text.len;
    int r = add_head(&text, id, method, endpoint);
    bytes_add_len(&text, bytes, len);
    if (r == 0 && bytes_failed(&text))
        r = -ENOMEM;
    if (r == 0)
        r = put(log, log->end, text.at, text.len);
    if (r < 0) {
        (void)!ftruncate(log->fd, log->end);
        return r;
    }
    if (log->open)
        log->open->answer = log->end;
    *record = (struct log_record){.begin = begin};
    log->open = record;
    log->end += (off_t)text.len;
    return 0;
}

static void say(const struct http_answer *answer, char *line, size_t size)
{
    if (answer->status == 0)
        snprintf(line, size, "%s",
                 answer->left ? LOGGED_NO_ANSWER : LOGGED_NOT_LEFT);
    else
        snprintf(line, size, "== %03d %s%s", answer->status,
                 answer_accepted(answer->status)  ? "accepted"
                 : answer_refused(answer->status) ? "refused"
                                                  : "waits",
                 answer->http2 ? " over HTTP/2" : "");
}

void log_answer(struct log *log, struct log_record *record,
                const struct http_answer *answer)
{
    _cleanup_bytes_ struct bytes text = BYTES_EMPTY;
    char line[64];
    bool open = log->open == record;
    if (open && answer->status == 0 && !answer->left) {
        (void)!ftruncate(log->fd, record->begin);
        log->end = record->begin;
        log->open = NULL;
        return;
    }
    say(answer, line, sizeof(line));
    add_answer(&text, line, open ? 0 : ANSWER_LEN);
    /* Where it does not fit, the record stays open, for the next to close. */
    if (bytes_failed(&text) ||
        put(log, open ? log->end : record->answer, text.at, text.len) < 0)
        return;
    if (open) {
        log->end += (off_t)text.len;
        log->open = NULL;
    }
}
