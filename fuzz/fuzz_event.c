/* SPDX-License-Identifier: MIT */
/*
 * Events from the wire: what is read as an event can be written, and reads
 * as the same event again, in both forms.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include <tel/event.h>

typedef int reader(const char *text, size_t len, struct tel_event *ret_event,
                   struct tel_err *err);
typedef int writer(const struct tel_event *event, char *buf, size_t size);

static void check(const struct tel_event *event, writer *write, reader *read)
{
    char text[TEL_EVENT_TEXT_MAX];
    char second[TEL_EVENT_TEXT_MAX];
    struct tel_event again;
    int len = write(event, text, sizeof(text));

    if (len < 0 || read(text, (size_t)len, &again, NULL) < 0 ||
        write(&again, second, sizeof(second)) != len ||
        memcmp(text, second, (size_t)len) != 0)
        abort();
}

static void check_form(const uint8_t *data, size_t size, reader *read)
{
    struct tel_event event;
    struct tel_err err = {""};

    if (read((const char *)data, size, &event, &err) == 0) {
        check(&event, tel_event_to_query, tel_event_from_query);
        check(&event, tel_event_to_json, tel_event_from_json);
    } else if (strncmp(err.text, "byte ", 5) != 0) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_form(data, size, tel_event_from_query);
    check_form(data, size, tel_event_from_json);
    return 0;
}
