/* SPDX-License-Identifier: MIT */
/* An event from its beginning to its end, and what makes one valid. */
#include <tel/event.h>

#include <errno.h>
#include <string.h>

#include "valid.h"

bool tel_event_token(const char *at, size_t len, size_t max)
{
    if (len < 1 || len > max)
        return false;
    for (size_t i = 0; i < len; i++) {
        char byte = at[i];

        if (!(byte >= 'a' && byte <= 'z') && !(byte >= 'A' && byte <= 'Z') &&
            !(byte >= '-' && byte <= ':' && byte != '/') && byte != '_' &&
            byte != '+')
            return false;
    }
    return true;
}

bool tel_event_version(const char *at, size_t len)
{
    return tel_release_valid(at, len) ||
           (len == strlen("devel") && memcmp(at, "devel", len) == 0);
}

/* The length of the string in a field of size bytes; size if it has no end. */
static size_t length(const char *string, size_t size)
{
    const char *end = memchr(string, '\0', size);

    return end != NULL ? (size_t)(end - string) : size;
}

static bool end_valid(const struct tel_event *event)
{
    switch (event->end) {
    case TEL_END_UNSAID:
    case TEL_END_OK:
    case TEL_END_ERROR:
    case TEL_END_LOST:
        return event->code == 0;
    case TEL_END_CODE:
        return true;
    case TEL_END_SIGNAL:
        return event->code >= 1 && event->code <= 64;
    default:
        return false;
    }
}

static bool crash_valid(const struct tel_event *event)
{
    return event->crash[0] == '\0' ||
           (event->end == TEL_END_SIGNAL &&
            tel_crash_valid(event->crash,
                            length(event->crash, sizeof(event->crash))));
}

static bool fields_valid(const struct tel_event *event)
{
    if (event->nfields > TEL_FIELDS_MAX)
        return false;
    for (unsigned i = 0; i < event->nfields; i++) {
        const struct tel_event_field *field = &event->fields[i];

        if (!tel_key_valid(field->key,
                           length(field->key, sizeof(field->key))) ||
            !tel_event_token(field->value,
                             length(field->value, sizeof(field->value)),
                             TEL_VALUE_MAX))
            return false;
        for (unsigned other = 0; other < i; other++) {
            if (strcmp(field->key, event->fields[other].key) == 0)
                return false;
        }
    }
    return true;
}

bool tel_event_valid(const struct tel_event *event)
{
    return tel_name_valid(event->tool,
                          length(event->tool, sizeof(event->tool))) &&
           tel_event_token(event->event,
                           length(event->event, sizeof(event->event)),
                           TEL_EVENT_MAX) &&
           tel_event_version(event->version,
                             length(event->version, sizeof(event->version))) &&
           tel_event_token(event->libc,
                           length(event->libc, sizeof(event->libc)),
                           TEL_LIBC_MAX) &&
           event->ms >= -1 && event->ms <= TEL_MS_TOP && end_valid(event) &&
           crash_valid(event) && fields_valid(event);
}

static int copy(char *buf, size_t size, const char *string)
{
    size_t len = strlen(string);

    if (len >= size)
        return -ENAMETOOLONG;
    memcpy(buf, string, len + 1);
    return 0;
}

static int copy_version(const struct tel_policy *policy, char *buf, size_t size)
{
    struct tel_str version = policy->version;

    if (!tel_release_valid(tel_str_at(policy, version), version.len))
        return copy(buf, size, "devel");
    return tel_str_copy(policy, version, buf, size);
}

/* Fields about which the command line says nothing are left out. */
static int copy_fields(const struct tel_policy *policy,
                       const struct tel_match *match, struct tel_event *event)
{
    for (unsigned i = 0; i < policy->nfields; i++) {
        const struct tel_value *value = &match->values[i];
        struct tel_event_field *field = &event->fields[event->nfields];

        if (value->len == 0)
            continue;
        if (value->len > TEL_VALUE_MAX ||
            tel_str_copy(policy, policy->fields[i].key, field->key,
                         sizeof(field->key)) < 0)
            return -ENAMETOOLONG;
        memcpy(field->value, value->at, value->len);
        field->value[value->len] = '\0';
        event->nfields++;
    }
    return 0;
}

int tel_event_begin(const struct tel_policy *policy,
                    const struct tel_match *match, const char *libc,
                    struct tel_event *ret_event)
{
    struct tel_event event;

    memset(&event, 0, sizeof(event));
    event.ms = -1;
    if (tel_str_copy(policy, policy->id, event.tool, sizeof(event.tool)) < 0 ||
        copy(event.event, sizeof(event.event), match->event) < 0 ||
        copy_version(policy, event.version, sizeof(event.version)) < 0 ||
        copy(event.libc, sizeof(event.libc), libc) < 0 ||
        copy_fields(policy, match, &event) < 0)
        return -ENAMETOOLONG;
    *ret_event = event;
    return 0;
}

static void set_exit(struct tel_event *event, const struct tel_coarse *coarse,
                     uint8_t code)
{
    if (coarse->exit == TEL_EXIT_CLASS) {
        event->end = code == 0 ? TEL_END_OK : TEL_END_ERROR;
        return;
    }
    if (coarse->exit == TEL_EXIT_LIST &&
        (coarse->exit_codes[code / 8] & (1U << (code % 8))) == 0) {
        event->end = TEL_END_ERROR;
        return;
    }
    event->end = TEL_END_CODE;
    event->code = code;
}

void tel_event_finish(struct tel_event *event, const struct tel_coarse *coarse,
                      uint64_t duration_ms, enum tel_raw_end end, int code)
{
    if (end == TEL_RAW_SIGNAL && (code < 1 || code > 64))
        end = TEL_RAW_LOST;
    event->ms = -1;
    if (end != TEL_RAW_LOST && coarse->ms == TEL_MS_ROUNDED)
        event->ms = (int32_t)tel_coarse_rounded(duration_ms);
    else if (end != TEL_RAW_LOST && coarse->ms == TEL_MS_BUCKET)
        event->ms = (int32_t)tel_coarse_series(
            duration_ms < TEL_MS_TOP ? duration_ms : TEL_MS_TOP);

    event->end = TEL_END_UNSAID;
    event->code = 0;
    event->crash[0] = '\0';
    if (coarse->exit == TEL_EXIT_OFF)
        return;
    if (end == TEL_RAW_EXIT) {
        set_exit(event, coarse, (uint8_t)code);
    } else if (end == TEL_RAW_SIGNAL) {
        event->end = TEL_END_SIGNAL;
        event->code = (uint8_t)code;
    } else {
        event->end = TEL_END_LOST;
    }
}
