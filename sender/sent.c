/* SPDX-License-Identifier: MIT */
/* sent.log, read back. */
#include <tel/sent.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <tel/outbox.h>

#include "logged.h"
#include "state.h"

#define VERSION_AND_END " HTTP/1.1\r\n"

static struct tel_sent_part line_at(const struct tel_sent *sent, size_t at)
{
    const char *start = sent->text + at;
    const char *end = memchr(start, '\n', sent->len - at);

    return (struct tel_sent_part){start, end != NULL ? (size_t)(end - start)
                                                     : sent->len - at};
}

/* Takes a word, and the one blank behind it, off the front of *rest. */
static struct tel_sent_part take_word(struct tel_sent_part *rest)
{
    const char *blank = memchr(rest->at, ' ', rest->len);
    struct tel_sent_part word = {
        rest->at, blank != NULL ? (size_t)(blank - rest->at) : rest->len};
    size_t taken = word.len + (blank != NULL);

    rest->at += taken;
    rest->len -= taken;
    return word;
}

static bool part_is(struct tel_sent_part part, const char *string)
{
    return part.len == strlen(string) && memcmp(part.at, string, part.len) == 0;
}

static bool begins_with(struct tel_sent_part part, const char *bytes,
                        size_t len)
{
    return part.len >= len && memcmp(part.at, bytes, len) == 0;
}

int tel_sent_open(const char *state, struct tel_sent *ret_sent)
{
    struct bytes text = BYTES_EMPTY;
    int dir = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = dir < 0 ? -errno : state_read(dir, TEL_LOG_FILE, &text);

    if (dir >= 0)
        (void)close(dir);
    if (r < 0 && r != -ENOENT) {
        bytes_clear(&text);
        return r;
    }
    *ret_sent = (struct tel_sent){.text = text.at, .len = text.len, .line = 1};
    return 0;
}

void tel_sent_close(struct tel_sent *sent)
{
    struct bytes text = {.at = sent->text, .len = sent->len};

    bytes_clear(&text);
    *sent = (struct tel_sent){NULL};
}

static void read_head(struct tel_sent_part head,
                      struct tel_sent_request *request)
{
    take_word(&head);
    request->day = take_word(&head);
    request->id = take_word(&head);
    request->method = take_word(&head);
    request->endpoint = take_word(&head);
    request->note = head;
}

/* What "== ANSWER" says; blanks keep the place of a longer one. */
static struct tel_sent_part answer_in(struct tel_sent_part line)
{
    while (line.at[line.len - 1] == ' ')
        line.len--;
    return (struct tel_sent_part){line.at + 3, line.len > 3 ? line.len - 3 : 0};
}

bool tel_sent_next(struct tel_sent *sent, struct tel_sent_request *ret_request)
{
    struct tel_sent_request request = {.line = sent->line};
    struct tel_sent_part line;
    bool answered = false;

    if (sent->at >= sent->len)
        return false;
    line = line_at(sent, sent->at);
    request.bytes.at = line.at;
    if (logged_begins(line.at, line.len)) {
        read_head(line, &request);
        request.bytes.at += line.len + 1;
        sent->at += line.len + 1;
        sent->line++;
    }
    while (sent->at < sent->len && !answered) {
        line = line_at(sent, sent->at);
        if (logged_begins(line.at, line.len))
            break;
        answered = request.day.len > 0 && logged_answers(line.at, line.len);
        if (answered)
            request.answer = answer_in(line);
        else
            request.bytes.len = (size_t)(line.at + line.len - request.bytes.at);
        sent->at += line.len + 1;
        sent->line++;
    }
    if (sent->at > sent->len)
        sent->at = sent->len;
    /* The line break before the answer, which the body has too. */
    if (request.bytes.len > 0 &&
        request.bytes.at + request.bytes.len < sent->text + sent->len)
        request.bytes.len++;
    request.accepted = begins_with(request.answer, "2", 1);
    *ret_request = request;
    return true;
}

/* ---- the events of a request ---------------------------------------------- */

static int fail(struct tel_err *err, const char *what)
{
    if (err != NULL)
        snprintf(err->text, sizeof(err->text), "%s", what);
    return -EINVAL;
}

/* "GET /t?k=1&": what stands before the query, as the sender makes it. */
static int before_query(struct tel_sent_part endpoint, char *buf, size_t size)
{
    char url[TEL_ENDPOINT_MAX + 1] = "";
    char *end;

    if (endpoint.len > TEL_ENDPOINT_MAX)
        return -ENAMETOOLONG;
    memcpy(url, endpoint.at, endpoint.len);
    if (tel_request_bytes(TEL_GET, url, "", "", buf, size) < 0)
        return -EINVAL;
    end = strstr(buf, VERSION_AND_END);
    return end != NULL ? (int)(end - buf) : -EINVAL;
}

/* "GET /t?t=git&... HTTP/1.1": what stands behind the endpoint's own. */
static int query_of(const struct tel_sent_request *request,
                    struct tel_sent_part *ret_query, struct tel_err *err)
{
    char before[TEL_REQUEST_HEAD_MAX];
    int len = before_query(request->endpoint, before, sizeof(before));
    struct tel_sent_part query = request->bytes;
    const char *end;

    if (len < 0)
        return fail(err, "its endpoint is no URL");
    if (!begins_with(query, before, (size_t)len))
        return fail(err, "it goes to another path than its endpoint's");
    query.at += len;
    query.len -= (size_t)len;
    end = memmem(query.at, query.len, VERSION_AND_END, strlen(VERSION_AND_END));
    if (end == NULL)
        return fail(err, "its first line is no whole line of a request");
    query.len = (size_t)(end - query.at);
    *ret_query = query;
    return 0;
}

int tel_sent_payload(const struct tel_sent_request *request,
                     struct tel_sent_part *ret_payload, struct tel_err *err)
{
    struct tel_sent_part bytes = request->bytes;
    const char *end;

    if (part_is(request->method, "GET"))
        return query_of(request, ret_payload, err);
    end = bytes.len > 0 ? memmem(bytes.at, bytes.len, "\r\n\r\n", 4) : NULL;
    if (end == NULL)
        return fail(err, "it has no body");
    end += 4;
    *ret_payload =
        (struct tel_sent_part){end, bytes.len - (size_t)(end - bytes.at)};
    return 0;
}

int tel_sent_event(const struct tel_sent_request *request, size_t *at,
                   struct tel_event *ret_event, struct tel_err *err)
{
    bool is_get = part_is(request->method, "GET");
    struct tel_sent_part payload = {NULL, 0};
    const char *end;
    size_t len;
    int r = tel_sent_payload(request, &payload, err);

    if (r < 0)
        return (*at)++ > 0 ? 0 : r;
    if (*at >= payload.len)
        return 0;
    payload.at += *at;
    payload.len -= *at;
    end = is_get ? NULL : memchr(payload.at, '\n', payload.len);
    len = end != NULL ? (size_t)(end - payload.at) : payload.len;
    r = (is_get ? tel_event_from_query : tel_event_from_json)(payload.at, len,
                                                              ret_event, err);
    *at += len + 1;
    return r < 0 ? -EINVAL : 1;
}
