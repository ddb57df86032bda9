/* SPDX-License-Identifier: MIT */
/*
 * tel preview: the request that a command line would cause, made by the
 * recorder's own functions. Runs nothing and sends nothing.
 */
#include "cli.h"

#include <errno.h>
#include <string.h>

/* A key is drawn when an event is moved; this one stands in its place. */
#define NO_KEY "00000000000000000000000000000000"

struct preview {
    struct tel_event event;
    char query[TEL_EVENT_TEXT_MAX];
    char payload[TEL_EVENT_TEXT_MAX + 1];
    char request[TEL_EVENT_TEXT_MAX + TEL_ENDPOINT_MAX + 1024];
    size_t request_len;
};

/* The command line, without the tool itself. */
struct command {
    char *const *args;
    int nargs;
    char interpreter[TEL_NAME_MAX + 1]; /* empty where there is none */
};

static const struct {
    const char *key;
    const char *meaning;
} meanings[] = {
    {"t", "the tool's id, from its policy"},
    {"e", "the event, from the policy's lists"},
    {"v", "the version of this format"},
    {"tv", "the tool's version, from its policy"},
    {"os", "the system"},
    {"libc", "the C library"},
    {"ms", "how long it took; the real duration stands here later"},
    {"exit", "how it ended; its real end stands here later"},
};

static void print_meaning(const struct tel_policy *policy, const char *key)
{
    const struct tel_purpose *purpose = tel_cli_purpose(policy, key);

    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (strcmp(meanings[i].key, key) == 0) {
            printf("%s\n", meanings[i].meaning);
            return;
        }
    }
    if (purpose != NULL)
        tel_cli_print(stdout, policy, purpose->purpose);
    else
        printf("a field of its policy");
    putchar('\n');
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

/*
 * The fields are read off the query that would be sent, so that nothing can
 * be in the one and not in the other.
 */
static void print_fields(const struct tel_policy *policy, const char *query)
{
    char copy[TEL_EVENT_TEXT_MAX];
    char *rest = copy;
    char *pair;

    snprintf(copy, sizeof(copy), "%s", query);
    while ((pair = strsep(&rest, "&")) != NULL) {
        char *value = strchr(pair, '=');

        if (value == NULL)
            continue;
        *value++ = '\0';
        unescape(value);
        printf("  %-8s %-16s ", pair, value);
        print_meaning(policy, pair);
    }
}

static void fill_runtime(const struct tel_policy *policy,
                         const char *interpreter, struct tel_match *match)
{
    for (uint16_t i = 0; i < policy->nfields; i++) {
        if (policy->fields[i].kind == TEL_FIELD_RUNTIME)
            match->values[i] =
                tel_match_runtime(policy, &policy->fields[i], interpreter);
    }
}

/* The lines that carry the event: a query, or a batch of one. */
static int write_payload(enum tel_method method, struct preview *preview)
{
    int rc;

    if (method == TEL_GET) {
        memcpy(preview->payload, preview->query, sizeof(preview->query));
        return 0;
    }
    rc = tel_event_to_json(&preview->event, preview->payload,
                           TEL_EVENT_TEXT_MAX);
    if (rc >= 0)
        memcpy(preview->payload + rc, "\n", sizeof("\n"));
    return rc;
}

/* 0, -ENOENT where the policy does not record this verb, or another error. */
static int make(const struct tel_policy *policy, const struct command *command,
                struct preview *preview)
{
    struct tel_match match;
    char libc[TEL_LIBC_MAX + 1];
    int rc = tel_match(policy, command->args, command->nargs, &match);

    if (rc < 0)
        return rc;
    if (command->interpreter[0] != '\0')
        fill_runtime(policy, command->interpreter, &match);
    rc = tel_event_begin(policy, &match, tel_event_libc(libc, sizeof(libc)),
                         &preview->event);
    if (rc < 0)
        return rc;
    tel_event_finish(&preview->event, &policy->coarse, 0, TEL_RAW_EXIT, 0);
    rc = tel_event_to_query(&preview->event, preview->query,
                            sizeof(preview->query));
    if (rc >= 0)
        rc = write_payload(policy->method, preview);
    if (rc >= 0)
        rc = tel_request_bytes(
            policy->method, tel_cli_str(policy, policy->endpoint), NO_KEY,
            preview->payload, preview->request, sizeof(preview->request));
    if (rc < 0)
        return rc;
    preview->request_len = (size_t)rc;
    return 0;
}

static void print_human(const struct tel_policy *policy,
                        const struct preview *preview, bool local)
{
    printf("This run of %s would be recorded as:\n\n", policy->name);
    print_fields(policy, preview->query);
    if (policy->crash)
        printf("\nIf a fault ends it, sig stands in the place of exit, and "
               "crash says where\nin the program (sig=11, "
               "crash=1a2b3c4d-4f10-9c0ffee1).\n");
    if (local) {
        printf("\nNo request: it is counted on this account only.\n");
        return;
    }
    printf("\nand leave later in this request%s (its key is drawn at "
           "random):\n\n",
           policy->method == TEL_POST ? ", with others in the same batch" : "");
    fwrite(preview->request, 1, preview->request_len, stdout);
}

static int show(const struct tel_env *env, const struct tel_policy *policy,
                const struct command *command, bool raw)
{
    struct preview preview;
    struct tel_verdict verdict;
    FILE *say = raw ? stderr : stdout;
    int rc;

    tel_decide(env, policy, &verdict);
    if (!verdict.on) {
        tel_cli_say_verdict(say, &verdict, policy);
#ifdef TEL_OPT_OUT
        if (verdict.untold)
            tel_cli_notice(env, policy);
#endif
        return TEL_NO;
    }
    rc = make(policy, command, &preview);
    if (rc == -ENOENT) {
        fprintf(say,
                "Not recorded: the policy of %s lists no such command, "
                "and ignores what it does not list.\n",
                policy->name);
        return TEL_NO;
    }
    if (rc < 0)
        return tel_cli_bad("%s: the event cannot be made: %s", policy->name,
                           strerror(-rc));
    if (!raw)
        print_human(policy, &preview, verdict.local);
    else if (verdict.local)
        tel_cli_say_verdict(say, &verdict, policy);
    else
        fwrite(preview.request, 1, preview.request_len, stdout);
    return verdict.local ? TEL_NO : TEL_DONE;
}

static int run(const struct tel_env *env, int argc, char **argv)
{
    static struct tel_policy policy;
    bool raw = false;
    const struct tel_cli_flag flags[] = {{"--raw", &raw}};
    struct tel_cli_args args = {.command = &tel_cli_preview,
                                .flags = flags,
                                .nflags = 1,
                                .words_max = 1,
                                .stop_at_word = true};
    struct command command = {.interpreter = ""};
    const char *name;
    int status;

    if (!tel_cli_parse(&args, argc, argv, &status))
        return status;
    if (args.nwords == 0)
        return tel_cli_bad("preview: which tool? (usage: tel %s)",
                           tel_cli_preview.usage);
    if (!tel_cli_has_settings(env))
        return TEL_BAD;
    /* A tool is found by the last part of the path that is executed. */
    name = strrchr(args.words[0], '/');
    name = name != NULL ? name + 1 : args.words[0];
    status = tel_cli_named(env, name, &policy);
    if (status != TEL_DONE)
        return status;
    command.args = argv + args.next;
    command.nargs = argc - args.next;
    if (!tel_cli_interpreter(env, args.words[0], command.interpreter,
                             sizeof(command.interpreter)))
        command.interpreter[0] = '\0';
    return show(env, &policy, &command, raw);
}

const struct tel_command tel_cli_preview = {
    .name = "preview",
    .usage = "preview [--raw] TOOL [ARG...]",
    .summary = "print the request that a run would cause",
    .details =
        "Prints the event that TOOL with these arguments would be recorded\n"
        "as, and exactly the request that would carry it. Runs nothing and\n"
        "sends nothing. Everything after TOOL is the tool's. Where nothing\n"
        "would leave it says which rule says so, and ends with 1.\n\n"
        "  --raw  only the bytes of the request\n",
    .run = run,
};
