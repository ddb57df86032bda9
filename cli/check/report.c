/* SPDX-License-Identifier: MIT */
/* The findings: kept, and said to a person or to a program. */
#include "check.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *id;
    const char *passed; /* what it means that nothing was found */
} items[CHECK_ITEMS] = {
    [CHECK_SYNTAX] = {"syntax", "the policy can be read"},
    [CHECK_PERSONAL] = {"personal", "nothing listed looks like a person's"},
    [CHECK_CONTENT] = {"content", "no field reads content or a secret"},
    [CHECK_TIMESTAMPS] = {"timestamps", "no field tells a time or date"},
    [CHECK_PURPOSE] = {"purpose", "everything says what for"},
    [CHECK_DISABLE] = {"disable", "a variable of its own stops it"},
    [CHECK_SWITCHES] = {"switches", "DO_NOT_TRACK and CI switch it off: no "
                                    "policy can change that"},
    [CHECK_ENDPOINT] = {"endpoint", "https, and nobody's key in it"},
    [CHECK_ID] = {"id", "it names the tool and nobody else"},
    [CHECK_UNIQUE] = {"unique", "no other installed tool has this id"},
    [CHECK_VERBS] = {"verbs", "they look like words of the tool"},
    [CHECK_SOURCE] = {"source", "a page explains it"},
    [CHECK_CONTROLLER] = {"controller", "somebody is responsible"},
    [CHECK_CONTACT] = {"contact", "somebody can be asked"},
    [CHECK_RETENTION] = {"retention", "it says how long totals are kept"},
    [CHECK_DISCLOSURE] = {"disclosure", "the file holds it, up to date"},
};

/* What no look at a policy can show. */
static const struct {
    const char *id;
    const char *what;
    const char *before; /* the tool's name stands between these two */
    const char *after;
} unseen[] = {
    {"silent", "that a run prints nothing and opens no connection",
     "strace -f -e trace=network,write tel-wrap ", " ARG..."},
    {"non-blocking", "that nobody waits for the network",
     "unshare -rn tel-wrap ", " ARG... # takes as long as without tel-wrap"},
    {"event", "what a command line would send", "tel preview ", " ARG..."},
};
#define UNSEEN (sizeof(unseen) / sizeof(unseen[0]))

__attribute__((format(printf, 6, 0))) static void
add(struct check *check, enum check_item item, const char *file, unsigned line,
    const char *mend, const char *format, va_list list)
{
    struct check_finding *finding;

    for (size_t i = 0; line > 0 && i < check->count; i++) {
        if (check->findings[i].item == item && check->findings[i].line == line)
            return;
    }
    if (check->count == check->room) {
        size_t room = check->room > 0 ? check->room * 2 : 16;
        void *more =
            reallocarray(check->findings, room, sizeof(check->findings[0]));

        if (more == NULL) {
            check->failed = true;
            return;
        }
        check->findings = more;
        check->room = room;
    }
    finding = &check->findings[check->count++];
    *finding = (struct check_finding){
        .item = item, .file = file, .line = line, .mend = mend};
    vsnprintf(finding->what, sizeof(finding->what), format, list);
}

void check_found(struct check *check, enum check_item item,
                 struct tel_str where, const char *mend, const char *format,
                 ...)
{
    va_list list;

    va_start(list, format);
    add(check, item, check->path, tel_policy_line(check->policy, where), mend,
        format, list);
    va_end(list);
}

void check_found_at(struct check *check, enum check_item item, const char *file,
                    unsigned line, const char *mend, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    add(check, item, file, line, mend, format, list);
    va_end(list);
}

void check_clear(struct check *check)
{
    free(check->findings);
    check->findings = NULL;
    check->count = check->room = 0;
}

static bool has(const struct check *check, enum check_item item)
{
    for (size_t i = 0; i < check->count; i++) {
        if (check->findings[i].item == item)
            return true;
    }
    return false;
}

/* A policy that cannot be read can't be judged, and where no file was named
 * there is no disclosure to look at. */
static bool is_judged(const struct check *check, enum check_item item)
{
    if (item == CHECK_DISCLOSURE && check->disclosure == NULL)
        return false;
    return item == CHECK_SYNTAX || !has(check, CHECK_SYNTAX);
}

/* What a command is called with: the tool's name, or a word for it. */
static const char *tool_of(const struct check *check)
{
    return check->policy->name[0] != '\0' ? check->policy->name : "TOOL";
}

static void print_finding(const struct check_finding *finding)
{
    printf("          ");
    tel_cli_plain(stdout, finding->file);
    if (finding->line > 0)
        printf(":%u", finding->line);
    printf(": ");
    tel_cli_plain(stdout, finding->what);
    printf("\n          - %s\n", finding->mend);
}

static void print_item(const struct check *check, enum check_item item)
{
    bool colours = tel_cli_colours(check->env, stdout);
    bool passed = !has(check, item);
    const char *colour = passed ? "\033[32m" : "\033[31m";

    printf("%s%-7s%s ", colours ? colour : "", passed ? "passed" : "failed",
           colours ? "\033[0m" : "");
    if (passed)
        printf("%-12s  %s\n", items[item].id, items[item].passed);
    else
        printf("%s\n", items[item].id);
    for (size_t i = 0; i < check->count; i++) {
        if (check->findings[i].item == item)
            print_finding(&check->findings[i]);
    }
}

static void print_unseen(const struct check *check)
{
    for (size_t i = 0; i < UNSEEN; i++) {
        printf("unseen  %-12s  %s; only a run can show it:\n"
               "          %s",
               unseen[i].id, unseen[i].what, unseen[i].before);
        tel_cli_plain(stdout, tool_of(check));
        printf("%s\n", unseen[i].after);
    }
}

void check_print(const struct check *check)
{
    for (enum check_item item = 0; item < CHECK_ITEMS; item++) {
        if (is_judged(check, item))
            print_item(check, item);
    }
    if (has(check, CHECK_SYNTAX))
        printf("\nThe rest is not judged as long as the policy cannot be "
               "read.\n");
    else
        print_unseen(check);
    putchar('\n');
    tel_cli_plain(stdout, check->path);
    if (check->count == 0)
        printf(": no findings\n");
    else
        printf(": %zu finding%s\n", check->count, check->count > 1 ? "s" : "");
}

static void print_json_finding(const struct check_finding *finding)
{
    printf("{\"file\":");
    tel_cli_json(stdout, finding->file);
    if (finding->line > 0)
        printf(",\"line\":%u,\"what\":", finding->line);
    else
        printf(",\"line\":null,\"what\":");
    tel_cli_json(stdout, finding->what);
    printf(",\"mend\":");
    tel_cli_json(stdout, finding->mend);
    putchar('}');
}

static void print_json_item(const struct check *check, enum check_item item)
{
    bool first = true;

    printf("{\"id\":\"%s\",\"passed\":%s,\"findings\":[", items[item].id,
           has(check, item) ? "false" : "true");
    for (size_t i = 0; i < check->count; i++) {
        if (check->findings[i].item != item)
            continue;
        printf("%s", first ? "" : ",");
        first = false;
        print_json_finding(&check->findings[i]);
    }
    printf("]}");
}

void check_print_json(const struct check *check)
{
    bool first = true;
    char command[256];

    printf("{\"policy\":");
    tel_cli_json(stdout, check->path);
    printf(",\"ok\":%s,\"items\":[", check->count == 0 ? "true" : "false");
    for (enum check_item item = 0; item < CHECK_ITEMS; item++) {
        if (!is_judged(check, item))
            continue;
        printf("%s", first ? "" : ",");
        first = false;
        print_json_item(check, item);
    }
    printf("],\"unseen\":[");
    for (size_t i = 0; i < UNSEEN; i++) {
        snprintf(command, sizeof(command), "%s%s%s", unseen[i].before,
                 tool_of(check), unseen[i].after);
        printf("%s{\"id\":\"%s\",\"command\":", i > 0 ? "," : "", unseen[i].id);
        tel_cli_json(stdout, command);
        putchar('}');
    }
    printf("]}\n");
}
