/* SPDX-License-Identifier: MIT */
/* response: the answer to a request, from its status and reason. */
#include "response.h"

#include <stdio.h>
#include <string.h>

static void add(struct MHD_Response *response, const char *name,
                const char *value)
{
    /* Without it the answer says less, and is still right. */
    (void)MHD_add_response_header(response, name, value);
}

static void add_headers(struct MHD_Response *response, unsigned status,
                        uint32_t retry_s)
{
    char seconds[16];

    add(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        add(response, MHD_HTTP_HEADER_ALLOW, "GET, POST");
    if (retry_s > 0) {
        (void)snprintf(seconds, sizeof(seconds), "%u", retry_s);
        add(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
    }
}

struct MHD_Response *tel_response_new(unsigned status, const char *prefix,
                                      const char *reason, uint32_t retry_s,
                                      bool last)
{
    char text[64] = "";
    struct MHD_Response *response = NULL;

    if (reason != NULL)
        (void)snprintf(text, sizeof(text), "%s%s\n", prefix, reason);
    response = MHD_create_response_from_buffer(strlen(text), text,
                                               MHD_RESPMEM_MUST_COPY);
    if (response == NULL)
        return NULL;
    if (status != MHD_HTTP_NO_CONTENT)
        add_headers(response, status, retry_s);
    if (last)
        add(response, MHD_HTTP_HEADER_CONNECTION, "close");
    return response;
}
