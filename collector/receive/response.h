/* SPDX-License-Identifier: MIT */
/*
 * response: the answer to a request, from its status and reason.
 */
#ifndef TEL_COLLECTOR_RESPONSE_H
#define TEL_COLLECTOR_RESPONSE_H

#include <stdbool.h>
#include <stdint.h>

#include <microhttpd.h>

/*
 * prefix and reason become the body, which is empty where reason is NULL; a
 * retry_s above 0 says when to come again; last says that the connection ends.
 * NULL: out of memory. The caller gives it to MHD_destroy_response.
 */
struct MHD_Response *tel_response_new(unsigned status, const char *prefix,
                                      const char *reason, uint32_t retry_s,
                                      bool last);

#endif
