/* SPDX-License-Identifier: MIT */
/* What libcurl is told: nothing is said, followed or kept but the request. */
#include "wire.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include <tel/event.h>

/* From how many GETs on HTTP/2 is worth its settings' bytes. */
#define HTTP2_MIN_REQUESTS 5
#define CA_DIR "/etc/ssl/certs"

/* ---- whom to trust ------------------------------------------------------- */

/*
 * By a hashed directory OpenSSL reads the one file that it needs, and not all
 * of a bundle, which takes longer than all the rest of a batch. libcurl reads
 * its bundle first, also where it was built with such a directory. Debian,
 * Alpine, Arch, openSUSE and Fedora have one. Where the authority is not in
 * it, all that libcurl trusts by itself is tried: nothing depends on it.
 */
static bool is_hashed(const char *path)
{
    DIR *dir = opendir(path);
    bool found = false;
    if (!dir)
        return false;
    for (struct dirent *entry; !found && (entry = readdir(dir));) {
        const char *name = entry->d_name;
        found = strspn(name, "0123456789abcdef") == 8 &&
                strcmp(name + 8, ".0") == 0;
    }
    (void)closedir(dir);
    return found;
}

/* Others read every file of a directory. */
static bool looks_up_by_hash(const curl_version_info_data *info)
{
    static const char *const libraries[] = {"OpenSSL/", "LibreSSL/",
                                            "BoringSSL", "AWS-LC/"};
    for (size_t i = 0; i < sizeof(libraries) / sizeof(*libraries); i++) {
        if (info->ssl_version &&
            strncmp(info->ssl_version, libraries[i], strlen(libraries[i])) == 0)
            return true;
    }
    return false;
}

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

static void choose_trust(struct wire *wire, const curl_version_info_data *info)
{
    wire->ca_file = variable("SSL_CERT_FILE");
    wire->ca_dir = variable("SSL_CERT_DIR");
    if (wire->ca_file || wire->ca_dir || !looks_up_by_hash(info))
        return;
    const char *dir = info->capath ? info->capath : CA_DIR;
    wire->found = is_hashed(dir);
    wire->ca_dir = wire->found ? dir : NULL;
}

bool wire_widen(struct wire *wire)
{
    if (!wire->found)
        return false;
    wire->found = false;
    wire->ca_dir = NULL;
    return true;
}

void wire_trust(const struct wire *wire, CURL *curl)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    bool chosen = wire->ca_file || wire->ca_dir;
    const char *file = chosen ? wire->ca_file : info->cainfo;
    const char *dir = chosen ? wire->ca_dir : info->capath;
    curl_easy_setopt(curl, CURLOPT_CAINFO, file);
    curl_easy_setopt(curl, CURLOPT_PROXY_CAINFO, file);
    curl_easy_setopt(curl, CURLOPT_CAPATH, dir);
    curl_easy_setopt(curl, CURLOPT_PROXY_CAPATH, dir);
}

/* ---- all the rest -------------------------------------------------------- */

void wire_choose(const struct http_call *call, struct wire *ret_wire)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
    struct wire wire = {.tls = strncmp(call->endpoint, "https://", 8) == 0};
    wire.http2 = wire.tls && call->requests >= HTTP2_MIN_REQUESTS &&
                 (info->features & CURL_VERSION_HTTP2) != 0;
    if (wire.tls)
        choose_trust(&wire, info);
    *ret_wire = wire;
}

/*
 * What must neither be said, nor followed, nor remembered. Cookies, Alt-Svc,
 * HSTS, compression, early data and the like are off unless they are set, and
 * so they aren't: some of libcurl's options for them begin by switching it on.
 */
static void set_silent(CURL *curl)
{
    curl_easy_setopt(curl, CURLOPT_USERAGENT, TEL_USER_AGENT);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_NONE);
    /* What stands in the proxy's own URL, and no ticket of Kerberos. */
    curl_easy_setopt(curl, CURLOPT_PROXYAUTH, (long)CURLAUTH_BASIC);
    curl_easy_setopt(curl, CURLOPT_SOCKS5_AUTH, (long)CURLAUTH_BASIC);
    /* A resumed session would link two connections. */
    curl_easy_setopt(curl, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 1L);
    /* What sent.log shows is what is sent, and to the endpoint only. */
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
    curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
    /* Else a name server that is silent holds it up beyond its timeout. */
    curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
#endif
}

static void set_way(const struct wire *wire, CURL *curl)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, wire->tls ? "https" : "http");
#else
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS,
                     wire->tls ? (long)CURLPROTO_HTTPS : (long)CURLPROTO_HTTP);
#endif
    /* Plain http goes to this machine only, so to no proxy. */
    if (!wire->tls)
        curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION,
                     wire->http2 ? (long)CURL_HTTP_VERSION_2TLS
                                 : (long)CURL_HTTP_VERSION_1_1);
    /* Never a second connection beside the first. */
    curl_easy_setopt(curl, CURLOPT_PIPEWAIT, 1L);
}

CURL *wire_handle(const struct wire *wire)
{
    CURL *curl = curl_easy_init();
    if (!curl)
        return NULL;
    set_silent(curl);
    set_way(wire, curl);
    if (wire->tls)
        wire_trust(wire, curl);
    return curl;
}
