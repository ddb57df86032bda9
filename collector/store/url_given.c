/* SPDX-License-Identifier: MIT */
/* url_given: the URL and the token that a person gives. */
#include "url.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

#include "fault.h"

static bool is_loopback(const char *host)
{
    struct in_addr address;

    if (strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
        return true;
    return inet_pton(AF_INET, host, &address) == 1 &&
           ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET;
}

bool tel_url_safe(const char *text, bool *ret_plain)
{
    CURLU *url = curl_url();
    char *scheme = NULL;
    char *host = NULL;
    char *part = NULL;
    bool safe =
        url != NULL &&
        curl_url_set(url, CURLUPART_URL, text, CURLU_DISALLOW_USER) ==
            CURLUE_OK &&
        curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
        curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
        curl_url_get(url, CURLUPART_QUERY, &part, 0) == CURLUE_NO_QUERY &&
        curl_url_get(url, CURLUPART_FRAGMENT, &part, 0) == CURLUE_NO_FRAGMENT;

    *ret_plain = safe && strcmp(scheme, "http") == 0;
    safe =
        safe && (*ret_plain ? is_loopback(host) : strcmp(scheme, "https") == 0);
    curl_free(part);
    curl_free(host);
    curl_free(scheme);
    curl_url_cleanup(url);
    return safe;
}

int tel_url_token(const char *file, char *buf, size_t size, struct tel_err *err)
{
    FILE *in = fopen(file, "re");
    size_t len;
    int r = errno;

    if (in == NULL)
        return tel_fault(err, -r, "--token-file %s: %s", file, strerror(r));
    len = fread(buf, 1, size - 1, in);
    r = ferror(in) != 0 ? errno : 0;
    (void)fclose(in);
    if (r != 0)
        return tel_fault(err, -r, "--token-file %s: %s", file, strerror(r));
    if (len > 0 && buf[len - 1] == '\n')
        len--;
    buf[len] = '\0';
    for (size_t i = 0; i < len; i++) {
        if (buf[i] <= ' ' || buf[i] > '~')
            len = 0;
    }
    if (len == 0 || len > TEL_URL_TOKEN_MAX)
        return tel_fault(err, -EINVAL,
                         "--token-file %s: not one line of 1 to %d visible "
                         "characters",
                         file, TEL_URL_TOKEN_MAX);
    return 0;
}
