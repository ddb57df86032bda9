/* SPDX-License-Identifier: MIT */
/* headers: the few of a request that are looked at. */
#include "headers.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "count/intake.h"

/* How often each came. */
struct seen {
    struct tel_headers *headers;
    unsigned keys;
    unsigned lengths;
    unsigned codings;
    bool odd; /* a name or value that some read as another */
};

/* A number as long as no length needs, or anything but digits. */
static bool is_length(const char *value)
{
    size_t digits = strspn(value, "0123456789");

    return digits > 0 && digits < 19 && value[digits] == '\0';
}

static void take_key(struct seen *seen, const char *value)
{
    struct tel_headers *headers = seen->headers;

    headers->keyed = ++seen->keys == 1 &&
                     tel_intake_key(value, strlen(value), &headers->key) == 0;
    headers->miskeyed = !headers->keyed;
}

/*
 * Whether the name is known, or that of a line that was folded after known:
 * some versions of the daemon (0.9.75) put the rest of such a line behind its
 * name. Such a request has no good reading.
 */
static bool is(const char *name, const char *known, struct seen *seen)
{
    size_t len = strlen(known);

    if (strncasecmp(name, known, len) != 0)
        return false;
    seen->odd |= name[len] != '\0';
    return true;
}

static enum MHD_Result look(void *context, enum MHD_ValueKind kind,
                            const char *name, const char *value)
{
    struct seen *seen = context;

    (void)kind;
    if (value == NULL)
        value = "";
    if (is(name, "Idempotency-Key", seen)) {
        take_key(seen, value);
    } else if (is(name, "Content-Length", seen)) {
        seen->lengths++;
        seen->odd |= !is_length(value);
        seen->headers->announced = strtoull(value, NULL, 10);
    } else if (is(name, "Transfer-Encoding", seen)) {
        seen->codings++;
        seen->odd |= strcasecmp(value, "chunked") != 0;
    } else if (name[0] == '\0' || name[strcspn(name, " \t\r\n")] != '\0') {
        seen->odd = true;
    }
    return MHD_YES;
}

void tel_headers_read(struct MHD_Connection *connection, const char *version,
                      struct tel_headers *ret_headers)
{
    struct seen seen = {.headers = ret_headers};

    memset(ret_headers, 0, sizeof(*ret_headers));
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, look, &seen);
    ret_headers->plain = !seen.odd && seen.lengths + seen.codings <= 1;
    /* Before HTTP/1.1 there were no chunks. */
    if (seen.codings > 0 && strcmp(version, MHD_HTTP_VERSION_1_1) != 0)
        ret_headers->plain = false;
}
