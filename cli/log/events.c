/* SPDX-License-Identifier: MIT */
/* The events of a request, and what of them no policy explains. */
#include "log.h"

#include <string.h>

/* Each version that the installed policy is not of is told once. */
static void note_version(struct log_check *check, unsigned line,
                         const struct tel_event *event,
                         const struct tel_policy *policy)
{
    struct log_version *note;

    for (size_t i = 0; i < check->nnotes; i++) {
        if (strcmp(check->notes[i].id, event->tool) == 0 &&
            strcmp(check->notes[i].version, event->version) == 0)
            return;
    }
    if (check->nnotes == LOG_NOTES_MAX)
        return;
    note = &check->notes[check->nnotes++];
    snprintf(note->id, sizeof(note->id), "%s", event->tool);
    snprintf(note->version, sizeof(note->version), "%s", event->version);
    printf("%s:%u: note: %s %s; the policy that is installed is of %s\n",
           TEL_LOG_FILE, line, event->tool, event->version,
           policy->version.len > 0 ? tel_cli_str(policy, policy->version)
                                   : "no version");
}

/* The same event as the tool of today's policy would have caused it. */
static struct tel_event of_version(const struct tel_event *event,
                                   const struct tel_policy *policy)
{
    struct tel_event other = *event;

    if (!tel_release_valid(tel_str_at(policy, policy->version),
                           policy->version.len) ||
        tel_str_copy(policy, policy->version, other.version,
                     sizeof(other.version)) < 0)
        snprintf(other.version, sizeof(other.version), "devel");
    return other;
}

/*
 * Names the fields that are refused: each is asked for alone, of the same
 * function as the whole.
 */
static void say_fields(struct log_check *check, unsigned line,
                       const struct tel_event *event,
                       const struct tel_policy *policy)
{
    struct tel_event bare = *event;

    bare.nfields = 0;
    if (tel_event_allowed(&bare, policy) != TEL_ACCEPTED) {
        log_finding(check, line,
                    "%s.conf does not let a run's end or duration be told "
                    "like this",
                    policy->name);
        return;
    }
    for (unsigned i = 0; i < event->nfields; i++) {
        struct tel_event one = bare;
        enum tel_refusal refusal;

        one.nfields = 1;
        one.fields[0] = event->fields[i];
        refusal = tel_event_allowed(&one, policy);
        if (refusal == TEL_REFUSED_FIELD)
            log_finding(check, line, "%s.conf declares no field %s",
                        policy->name, one.fields[0].key);
        else if (refusal != TEL_ACCEPTED)
            log_finding(check, line, "%s.conf does not list the value %s of %s",
                        policy->name, one.fields[0].value, one.fields[0].key);
    }
}

static void say_refused(struct log_check *check, unsigned line,
                        const struct tel_event *event,
                        const struct tel_policy *policy)
{
    enum tel_refusal refusal = tel_event_allowed(event, policy);

    if (refusal == TEL_REFUSED_EVENT)
        log_finding(check, line, "%s.conf lists no event %s", policy->name,
                    event->event);
    else
        say_fields(check, line, event, policy);
}

/* Explained by one of the policies of this id, or not. */
static void check_event(struct log_check *check,
                        const struct tel_sent_request *request, unsigned line,
                        const struct tel_event *event)
{
    const struct tel_policy *first = log_policy(check, request->id, 0);
    const struct tel_policy *policy;
    struct tel_event today;

    for (size_t i = 0; (policy = log_policy(check, request->id, i)) != NULL;
         i++) {
        today = of_version(event, policy);
        if (tel_event_allowed(event, policy) == TEL_ACCEPTED)
            return;
        if (tel_event_allowed(&today, policy) == TEL_ACCEPTED) {
            note_version(check, line, event, policy);
            return;
        }
    }
    /* No policy at all was told with the head. */
    if (first == NULL)
        return;
    today = of_version(event, first);
    if (strcmp(today.version, event->version) != 0)
        note_version(check, line, event, first);
    say_refused(check, line, &today, first);
}

/* Whether these are the very bytes that tel writes for the event. */
static bool is_written_so(const struct tel_event *event, bool is_get,
                          const char *at, size_t len)
{
    char text[TEL_EVENT_TEXT_MAX] = "";
    int made = (is_get ? tel_event_to_query : tel_event_to_json)(event, text,
                                                                 sizeof(text));

    return made >= 0 && (size_t)made == len && memcmp(at, text, len) == 0;
}

static bool is_of(const struct tel_event *event, struct tel_sent_part id)
{
    return strlen(event->tool) == id.len &&
           memcmp(event->tool, id.at, id.len) == 0;
}

void log_check_events(struct log_check *check,
                      const struct tel_sent_request *request)
{
    bool is_get = log_is_get(request);
    struct tel_sent_part payload = {NULL, 0};
    struct tel_err err = {""};
    struct tel_event event;
    size_t count = 0;
    size_t at = 0;
    size_t start = 0;
    int r;

    if (tel_sent_payload(request, &payload, &err) < 0) {
        log_finding(check, request->line, "not a whole request: %s", err.text);
        return;
    }
    for (; (r = tel_sent_event(request, &at, &event, &err)) != 0; start = at) {
        unsigned line = log_line(request, payload.at + start);

        count++;
        if (r < 0)
            log_finding(check, line, "not an event: %s", err.text);
        else if (!is_written_so(&event, is_get, payload.at + start,
                                at - start - 1))
            log_finding(check, line, "an event, but not as tel writes it");
        else if (!is_of(&event, request->id))
            log_finding(check, line, "an event of %s among those of %.*s",
                        event.tool, (int)request->id.len, request->id.at);
        else
            check_event(check, request, line, &event);
    }
    if (count == 0)
        log_finding(check, request->line, "it carries no event");
    else if (!is_get && payload.at[payload.len - 1] != '\n')
        log_finding(check, log_line(request, payload.at + payload.len),
                    "the last line of the body is not whole");
}
