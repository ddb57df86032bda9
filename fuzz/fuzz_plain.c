/* SPDX-License-Identifier: MIT */
/*
 * A line of a vendor's file: what is found in it is a part of it, of bytes
 * that its kind may have, and the same wherever the line stands.
 */
#include "fuzz.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <tel/event.h>

#include "import/plain.h"

static bool has(const char *at, size_t len, char byte)
{
    return len > 0 && memchr(at, byte, len) != NULL;
}

static void check(enum tel_plain_kind kind, const char *line, size_t size,
                  const char *at, size_t len)
{
    struct tel_event event;

    if (at < line || len > size || at + len > line + size)
        abort();
    if (kind == TEL_PLAIN_JSON) {
        if (len == 0 || *at != '{')
            abort();
        (void)tel_event_from_json(at, len, &event, NULL);
    } else {
        if (has(at, len, ' ') || has(at, len, '\t') || has(at, len, '"'))
            abort();
        (void)tel_event_from_query(at, len, &event, NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *line = (const char *)data;
    const char *at = NULL;
    const char *moved_at = NULL;
    size_t len = 0;
    size_t moved_len = 0;
    enum tel_plain_kind kind = tel_plain_find(line, size, &at, &len);
    bool found = kind == TEL_PLAIN_QUERY || kind == TEL_PLAIN_JSON;
    char *moved = malloc(size + 3);

    if (found)
        check(kind, line, size, at, len);
    if (moved == NULL)
        return 0;
    moved[0] = '\t';
    if (size > 0)
        memcpy(moved + 1, data, size);
    moved[size + 1] = ' ';
    moved[size + 2] = '\r';
    if (tel_plain_find(moved, size + 3, &moved_at, &moved_len) != kind ||
        (found && (moved_len != len || moved_at - moved != at - line + 1)))
        abort();
    free(moved);
    return 0;
}
