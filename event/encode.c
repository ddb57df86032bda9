/* SPDX-License-Identifier: MIT */
/* An event as a query or as JSON: the same keys, in the same order. */
#include <tel/event.h>
#include <tel/text.h>

#include <errno.h>
#include <string.h>

#include "valid.h"

/* Text of one of the two forms, as it grows. */
struct form {
    struct tel_text text;
    bool json;
};

static void add_key(struct form *form, const char *key)
{
    const char *between = form->json ? "," : "&";

    if (form->text.len > (form->json ? 1 : 0))
        tel_text_add(&form->text, between);
    if (form->json)
        tel_text_add(&form->text, "\"");
    tel_text_add(&form->text, key);
    tel_text_add(&form->text, form->json ? "\":" : "=");
}

static void add_string(struct form *form, const char *key, const char *value)
{
    add_key(form, key);
    if (form->json) {
        tel_text_add(&form->text, "\"");
        tel_text_add(&form->text, value);
        tel_text_add(&form->text, "\"");
        return;
    }
    /* Many servers take a bare '+' in a query for a space. */
    for (; *value != '\0'; value++) {
        if (*value == '+')
            tel_text_add(&form->text, "%2B");
        else
            tel_text_bytes(&form->text, value, 1);
    }
}

static void add_number(struct form *form, const char *key, uint64_t number)
{
    add_key(form, key);
    tel_text_number(&form->text, number);
}

static void add_end(struct form *form, const struct tel_event *event)
{
    switch (event->end) {
    case TEL_END_CODE:
        add_number(form, "exit", event->code);
        break;
    case TEL_END_OK:
        add_string(form, "exit", "ok");
        break;
    case TEL_END_ERROR:
        add_string(form, "exit", "error");
        break;
    case TEL_END_SIGNAL:
        add_number(form, "sig", event->code);
        break;
    case TEL_END_LOST:
        add_string(form, "end", "lost");
        break;
    default:
        break;
    }
}

static int encode(const struct tel_event *event, bool json, char *buf,
                  size_t size)
{
    struct form form = {.json = json};

    if (!tel_event_valid(event))
        return -EINVAL;
    tel_text_start(&form.text, buf, size);
    if (json)
        tel_text_add(&form.text, "{");
    add_string(&form, "t", event->tool);
    add_string(&form, "e", event->event);
    add_number(&form, "v", TEL_FORMAT_VERSION);
    add_string(&form, "tv", event->version);
    add_string(&form, "os", "linux");
    add_string(&form, "libc", event->libc);
    if (event->ms >= 0)
        add_number(&form, "ms", (uint64_t)event->ms);
    add_end(&form, event);
    if (event->crash[0] != '\0')
        add_string(&form, "crash", event->crash);
    for (unsigned i = 0; i < event->nfields; i++)
        add_string(&form, event->fields[i].key, event->fields[i].value);
    if (json)
        tel_text_add(&form.text, "}");
    return tel_text_end(&form.text);
}

int tel_event_to_query(const struct tel_event *event, char *buf, size_t size)
{
    return encode(event, false, buf, size);
}

int tel_event_to_json(const struct tel_event *event, char *buf, size_t size)
{
    return encode(event, true, buf, size);
}
