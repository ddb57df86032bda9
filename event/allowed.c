/* SPDX-License-Identifier: MIT */
/* Whether a policy explains every part of an event. */
#include <tel/event.h>
#include <tel/text.h>

#include <string.h>

static const char names[TEL_REFUSALS][9] = {
    "accepted", "form", "tool", "version", "event", "field", "value"};

const char *tel_refusal_name(enum tel_refusal refusal)
{
    return (unsigned)refusal < TEL_REFUSALS ? names[refusal] : "unknown";
}

static bool str_is(const struct tel_policy *policy, struct tel_str str,
                   const char *string)
{
    return strlen(string) == str.len &&
           memcmp(tel_str_at(policy, str), string, str.len) == 0;
}

static bool version_is(const struct tel_policy *policy, const char *version)
{
    if (!tel_release_valid(tel_str_at(policy, policy->version),
                           policy->version.len))
        return strcmp(version, "devel") == 0;
    return str_is(policy, policy->version, version);
}

static bool event_is(const struct tel_policy *policy, struct tel_str words,
                     struct tel_str modifier, const char *name)
{
    char buf[TEL_EVENT_MAX + 1];

    return tel_policy_event(policy, words, modifier, buf, sizeof(buf)) >= 0 &&
           strcmp(buf, name) == 0;
}

static bool event_listed(const struct tel_policy *policy, const char *name)
{
    const struct tel_str empty = {0, 0};

    if (policy->verbs_none) {
        if (event_is(policy, empty, empty, name))
            return true;
    } else if (strcmp(name, "none") == 0 ||
               (strcmp(name, "other") == 0 && !policy->unlisted_ignore)) {
        return true;
    }
    for (unsigned i = 0; i < policy->nverbs; i++) {
        if (event_is(policy, policy->verbs[i].words, empty, name))
            return true;
    }
    for (unsigned i = 0; i < policy->nmodifiers; i++) {
        const struct tel_modifier *modifier = &policy->modifiers[i];

        if (event_is(policy, modifier->words, modifier->name, name))
            return true;
    }
    return false;
}

static enum tel_refusal check_end(const struct tel_coarse *coarse,
                                  const struct tel_event *event)
{
    bool declared = false;

    switch (event->end) {
    case TEL_END_UNSAID:
        declared = coarse->exit == TEL_EXIT_OFF;
        break;
    case TEL_END_SIGNAL:
    case TEL_END_LOST:
        declared = coarse->exit != TEL_EXIT_OFF;
        break;
    case TEL_END_OK:
        declared = coarse->exit == TEL_EXIT_CLASS;
        break;
    case TEL_END_ERROR:
        declared =
            coarse->exit == TEL_EXIT_CLASS || coarse->exit == TEL_EXIT_LIST;
        break;
    case TEL_END_CODE:
        if (coarse->exit == TEL_EXIT_LIST &&
            (coarse->exit_codes[event->code / 8] & (1U << (event->code % 8))) ==
                0)
            return TEL_REFUSED_VALUE;
        declared =
            coarse->exit == TEL_EXIT_CODE || coarse->exit == TEL_EXIT_LIST;
        break;
    default:
        break;
    }
    return declared ? TEL_ACCEPTED : TEL_REFUSED_FIELD;
}

static enum tel_refusal check_crash(const struct tel_policy *policy,
                                    const char *crash)
{
    if (crash[0] == '\0')
        return TEL_ACCEPTED;
    if (!policy->crash)
        return TEL_REFUSED_FIELD;
    return tel_policy_has_build(policy, crash, TEL_BUILD_LEN)
               ? TEL_ACCEPTED
               : TEL_REFUSED_VALUE;
}

/* A run that was lost has no duration; exit = off does not tell which was. */
static enum tel_refusal check_ms(const struct tel_coarse *coarse,
                                 enum tel_end end, int32_t ms)
{
    bool may_lack = end == TEL_END_LOST || coarse->exit == TEL_EXIT_OFF;
    uint32_t coarser;

    if (coarse->ms == TEL_MS_OFF || end == TEL_END_LOST)
        return ms < 0 ? TEL_ACCEPTED : TEL_REFUSED_FIELD;
    if (ms < 0)
        return may_lack ? TEL_ACCEPTED : TEL_REFUSED_FIELD;
    coarser = coarse->ms == TEL_MS_ROUNDED ? tel_coarse_rounded((uint64_t)ms)
                                           : tel_coarse_series((uint64_t)ms);
    return ms <= TEL_MS_TOP && coarser == (uint32_t)ms ? TEL_ACCEPTED
                                                       : TEL_REFUSED_VALUE;
}

static bool value_listed(const struct tel_policy *policy,
                         const struct tel_field *field, const char *value)
{
    if (strcmp(value, "other") == 0)
        return true;
    for (unsigned i = 0; i < field->values; i++) {
        if (str_is(policy, policy->items[field->first_value + i], value))
            return true;
    }
    return false;
}

static bool is_count(const char *value)
{
    size_t len = strlen(value);
    uint64_t number;

    return (value[0] != '0' || len == 1) &&
           tel_text_parse(value, len, UINT32_MAX, &number) &&
           tel_coarse_series(number) == number;
}

/* 0.00 to 1.00, always with two digits. */
static bool is_ratio(const char *value)
{
    uint64_t hundredths;

    return strcmp(value, "1.00") == 0 ||
           (strlen(value) == 4 && memcmp(value, "0.", 2) == 0 &&
            tel_text_parse(value + 2, 2, 99, &hundredths));
}

static bool value_fits(const struct tel_policy *policy,
                       const struct tel_field *field, const char *value)
{
    switch (field->kind) {
    case TEL_FIELD_WORD:
    case TEL_FIELD_RUNTIME:
        return value_listed(policy, field, value);
    case TEL_FIELD_FLAG:
    case TEL_FIELD_TERMINAL:
        return strcmp(value, "yes") == 0 || strcmp(value, "no") == 0;
    case TEL_FIELD_COUNT:
        return is_count(value);
    case TEL_FIELD_RATIO:
        return is_ratio(value);
    default:
        return false;
    }
}

static enum tel_refusal check_field(const struct tel_policy *policy,
                                    const struct tel_event_field *field)
{
    for (unsigned i = 0; i < policy->nfields; i++) {
        if (str_is(policy, policy->fields[i].key, field->key))
            return value_fits(policy, &policy->fields[i], field->value)
                       ? TEL_ACCEPTED
                       : TEL_REFUSED_VALUE;
    }
    return TEL_REFUSED_FIELD;
}

enum tel_refusal tel_event_allowed(const struct tel_event *event,
                                   const struct tel_policy *policy)
{
    enum tel_refusal refusal;

    if (!str_is(policy, policy->id, event->tool))
        return TEL_REFUSED_TOOL;
    if (!version_is(policy, event->version))
        return TEL_REFUSED_VERSION;
    if (!event_listed(policy, event->event))
        return TEL_REFUSED_EVENT;
    refusal = check_end(&policy->coarse, event);
    if (refusal == TEL_ACCEPTED)
        refusal =
            check_ms(&policy->coarse, (enum tel_end)event->end, event->ms);
    if (refusal == TEL_ACCEPTED)
        refusal = check_crash(policy, event->crash);
    for (unsigned i = 0; refusal == TEL_ACCEPTED && i < event->nfields; i++)
        refusal = check_field(policy, &event->fields[i]);
    return refusal;
}
