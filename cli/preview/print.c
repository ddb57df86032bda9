/* SPDX-License-Identifier: MIT */
/* A preview, printed for a person or as JSON. */
#include "preview.h"

#include <string.h>

static void print_purpose(const struct preview *preview, const char *key)
{
    const struct tel_purpose *purpose = tel_cli_purpose(preview->policy, key);

    if (purpose == NULL)
        return;
    printf("  %-8s %-16s for: ", "", "");
    tel_cli_print(stdout, preview->policy, purpose->purpose);
    putchar('\n');
}

static void print_entries(const struct preview *preview, bool sent)
{
    for (size_t i = 0; i < preview->nentries; i++) {
        const struct preview_entry *entry = &preview->entries[i];

        if (entry->sent != sent)
            continue;
        printf("  %-8s %-16s %s\n", entry->key, sent ? entry->value : "-",
               entry->from);
        print_purpose(preview, entry->key);
    }
}

static void print_arguments(const struct preview *preview)
{
    char what[512];

    if (preview->command->nargs == 0)
        return;
    printf("\nYour arguments, as the policy reads them:\n\n");
    for (int i = 0; i < preview->command->nargs; i++) {
        preview_argument(preview, i, what, sizeof(what));
        printf("  %-8d %s\n", i + 1, what);
    }
}

static bool has_unsent(const struct preview *preview)
{
    return preview->nentries > 0 &&
           !preview->entries[preview->nentries - 1].sent;
}

void preview_print(const struct preview *preview, bool local)
{
    const struct tel_policy *policy = preview->policy;

    printf("This run of %s would be recorded as follows, by its policy\n",
           policy->name);
    tel_cli_print_bytes(stdout, preview->path, strlen(preview->path));
    printf(":\n\n");
    print_entries(preview, true);
    if (has_unsent(preview)) {
        printf("\nNot recorded, since nothing is known of it:\n\n");
        print_entries(preview, false);
    }
    print_arguments(preview);
    if (policy->crash)
        printf("\nIf a fault ends it, sig stands in the place of exit, and "
               "crash says where\nin the program (sig=11, "
               "crash=1a2b3c4d-4f10-9c0ffee1).\n");
    if (local) {
        printf("\nNo request: it is counted on this account only.\n");
        return;
    }
    printf("\nIt would leave later in this request%s (its key is drawn at "
           "random):\n\n",
           policy->method == TEL_POST ? ", with others in the same batch" : "");
    fwrite(preview->request, 1, preview->request_len, stdout);
}

void preview_print_ignored(const struct preview *preview)
{
    printf("Not recorded: the policy of %s lists no such command, and ignores "
           "what it does not list.\n",
           preview->policy->name);
    print_arguments(preview);
}

/* ---- JSON ----------------------------------------------------------------- */

static void print_member(const char *before, const char *name,
                         const char *value)
{
    printf("%s\"%s\": ", before, name);
    tel_cli_json(stdout, value);
}

static void print_entries_json(const struct preview *preview, bool sent)
{
    const char *before = "";

    for (size_t i = 0; i < preview->nentries; i++) {
        const struct preview_entry *entry = &preview->entries[i];

        if (entry->sent != sent)
            continue;
        printf("%s\n    {", before);
        print_member("", "key", entry->key);
        if (sent)
            print_member(", ", "value", entry->value);
        print_member(", ", "from", entry->from);
        if (entry->line > 0)
            printf(", \"line\": %u", entry->line);
        putchar('}');
        before = ",";
    }
}

static void print_arguments_json(const struct preview *preview)
{
    static const char *const kinds[] = {[TEL_ARG_WORD] = "word",
                                        [TEL_ARG_OPTION] = "option",
                                        [TEL_ARG_VALUE] = "value",
                                        [TEL_ARG_DASHES] = "dashes"};
    const struct tel_policy *policy = preview->policy;

    for (int i = 0; i < preview->command->nargs; i++) {
        const struct tel_trace_arg *arg = &preview->trace.args[i];

        printf("%s\n    {\"number\": %d, \"kind\": \"%s\"", i > 0 ? "," : "",
               i + 1, kinds[arg->kind]);
        if (arg->option.len > 0) {
            print_member(", ", "option", tel_cli_str(policy, arg->option));
            printf(", \"line\": %u", tel_policy_line(policy, arg->option));
        }
        putchar('}');
    }
}

static void print_event_json(const struct preview *preview, bool recorded,
                             bool local)
{
    printf(",\n  \"event\": [");
    print_entries_json(preview, true);
    printf("],\n  \"not_sent\": [");
    print_entries_json(preview, false);
    printf("],\n  \"arguments\": [");
    print_arguments_json(preview);
    printf("],\n  \"request\": ");
    if (recorded && !local)
        tel_cli_json(stdout, preview->request);
    else
        printf("null");
}

void preview_print_json(const struct tel_policy *policy,
                        const struct tel_verdict *verdict,
                        const struct preview *preview, bool recorded)
{
    const char *variable = tel_cli_variable(verdict, policy);

    printf("{\n");
    print_member("  ", "tool", policy->name);
    printf(",\n  \"on\": %s,\n  \"local\": %s,\n  \"rule\": %d",
           verdict->on ? "true" : "false", verdict->local ? "true" : "false",
           verdict->rule);
    print_member(",\n  ", "why", verdict->why);
    printf(",\n  \"variable\": ");
    if (variable != NULL)
        tel_cli_json(stdout, variable);
    else
        printf("null");
    printf(",\n  \"recorded\": %s", recorded ? "true" : "false");
    if (preview != NULL)
        print_member(",\n  ", "policy", preview->path);
    if (preview != NULL)
        print_event_json(preview, recorded, verdict->local);
    printf("\n}\n");
}
