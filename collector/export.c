/* SPDX-License-Identifier: MIT */
/*
 * export: the policies and the limits as a module of JavaScript that holds
 * data only, for the hosted variants in edge/.
 *
 *     export const form = {...}        the most that each part of an event has
 *     export const limits = {...}      the most that a request has
 *     export const refusals = [...]    in the order of enum tel_refusal
 *     export const policies = [...]    one object each:
 *         id, version    as they stand on the wire
 *         events         all names that may
 *         ms             "rounded", "bucket" or "off"
 *         exit           "code", "class", "off", or the codes that are listed
 *         crash          null, or the first digits of each build-id
 *         fields         key: "count", "ratio", or all values
 *
 * Every string is made of [A-Za-z0-9._+:-] and '_': none needs an escape.
 */
#include <tel/collector.h>

#include <errno.h>
#include <string.h>

#include "fault.h"
#include "receive/limit.h"
#include "count/tools.h"
#include "count/totals.h"

#define REFUSED_EVENT_OR_BEFORE(refusal) \
    ((refusal) != TEL_ACCEPTED && (refusal) <= TEL_REFUSED_EVENT)

/* A list of strings on its way out. */
struct list {
    FILE *out;
    unsigned len;
};

static void add(struct list *list, const char *string, size_t len)
{
    (void)fprintf(list->out, "%s\"%.*s\"", list->len++ > 0 ? ", " : "",
                  (int)len, string);
}

static void add_str(struct list *list, const struct tel_policy *policy,
                    struct tel_str str)
{
    add(list, tel_str_at(policy, str), str.len);
}

/* The head of an event of this policy, as the check takes it. */
static void probe(const struct tel_policy *policy, struct tel_event *event)
{
    const char *version = tel_str_at(policy, policy->version);
    bool released = tel_release_valid(version, policy->version.len);

    memset(event, 0, sizeof(*event));
    (void)tel_str_copy(policy, policy->id, event->tool, sizeof(event->tool));
    (void)snprintf(event->version, sizeof(event->version), "%.*s",
                   released ? (int)policy->version.len : 5,
                   released ? version : "devel");
}

/* Adds the name if the check knows it: it has the last word, not this. */
static void add_event(struct list *list, const struct tel_policy *policy,
                      const char *name)
{
    struct tel_event event;

    probe(policy, &event);
    (void)snprintf(event.event, sizeof(event.event), "%s", name);
    if (!REFUSED_EVENT_OR_BEFORE(tel_event_allowed(&event, policy)))
        add(list, name, strlen(name));
}

static void write_events(const struct tel_policy *policy, FILE *out)
{
    static const char *const fixed[] = {"none", "other", "run"};
    const struct tel_str empty = {0, 0};
    char name[TEL_EVENT_MAX + 1];
    struct list list = {out, 0};

    (void)fputs("    events: [", out);
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
        add_event(&list, policy, fixed[i]);
    for (unsigned i = 0; i < policy->nverbs; i++) {
        if (tel_policy_event(policy, policy->verbs[i].words, empty, name,
                             sizeof(name)) >= 0)
            add_event(&list, policy, name);
    }
    for (unsigned i = 0; i < policy->nmodifiers; i++) {
        if (tel_policy_event(policy, policy->modifiers[i].words,
                             policy->modifiers[i].name, name,
                             sizeof(name)) >= 0)
            add_event(&list, policy, name);
    }
    (void)fputs("],\n", out);
}

static const char *ms_word(uint8_t kind)
{
    switch ((enum tel_ms_kind)kind) {
    case TEL_MS_ROUNDED:
        return "rounded";
    case TEL_MS_BUCKET:
        return "bucket";
    case TEL_MS_OFF:
        break;
    }
    return "off";
}

static void write_exit(const struct tel_coarse *coarse, FILE *out)
{
    unsigned len = 0;

    if (coarse->exit != TEL_EXIT_LIST) {
        (void)fprintf(out, "    exit: \"%s\",\n",
                      coarse->exit == TEL_EXIT_CODE    ? "code"
                      : coarse->exit == TEL_EXIT_CLASS ? "class"
                                                       : "off");
        return;
    }
    (void)fputs("    exit: [", out);
    for (unsigned code = 0; code <= UINT8_MAX; code++) {
        if ((coarse->exit_codes[code / 8] & (1U << (code % 8))) != 0)
            (void)fprintf(out, "%s%u", len++ > 0 ? ", " : "", code);
    }
    (void)fputs("],\n", out);
}

static void write_crash(const struct tel_policy *policy, FILE *out)
{
    struct list list = {out, 0};

    if (!policy->crash) {
        (void)fputs("    crash: null,\n", out);
        return;
    }
    (void)fputs("    crash: [", out);
    for (unsigned i = 0; i < policy->nbuild_ids; i++)
        add(&list, tel_str_at(policy, policy->build_ids[i]), TEL_BUILD_LEN);
    (void)fputs("],\n", out);
}

static void write_values(const struct tel_policy *policy,
                         const struct tel_field *field, FILE *out)
{
    struct list list = {out, 0};

    switch ((enum tel_field_kind)field->kind) {
    case TEL_FIELD_COUNT:
        (void)fputs("\"count\"", out);
        return;
    case TEL_FIELD_RATIO:
        (void)fputs("\"ratio\"", out);
        return;
    case TEL_FIELD_FLAG:
    case TEL_FIELD_TERMINAL:
        (void)fputs("[\"yes\", \"no\"]", out);
        return;
    case TEL_FIELD_WORD:
    case TEL_FIELD_RUNTIME:
        break;
    }
    (void)fputs("[", out);
    for (unsigned i = 0; i < field->values; i++)
        add_str(&list, policy, policy->items[field->first_value + i]);
    add(&list, "other", strlen("other"));
    (void)fputs("]", out);
}

static void write_policy(const struct tel_policy *policy, FILE *out)
{
    struct tel_event head;

    probe(policy, &head);
    (void)fprintf(out, "  {\n    id: \"%s\",\n    version: \"%s\",\n",
                  head.tool, head.version);
    write_events(policy, out);
    (void)fprintf(out, "    ms: \"%s\",\n", ms_word(policy->coarse.ms));
    write_exit(&policy->coarse, out);
    write_crash(policy, out);
    (void)fputs("    fields: {", out);
    for (unsigned i = 0; i < policy->nfields; i++) {
        const struct tel_field *field = &policy->fields[i];

        (void)fprintf(out, "%s\n      %.*s: ", i > 0 ? "," : "",
                      (int)field->key.len, tel_str_at(policy, field->key));
        write_values(policy, field, out);
    }
    (void)fprintf(out, "%s},\n  },\n", policy->nfields > 0 ? ",\n    " : "");
}

static void write_constants(FILE *out)
{
    struct list list = {out, 0};

    (void)fprintf(out,
                  "export const form = {\n"
                  "  version: %d,\n  name: %d,\n  event: %d,\n"
                  "  release: %d,\n  libc: %d,\n  key: %d,\n  value: %d,\n"
                  "  fields: %d,\n  ms: %d,\n  build: %d,\n};\n\n",
                  TEL_FORMAT_VERSION, TEL_NAME_MAX, TEL_EVENT_MAX,
                  TEL_VERSION_MAX, TEL_LIBC_MAX, TEL_KEY_MAX, TEL_VALUE_MAX,
                  TEL_FIELDS_MAX, TEL_MS_TOP, TEL_BUILD_LEN);
    (void)fprintf(out,
                  "export const limits = {\n"
                  "  target: %d,\n  body: %d,\n  events: %d,\n"
                  "  idempotency: %d,\n  windowDays: %d,\n  crashes: %d,\n"
                  "};\n\n",
                  TEL_LIMIT_TARGET, TEL_LIMIT_BODY, TEL_LIMIT_EVENTS,
                  TEL_IDEMPOTENCY_LEN, TEL_KEY_WINDOW_DAYS,
                  TEL_TOTALS_CRASHES_MAX);
    (void)fputs("export const refusals = [", out);
    for (unsigned i = 0; i < TEL_REFUSALS; i++) {
        const char *name = tel_refusal_name((enum tel_refusal)i);

        add(&list, name, strlen(name));
    }
    (void)fputs("];\n\n", out);
}

int tel_export_write(const char *directory, FILE *out, struct tel_err *err)
{
    struct tel_tools *tools = NULL;
    const struct tel_policy *policy = NULL;
    int r = tel_tools_load(directory, &tools, err);

    if (r < 0)
        return r;
    (void)fputs("// Made by tel-collect export from the policies: data, and "
                "nothing else.\n\n",
                out);
    write_constants(out);
    (void)fputs("export const policies = [\n", out);
    for (size_t i = 0; (policy = tel_tools_at(tools, i)) != NULL; i++)
        write_policy(policy, out);
    (void)fputs("];\n", out);
    tel_tools_free(tools);
    return 0;
}
