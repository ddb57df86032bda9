/* SPDX-License-Identifier: MIT */
/* Requests, made by libcurl: a conversation with one endpoint. */
#include "http.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "wire.h"

#include <tel/event.h>

/* Under way at the same time over HTTP/2: enough that a round trip hardly
 * counts, and few enough for tel off to stop the rest. */
#define FLIGHT_MAX 32
/* With many requests libcurl may sleep through what it should have done. */
#define POLL_MS 20
/* Of an answer: nobody reads it, and whoever sends more is hung up on. */
#define ANSWER_MAX_BYTES ((size_t)64 << 10)

struct transfer {
    CURL *curl; /* NULL until it is needed first */
    struct curl_slist *headers;
    size_t number;
    size_t received_bytes;
    int status; /* 0 until the answer's head has come to its end */
    bool busy;
};

struct talk {
    const struct http_call *call;
    struct wire wire;
    CURLM *multi;
    long until_ms;
    size_t begun;
    size_t busy;
    bool http2; /* the last answer came over it */
    bool ended; /* nothing is begun any more */
    int result;
    struct transfer transfers[FLIGHT_MAX];
};

static long now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static long left_ms(const struct talk *talk)
{
    long left = talk->until_ms - now_ms();
    return left > 0 ? left : 1;
}

/* ---- what is answered ---------------------------------------------------- */

static size_t count(struct transfer *transfer, size_t len)
{
    transfer->received_bytes += len;
    return transfer->received_bytes <= ANSWER_MAX_BYTES ? len : 0;
}

static size_t take_body(char *at, size_t size, size_t items, void *context)
{
    (void)at;
    return count(context, size * items);
}

/* With the empty line the answer stands, whatever becomes of its body. */
static size_t take_header(char *at, size_t size, size_t items, void *context)
{
    struct transfer *transfer = context;
    size_t len = size * items;
    long status = 0;
    if (len > 0 && (*at == '\r' || *at == '\n'))
        (void)curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE,
                                &status);
    if (status >= 200 && status <= 999)
        transfer->status = (int)status;
    return count(transfer, len);
}

/* A proxy's answers and a failed handshake are not the endpoint's: only after
 * them is a transfer about to begin. */
static bool has_left(CURL *curl)
{
    curl_off_t ready = 0;
    long bytes = 0;
    (void)curl_easy_getinfo(curl, CURLINFO_PRETRANSFER_TIME_T, &ready);
    (void)curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &bytes);
    return ready > 0 && bytes > 0;
}

static void end(struct talk *talk, int result)
{
    talk->ended = true;
    if (talk->result == 0)
        talk->result = result;
}

static void answer(struct talk *talk, struct transfer *transfer)
{
    long version = 0;
    (void)curl_easy_getinfo(transfer->curl, CURLINFO_HTTP_VERSION, &version);
    struct http_answer answer = {
        .number = transfer->number,
        .status = transfer->status,
        .left = transfer->status != 0 || has_left(transfer->curl),
        .http2 = version == CURL_HTTP_VERSION_2_0,
    };
    talk->http2 = answer.http2;
    if (!talk->call->answered(talk->call->context, &answer))
        end(talk, 0);
}

/* ---- one request --------------------------------------------------------- */

static struct curl_slist *make_headers(const struct http_request *request)
{
    char key[64] = "Idempotency-Key: ";
    struct curl_slist *headers = NULL;
    const char *lines[] = {
        "Accept:", "Expect:", "Content-Type: " TEL_BATCH_TYPE, key};
    strncat(key, request->key, sizeof(key) - strlen(key) - 1);
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        if (i == 2 && !request->body)
            continue;
        struct curl_slist *longer = curl_slist_append(headers, lines[i]);
        if (!longer) {
            curl_slist_free_all(headers);
            return NULL;
        }
        headers = longer;
    }
    return headers;
}

static bool set_request(const struct talk *talk, struct transfer *transfer,
                        const struct http_request *request)
{
    CURL *curl = transfer->curl;
    transfer->headers = make_headers(request);
    if (!transfer->headers)
        return false;
    curl_easy_setopt(curl, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, transfer->headers);
    /* While others are under way, it may wait for its turn. */
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     talk->http2 ? left_ms(talk) : talk->call->connect_ms);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, left_ms(talk));
    if (request->body) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                         (curl_off_t)request->body_len);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
    }
    return curl_easy_setopt(curl, CURLOPT_URL, request->url) == CURLE_OK;
}

static void drop_headers(struct transfer *transfer)
{
    curl_easy_setopt(transfer->curl, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(transfer->headers);
    transfer->headers = NULL;
}

static void begin(struct talk *talk, struct transfer *transfer)
{
    struct http_request request = {0};
    if (!transfer->curl)
        transfer->curl = wire_handle(&talk->wire);
    if (!transfer->curl) {
        end(talk, -ENOMEM);
        return;
    }
    if (!talk->call->next(talk->call->context, &request)) {
        end(talk, 0);
        return;
    }
    talk->begun++;
    transfer->number = request.number;
    transfer->received_bytes = 0;
    transfer->status = 0;
    if (set_request(talk, transfer, &request) &&
        curl_multi_add_handle(talk->multi, transfer->curl) == CURLM_OK) {
        transfer->busy = true;
        talk->busy++;
        return;
    }
    drop_headers(transfer);
    (void)talk->call->answered(talk->call->context,
                               &(struct http_answer){.number = request.number});
    end(talk, -ENOMEM);
}

/* Whether the authority is to be looked for in another place: nothing of the
 * request has left, as nobody was there to be trusted with it. */
static bool try_again(struct talk *talk, struct transfer *transfer,
                      CURLcode code)
{
    if (code != CURLE_PEER_FAILED_VERIFICATION &&
        code != CURLE_SSL_CACERT_BADFILE)
        return false;
    if (talk->begun != 1 || !wire_widen(&talk->wire))
        return false;
    wire_trust(&talk->wire, transfer->curl);
    curl_easy_setopt(transfer->curl, CURLOPT_TIMEOUT_MS, left_ms(talk));
    return curl_multi_add_handle(talk->multi, transfer->curl) == CURLM_OK;
}

static void finish(struct talk *talk, struct transfer *transfer, CURLcode code)
{
    (void)curl_multi_remove_handle(talk->multi, transfer->curl);
    if (try_again(talk, transfer, code))
        return;
    transfer->busy = false;
    talk->busy--;
    answer(talk, transfer);
    drop_headers(transfer);
}

/* ---- all of them --------------------------------------------------------- */

static struct transfer *idle(struct talk *talk)
{
    size_t most = talk->http2 ? FLIGHT_MAX : 1;
    for (size_t i = 0; i < most && talk->busy < most; i++) {
        if (!talk->transfers[i].busy)
            return &talk->transfers[i];
    }
    return NULL;
}

/* The first goes alone: it tells whether the endpoint speaks HTTP/2, and
 * whether it wants more at all. */
static void begin_some(struct talk *talk)
{
    struct transfer *transfer;
    while (!talk->ended && (transfer = idle(talk))) {
        if (talk->begun > 0 && left_ms(talk) < talk->call->total_ms / 5)
            end(talk, -EAGAIN);
        else
            begin(talk, transfer);
    }
}

static bool finish_some(struct talk *talk)
{
    bool some = false;
    int more;
    for (CURLMsg *message; (message = curl_multi_info_read(talk->multi, &more));
         some = true) {
        char *private = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode code = message->data.result;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
                                &private);
        /* cppcheck-suppress nullPointer */
        finish(talk, (struct transfer *)(void *)private, code);
    }
    return some;
}

static void converse(struct talk *talk)
{
    int running;
    for (begin_some(talk); talk->busy > 0; begin_some(talk)) {
        if (curl_multi_perform(talk->multi, &running) != CURLM_OK) {
            end(talk, -ENOMEM);
            return;
        }
        if (!finish_some(talk))
            (void)curl_multi_poll(talk->multi, NULL, 0, POLL_MS, NULL);
    }
}

static void hang_up(struct talk *talk)
{
    for (size_t i = 0; i < FLIGHT_MAX; i++) {
        struct transfer *transfer = &talk->transfers[i];
        if (!transfer->curl)
            continue;
        if (transfer->busy)
            finish(talk, transfer, CURLE_ABORTED_BY_CALLBACK);
        curl_easy_cleanup(transfer->curl);
    }
}

__attribute__((visibility("default"))) int
tel_http_send(const struct http_call *call)
{
    struct talk talk = {.call = call, .until_ms = now_ms() + call->total_ms};
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return -ENOMEM;
    talk.multi = curl_multi_init();
    if (talk.multi) {
        curl_multi_setopt(talk.multi, CURLMOPT_MAX_HOST_CONNECTIONS, 1L);
        wire_choose(call, &talk.wire);
        converse(&talk);
        hang_up(&talk);
        curl_multi_cleanup(talk.multi);
    } else {
        talk.result = -ENOMEM;
    }
    curl_global_cleanup();
    return talk.result;
}
