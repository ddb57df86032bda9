/* SPDX-License-Identifier: MIT */
/*
 * url: the totals of a hosted collector, read by HTTP: URL/totals and
 * URL/refusals, with a token. It only reads.
 *
 * Each tel_store_each_* is a request of its own, and sees one moment.
 */
#include "url.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "fault.h"
#include "kind.h"

#define CONNECT_S 10L
#define STALL_S 30L
#define WHOLE_S 600L

/* What a hosted collector can hold is far below. */
#define LINE_MAX_BYTES ((size_t)4 * 1024 * 1024)
#define ANSWER_MAX_BYTES ((size_t)1024 * 1024 * 1024)

struct url_store {
    struct tel_store store; /* first */
    CURL *curl;
    struct curl_slist *headers;
    char *base; /* without a slash at its end */
};

/* One answer as it comes. */
struct answer {
    struct url_store *store;
    struct tel_url_lines lines;
    char *line; /* what has come of it */
    size_t len, size;
    size_t received;
    long status;
    int r; /* of the line that ended it, or 0 */
};

static struct url_store *url_of(struct tel_store *store)
{
    return (struct url_store *)(void *)store;
}

static int keep(struct answer *answer, const char *bytes, size_t len)
{
    if (len == 0)
        return 0;
    if (answer->len + len > LINE_MAX_BYTES)
        return -EBADMSG;
    if (answer->len + len > answer->size) {
        size_t size = 2 * (answer->len + len);
        char *line = realloc(answer->line, size);

        if (line == NULL)
            return -ENOMEM;
        answer->line = line;
        answer->size = size;
    }
    memcpy(answer->line + answer->len, bytes, len);
    answer->len += len;
    return 0;
}

static int take(struct answer *answer, const char *bytes, size_t len)
{
    while (len > 0) {
        const char *newline = memchr(bytes, '\n', len);
        size_t part = newline != NULL ? (size_t)(newline - bytes) : len;
        int r = keep(answer, bytes, part);

        if (r < 0 || newline == NULL)
            return r;
        r = answer->len > 0
                ? tel_url_line(&answer->lines, answer->line, answer->len)
                : -EBADMSG;
        if (r != 0)
            return r;
        answer->len = 0;
        bytes += part + 1;
        len -= part + 1;
    }
    return 0;
}

/* The body of any answer but 200 is not read. */
static size_t take_body(char *bytes, size_t one, size_t len, void *context)
{
    struct answer *answer = context;

    (void)one;
    (void)curl_easy_getinfo(answer->store->curl, CURLINFO_RESPONSE_CODE,
                            &answer->status);
    answer->received += len;
    if (answer->status == 200)
        answer->r = answer->received > ANSWER_MAX_BYTES
                        ? -EBADMSG
                        : take(answer, bytes, len);
    return answer->status == 200 && answer->r == 0 ? len : 0;
}

static const char *explain(const struct answer *answer, CURLcode code,
                           const char *said)
{
    if (answer->status == 401 || answer->status == 403)
        return answer->store->headers != NULL
                   ? "it does not take this token"
                   : "it asks for a token (--token-file)";
    if (answer->status == 404)
        return "no totals are there, or no token was set";
    if (answer->r == -EBADMSG)
        return "its answer is not that of a collector";
    if (code == CURLE_PARTIAL_FILE ||
        (code == CURLE_OK && answer->status == 200))
        return "its answer was cut off";
    if (code != CURLE_OK && answer->status == 0)
        return said[0] != '\0' ? said : curl_easy_strerror(code);
    return NULL;
}

static int judge(struct answer *answer, CURLcode code, const char *said)
{
    struct tel_store *store = &answer->store->store;
    const char *why = NULL;

    if (code == CURLE_OK && answer->status == 200 && answer->lines.ended)
        return 0;
    /* A row that failed has its own reason, and its caller knows it. */
    if (answer->r != 0 && answer->r != -EBADMSG)
        return answer->r;
    why = explain(answer, code, said);
    if (why != NULL)
        (void)snprintf(store->fault, sizeof(store->fault), "%s", why);
    else if (answer->status == 200)
        (void)snprintf(store->fault, sizeof(store->fault), "%s",
                       curl_easy_strerror(code));
    else
        (void)snprintf(store->fault, sizeof(store->fault),
                       "it answers with status %ld", answer->status);
    return -EIO;
}

/* Asks for what, "totals" or "refusals", and has the answer's lines taken. */
static int ask(struct url_store *store, const char *what, const char *query,
               struct answer *answer)
{
    char said[CURL_ERROR_SIZE] = "";
    char *url = NULL;
    CURLcode code = CURLE_OUT_OF_MEMORY;
    int r;

    answer->store = store;
    if (asprintf(&url, "%s/%s?%s", store->base, what, query) < 0)
        return -ENOMEM;
    (void)curl_easy_setopt(store->curl, CURLOPT_ERRORBUFFER, said);
    (void)curl_easy_setopt(store->curl, CURLOPT_WRITEDATA, answer);
    if (curl_easy_setopt(store->curl, CURLOPT_URL, url) == CURLE_OK)
        code = curl_easy_perform(store->curl);
    (void)curl_easy_getinfo(store->curl, CURLINFO_RESPONSE_CODE,
                            &answer->status);
    (void)curl_easy_setopt(store->curl, CURLOPT_ERRORBUFFER, NULL);
    r = judge(answer, code, said);
    tel_url_lines_clear(&answer->lines);
    free(answer->line);
    free(url);
    return r;
}

static int ask_range(struct url_store *store, const char *what,
                     const struct tel_store_range *range, struct answer *answer)
{
    const char *tool = range->tool != NULL ? range->tool : "";
    char *escaped = curl_easy_escape(store->curl, tool, 0);
    char first[TEL_DAY_MAX + 1];
    char last[TEL_DAY_MAX + 1];
    bool all = range->first == 0 && range->last == 0;
    char *query = NULL;
    int len;
    int r;

    if (escaped == NULL)
        return -ENOMEM;
    tel_day_text(range->first, first);
    tel_day_text(range->last, last);
    len = asprintf(
        &query, "%s%s%s%s%s%s%s%s", range->tool != NULL ? "&tool=" : "",
        escaped, all ? "" : "&first=", all ? "" : first,
        all ? "" : "&last=", all ? "" : last, range->by_day ? "&days=1" : "",
        range->by_version ? "&versions=1" : "");
    curl_free(escaped);
    if (len < 0)
        return -ENOMEM;
    r = ask(store, what, query, answer);
    free(query);
    return r;
}

static int each_total(struct tel_store *store,
                      const struct tel_store_range *range,
                      int (*row)(void *context, int64_t day,
                                 const struct tel_cell *cell, uint64_t n),
                      void *context)
{
    struct answer answer = {.lines = {.total = row, .context = context}};

    return ask_range(url_of(store), "totals", range, &answer);
}

static int each_refusal(struct tel_store *store,
                        const struct tel_store_range *range,
                        int (*row)(void *context, int64_t day,
                                   const char *reason, uint64_t n),
                        void *context)
{
    struct answer answer = {.lines = {.refusal = row, .context = context}};

    return ask_range(url_of(store), "refusals", range, &answer);
}

static void close_url(struct tel_store *any)
{
    struct url_store *store = url_of(any);

    curl_slist_free_all(store->headers);
    curl_easy_cleanup(store->curl);
    free(store->base);
    free(store);
}

static const struct tel_store_kind kind = {
    .close = close_url,
    .each_total = each_total,
    .each_refusal = each_refusal,
};

static int set_token(struct url_store *store, const char *file,
                     struct tel_err *err)
{
    static const char name[] = "Authorization: Bearer ";
    char header[sizeof(name) + TEL_URL_TOKEN_MAX + 2];
    int r;

    memcpy(header, name, sizeof(name));
    r = tel_url_token(file, header + strlen(name),
                      sizeof(header) - strlen(name), err);
    if (r == 0) {
        store->headers = curl_slist_append(NULL, header);
        if (store->headers == NULL)
            r = tel_fault(err, -ENOMEM, "out of memory");
    }
    explicit_bzero(header, sizeof(header));
    return r;
}

/* No redirect, since the token would go with it; nothing from a file. */
static void set_up(struct url_store *store, bool plain)
{
    CURL *curl = store->curl;

    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR,
                           plain ? "http" : "https");
    (void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    (void)curl_easy_setopt(curl, CURLOPT_SSLVERSION,
                           (long)CURL_SSLVERSION_TLSv1_2);
    (void)curl_easy_setopt(curl, CURLOPT_USERAGENT, TEL_USER_AGENT);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, store->headers);
    (void)curl_easy_setopt(curl, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
    (void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, STALL_S);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, WHOLE_S);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    if (plain)
        (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
}

static int no_refusal(void *context, int64_t day, const char *reason,
                      uint64_t n)
{
    (void)context;
    (void)day;
    (void)reason;
    (void)n;
    return -EBADMSG;
}

/* The token is tried at once, with a question whose answer is empty: nothing
 * was refused on the first of all days. */
static int check(struct url_store *store, struct tel_err *err)
{
    struct answer answer = {.lines = {.refusal = no_refusal}};
    int r = ask(store, "refusals", "first=1970-01-01&last=1970-01-01", &answer);

    if (r < 0)
        (void)tel_fault(err, r, "--url %s: %s", store->base,
                        store->store.fault);
    return r;
}

int tel_store_open_url(const char *url, const char *token_file,
                       struct tel_store **ret_store, struct tel_err *err)
{
    struct url_store *store = NULL;
    size_t len = strlen(url);
    bool plain = false;
    int r = 0;

    if (!tel_url_safe(url, &plain))
        return tel_fault(err, -EINVAL,
                         "--url %s: not a URL of https, or of http on this "
                         "machine",
                         url);
    store = calloc(1, sizeof(*store));
    if (store == NULL)
        return tel_fault(err, -ENOMEM, "out of memory");
    while (len > 0 && url[len - 1] == '/')
        len--;
    store->store.kind = &kind;
    store->base = strndup(url, len);
    store->curl = curl_easy_init();
    if (store->base == NULL || store->curl == NULL)
        r = tel_fault(err, -ENOMEM, "out of memory");
    if (r == 0 && token_file != NULL)
        r = set_token(store, token_file, err);
    if (r == 0) {
        set_up(store, plain);
        r = check(store, err);
    }
    if (r < 0) {
        close_url(&store->store);
        return r;
    }
    *ret_store = &store->store;
    return 0;
}
