/* SPDX-License-Identifier: MIT */
/* The requests of one batch: made, logged, answered. */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sender.h"

#define CONNECT_MS 2000
#define BATCH_MS 5000

/* Room for a request without its payload, and for the log's own lines. */
#define HEAD_MAX (TEL_REQUEST_HEAD_MAX + TEL_ENDPOINT_MAX + 128)

struct exchange {
    const struct state *state;
    struct contents *contents;
    struct delivery *delivery;
    const struct file *file; /* of the batch */
    struct log log;
    struct log_record *records; /* one a request, which is numbered by it */
    size_t at;                  /* line of the next request */
    struct bytes body;          /* of a POST */
    char *bytes;                /* the request's, for the log */
    size_t bytes_size;
    char query[TEL_EVENT_TEXT_MAX];
    char url[TEL_ENDPOINT_MAX + TEL_EVENT_TEXT_MAX];
    int error;
};

/* ---- requests ------------------------------------------------------------ */

static size_t finish_lines(struct contents *contents, size_t from, size_t count)
{
    size_t done = 0;
    for (size_t i = from; i < from + count; i++) {
        done += !contents->lines[i].done;
        contents->lines[i].done = true;
    }
    return done;
}

static bool stop(struct exchange *exchange, int error)
{
    if (exchange->error == 0)
        exchange->error = error;
    return false;
}

/* Writes the request down before it may leave. */
static bool record(struct exchange *exchange,
                   const struct http_request *request, const char *payload)
{
    const struct contents *contents = exchange->contents;
    int len =
        tel_request_bytes(contents->method, contents->endpoint, request->key,
                          payload, exchange->bytes, exchange->bytes_size);
    int r =
        len < 0
            ? len
            : log_request(&exchange->log, &exchange->records[request->number],
                          contents->id, contents->method, contents->endpoint,
                          exchange->bytes, (size_t)len);
    if (r < 0)
        return stop(exchange, r);
    exchange->at = request->number + 1;
    return true;
}

/* The query of the next event; one that is none counts as refused. */
static bool find_query(struct exchange *exchange)
{
    struct contents *contents = exchange->contents;
    for (; exchange->at < contents->nlines; exchange->at++) {
        struct line *line = &contents->lines[exchange->at];
        struct tel_event event;
        if (line->done)
            continue;
        if (tel_event_from_json(line->json, strlen(line->json), &event, NULL) ==
                0 &&
            tel_event_to_query(&event, exchange->query,
                               sizeof(exchange->query)) >= 0)
            return true;
        line->done = true;
        exchange->delivery->refused++;
    }
    return false;
}

/* Whether the person lets it go on: tel off removes the batch. */
static bool wanted(const struct exchange *exchange)
{
    return file_exists(exchange->state, exchange->file);
}

static bool next_get(void *context, struct http_request *ret_request)
{
    struct exchange *exchange = context;
    struct contents *contents = exchange->contents;
    if (!wanted(exchange) || !find_query(exchange))
        return false;
    const char *key = contents->lines[exchange->at].key;
    if (tel_request_url(contents->endpoint, exchange->query, exchange->url,
                        sizeof(exchange->url)) < 0)
        return stop(exchange, -ENAMETOOLONG);
    *ret_request = (struct http_request){
        .number = exchange->at,
        .url = exchange->url,
        .key = key,
    };
    return record(exchange, ret_request, exchange->query);
}

static bool next_post(void *context, struct http_request *ret_request)
{
    struct exchange *exchange = context;
    struct contents *contents = exchange->contents;
    if (exchange->at > 0 || !wanted(exchange))
        return false;
    *ret_request = (struct http_request){
        .url = contents->endpoint,
        .key = contents->key,
        .body = exchange->body.at,
        .body_len = exchange->body.len,
    };
    return record(exchange, ret_request, exchange->body.at);
}

static bool answered(void *context, const struct http_answer *answer)
{
    struct exchange *exchange = context;
    struct contents *contents = exchange->contents;
    size_t count = contents->method == TEL_GET ? 1 : contents->nlines;
    log_answer(&exchange->log, &exchange->records[answer->number], answer);
    if (answer_accepted(answer->status))
        exchange->delivery->sent +=
            finish_lines(contents, answer->number, count);
    else if (answer_refused(answer->status))
        exchange->delivery->refused +=
            finish_lines(contents, answer->number, count);
    else
        return stop(exchange, -EAGAIN);
    return true;
}

/* ---- the batch ----------------------------------------------------------- */

static tel_http_send_function *load_http(struct delivery *delivery)
{
    static tel_http_send_function *loaded;
    if (loaded)
        return loaded;
    void *object = dlopen(TEL_HTTP_OBJECT, RTLD_NOW | RTLD_LOCAL);
    void *symbol = object ? dlsym(object, TEL_HTTP_FUNCTION) : NULL;
    if (!symbol) {
        snprintf(delivery->why, sizeof(delivery->why), "cannot load %s",
                 dlerror());
        return NULL;
    }
    /* ISO C has no conversion from void * to a function. */
    memcpy(&loaded, &symbol, sizeof(loaded));
    return loaded;
}

/* All that the log will need for the batch, and the POST's body. */
static int prepare(struct exchange *exchange)
{
    const struct contents *contents = exchange->contents;
    size_t need = HEAD_MAX;
    for (size_t i = 0; i < contents->nlines; i++) {
        need += strlen(contents->lines[i].json) + 1;
        if (contents->method == TEL_GET) {
            need += HEAD_MAX;
            continue;
        }
        bytes_add(&exchange->body, contents->lines[i].json);
        bytes_add(&exchange->body, "\n");
    }
    exchange->bytes_size = exchange->body.len + HEAD_MAX + TEL_EVENT_TEXT_MAX;
    exchange->bytes = malloc(exchange->bytes_size);
    exchange->records =
        calloc(contents->nlines + 1, sizeof(*exchange->records));
    if (!exchange->bytes || !exchange->records || bytes_failed(&exchange->body))
        return -ENOMEM;
    return log_open(exchange->state, need, &exchange->log);
}

static int run(struct exchange *exchange, tel_http_send_function *send)
{
    struct contents *contents = exchange->contents;
    struct http_call call = {
        .endpoint = contents->endpoint,
        .requests = contents->method == TEL_GET ? contents->nlines : 1,
        .connect_ms = CONNECT_MS,
        .total_ms = BATCH_MS,
        .next = contents->method == TEL_GET ? next_get : next_post,
        .answered = answered,
        .context = exchange,
    };
    int r = send(&call);
    if (exchange->error < 0)
        return exchange->error;
    /* Out of time with something done: the rest is a batch of its own. */
    return r == -EAGAIN ? 0 : r;
}

int exchange(const struct state *state, const struct file *file,
             struct contents *contents, struct delivery *delivery)
{
    struct exchange exchange = {
        .state = state,
        .file = file,
        .contents = contents,
        .delivery = delivery,
        .log = LOG_CLOSED,
        .body = BYTES_EMPTY,
    };
    tel_http_send_function *send = load_http(delivery);
    if (!send)
        return -ENOENT;
    int r = prepare(&exchange);
    if (r == 0)
        r = run(&exchange, send);
    log_close(&exchange.log);
    bytes_clear(&exchange.body);
    free(exchange.bytes);
    free(exchange.records);
    return r;
}
