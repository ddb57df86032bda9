/* SPDX-License-Identifier: MIT */
/* sent.log, read back. */
#include <tel/sent.h>

#include <errno.h>
#include <string.h>

#include <tel/outbox.h>

#include "logged.h"
#include "state.h"

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
    _cleanup_state_ struct state opened = STATE_CLOSED;
    struct bytes text = BYTES_EMPTY;
    int r = state_open(state, false, &opened);

    if (r == 0)
        r = state_read(opened.dir, TEL_LOG_FILE, &text);
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
            request.answer = (struct tel_sent_part){line.at + 3, line.len - 3};
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
        strcpy(err->text, what);
    return -EINVAL;
}

/* The path and query of an endpoint, as they stand in a request's line. */
static struct tel_sent_part target_of(struct tel_sent_part endpoint)
{
    const char *host = memmem(endpoint.at, endpoint.len, "://", 3);
    const char *path = NULL;

    if (host != NULL) {
        host += 3;
        path = memchr(host, '/', endpoint.len - (size_t)(host - endpoint.at));
    }
    if (path == NULL)
        return (struct tel_sent_part){"/", 1};
    return (struct tel_sent_part){path,
                                  endpoint.len - (size_t)(path - endpoint.at)};
}

/* "GET /t?t=git&... HTTP/1.1": what stands behind the endpoint's own. */
static int query_of(const struct tel_sent_request *request,
                    struct tel_event *ret_event, struct tel_err *err)
{
    const char *end = memchr(request->bytes.at, '\r', request->bytes.len);
    struct tel_sent_part line = {request->bytes.at,
                                 end != NULL ? (size_t)(end - request->bytes.at)
                                             : request->bytes.len};
    struct tel_sent_part target = target_of(request->endpoint);
    struct tel_sent_part path;

    take_word(&line);
    path = take_word(&line);
    if (!begins_with(path, target.at, target.len) || path.len <= target.len ||
        strchr("?&", path.at[target.len]) == NULL)
        return fail(err, "it goes to another path than its endpoint's");
    return tel_event_from_query(path.at + target.len + 1,
                                path.len - target.len - 1, ret_event, err);
}

int tel_sent_event(const struct tel_sent_request *request, size_t *at,
                   struct tel_event *ret_event, struct tel_err *err)
{
    const char *body;
    const char *end;
    size_t len;
    size_t line;
    int r;

    if (part_is(request->method, "GET")) {
        if ((*at)++ > 0)
            return 0;
        r = query_of(request, ret_event, err);
        return r < 0 ? -EINVAL : 1;
    }
    body = memmem(request->bytes.at, request->bytes.len, "\r\n\r\n", 4);
    if (body == NULL)
        return (*at)++ > 0 ? 0 : fail(err, "it has no body");
    body += 4;
    len = request->bytes.len - (size_t)(body - request->bytes.at);
    if (*at >= len)
        return 0;
    end = memchr(body + *at, '\n', len - *at);
    line = (end != NULL ? (size_t)(end - body) : len) - *at;
    r = tel_event_from_json(body + *at, line, ret_event, err);
    *at += line + 1;
    return r < 0 ? -EINVAL : 1;
}
