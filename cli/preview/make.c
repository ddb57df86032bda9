/* SPDX-License-Identifier: MIT */
/* An event and its request, made as the recorder and the sender make them. */
#include "preview.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A key is drawn when an event is moved; this one stands in its place. */
#define NO_KEY "00000000000000000000000000000000"

static void fill_runtime(struct preview *preview)
{
    const struct tel_policy *policy = preview->policy;

    for (uint16_t i = 0; i < policy->nfields; i++) {
        if (policy->fields[i].kind == TEL_FIELD_RUNTIME)
            preview->match.values[i] = tel_match_runtime(
                policy, &policy->fields[i], preview->command->interpreter);
    }
}

/* What tel_event_to_query escapes is '+', and nothing else. */
static void unescape(char *value)
{
    char *to = value;

    for (const char *from = value; *from != '\0'; to++) {
        if (strncmp(from, "%2B", 3) == 0) {
            *to = '+';
            from += 3;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
}

static void add_entry(struct preview *preview, const char *key,
                      const char *value, bool sent)
{
    struct preview_entry *entry = &preview->entries[preview->nentries];

    if (preview->nentries == PREVIEW_ENTRIES_MAX)
        return;
    preview->nentries++;
    snprintf(entry->key, sizeof(entry->key), "%s", key);
    snprintf(entry->value, sizeof(entry->value), "%s", value);
    entry->sent = sent;
    preview_origin(preview, entry);
}

/*
 * The entries are read off the query that would be sent, so that nothing can
 * be in the one and not in the other. query is changed.
 */
static void take_entries(struct preview *preview, char *query)
{
    char *pair;

    while ((pair = strsep(&query, "&")) != NULL) {
        char *value = strchr(pair, '=');

        if (value == NULL)
            continue;
        *value++ = '\0';
        unescape(value);
        add_entry(preview, pair, value, true);
    }
    for (uint16_t i = 0; i < preview->policy->nfields; i++) {
        const struct tel_field *field = &preview->policy->fields[i];

        if (preview->match.values[i].len == 0)
            add_entry(preview, tel_cli_str(preview->policy, field->key), "",
                      false);
    }
}

/* The lines that carry the event: a query, or a batch of one. */
static int write_payload(const struct tel_event *event, const char *query,
                         struct preview *preview)
{
    int rc;

    if (preview->policy->method == TEL_GET) {
        snprintf(preview->payload, sizeof(preview->payload), "%s", query);
        return 0;
    }
    rc = tel_event_to_json(event, preview->payload, TEL_EVENT_TEXT_MAX);
    if (rc >= 0)
        memcpy(preview->payload + rc, "\n", sizeof("\n"));
    return rc;
}

static int make_request(struct preview *preview)
{
    const struct tel_policy *policy = preview->policy;
    struct tel_event event;
    char query[TEL_EVENT_TEXT_MAX];
    char libc[TEL_LIBC_MAX + 1];
    int rc = tel_event_begin(policy, &preview->match,
                             tel_event_libc(libc, sizeof(libc)), &event);

    if (rc < 0)
        return rc;
    tel_event_finish(&event, &policy->coarse, 0, TEL_RAW_EXIT, 0);
    rc = tel_event_to_query(&event, query, sizeof(query));
    if (rc >= 0)
        rc = write_payload(&event, query, preview);
    if (rc >= 0)
        rc = tel_request_bytes(
            policy->method, tel_cli_str(policy, policy->endpoint), NO_KEY,
            preview->payload, preview->request, sizeof(preview->request));
    if (rc < 0)
        return rc;
    preview->request_len = (size_t)rc;
    take_entries(preview, query);
    return 0;
}

int preview_make(const struct tel_policy *policy, const char *path,
                 const struct preview_command *command,
                 struct preview *ret_preview)
{
    struct preview *preview = ret_preview;
    int rc;

    memset(preview, 0, sizeof(*preview));
    preview->policy = policy;
    preview->path = path;
    preview->command = command;
    preview->trace.args =
        calloc((size_t)command->nargs + 1, sizeof(preview->trace.args[0]));
    if (preview->trace.args == NULL)
        return -ENOMEM;
    rc = tel_match_traced(policy, command->args, command->nargs,
                          &preview->match, &preview->trace);
    if (rc < 0)
        return rc;
    if (command->interpreter[0] != '\0')
        fill_runtime(preview);
    return make_request(preview);
}

void preview_clear(struct preview *preview)
{
    free(preview->trace.args);
    preview->trace.args = NULL;
}
