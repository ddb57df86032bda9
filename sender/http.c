/* SPDX-License-Identifier: MIT */
/* Requests, made by libcurl: the only file that knows it. */
#include "http.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

#include <tel/event.h>

static long now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static size_t ignore(char *at, size_t size, size_t count, void *context)
{
    (void)at;
    (void)context;
    return size * count;
}

/* What must neither be said, nor followed, nor remembered. */
static void set_silent(CURL *curl)
{
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_NONE);
    curl_easy_setopt(curl, CURLOPT_ALTSVC_CTRL, 0L);
    curl_easy_setopt(curl, CURLOPT_HSTS_CTRL, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, TEL_USER_AGENT);
    /* What sent.log shows is what is sent: this version, this path. */
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
#if LIBCURL_VERSION_NUM >= 0x075700
    /* Else a name server that is silent holds it up beyond its timeout. */
    curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
#endif
}

static void set_place(CURL *curl, const struct http_call *call)
{
    bool tls = strncmp(call->endpoint, "https://", 8) == 0;
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, tls ? "https" : "http");
#else
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS,
                     tls ? (long)CURLPROTO_HTTPS : (long)CURLPROTO_HTTP);
#endif
    /* Plain http goes to this machine only, so to no proxy. */
    if (!tls)
        curl_easy_setopt(curl, CURLOPT_PROXY, "");
    if (call->ca_file || call->ca_dir)
        curl_easy_setopt(curl, CURLOPT_CAINFO, call->ca_file);
    if (call->ca_dir)
        curl_easy_setopt(curl, CURLOPT_CAPATH, call->ca_dir);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, call->connect_ms);
}

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

static int perform(CURL *curl, const struct http_request *request, long ms,
                   struct http_answer *ret_answer)
{
    struct curl_slist *headers = make_headers(request);
    long status = 0;
    long sent = 0;
    if (!headers)
        return -ENOMEM;
    curl_easy_setopt(curl, CURLOPT_URL, request->url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, ms);
    if (request->body) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                         (curl_off_t)request->body_len);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
    }
    CURLcode code = curl_easy_perform(curl);
    (void)curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &sent);
    if (code == CURLE_OK)
        (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    ret_answer->status = status >= 100 && status <= 999 ? (int)status : 0;
    ret_answer->left = sent > 0;
    return 0;
}

static int converse(CURL *curl, const struct http_call *call)
{
    long until = now_ms() + call->total_ms;
    for (bool first = true;; first = false) {
        struct http_request request = {0};
        struct http_answer answer;
        long left = until - now_ms();
        if (!first && left < call->total_ms / 5)
            return -EAGAIN;
        if (!call->next(call->context, &request))
            return 0;
        int r = perform(curl, &request, left > 0 ? left : 1, &answer);
        if (r < 0)
            return r;
        if (!call->answered(call->context, &answer))
            return 0;
    }
}

__attribute__((visibility("default"))) int
tel_http_send(const struct http_call *call)
{
    int r = -ENOMEM;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return r;
    CURL *curl = curl_easy_init();
    if (curl) {
        set_silent(curl);
        set_place(curl, call);
        r = converse(curl, call);
        curl_easy_cleanup(curl);
    }
    curl_global_cleanup();
    return r;
}
