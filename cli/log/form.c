/* SPDX-License-Identifier: MIT */
/* A request of the log, beside the one that tel makes of the same payload. */
#include "log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The lines before the body, without the empty one. */
static struct tel_sent_part head_of(struct tel_sent_part bytes)
{
    const char *end =
        bytes.len > 0 ? memmem(bytes.at, bytes.len, "\r\n\r\n", 4) : NULL;

    return (struct tel_sent_part){
        bytes.at, end != NULL ? (size_t)(end + 2 - bytes.at) : bytes.len};
}

/* Takes a line off the front; false past the last. */
static bool next_line(struct tel_sent_part *rest, struct tel_sent_part *line)
{
    const char *end = rest->len > 0 ? memchr(rest->at, '\n', rest->len) : NULL;
    size_t taken = end != NULL ? (size_t)(end + 1 - rest->at) : rest->len;

    *line = (struct tel_sent_part){rest->at, taken};
    rest->at += taken;
    rest->len -= taken;
    return taken > 0;
}

static bool has_line(struct tel_sent_part head, struct tel_sent_part wanted)
{
    struct tel_sent_part line;

    while (next_line(&head, &line)) {
        if (line.len == wanted.len && memcmp(line.at, wanted.at, line.len) == 0)
            return true;
    }
    return false;
}

/* The key of the request, or "": hexadecimal digits of its right number. */
static void read_key(struct tel_sent_part head, char *buf)
{
    static const char name[] = "Idempotency-Key: ";
    struct tel_sent_part line;
    size_t len = strlen(name);

    buf[0] = '\0';
    while (next_line(&head, &line)) {
        if (line.len != len + TEL_IDEMPOTENCY_LEN + 2 ||
            memcmp(line.at, name, len) != 0)
            continue;
        memcpy(buf, line.at + len, TEL_IDEMPOTENCY_LEN);
        buf[TEL_IDEMPOTENCY_LEN] = '\0';
        if (strspn(buf, "0123456789abcdef") != TEL_IDEMPOTENCY_LEN)
            buf[0] = '\0';
        return;
    }
}

/* Without the bytes that end it. */
static int shown_len(struct tel_sent_part line)
{
    while (line.len > 0 && strchr("\r\n", line.at[line.len - 1]) != NULL)
        line.len--;
    return (int)line.len;
}

/* Names what is in the one head and not in the other. */
static void compare_heads(struct log_check *check,
                          const struct tel_sent_request *request,
                          struct tel_sent_part made)
{
    unsigned long before = check->findings;
    struct tel_sent_part head = head_of(request->bytes);
    struct tel_sent_part line;

    for (struct tel_sent_part rest = head; next_line(&rest, &line);) {
        if (!has_line(made, line))
            log_finding(check, log_line(request, line.at),
                        "not a line that tel sends: %.*s", shown_len(line),
                        line.at);
    }
    for (struct tel_sent_part rest = made; next_line(&rest, &line);) {
        if (!has_line(head, line))
            log_finding(check, request->line + 1,
                        "a line that tel sends is missing: %.*s",
                        shown_len(line), line.at);
    }
    if (check->findings == before)
        log_finding(check, request->line + 1,
                    "not the bytes that tel sends for these events");
}

void log_check_form(struct log_check *check,
                    const struct tel_sent_request *request)
{
    struct tel_sent_part payload;
    char endpoint[TEL_ENDPOINT_MAX + 1] = "";
    char key[TEL_IDEMPOTENCY_LEN + 1];
    char *copy;
    char *made;
    int len;

    /* Else log_check_events says what is wrong. */
    if (tel_sent_payload(request, &payload, NULL) < 0 ||
        request->endpoint.len > TEL_ENDPOINT_MAX)
        return;
    memcpy(endpoint, request->endpoint.at, request->endpoint.len);
    read_key(head_of(request->bytes), key);
    copy = calloc(1, payload.len + 1);
    made = malloc(payload.len + TEL_REQUEST_HEAD_MAX);
    if (copy != NULL && made != NULL) {
        memcpy(copy, payload.at, payload.len);
        len = tel_request_bytes(log_is_get(request) ? TEL_GET : TEL_POST,
                                endpoint, key, copy, made,
                                payload.len + TEL_REQUEST_HEAD_MAX);
        if (len < 0)
            log_finding(check, request->line, "no request that tel can make");
        else if ((size_t)len != request->bytes.len ||
                 memcmp(made, request->bytes.at, (size_t)len) != 0)
            compare_heads(check, request,
                          head_of((struct tel_sent_part){made, (size_t)len}));
    } else {
        log_finding(check, request->line, "not looked at: %s",
                    strerror(ENOMEM));
    }
    free(copy);
    free(made);
}
