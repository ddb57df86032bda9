/* SPDX-License-Identifier: MIT */
/* The bytes of a request, in the order and form in which libcurl writes them. */
#include <errno.h>
#include <string.h>

#include <tel/event.h>
#include <tel/text.h>

/* A piece of an endpoint; at points into it. */
struct piece {
    const char *at;
    size_t len;
};

struct parts {
    struct piece host;  /* as written; an IPv6 address with its brackets */
    uint64_t port;      /* 0: the scheme's own */
    const char *target; /* path and query; empty where there is neither */
};

static bool starts(const char *string, const char *prefix)
{
    return strncmp(string, prefix, strlen(prefix)) == 0;
}

/* Whether every byte may stand in a request line as it is. */
static bool plain(const char *string)
{
    for (; *string; string++) {
        if (*string <= ' ' || *string > '~' || *string == '#' ||
            *string == '"' || *string == '\\')
            return false;
    }
    return true;
}

static int split(const char *endpoint, struct parts *ret_parts)
{
    struct parts parts;
    uint64_t own;
    const char *at;
    if (!plain(endpoint))
        return -EINVAL;
    if (starts(endpoint, "https://")) {
        own = 443;
        at = endpoint + strlen("https://");
    } else if (starts(endpoint, "http://")) {
        own = 80;
        at = endpoint + strlen("http://");
    } else {
        return -EINVAL;
    }

    size_t len = strcspn(at, "/?");
    if (memchr(at, '@', len))
        return -EINVAL;
    size_t host = *at == '[' ? strcspn(at, "]") + 1 : strcspn(at, ":/?");
    if (host < 1 || host > len || (host < len && at[host] != ':'))
        return -EINVAL;
    parts.host = (struct piece){at, host};
    parts.port = 0;
    /* libcurl leaves out a port that is empty or the scheme's own. */
    if (host + 1 < len &&
        !tel_text_parse(at + host + 1, len - host - 1, 65535, &parts.port))
        return -EINVAL;
    if (parts.port == own)
        parts.port = 0;
    parts.target = at + len;
    *ret_parts = parts;
    return 0;
}

/* Joins a query to a URL, which may have one already. */
static void add_query(struct tel_text *text, const char *url, const char *query)
{
    size_t len = strlen(url);
    if (!strchr(url, '?'))
        tel_text_add(text, "?");
    else if (url[len - 1] != '?' && url[len - 1] != '&')
        tel_text_add(text, "&");
    tel_text_add(text, query);
}

static void add_header(struct tel_text *text, const char *name,
                       const char *value)
{
    tel_text_add(text, name);
    tel_text_add(text, ": ");
    tel_text_add(text, value);
    tel_text_add(text, "\r\n");
}

static void add_host(struct tel_text *text, const struct parts *parts)
{
    tel_text_add(text, "Host: ");
    tel_text_bytes(text, parts->host.at, parts->host.len);
    if (parts->port) {
        tel_text_add(text, ":");
        tel_text_number(text, parts->port);
    }
    tel_text_add(text, "\r\n");
}

int tel_request_bytes(enum tel_method method, const char *endpoint,
                      const char *key, const char *payload, char *buf,
                      size_t size)
{
    struct parts parts;
    struct tel_text text;
    int r = split(endpoint, &parts);
    if (r < 0)
        return r;

    tel_text_start(&text, buf, size);
    tel_text_add(&text, method == TEL_GET ? "GET " : "POST ");
    if (*parts.target != '/')
        tel_text_add(&text, "/");
    tel_text_add(&text, parts.target);
    if (method == TEL_GET)
        add_query(&text, parts.target, payload);
    tel_text_add(&text, " HTTP/1.1\r\n");
    add_host(&text, &parts);
    add_header(&text, "User-Agent", TEL_USER_AGENT);
    if (method == TEL_POST)
        add_header(&text, "Content-Type", TEL_BATCH_TYPE);
    add_header(&text, "Idempotency-Key", key);
    if (method == TEL_POST) {
        tel_text_add(&text, "Content-Length: ");
        tel_text_number(&text, strlen(payload));
        tel_text_add(&text, "\r\n");
    }
    tel_text_add(&text, "\r\n");
    if (method == TEL_POST)
        tel_text_add(&text, payload);
    return tel_text_end(&text);
}

int tel_request_url(const char *endpoint, const char *query, char *buf,
                    size_t size)
{
    struct tel_text text;
    tel_text_start(&text, buf, size);
    tel_text_add(&text, endpoint);
    add_query(&text, endpoint, query);
    return tel_text_end(&text);
}
