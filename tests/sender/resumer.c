/* SPDX-License-Identifier: MIT */
/*
 * What tel-send must not be: a client that remembers. Makes two requests to
 * the URL, on a connection each, with what libcurl can keep between them, so
 * that the tests see that they would see it. The second argument is the file
 * of the authority.
 */
#include <stdio.h>

#include <curl/curl.h>

static size_t ignore(char *at, size_t size, size_t items, void *context)
{
    (void)at;
    (void)context;
    return size * items;
}

int main(int argc, char **argv)
{
    CURLcode code = CURLE_FAILED_INIT;
    CURL *curl;

    if (argc != 3)
        return 2;
    curl = curl_easy_init();
    if (curl != NULL) {
        curl_easy_setopt(curl, CURLOPT_URL, argv[1]);
        curl_easy_setopt(curl, CURLOPT_CAINFO, argv[2]);
        curl_easy_setopt(curl, CURLOPT_COOKIEFILE, "");
        curl_easy_setopt(curl, CURLOPT_ALTSVC_CTRL,
                         (long)(CURLALTSVC_H1 | CURLALTSVC_H2));
        curl_easy_setopt(curl, CURLOPT_AUTOREFERER, 1L);
        curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
        curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
        code = curl_easy_perform(curl);
        if (code == CURLE_OK)
            code = curl_easy_perform(curl);
        curl_easy_cleanup(curl);
    }
    if (code != CURLE_OK)
        fprintf(stderr, "resumer: %s\n", curl_easy_strerror(code));
    return code == CURLE_OK ? 0 : 1;
}
